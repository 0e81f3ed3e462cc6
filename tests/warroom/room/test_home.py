"""Home: a person's own work by what is due first, the same few queries however much it is."""

from datetime import datetime, timedelta

import pytest
from django.test import Client

from comms.actions import explain_lapse, lapses
from comms.rules.commitment import DUE, LAPSED, SOON
from comms.vocabulary import Audience
from incidents.actions import checkpoints, recommendations, roles, together
from incidents.duties.duty import Duty, by_time
from incidents.duties.urgency import Urgency
from incidents.facts.summary import read_summaries
from incidents.models import Incident, Person
from incidents.vocabulary import Group, LaneKind, RoleName
from kernel import clock
from lanes.actions import set_boundary
from lanes.facts.handoffs import answer_due
from lanes.handoff import actions as handoffs
from retros.models import CheckIn
from tests.helpers.counting import queries
from tests.helpers.decision_inputs import capture_evidence
from tests.helpers.decision_run import DecisionRun
from tests.helpers.factories import START, PersonFactory, SurfaceFactory, declared
from tests.helpers.handoffs import HandoffDriver
from tests.helpers.messages import published
from tests.helpers.recommendations import Owners, recommendation_input
from tests.retros.closing.closable import ClosingRun

NOW = START + timedelta(minutes=40)
Lanes = dict[LaneKind, Person]
MAX_QUERIES = 16
"""With those of the session, of the person and of their groups."""


@pytest.fixture
def me(db: None) -> Person:
    return PersonFactory(username="me", groups=[Group.RESPONDER])


@pytest.fixture
def inside(client: Client, me: Person) -> Client:
    client.force_login(me)
    return client


def give(incident: Incident, by: Person, to: Person, role: RoleName, lane: str = "") -> None:
    roles.assign(by.as_actor(), incident.pk, role=role, lane=lane, person=to, now=START)


def commanded(me: Person, other: Person) -> Incident:
    """Five duties: the checkpoint, evidence, a freeze, owners, and a lane that is offered."""
    incident = declared(me, surfaces=[SurfaceFactory()])
    give(incident, me, other, RoleName.LANE_OWNER, LaneKind.MITIGATION)
    give(incident, me, me, RoleName.LANE_OWNER, LaneKind.VERIFICATION)
    HandoffDriver(incident, me, NOW).offer(other, me, LaneKind.MITIGATION)
    return incident


@pytest.fixture
def rich(
    me: Person, commander: Person, stranger: Person, lane_owners: dict[LaneKind, Person]
) -> list[Incident]:
    """Two incidents in which everything waits for ``me`` that there is."""
    dual = declared(commander, scenario="billing-state-mismatch")
    ledger = DecisionRun(dual, commander, lane_owners)
    ledger.assign(RoleName.DATA_OWNER, me)
    ledger.assign(RoleName.LANE_OWNER, me, LaneKind.COMMUNICATION)
    published(me, dual, ledger.now)
    HandoffDriver(dual, commander, ledger.now).offer(
        lane_owners[LaneKind.INVESTIGATION], me, "investigation"
    )
    ledger.decide()

    torn = declared(me)
    for lane, owner in lane_owners.items():
        give(torn, me, owner, RoleName.LANE_OWNER, lane)
    said = Owners(torn, lane_owners, capture_evidence(torn, me, START), START)
    said.recommend(LaneKind.MITIGATION, "rollback", reversibility=2)
    said.recommend(LaneKind.INVESTIGATION, "hotfix", option_detail="pin", reversibility=5)
    return [dual, torn]


def test_two_hundred_duties_in_forty_incidents_take_as_many_queries_as_those_of_two(
    inside: Client, rich: list[Incident], me: Person, stranger: Person
) -> None:
    with clock.at(NOW):
        inside.get("/")
        with queries() as of_two:
            few = inside.get("/")
        for _ in range(40):
            commanded(me, stranger)

        with queries() as of_many:
            many = inside.get("/")

    assert len(few.context["rows"]) == 2
    titles = " ".join(duty.title for duty in few.context["waiting"])
    for asked in ("Sign D-1", "Resolve contradiction X-1", "Accept Investigation", "update"):
        assert asked in titles
    assert len(many.context["rows"]) == 42
    assert len(many.context["waiting"]) >= 200
    assert 0 < len(of_many) == len(of_two) <= MAX_QUERIES


