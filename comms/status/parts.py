"""Parts of the status site, each built by itself: one that fails stays as it was last time."""

import logging
from collections.abc import Callable, Iterable, Mapping
from typing import Any

logger = logging.getLogger(__name__)

MAX_ERROR_CHARACTERS = 200


class Parts:
    """What one rendering builds, and what of it failed.

    A part is what is within a page or a feed of one incident or one window: a text, or lists and
    dictionaries of texts, as a snapshot keeps them. ``last`` are those of the snapshot before.
    """

    def __init__(self, last: Mapping[str, Any] | None = None) -> None:
        self._last = last or {}
        self.built: dict[str, Any] = {}
        self.errors: dict[str, str] = {}
        self.are_all_paths_known = True

    def build(self, name: str, build: Callable[[], Any]) -> Any | None:
        """What ``build`` returns; else the last one of this name, or None where there is none."""
        try:
            self.built[name] = build()
        except Exception as error:  # noqa: BLE001  (one part may not stop the others)
            self.note(name, error)
            return self.keep(name)
        return self.built[name]

    def keep(self, name: str) -> Any | None:
        """The last one, kept for the next time too."""
        if name in self._last:
            self.built[name] = self._last[name]
        return self._last.get(name)

    def note(self, name: str, error: Exception) -> None:
        logger.error("The status site's %s could not be rendered", name, exc_info=error)
        self.errors[name] = f"{type(error).__name__}: {error}"[:MAX_ERROR_CHARACTERS]


def build_each[T](
    parts: Parts, kind: str, rows: Iterable[T], name: Callable[[T], str], build: Callable[[T], Any]
) -> list[Any]:
    """The part of each row, without those that failed and never were."""
    built = (parts.build(f"{kind} {name(row)}", lambda row=row: build(row)) for row in rows)
    return [part for part in built if part is not None]
