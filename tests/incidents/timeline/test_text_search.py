"""What is searched is found however it is coded: one table for the timeline and other searches."""

from datetime import timedelta

import pytest

from comms.models import Subscriber
from incidents.models import Incident, Person
from kernel import clock
from lanes.actions import add_note
from tests.helpers.factories import START

ALIKE = [
    ("cafe\u0301", "caf\u00e9"),
    ("caf\u00e9", "cafe\u0301"),
    ("\u6c7a\u6e08\u306f\u5931\u6557", "\u6c7a\u6e08"),
    ("\uff33\uff4f\uff4e\uff44\uff45", "sonde"),
    ("Stra\u00dfe", "STRASSE"),
    ("STRASSE", "stra\u00dfe"),
    ("\u0130stanbul", "istanbul"),
    ("istanbul", "\u0130STANBUL"),
    ("two\u00a0words", "two words"),
    ("two words", "two\u202fwords"),
    ("100% of a_b", "% OF A_"),
    ('a "quoted" \\ word', '"quoted" \\'),
]


@pytest.fixture
def admin_browser(client, admin: Person):
    client.force_login(admin)
    return client


@pytest.mark.case("T7")
@pytest.mark.parametrize(("text", "sought"), ALIKE)
def test_the_timeline_is_searched_as_it_is_read(
    incident: Incident, commander: Person, text: str, sought: str
) -> None:
    now = START + timedelta(minutes=1)
    add_note(commander.as_actor(), incident.pk, text=f"before {text} after", now=now)

    def kinds(query: str) -> list[str]:
        return [entry.kind for entry in incident.timeline.matching_text(query)]

    assert kinds(sought) == ["note.added"]
    assert kinds(sought + "?!") == []


def test_keys_and_punctuation_of_the_data_are_not_searched(incident: Incident) -> None:
    for sought in ('severity": ', "{", "null"):
        assert not incident.timeline.matching_text(sought).exists()


@pytest.mark.case("T7")
def test_other_searches_fold_alike(admin_browser) -> None:
    Subscriber.objects.create(
        kind="email", address="a@ex.org", name="Gro\u00dfe Caf\u00e9s", asked_at=clock.now()
    )

    for sought in ("GROSSE", "cafe\u0301s", "A@EX"):
        assert "Gro\u00dfe" in admin_browser.get("/subscribers/", {"q": sought}).content.decode()
    assert "Gro\u00dfe" not in admin_browser.get("/subscribers/", {"q": "tea"}).content.decode()
