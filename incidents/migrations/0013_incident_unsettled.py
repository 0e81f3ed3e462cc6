from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('incidents', '0012_checkpoint_lifted'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='incident',
            name='incident_active',
        ),
        migrations.AddIndex(
            model_name='incident',
            index=models.Index(condition=models.Q(('status__in', ['active', 'watching'])), fields=['severity', '-declared_at'], name='incident_unsettled'),
        ),
    ]