def test_a_notice_whose_matter_is_over_leaves(
    inside: Client, rich: list[Incident], me: Person, lane_owners: dict[LaneKind, Person]
) -> None:
    torn = rich[1]

    def kinds() -> list[str]:
        with clock.at(NOW):
            return [notice.kind for notice in inside.get("/").context["notices"]]

    before = kinds()
    said = Owners(torn, lane_owners, torn.evidence.get(), NOW)
    said.withdraw(1, lane_owners[LaneKind.MITIGATION])

    after = kinds()
    assert "contradiction.opened" in before
    assert before.count("contradiction.opened") == after.count("contradiction.opened") + 1
    assert set(before) - {"contradiction.opened"} <= set(after)


def kinds_at_home(inside: Client, now: datetime = NOW) -> set[str]:
    with clock.at(now):
        return {notice.kind for notice in inside.get("/").context["notices"]}


def test_a_handoff_that_is_answered_leaves(
    inside: Client, incident: Incident, commander: Person, me: Person
) -> None:
    handing = HandoffDriver(incident, commander, START)
    offer = handing.offer(commander, me)
    handoffs.remind(offer.pk, now=answer_due(offer))
    before = kinds_at_home(inside)

    handing.decline(me)

    of_offer = {"handoff.offered", "handoff.waiting"}
    assert of_offer <= before
    assert not of_offer & kinds_at_home(inside)


def test_what_goes_together_leaves_once_it_is_answered_or_taken_back(
    inside: Client, staffed: Incident, commander: Person, me: Person, lane_owners: Lanes
) -> None:
    give(staffed, commander, me, RoleName.LANE_OWNER, LaneKind.MITIGATION)
    owners = lane_owners | {LaneKind.MITIGATION: me}
    said = Owners(staffed, owners, capture_evidence(staffed, commander, START), START)
    said.recommend(LaneKind.MITIGATION, "rollback")
    said.recommend(LaneKind.INVESTIGATION, "hotfix", option_detail="pin")
    other, number = owners[LaneKind.INVESTIGATION].as_actor(), staffed.pk
    of_pair = {"recommendation.together", "recommendation.paired"}
    seen = []

    together.state_together(other, number, mine=2, other=1, now=START)
    seen.append(kinds_at_home(inside) & of_pair)
    together.state_together(me.as_actor(), number, mine=1, other=2, now=START)
    seen.append(kinds_at_home(inside) & of_pair)
    for _ in range(2):
        together.withdraw_together(other, number, mine=2, other=1, now=START)
        seen.append(kinds_at_home(inside) & of_pair)
        together.state_together(other, number, mine=2, other=1, now=START)
        seen.append(kinds_at_home(inside) & of_pair)
    said.withdraw(1, me)
    seen.append(kinds_at_home(inside) & of_pair)

    asked, paired = {"recommendation.together"}, {"recommendation.paired"}
    assert seen == [asked, set(), set(), paired, set(), paired, set()]


def test_a_proposal_that_is_declined_leaves(
    inside: Client, staffed: Incident, commander: Person, me: Person
) -> None:
    give(staffed, commander, me, RoleName.LANE_OWNER, LaneKind.MITIGATION)
    cited = capture_evidence(staffed, commander, START)
    recommendations.propose(
        commander.as_actor(),
        staffed.pk,
        recommendation_input(cited),
        lane=LaneKind.MITIGATION,
        now=START,
    )
    before = kinds_at_home(inside)

    recommendations.decline(me.as_actor(), staffed.pk, 1, reason="Too slow", now=START)

    assert "recommendation.proposed" in before
    assert "recommendation.proposed" not in kinds_at_home(inside)


def promised(incident: Incident, by: Person) -> None:
    """Due at 20 minutes; both reminders were written, and it lapsed."""
    update = published(by, incident, START)
    for kind, minutes in ((SOON, 16), (DUE, 20), (LAPSED, 26)):
        lapses.remind(incident.pk, update.pk, kind, now=START + timedelta(minutes=minutes))


def test_a_promise_that_is_kept_leaves_and_a_lapse_once_it_is_explained(
    inside: Client, staffed: Incident, commander: Person, me: Person
) -> None:
    give(staffed, commander, me, RoleName.LANE_OWNER, LaneKind.COMMUNICATION)
    promised(staffed, me)
    seen = [kinds_at_home(inside) & {SOON, DUE, LAPSED}]

    published(me, staffed, NOW, headline="Nearly all can sign in")
    seen.append(kinds_at_home(inside) & {SOON, DUE, LAPSED})
    explain_lapse(me.as_actor(), staffed.pk, 1, explanation="A long call", now=NOW)
    seen.append(kinds_at_home(inside) & {SOON, DUE, LAPSED})

    assert seen == [{SOON, DUE, LAPSED}, {LAPSED}, set()]


