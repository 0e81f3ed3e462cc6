from typing import Any

from django.core.management import call_command
from django.db import migrations


def create(apps: Any, editor: Any) -> None:
    call_command("createcachetable", database=editor.connection.alias, verbosity=0)


class Migration(migrations.Migration):
    """The table of the cache, which is not a model's."""

    dependencies = [("incidents", "0003_notice_at")]

    operations = [migrations.RunPython(create, migrations.RunPython.noop)]
