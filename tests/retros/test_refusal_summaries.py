"""The summary of a refusal names every field that is marked, whichever form was sent empty."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from incidents.actions import checkpoints
from incidents.models import Incident, Person
from kernel import clock
from tests.helpers.factories import START

pytestmark = pytest.mark.django_db(transaction=True)

NOW = START + timedelta(minutes=10)

FORMS = {
    "decision": "CP-1/",
    "kept course": "CP-1/keep/",
    "update": "update/",
    "escalation": "escalation/",
    "leadership note": "leadership/",
    "evidence": "evidence/new/",
    "severity": "severity/",
    "roles": "roles/",
    "risk": "risks/",
    "branch": "branches/",
    "declared in error": "void/",
    "handoff of command": "handoff/?lane=command",
    "backlog": "backlog/",
}


@pytest.mark.case("F3")
@pytest.mark.parametrize("path", FORMS.values(), ids=FORMS)
def test_the_summary_names_every_marked_field(
    client: Client, staffed: Incident, commander: Person, path: str
) -> None:
    due_at = NOW + timedelta(minutes=20)
    checkpoints.schedule(commander.as_actor(), staffed.pk, due_at=due_at, purpose="", now=NOW)
    client.force_login(commander)

    with clock.at(NOW):
        answer = client.post(f"{staffed.get_absolute_url()}{path}", {})

    page = answer.content.decode()
    summary = page.split('id="refusal"', 1)[1].split("</section>", 1)[0]
    named = set(re.findall(r'href="#(id_\w+)"', summary))
    marked = set(re.findall(r'id="(id_\w+)_error"', page))
    assert answer.status_code == 422
    assert marked <= named
    # Each link leads to something, and the count is that of the lines.
    assert named <= set(re.findall(r'id="(id_\w+)"', page))
    assert f": {summary.count('<li>')}" in " ".join(summary.split())
