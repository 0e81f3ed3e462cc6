"""Real PostgreSQL and Valkey from wheels, for whoever has no servers of their own.

A holder process (``python -m warroom.up.embedded``) owns the servers and stops them when the
process that asked for them ends, however it ends: even ``kill -9`` closes the pipe between the two.
"""

from warroom.up.embedded.data import DataFolder, NoServers
from warroom.up.embedded.hold import running_servers, thrown_away

__all__ = ["DataFolder", "NoServers", "running_servers", "thrown_away"]
