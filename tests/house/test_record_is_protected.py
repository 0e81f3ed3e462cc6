"""Every table of the record refuses deletion and truncation, in plain SQL too."""

import pytest
from django.apps import apps
from django.db import connection

OURS = ("incidents", "lanes", "comms", "retros", "machines")

FREE = {
    # What the site knows, whatever happens: people, surfaces, scenarios, readers, windows.
    "incidents_person",
    "incidents_person_groups",
    "incidents_person_user_permissions",
    "incidents_surface",
    "incidents_surfaceoption",
    "incidents_scenariotext",
    # What is only on its way: drafts, claims, notices, deliveries, forms that were sent.
    "incidents_claim",
    "incidents_decisiondraft",
    "incidents_notice",
    "incidents_submission",
    "retros_lookbackdraft",
    # Keys of machines and what their last writes answered; the timeline says what they did.
    "machines_token",
    "machines_submission",
}
"""Tables that are no record. A new one belongs here only if losing its rows loses no history."""

_COMMS = "announcement delivery messagedraft noticechoice"
OF_COMMS = {
    f"comms_{name}"
    for name in f"anchorpost {_COMMS} statussite subscriber subscriber_surfaces".split()
}

ON_DELETE, ON_TRUNCATE = 8, 32
"""Bits of ``pg_trigger.tgtype``."""


def _tables() -> set[str]:
    models = apps.get_models(include_auto_created=True)
    return {m._meta.db_table for m in models if m._meta.app_label in OURS}


def _guarded(bit: int) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger"
            " WHERE NOT tgisinternal AND tgtype & %s > 0",
            [bit],
        )
        return {name for (name,) in cursor.fetchall()}


@pytest.mark.django_db
@pytest.mark.parametrize("bit", [ON_DELETE, ON_TRUNCATE], ids=["delete", "truncate"])
def test_every_table_of_the_record_is_guarded(bit: int) -> None:
    assert sorted(_tables() - FREE - OF_COMMS - _guarded(bit)) == []


def test_nothing_is_excused_that_does_not_exist() -> None:
    assert (FREE | OF_COMMS) - _tables() == set()
