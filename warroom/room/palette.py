"""Quick entry: what somebody may do on a page of an incident, and where they may go from there.

What they may not do is not offered. The rows are those of this moment; each action asks again.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import reverse

from incidents.facts.incident import IncidentFacts
from incidents.models import Person
from incidents.permissions import Who, may, refused_actions
from incidents.vocabulary import LaneKind, RoleName, Status
from warroom.room.site_palette import Palette, Row, site_palette

_ANY = "any"
"""For an act of lane owners: they choose the lane on its page."""

_HERE = "here"
"""Of an act of the lane whose page it is; the room does not offer it."""


@dataclass(frozen=True, slots=True)
class _Act:
    label: str
    action: str
    view: str
    icon: str
    key: str = ""
    keywords: str = ""
    does: str = ""
    lane: str = ""
    status: str = ""
    """Of an act that there is in an incident of this status only."""
    query: str = ""
    """What its address says beside the page: a choice, a place on it."""


_ACTS = (
    _Act("Write a note", "note.add", "note-add", "mark-note", "N", "add", "note"),
    _Act("Capture evidence", "evidence.capture", "capture", "mark-evidence", "E", "record log"),
    _Act(
        "State a hypothesis",
        "hypothesis.change",
        "hypotheses",
        "lane-investigation",
        keywords="suppose cause",
        lane=LaneKind.INVESTIGATION,
    ),
    _Act(
        "Raise an unknown", "unknown.change", "unknowns", "i-ahead", keywords="question", lane=_HERE
    ),
    _Act(
        "Recommend an option",
        "recommendation.make",
        "recommend",
        "i-flag",
        "R",
        keywords="mitigation propose",
        lane=_ANY,
    ),
    _Act(
        "Recommend to a lane",
        "recommendation.propose",
        "propose",
        "i-flag",
        keywords="propose option mitigation suggest",
        status=Status.ACTIVE,
    ),
    _Act(
        "Say which recommendations go together",
        "recommendation.pair",
        "together",
        "i-flag",
        keywords="contradiction both beside agree",
        status=Status.ACTIVE,
    ),
    _Act(
        "Offer a handoff",
        "handoff.offer",
        "handoff-offer",
        "i-handoff",
        "H",
        "hand over",
        lane=_ANY,
        status=Status.ACTIVE,
    ),
    _Act(
        "Hand over the watch",
        "handoff.offer_watch",
        "handoff-offer",
        "i-handoff",
        "H",
        "offer handoff pass on",
        status=Status.WATCHING,
    ),
    _Act(
        "Publish update",
        "message.publish",
        "update-write",
        "mark-update",
        "U",
        "stakeholder status page tell",
        lane=LaneKind.COMMUNICATION,
    ),
    _Act(
        "Escalate",
        "message.publish",
        "escalation-write",
        "i-mail",
        keywords="ask approval resource internal",
        lane=LaneKind.COMMUNICATION,
    ),
    _Act(
        "Write a leadership note",
        "message.publish",
        "leadership-write",
        "i-mail",
        keywords="handoff",
        lane=LaneKind.COMMUNICATION,
    ),
    _Act("Decide", "decision.decide", "decide-next", "mark-decision", "D", "checkpoint decision"),
    _Act("Act first", "decision.act", "act", "mark-executed", "A", "do it now done already"),
    _Act(
        "Keep course at the checkpoint",
        "decision.decide",
        "keep-course-next",
        "mark-checkpoint",
        keywords="nothing changes stands one line move cancel",
    ),
    _Act("Schedule a checkpoint", "checkpoint.schedule", "checkpoint", "mark-checkpoint"),
    _Act("Change severity", "severity.change", "severity", "i-warning", "S", "sev"),
    _Act("Move to another phase", "phase.change", "phase", "i-go", "P"),
    _Act(
        "Say it was declared in error", "incident.void", "void", "i-info", keywords="void duplicate"
    ),
    _Act(
        "Close it as recovered without mitigation",
        "incident.close",
        "gate",
        "i-gate",
        keywords="end healed by itself alone unmitigated",
        status=Status.ACTIVE,
        query="?ending=alone#closing",
    ),
    _Act("Freeze a surface", "freeze.change", "freeze", "i-freeze", "F", "lift keep merges"),
    _Act("Add a residual risk", "risk.change", "risks", "i-warning", keywords="register"),
    _Act(
        "Add a hardening item", "backlog.change", "backlog", "i-gate", keywords="guardrail backlog"
    ),
    _Act(
        "Open, pass on or end a branch",
        "branch.change",
        "branches",
        "i-branch",
        keywords="recovery hotfix containment rollback",
        lane=LaneKind.MITIGATION,
    ),
    _Act(
        "Set up in one go",
        "incident.set_up",
        "set-up",
        "i-flag",
        keywords="owners deputy channel freeze first checkpoint",
    ),
    _Act("Name an owner", "role.assign", "role", "i-person", keywords="role commander deputy lane"),
    _Act("Take command", "command.take", "take-command", "i-person", keywords="commander deputy"),
    _Act("Take part", "participant.join", "join", "i-person", keywords="join"),
    _Act("Say what is impacted", "surfaces.change", "surfaces", "surface-degraded"),
    _Act("Adopt a scenario", "scenario.set", "scenario", "i-flag"),
    _Act(
        "Say when it began",
        "incident.time",
        "event-times",
        "i-clock",
        keywords="began detected noticed gap",
    ),
    _Act("Set the evidence channel", "channel.set", "channel", "i-link", keywords="chat"),
    _Act(
        "Say who takes part",
        "participant.change",
        "participant",
        "i-person",
        keywords="people invite",
    ),
    _Act("Copy the command snapshot", "room.view", "snapshot", "i-copy", "Y", "markdown", "copy"),
)

_PLACES = (
    _Act("Closure gate", "gate.read", "gate", "i-gate", "G", "close end resolve"),
    _Act("The watch", "watch.read", "watch", "i-clock", keywords="check in reopen trigger"),
    _Act(
        "Closure package", "package.read", "package", "i-gate", keywords="pdf zip review download"
    ),
    _Act("Review and retro", "review.read", "retro", "i-info", keywords="look back questions"),
    _Act("The room as of a time", "room.view", "as-of", "i-clock", "T", "past rewind"),
    _Act("All evidence", "evidence.read", "evidence-list", "mark-evidence"),
    _Act("Search the timeline", "room.view", "timeline", "i-clock", "", "find", "search"),
)

_OF_LIVING = frozenset({"gate", "watch", "package", "retro"})
"""Pages of how an incident ends that is lived here."""

_TYPED = (
    _Act("Note", "note.add", "note-add", "mark-note", does="note"),
    _Act("Search the timeline for", "room.view", "timeline", "i-clock", does="search"),
)


def palette(
    reader: Person,
    who: frozenset[Who],
    facts: IncidentFacts,
    here: str = "",
    *,
    is_past: bool = False,
) -> Palette:
    """For ``reader``, who is ``who`` in the incident; ``here`` is the lane whose page it is.

    From the past (``is_past``) one goes to other pages, and does nothing.
    """
    offered = _Offered(reader, who - {Who.LANE_OWNER}, facts, here)
    everywhere = site_palette(who)
    typed = tuple(offered.rows(_TYPED)) if not is_past else ()
    return Palette(
        acts=tuple(offered.rows(_ACTS)) if not is_past else (),
        places=(
            *offered.rows(_PLACES),
            *_rooms(facts, here),
            *everywhere.acts,
            *everywhere.places,
        ),
        typed=(*typed, *everywhere.typed),
    )


@dataclass(frozen=True, slots=True)
class _Offered:
    """``who`` is without the ownership of a lane, which is added for each lane."""

    reader: Person
    who: frozenset[Who]
    facts: IncidentFacts
    here: str

    def rows(self, acts: tuple[_Act, ...]) -> Iterator[Row]:
        status = self.facts.incident.status
        refused = refused_actions(self.facts.incident)
        for act in acts:
            if act.status not in {"", status} or self._is_of_living(act) or act.action in refused:
                continue
            if act.view == "take-command" and self.facts.commander == self.reader:
                continue
            if any(may(act.action, self._who(lane)) for lane in self._lanes(act)):
                yield Row(
                    act.label, self._href(act), act.icon, act.key, act.keywords, does=act.does
                )

    def _is_of_living(self, act: _Act) -> bool:
        """What was handled elsewhere is never closed here, and its lanes stay empty."""
        elsewhere = self.facts.incident.backfilled is not None
        return elsewhere and (act.view in _OF_LIVING or bool(act.lane))

    def _lanes(self, act: _Act) -> tuple[str, ...]:
        if act.lane == _ANY:
            return tuple(LaneKind.values)
        if act.lane == _HERE:
            return (self.here,) if self.here else ()
        return (act.lane,)

    def _who(self, lane: str) -> frozenset[Who]:
        owns = lane and self.facts.holder(RoleName.LANE_OWNER, lane) == self.reader
        return self.who | {Who.LANE_OWNER} if owns else self.who

    def _href(self, act: _Act) -> str:
        """On a lane the forms that ask for a lane begin with it, where that is the reader's."""
        number = self.facts.incident.pk
        if act.lane == _HERE:
            return reverse(act.view, args=[number, self.here])
        if act.view == "capture" and self.here:
            back = reverse("lane", args=[number, self.here])
            return f"{reverse(act.view, args=[number])}?lane={self.here}&next={back}"
        if act.lane == _ANY and self.here and may(act.action, self._who(self.here)):
            return f"{reverse(act.view, args=[number])}?lane={self.here}"
        return reverse(act.view, args=[number]) + act.query


def _rooms(facts: IncidentFacts, here: str) -> Iterator[Row]:
    number = facts.incident.pk
    yield Row(f"The room of {facts.incident.reference}", reverse("room", args=[number]), "i-go")
    lanes = () if facts.incident.backfilled else LaneKind
    for key, lane in enumerate(lanes, start=1):
        owner = facts.holder(RoleName.LANE_OWNER, lane)
        hint = str(owner) if owner else "nobody owns it"
        href = reverse("lane", args=[number, lane.value])
        yield Row(f"{lane.label} lane", href, f"lane-{lane.value}", str(key), hint=hint)
