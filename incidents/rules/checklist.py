"""Checklist items that are derived from the record; nobody ticks them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime


@dataclass(frozen=True, slots=True)
class DerivedItem:
    """One checklist item: met, or with a clause that says what is missing.

    ``missing`` is a clause without capital or full stop ("no evidence snapshot yet") and is
    empty exactly when the item is met. ``met_at`` is the moment it was met, if that is known.
    ``late`` is also true of an item that was met after its limit. ``failed``: it was tried and
    failed, which is reported before the limit too.
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
    """Met at ``met_at``; without a time it is unmet, and ``missing`` says why."""
    return DerivedItem(code, label, met_at, "" if met_at else missing)


def against(derived: DerivedItem, limit: datetime, now: datetime) -> DerivedItem:
    """The item, marked late when it was, or still is not, met by ``limit``."""
    reached = derived.met_at if derived.met_at else now
    return replace(derived, late=reached > limit)


def last_of(*moments: datetime | None) -> datetime | None:
    """The latest of the moments; None if any of them is None, or there are none."""
    known = [moment for moment in moments if moment is not None]
    return max(known) if known and len(known) == len(moments) else None


def linked(items: Iterable[DerivedItem], links: Mapping[str, str]) -> tuple[DerivedItem, ...]:
    """The same items, each with the link to where it can be met, by code."""
    return tuple(replace(entry, href=links.get(entry.code, entry.href)) for entry in items)
