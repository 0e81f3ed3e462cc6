"""A person's own settings change the page they read, and nobody else's."""

import pytest
from django.test import Client

from incidents.models import Person
from tests.helpers.factories import PersonFactory
from tests.markup import markup


def test_theme_zone_and_keys_are_written_on_the_page(client: Client, stranger: Person) -> None:
    client.force_login(stranger)
    said = {"name": "Ada", "theme": "dark", "time_zone": "Europe/Berlin"}

    client.post("/settings/", said)
    text = markup(client.get("/"))

    assert '<html lang="en" data-theme="dark" data-zone="Europe/Berlin" data-keys="off">' in text
    assert '<span class="app-user-name">Ada</span>' in text


@pytest.mark.case("P7")
def test_a_name_has_no_character_that_a_package_cannot_hold(
    client: Client, stranger: Person
) -> None:
    client.force_login(stranger)

    client.post("/settings/", {"name": "Jonas\uffff We\x07ber"})

    assert Person.objects.get(pk=stranger.pk).name == "Jonas Weber"


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"name": ""}, "This is still empty."),
        ({"name": "Ada", "time_zone": "Mars/Base"}, "Choose one of those that are offered."),
        ({"name": "Ada", "theme": "pink"}, "Choose one of those that are offered."),
    ],
    ids=["no name", "odd zone", "odd theme"],
)
def test_bad_settings_are_refused(
    client: Client, stranger: Person, said: dict[str, str], sentence: str
) -> None:
    client.force_login(stranger)

    answer = client.post("/settings/", said)

    assert answer.status_code == 422
    assert sentence in markup(answer)


@pytest.mark.parametrize(
    "name",
    [
        *("Commander", "  cOMMander ", "Com\u200bmander", "\uff23ommander", "quiet", "Warroom"),
        *("\u0421ommander", "C\u043emm\u0430nd\u0435r", "\u03f9ommander", "W\u0430rroom"),
    ],
    ids=[
        *("same", "case", "zero-width", "full-width", "shown by user name", "the system"),
        *("a Cyrillic capital", "Cyrillic", "Greek", "the system in Cyrillic"),
    ],
)
@pytest.mark.case("T5")
def test_nobody_takes_the_name_of_another(
    client: Client, stranger: Person, commander: Person, name: str
) -> None:
    PersonFactory(username="quiet", name="")
    client.force_login(stranger)

    answer = client.post("/settings/", {"name": name})

    assert answer.status_code == 422
    assert "is somebody else&#x27;s name." in markup(answer)
    stranger.refresh_from_db()
    assert stranger.name == "Stranger"


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("Ada\u202e Lovelace\x07", "Ada Lovelace"),
        ("Ada \u200b  Lovelace", "Ada Lovelace"),
        ("Jose\u0301", "Jos\u00e9"),
        ("Gone", "Gone"),
    ],
    ids=["control", "zero-width", "composed", "of somebody inactive"],
)
def test_a_name_is_what_can_be_seen_of_it(
    client: Client, stranger: Person, given: str, shown: str
) -> None:
    PersonFactory(name="Gone", is_active=False)
    client.force_login(stranger)

    client.post("/settings/", {"name": given})

    stranger.refresh_from_db()
    assert stranger.name == shown


def test_a_name_of_nothing_visible_is_empty(client: Client, stranger: Person) -> None:
    client.force_login(stranger)

    answer = client.post("/settings/", {"name": "\u200b\u2060"})

    assert answer.status_code == 422
    assert "This is still empty." in markup(answer)


def test_two_who_share_a_name_already_may_keep_it(client: Client, stranger: Person) -> None:
    PersonFactory(name=stranger.name)
    client.force_login(stranger)

    answer = client.post("/settings/", {"name": stranger.name, "theme": "dark"})

    assert answer.status_code == 302
