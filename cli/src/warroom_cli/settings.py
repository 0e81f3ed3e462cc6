"""Which server, which token, which incident: from the environment, or the file of ``login``.

The file belongs to one server: with ``$WARROOM_URL`` naming another, its token is not used.
"""

import json
import os
import re
from pathlib import Path
from typing import NamedTuple

INCIDENT = re.compile(r"INC-(\d{1,9})", re.IGNORECASE)


class Unusable(Exception):
    """What the person must set or mend; the text says how."""


class Settings(NamedTuple):
    """``url`` without a slash at its end; both are empty where nobody set them."""

    url: str
    token: str

    @property
    def token_mark(self) -> str:
        """Tells one token from another without holding it."""
        import hashlib

        return hashlib.sha256(self.token.encode()).hexdigest()[:16] if self.token else ""


def load() -> Settings:
    """The settings of now. Raises ``Unusable`` for an address or a file that cannot be used."""
    saved = _saved()
    url = checked_url(os.environ.get("WARROOM_URL") or saved.get("url", ""))
    token = os.environ.get("WARROOM_TOKEN", "").strip()
    if not token and url == saved.get("url"):
        token = saved.get("token", "")
    return Settings(url, token)


def checked_url(url: str) -> str:
    url = url.strip().rstrip("/")
    if url and not url.startswith(("https://", "http://")):
        raise Unusable(f"The server's address begins with https://, and is “{url}”.")
    return url


def save(url: str, token: str) -> Path:
    """Write the file of ``login``, for its owner alone."""
    path = config_file()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    written = path.with_suffix(f".{os.getpid()}")
    with open(os.open(written, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump({"url": url, "token": token}, file)
    written.replace(path)
    return path


def config_file() -> Path:
    return _folder("XDG_CONFIG_HOME", ".config") / "config.json"


def state_folder() -> Path:
    return _folder("XDG_STATE_HOME", ".local/state")


def incident_number(reference: str) -> int:
    """42 of ``INC-42`` or ``42``; 0 of nothing. Raises ``Unusable`` for anything else."""
    if not reference:
        return 0
    digits = reference if reference.isdecimal() else ""
    if match := INCIDENT.fullmatch(reference):
        digits = match[1]
    if not digits or not int(digits):
        raise Unusable(f"An incident is named like INC-42, not “{reference}”.")
    return int(digits)


def _saved() -> dict[str, str]:
    path = config_file()
    try:
        with path.open() as file:
            if os.fstat(file.fileno()).st_mode & 0o077:
                raise Unusable(f"Others can read your token. Run: chmod 600 {path}")
            saved = json.load(file)
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, ValueError) as error:
        raise Unusable(f"{path} cannot be read ({error}). Run `warroom login` anew.") from None
    return saved if isinstance(saved, dict) else {}


def _folder(variable: str, default: str) -> Path:
    folder = os.environ.get(variable, "")
    return (Path(folder) if os.path.isabs(folder) else Path.home() / default) / "warroom"
