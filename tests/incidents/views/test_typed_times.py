"""Times are shown as they will be read before they count, and read alike in every field."""

import copy
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django import forms
from django.test import Client

from comms.models import Maintenance
from incidents.models import Incident, Person
from incidents.web.fields import PastField, TypedTimeField
from kernel import clock
from tests.helpers.factories import SurfaceFactory
from tests.incidents.web.test_plain_words import form_classes

BERLIN = ZoneInfo("Europe/Berlin")
NOON = datetime(2026, 3, 5, 11, 0, tzinfo=UTC)
SECOND_PASS = datetime(2026, 10, 25, 1, 10, tzinfo=UTC)

FIELDS = sorted(
    {
        (form, name)
        for form in form_classes()
        for name, field in form.base_fields.items()
        if isinstance(field, TypedTimeField)
    },
    key=str,
)


def typed_time_field(form: type[forms.Form], name: str, now: datetime = NOON) -> TypedTimeField:
    field = copy.deepcopy(form.base_fields[name])
    assert isinstance(field, TypedTimeField)
    field.now, field.zone = now, BERLIN
    return field


def test_no_form_reads_a_time_in_another_way() -> None:
    others = [
        f"{form.__name__}.{name}"
        for form in form_classes()
        for name, field in form.base_fields.items()
        if isinstance(field, forms.DateTimeField | forms.TimeField | forms.DurationField)
    ]

    assert FIELDS
    assert others == []


@pytest.mark.case("Z7")
@pytest.mark.parametrize(("form", "name"), FIELDS)
def test_times_are_understood_alike(form: type[forms.Form], name: str) -> None:
    field = typed_time_field(form, name)
    hours = -2 if isinstance(field, PastField) else 2

    assert field.clean("2h") == NOON + timedelta(hours=hours)
    assert field.clean("11:59") == NOON - timedelta(minutes=1)
    assert field.clean("2026-03-04 06:00") == datetime(2026, 3, 4, 5, tzinfo=UTC)
    assert field.clean("yesterday 06:00") == datetime(2026, 3, 4, 5, tzinfo=UTC)
    for text in ("2026-03-04", "half past", "2026-03-29 02:30"):
        with pytest.raises(forms.ValidationError):
            field.clean(text)


@pytest.mark.case("Z2")
def test_a_deadline_in_the_double_hour(
    client: Client, incident: Incident, commander: Person
) -> None:
    client.force_login(commander)
    client.cookies["zone"] = "Europe/Berlin"
    path = f"/{incident.reference}/checkpoints/"

    with clock.at(SECOND_PASS):
        assert client.post(path, {"due_at": "02:30"}).status_code == 302
    before = SECOND_PASS - timedelta(hours=1, minutes=5)  # 02:05 CEST
    with clock.at(before):
        asked = client.post(path, {"due_at": "02:30"})

    assert incident.checkpoints.get().due_at == SECOND_PASS + timedelta(minutes=20)
    assert asked.status_code == 422
    assert "02:30+02:00, then 02:30+01:00" in asked.content.decode()
    assert asked.context["form"]["due_at"].value() == "2026-10-25 02:30+02:00"


@pytest.mark.case("Z4")
@pytest.mark.django_db(transaction=True)
def test_a_window_across_midnight_ends_tomorrow(client: Client, admin: Person) -> None:
    SurfaceFactory(name="Sign-in")
    client.force_login(admin)
    client.cookies["zone"] = "Europe/Berlin"
    typed = {
        "surfaces": ["sign-in"],
        "title": "New certificates",
        "text": "Signing in may take longer.",
        "audience": "public",
        "starts_at": "22:00",
        "ends_at": "02:00",
    }

    with clock.at(NOON - timedelta(hours=1)):
        answer = client.post("/maintenance/new/", typed)

    assert answer.status_code == 302
    row = Maintenance.objects.get()
    assert (row.starts_at, row.ends_at - row.starts_at) == (
        datetime(2026, 3, 5, 21, tzinfo=UTC),
        timedelta(hours=4),
    )


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"t": "12:25"}, "Read as Thu 5 March 2026, 12:25 +01:00, in 25 minutes."),
        ({"t": "2h", "tense": "past"}, "Read as Thu 5 March 2026, 10:00 +01:00, 120 minutes ago."),
        ({"t": "12:00"}, "Read as Thu 5 March 2026, 12:00 +01:00, now."),
        (
            {"t": "02:00", "begin": "b", "b": "22:00"},
            "Read as Fri 6 March 2026, 02:00 +01:00, in 14 hours.",
        ),
        ({"t": "2026-10-25 02:30"}, "02:30 comes twice on 25 October"),
        ({"t": "2026-03-29 02:30"}, "02:30 does not exist on 29 March"),
        ({"t": "<b>"}, "Not a time yet."),
        ({"t": ""}, ""),
        ({}, ""),
    ],
)
def test_a_field_says_how_it_reads_what_is_typed(
    client: Client, commander: Person, query: dict[str, Any], sentence: str
) -> None:
    client.force_login(commander)
    client.cookies["zone"] = "Europe/Berlin"

    with clock.at(NOON):
        answer = client.get("/read-time/", {"field": "t"} | query)

    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.content.decode().startswith(sentence)
    assert bool(sentence) == bool(answer.content)


def test_the_field_asks_for_it_itself(
    client: Client, incident: Incident, commander: Person
) -> None:
    client.force_login(commander)

    page = client.get(f"/{incident.reference}/checkpoints/").content.decode()

    assert 'hx-get="/read-time/?tense=future&amp;field=due_at&amp;begin="' in page
    assert 'id="id_due_at_read"' in page
