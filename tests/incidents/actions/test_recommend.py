"""Recommending and taking it back, on real rows."""

from datetime import timedelta
from uuid import uuid4

import pytest

from incidents.actions import recommendations, roles
from incidents.models import Incident, Person, TimelineEntry
from incidents.vocabulary import LaneKind, RecommendationState, RoleName, Status
from kernel.refusal import AlreadyDone, NotPermitted, Refused
from tests.helpers.closable import set_status
from tests.helpers.decision_inputs import capture_evidence
from tests.helpers.factories import START, declared
from tests.helpers.recommendations import Owners, recommendation_input, run_concurrently

NOW = START + timedelta(minutes=10)
INVESTIGATION, MITIGATION = LaneKind.INVESTIGATION, LaneKind.MITIGATION


def states(incident: Incident) -> list[str]:
    return list(incident.recommendations.values_list("state", flat=True))


def entry(incident: Incident, kind: str) -> TimelineEntry:
    return incident.timeline.filter(kind=kind).latest("seq")


# -- Recommending ------------------------------------------------------------------------------


def test_it_stands_on_record_with_evidence_and_scores(
    staffed: Incident, recommending: Owners
) -> None:
    made = recommending.recommend(MITIGATION, "rollback")

    assert (made.reference, made.title) == ("R-1", "Full rollback: to 4be90a7")
    assert list(made.evidence.all()) == [recommending.cited]
    told = entry(staffed, "recommendation.made")
    assert (told.subject, told.lane) == ("R-1", "mitigation")
    assert told.data["evidence"] == [recommending.cited.reference]
    assert (told.data["reversibility"], told.data["blast_radius"]) == (4, 2)
    assert not staffed.contradictions.exists()


def test_the_authors_earlier_one_of_that_lane_is_replaced(
    staffed: Incident, recommending: Owners
) -> None:
    recommending.recommend(MITIGATION, "rollback")

    recommending.recommend(MITIGATION, "flag")

    assert states(staffed) == [RecommendationState.REPLACED, RecommendationState.OPEN]
    assert entry(staffed, "recommendation.made").data["replaces"] == "R-1"
    assert staffed.recommendations.get(number=1).closing_reason == "Replaced by R-2"


def test_every_unmet_rule_is_told_and_nothing_is_written(
    staffed: Incident, recommending: Owners
) -> None:
    before = staffed.timeline.count()

    with pytest.raises(Refused) as refusal:
        recommending.recommend(
            MITIGATION, "", reasons="n/a", evidence=(99,), reversibility=None, blast_radius=9
        )

    codes = [violation.code for violation in refusal.value.violations]
    assert codes == ["R-OPTION", "R-REASONS", "R-EVIDENCE", "R-SCORES", "R-SCORES"]
    assert not staffed.recommendations.exists()
    assert staffed.timeline.count() == before


def test_evidence_of_another_incident_is_none_of_this(
    staffed: Incident, recommending: Owners, commander: Person
) -> None:
    other = declared(commander)
    for _ in range(2):
        elsewhere = capture_evidence(other, commander, NOW)

    with pytest.raises(Refused) as refusal:
        recommending.recommend(MITIGATION, "rollback", evidence=(elsewhere.number,))

    assert [v.code for v in refusal.value.violations] == ["R-EVIDENCE"]


def test_an_option_that_only_another_scenario_offers_is_refused(recommending: Owners) -> None:
    with pytest.raises(Refused) as refusal:
        recommending.recommend(MITIGATION, "replay")

    assert [v.code for v in refusal.value.violations] == ["R-OPTION"]


def test_an_option_of_the_scenario_can_be_recommended(commander: Person) -> None:
    incident = declared(commander, scenario="permission-leak", restricted=False)
    actor = commander.as_actor()
    roles.assign(
        actor, incident.pk, role=RoleName.LANE_OWNER, lane=MITIGATION, person=commander, now=NOW
    )
    said = recommendation_input(capture_evidence(incident, commander, NOW), option="revocation")

    made = recommendations.recommend(actor, incident.pk, said, lane=MITIGATION, now=NOW)

    assert made.option == "revocation"


@pytest.mark.parametrize("status", sorted(set(Status) - {Status.ACTIVE, Status.BACKFILLED}))
def test_when_the_incident_is_over_nothing_is_recommended(
    staffed: Incident, recommending: Owners, status: Status
) -> None:
    set_status(staffed.pk, status)

    with pytest.raises(Refused) as refusal:
        recommending.recommend(MITIGATION, "rollback")

    assert [v.code for v in refusal.value.violations] == ["R-OVER"]


