import pytest
from django.core.management import call_command

pytestmark = pytest.mark.django_db


def test_every_change_of_a_model_has_its_migration(capsys: pytest.CaptureFixture[str]) -> None:
    try:
        call_command("makemigrations", check=True, dry_run=True)
    except SystemExit:
        pytest.fail(f"Run manage.py makemigrations.\n{capsys.readouterr().out}")
