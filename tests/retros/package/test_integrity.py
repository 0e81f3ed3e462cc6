"""A package that was changed after it was sealed is not served, and says so in every form."""

import json

import pytest
from django.db import connection, transaction
from django.test import Client

from retros.models import Package
from retros.package import integrity, worker
from retros.package.canonical import digest
from tests.markup import markup
from tests.retros.closing.closable import ClosingRun
from tests.retros.package.test_review import at, inside

pytestmark = pytest.mark.django_db

FORMS = ("md", "json", "pdf", "sh", "zip")


@pytest.fixture
def reader(ending: ClosingRun) -> Client:
    ending.closable().close()
    assert worker.make(Package.objects.get().pk, ending.now)
    return inside(ending.commander)


def _alter(**columns: object) -> None:
    """As who owns the database may: without triggers."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        Package.objects.update(**columns)
        cursor.execute("SET LOCAL session_replication_role = origin")


def _answers(reader: Client, ending: ClosingRun) -> dict[str, int]:
    return {form: reader.get(at(ending, "package-download", 1, form)).status_code for form in FORMS}


def test_content_changed_with_its_hash_and_manifest(reader: Client, ending: ClosingRun) -> None:
    package = Package.objects.select_related("incident").get()
    assert integrity.problem(package) == ""
    assert _answers(reader, ending) == dict.fromkeys(FORMS, 200)
    content = package.content.replace(ending.incident.title, "Nothing happened")
    manifest = json.loads(package.manifest)
    manifest["files"]["package.json"]["sha256"] = digest(content)
    _alter(content=content, sha256=digest(content), manifest=json.dumps(manifest))

    page = markup(reader.get(at(ending)))

    assert "This is not what was sealed: its hash is not the one on the timeline." in page
    assert _answers(reader, ending) == dict.fromkeys(FORMS, 409)
    answer = reader.get(at(ending, "package-download", 1, "json")).content.decode()
    assert answer.startswith(f"Closure package 1 of {ending.incident.reference} is not served: ")


def test_every_stored_part_is_checked(reader: Client, ending: ClosingRun) -> None:
    package = Package.objects.get()
    manifest = json.loads(package.manifest)
    manifest["files"]["package.pdf"]["sha256"] = digest(b"another")
    for columns, problem in (
        ({"content": "{}"}, "its content does not have the hash that stands with it"),
        ({"content": "not even JSON"}, "its content does not have the hash that stands with it"),
        ({"sha256": "0" * 64}, "its content does not have the hash that stands with it"),
        ({"pdf": b"another"}, "its PDF is not the one of its manifest"),
        (
            {"pdf": b"another", "manifest": json.dumps(manifest)},
            "its manifest is not the one that was sealed",
        ),
        ({"manifest": "[]"}, "its manifest is not the one that was sealed"),
    ):
        with transaction.atomic():
            _alter(**columns)
            assert integrity.problem(Package.objects.get()) == problem
            assert reader.get(at(ending)).status_code == 200
            assert set(_answers(reader, ending).values()) == {409}
            transaction.set_rollback(True)