def test_notices_of_many_incidents_take_as_many_queries_as_those_of_two(
    inside: Client, rich: list[Incident], me: Person, stranger: Person
) -> None:
    """Of promises too, of which a deputy is notified and whose duties are others'."""

    def lapse() -> None:
        incident = declared(stranger)
        give(incident, stranger, me, RoleName.DEPUTY)
        HandoffDriver(incident, stranger, START).offer(stranger, me)
        promised(incident, stranger)

    lapse()
    with clock.at(NOW):
        inside.get("/")
        with queries() as of_few:
            few = inside.get("/")
    for _ in range(4):
        lapse()
    with clock.at(NOW), queries() as of_many:
        many = inside.get("/")

    assert LAPSED in {notice.kind for notice in few.context["notices"]}
    assert LAPSED in {notice.kind for notice in many.context["notices"]}
    assert len(of_many) == len(of_few) <= MAX_QUERIES


def test_what_is_shown_is_a_window_and_the_rest_a_page_away(
    inside: Client, me: Person, stranger: Person
) -> None:
    for _ in range(5):
        commanded(me, stranger)
    with clock.at(NOW):
        first, second = inside.get("/"), inside.get("/?page=2")

    def shown(answer: object) -> list[Duty]:
        return list(answer.context["page"])  # type: ignore[attr-defined]

    assert (len(shown(first)), len(shown(second))) == (20, 10)
    assert shown(first) + shown(second) == first.context["waiting"]
    text = first.content.decode()
    assert "<title>(30) Home · Warroom</title>" in text
    assert "And 10 more" in text
    assert 'data-sections="/?page=2"' in second.content.decode()


def duty(title: str, minutes: int | None, urgency: int = 7, overdue: bool = False) -> Duty:
    due_at = None if minutes is None else NOW + timedelta(minutes=minutes)
    return Duty(
        incident=Incident(),
        role="",
        urgency=Urgency(urgency),
        title=title,
        why="",
        href="",
        button="",
        due_at=due_at,
        overdue=overdue,
    )


def test_late_comes_first_then_what_has_no_time_then_what_is_due_next() -> None:
    given = [
        duty("in an hour", 60, urgency=0),
        duty("now", None, urgency=5),
        duty("in ten minutes, less urgent", 10, urgency=60),
        duty("in ten minutes", 10),
        duty("now, more urgent", None, urgency=3),
        duty("just late", 0, urgency=60),
        duty("long late", -30, overdue=True),
    ]

    assert [one.title for one in by_time(given, NOW)] == [
        "long late",
        "just late",
        "now, more urgent",
        "now",
        "in ten minutes",
        "in ten minutes, less urgent",
        "in an hour",
    ]


def test_lanes_that_i_own_say_what_they_lack(
    inside: Client, incident: Incident, commander: Person, me: Person
) -> None:
    for lane in (LaneKind.INVESTIGATION, LaneKind.MITIGATION):
        give(incident, commander, me, RoleName.LANE_OWNER, lane)
    said = {"included": ["flags"], "excluded": ["press"]}
    set_boundary(me.as_actor(), incident.pk, lane=LaneKind.INVESTIGATION, **said, now=START)

    answer = inside.get("/")

    assert [(one.label, one.missing) for one in answer.context["lanes"]] == [
        ("Mitigation", "No boundary yet"),
        ("Investigation", ""),
    ]
    assert answer.context["lanes"][0].href == f"/{incident.reference}/lanes/mitigation/"


def test_more_lanes_than_a_few_are_folded(inside: Client, me: Person, commander: Person) -> None:
    for _ in range(4):
        incident = declared(commander)
        for lane in LaneKind:
            give(incident, commander, me, RoleName.LANE_OWNER, lane)

    answer = inside.get("/")

    assert (len(answer.context["lanes"]), len(answer.context["more_lanes"])) == (12, 4)
    assert "And 4 more" in answer.content.decode()


def test_what_is_hidden_from_me_is_not_there(
    inside: Client, commander: Person, admin: Person, me: Person
) -> None:
    hidden = declared(commander, title="Not for everybody", restricted=True)
    HandoffDriver(hidden, commander, START)

    text = inside.get("/").content.decode()
    inside.force_login(admin)

    assert "Not for everybody" not in text
    assert hidden.reference not in text
    assert "Not for everybody" in inside.get("/").content.decode()


def test_a_page_that_is_open_asks_for_what_stands_in_it(inside: Client, incident: Incident) -> None:
    again = inside.get("/", headers={"HX-Request": "true"}).content.decode()

    assert 'id="home-work"' in again
    assert "<html" not in again


def at_mark(client: Client) -> str:
    return str(client.get("/").context["mark"])


