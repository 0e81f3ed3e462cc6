"""What readers are shown, in plain values: the same for the status page and for a preview of it."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.safestring import SafeString


@dataclass(frozen=True, slots=True)
class ShownUpdate:
    """One update. ``correction`` says what was wrong with the one that it replaces;
    ``corrected_at`` is when this one was itself put right, if it was."""

    code: str
    progress_label: str
    public_status: str
    at: datetime
    impact_html: SafeString
    mitigation_html: SafeString
    unknowns_html: tuple[SafeString, ...]
    no_unknowns_html: SafeString
    next_at: datetime | None
    correction: str = ""
    corrected_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ShownIncident:
    """An incident as its updates tell it, newest first. ``surfaces`` are names."""

    code: str
    headline: str
    since: datetime
    surfaces: tuple[str, ...]
    progress_label: str
    public_status: str
    updates: tuple[ShownUpdate, ...]
