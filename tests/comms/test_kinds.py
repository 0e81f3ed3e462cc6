"""What the timeline says of messages: readable alone, and nothing that was typed is HTML."""

from datetime import timedelta

import pytest

from comms.actions import explain_lapse, lapses, publish_escalation, publish_leadership_note
from comms.due import DUE, LAPSED
from incidents.models import Incident, Person
from incidents.panels.room import with_fields
from tests.helpers.factories import START
from tests.helpers.messages import escalation, note, published

NOW = START + timedelta(minutes=8)
PROMISED = '<time datetime="2026-03-05T14:28:00Z" data-clock>14:28 UTC</time>'


def newest(incident: Incident) -> tuple[str, str]:
    entry = with_fields(incident.timeline.order_by("-seq")[0], incident)
    return entry.headline, entry.body


def test_an_update_says_how_it_is_and_when_the_next_comes(
    incident: Incident, commander: Person
) -> None:
    published(commander, incident, NOW, impact="It is <b>slow</b>.")

    assert newest(incident) == (
        "Update 1 published.",
        f"Investigating. It is &lt;b&gt;slow&lt;/b&gt;. Next update by {PROMISED}.",
    )


def test_a_correction_names_the_old_one(incident: Incident, commander: Person) -> None:
    published(commander, incident, NOW)
    published(commander, incident, NOW, corrects=1, correction="It is <i>less</i>")

    headline, body = newest(incident)

    assert headline == "Update 2 published."
    assert body.endswith(" Corrects update 1: It is &lt;i&gt;less&lt;/i&gt;")


def test_an_escalation_says_what_it_asks_and_of_whom_to_hear(
    incident: Incident, commander: Person
) -> None:
    said = escalation(NOW, commander, ask="Approve <b>access</b>")
    publish_escalation(commander.as_actor(), incident.pk, said, now=NOW)

    assert newest(incident) == (
        "Escalation 1 sent.",
        "[SEV-1] Auth token failure after release. Asks: Approve &lt;b&gt;access&lt;/b&gt;"
        f" Next update by {PROMISED}, Commander.",
    )


def test_a_note_says_what_happened_and_what_is_needed(
    incident: Incident, commander: Person
) -> None:
    said = note(commander, happened="A release failed.", need="nothing <for> now")
    publish_leadership_note(commander.as_actor(), incident.pk, said, now=NOW)

    assert newest(incident) == (
        "Leadership note 1 sent.",
        "A release failed. Confidence L2 partial evidence. Needs: nothing &lt;for&gt; now",
    )


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (DUE, ("The next update is due now.", f"Promised for {PROMISED}. Commander was reminded.")),
        (
            LAPSED,
            (
                "The promised update did not come.",
                f"Promised for {PROMISED}, and nothing came within 5 minutes. Commander was told;"
                " it is to be explained.",
            ),
        ),
    ],
    ids=["due", "lapsed"],
)
def test_a_promise_says_for_when_it_was(
    incident: Incident, commander: Person, kind: str, words: tuple[str, str]
) -> None:
    made = published(commander, incident, NOW)

    lapses.remind(made.incident_id, made.pk, kind, now=NOW + timedelta(minutes=26))

    assert newest(incident) == words


def test_an_explanation_stands_with_what_it_explains(incident: Incident, commander: Person) -> None:
    made = published(commander, incident, NOW)
    lapses.remind(made.incident_id, made.pk, LAPSED, now=NOW + timedelta(minutes=26))
    explain_lapse(commander.as_actor(), incident.pk, 1, explanation="A <call>", now=NOW)

    assert newest(incident) == ("Why the update after Update 1 was late.", "A &lt;call&gt;")
