"""Every form that saves itself: two tabs of one author do not overwrite each other."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from comms.models import MessageDraft
from incidents.actions import checkpoints
from incidents.models import DecisionDraft, Draft, Incident, Person
from kernel import clock
from retros.models import LookBackDraft
from tests.helpers.factories import START
from tests.retros.closing.closable import ClosingRun

pytestmark = pytest.mark.django_db(transaction=True)

NOW = START + timedelta(minutes=10)


@pytest.fixture
def closed(ending: ClosingRun) -> ClosingRun:
    ending.closable().close()
    return ending


@dataclass(frozen=True)
class Form:
    rows: type[Draft]
    page: str
    field: str
    draft: str = ""

    def draft_path(self) -> str:
        return self.draft or f"{self.page}draft/"


MESSAGES = {
    "update": Form(MessageDraft, "update/", "impact"),
    "escalation": Form(MessageDraft, "escalation/", "ask"),
    "leadership note": Form(MessageDraft, "leadership/", "happened"),
    "decision": Form(DecisionDraft, "CP-1/", "scope"),
}


def _save(client: Client, incident: Incident, form: Form, text: str, **stamp: Any) -> Any:
    path = f"{incident.get_absolute_url()}{form.draft_path()}"
    return client.post(path, {form.field: text, **stamp})


def _stored(form: Form) -> list[str]:
    return form.rows._default_manager.get().data[form.field]


@pytest.mark.parametrize("form", MESSAGES.values(), ids=MESSAGES)
def test_two_tabs_keep_their_words(
    client: Client, staffed: Incident, commander: Person, form: Form
) -> None:
    due_at = NOW + timedelta(minutes=20)
    checkpoints.schedule(commander.as_actor(), staffed.pk, due_at=due_at, purpose="", now=NOW)
    _two_tabs(client, commander, staffed, form)


@pytest.mark.parametrize("kind", ["review", "retro"])
def test_two_tabs_of_looking_back_keep_their_words(
    client: Client, closed: ClosingRun, kind: str
) -> None:
    """A closing with all that it takes: over a second."""
    field = {"review": "metric", "retro": "trigger"}[kind]
    form = Form(LookBackDraft, "retro/", field, draft=f"retro/1/{kind}/draft/")
    _two_tabs(client, closed.commander, closed.incident, form)


def _two_tabs(client: Client, author: Person, incident: Incident, form: Form) -> None:
    client.force_login(author)
    first, second = {"once": str(uuid4())}, {"once": str(uuid4())}
    with clock.at(NOW + timedelta(days=1)) as hands:
        saved = _save(client, incident, form, "One tab", **first, draft_number="10")
        hands.advance(seconds=3)

        other = _save(client, incident, form, "Another tab", **second, draft_number="11")
        late = _save(client, incident, form, "One", **first, draft_number="9")

        assert (saved.status_code, other.status_code, late.status_code) == (200, 409, 200)
        assert other.json() == {"elsewhere": saved.json()["saved_at"]}
        assert _stored(form) == ["One tab"]

        # The page that opens now knows this draft, and goes on from it.
        page = client.get(f"{incident.get_absolute_url()}{form.page}")
        seen = saved.json()["saved_at"]
        assert f'name="draft_seen" value="{seen}"' in page.content.decode()
        taken = _save(client, incident, form, "Chosen", **second, draft_seen=seen)
        assert taken.status_code == 200
        assert _stored(form) == ["Chosen"]


def test_keeping_a_draft_by_hand_says_that_another_tab_was_first(
    client: Client, staffed: Incident, commander: Person
) -> None:
    form, once = MESSAGES["update"], str(uuid4())
    client.force_login(commander)
    _save(client, staffed, form, "One tab", once=str(uuid4()))
    path = f"{staffed.get_absolute_url()}update/"

    refused = client.post(path, {"impact": "Another tab", "keep": "1", "once": once})

    page = refused.content.decode()
    assert refused.status_code == 409
    assert "DR-ELSEWHERE" in page
    assert "Another tab</textarea>" in page
    assert _stored(form) == ["One tab"]
    seen = MessageDraft.objects.get().saved_at.isoformat()
    again = {"impact": "Another tab", "keep": "1", "once": once, "draft_seen": seen}
    assert client.post(path, again).status_code == 302
    assert _stored(form) == ["Another tab"]
