"""A setting that would break mails, feeds or calendars stops the start, with its name."""

import pytest
from django.core import checks
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.core.management.base import SystemCheckError

from warroom.server.checks import TAG, refuse_wrong_settings

WRONG = {
    "line break": ("ORGANISATION", "Acme\nLtd", "warroom.E001"),
    "carriage return": ("ORGANISATION", "Acme\rLtd", "warroom.E001"),
    "vertical tab": ("ORGANISATION", "Acme\x0bLtd", "warroom.E001"),
    "noncharacter": ("ORGANISATION", "Acme\uffff", "warroom.E001"),
    "separator": ("ORGANISATION", "Acme\u2028Ltd", "warroom.E001"),
    "nothing": ("ORGANISATION", "", "warroom.E001"),
    "sender": ("DEFAULT_FROM_EMAIL", "a@example.org\nBcc: b@example.org", "warroom.E001"),
    "address": ("BASE_URL", "https://example.org\n", "warroom.E001"),
    "no host": ("BASE_URL", "https:///", "warroom.E002"),
    "no scheme": ("BASE_URL", "status.example.org", "warroom.E002"),
    "broken": ("BASE_URL", "https://[::1", "warroom.E002"),
}


@pytest.mark.case("P8")
@pytest.mark.parametrize(("name", "text", "code"), WRONG.values(), ids=WRONG)
def test_a_wrong_setting_is_refused(settings, name: str, text: str, code: str) -> None:
    setattr(settings, name, text)

    found = checks.run_checks(tags=[TAG])

    assert code in {error.id for error in found}
    assert any(str(error.msg).startswith(name) for error in found)
    with pytest.raises(ImproperlyConfigured, match=name):
        refuse_wrong_settings()


@pytest.mark.django_db
def test_a_start_begins_with_them(settings) -> None:
    settings.ORGANISATION = "Acme\nLtd"

    with pytest.raises(SystemCheckError, match="ORGANISATION has a line break"):
        call_command("migrate", skip_checks=False)


@pytest.mark.case("P8")
@pytest.mark.parametrize("name", ['Größe & "Söhne" <GmbH>', "株式会社", "O'Neill, Ltd."])
def test_a_name_in_any_script_is_taken(settings, name: str) -> None:
    settings.ORGANISATION = name

    assert checks.run_checks(tags=[TAG]) == []
