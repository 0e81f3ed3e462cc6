"""Items that are derived from what is recorded; nobody ticks them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime


@dataclass(frozen=True, slots=True)
class DerivedItem:
    """One thing that is so, or what is missing until it is.

    ``missing`` is a clause without capital or full stop ("no evidence snapshot yet") and is
    empty exactly when the item is met. ``met_at`` is the moment it became true, where one is
    known. ``late`` is also true of an item that was met after its time. ``failed``: it was tried,
    and failed, which is said before its time too.
    """

    code: str
    label: str
    met_at: datetime | None = None
    missing: str = ""
    late: bool = False
    href: str = ""
    failed: bool = False

    @property
    def met(self) -> bool:
        return not self.missing

    @property
    def state(self) -> str:
        """``met``, ``late`` (unmet, past its time) or ``unmet``."""
        if self.met:
            return "met"
        return "late" if self.late else "unmet"


def item(code: str, label: str, met_at: datetime | None, missing: str) -> DerivedItem:
    """Met at ``met_at``; without a time, ``missing`` says what is not there yet."""
    return DerivedItem(code, label, met_at, "" if met_at else missing)


def against(derived: DerivedItem, limit: datetime, now: datetime) -> DerivedItem:
    """The item, marked late when it was, or still is not, met by ``limit``."""
    reached = derived.met_at if derived.met_at else now
    return replace(derived, late=reached > limit)


def last_of(*moments: datetime | None) -> datetime | None:
    """When the last of them came true; none while one of them has not (or there are none)."""
    known = [moment for moment in moments if moment is not None]
    return max(known) if known and len(known) == len(moments) else None


def linked(items: Iterable[DerivedItem], links: Mapping[str, str]) -> tuple[DerivedItem, ...]:
    """The same items, each with the link that mends it, by code."""
    return tuple(replace(one, href=links.get(one.code, one.href)) for one in items)
