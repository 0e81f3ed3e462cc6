"""The view models of the status page and of its preview."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from django.utils.safestring import SafeString

from comms.vocabulary import MaintenanceState, PublicStatus, SurfaceState, worst


@dataclass(frozen=True, slots=True)
class Affected:
    """How an update changed the state of a surface; ``before`` the first one it was working."""

    code: str
    name: str
    before: SurfaceState
    after: SurfaceState


@dataclass(frozen=True, slots=True)
class ShownUpdate:
    """One update. ``correction`` says what was wrong with the one that it replaces;
    ``corrected_at`` is when this one was itself corrected, if it was; ``body`` is plain text."""

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
    body: str = ""
    affected: tuple[Affected, ...] = ()
    headline: str = ""


@dataclass(frozen=True, slots=True)
class ShownIncident:
    """An incident from its updates, newest first. ``surfaces`` are names.

    ``impact`` is none, minor, major or critical: the worst that a surface of it ever was.
    ``updated_at`` and the like are None only in a preview.
    """

    code: str
    headline: str
    since: datetime
    surfaces: tuple[str, ...]
    progress_label: str
    public_status: str
    updates: tuple[ShownUpdate, ...]
    impact: str = "none"
    updated_at: datetime | None = None
    monitoring_at: datetime | None = None
    resolved_at: datetime | None = None
    codes: tuple[str, ...] = ()
    """Of the surfaces, in the order of ``surfaces``."""
    states: tuple[SurfaceState, ...] = ()
    """Of the surfaces, as the last update tells them."""

    @property
    def is_over(self) -> bool:
        return self.public_status == PublicStatus.RESOLVED

    @property
    def state(self) -> SurfaceState:
        """The worst that one of its surfaces is now; degraded where it names none and goes on."""
        if self.surfaces or self.is_watched:
            return worst(self.states)
        return SurfaceState.DEGRADED

    @property
    def began_at(self) -> datetime:
        """Since when readers know of this trouble: after one that was over, since it came back."""
        began = self.updates[0].at
        for update in self.updates[1:]:
            if update.public_status == PublicStatus.RESOLVED and not self.is_over:
                return began
            began = update.at
        return self.since

    @property
    def is_watched(self) -> bool:
        """Recovered: over, or watched for a while."""
        return self.public_status in {PublicStatus.RESOLVED, PublicStatus.MONITORING}

    @property
    def latest(self) -> ShownUpdate:
        return self.updates[0]

    @property
    def next_at(self) -> datetime | None:
        """The open promise."""
        return self.latest.next_at


@dataclass(frozen=True, slots=True)
class Day:
    """The worst state of a surface on a day (in the site's time zone, UTC)."""

    on: date
    state: SurfaceState

    @property
    def is_trouble(self) -> bool:
        return self.state not in {SurfaceState.OPERATIONAL, SurfaceState.MAINTENANCE}


@dataclass(frozen=True, slots=True)
class StateSpan:
    """A surface was in ``state`` from ``start`` until ``end``, or still is."""

    state: SurfaceState
    start: datetime
    end: datetime | None


@dataclass(frozen=True, slots=True)
class ShownSurface:
    """``days`` are the last 90, oldest first; ``spans`` is what scripts count them from anew."""

    code: str
    name: str
    description: str
    position: int
    state: SurfaceState
    added_at: datetime
    updated_at: datetime
    days: tuple[Day, ...]
    spans: tuple[StateSpan, ...] = ()

    @property
    def bad_days(self) -> int:
        return sum(day.is_trouble for day in self.days)


@dataclass(frozen=True, slots=True)
class ShownMaintenanceUpdate:
    """``title`` is that of the window at that time."""

    code: str
    state: MaintenanceState
    at: datetime
    text_html: SafeString
    body: str
    title: str


@dataclass(frozen=True, slots=True)
class ShownMaintenance:
    """A window of planned work; updates newest first."""

    code: str
    title: str
    text_html: SafeString
    body: str
    state: MaintenanceState
    starts_at: datetime
    ends_at: datetime
    began_at: datetime | None
    ended_at: datetime | None
    planned_at: datetime
    changed_at: datetime
    sequence: int
    surfaces: tuple[str, ...]
    codes: tuple[str, ...]
    updates: tuple[ShownMaintenanceUpdate, ...]

    @property
    def begins(self) -> datetime:
        return self.began_at or self.starts_at

    @property
    def ends(self) -> datetime:
        return self.ended_at or self.ends_at


@dataclass(frozen=True, slots=True)
class Overall:
    """``indicator``: none, minor, major, critical or maintenance; ``state``: the worst one."""

    indicator: str
    state: SurfaceState
    words: str


@dataclass(frozen=True, slots=True)
class ShownDay:
    """A day with the incidents of that day, newest first."""

    on: date
    incidents: tuple[ShownIncident, ...]


@dataclass(frozen=True, slots=True)
class Unreadable:
    """An incident or a window whose rows could not be presented; ``path`` is below the home."""

    code: str
    path: str
    error: str


@dataclass(frozen=True, slots=True)
class Site:
    """All that readers of one audience may see, as of one moment.

    ``incidents`` are those that go on or had an update in the last 90 days, newest first;
    ``changed_at`` is when anything of it was last published.
    """

    as_of: datetime
    changed_at: datetime
    overall: Overall
    surfaces: tuple[ShownSurface, ...]
    incidents: tuple[ShownIncident, ...]
    maintenances: tuple[ShownMaintenance, ...]
    days: tuple[ShownDay, ...] = field(default=())
    former_surfaces: tuple[ShownSurface, ...] = ()
    """No longer on the page, though a published update names them."""
    unreadable: tuple[Unreadable, ...] = ()

    @property
    def codes(self) -> list[str]:
        """Of all that readers may see, what cannot be presented too."""
        shown = (*self.incidents, *self.maintenances)
        return [code_of(row) for row in (*shown, *self.unreadable)]

    @property
    def worst(self) -> ShownIncident | None:
        """The one that the headline is about."""
        return worst_incident(self.incidents)

    @property
    def active(self) -> tuple[ShownIncident, ...]:
        return tuple(incident for incident in self.incidents if not incident.is_over)

    @property
    def ahead(self) -> tuple[ShownMaintenance, ...]:
        """Windows in progress and planned ones, the next first."""
        wanted = {MaintenanceState.IN_PROGRESS, MaintenanceState.PLANNED}
        return tuple(window for window in self.maintenances if window.state in wanted)


def worst_incident(incidents: Iterable[ShownIncident]) -> ShownIncident | None:
    """The worst of those that go on, the newest where several are; what is watched comes last."""
    order = list(SurfaceState)
    return max(
        (incident for incident in incidents if not incident.is_over),
        key=lambda one: (not one.is_watched, order.index(one.state), one.began_at),
        default=None,
    )


def code_of(shown: ShownIncident | ShownMaintenance | Unreadable) -> str:
    return shown.code
