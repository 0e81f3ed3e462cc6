"""The site as files: complete, with links that lead on from wherever it is put."""

import posixpath
import re
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import storages
from django.core.management import call_command

from comms.status import rendering
from comms.vocabulary import SurfaceState
from incidents.models import Incident, Surface
from kernel import clock
from tests.comms.status.published import say
from tests.helpers.factories import START

LINK = re.compile(r'(?<= )(?:href|src)="([^"#]+)')


@pytest.fixture
def told(sign_in: Surface, incident: Incident) -> Incident:
    say(incident, clock.now(), {sign_in: SurfaceState.PARTIAL})
    return incident


def files(folder: Path) -> set[str]:
    return {str(one.relative_to(folder)) for one in folder.rglob("*") if one.is_file()}


@pytest.mark.django_db
def test_all_of_it_is_there_and_every_link_leads_to_a_file(told: Incident, tmp_path: Path) -> None:
    call_command("export_status", str(tmp_path))

    found = files(tmp_path)
    assert {
        "index.html",
        "history/index.html",
        f"incidents/{told.bulletin.code}/index.html",
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
    told: Incident, tmp_path: Path, settings: Any
) -> None:
    settings.BASE_URL = "https://warroom.example"
    call_command("export_status", str(tmp_path))

    page = (tmp_path / "index.html").read_text()
    assert 'action="https://warroom.example/status/subscribe/"' in page


@pytest.mark.django_db
def test_to_a_storage_again_and_again(told: Incident, tmp_path: Path, settings: Any) -> None:
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
def test_it_is_written_after_each_change(told: Incident, tmp_path: Path, settings: Any) -> None:
    settings.STATUS_EXPORT = str(tmp_path)

    rendering.render(clock.now())

    assert "Sign-in is partly disrupted" in (tmp_path / "index.html").read_text()


@pytest.mark.django_db(transaction=True)
def test_a_place_that_cannot_be_written_is_in_nobodys_way(
    sign_in: Surface, tmp_path: Path, settings: Any
) -> None:
    (tmp_path / "file").touch()
    settings.STATUS_EXPORT = str(tmp_path / "file" / "below")

    assert rendering.render(START) is not None
