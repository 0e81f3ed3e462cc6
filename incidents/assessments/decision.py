"""From facts to the situation that the decision rules judge."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from django.urls import reverse

from incidents.assessments import control
from incidents.assessments.chosen_option import as_open, kind_of_row, own_of, target_of_row
from incidents.facts.incident import IncidentFacts
from incidents.models import Decision, Incident, Person, Side
from incidents.rules import recommendation as recommendation_rules
from incidents.rules.conflict import Scores, Stand
from incidents.rules.decision import (
    Candidate,
    Conflict,
    ImpactedSurface,
    LateRecord,
    Offer,
    Prerequisite,
    Situation,
    Unfinished,
    offers,
)
from incidents.rules.decision.option import FIRST_CODE
from incidents.rules.decision.own_option import OwnOption
from incidents.rules.decision.posture import FITS_CLASS
from incidents.rules.dual_signature import DUAL_CODE
from incidents.rules.safeguard import required_rules
from incidents.vocabulary import ExecutionState, Option, RoleName


def candidate(person: Person | None, incident: Incident) -> Candidate | None:
    """A person for a part in this incident, as input of the rules."""
    if person is None:
        return None
    is_able = person.is_active and person.is_responder
    # Only a restricted incident is worth the query.
    is_shut_out = (
        is_able
        and incident.restricted
        and not Person.objects.who_may_enter(incident).filter(pk=person.pk).exists()
    )
    return Candidate(person.pk, str(person), is_able and not is_shut_out, is_shut_out)


def role_holder(person: Person | None) -> Candidate | None:
    """The holder of a role as input of the rules; facts leave out holders who cannot act."""
    return Candidate(person.pk, str(person)) if person else None


def offered(facts: IncidentFacts) -> tuple[Offer, ...]:
    """The ladder, then the options of the scenario and of the impacted dependency classes.

    So a default posture (write freeze for billing) can always be chosen.
    """
    scenario = facts.scenario
    class_options = (
        FITS_CLASS.get(surface.dependency_class, frozenset()) for surface in impacted(facts)
    )
    added = dict.fromkeys(scenario.options if scenario else ())
    added |= dict.fromkeys(sorted(option for options in class_options for option in options))
    return offers(
        rollback_is_broad=bool(facts.incident.broad_rollback_reason),
        scenario_options=added,
        scenario_reach=scenario.reach if scenario else {},
        own_options=own_options(facts),
    )


def own_options(facts: IncidentFacts) -> dict[str, tuple[OwnOption, ...]]:
    """What surfaces keep ready and what is recommended, by where it comes from."""
    own: dict[str, tuple[OwnOption, ...]] = {
        f"ready for {surface}": options for surface, options in facts.ready_options.items()
    }
    for row in facts.open_recommendations:
        if (option := own_of(row)) is not None:
            own[row.reference] = (option,)
    return own


def impacted(facts: IncidentFacts) -> tuple[ImpactedSurface, ...]:
    """The impacted surfaces, and the scenario's dependency class if no surface has it."""
    surfaces = [ImpactedSurface(s.name, s.dependency_class) for s in facts.surfaces]
    scenario = facts.scenario
    if scenario and scenario.dependency_class not in {s.dependency_class for s in surfaces}:
        surfaces.append(ImpactedSurface(scenario.title, scenario.dependency_class))
    return tuple(surfaces)


def is_dual(facts: IncidentFacts) -> bool:
    """Does ``D-DUAL`` apply: is billing or ledger data touched, by surface or scenario?

    What applied once stays until two leave it.
    """
    return facts.incident.keeps_dual or DUAL_CODE in _required_rules(facts)


def _required_rules(facts: IncidentFacts) -> frozenset[str]:
    """The special rules that impacted surfaces and scenario ask for."""
    classes = (surface.dependency_class for surface in impacted(facts))
    return required_rules(classes, facts.scenario.rules if facts.scenario else ())


_BEFORE_HOTFIX = (Option.ROLLBACK, Option.REVOCATION)


def prerequisites(facts: IncidentFacts) -> tuple[Prerequisite, ...]:
    """What ``D-FIRST`` requires before a hotfix after an access bypass, and its progress."""
    if not facts.incident.keeps_first and FIRST_CODE not in _required_rules(facts):
        return ()
    return tuple(_prerequisite(facts, option) for option in _BEFORE_HOTFIX)


