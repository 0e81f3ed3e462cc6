"""Deciding on real rows: effects, refusals that leave nothing, and two people at once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
from django.db import close_old_connections, connection

from incidents.actions import checkpoints, decisions, drafts, lifecycle
from incidents.models import Decision, DecisionDraft, Evidence, Incident, Notice, Person
from incidents.vocabulary import LaneKind, Option
from kernel.refusal import AlreadyDone, Refused
from tests.helpers.decision_inputs import capture_evidence, decision_input, prepare_decision
from tests.helpers.factories import START

NOW = START + timedelta(minutes=10)


@pytest.fixture
def cited(staffed: Incident, commander: Person) -> Evidence:
    """Precheck output of an incident that is ready, with CP-1 due in 20 minutes."""
    evidence = prepare_decision(staffed, commander, NOW)
    due = NOW + timedelta(minutes=20)
    checkpoints.schedule(commander.as_actor(), staffed.pk, due_at=due, purpose="", now=NOW)
    return evidence


@pytest.fixture
def owners(lane_owners: dict[LaneKind, Person]) -> tuple[Person, Person]:
    return lane_owners[LaneKind.MITIGATION], lane_owners[LaneKind.VERIFICATION]


def decide(
    incident: Incident, by: Person, said: decisions.DecisionInput, **options: Any
) -> Decision:
    return decisions.decide(by.as_actor(), incident.pk, 1, said, now=NOW, **options)


def test_a_decision_ends_its_checkpoint_and_sets_the_next(
    staffed: Incident, commander: Person, cited: Evidence, owners: tuple[Person, Person]
) -> None:
    made = decide(staffed, commander, decision_input(cited, *owners, NOW))

    assert made.reference == "D-1"
    assert [c.reference for c in staffed.checkpoints.open()] == ["CP-2"]
    assert made.next_checkpoint.due_at == made.deadline == NOW + timedelta(minutes=30)
    assert [risk.reference for risk in made.risks.all()] == ["RISK-1"]
    assert {r.option for r in made.rejected.all()} == {Option.FLAG, Option.HOTFIX}
    assert made.commander == commander


def test_the_entry_tells_the_whole_record(
    staffed: Incident, commander: Person, cited: Evidence, owners: tuple[Person, Person]
) -> None:
    decide(staffed, commander, decision_input(cited, *owners, NOW))

    entry = staffed.timeline.get(kind="decision.made")

    assert entry.subject == "D-1"
    assert entry.data["evidence"] == [cited.reference]
    assert entry.data["verification"] == "401 rate below 0.5 % for five minutes"


def test_one_person_for_both_is_a_warning_on_the_record_below_sev1(
    staffed: Incident, commander: Person, cited: Evidence, owners: tuple[Person, Person]
) -> None:
    lifecycle.change_severity(
        commander.as_actor(), staffed.pk, severity="2", reason="One region only", now=NOW
    )
    said = decision_input(
        cited, owners[0], owners[0], NOW, deviation_reason="The cause is in the release"
    )

    decide(staffed, commander, said)

    warnings = staffed.timeline.get(kind="decision.made").data["warnings"]
    assert len(warnings) == 1
    assert str(owners[0]) in warnings[0]


def test_both_owners_are_told(
    staffed: Incident, commander: Person, cited: Evidence, owners: tuple[Person, Person]
) -> None:
    decide(staffed, commander, decision_input(cited, *owners, NOW))

    told = Notice.objects.filter(kind="decision.made").values_list("person", flat=True)

    assert set(told) == {person.pk for person in owners}


def test_a_refusal_lists_everything_and_leaves_only_itself_and_the_draft(
    staffed: Incident, commander: Person, cited: Evidence, owners: tuple[Person, Person]
) -> None:
    said = decision_input(
        cited,
        owners[0],
        owners[0],
        NOW,
        risk_new="None.",
        scope=" ",
        verification="",
        raw={"x": ["1"]},
    )

    with pytest.raises(Refused) as refusal:
        decide(staffed, commander, said)

    codes = {violation.code for violation in refusal.value.violations}
    assert codes == {"D-RISK", "D-SCOPE", "D-VERIFY", "D-OWNERS"}
    assert not Decision.objects.exists()
    assert not staffed.risks.exists()
    assert [c.reference for c in staffed.checkpoints.open()] == ["CP-1"]
    assert staffed.timeline.order_by("-seq").first().kind == "decision.refused"
    assert DecisionDraft.objects.get().data == {"x": ["1"]}


def test_a_secret_in_a_statement_is_masked_on_the_record_and_in_the_draft(
    staffed: Incident, commander: Person, cited: Evidence, owners: tuple[Person, Person]
) -> None:
    leak = "Call it with password=Tr0ub4dor-and-3"

    draft = drafts.save_draft(
        commander.as_actor(), staffed.checkpoints.get(), {"why_now": [leak]}, now=NOW
    )
    made = decide(staffed, commander, decision_input(cited, *owners, NOW, why_now=leak))

    assert "Tr0ub4dor" not in str(draft.data)
    assert "Tr0ub4dor" not in made.why_now
    assert "Tr0ub4dor" not in str(staffed.timeline.get(kind="decision.made").data)


def test_a_text_that_masking_makes_too_long_is_cut_and_the_decision_stands(
    staffed: Incident, commander: Person, cited: Evidence, owners: tuple[Person, Person]
) -> None:
    action = "x" * 280 + " password=hunter2xy9"

    made = decide(staffed, commander, decision_input(cited, *owners, NOW, next_action=action))

    assert len(made.next_action) == 300
    assert "hunter2" not in made.next_action


def test_a_draft_that_comes_after_the_decision_is_not_kept(
    staffed: Incident, commander: Person, cited: Evidence, owners: tuple[Person, Person]
) -> None:
    decide(staffed, commander, decision_input(cited, *owners, NOW))

    late = drafts.save_draft(
        commander.as_actor(), staffed.checkpoints.get(number=1), {"scope": ["x"]}, now=NOW
    )

    assert late is None
    assert not DecisionDraft.objects.exists()


def test_a_mended_refusal_is_accepted_under_the_same_submission(
    staffed: Incident, commander: Person, cited: Evidence, owners: tuple[Person, Person], key: Any
) -> None:
    with pytest.raises(Refused):
        decide(staffed, commander, decision_input(cited, *owners, NOW, scope=""), once=key)

    made = decide(staffed, commander, decision_input(cited, *owners, NOW), once=key)

    assert made.reference == "D-1"
    assert not DecisionDraft.objects.exists()


def test_the_same_submission_decides_once(
    staffed: Incident, commander: Person, cited: Evidence, owners: tuple[Person, Person], key: Any
) -> None:
    decide(staffed, commander, decision_input(cited, *owners, NOW), once=key)

    with pytest.raises(AlreadyDone) as again:
        decide(staffed, commander, decision_input(cited, *owners, NOW), once=key)

    assert again.value.href == staffed.get_absolute_url()
    assert Decision.objects.count() == 1


def test_evidence_of_another_incident_is_no_evidence(
    staffed: Incident, commander: Person, cited: Evidence, owners: tuple[Person, Person]
) -> None:
    with pytest.raises(Refused) as refusal:
        decide(staffed, commander, decision_input(cited, *owners, NOW, evidence=(999,)))

    assert {violation.code for violation in refusal.value.violations} == {"D-EVIDENCE"}


def test_the_first_decision_needs_readiness_or_a_recorded_override(
    staffed: Incident, commander: Person, owners: tuple[Person, Person]
) -> None:

    evidence = capture_evidence(staffed, commander, NOW)
    checkpoints.schedule(
        commander.as_actor(), staffed.pk, due_at=NOW + timedelta(minutes=5), purpose="", now=NOW
    )

    with pytest.raises(Refused) as refusal:
        decide(staffed, commander, decision_input(evidence, *owners, NOW))
    made = decide(
        staffed,
        commander,
        decision_input(evidence, *owners, NOW, override_reason="Data is being lost every second"),
    )

    assert {violation.code for violation in refusal.value.violations} == {"D-READY"}
    assert made.override_reason == "Data is being lost every second"


@pytest.mark.django_db(transaction=True)
def test_of_two_who_decide_at_once_the_second_keeps_a_draft(
    staffed: Incident,
    commander: Person,
    admin: Person,
    cited: Evidence,
    owners: tuple[Person, Person],
) -> None:
    together = Barrier(2)

    def attempt(person: Person) -> str:
        together.wait(10)
        said = decision_input(cited, *owners, NOW, raw={"scope": [str(person)]})
        try:
            return decide(staffed, person, said).reference
        except Refused as refusal:
            return refusal.violations[0].code
        finally:
            connection.close()

    answers = in_threads(attempt, commander, admin)

    assert sorted(answers) == ["D-1", "K-DECIDED"]
    assert Decision.objects.count() == 1
    assert DecisionDraft.objects.count() == 1


def in_threads(attempt: Callable[[Person], str], *people: Person) -> list[str]:
    close_old_connections()
    with ThreadPoolExecutor(len(people)) as pool:
        return list(pool.map(attempt, people))


@pytest.fixture
def key() -> Any:

    return uuid4()
