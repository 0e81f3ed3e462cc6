"""Nothing closes an incident but the gate: no page of the admin, no field of a form, no step."""

import inspect
from functools import partial

import pytest
from django.apps import apps
from django.contrib import admin as site
from django.db import DatabaseError, ProgrammingError, connection, transaction
from django.forms.models import model_to_dict
from django.test import Client
from django.urls import reverse

from incidents.actions import lifecycle_steps, voiding
from incidents.locking import lock
from incidents.models import Incident, Person, Voided
from incidents.permissions import TABLE, Who
from kernel.refusal import Refused
from retros.closing import actions as closing
from retros.closing import rules as gate
from retros.watch import actions as watching
from tests.helpers.backfilled import backfilled_incident
from tests.helpers.factories import declared
from tests.retros.closing.closable import ClosingRun

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_admin_has_no_page_of_what_closing_is_made_of() -> None:
    assert Incident not in site.site._registry
    ours = set(apps.get_app_config("retros").get_models())
    assert ours & set(site.site._registry) == set()


def test_no_field_that_is_sent_along_opens_it(
    client: Client, incident: Incident, admin: Person
) -> None:
    Person.objects.filter(pk=admin.pk).update(is_superuser=True, is_staff=True)
    client.force_login(admin)
    sent = dict.fromkeys(["force", "override", "override_reason", "bypass", "met", "status"], "yes")
    answer = client.post(reverse("gate", args=[incident.pk]), sent | {"do": "close"})

    assert answer.status_code == 422
    assert Incident.objects.get(pk=incident.pk).status == "active"


def test_the_action_and_the_rules_have_no_parameter_for_it() -> None:
    """A statement is one of the facts that are judged: it can be given, and lacks something."""
    taken = set(inspect.signature(closing.close).parameters)
    assert taken == {"actor", "incident_id", "statement", "now", "once"}
    assert set(inspect.signature(gate.judge).parameters) == {"facts"}


def test_only_who_commands_may_try() -> None:
    assert TABLE["incident.close"] == {Who.COMMANDER, Who.ADMIN}


@pytest.mark.parametrize("status", ["watching", "closed"])
def test_the_step_alone_is_stopped_by_the_database(incident: Incident, status: str) -> None:
    with (
        pytest.raises((ProgrammingError, Refused), match=r"closure gate|goes to"),
        transaction.atomic(),
    ):
        lifecycle_steps.set_status_step(lock(incident.pk), status)
    assert Incident.objects.get(pk=incident.pk).status == "active"


