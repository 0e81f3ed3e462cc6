"""How many files what somebody submits is handed to: see docs/architecture.md, "Three paths".

Each takes two or three seconds, since every call of a whole request is looked into.
"""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from incidents.actions import checkpoints
from incidents.models import Incident, Person
from incidents.views.decisions import decide
from incidents.views.declare import declare
from incidents.vocabulary import LaneKind
from kernel import clock
from retros.closing.views import gate
from tests.helpers.decision_inputs import decision_form_data, prepare_decision
from tests.helpers.factories import START, SurfaceFactory
from tests.helpers.paths import HOUSE, PathTaken, followed
from tests.retros.closing.closable import STATEMENT, ClosingRun

pytestmark = pytest.mark.django_db(transaction=True)

MARK = "Zebra"
MAX_RETURNS = 4
HANDED_DOWN = {
    ("incidents/web/submit.py", "incidents/views/declare.py"),
    ("incidents/web/submit.py", "retros/closing/views.py"),
    ("incidents/timeline/kinds.py", "retros/closing/kinds.py"),
}
"""A view's own function, called back by ``submit``, and a wording that an app has registered: who
calls them does not know them."""


def test_declaring(client: Client, commander: Person) -> None:
    SurfaceFactory(name="Sign-in")
    client.force_login(commander)
    typed = {"title": f"{MARK} refuses tokens", "known": f"{MARK} only", "severity": "1"}

    with followed(declare, MARK) as path:
        answer = client.post("/declare/", typed | {"surfaces": ["sign-in"]})

    assert answer.status_code == 302
    check(path, "Declaring", max_files=15)


def test_deciding(
    client: Client,
    staffed: Incident,
    commander: Person,
    lane_owners: dict[LaneKind, Person],
) -> None:
    now = START + timedelta(minutes=10)
    owners = lane_owners[LaneKind.MITIGATION], lane_owners[LaneKind.VERIFICATION]
    cited = prepare_decision(staffed, commander, now)
    due_at = now + timedelta(minutes=20)
    checkpoints.schedule(commander.as_actor(), staffed.pk, due_at=due_at, purpose="", now=now)
    client.force_login(commander)
    names = ("scope", "risk_new", "next_action", "why_now", "verification")
    typed = {name: f"{MARK} {name} of a region" for name in names}

    with clock.at(now), followed(decide, MARK) as path:
        data = decision_form_data(cited, *owners, **typed)
        answer = client.post(f"/{staffed.reference}/CP-1/", data)

    assert answer.status_code == 302
    check(path, "Deciding", max_files=15)


def test_closing(client: Client, ending: ClosingRun, commander: Person) -> None:
    ending.escalate()
    ending.mitigated()
    ending.recovered()
    ending.harden()
    client.force_login(commander)
    names = ("happened", "path", "uncertain", "trigger")
    typed = STATEMENT | {name: f"{MARK}: {STATEMENT[name]}" for name in names}

    with clock.at(ending.now), followed(gate, MARK) as path:
        page = reverse("gate", args=[ending.incident.pk])
        answer = client.post(page, typed | {"watch_owner": ending.watcher.pk, "do": "close"})

    assert answer.status_code == 302
    check(path, "Closing", max_files=18)


def check(path: PathTaken, heading: str, max_files: int) -> None:
    """Within the figures, and as the page of the architecture says."""
    assert len(path.files) <= max_files, path.files
    assert len(path.returns) <= MAX_RETURNS, path.returns
    assert set(path.climbs) <= HANDED_DOWN
    assert " → ".join(path.files) in documented(heading)


def documented(heading: str) -> str:
    """The paragraph of the page that begins with the heading, in one line."""
    page = (HOUSE / "docs" / "architecture.md").read_text()
    paragraph = page.partition(f"**{heading}**")[2].partition("\n\n")[0]
    return " ".join(paragraph.replace("`", "").split())
