"""The input of the decision rules: the proposal that a commander filled in, and the situation.

Every field of a proposal may be blank: a rule reports what is missing, it never fails.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from incidents.rules.conflict import Stand, target_of
from incidents.rules.decision.ladder import Offer, own_offer
from incidents.rules.decision.own_option import Alternative, OwnOption, kind_of, own_violations
from incidents.rules.readiness import Readiness
from incidents.vocabulary import DependencyClass, Option


@dataclass(frozen=True, slots=True)
class Candidate:
    """A person for a role. ``can_act``: an active responder who may enter this incident.

    ``is_shut_out``: they could, but the incident is restricted and they take no part in it.
    """

    id: int
    name: str
    can_act: bool = True
    is_shut_out: bool = False

    def unable_sentence(self, otherwise: str) -> str:
        """Why they cannot act here, and what to do; ``otherwise`` begins with a verb."""
        if self.is_shut_out:
            return (
                f"{self.name} takes no part in this restricted incident: add them to it first,"
                f" or {otherwise}."
            )
        return f"{self.name} cannot act in this incident: {otherwise}."


@dataclass(frozen=True, slots=True)
class Cited:
    """An evidence item that the proposal cites. One of another incident is no evidence here."""

    number: int
    has_content: bool = True
    is_precheck: bool = False
    claimed_by: str = ""
    """Who claims that it is a precheck, which nobody has confirmed."""
    of_incident: bool = True


@dataclass(frozen=True, slots=True)
class ImpactedSurface:
    name: str
    dependency_class: str = DependencyClass.OTHER


@dataclass(frozen=True, slots=True)
class Unfinished:
    """The mitigation that is running, or waits for signatures or verification."""

    reference: str
    label: str


@dataclass(frozen=True, slots=True)
class LateRecord:
    """A record that is owed after an act, and late; ``href`` is where it is completed."""

    reference: str
    href: str = ""


@dataclass(frozen=True, slots=True)
class Prerequisite:
    """An option that must be executed, with proof, before a hotfix (``D-FIRST``).

    ``progress`` is a clause: "is not decided yet".
    """

    option: str
    label: str
    is_done: bool
    progress: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """The open contradiction, its sides scored as far as the commander has scored them."""

    reference: str
    sides: tuple[Stand, ...]

    @property
    def options(self) -> frozenset[str]:
        return frozenset(side.option for side in self.sides)

    def chosen(self, kind: str, target: str) -> tuple[Stand, ...]:
        """The sides that a decision for ``kind`` takes.

        Where they name different targets under it, those of its ``target``, and who named none;
        nobody's while it names none of them.
        """
        asking = tuple(side for side in self.sides if side.option == kind)
        if not self.names_several(kind):
            return asking
        taken = tuple(side for side in asking if side.target == target)
        return tuple(s for s in asking if s in taken or not s.target) if target and taken else ()

    def names_several(self, kind: str) -> bool:
        """Whether its sides name different targets under one option."""
        return len({s.target for s in self.sides if s.option == kind and s.target}) > 1


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionFields:
    """The fields of the form that the rules read as they were filled in, with the form's names.

    ``rejected`` maps options to reasons; the form's field of each is ``rejected_<option>``. ``own``
    is the option where that is an own one, ``alternatives`` what else was thought of.
    """

    scope: str = ""
    next_action: str = ""
    deadline: datetime | None = None
    choice: str = ""
    option: str = ""
    option_detail: str = ""
    own: OwnOption | None = None
    alternatives: tuple[Alternative, ...] = ()
    rejected: Mapping[str, str] = field(default_factory=dict)
    why_now: str = ""
    reversibility: str = ""
    blast_radius: str = ""
    verification: str = ""
    confidence: str = ""
    deviation_reason: str = ""
    override_reason: str = ""
    supersede_reason: str = ""
    beside_reason: str = ""
    conflict_reason: str = ""

    @property
    def kind(self) -> str:
        """What makes two options the same; "" while none is chosen."""
        return kind_of(self.option, self.own.name if self.own else "")

    @property
    def target(self) -> str:
        """What is compared of the target that it names."""
        return target_of(self.option_detail)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal(DecisionFields):
    """What the rules judge: the fields, with people, evidence and risks looked up.

    ``risks`` are the texts of the picked risks and of the new one.
    """

    evidence: tuple[Cited, ...] = ()
    risks: tuple[str, ...] = ()
    executor: Candidate | None = None
    verifier: Candidate | None = None
    conflict_evidence: tuple[Cited, ...] = ()


@dataclass(frozen=True, slots=True)
class Situation:
    """The incident at the moment of deciding.

    ``is_first``: no decision has been recorded yet. ``is_overridden``: an earlier decision skipped
    readiness. ``offered``: see ``ladder.offers``. ``is_dual``: two people must sign (``D-DUAL``).
    ``unfinished``: every mitigation that is. ``branch_owners``: the names of the owners of active
    branches.
    ``data_owner``: who signs besides the commander. The links lead to what no field of the form
    can mend.
    """

    now: datetime
    severity: str
    commander: Candidate | None
    is_first: bool
    is_overridden: bool
    readiness: Readiness
    offered: tuple[Offer, ...]
    surfaces: tuple[ImpactedSurface, ...] = ()
    severity_href: str = ""
    commander_href: str = ""
    unfinished: tuple[Unfinished, ...] = ()
    late_records: tuple[LateRecord, ...] = ()
    branch_owners: frozenset[str] = frozenset()
    prerequisites: tuple[Prerequisite, ...] = ()
    conflict: Conflict | None = None
    is_dual: bool = False
    data_owner: Candidate | None = None

    def offer(self, option: str, own: OwnOption | None = None) -> Offer | None:
        """The chosen option if it may be chosen here; an own one once it is complete."""
        if option == Option.OWN:
            return None if own is None or own_violations(own) else own_offer(own)
        return next((offer for offer in self.offered if offer.option == option), None)