@pytest.mark.parametrize("status", ["watching", "closed"])
def test_plain_sql_is_refused(incident: Incident, status: str) -> None:
    with (
        pytest.raises(ProgrammingError, match="closure gate"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "UPDATE incidents_incident SET status = %s WHERE id = %s", [status, incident.pk]
        )


@pytest.mark.parametrize(
    ("kind", "why"),
    [("incident.reopened", "has its entry"), ("incident.closed", "closing_entry_once")],
)
def test_a_row_of_a_closing_by_plain_sql_lacks_its_entry(
    ending: ClosingRun, kind: str, why: str
) -> None:
    """Its words are those of a closing that stood once; its entry is another's, or none's."""
    closing_row = ending.closable().close()
    ending.reopen()
    number, columns = (
        ending.incident.pk,
        model_to_dict(closing_row, exclude=["id", "incident", "closed_by"]),
    )
    seq = ending.incident.timeline.filter(kind=kind).values_list("seq", flat=True).get()
    forged = columns | {"number": 2, "seq": seq, "incident_id": number, "ended_at": None, "end": ""}
    forged["closed_by_id"] = closing_row.closed_by_id
    names, marks = ", ".join(f'"{name}"' for name in forged), ", ".join(["%s"] * len(forged))

    with (  # noqa: PT012
        pytest.raises(DatabaseError, match=why),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"INSERT INTO retros_closing ({names}) VALUES ({marks})", [*forged.values()])
        cursor.execute("UPDATE incidents_incident SET status = 'watching'")

    assert ending.status == "active"


@pytest.mark.parametrize("ended", ["void", "duplicate"])
@pytest.mark.parametrize("status", ["watching", "closed"])
def test_what_was_declared_in_error_is_no_way_round(
    ending: ClosingRun, ended: str, status: str
) -> None:
    """Nothing was executed, so it may end so; from there it only goes back."""
    number, actor = ending.incident.pk, ending.commander.as_actor()
    if ended == "void":
        voiding.void(actor, number, reason="A drill alert", now=ending.now)
    else:
        other = declared(ending.commander)
        options = {"original": other.pk, "reason": "Found twice"}
        voiding.duplicate(actor, number, **options, now=ending.now)

    with pytest.raises(Refused):
        ending.close()
    with pytest.raises(Refused, match="watched or closed"):
        ending.reopen()
    with pytest.raises(Refused, match="goes to"), transaction.atomic():
        lifecycle_steps.set_status_step(lock(number), status)
    with pytest.raises(ProgrammingError), transaction.atomic():
        Incident.objects.filter(pk=number).update(status=status)
    assert ending.status == ended


@pytest.mark.parametrize("status", ["void", "duplicate"])
@pytest.mark.parametrize("began", [False, True])
def test_plain_sql_ends_nothing_in_error(ending: ClosingRun, status: str, began: bool) -> None:
    if began:
        ending.decide()
        ending.start()
    with pytest.raises(ProgrammingError, match="nothing was executed"), transaction.atomic():
        Incident.objects.filter(pk=ending.incident.pk).update(status=status)


def test_what_was_executed_leads_to_the_gate(ending: ClosingRun) -> None:
    ending.decide()
    ending.start()
    number = ending.incident.pk
    with pytest.raises(Refused) as refused:
        voiding.void(ending.commander.as_actor(), number, reason="An error", now=ending.now)

    [problem] = refused.value.violations
    assert (problem.code, problem.href) == ("V-EXECUTED", reverse("gate", args=[number]))


def test_with_a_row_that_says_so_too_what_was_executed_is_not_void(ending: ClosingRun) -> None:
    ending.decide()
    ending.start()
    Voided.objects.create(
        incident=ending.incident, reason="Forged", at=ending.now, by=ending.commander
    )
    with pytest.raises(ProgrammingError, match="nothing was executed"), transaction.atomic():
        Incident.objects.filter(pk=ending.incident.pk).update(status="void")


@pytest.mark.parametrize("end", ["close", "reopen"])
def test_what_went_through_the_gate_does_not_end_in_error(ending: ClosingRun, end: str) -> None:
    ending.closable().close()
    if end == "reopen":
        ending.reopen()
    with pytest.raises(Refused) as refused:
        voiding.void(
            ending.commander.as_actor(), ending.incident.pk, reason="An error", now=ending.now
        )
    assert "V-EXECUTED" in {violation.code for violation in refused.value.violations}


@pytest.mark.parametrize("status", ["active", "watching", "closed"])
@pytest.mark.parametrize("ended", ["backfill", "void", "duplicate"])
def test_what_was_handled_elsewhere_is_no_way_round(
    ending: ClosingRun, ended: str, status: str
) -> None:
    """It is never lived here, so it never comes to the gate, nor round it by being void."""
    actor, now = ending.commander.as_actor(), ending.now
    backfilled = backfilled_incident(ending.commander, now=now)
    if ended == "void":
        voiding.void(actor, backfilled.pk, reason="Written up twice", now=now)
    if ended == "duplicate":
        options = {"original": ending.incident.pk, "reason": "It is followed here"}
        voiding.duplicate(actor, backfilled.pk, **options, now=now)

    for act in (closing.close, partial(watching.reopen, reason="It fails again")):
        with pytest.raises(Refused):
            act(actor, backfilled.pk, now=now)
    with pytest.raises((ProgrammingError, Refused)), transaction.atomic():
        lifecycle_steps.set_status_step(lock(backfilled.pk), status)
    with pytest.raises(ProgrammingError), transaction.atomic():
        Incident.objects.filter(pk=backfilled.pk).update(status=status)
    assert Incident.objects.get(pk=backfilled.pk).status == ended

    if ended != "backfill":
        voiding.take_back(actor, backfilled.pk, reason="It was right", now=now)
    assert Incident.objects.get(pk=backfilled.pk).status == "backfill"


@pytest.mark.parametrize("began", [False, True])
def test_what_is_lived_here_is_never_backfilled(ending: ClosingRun, began: bool) -> None:
    if began:
        ending.decide()
        ending.start()
    number = ending.incident.pk
    with pytest.raises(Refused, match="goes to"), transaction.atomic():
        lifecycle_steps.set_status_step(lock(number), "backfill")
    with pytest.raises(ProgrammingError, match="handled elsewhere"), transaction.atomic():
        Incident.objects.filter(pk=number).update(status="backfill")
    assert ending.status == "active"


def test_writing_it_up_as_well_does_not_end_what_is_lived_here(ending: ClosingRun) -> None:
    backfilled = backfilled_incident(ending.commander, now=ending.now)
    with pytest.raises(Refused) as refused:
        voiding.duplicate(
            ending.commander.as_actor(),
            ending.incident.pk,
            original=backfilled.pk,
            reason="It is written up",
            now=ending.now,
        )
    assert [violation.code for violation in refused.value.violations] == ["V-DUPLICATE"]
    assert ending.status == "active"


def test_what_was_met_yesterday_counts_for_nothing(ending: ClosingRun) -> None:
    """The conditions are judged at the moment of closing, not when the page was read."""
    ending.closable()
    ending.after(hours=24)
    with pytest.raises(Refused):
        ending.close()
