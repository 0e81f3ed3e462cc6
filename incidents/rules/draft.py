"""Drafts that save themselves: several pages of one author may have the same form open."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kernel.refusal import Violation


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftStamp:
    """Where a saved form comes from.

    ``form`` is the key of the page's form, ``number`` grows with each saving of it (milliseconds
    since 1970 of its browser; ``None`` when the form was sent as a whole), ``seen`` is when the
    draft that the page knows was saved (``None``: it knows of none).
    """

    form: UUID | None = None
    number: int | None = None
    seen: datetime | None = None


NO_STAMP = DraftStamp()


def may_replace(stamp: DraftStamp, stored: DraftStamp, saved_at: datetime) -> bool:
    """Whether a save replaces the stored draft: it is of the same form and not older, or its page
    knows what is stored. What another page has saved meanwhile is not overwritten."""
    if stamp.form == stored.form:
        return stamp.number is None or stored.number is None or stamp.number >= stored.number
    return stamp.seen == saved_at


def elsewhere_violation() -> Violation:
    """``DR-ELSEWHERE``: a draft that another page of its author has saved is not overwritten."""
    return Violation(
        "DR-ELSEWHERE",
        "Another tab of yours has saved a newer draft of this. What you typed is still here, and is"
        " not saved: keep it once more to replace that draft.",
    )
