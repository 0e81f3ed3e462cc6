"""The formats of the status site: each renders the same view models as bytes.

A format is a function from a ``Site`` to the paths that it serves, below ``/status/``. Nothing is
built before ``content`` is asked for, so that a path that fails does not take others with it; what
a path says of one incident or one window goes through ``Parts`` for the same reason.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from comms.status.parts import Parts
from comms.status.view_models import Site
from kernel.registry import Registry

HTML = "text/html; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Rendered:
    """``path`` as it is asked for, such as ``/status/``; ``build`` makes its bytes."""

    path: str
    content_type: str
    build: Callable[[], bytes]

    @property
    def content(self) -> bytes:
        return self.build()

    @property
    def is_page(self) -> bool:
        return self.content_type == HTML


type Format = Callable[[Site, Parts], Iterable[Rendered]]

FORMATS = Registry[Format]("format of the status site")


def render(site: Site, parts: Parts | None = None) -> Iterator[Rendered]:
    """Every path of the site, in every format that can say which paths it has."""
    parts = Parts() if parts is None else parts
    for name, format in FORMATS.items():
        try:
            yield from format(site, parts)
        except Exception as error:  # noqa: BLE001  (one format may not stop the others)
            parts.note(name, error)
            parts.are_all_paths_known = False
