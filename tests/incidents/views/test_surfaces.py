"""All freezes, and the page of a surface: nothing of an incident that one may not know of."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from incidents.actions import freezes, lifecycle, voiding
from incidents.models import Incident, Person, Surface
from incidents.views.surfaces import A_PAGE
from kernel import clock
from tests.helpers.counting import queries
from tests.helpers.factories import START, SurfaceFactory, declared
from tests.markup import markup

NOW = START + timedelta(minutes=8)
SECRET = "Copies of the ledger are about"


@pytest.fixture
def surface(db: None) -> Surface:
    return SurfaceFactory(
        name="Sign-in",
        last_known_good="4be90a7",
        health_check="curl -fsS 'https://sign-in.test/up' | grep '\"ok\" && true'",
    )


@pytest.fixture
def secret(commander: Person, deputy: Person, surface: Surface) -> Incident:
    """Restricted, with ``deputy`` taking part; it has frozen Sign-in."""
    incident = declared(
        commander, restricted=True, title=SECRET, participants=(deputy,), surfaces=(surface,)
    )
    freeze(incident, surface, reason="Nobody touches the copies")
    return incident


def freeze(
    incident: Incident, surface: Surface, *, reason: str = "Hold still", **said: Any
) -> None:
    actor = incident.declared_by.as_actor()
    common = {"surface": surface, "now": NOW}
    freezes.freeze(actor, incident.pk, scope=said.get("scope", ""), reason=reason, **common)
    if kept_by := said.get("kept_by"):
        freezes.keep_freeze(actor, incident.pk, owner=kept_by, reason="Until the audit", **common)
    if lifted := said.get("lifted"):
        freezes.lift_freeze(actor, incident.pk, reason=lifted, **common)


def text(client: Client, person: Person, path: str) -> str:
    client.force_login(person)
    return markup(client.get(path))


# -- Who may -----------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/freezes/", "/surfaces/sign-in/"])
def test_who_sees_the_pages(
    client: Client,
    surface: Surface,
    stakeholder: Person,
    stranger: Person,
    commander: Person,
    admin: Person,
    path: str,
) -> None:
    found = [client.get(path).status_code]
    for person in (stakeholder, stranger, commander, admin):
        client.force_login(person)
        found.append(client.get(path).status_code)

    assert found == [302, 403, 200, 200, 200]


@pytest.mark.parametrize("path", ["/freezes/", "/surfaces/sign-in/"])
def test_a_restricted_freeze_shows_only_to_who_takes_part_and_admins(
    client: Client,
    secret: Incident,
    commander: Person,
    deputy: Person,
    admin: Person,
    stranger: Person,
    path: str,
) -> None:
    told = [
        "Nobody touches the copies" in text(client, person, path)
        for person in (commander, deputy, admin, stranger)
    ]

    assert told == [True, True, True, False]


def test_a_stranger_sees_the_pages_as_if_the_restricted_incident_were_not_there(
    client: Client, secret: Incident, stranger: Person
) -> None:
    all_freezes = text(client, stranger, "/freezes/")
    of_surface = text(client, stranger, "/surfaces/sign-in/")

    assert "Nothing is frozen" in all_freezes
    assert "No freeze is on record" in all_freezes
    assert "Not frozen." in of_surface
    assert "None on record." in of_surface
    for page in (all_freezes, of_surface):
        assert SECRET not in page
        assert secret.reference not in page


@pytest.mark.parametrize("slug", ["nowhere", "SIGN-IN", "x" * 200])
def test_a_surface_that_is_not_there_is_not_found(
    client: Client, surface: Surface, stranger: Person, slug: str
) -> None:
    client.force_login(stranger)

    assert client.get(f"/surfaces/{slug}/").status_code == 404


# -- What they show ----------------------------------------------------------------------------


def test_in_force_comes_first_with_scope_and_who_keeps_it(
    client: Client, incident: Incident, surface: Surface, deputy: Person, stranger: Person
) -> None:
    freeze(incident, SurfaceFactory(name="Billing"), lifted="Books agree again")
    freeze(incident, surface, scope="auth-gateway", kept_by=deputy)
    freezes.decline_freeze(
        incident.declared_by.as_actor(),
        incident.pk,
        surface=SurfaceFactory(name="Search"),
        reason="Untouched by it",
        now=NOW,
    )

    page = text(client, stranger, "/freezes/")

    in_force, lifted = page.split("lifted-title", 1)
    assert "1 in force" in in_force
    assert "auth-gateway" in in_force
    assert "<strong>Kept on purpose</strong>, owner Deputy: Until the audit" in in_force
    assert "Books agree again" in lifted
    assert "Books agree again" not in in_force
    assert "Untouched by it" not in page


def test_freezes_come_in_pages_and_the_count_is_of_all(
    client: Client, incident: Incident, stranger: Person
) -> None:
    freeze(incident, SurfaceFactory(name="A-1"), lifted="Over")
    for number in range(A_PAGE + 1):
        freeze(incident, SurfaceFactory(name=f"Part {number:02}"))
    client.force_login(stranger)

    pages = [client.get(f"/freezes/?page={number}") for number in ("1", "2", "nonsense")]

    shown = [(len(p.context["in_force"]), len(p.context["lifted"])) for p in pages]
    assert shown == [(A_PAGE, 0), (1, 1), (A_PAGE, 0)]
    assert all(p.context["count"] == A_PAGE + 1 for p in pages)


def test_the_incidents_of_a_surface_come_in_pages_active_ones_first(
    client: Client, surface: Surface, commander: Person, stranger: Person
) -> None:
    incidents = [declared(commander, surfaces=[surface]) for _ in range(A_PAGE + 2)]
    newest = incidents[-1]
    voiding.void(commander.as_actor(), newest.pk, reason="A test call", now=NOW)
    client.force_login(stranger)
    with queries() as executed:
        first = client.get("/surfaces/sign-in/")

    second = client.get("/surfaces/sign-in/?page=2")

    assert [len(page.context["page"]) for page in (first, second)] == [A_PAGE, 2]
    assert second.context["page"][-1] == newest
    assert len(executed) <= 12


def test_a_surface_shows_what_is_known_of_it(
    client: Client, incident: Incident, surface: Surface, commander: Person, stranger: Person
) -> None:
    lifecycle.set_surfaces(commander.as_actor(), incident.pk, surfaces=(surface,), now=NOW)
    freeze(incident, surface)

    page = text(client, stranger, "/surfaces/sign-in/")

    assert "roll back first, with audit capture" in page
    assert "<code>4be90a7</code>" in page
    assert "curl -fsS &#x27;https://sign-in.test/up&#x27;" in page
    assert "Hold still" in page
    assert f"{incident.reference}</span> {incident.title}</a>" in page
    assert "Active since" in page


def test_the_main_menu_leads_to_the_freezes_of_who_may_see_them(
    client: Client, stranger: Person, stakeholder: Person
) -> None:
    found = ['href="/freezes/"' in text(client, person, "/") for person in (stranger, stakeholder)]

    assert found == [True, False]


# -- In the room -------------------------------------------------------------------------------


@pytest.fixture
def send(client: Client, incident: Incident, surface: Surface) -> Any:
    lifecycle.set_surfaces(
        incident.declared_by.as_actor(), incident.pk, surfaces=(surface,), now=NOW
    )
    client.force_login(incident.declared_by)

    def post(**said: Any) -> Any:
        with clock.at(NOW):
            return client.post(f"/{incident.reference}/freezes/", {"surface": "sign-in"} | said)

    return post


def panel(client: Client, incident: Incident) -> str:
    page = markup(client.get(f"{incident.get_absolute_url()}standing/freezes/"))
    return page.split('id="freeze-title"')[1].split("</section>")[0]


def test_the_room_offers_what_can_be_done_with_each_surface(
    client: Client, send: Any, incident: Incident, deputy: Person
) -> None:
    def offered() -> list[str]:
        shown = panel(client, incident)
        address = f"/{incident.reference}/freezes/?"
        said = {
            "freeze": "surface=sign-in",
            "decline": "change=decline&amp;surface=sign-in",
            "lift": "change=lift&amp;surface=sign-in",
            "keep": "change=keep&amp;surface=sign-in",
        }
        return [name for name, query in said.items() if f'"{address}{query}"' in shown]

    found = [offered()]
    for said in (
        {"change": "decline", "reason": "Untouched by it"},
        {"change": "freeze", "reason": "Touched after all"},
        {"change": "keep", "reason": "Until the audit", "owner": deputy.pk},
        {"change": "lift", "reason": "The audit is over"},
    ):
        assert send(**said).status_code == 302
        found.append(offered())

    assert found == [
        ["freeze", "decline"],
        ["freeze"],
        ["lift", "keep"],
        ["lift"],
        ["freeze", "decline"],
    ]


def test_the_room_names_the_owner_of_a_kept_freeze(
    client: Client, send: Any, incident: Incident, deputy: Person
) -> None:
    send(change="freeze", reason="Hold still", scope="auth-gateway")
    send(change="keep", reason="Until the audit", owner=deputy.pk)

    shown = panel(client, incident)

    assert "auth-gateway" in shown
    assert "<strong>Kept on purpose</strong> by Deputy: Until the audit" in shown


def test_the_room_shows_a_freeze_of_what_is_not_impacted_any_more(
    client: Client, send: Any, incident: Incident
) -> None:
    send(change="freeze", reason="Hold still")
    freezes.decline_freeze(
        incident.declared_by.as_actor(),
        incident.pk,
        surface=SurfaceFactory(name="Search"),
        reason="Untouched by it",
        now=NOW,
    )
    lifecycle.set_surfaces(incident.declared_by.as_actor(), incident.pk, surfaces=(), now=NOW)

    shown = panel(client, incident)

    assert "Hold still" in shown
    assert "Untouched by it" not in shown


def test_the_form_is_filled_in_as_the_link_says(
    client: Client, send: Any, incident: Incident
) -> None:
    page = client.get(f"/{incident.reference}/freezes/?change=keep&surface=sign-in")

    form = page.context["form"]
    assert (form["change"].value(), form["surface"].value()) == ("keep", "sign-in")
    assert "Change a freeze" in markup(page)


def test_keeping_what_is_not_frozen_says_all_that_is_wrong(send: Any) -> None:
    answer = send(change="keep", reason="-")

    page = markup(answer)
    assert answer.status_code == 422
    assert [f"<code>{code}</code>" in page for code in ("F-NONE", "F-OWNER", "F-REASON")] == [
        True,
        True,
        True,
    ]


# -- Cost --------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/freezes/", "/surfaces/sign-in/"])
def test_three_cost_as_many_queries_as_one(
    client: Client, commander: Person, stranger: Person, surface: Surface, path: str
) -> None:
    client.force_login(stranger)

    def add(kept_by: Person) -> None:
        freeze(declared(commander, surfaces=(surface,)), surface, kept_by=kept_by)

    add(commander)
    client.get(path)
    with queries() as one:
        client.get(path)
    add(stranger)
    add(commander)

    with queries() as three:
        answer = client.get(path)

    assert len(three) == len(one)
    assert markup(answer).count("Kept on purpose") == 3
