"""Quick entry: each is offered what they may do, and nothing else."""

import re

import pytest
from django.test import Client

from incidents.actions import roles
from incidents.facts import incident as incident_facts
from incidents.models import Incident, Person
from incidents.permissions import incident_roles
from incidents.vocabulary import LaneKind, RoleName, Status
from kernel import clock
from tests.helpers.closable import set_status
from tests.helpers.factories import START
from tests.markup import markup
from warroom.room.palette import Palette, Row, palette

COMMANDS = {
    "Decide",
    "Keep course at the checkpoint",
    "Schedule a checkpoint",
    "Change severity",
    "Move to another phase",
    "Freeze a surface",
    "Say it was declared in error",
    "Name an owner",
    "Set up in one go",
    "Say what is impacted",
    "Adopt a scenario",
    "Close it as recovered without mitigation",
    "Set the evidence channel",
    "Say who takes part",
}
EVERYBODYS = {
    "Write a note",
    "Capture evidence",
    "Add a residual risk",
    "Add a hardening item",
    "Copy the command snapshot",
    "Act first",
    "Say when it began",
    "Take part",
    "Recommend to a lane",
    "Say which recommendations go together",
}
OF_WHO_IS_NOT_COMMANDER = {"Take command"}
OF_WHO_ONLY_RESPONDS = EVERYBODYS | OF_WHO_IS_NOT_COMMANDER
OF_INVESTIGATION = {"State a hypothesis", "Recommend an option", "Offer a handoff"}
OF_MITIGATION = {"Open, pass on or end a branch", "Recommend an option", "Offer a handoff"}
OF_OTHERS = {"Recommend an option", "Offer a handoff"}
OF_COMMUNICATION = OF_OTHERS | {"Publish update", "Escalate", "Write a leadership note"}
ALL_OF_COMMAND = (
    COMMANDS
    | EVERYBODYS
    | (OF_COMMUNICATION | OF_INVESTIGATION | OF_MITIGATION) - {"Recommend an option"}
)


def offered(person: Person, incident: Incident, here: str = "") -> Palette:
    who = incident_roles(person.as_actor(), incident, here)
    return palette(person, who, incident_facts.cached_facts(incident), here)


def labels(rows: tuple[Row, ...]) -> set[str]:
    return {row.label for row in rows}


@pytest.mark.parametrize("here", ["", LaneKind.VERIFICATION.value])
def test_the_commander_is_offered_every_command(
    staffed: Incident, commander: Person, here: str
) -> None:
    asks = {"Raise an unknown"} if here else set()

    assert labels(offered(commander, staffed, here).acts) == ALL_OF_COMMAND | asks


def test_an_admin_is_offered_what_a_commander_is(staffed: Incident, admin: Person) -> None:
    assert labels(offered(admin, staffed).acts) == ALL_OF_COMMAND | OF_WHO_IS_NOT_COMMANDER


def test_a_responder_without_a_role_is_offered_no_command(
    staffed: Incident, stranger: Person
) -> None:
    assert labels(offered(stranger, staffed).acts) == OF_WHO_ONLY_RESPONDS


@pytest.mark.parametrize(
    ("lane", "own"),
    [
        (LaneKind.INVESTIGATION, OF_INVESTIGATION),
        (LaneKind.MITIGATION, OF_MITIGATION),
        (LaneKind.COMMUNICATION, OF_COMMUNICATION),
        (LaneKind.VERIFICATION, OF_OTHERS),
    ],
)
def test_the_owner_of_a_lane_is_offered_what_is_the_lanes(
    staffed: Incident, lane_owners: dict[LaneKind, Person], lane: LaneKind, own: set[str]
) -> None:
    owner = lane_owners[lane]

    assert labels(offered(owner, staffed).acts) == OF_WHO_ONLY_RESPONDS | own
    assert labels(offered(owner, staffed, lane).acts) == OF_WHO_ONLY_RESPONDS | own | {
        "Raise an unknown"
    }


