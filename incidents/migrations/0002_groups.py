from django.db import migrations


def make_groups(apps, schema_editor):
    """The three site groups. Their names are written out: a migration stays as it was."""
    group = apps.get_model("auth", "Group")
    for name in ("admin", "responder", "stakeholder"):
        group.objects.get_or_create(name=name)


class Migration(migrations.Migration):
    dependencies = [
        ("incidents", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [migrations.RunPython(make_groups, migrations.RunPython.noop)]
