"""Each operation that writes does what its form does in the browser."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from incidents.actions import evidence, freezes, lifecycle, risks, roles
from incidents.facts.signed_record import content_hash
from incidents.models import Incident, Person
from incidents.vocabulary import Group, LaneKind, RoleName
from kernel import clock
from lanes.actions import hypotheses
from retros.models import CheckIn
from tests.helpers.decision_inputs import PRECHECK, VERIFICATION, decision_form_data
from tests.helpers.decision_run import DecisionRun
from tests.helpers.factories import PersonFactory, SurfaceFactory, declared
from tests.helpers.handoffs import TERMS
from tests.helpers.tokens import person_token
from tests.house.test_every_action_records import LATER, Scene
from tests.machines.api.writer import Writer, write_operations
from tests.retros.closing.closable import ClosingRun

pytestmark = pytest.mark.django_db

NOW = LATER + timedelta(minutes=1)
IN_TEN_MINUTES = "+10"


@pytest.fixture(autouse=True)
def at_now() -> Iterator[None]:
    with clock.at(NOW):
        yield


@pytest.fixture
def scene(incident: Incident, commander: Person, stranger: Person) -> Scene:
    return Scene(incident, commander, stranger)


type Case = Callable[[Scene], tuple[Person, str, Any]]
"""Prepares the scene; answers who sends what to which address of the incident."""


def _simple(path: str, /, **body: Any) -> Case:
    return lambda s: (s.commander, path, body)


def _after(prepare: Callable[[Scene], Any], path: str, /, **body: Any) -> Case:
    def case(s: Scene) -> tuple[Person, str, Any]:
        prepare(s)
        return s.commander, path, body

    return case


def _own(s: Scene, lane: LaneKind = LaneKind.MITIGATION) -> None:
    s.do(roles.assign, role=RoleName.LANE_OWNER, lane=lane, person=s.commander)


def _cited(s: Scene) -> int:
    return int(s.do(evidence.capture, PRECHECK).number)


def _recommendation(s: Scene, **other: Any) -> dict[str, Any]:
    return {
        "lane": "mitigation",
        "option": "rollback",
        "option_detail": "to 4be90a7",
        "reasons": "It takes the cause away",
        "evidence": [_cited(s)],
        "reversibility": 4,
        "blast_radius": 2,
    } | other


def _recommend(s: Scene) -> tuple[Person, str, Any]:
    _own(s)
    return s.commander, "/recommendations", _recommendation(s)


def _propose(s: Scene) -> tuple[Person, str, Any]:
    s.hero()
    return s.commander, "/recommendations/propose", _recommendation(s)


def _answer(path: str, **body: Any) -> Case:
    def case(s: Scene) -> tuple[Person, str, Any]:
        s.propose()
        return s.other, f"/recommendations/1/{path}", body

    return case


def decision_body(run: DecisionRun, **other: Any) -> dict[str, Any]:
    """What every rule accepts."""
    form = decision_form_data(run.cited, run.executor, run.verifier)
    rejected = {"flag": form.pop("rejected_flag"), "hotfix": form.pop("rejected_hotfix")}
    people = {"executor": run.executor.username, "verifier": run.verifier.username}
    return form | people | {"rejected": rejected} | other


def _decide(s: Scene) -> tuple[Person, str, Any]:
    owners = dict.fromkeys(LaneKind, s.other) | {LaneKind.MITIGATION: s.commander}
    run = DecisionRun(s.incident, s.commander, owners, now=LATER)
    return s.commander, "/checkpoints/1/decision", decision_body(run)


def _sign(s: Scene) -> tuple[Person, str, Any]:
    ledger = SurfaceFactory(name="Ledger", dependency_class="billing")
    s.do(lifecycle.set_surfaces, surfaces=(ledger,))
    s.do(roles.assign, role=RoleName.DATA_OWNER, person=s.other)
    decision = s.decide(deviation_reason="The ledger itself is whole")
    body = {"role": "data_owner", "seen": content_hash(decision)}
    return s.other, "/decisions/1/sign", body


def _start(s: Scene) -> tuple[Person, str, Any]:
    s.decide(executor=s.commander)
    return s.commander, "/decisions/1/start", {}


def _finish(s: Scene) -> tuple[Person, str, Any]:
    s.start()
    return s.commander, "/decisions/1/done", {"evidence": [_cited(s)]}


def _verify(s: Scene) -> tuple[Person, str, Any]:
    s.start()
    s.finish()
    run = evidence.capture(s.other.as_actor(), s.incident.pk, VERIFICATION, now=NOW)
    body = {"passed": True, "run": run.number, "finding": "Back at the baseline"}
    return s.other, "/decisions/1/verify", body


def _replace(s: Scene) -> tuple[Person, str, Any]:
    s.decide()
    PersonFactory(username="relief", groups=[Group.RESPONDER])
    body = {"role": "executor", "person": "relief", "reason": "On the train"}
    return s.commander, "/decisions/1/replace", body


def _keep_course(s: Scene) -> tuple[Person, str, Any]:
    decision = s.decide()
    item = evidence.capture(s.actor, s.incident.pk, PRECHECK, now=NOW)
    path = f"/checkpoints/{decision.next_checkpoint.number}/keep"
    body = {
        "looked_at": "The error rate is flat",
        "evidence": [item.number],
        "next_due": IN_TEN_MINUTES,
    }
    return s.commander, path, body


def _take_command(s: Scene) -> tuple[Person, str, Any]:
    s.as_other(roles.join)
    admin = PersonFactory(username="chief", groups=[Group.ADMIN])
    return admin, "/command", {"reason": "Both are away"}


def _freeze(path: str, **body: Any) -> Case:
    def case(s: Scene) -> tuple[Person, str, Any]:
        s.do(freezes.freeze, surface=s.surface, scope="", reason="Hold still")
        return s.commander, f"/freezes/{path}", {"surface": s.surface.slug} | body

    return case


def _risk(s: Scene) -> None:
    s.do(risks.add, text="Old sessions may fail")


def _offer(s: Scene) -> tuple[Person, str, Any]:
    s.hero()
    s.schedule()
    body = TERMS | {"what": "mitigation", "receiver": s.commander.username}
    return s.commander, "/handoffs", body


def _item(path: str, **body: Any) -> Case:
    return lambda s: (s.commander, f"/backlog/{s.harden().pk}{path}", body)


def _close(s: Scene) -> tuple[Person, str, Any]:
    owners = dict.fromkeys(LaneKind, s.other) | {LaneKind.MITIGATION: s.commander}
    ClosingRun(s.incident, s.commander, owners, now=LATER).closable()
    return s.commander, "/close", {}


def _publish(s: Scene) -> tuple[Person, str, Any]:
    body = {
        "audience": "public",
        "progress": "investigating",
        "headline": "Some people cannot sign in",
        "impact": "Signing in fails for about one person in three. Open sessions stay.",
        "mitigation": "We look for what changed in today’s release.",
        "unknowns": ["Whether trying again helps"],
        "next_at": "+20",
    }
    return s.commander, "/updates", body


def _hypothesis(s: Scene) -> tuple[Person, str, Any]:
    s.do(hypotheses.state_hypothesis, text="The key set is stale")
    body = {
        "verdict": "confirmed",
        "evidence": [_cited(s)],
        "finding": "Four nodes have the old one",
    }
    return s.commander, "/hypotheses/1/verdict", body


def _confirm(s: Scene) -> tuple[Person, str, Any]:
    claimed = replace(PRECHECK, command="undo --dry-run", purpose="rollback_check")
    item = s.as_other(evidence.capture, captured=claimed)
    return s.commander, f"/evidence/{item.number}/confirm", {}


def _two_checkpoints(s: Scene) -> None:
    s.schedule()
    s.schedule()


CASES: dict[str, Case] = {
    "add_note": _simple("/notes", text="Seen in eu-west only", lane="investigation"),
    "capture_evidence": _simple("/evidence", kind="log", text="401 401 200", lane="mitigation"),
    "confirm_evidence": _confirm,
    "raise_unknown": _simple("/unknowns", lane="mitigation", text="Which nodes?"),
    "resolve_unknown": _after(
        lambda s: s.ask(), "/unknowns/1/resolve", resolution="Four of them, since 13:57"
    ),
    "state_hypothesis": _simple("/hypotheses", text="The key set is stale"),
    "judge_hypothesis": _hypothesis,
    "recommend": _recommend,
    "propose_recommendation": _propose,
    "withdraw_recommendation": _after(
        lambda s: s.recommend(), "/recommendations/1/withdraw", reason="The cause is another"
    ),
    "adopt_recommendation": _answer("adopt"),
    "decline_recommendation": _answer("decline", reason="It takes an hour"),
    "set_boundary": _simple("/lanes/mitigation/boundary", included=["flags"], excluded=["deploys"]),
    "change_severity": _simple("/severity", severity="2", reason="Only one region"),
    "change_phase": _simple("/phase", phase="containment", reason="Chosen"),
    "set_channel": _simple("/channel", channel="#inc"),
    "set_revision": _simple("/revision", revision="4be90a7"),
    "set_surfaces": _simple("/surfaces", surfaces=["sign-in"]),
    "schedule_checkpoint": _simple("/checkpoints", due_at=IN_TEN_MINUTES, purpose="What next"),
    "keep_course": _keep_course,
    "move_checkpoint": _after(
        lambda s: s.schedule(), "/checkpoints/1/move", due_at="+20", reason="Not over"
    ),
    "cancel_checkpoint": _after(_two_checkpoints, "/checkpoints/1/cancel", reason="Twice"),
    "decide": _decide,
    "act_first": _simple(
        "/acts", what="token_signer_v2 off", option="flag", executor="commander", began_at="-2"
    ),
    "sign_decision": _sign,
    "withdraw_decision": _after(
        lambda s: s.decide(), "/decisions/1/withdraw", reason="It came too early"
    ),
    "start_execution": _start,
    "finish_execution": _finish,
    "verify_decision": _verify,
    "replace_holder": _replace,
    "assign_role": _simple("/roles", role="lane_owner", lane="mitigation", person="stranger"),
    "join_incident": lambda s: (s.other, "/join", {}),
    "take_command": _take_command,
    "claim_lane": lambda s: (s.other, "/lanes/mitigation/claim", {}),
    "freeze_surface": _simple("/freezes", surface="sign-in", reason="Hold still"),
    "decline_freeze": _simple("/freezes/decline", surface="sign-in", reason="Not changed today"),
    "lift_freeze": _freeze("lift", reason="Over"),
    "keep_freeze": _freeze("keep", reason="Until the audit", owner="stranger"),
    "add_risk": _simple("/risks", text="Old sessions may fail", owner="stranger"),
    "own_risk": _after(_risk, "/risks/1/owner", owner="stranger"),
    "retire_risk": _after(_risk, "/risks/1/retire", reason="All have expired"),
    "open_branch": _simple("/branches", type="hotfix", name="pin-keys", owner="commander"),
    "pass_branch": _after(lambda s: s.branch(), "/branches/1/owner", owner="stranger"),
    "end_branch": _after(lambda s: s.branch(), "/branches/1/end", state="merged"),
    "offer_handoff": _offer,
    "accept_handoff": _after(lambda s: s.offer(), "/handoffs/1/accept"),
    "decline_handoff": _after(lambda s: s.offer(), "/handoffs/1/decline", reason="Off shift"),
    "withdraw_handoff": _after(lambda s: s.offer(), "/handoffs/1/withdraw"),
    "publish_update": _publish,
    "publish_escalation": _simple(
        "/escalations",
        summary="Auth token failure after release",
        impact="31 % of sign-ins fail, baseline 0.3 %",
        decision="The flag is being switched off",
        ask="Approve edge access for a second engineer until 15:00",
        next_at="+20",
        owner="commander",
    ),
    "publish_leadership_note": _simple(
        "/leadership-notes",
        happened="A release signed tokens with a key that some nodes did not know",
        path="The flag was undone in 40 seconds; a rollback takes 11 minutes",
        confidence="2",
        uncertain="Whether sessions of that half hour stay invalid",
        need="nothing for now",
        owner="commander",
    ),
    "add_backlog_item": _simple("/backlog", title="A probe for each region", due_on="2026-03-20"),
    "change_backlog_item": _item("", title="A probe for each zone", owner="stranger"),
    "begin_backlog_item": _item("/begin"),
    "finish_backlog_item": _item("/done"),
    "drop_backlog_item": _item("/drop", reason="Covered elsewhere"),
    "reopen_backlog_item": lambda s: (
        s.commander,
        f"/backlog/{s.dropped().pk}/reopen",
        {"reason": "Not covered after all"},
    ),
    "save_statement": _simple("/statement", trigger="5xx above 1 %", watch_owner="stranger"),
    "close_incident": _close,
    "check_in": _after(lambda s: s.closed(), "/watch/check-ins", text="0.2 % on the dashboard"),
    "fire_trigger": _after(lambda s: s.closed(), "/watch/fire", signal="401 rate 12 %"),
    "reopen_incident": _after(lambda s: s.closed(), "/reopen", reason="It fails again"),
}

ELSEWHERE = {"declare_incident", "capture_evidence_file"}
"""Shown below: they are sent in other ways."""

OPERATIONS = {
    operation.operation_id: method
    for method, _, operation in write_operations()
    if operation.view_func.__module__.startswith("machines.api.writing.")
}


def test_every_operation_that_writes_has_a_case() -> None:
    assert OPERATIONS.keys() == CASES.keys() | ELSEWHERE


@pytest.mark.parametrize("name", CASES)
def test_a_person_does_by_token_what_they_may_do_in_the_browser(scene: Scene, name: str) -> None:
    who, path, body = CASES[name](scene)
    before = scene.last_entry()

    address = f"/incidents/{scene.incident.pk}{path}"
    answer = Writer(person_token(who)).send(OPERATIONS[name], address, body)

    expected = 200 if OPERATIONS[name] == "PUT" else 201
    assert answer.status_code == expected, answer.json()
    assert answer.json()["reference"]
    assert answer.json()["link"].startswith("/")
    assert scene.last_entry() > before
    entry = scene.incident.timeline.order_by("seq").get(seq=before + 1)
    assert entry.actor_id == who.pk or entry.actor_kind == "system"


def test_an_incident_is_declared(commander: Person, scene: Scene) -> None:
    api = Writer(person_token(commander))
    body = {"title": "Sign-in fails", "severity": "1", "surfaces": ["sign-in"], "restricted": True}

    answer = api.post("/incidents", body)

    assert answer.status_code == 201, answer.json()
    incident = Incident.objects.get(pk=answer.json()["number"])
    assert (incident.title, incident.restricted) == ("Sign-in fails", True)
    assert answer.json()["surfaces"] == ["sign-in"]


def test_a_file_is_captured_and_shown_as_text_where_it_is_one(
    commander: Person, incident: Incident
) -> None:
    api = Writer(person_token(commander))
    log = SimpleUploadedFile("app.log", b"401\npassword=hunter2secret\n")
    core = SimpleUploadedFile("core", b"\x00\x01\xff")
    address = f"/incidents/{incident.pk}/evidence/files"

    text = api.upload(address, {"kind": "log", "lane": "mitigation", "file": log})
    binary = api.upload(address, {"kind": "file", "file": core})

    assert (text.status_code, binary.status_code) == (201, 201), text.json()
    first, second = incident.evidence.order_by("number")
    assert (first.title, first.lane, first.masks) == ("app.log", "mitigation", 1)
    assert bytes(second.file.content) == b"\x00\x01\xff"


def test_all_that_a_command_left_is_captured(commander: Person, incident: Incident) -> None:
    body = {
        "kind": "command",
        "command": "pytest -q",
        "text": "1 passed\x00\n",
        "exit_code": 0,
        "host": "ops-2",
        "revision": "4be90a7",
        "started_at": "2026-03-05T14:03:00.5Z",
        "duration_ms": 1400,
        "lane": "verification",
        "purpose": "verification",
    }

    answer = Writer(person_token(commander)).post(f"/incidents/{incident.pk}/evidence", body)

    assert answer.status_code == 201, answer.json()
    item = incident.evidence.get()
    assert (item.duration, item.exit_code, item.host) == (1400, 0, "ops-2")
    assert item.started_at.isoformat() == "2026-03-05T14:03:00.500000+00:00"
    assert answer.json()["purpose"] == "verification"


def test_a_check_in_answers_what_is_due(scene: Scene) -> None:
    due = scene.closed().check_ins.first()
    with clock.at(due.due_at):
        api = Writer(person_token(scene.commander))
        answer = api.post(f"/incidents/{scene.incident.pk}/watch/check-ins", {"text": "0.2 %"})

    assert answer.status_code == 201
    assert CheckIn.objects.get(pk=due.pk).answered_by == scene.commander


def test_a_decision_is_tried_without_writing(scene: Scene) -> None:
    who, path, body = _decide(scene)
    api, before = Writer(person_token(who)), scene.last_entry()
    address = f"/incidents/{scene.incident.pk}{path}"

    whole = api.post(f"{address}?dry_run=true", body)
    poor = api.post(
        f"{address}?dry_run=true",
        {"option": "rollback", "executor": "nobody", "deadline": "soonish", "rejected": {"x": "y"}},
    )

    assert (whole.status_code, whole.json()["violations"]) == (200, [])
    assert poor.status_code == 200
    named = {violation["field"] for violation in poor.json()["violations"]}
    assert {"executor", "deadline", "rejected.x", "rejected.flag", "scope"} <= named
    assert all(violation["code"] for violation in poor.json()["violations"])
    assert scene.last_entry() == before


def test_a_refused_decision_names_fields_of_the_body_and_keeps_a_draft(scene: Scene) -> None:
    who, path, body = _decide(scene)
    poor = body | {"rejected": {}, "option": "own", "own": {"name": "Fail back"}}

    answer = Writer(person_token(who)).post(f"/incidents/{scene.incident.pk}{path}", poor)

    assert answer.status_code == 422
    assert {"own.reach"} <= {one["field"] for one in answer.json()["violations"]}
    draft = scene.incident.checkpoints.get(number=1).drafts.get()
    assert draft.data["own_name"] == ["Fail back"]


def test_a_restricted_incident_is_as_if_it_were_not_there(
    commander: Person, stranger: Person
) -> None:
    hidden = declared(commander, restricted=True)
    api = Writer(person_token(stranger))

    answer = api.post(f"/incidents/{hidden.pk}/notes", {"text": "Hello"})
    nowhere = api.post("/incidents/99999999999999999999/notes", {"text": "Hello"})

    assert (answer.status_code, nowhere.status_code) == (404, 404)
    assert answer.json()["detail"] == f"There is no INC-{hidden.pk}."