def test_on_the_lane_of_another_its_owner_is_offered_nothing_of_it(
    staffed: Incident, lane_owners: dict[LaneKind, Person]
) -> None:
    found = offered(lane_owners[LaneKind.INVESTIGATION], staffed, LaneKind.MITIGATION)

    assert labels(found.acts) == OF_WHO_ONLY_RESPONDS | OF_INVESTIGATION
    recommend = next(row for row in found.acts if row.label == "Recommend an option")
    assert recommend.href == f"/{staffed.reference}/recommend/"


def test_on_a_lane_forms_begin_with_it(
    staffed: Incident, lane_owners: dict[LaneKind, Person]
) -> None:
    here = LaneKind.MITIGATION
    rows = {row.label: row.href for row in offered(lane_owners[here], staffed, here).acts}

    room = f"/{staffed.reference}/"
    assert rows["Capture evidence"] == f"{room}evidence/new/?lane={here}&next={room}lanes/{here}/"
    assert rows["Recommend an option"] == f"{room}recommend/?lane={here}"
    assert rows["Offer a handoff"] == f"{room}handoff/?lane={here}"
    assert rows["Raise an unknown"] == f"{room}lanes/{here}/unknowns/"


def test_each_lane_is_a_key_away_and_names_its_owner(
    incident: Incident, staffed: Incident, lane_owners: dict[LaneKind, Person], commander: Person
) -> None:
    places = {row.label: row for row in offered(commander, staffed).places}

    for key, lane in enumerate(LaneKind, start=1):
        assert places[f"{lane.label} lane"].key == str(key)
        assert places[f"{lane.label} lane"].hint == str(lane_owners[lane])


def test_no_key_is_given_twice(staffed: Incident, commander: Person) -> None:
    found = offered(commander, staffed, LaneKind.INVESTIGATION)

    keys = [row.key for row in (*found.acts, *found.places) if row.key]

    assert sorted(keys) == sorted(set(keys))


@pytest.mark.parametrize("who", ["commander", "stranger", "owner", "admin"])
def test_what_is_offered_opens(
    client: Client,
    staffed: Incident,
    lane_owners: dict[LaneKind, Person],
    request: pytest.FixtureRequest,
    who: str,
) -> None:
    """Each row of the pages that they get leads to a page that they get.

    Each takes some seconds: they are fifty pages, each opened once.
    """
    owner = who == "owner"
    person = lane_owners[LaneKind.MITIGATION] if owner else request.getfixturevalue(who)
    client.force_login(person)
    offered_by_page = []
    with clock.at(START):
        for path in ("", "lanes/investigation/"):
            page = markup(client.get(f"/{staffed.reference}/{path}"))
            rows = page.split('id="palette-rows"')[1].split("<details")[0]
            addresses = re.findall(r'<a href="(/[^"]*)"', rows)
            offered_by_page.append({href.replace("&amp;", "&") for href in addresses})
        every = set().union(*offered_by_page)
        refused = [href for href in every if client.get(href, follow=True).status_code != 200]

    assert all(len(addresses) > len(EVERYBODYS) for addresses in offered_by_page)
    assert refused == []


def watched(incident: Incident, owner: Person) -> Incident:
    who = {"role": RoleName.WATCH_OWNER, "person": owner}
    roles.assign(incident.declared_by.as_actor(), incident.pk, **who, now=START)
    set_status(incident.pk, Status.WATCHING)
    return Incident.objects.get(pk=incident.pk)


@pytest.mark.parametrize(
    ("who", "offers"),
    [("stranger", True), ("commander", True), ("admin", True), ("deputy", False)],
)
def test_while_it_is_watched_the_watch_is_what_one_hands_over(
    request: pytest.FixtureRequest, staffed: Incident, stranger: Person, who: str, offers: bool
) -> None:
    incident = watched(staffed, owner=stranger)

    rows = offered(request.getfixturevalue(who), incident).acts

    assert "Offer a handoff" not in labels(rows)
    assert [(row.key, row.href) for row in rows if row.label == "Hand over the watch"] == (
        [("H", f"/{incident.reference}/handoff/")] if offers else []
    )