def _prerequisite(facts: IncidentFacts, option: Option) -> Prerequisite:
    decisions = [d for d in facts.decisions if d.option == option]
    # Done is never recorded without proof; a failed run shows that it was not complete.
    done = any(
        d.execution.done_at and d.execution.state != ExecutionState.FAILED for d in decisions
    )
    progress = "is not decided yet"
    if decisions:
        last = decisions[-1]
        state = ExecutionState(last.execution.state).label.lower()
        progress = f"is decided by {last.reference}, which stands at “{state}”"
    return Prerequisite(option.value, str(option.label), done, progress)


def stand_of(
    side: Side, scores: Scores | None = None, goes_with: frozenset[int] = frozenset()
) -> Stand:
    """A side of a contradiction as input of the rules, with the commander's new ``scores``.

    ``goes_with`` are the numbers of the recommendations that go together with it.
    """
    recommendation = side.recommendation
    return Stand(
        number=recommendation.number,
        option=kind_of_row(recommendation),
        label=recommendation.title,
        owner=recommendation.owner_name,
        author=Scores(recommendation.reversibility, recommendation.blast_radius),
        commander=scores or Scores(side.reversibility, side.blast_radius),
        target=target_of_row(recommendation),
        goes_with=goes_with,
    )


def together(facts: IncidentFacts) -> dict[int, frozenset[int]]:
    """By the number of an open recommendation: those of which both owners say that they go with
    it."""
    rows = facts.open_recommendations
    every = [(row.number, as_open(row)) for row in rows]
    return {
        number: frozenset(n for n, other in every if recommendation_rules.go_together(one, other))
        for number, one in every
    }


def conflict_of(facts: IncidentFacts, scores: Mapping[int, Scores]) -> Conflict | None:
    """The open contradiction, with the sides that are still open and still contradict another."""
    contradiction = facts.contradiction
    if contradiction is None:
        return None
    open_ones = [as_open(row) for row in facts.open_recommendations]
    still = {one.key for one in recommendation_rules.contradicting(open_ones)}
    goes_with = together(facts)
    sides = tuple(
        stand_of(
            side,
            scores.get(side.recommendation.number),
            goes_with.get(side.recommendation.number, frozenset()),
        )
        for side in facts.sides_of(contradiction)
        if side.recommendation_id in still
    )
    return Conflict(contradiction.reference, sides)


def without(facts: IncidentFacts, decision: Decision) -> IncidentFacts:
    """The facts as if this decision were not there yet: its own record is judged by them."""
    others = tuple(d for d in facts.decisions if d.pk != decision.pk)
    return replace(facts, decisions=others)


def late_records(facts: IncidentFacts, now: datetime) -> tuple[LateRecord, ...]:
    """The records that are owed and late."""
    return tuple(
        LateRecord(decision.reference, decision.checkpoint.get_absolute_url())
        for decision in facts.owed
        if decision.checkpoint.due_at <= now
    )


def situation_of(
    facts: IncidentFacts, now: datetime, scores: Mapping[int, Scores] | None = None
) -> Situation:
    """``scores`` are the commander's, by the number of the recommendation."""
    number = [facts.incident.pk]
    return Situation(
        now=now,
        severity=facts.incident.severity,
        commander=role_holder(facts.commander),
        is_first=not facts.decisions,
        is_overridden=facts.override is not None,
        readiness=control.readiness(facts, now),
        offered=offered(facts),
        surfaces=impacted(facts),
        severity_href=reverse("severity", args=number),
        commander_href=reverse("role", args=number),
        unfinished=tuple(
            Unfinished(running.decision.reference, running.decision.title)
            for running in facts.mitigations
        ),
        late_records=late_records(facts, now),
        branch_owners=frozenset(str(branch.owner) for branch in facts.active_branches),
        prerequisites=prerequisites(facts),
        conflict=conflict_of(facts, scores or {}),
        is_dual=is_dual(facts),
        data_owner=role_holder(facts.holder(RoleName.DATA_OWNER)),
    )