def test_who_polls_hears_of_what_has_changed_since_their_page(
    inside: Client, incident: Incident, commander: Person, me: Person
) -> None:
    before = at_mark(inside)
    same = inside.get(f"/mine/live/?after={before}").json()
    give(incident, commander, me, RoleName.DEPUTY)
    changed = inside.get(f"/mine/live/?after={before}").json()

    assert same == {"seq": before, "messages": []}
    assert changed == {"seq": at_mark(inside), "messages": [{"type": "duties"}]}


def test_who_polls_hears_nothing_of_what_is_hidden(
    inside: Client, commander: Person, me: Person
) -> None:
    hidden = declared(commander, restricted=True)
    before = at_mark(inside)
    capture_evidence(hidden, commander, START)

    assert inside.get(f"/mine/live/?after={before}").json()["messages"] == []
    roles.add_participant(commander.as_actor(), hidden.pk, person=me, now=START)
    assert inside.get(f"/mine/live/?after={before}").json()["messages"] == [{"type": "duties"}]


def test_it_is_not_for_who_has_no_rooms(client: Client, stakeholder: Person) -> None:
    client.force_login(stakeholder)

    assert "data-work" not in client.get("/").content.decode()
    assert client.get("/mine/live/").status_code == 403


def late(client: Client, now: datetime) -> tuple[datetime | None, list[str]]:
    with clock.at(now):
        found = client.get("/").context
    return found["moment"], [duty.title for duty in found["waiting"] if duty.is_late(now)]


def test_the_page_knows_when_time_alone_changes_it(inside: Client, me: Person) -> None:
    incident = declared(me)
    at = START + timedelta(minutes=30)
    checkpoints.schedule(me.as_actor(), incident.pk, due_at=at, purpose="", now=START)

    before = late(inside, at - timedelta(seconds=1))
    after = late(inside, at + timedelta(seconds=2))

    assert before[0] == at + timedelta(seconds=1)
    assert after[0] is None
    assert set(after[1]) - set(before[1]) == {"Decide at checkpoint CP-1"}


def test_an_outline_does_not_pretend_to_have_what_it_has_not_read(
    incident: Incident, commander: Person
) -> None:
    (found,) = read_summaries(commander)

    for fact in (found.freezes, found.risks, found.evidence_by_lane, found.scenario):
        with pytest.raises(RuntimeError, match="does not have this fact"):
            bool(fact)


def test_it_shows_what_is_watched_and_the_next_check_in(
    inside: Client, me: Person, stranger: Person
) -> None:
    incident = declared(me)
    owners = dict.fromkeys(LaneKind, stranger) | {LaneKind.MITIGATION: me}
    run = ClosingRun(incident, me, owners, now=NOW).closable()
    run.close()
    first = CheckIn.objects.filter(closing__incident=incident).earliest("due_at")

    with clock.at(run.now), queries() as asked:
        page = inside.get("/")
    [watch] = page.context["watches"]

    assert (watch.incident, watch.due_at) == (incident, first.due_at)
    assert watch.owner is not None
    html = page.content.decode()
    assert f'href="/INC-{incident.pk}/watch/"' in html
    assert f"Watched by {watch.owner}" in html
    assert len(asked) <= MAX_QUERIES


@pytest.mark.parametrize(
    ("groups", "audience", "is_shown"),
    [
        pytest.param([Group.STAKEHOLDER], Audience.INTERNAL, True, id="stakeholder, internal"),
        pytest.param([Group.STAKEHOLDER], Audience.PUBLIC, True, id="stakeholder, public"),
        pytest.param([], Audience.INTERNAL, False, id="no group, internal"),
        pytest.param([], Audience.PUBLIC, True, id="no group, public"),
    ],
)
def test_who_has_no_rooms_reads_what_is_published_to_them(
    client: Client,
    me: Person,
    groups: list[Group],
    audience: Audience,
    is_shown: bool,
) -> None:
    incident = declared(me, title="Only in the room", surfaces=[SurfaceFactory()])
    published(me, incident, NOW, audience=audience, headline="Sign-in fails for some")
    client.force_login(PersonFactory(groups=groups))

    with clock.at(NOW):
        html = client.get("/").content.decode()

    assert ("Sign-in fails for some" in html) is is_shown
    assert "Only in the room" not in html


def test_the_navigation_leads_to_ones_own_incidents(
    inside: Client, me: Person, commander: Person
) -> None:
    mine = declared(me, severity="3")
    others = [declared(commander) for _ in range(3)]

    nav = inside.get("/").context["nav_incidents"]

    assert list(nav) == [mine]
    assert not set(nav) & set(others)
