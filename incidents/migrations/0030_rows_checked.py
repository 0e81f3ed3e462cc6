from django.db import migrations


class Migration(migrations.Migration):
    """Changes no table: the checks of rows (``incidents/timeline/row_checks.py``) are made after every
    migration, and a version that has them must ask for one.
    """

    dependencies = [
        ('incidents', '0029_safeguards'),
    ]

    operations = []
