"""The formats of the status site: each renders the same view models as bytes.

A format is a function from a ``Site`` to the paths that it serves, below ``/status/``.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from comms.status.view_models import Site
from kernel.registry import Registry

HTML = "text/html; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Rendered:
    """``path`` as it is asked for, such as ``/status/``."""

    path: str
    content_type: str
    content: bytes

    @property
    def is_page(self) -> bool:
        return self.content_type == HTML


type Format = Callable[[Site], Iterable[Rendered]]

FORMATS = Registry[Format]("format of the status site")


def render(site: Site) -> list[Rendered]:
    """Every path of the site, in every format."""
    return [rendered for format in FORMATS.values() for rendered in format(site)]
