from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("comms", "0009_delivery_dead_index")]

    operations = [
        migrations.AddField(
            model_name="updatesurface",
            name="public_name",
            field=models.CharField(blank=True, max_length=80, null=True),
        ),
        migrations.AddField(
            model_name="statussite",
            name="failures",
            field=models.JSONField(blank=True, null=True),
        ),
    ]
