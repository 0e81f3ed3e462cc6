"""How much a decision asks of a person: counted on the forms as they are rendered and refused.

A form is sent as its page has it; what the refusal names is filled in, until it is accepted. What
had to be filled in is what the form asks for.
"""

from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from incidents.actions import lifecycle
from incidents.models import Decision
from kernel import clock
from tests.helpers.decision_inputs import capture_evidence
from tests.helpers.decision_run import DecisionRun
from tests.helpers.factories import SurfaceFactory
from tests.incidents.actions.test_acts import act

pytestmark = pytest.mark.django_db

MAX_FIRST, MAX_ACT, MAX_OWED, MAX_KEPT = 8, 2, 2, 1
CHARACTER_SECONDS, ACT_SECONDS, TEXT_SECONDS = 0.2, 1.1, 5.0
MAX_ACT_SECONDS, MAX_DECISION_SECONDS = 20, 90

ANSWERS = {
    "option": "rollback",
    "rejected_flag": "The flag does not cover it",
    "rejected_hotfix": "The cause is not known yet",
    "why_now": "A third of sign-ins fail",
    "reversibility": "Eleven minutes forward again",
    "blast_radius": "Sign-ins stop for a minute",
    "verification": "401 rate below 0.5 % for 5 min",
    "confidence": "3",
    "what": "token_signer_v2 off",
    "looked_at": "401 rate is falling",
}


class RenderedForm(HTMLParser):
    """The values of the form on a page as a browser sends them, and which kind each field is.

    ``folded`` are the fields that a person does not see before they open something.
    """

    def __init__(self, html: str) -> None:
        super().__init__()
        self.values: dict[str, list[str]] = {}
        self.kinds: dict[str, str] = {}
        self.folded: set[str] = set()
        self.asked: list[str] = []
        self._details: list[bool] = []
        self._area = self._select = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name = given.get("name") or ""
        if tag == "details":
            self._details.append("open" not in given)
        elif tag == "textarea":
            self._area = name
            self._add(name, "text", None)
        elif tag == "select":
            self._select = name
            self._add(name, "select", None)
        elif tag == "option" and self._select and "selected" in given:
            self._add(self._select, "select", given.get("value"))
        elif tag == "input" and name and given.get("form") is None:
            kind = given.get("type") or "text"
            picked = kind not in ("radio", "checkbox") or "checked" in given
            self._add(name, kind, given.get("value", "") if picked else None)

    def _add(self, name: str, kind: str, value: str | None) -> None:
        self.kinds[name] = kind
        if any(self._details):
            self.folded.add(name)
        if value:
            self.values.setdefault(name, []).append(value)

    def handle_data(self, data: str) -> None:
        if self._area and data.strip():
            self.values[self._area] = [data.removeprefix("\n")]

    def handle_endtag(self, tag: str) -> None:
        if tag == "details":
            self._details.pop()
        elif tag == "textarea":
            self._area = ""
        elif tag == "select":
            self._select = ""


def asked(client: Client, address: str, answers: Mapping[str, str] = ANSWERS) -> RenderedForm:
    """The form as rendered, once it was accepted; ``asked`` of it are the fields to fill in."""
    form = RenderedForm(client.get(address).content.decode())
    sent: dict[str, Any] = dict(form.values)
    while (answer := client.post(address, sent)).status_code != 302:
        assert answer.status_code == 422
        missing = [problem.field for problem in answer.context["form"].problems()]
        new = [name for name in dict.fromkeys(missing) if name not in form.asked]
        assert new, [problem.sentence for problem in answer.context["form"].problems()]
        sent |= {name: answers[name] for name in new}
        form.asked += new
    return form


def seconds(form: RenderedForm) -> float:
    """From the room to the decision: a press to come here, each field, a press to send it."""
    total = 2 * ACT_SECONDS
    for name in form.asked:
        total += ACT_SECONDS
        if form.kinds[name] == "text":
            total += TEXT_SECONDS + CHARACTER_SECONDS * len(ANSWERS[name])
    return total


@pytest.fixture
def room(executing: DecisionRun, client: Client) -> Iterator[Client]:
    """An ordinary SEV-1 at its first checkpoint: staffed, ready, its surface named."""
    actor = executing.commander.as_actor()
    surface = SurfaceFactory(name="Sign-in")
    lifecycle.set_surfaces(actor, executing.incident.pk, surfaces=(surface,), now=executing.now)
    client.force_login(executing.commander)
    with clock.at(executing.now):
        yield client


def test_an_ordinary_first_decision_asks_for_eight_inputs(
    room: Client, executing: DecisionRun
) -> None:
    form = asked(room, f"/{executing.incident.reference}/CP-1/")

    assert len(form.asked) <= MAX_FIRST, form.asked
    assert not form.folded & set(form.asked)
    assert seconds(form) < MAX_DECISION_SECONDS
    assert Decision.objects.get().scope == "Sign-in"


def test_acting_first_asks_for_two_and_its_record_for_two_more(
    room: Client, executing: DecisionRun
) -> None:
    room_page = room.get(executing.incident.get_absolute_url()).content.decode()
    address = reverse("act", args=[executing.incident.pk])
    assert f'href="{address}"' in room_page

    form = asked(room, address, ANSWERS | {"option": "flag"})
    assert len(form.asked) <= MAX_ACT, form.asked
    assert seconds(form) < MAX_ACT_SECONDS

    decision = Decision.objects.get()
    record = asked(room, decision.checkpoint.get_absolute_url())
    assert len(record.asked) <= MAX_OWED, record.asked
    decision.refresh_from_db()
    assert not decision.owed
    assert {r.option for r in decision.rejected.all()} == {"hotfix", "rollback"}


def test_what_could_not_be_undone_is_asked_about_in_full(
    room: Client, executing: DecisionRun
) -> None:
    decision = act(executing, option="hotfix", began_at=executing.now)

    page = room.get(decision.checkpoint.get_absolute_url())

    form = page.context["form"]
    blank = ("why_now", "verification", "reversibility", "blast_radius", "confidence")
    assert not [name for name in blank if form[name].value()]


def test_keeping_course_asks_for_one(room: Client, executing: DecisionRun) -> None:
    asked(room, f"/{executing.incident.reference}/CP-1/")
    executing.now = clock.now()
    later = executing.now + (Decision.objects.get().deadline - executing.now) / 2
    with clock.at(later):
        capture_evidence(executing.incident, executing.commander, later)
        form = asked(room, f"/{executing.incident.reference}/CP-2/keep/")

    assert len(form.asked) <= MAX_KEPT, form.asked
