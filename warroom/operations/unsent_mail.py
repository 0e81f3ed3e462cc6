"""Where mail goes without a mail server: to the log, there without its secrets, or to a folder."""

import re
import time
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.core.mail.backends import console, filebased
from django.urls import Resolver404, resolve

from warroom.operations.context import SECRET_ARGUMENTS
from warroom.operations.logs import HIDDEN

MAX_FILES = 200
"""The newest mails; those before them go."""

_ADDRESS = re.compile(r"https?://[^\s<>\"]+")


def without_secrets(text: str) -> str:
    """``text`` with those parts of our own addresses hidden that let in whoever knows them."""
    for address in set(_ADDRESS.findall(text)):
        for secret in _secrets(address):
            text = text.replace(secret, HIDDEN)
    return text


def _secrets(address: str) -> list[str]:
    with suppress(Resolver404, ValueError):
        arguments = resolve(urlsplit(address).path).kwargs
        return [str(arguments[name]) for name in SECRET_ARGUMENTS if arguments.get(name)]
    return []


class LogBackend(console.EmailBackend):
    """Mails in the log, for whoever wants to see that they leave. Their links lead nowhere."""

    def write_message(self, message: Any) -> None:
        # As text: base64 or folded lines would hide a link from us, though from nobody else.
        head = "".join(f"{name}: {message.message()[name]}\n" for name in ("Subject", "From", "To"))
        self.stream.write(without_secrets(f"{head}\n{message.body}\n{'-' * 79}\n"))


class FolderBackend(filebased.EmailBackend):
    """Mails in a folder that only its owner may read, each in a file; the newest are kept."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        Path(self.file_path).chmod(0o700)

    def _get_filename(self) -> str:
        """Later names sort after earlier ones, also within one second."""
        if self._fname is None:
            nanoseconds = time.time_ns()
            moment = time.strftime("%Y%m%d-%H%M%S", time.gmtime(nanoseconds // 10**9))
            name = f"{moment}-{nanoseconds % 10**9:09d}.log"
            self._fname = str(Path(self.file_path) / name)
        return self._fname

    def close(self) -> None:
        super().close()
        files = sorted(Path(self.file_path).glob("*.log"), key=lambda file: file.name)
        for file in files[:-MAX_FILES]:
            file.unlink(missing_ok=True)
