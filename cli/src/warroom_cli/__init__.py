"""The ``warroom`` command line (docs/cli.md). It knows Warroom's API and none of its code."""

__version__ = "0.1.0"
