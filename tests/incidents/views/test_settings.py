"""A person's own settings change the page they read, and nobody else's."""

import pytest
from django.test import Client

from incidents.models import Person


def test_theme_zone_and_keys_are_written_on_the_page(client: Client, stranger: Person) -> None:
    client.force_login(stranger)
    said = {"name": "Ada", "theme": "dark", "time_zone": "Europe/Berlin"}

    client.post("/settings/", said)
    text = client.get("/").content.decode()

    assert '<html lang="en" data-theme="dark" data-zone="Europe/Berlin" data-keys="off">' in text
    assert '<span class="app-user-name">Ada</span>' in text


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
    assert sentence in answer.content.decode()