def test_only_the_owner_of_the_lane_recommends_there(
    recommending: Owners,
    commander: Person,
    stranger: Person,
    admin: Person,
    lane_owners: dict[LaneKind, Person],
) -> None:
    for person in (commander, stranger, admin, lane_owners[INVESTIGATION]):
        with pytest.raises(NotPermitted):
            recommending.recommend(MITIGATION, "rollback", by=person)


def test_a_form_sent_twice_recommends_once(
    staffed: Incident, recommending: Owners, lane_owners: dict[LaneKind, Person]
) -> None:
    actor, key = lane_owners[MITIGATION].as_actor(), uuid4()
    said = recommendation_input(recommending.cited)
    recommendations.recommend(actor, staffed.pk, said, lane=MITIGATION, now=NOW, once=key)

    with pytest.raises(AlreadyDone):
        recommendations.recommend(actor, staffed.pk, said, lane=MITIGATION, now=NOW, once=key)

    assert states(staffed) == [RecommendationState.OPEN]


# -- Withdrawing -------------------------------------------------------------------------------


def test_the_author_withdraws_it(
    staffed: Incident, recommending: Owners, lane_owners: dict[LaneKind, Person]
) -> None:
    recommending.recommend(MITIGATION, "rollback")

    made = recommending.withdraw(1, lane_owners[MITIGATION])

    assert (made.state, made.closed_at) == (RecommendationState.WITHDRAWN, NOW)
    assert made.closing_reason == "The cause is another"
    assert entry(staffed, "recommendation.withdrawn").data["reason"] == "The cause is another"


@pytest.mark.parametrize("who", ["commander", "admin"])
def test_the_commander_and_an_admin_withdraw_for_others(
    request: pytest.FixtureRequest, staffed: Incident, recommending: Owners, who: str
) -> None:
    recommending.recommend(MITIGATION, "rollback")

    recommending.withdraw(1, request.getfixturevalue(who))

    assert states(staffed) == [RecommendationState.WITHDRAWN]


def test_nobody_else_withdraws_it(
    staffed: Incident,
    recommending: Owners,
    stranger: Person,
    lane_owners: dict[LaneKind, Person],
) -> None:
    recommending.recommend(MITIGATION, "rollback")

    for person in (stranger, lane_owners[INVESTIGATION]):
        with pytest.raises(NotPermitted, match="Only Mitigation Owner or the commander"):
            recommending.withdraw(1, person)

    assert states(staffed) == [RecommendationState.OPEN]


@pytest.mark.parametrize("reason", ["", "  ", "None.", "N / A"])
def test_withdrawing_needs_a_reason(
    staffed: Incident,
    recommending: Owners,
    lane_owners: dict[LaneKind, Person],
    reason: str,
) -> None:
    recommending.recommend(MITIGATION, "rollback")

    with pytest.raises(Refused) as refusal:
        recommending.withdraw(1, lane_owners[MITIGATION], reason)

    assert [v.code for v in refusal.value.violations] == ["R-REASON"]
    assert states(staffed) == [RecommendationState.OPEN]


def test_what_is_not_open_is_not_withdrawn(
    staffed: Incident, recommending: Owners, lane_owners: dict[LaneKind, Person]
) -> None:
    recommending.recommend(MITIGATION, "rollback")
    recommending.recommend(MITIGATION, "flag")
    recommending.withdraw(2, lane_owners[MITIGATION])

    sentences = {}
    for number in (1, 2):
        with pytest.raises(Refused) as refusal:
            recommending.withdraw(number, lane_owners[MITIGATION])
        sentences[number] = refusal.value.violations[0].sentence

    assert sentences == {
        1: "R-1 is not open any more: replaced by a newer one.",
        2: "R-2 is not open any more: withdrawn.",
    }


# -- At once -----------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_of_two_who_withdraw_at_once_the_second_is_told(
    staffed: Incident,
    recommending: Owners,
    commander: Person,
    lane_owners: dict[LaneKind, Person],
) -> None:
    recommending.recommend(MITIGATION, "rollback")

    answers = run_concurrently(
        lambda person: recommending.withdraw(1, person).reference,
        commander,
        lane_owners[MITIGATION],
    )

    assert sorted(answers) == ["R-1", "R-STATE"]
    assert staffed.timeline.filter(kind="recommendation.withdrawn").count() == 1
