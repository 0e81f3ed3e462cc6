from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("comms", "0011_draft_form")]

    operations = [
        migrations.AddField(
            model_name="maintenance",
            name="public_names",
            field=models.JSONField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="maintenanceupdate",
            name="title",
            field=models.CharField(blank=True, max_length=120, null=True),
        ),
    ]
