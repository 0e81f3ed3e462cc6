"""A database as an older Warroom left it, migrated to this one."""

import io
import lzma
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import connection
from pytest_django import DjangoDbBlocker

from incidents.actions import lifecycle
from incidents.models import Incident
from incidents.timeline.row_integrity import (
    entries_without_digest,
    key_problems,
    row_problems,
    seal_problems,
)
from kernel import clock
from tests.helpers import servers as own
from tests.helpers.database import connect_to, create_database, drop_database, unguarded
from tests.helpers.factories import SurfaceFactory
from warroom.up.embedded import postgres

BEFORE_DIGESTS = Path(__file__).with_name("before_digests.sql.xz")
"""``pg_dump`` of the demo as of commit 3b7d5b7, the last one before rows of the record had digests
and the chain a key; without the passwords of its people."""


@pytest.fixture
def upgraded(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Incident]:
    """The incident of that database, to which Django is connected; all migrations since then are
    done, which takes some seconds.
    """
    name = f"older_{own.WORKER}_{own.run_folder().name}"
    workers_own = connection.settings_dict["NAME"]
    create_database(name)
    subprocess.run(
        [
            *(postgres.binaries() / "psql", "--quiet", "--set=ON_ERROR_STOP=1"),
            urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}")),
        ],
        input=lzma.decompress(BEFORE_DIGESTS.read_bytes()),
        stdout=subprocess.DEVNULL,
        check=True,
    )
    with django_db_blocker.unblock():
        connect_to(name)
        try:
            call_command("migrate", verbosity=0)
            yield Incident.objects.get()
        finally:
            connect_to(workers_own)
            ContentType.objects.clear_cache()
            drop_database(name)


def test_a_record_from_before_there_were_digests_holds(upgraded: Incident) -> None:
    out = io.StringIO()
    call_command("verify_timeline", "--all", stdout=out, no_color=True)

    counted = "65 entries, 11 items of evidence, 65 without digest"
    assert out.getvalue() == f"{upgraded.reference} holds: {counted}.\n"

    # From its next change on, what is there from before is covered too.
    mara, surface = upgraded.declared_by.as_actor(), SurfaceFactory(name="Ledger")
    lifecycle.set_surfaces(mara, upgraded.pk, surfaces=(surface,), now=clock.now())
    assert _problems(upgraded) == []
    with unguarded():
        Incident.objects.filter(pk=upgraded.pk).update(title="Nothing happened")
        [sentence] = row_problems(upgraded)

    assert sentence.startswith(f"title in row {upgraded.pk} of incidents_incident was changed")
    assert entries_without_digest(upgraded) == 65


def _problems(incident: Incident) -> list[str]:
    incident.refresh_from_db()
    return [*key_problems(incident), *seal_problems(incident), *row_problems(incident)]
