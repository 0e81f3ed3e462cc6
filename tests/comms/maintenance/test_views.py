"""The pages of maintenance: for admins, each step refused whole or done."""

from datetime import timedelta

import pytest
from django.test import Client

from comms.actions import maintenance
from comms.models import Maintenance
from incidents.models import Person
from kernel import clock
from tests.comms.actions.test_maintenance import planned
from tests.helpers.factories import START, SurfaceFactory

pytestmark = pytest.mark.django_db(transaction=True)

PAGES = ("", "new/", "{pk}/", *(f"{{pk}}/{one}/" for one in ("change", "begin", "note", "cancel")))


@pytest.fixture
def window(admin: Person) -> Maintenance:
    return maintenance.plan(admin.as_actor(), planned(), now=START)


@pytest.mark.parametrize("page", PAGES)
def test_only_an_admin_opens_the_pages(
    client: Client, window: Maintenance, admin: Person, commander: Person, page: str
) -> None:
    path = f"/maintenance/{page.format(pk=window.pk)}"
    found = []
    with clock.at(START):
        for person in (admin, commander):
            client.force_login(person)
            found.append(client.get(path).status_code)

    assert found == [200, 403]


def test_a_window_is_planned_by_its_form(client: Client, admin: Person) -> None:
    SurfaceFactory(name="Sign-in")
    client.force_login(admin)
    typed = {
        "title": "New certificates",
        "text": "Signing in may take longer.",
        "audience": "public",
        "surfaces": ["sign-in"],
        "starts_at": (START + timedelta(days=2)).strftime("%Y-%m-%d %H:%M"),
        "ends_at": (START + timedelta(days=2, hours=3)).strftime("%Y-%m-%d %H:%M"),
    }

    with clock.at(START):
        answer = client.post("/maintenance/new/", typed)

    row = Maintenance.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/maintenance/{row.pk}/")
    assert row.ends_at - row.starts_at == timedelta(hours=3)
    assert [one.name for one in row.surfaces.all()] == ["Sign-in"]


def test_an_empty_form_names_every_rule(client: Client, admin: Person) -> None:
    client.force_login(admin)

    with clock.at(START):
        answer = client.post("/maintenance/new/", {})

    text = answer.content.decode()
    assert answer.status_code == 422
    for code in ("M-TITLE", "M-TEXT", "M-AUDIENCE", "M-SURFACES", "M-TIMES"):
        assert f"<code>{code}</code>" in text


def test_the_form_of_a_change_says_what_stands(
    client: Client, window: Maintenance, admin: Person
) -> None:
    client.force_login(admin)
    path = f"/maintenance/{window.pk}/change/"
    with clock.at(START):
        form = client.get(path).context["form"]
        typed = {name: form[name].value() for name in form.fields}
        answer = client.post(path, typed | {"title": "Newer", "note": "Another name"})

    window.refresh_from_db()
    assert answer.status_code == 302
    assert (window.title, window.sequence) == ("Newer", 1)
    assert window.starts_at == START + timedelta(hours=1)


def test_a_step_that_may_not_be_taken_leads_back_or_is_refused(
    client: Client, window: Maintenance, admin: Person
) -> None:
    client.force_login(admin)
    path = f"/maintenance/{window.pk}/end/"
    with clock.at(START):
        shown, sent = client.get(path), client.post(path, {"text": "Done"})

    assert (shown.status_code, shown["Location"]) == (302, window.get_absolute_url())
    assert sent.status_code == 422
    assert "M-STATE" in sent.content.decode()
    assert window.updates.count() == 1


def test_the_list_stays_as_quick_with_many(
    client: Client, admin: Person, django_assert_max_num_queries
) -> None:
    for _ in range(35):
        maintenance.plan(admin.as_actor(), planned(), now=START)
    client.force_login(admin)

    with clock.at(START), django_assert_max_num_queries(12):
        text = client.get("/maintenance/").content.decode()

    assert text.count("New certificates") == 30


@pytest.mark.parametrize("page", ["", "{pk}/", "{pk}/cancel/"])
def test_times_are_shown_with_their_day(
    client: Client, window: Maintenance, admin: Person, page: str
) -> None:
    client.force_login(admin)

    with clock.at(START):
        text = client.get(f"/maintenance/{page.format(pk=window.pk)}").content.decode()

    assert f"{window.starts_at:%d %b %Y, %H:%M} UTC" in text
    assert f"{window.ends_at:%d %b %Y, %H:%M} UTC" in text
