from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("incidents", "0018_act_first")]

    operations = [
        migrations.AddField(
            model_name="person",
            name="team",
            field=models.CharField(
                blank=True,
                db_default="",
                help_text="As surfaces name their owner team: its people are offered first as owners",
                max_length=80,
            ),
        ),
    ]
