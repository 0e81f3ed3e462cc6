"""The register of risks and the branches as pages: who sees them, who changes them."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from incidents.actions import branches, risks
from incidents.models import Incident, Person
from incidents.vocabulary import LaneKind
from kernel import clock
from tests.helpers.counting import queries
from tests.helpers.factories import START, declared
from tests.markup import markup

NOW = START + timedelta(minutes=8)
BIG = "9" * 30


@pytest.fixture
def filled(staffed: Incident, commander: Person) -> Incident:
    """RISK-1 is open without an owner, RISK-2 retired; B-1 is active, B-2 abandoned."""
    actor, deciding = commander.as_actor(), {"now": NOW}
    risks.add(actor, staffed.pk, text="Old sessions may fail", **deciding)
    risks.add(actor, staffed.pk, text="Queues may fill", owner=commander, **deciding)
    risks.retire(actor, staffed.pk, 2, reason="They have drained", **deciding)
    for kind in ("hotfix", "rollback"):
        branches.open_branch(
            actor, staffed.pk, type=kind, name=f"fix/{kind}", owner=commander, **deciding
        )
    branches.end_branch(
        actor, staffed.pk, 2, state="abandoned", reason="The hotfix holds", **deciding
    )
    return staffed


@pytest.fixture
def send(client: Client, filled: Incident) -> Any:
    def post(by: Person, path: str, **said: Any) -> Any:
        client.force_login(by)
        with clock.at(NOW):
            return client.post(f"/{filled.reference}/{path}", said)

    return post


def page(client: Client, person: Person, incident: Incident, path: str) -> str:
    client.force_login(person)
    return markup(client.get(f"/{incident.reference}/{path}"))


# -- Who may -----------------------------------------------------------------------------------

ALL = ["risks/", "RISK-1/owner/", "RISK-1/retire/", "branches/", "B-1/owner/", "B-1/end/"]
SEEN = {
    "stakeholder": [403, 403, 403, 403, 403, 403],
    "stranger": [200, 200, 200, 200, 403, 403],
    "mitigation-owner": [200, 200, 200, 200, 200, 200],
    "verification-owner": [200, 200, 200, 200, 403, 403],
    "deputy": [200, 200, 200, 200, 403, 403],
    "commander": [200, 200, 200, 200, 200, 200],
    "admin": [200, 200, 200, 200, 200, 200],
}


@pytest.mark.usefixtures("stakeholder", "stranger", "admin")
@pytest.mark.parametrize("who", SEEN)
def test_who_sees_which_page(client: Client, filled: Incident, who: str) -> None:
    client.force_login(Person.objects.get(username=who))

    answers = [client.get(f"/{filled.reference}/{path}").status_code for path in ALL]

    assert answers == SEEN[who]


@pytest.mark.parametrize("path", ALL)
def test_a_restricted_register_is_no_page_for_who_takes_no_part(
    client: Client, commander: Person, stranger: Person, path: str
) -> None:
    secret = declared(commander, restricted=True)
    risks.add(commander.as_actor(), secret.pk, text="Copies may be about", now=NOW)
    client.force_login(stranger)

    assert client.get(f"/{secret.reference}/{path}").status_code == 404


@pytest.mark.parametrize("path", ["RISK-9/owner/", f"RISK-{BIG}/retire/", f"B-{BIG}/end/"])
def test_what_is_not_there_is_not_found(
    client: Client, filled: Incident, commander: Person, path: str
) -> None:
    client.force_login(commander)

    assert client.get(f"/{filled.reference}/{path}").status_code == 404


def test_who_may_not_change_branches_has_no_form_for_it(
    client: Client, filled: Incident, commander: Person, stranger: Person
) -> None:
    offers = [
        "Open the branch" in page(client, person, filled, "branches/")
        for person in (commander, stranger)
    ]

    assert offers == [True, False]


def test_who_may_not_open_a_branch_cannot_send_one_either(
    send: Any, stranger: Person, filled: Incident
) -> None:
    answer = send(stranger, "branches/", type="hotfix", name="mine", owner=stranger.pk)

    assert answer.status_code == 403
    assert filled.branches.count() == 2


# -- Risks -------------------------------------------------------------------------------------


def test_the_register_shows_what_is_open_without_owner_and_retired(
    client: Client, filled: Incident, stranger: Person
) -> None:
    text = page(client, stranger, filled, "risks/")

    open_part, retired = text.split("retired-title", 1)
    assert "Old sessions may fail" in open_part
    assert "No owner" in open_part
    assert "They have drained" in retired
    assert "Queues may fill" not in open_part


def test_the_room_lists_open_risks_and_says_who_is_missing(
    client: Client, filled: Incident, commander: Person
) -> None:
    text = page(client, commander, filled, "")

    assert "Old sessions may fail" in text
    assert "no owner" in text
    assert f"/{filled.reference}/risks/#add-title" in text
    assert "Queues may fill" not in text.split('id="standing-body"')[1]


def test_a_risk_is_added_given_and_retired(send: Any, filled: Incident, stranger: Person) -> None:
    answers = [
        send(stranger, "risks/", text="A rollback brings back AUTH-881", owner=""),
        send(stranger, "RISK-3/owner/", owner=stranger.pk),
        send(stranger, "RISK-3/retire/", reason="AUTH-881 is fixed"),
    ]

    assert [(a.status_code, a["Location"]) for a in answers] == [
        (302, f"/{filled.reference}/risks/")
    ] * 3
    risk = filled.risks.get(number=3)
    assert (risk.owner, risk.retired_reason) == (stranger, "AUTH-881 is fixed")


@pytest.mark.parametrize(
    ("path", "said", "code", "kept"),
    [
        ("risks/", {"text": "None."}, "D-RISK", ">None.<"),
        ("risks/", {"text": "N / A"}, "D-RISK", ">N / A<"),
        ("risks/", {"text": " "}, "D-RISK", "Write what may still go wrong."),
        ("RISK-1/retire/", {"reason": "n/a"}, "RISK-REASON", ">n/a<"),
        ("RISK-2/retire/", {"reason": "Once more"}, "RISK-STATE", ">Once more<"),
    ],
    ids=["none", "not applicable", "blank", "retired for nothing", "retired twice"],
)
def test_a_refusal_keeps_what_was_typed(
    send: Any, stranger: Person, path: str, said: dict[str, str], code: str, kept: str
) -> None:
    answer = send(stranger, path, **said)

    text = markup(answer).replace("\n", "")
    assert answer.status_code == 422
    assert f"<code>{code}</code>" in text
    assert kept in text


# -- Branches ----------------------------------------------------------------------------------


def test_the_branches_are_shown_with_their_use_and_what_became_of_them(
    client: Client, filled: Incident, stranger: Person
) -> None:
    text = page(client, stranger, filled, "branches/")

    active, ended = text.split("ended-title", 1)
    assert "fix/hotfix" in active
    assert "an isolated code path regressed" in active
    assert "Abandoned" in ended
    assert "The hotfix holds" in ended
    assert "fix/rollback" not in active


def test_the_room_shows_active_branches_and_names_ended_ones(
    client: Client, filled: Incident, stranger: Person
) -> None:
    panel = (
        page(client, stranger, filled, "standing/branches/")
        .split('id="branches-title"')[1]
        .split("</section>")[0]
    )

    assert "Hotfix: <code>fix/hotfix</code>" in panel
    assert "Risk: hidden side effects." in panel
    assert "Ended: B-2 fix/rollback (abandoned)" in " ".join(panel.split())


def test_the_lane_owner_opens_passes_and_ends_a_branch(
    send: Any, filled: Incident, lane_owners: dict[LaneKind, Person], deputy: Person
) -> None:
    owner = lane_owners[LaneKind.MITIGATION]

    answers = [
        send(owner, "branches/", type="containment", name="cap", owner=owner.pk),
        send(owner, "B-3/owner/", owner=deputy.pk),
        send(owner, "B-3/end/", state="merged"),
    ]

    assert [a.status_code for a in answers] == [302, 302, 302]
    made = filled.branches.get(number=3)
    assert (made.owner, made.state) == (deputy, "merged")


def test_every_unmet_rule_of_a_branch_stands_at_its_field(
    send: Any, filled: Incident, commander: Person, deputy: Person
) -> None:
    send(commander, "branches/", type="rollback", name="back", owner=commander.pk)

    answer = send(commander, "branches/", type="containment", name="back", owner=deputy.pk)

    text = markup(answer)
    assert answer.status_code == 422
    assert [f"<code>{code}</code>" in text for code in ("B-NAME", "B-THREE")] == [True, True]
    assert filled.branches.count() == 3


def test_an_empty_form_says_all_that_is_missing(send: Any, commander: Person) -> None:
    text = markup(send(commander, "branches/"))

    assert [f"<code>{code}</code>" in text for code in ("B-TYPE", "B-NAME", "B-OWNER")] == [
        True,
        True,
        True,
    ]


def test_the_third_type_is_opened_by_passing_all_on(
    send: Any, filled: Incident, commander: Person, deputy: Person
) -> None:
    for kind in ("rollback", "containment"):
        send(commander, "branches/", type=kind, name=kind, owner=commander.pk)

    answers = [
        send(commander, "B-1/owner/", owner=deputy.pk).status_code,
        send(commander, "B-1/owner/", owner=deputy.pk, every="on").status_code,
    ]

    assert answers == [422, 302]
    assert {branch.owner for branch in filled.branches.active()} == {deputy}


# -- Cost --------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["risks/", "branches/", ""], ids=["risks", "branches", "room"])
def test_three_cost_as_many_queries_as_one(
    client: Client, staffed: Incident, commander: Person, deputy: Person, path: str
) -> None:
    client.force_login(commander)
    address = f"/{staffed.reference}/{path}"

    def add(number: int, owner: Person) -> None:
        actor = commander.as_actor()
        risks.add(actor, staffed.pk, text=f"Part {number} may fail", owner=owner, now=NOW)
        branches.open_branch(
            actor, staffed.pk, type="hotfix", name=f"fix-{number}", owner=owner, now=NOW
        )

    add(1, commander)
    client.get(address)
    with queries() as one:
        client.get(address)
    add(2, deputy)
    add(3, commander)

    with queries() as three:
        client.get(address)

    assert len(three) == len(one)
