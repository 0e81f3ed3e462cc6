"""PostgreSQL refuses to run as root: there it runs as another account, without changing any mode.

Folders on the way may be closed to that account (a clone in root's home). Then it gets the one
capability that lets it through them, rather than the folders being opened to everybody.
"""

import os
import pwd
import shutil
import stat
from collections.abc import Iterable
from pathlib import Path

from warroom.up.embedded.data import NoServers

_NOBODY = 65534
_PASSING = ((2, "dac_read_search"), (1, "dac_override"))
"""Bit and name of the capabilities that open folders, the weaker one first."""


class Account:
    """Who runs the server: us, or for root the owner of the data, or nobody."""

    def __init__(self, data: Path, needed: Iterable[Path]) -> None:
        self.root = os.geteuid() == 0
        self._prefix: list[str] = []
        if self.root:
            owner = data.stat().st_uid if data.exists() else 0
            self.uid = owner or _nobody()
            self._prefix = _becoming(self.uid, needed)

    def command(self, *argv: str | Path) -> list[str]:
        return [*self._prefix, *map(str, argv)]

    def give(self, folder: Path) -> None:
        """Make a new, empty folder the account's own."""
        folder.mkdir(mode=0o700, exist_ok=True)
        if self.root:
            os.chown(folder, self.uid, -1)


def _nobody() -> int:
    try:
        return pwd.getpwnam("nobody").pw_uid
    except KeyError:
        return _NOBODY


def _becoming(uid: int, needed: Iterable[Path]) -> list[str]:
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        raise NoServers(
            "PostgreSQL does not run as root, and setpriv (util-linux) is not here to change that: "
            "run as an ordinary user, or set DATABASE_URL and REDIS_URL."
        )
    argv = [setpriv, f"--reuid={uid}", "--clear-groups"]
    closed = [path for path in needed if not _open_to_all(path)]
    if not closed:
        return argv
    capability = _passing_capability()
    if capability is None:
        raise NoServers(
            f"PostgreSQL does not run as root, and no other account can reach {closed[0]}: "
            "run as an ordinary user, or move Warroom to a folder that everybody may enter."
        )
    # Without the bit, access(2) would judge by the account alone, and initdb asks access(2).
    return [
        *argv,
        "--securebits=+no_setuid_fixup",
        f"--inh-caps=+{capability}",
        f"--ambient-caps=+{capability}",
    ]


def _open_to_all(path: Path) -> bool:
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in path.resolve().parents)


def _passing_capability() -> str | None:
    """What this process may hand on, by Linux's own account of it."""
    status = Path("/proc/self/status").read_text()
    mine = int(
        next(line for line in status.splitlines() if line.startswith("CapPrm")).split()[1],
        16,
    )
    return next((name for bit, name in _PASSING if mine >> bit & 1), None)
