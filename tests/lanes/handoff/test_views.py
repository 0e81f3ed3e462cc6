"""The pages of a handoff: who opens them, what they show, and what comes back when refused."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from incidents.actions import roles
from incidents.models import Incident, Person
from incidents.vocabulary import LaneKind, RoleName
from kernel import clock
from lanes import actions
from lanes.models import Handoff
from tests.helpers.counting import queries
from tests.helpers.decision_inputs import capture_evidence
from tests.helpers.factories import START, declared
from tests.helpers.handoffs import HandoffDriver
from tests.markup import markup

NOW = START + timedelta(minutes=10)
LANE = LaneKind.MITIGATION
OTHER = LaneKind.VERIFICATION
Owners = dict[LaneKind, Person]

POSTED = {
    "lane": "mitigation",
    "included": "flags\ndeploys of auth-gateway",
    "excluded": "",
    "unknowns": "Why four nodes ignore the expiry",
    "checkpoint": "1",
    "trigger": "401 rate above 10 %",
    "message": "Ask me until 15:00",
}


@pytest.fixture
def visit(client: Client, staffed: Incident) -> Any:
    def get(person: Person, path: str, **headers: str) -> Any:
        client.force_login(person)
        with clock.at(NOW):
            return client.get(f"/{staffed.reference}/{path}", headers=headers)

    return get


@pytest.fixture
def send(client: Client, staffed: Incident) -> Any:
    def post(person: Person, path: str, **said: Any) -> Any:
        client.force_login(person)
        with clock.at(NOW):
            return client.post(f"/{staffed.reference}/{path}", said)

    return post


# -- Offering ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "lane", "status"),
    [
        pytest.param("owner", "mitigation", 200, id="the lane's owner"),
        pytest.param("commander", "mitigation", 200, id="the commander, for the owner"),
        pytest.param("admin", "mitigation", 200, id="an admin"),
        pytest.param("commander", "command", 200, id="the commander's own"),
        pytest.param("admin", "command", 200, id="an admin, for the commander"),
        pytest.param("stranger", "mitigation", 403, id="another responder"),
        pytest.param("deputy", "command", 403, id="the deputy"),
        pytest.param("stakeholder", "mitigation", 403, id="a stakeholder"),
    ],
)
def test_who_opens_the_form(
    request: pytest.FixtureRequest,
    visit: Any,
    handing: HandoffDriver,
    lane_owners: Owners,
    who: str,
    lane: str,
    status: int,
) -> None:
    person = lane_owners[LANE] if who == "owner" else request.getfixturevalue(who)

    answer = visit(person, f"handoff/?lane={lane}")

    assert answer.status_code == status
    if status == 200:
        assert f"Hand over {lane.title()}" in markup(answer)


def test_an_owner_gets_the_form_of_their_own_lane_whatever_they_ask_for(
    visit: Any, handing: HandoffDriver, lane_owners: Owners
) -> None:
    for wanted in ("", "?lane=verification", "?lane=command", "?lane=%00"):
        page = markup(visit(lane_owners[LANE], f"handoff/{wanted}"))
        assert "<h1>Hand over Mitigation</h1>" in page


def test_it_is_filled_in_from_the_record(
    visit: Any, handing: HandoffDriver, commander: Person, stranger: Person, lane_owners: Owners
) -> None:
    actor, number = commander.as_actor(), handing.incident.pk
    actions.set_boundary(
        actor, number, lane=LANE, included=["flags", "deploys"], excluded=["SDKs"], now=NOW
    )
    actions.raise_unknown(actor, number, lane=LANE, text="Does it cover refresh?", now=NOW)

    page = markup(visit(lane_owners[LANE], "handoff/"))

    assert "flags\ndeploys</textarea>" in page
    assert "SDKs</textarea>" in page
    assert "U-1: Does it cover refresh?</textarea>" in page
    assert '<option value="1" selected>CP-1, 14:40 UTC, What next</option>' in page
    assert "Acceptance test: 3 of 4 hold." in page
    assert f'value="{stranger.pk}"' in page
    assert f'value="{lane_owners[LANE].pk}">{lane_owners[LANE]}<' not in page


def test_the_next_of_the_scenarios_chain_is_marked(
    client: Client, commander: Person, stranger: Person
) -> None:
    incident = declared(commander, scenario="auth-token-failure")
    for lane, person in ((LaneKind.INVESTIGATION, commander), (LANE, stranger)):
        who = {"role": RoleName.LANE_OWNER, "lane": lane, "person": person}
        roles.assign(commander.as_actor(), incident.pk, **who, now=START)
    client.force_login(commander)

    page = markup(client.get(f"/{incident.reference}/handoff/?lane=investigation"))

    assert "Stranger (next in the scenario’s chain)" in page


def test_without_a_checkpoint_ahead_it_leads_to_scheduling_one(
    client: Client, incident: Incident, commander: Person
) -> None:
    client.force_login(commander)

    page = markup(client.get(f"/{incident.reference}/handoff/?lane=command"))
    answer = client.post(f"/{incident.reference}/handoff/", POSTED | {"lane": "command"})

    assert "No checkpoint lies ahead." in page
    assert f'<a href="/{incident.reference}/checkpoints/">Schedule one</a>' in page
    refused = markup(answer)
    assert "<code>H-CHECKPOINT</code>" in refused
    assert f'<a href="/{incident.reference}/checkpoints/">' in refused
    assert "No checkpoint lies ahead" in refused


def test_an_offer_leads_to_its_page(
    send: Any, handing: HandoffDriver, stranger: Person, lane_owners: Owners
) -> None:
    answer = send(lane_owners[LANE], "handoff/", receiver=stranger.pk, **POSTED)

    assert (answer.status_code, answer.url) == (302, f"/{handing.incident.reference}/HO-1/")
    made = Handoff.objects.get()
    assert (made.giver, made.receiver, made.lane) == (lane_owners[LANE], stranger, LANE)
    assert made.included == "flags\ndeploys of auth-gateway"


def test_a_scope_in_words_keeps_its_commas(
    send: Any, handing: HandoffDriver, stranger: Person, commander: Person
) -> None:
    words = "Sign-in in all regions, until the watch"

    send(
        commander,
        "handoff/",
        receiver=stranger.pk,
        **POSTED | {"lane": "command", "included": words},
    )

    assert (Handoff.objects.get().role, Handoff.objects.get().included) == ("commander", words)


def test_a_refused_offer_tells_everything_and_keeps_every_word(
    send: Any, handing: HandoffDriver, lane_owners: Owners
) -> None:
    said = POSTED | {"included": "none", "unknowns": "N / A", "checkpoint": "", "trigger": "-"}

    answer = send(lane_owners[LANE], "handoff/", **said)

    page = markup(answer)
    assert answer.status_code == 422
    for code in ("H-RECEIVER", "H-BOUNDARY", "H-UNKNOWNS", "H-CHECKPOINT", "H-TRIGGER"):
        assert f"<code>{code}</code>" in page
    assert "Acceptance test: 0 of 4 hold." in page
    assert "Ask me until 15:00</textarea>" in page
    assert not Handoff.objects.exists()


def test_an_owner_cannot_offer_what_is_not_theirs(
    send: Any, handing: HandoffDriver, stranger: Person, lane_owners: Owners
) -> None:
    for lane in ("verification", "command"):
        said = POSTED | {"lane": lane}
        assert send(lane_owners[LANE], "handoff/", receiver=stranger.pk, **said).status_code == 403
    assert send(lane_owners[LANE], "handoff/", **POSTED | {"lane": "press"}).status_code == 404
    assert not Handoff.objects.exists()


def test_what_was_typed_before_the_session_ended_comes_back_for_the_same_lane(
    client: Client, handing: HandoffDriver, commander: Person
) -> None:
    address = f"/{handing.incident.reference}/handoff/"
    said = POSTED | {"lane": "verification", "author": str(commander.pk)}

    answer = client.post(f"{address}?lane=verification", said)
    client.force_login(commander)
    page = markup(client.get(address))

    assert answer.status_code == 401
    assert "<h1>Hand over Verification</h1>" in page
    assert "401 rate above 10 %</textarea>" in page


# -- The page of a handoff ---------------------------------------------------------------------


@pytest.fixture
def offered(handing: HandoffDriver, stranger: Person, lane_owners: Owners) -> Handoff:
    return handing.offer(lane_owners[LANE], stranger, LANE)


@pytest.mark.parametrize(
    ("who", "answers", "withdraws"),
    [
        pytest.param("stranger", True, False, id="receiver"),
        pytest.param("giver", False, True, id="giver"),
        pytest.param("commander", False, True, id="commander"),
        pytest.param("admin", False, True, id="admin"),
        pytest.param("deputy", False, False, id="another responder"),
    ],
)
def test_who_can_do_what_on_it(
    request: pytest.FixtureRequest,
    visit: Any,
    offered: Handoff,
    who: str,
    answers: bool,
    withdraws: bool,
) -> None:
    person = offered.giver if who == "giver" else request.getfixturevalue(who)

    page = markup(visit(person, "HO-1/"))

    assert ("Accept the lane" in page, "Decline with this reason" in page) == (answers, answers)
    assert ("Withdraw the offer" in page) == withdraws
    assert "Handoff of Mitigation" in page


def test_the_brief_is_made_from_the_record(
    visit: Any, offered: Handoff, handing: HandoffDriver, stranger: Person
) -> None:
    actor, number = handing.commander.as_actor(), handing.incident.pk
    capture_evidence(handing.incident, handing.commander, NOW)
    actions.add_note(actor, number, text="<b>Cache</b> is stale", lane=LANE, now=NOW)
    actions.add_note(actor, number, text="Of another lane", lane=OTHER, now=NOW)
    actions.raise_unknown(actor, number, lane=LANE, text="Raised since", now=NOW)

    page = markup(visit(stranger, "HO-1/"))

    assert "Nothing is decided yet." in page
    assert "&lt;b&gt;Cache&lt;/b&gt; is stale" in page
    assert "Of another lane" not in page
    assert "Why four nodes ignore the expiry</dd><dd>U-1: Raised since</dd>" in page
    assert "CP-1" in page
    assert "401 rate above 10 % for 2 minutes in any region" in page
    assert "In: flags, deploys of auth-gateway. Out: other services&#x27; deploys." in page
    assert "4 of 4 hold" in page
    assert "My shift ends at 14:30." in page


def test_a_checkpoint_that_went_by_no_longer_holds(
    client: Client, offered: Handoff, handing: HandoffDriver, stranger: Person
) -> None:
    client.force_login(stranger)
    with clock.at(handing.checkpoint.due_at):
        page = markup(client.get(offered.get_absolute_url()))

    assert "3 of 4 hold" in page
    assert "CP-1 is overdue" in page


def test_accepting_leads_to_the_lane(
    send: Any, visit: Any, offered: Handoff, stranger: Person
) -> None:
    answer = send(stranger, "HO-1/accept/")

    assert (answer.status_code, answer.url) == (302, f"/{offered.incident.reference}/lanes/{LANE}/")
    page = markup(visit(stranger, "HO-1/"))
    assert "Stranger has it since." in page
    assert "Accept the lane" not in page


def test_accepting_command_leads_to_the_room(
    send: Any, handing: HandoffDriver, commander: Person, stranger: Person
) -> None:
    handing.offer(commander, stranger)

    assert send(stranger, "HO-1/accept/").url == handing.incident.get_absolute_url()


def test_declining_without_a_reason_keeps_the_page_and_the_offer(
    send: Any, offered: Handoff, stranger: Person
) -> None:
    answer = send(stranger, "HO-1/decline/", reason="N / A")

    page = markup(answer)
    assert answer.status_code == 422
    assert "<code>H-REASON</code>" in page
    assert "N / A</textarea>" in page
    assert send(stranger, "HO-1/decline/", reason="On the signer").status_code == 302


def test_who_comes_too_late_reads_how_it_ended(
    send: Any, offered: Handoff, handing: HandoffDriver, stranger: Person
) -> None:
    handing.withdraw(offered.giver, reason="I stay after all")

    answer = send(stranger, "HO-1/accept/")

    assert answer.status_code == 409
    assert "HO-1 is over: it was withdrawn. I stay after all" in markup(answer)


@pytest.mark.parametrize("step", ["accept", "decline", "withdraw"])
def test_nobody_else_answers_or_withdraws(
    send: Any, visit: Any, offered: Handoff, deputy: Person, stakeholder: Person, step: str
) -> None:
    said = {"reason": "For them"}
    assert send(deputy, f"HO-1/{step}/", **said).status_code == 403
    assert send(stakeholder, f"HO-1/{step}/", **said).status_code == 403
    # Opened by itself, as after signing in again, it is the page of the handoff.
    assert "Handoff of Mitigation" in markup(visit(deputy, f"HO-1/{step}/"))


def test_a_second_press_accepts_once(
    send: Any, offered: Handoff, staffed: Incident, stranger: Person
) -> None:
    once = "0f8fad5b-d9cb-469f-a165-70867728950e"
    answers = [send(stranger, "HO-1/accept/", once=once).status_code for _ in range(2)]

    assert answers[0] == 302
    assert answers[1] < 400
    assert staffed.timeline.filter(kind="handoff.accepted").count() == 1


def test_script_asks_for_the_parts_that_live(visit: Any, offered: Handoff, deputy: Person) -> None:
    page = markup(visit(deputy, "HO-1/"))
    parts = markup(visit(deputy, "HO-1/", **{"HX-Request": "true"}))

    assert "<html" in page
    assert "<html" not in parts
    for section in ("handoff-next", "handoff-brief", "handoff-answer", "handoff-test"):
        assert f'id="{section}"' in page
        assert f'id="{section}"' in parts


def test_a_restricted_incident_hides_its_handoffs(
    client: Client, commander: Person, deputy: Person, stranger: Person
) -> None:
    secret = declared(commander, restricted=True, participants=(deputy,))
    HandoffDriver(secret, commander, NOW).offer(commander, deputy)
    pages = {}
    for person in (stranger, deputy):
        client.force_login(person)
        paths = ("handoff/", "HO-1/", "HO-1/accept/")
        pages[person] = [client.get(f"/{secret.reference}/{path}").status_code for path in paths]

    assert pages == {stranger: [404, 404, 404], deputy: [403, 200, 200]}


def test_only_who_takes_part_is_offered_to_choose_in_a_restricted_incident(
    client: Client, commander: Person, deputy: Person, stranger: Person
) -> None:
    secret = declared(commander, restricted=True, participants=(deputy,))
    client.force_login(commander)

    page = markup(client.get(f"/{secret.reference}/handoff/?lane=command"))

    assert f'value="{deputy.pk}"' in page
    assert "Stranger" not in page


def test_the_pages_ask_as_often_for_three_things_as_for_one(
    client: Client, offered: Handoff, handing: HandoffDriver, stranger: Person, lane_owners: Owners
) -> None:
    actor, number = handing.commander.as_actor(), handing.incident.pk

    def add(times: int) -> None:
        for n in range(times):
            capture_evidence(handing.incident, handing.commander, NOW)
            actions.add_note(actor, number, text=f"Seen {n}", lane=LANE, now=NOW)
            actions.raise_unknown(actor, number, lane=LANE, text=f"Why {n}", now=NOW)

    asked: dict[str, list[int]] = {}
    for times in (1, 2):
        add(times)
        for person, path in ((stranger, "HO-1/"), (lane_owners[OTHER], "handoff/")):
            client.force_login(person)
            with clock.at(NOW), queries() as made:
                client.get(f"/{handing.incident.reference}/{path}")
            asked.setdefault(path, []).append(len(made))

    assert {path: counts[0] == counts[1] for path, counts in asked.items()} == {
        "HO-1/": True,
        "handoff/": True,
    }, asked
    assert max(asked["HO-1/"] + asked["handoff/"]) <= 34


def test_a_checkpoint_number_that_no_browser_sends_is_refused(
    send: Any, handing: HandoffDriver, stranger: Person, lane_owners: Owners
) -> None:
    for odd in ("9" * 30, "-1", "x", "\x00", "999999999"):
        said = POSTED | {"checkpoint": odd}
        assert send(lane_owners[LANE], "handoff/", receiver=stranger.pk, **said).status_code == 422
