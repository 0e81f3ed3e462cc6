"""An own option on real rows: decided, done first, recommended, kept ready by a surface."""

from dataclasses import replace

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from incidents.assessments.decision import offered
from incidents.facts.incident import read_facts
from incidents.facts.signed_record import content_hash
from incidents.models import Decision, Person, Surface, SurfaceOption
from incidents.panels.markdown import decision_record
from incidents.rules.decision.own_option import Alternative, OwnOption
from incidents.timeline import kinds
from incidents.vocabulary import LaneKind, Option, RecommendationState
from kernel.refusal import Refused
from tests.helpers.decision_run import DecisionRun
from tests.helpers.recommendations import Owners
from tests.incidents.actions.test_acts import act, complete

pytestmark = pytest.mark.django_db

FAIL_BACK = OwnOption(
    "Fail back to Frankfurt", "reversible", "Traffic is sent back within a minute", "rollback"
)
LADDER = {
    Option.FLAG: "It does not cover the region",
    Option.HOTFIX: "The cause is not confirmed",
    Option.ROLLBACK: "The release is not the cause",
}
OTHERS = (
    Alternative("Add replicas", "They fill with the same error"),
    Alternative("Restart the nodes", "It comes back within minutes"),
)


def decide(run: DecisionRun, **fields) -> Decision:
    chosen = {"own": FAIL_BACK, "rejected": LADDER, "alternatives": OTHERS, "choice": ""}
    return run.decide(Option.OWN, **(chosen | fields))


def test_it_is_decided_under_its_name_with_what_else_was_thought_of(executing: DecisionRun) -> None:
    decision = decide(executing, option_detail="in three steps")

    assert decision.title == "Fail back to Frankfurt: in three steps"
    assert (decision.reach, decision.choice) == ("reversible", "rollback")
    assert {r.label: r.reason for r in decision.rejected.all()} == {
        "Feature-flag disable": LADDER[Option.FLAG],
        "Targeted hotfix": LADDER[Option.HOTFIX],
        "Full rollback": LADDER[Option.ROLLBACK],
        "Add replicas": OTHERS[0].reason,
        "Restart the nodes": OTHERS[1].reason,
    }
    assert decision.execution.mitigates
    entry = executing.incident.timeline.get(kind="decision.made")
    _, body = kinds.get(entry.kind).headline_and_body(entry.subject, entry.data)
    for words in ("Fail back to Frankfurt", FAIL_BACK.reach_reason, "Not Add replicas"):
        assert words in body


def test_every_copy_of_the_record_has_it(executing: DecisionRun, client: Client) -> None:
    decision = decide(executing)

    facts = read_facts(executing.incident)
    copied = decision_record(facts.decisions[0], facts)
    client.force_login(executing.commander)
    page = client.get(decision.get_absolute_url()).content.decode()
    room = client.get(executing.incident.get_absolute_url()).content.decode()
    for text in (copied, page):
        for words in (FAIL_BACK.name, FAIL_BACK.reach_reason, *(o.reason for o in OTHERS)):
            assert words in text
    assert "Nearest step of the ladder" in page
    assert FAIL_BACK.name in room


def test_its_name_and_reach_are_part_of_what_is_signed(executing: DecisionRun) -> None:
    decision = decide(executing)

    renamed = Decision.objects.get(pk=decision.pk)
    before = content_hash(renamed)
    renamed.own_reach_reason = "Somebody else's words"
    assert content_hash(renamed) != before


def test_done_first_it_is_the_option_of_the_record(executing: DecisionRun) -> None:
    done = act(executing, option=Option.OWN, own=FAIL_BACK)
    assert done.title == FAIL_BACK.name

    with pytest.raises(Refused) as refusal:
        complete(executing, done, own=replace(FAIL_BACK, name="Fail over"), rejected=LADDER)
    assert [v.code for v in refusal.value.violations] == ["A-RECORD"]

    complete(executing, done, own=FAIL_BACK, rejected=LADDER, choice="rollback")
    done.refresh_from_db()
    assert (done.owed, done.own_name, done.nearest_step) == (False, FAIL_BACK.name, "rollback")


@pytest.mark.parametrize("reach", ["bounded", "broad", ""])
def test_only_a_reversible_one_is_begun_before_its_record(
    executing: DecisionRun, reach: str
) -> None:
    with pytest.raises(Refused) as refusal:
        act(executing, option=Option.OWN, own=replace(FAIL_BACK, reach=reach))

    code = "A-NOW" if reach else "D-OWN"
    assert [v.code for v in refusal.value.violations] == [code]


def test_a_surface_keeps_one_ready_while_it_is_impacted(executing: DecisionRun) -> None:
    surface = Surface.objects.create(name="Sign-in", slug="sign-in-ready")
    SurfaceOption.objects.create(
        surface=surface,
        name=FAIL_BACK.name,
        reach=FAIL_BACK.reach,
        reach_reason=FAIL_BACK.reach_reason,
        nearest_step=FAIL_BACK.nearest_step,
    )
    incident = executing.incident
    assert FAIL_BACK.name not in [offer.label for offer in offered(read_facts(incident))]

    incident.surfaces.add(surface)

    offer = next(o for o in offered(read_facts(incident)) if o.own)
    assert (offer.own, offer.source) == (FAIL_BACK, "ready for Sign-in")


def test_a_recommended_one_is_offered_and_chosen_by_its_name(
    executing: DecisionRun, lane_owners: dict[LaneKind, Person]
) -> None:
    recommending = Owners(executing.incident, lane_owners, executing.cited, executing.now)
    first = recommending.recommend(LaneKind.MITIGATION, "own", own=FAIL_BACK, option_detail="")
    other = replace(FAIL_BACK, name="Fail over to Dublin")
    recommending.recommend(LaneKind.INVESTIGATION, "own", own=other, option_detail="")

    facts = read_facts(executing.incident)
    assert facts.contradiction is not None
    assert [o.source for o in offered(facts) if o.own] == ["R-1", "R-2"]
    recommending.withdraw(2, executing.commander)
    decide(executing, own=replace(FAIL_BACK, name="fail back to FRANKFURT"))
    first.refresh_from_db()
    assert first.state == RecommendationState.CHOSEN


def test_the_database_refuses_one_without_a_name(executing: DecisionRun) -> None:
    decision = decide(executing)
    decision.pk, decision.number, decision.own_name = None, 9, ""

    with pytest.raises(IntegrityError, match="own_option_complete"), transaction.atomic():
        Decision.objects.bulk_create([decision])
