"""What a test that commits leaves to the next one: what the migrations made, and nothing else."""

import pytest
from django.contrib.auth.models import Group as SiteGroup

from incidents.models import Incident, Person, TimelineEntry
from incidents.vocabulary import Group
from tests.helpers.database import restore_tables

pytestmark = pytest.mark.django_db(transaction=True)


def groups() -> set[str]:
    return set(SiteGroup.objects.values_list("name", flat=True))


def test_rows_go_though_triggers_refuse_to_delete_them(incident: Incident) -> None:
    assert TimelineEntry.objects.exists()

    restore_tables()

    assert not TimelineEntry.objects.exists()
    assert not Incident.objects.exists()
    assert not Person.objects.exists()


def test_what_the_migrations_made_comes_back() -> None:
    SiteGroup.objects.filter(name=Group.ADMIN).update(name="renamed")
    SiteGroup.objects.create(name="added")

    restore_tables()

    assert groups() == {group.value for group in Group}
