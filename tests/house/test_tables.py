"""The tables are what the models say, however they came to be (``warroom.up.fast_migrate``)."""

import pytest
from django.apps import apps
from django.db import connection, models

MODELS = [one for one in apps.get_models() if one._meta.managed and not one._meta.proxy]


@pytest.mark.parametrize("model", MODELS, ids=lambda one: one._meta.label)
def test_a_table_has_the_columns_indexes_and_constraints_of_its_model(
    db: None, model: type[models.Model]
) -> None:
    meta = model._meta
    with connection.cursor() as cursor:
        columns = connection.introspection.get_table_description(cursor, meta.db_table)
        named = connection.introspection.get_constraints(cursor, meta.db_table)

    assert {one.name for one in columns} == {one.column for one in meta.local_concrete_fields}
    wanted = {one.name for one in (*meta.indexes, *meta.constraints)}
    assert wanted <= set(named)


def test_every_trigger_stands(db: None) -> None:
    wanted = {
        trigger.get_pgid(model)
        for model in apps.get_models()
        for trigger in getattr(model._meta, "triggers", ())
    }
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgname FROM pg_trigger WHERE tgname LIKE 'pgtrigger%'")
        found = {name for (name,) in cursor.fetchall()}

    assert found == wanted
