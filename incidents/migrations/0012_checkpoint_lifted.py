from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('incidents', '0011_backfilled'),
    ]

    operations = [
        migrations.AddField(
            model_name='checkpoint',
            name='lifted_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        # What is closed already has nothing left to decide.
        migrations.RunSQL(
            """
            UPDATE incidents_checkpoint SET lifted_at = now()
            FROM incidents_incident
            WHERE incidents_incident.id = incident_id
            AND incidents_incident.status IN ('watching', 'closed')
            AND decided_at IS NULL
            """,
            migrations.RunSQL.noop,
        ),
        migrations.RemoveIndex(
            model_name='checkpoint',
            name='checkpoint_open_due',
        ),
        migrations.AddIndex(
            model_name='checkpoint',
            index=models.Index(condition=models.Q(('decided_at__isnull', True), ('lifted_at__isnull', True)), fields=['due_at'], name='checkpoint_open_due'),
        ),
        migrations.AddConstraint(
            model_name='checkpoint',
            constraint=models.CheckConstraint(condition=models.Q(('decided_at__isnull', True), ('lifted_at__isnull', True), _connector='OR'), name='checkpoint_decided_or_lifted'),
        ),
    ]
