"""Every read of an incident in which something happened, and the records as they were written."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from incidents.actions import freezes, risks
from incidents.models import Incident, Person
from incidents.vocabulary import LaneKind
from kernel.actor import Actor
from lanes.actions import hypotheses, notes, unknowns
from tests.helpers.counting import queries
from tests.helpers.factories import START, SurfaceFactory, declared
from tests.helpers.tokens import Api, agent_token, person_token
from tests.house.test_every_action_records import CASES, Scene
from tests.machines.api.test_reading_hidden import READS

pytestmark = pytest.mark.django_db

LATER = START + timedelta(minutes=5)

LIVES = (
    "incidents.freezes.keep_freeze",
    "incidents.branches.end_branch",
    "incidents.risks.own",
    "incidents.recommendations.adopt",
    "incidents.together.state_together",
    "incidents.signatures.sign",
    "incidents.execution.judge",
    "incidents.acts.act_first",
    "incidents.course.keep_course",
    "incidents.replacements.replace_holder",
    "incidents.evidence.confirm",
    "incidents.voiding.duplicate",
    "lanes.boundary.set_boundary",
    "lanes.handoff.accept",
    "lanes.unknowns.resolve_unknown",
    "lanes.hypotheses.decide_hypothesis",
    "comms.updates.publish_update",
    "comms.escalations.publish_escalation",
    "comms.leadership.publish_leadership_note",
    "retros.backlog.drop",
    "retros.watch.check_in",
    "retros.review.add_thought",
    "retros.package.send_back",
)
"""Actions that leave rows behind which each read shows."""


def _lived(name: str, commander: Person, stranger: Person) -> Incident:
    scene = Scene(declared(commander), commander, stranger)
    CASES[name](scene)
    return scene.incident


ADDED: dict[str, Callable[[Incident, Actor, int], Any]] = {
    "risks": lambda incident, by, n: risks.add(by, incident.pk, text=f"Risk {n}", now=LATER),
    "freezes": lambda incident, by, n: freezes.freeze(
        by, incident.pk, surface=SurfaceFactory(name=f"S {n}"), scope="", reason="So", now=LATER
    ),
    "lanes/mitigation/notes": lambda incident, by, n: notes.add_note(
        by, incident.pk, text=f"Note {n}", lane=LaneKind.MITIGATION, now=LATER
    ),
    "lanes/mitigation/unknowns": lambda incident, by, n: unknowns.raise_unknown(
        by,
        incident.pk,
        lane=LaneKind.MITIGATION,
        text=f"Since when is region {n} affected?",
        now=LATER,
    ),
    "lanes/investigation/hypotheses": lambda incident, by, n: hypotheses.state_hypothesis(
        by, incident.pk, text=f"Hypothesis {n}", reproduction="", now=LATER
    ),
}


@pytest.mark.parametrize("path", ADDED)
def test_a_list_asks_as_often_for_many_as_for_one(
    path: str, incident: Incident, commander: Person
) -> None:
    reader, by = Api(person_token(commander)), commander.as_actor()
    ADDED[path](incident, by, 0)
    with queries() as first:
        assert len(reader.get(f"/incidents/{incident.pk}/{path}").json()["items"]) == 1
    for n in range(1, 4):
        ADDED[path](incident, by, n)
    with queries() as second:
        assert len(reader.get(f"/incidents/{incident.pk}/{path}").json()["items"]) == 4

    assert len(second) == len(first)


@pytest.mark.parametrize("name", LIVES)
def test_every_read_shows_what_happened(name: str, commander: Person, stranger: Person) -> None:
    incident = _lived(name, commander, stranger)
    reader = Api(person_token(commander))

    for operation, path in READS.items():
        answer = reader.get(path.replace("{number}", str(incident.pk)))
        assert answer.status_code in {200, 404}, (operation, answer.content)


def test_a_decision_is_read_as_a_whole(commander: Person, stranger: Person) -> None:
    incident = _lived("incidents.execution.judge", commander, stranger)
    reader, path = Api(person_token(commander)), f"/incidents/{incident.pk}/decisions"

    row = reader.get(path).json()["items"][0]
    whole = reader.get(f"{path}/1").json()

    decision = incident.decisions.get()
    assert row.items() <= whole.items()
    assert whole["reference"] == "D-1"
    assert whole["why_now"] == decision.why_now
    assert [one["reason"] for one in whole["rejected"]]
    assert [one["reference"] for one in whole["evidence"]]
    assert whole["execution"]["state"] == row["state"] == decision.execution.state
    assert whole["execution"]["run"]["reference"] == decision.execution.run.reference
    assert reader.get(f"{path}/2").status_code == 404


def test_signatures_say_whether_they_count(commander: Person, stranger: Person) -> None:
    incident = _lived("incidents.signatures.sign", commander, stranger)

    found = Api(person_token(commander)).get(f"/incidents/{incident.pk}/decisions/1").json()

    assert found["execution"]["needs_two_signatures"]
    assert {one["counts"] for one in found["signatures"]} == {True}


def test_lanes_say_what_they_include(commander: Person, stranger: Person) -> None:
    incident = _lived("lanes.boundary.set_boundary", commander, stranger)
    reader, path = Api(person_token(commander)), f"/incidents/{incident.pk}/lanes"

    lanes = reader.get(path).json()["items"]

    bounded = next(lane for lane in lanes if lane["boundary"]["included"])
    assert len(lanes) == 4
    assert reader.get(f"{path}/{bounded['lane']}/boundary").json() == bounded["boundary"]


def test_the_gate_says_what_is_missing(incident: Incident, commander: Person) -> None:
    found = Api(person_token(commander)).get(f"/incidents/{incident.pk}/gate").json()

    assert found["is_open"] is False
    assert found["met"] == sum(one["met"] for one in found["conditions"])
    assert all(one["sentence"] for one in found["conditions"])


def test_a_merge_asks_whether_a_surface_is_frozen(
    incident: Incident, commander: Person, stranger: Person
) -> None:
    payments, search = SurfaceFactory(name="Payments"), SurfaceFactory(name="Search")
    hidden = declared(commander, restricted=True)
    freezing = {"scope": "deploys", "reason": "Nothing else now", "now": LATER}
    actor = commander.as_actor()
    freezes.freeze(actor, incident.pk, surface=payments, **freezing)
    freezes.freeze(actor, hidden.pk, surface=search, **freezing)
    asks = Api(agent_token(stranger))

    frozen = asks.get("/freezes", {"surface": "payments"}).json()

    assert frozen["frozen"] is True
    assert frozen["freezes"][0]["reason"] == "Nothing else now"
    assert frozen["freezes"][0]["incident"]["reference"] == incident.reference
    assert frozen["freezes"][0]["owner"]["username"] == commander.username
    answer = asks.get("/freezes", {"surface": "search"}).json()
    assert answer == {"frozen": False, "freezes": []}
    mistyped = asks.get("/freezes", {"surface": "no-such-surface"})
    assert (mistyped.status_code, mistyped.json()["title"]) == (404, "Not Found")
    own = Api(person_token(commander)).get("/freezes", {"surface": "search"}).json()
    assert own["freezes"][0]["incident"]["reference"] == hidden.reference


def test_duties_are_those_of_the_tokens_person(
    incident: Incident, commander: Person, stranger: Person
) -> None:
    found = Api(person_token(commander)).get("/duties").json()

    assert found["total"] == len(found["items"]) > 0
    assert {one["incident"]["reference"] for one in found["items"]} == {incident.reference}
    assert Api(person_token(stranger)).get("/duties").json() == {"items": [], "total": 0}
    assert (
        len(Api(person_token(commander, "two")).get("/duties", {"limit": 1}).json()["items"]) == 1
    )
