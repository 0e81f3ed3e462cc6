"""The site as files: complete, with links that lead on from wherever it is put."""

import posixpath
import re
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import storages
from django.core.management import CommandError, call_command

from comms.status import rendering
from comms.vocabulary import SurfaceState
from incidents.models import Incident, Person, Surface
from kernel import clock
from tests.comms.status.published import say
from tests.helpers.factories import START, declared

LINK = re.compile(r'(?<= )(?:href|src)="([^"#]+)')


@pytest.fixture
def published_incident(sign_in: Surface, incident: Incident) -> Incident:
    say(incident, clock.now(), {sign_in: SurfaceState.PARTIAL})
    return incident


def files(folder: Path) -> set[str]:
    return {str(one.relative_to(folder)) for one in folder.rglob("*") if one.is_file()}


@pytest.mark.django_db
def test_all_of_it_is_there_and_every_link_leads_to_a_file(
    published_incident: Incident, tmp_path: Path
) -> None:
    call_command("export_status", str(tmp_path))

    found = files(tmp_path)
    assert {
        "index.html",
        "history/index.html",
        f"incidents/{published_incident.bulletin.code}/index.html",
        "api/v2/summary.json",
        "api/v2/incidents/unresolved.json",
        "history.atom",
        "maintenance.ics",
        "static/warroom.css",
        "static/css/status.css",
        "static/icons.svg",
        "static/js/status.js",
    } <= found
    for name in (one for one in found if one.endswith(".html")):
        page = (tmp_path / name).read_text()
        for link in LINK.findall(page):
            assert not link.startswith("/"), (name, link)
            if "://" not in link:
                target = posixpath.normpath(posixpath.join(posixpath.dirname(name), link))
                assert target in found, (name, link)


@pytest.mark.django_db
def test_the_form_leads_to_where_warroom_runs(
    published_incident: Incident, tmp_path: Path, settings: Any
) -> None:
    settings.BASE_URL = "https://warroom.example"
    call_command("export_status", str(tmp_path))

    page = (tmp_path / "index.html").read_text()
    assert 'action="https://warroom.example/status/subscribe/"' in page


@pytest.mark.django_db
def test_to_a_storage_again_and_again(
    published_incident: Incident, tmp_path: Path, settings: Any
) -> None:
    here = {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(tmp_path)},
    }
    settings.STORAGES = {**settings.STORAGES, "site": here}

    call_command("export_status", "storage:site")
    once = files(tmp_path)
    call_command("export_status", "storage:site")

    assert storages["site"].exists("index.html")
    assert files(tmp_path) == once


@pytest.mark.django_db(transaction=True)
def test_it_is_written_after_each_change(
    published_incident: Incident, tmp_path: Path, settings: Any
) -> None:
    settings.STATUS_EXPORT = str(tmp_path)

    rendering.render(clock.now())

    assert "Sign-in is partly disrupted" in (tmp_path / "index.html").read_text()


@pytest.fixture(params=["folder", "storage"])
def place(request: pytest.FixtureRequest, tmp_path: Path, settings: Any) -> str:
    if request.param == "folder":
        return str(tmp_path)
    options = {"location": str(tmp_path)}
    backend = "django.core.files.storage.FileSystemStorage"
    settings.STORAGES = {**settings.STORAGES, "site": {"BACKEND": backend, "OPTIONS": options}}
    return "storage:site"


@pytest.mark.django_db
def test_the_page_of_an_incident_that_was_restricted_goes(
    published_incident: Incident, sign_in: Surface, commander: Person, tmp_path: Path, place: str
) -> None:
    stays = declared(commander)
    say(stays, clock.now(), {sign_in: SurfaceState.PARTIAL})
    call_command("export_status", place)
    (tmp_path / "incidents" / "README").write_text("Put here by somebody else.")
    page = f"incidents/{published_incident.bulletin.code}/index.html"
    assert page in files(tmp_path)

    Incident.objects.filter(pk=published_incident.pk).update(restricted=True)
    call_command("export_status", place)

    left = {name for name in files(tmp_path) if name.startswith("incidents/")}
    assert left == {f"incidents/{stays.bulletin.code}/index.html", "incidents/README"}


@pytest.mark.django_db
def test_it_goes_although_the_rest_cannot_be_written(
    published_incident: Incident, tmp_path: Path
) -> None:
    call_command("export_status", str(tmp_path))
    page = tmp_path / "incidents" / published_incident.bulletin.code / "index.html"
    (tmp_path / "history.atom").unlink()
    (tmp_path / "history.atom").mkdir()  # no file can take its place

    Incident.objects.filter(pk=published_incident.pk).update(restricted=True)
    with pytest.raises(CommandError):
        call_command("export_status", str(tmp_path))

    assert not page.exists()


@pytest.mark.django_db(transaction=True)
def test_a_place_that_cannot_be_written_is_in_nobodys_way(
    sign_in: Surface, tmp_path: Path, settings: Any
) -> None:
    (tmp_path / "file").touch()
    settings.STATUS_EXPORT = str(tmp_path / "file" / "below")

    assert rendering.render(START) is not None
