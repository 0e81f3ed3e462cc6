"""What recovered without anybody's mitigation: closed by the same gate, and counted as such."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import ProgrammingError, transaction
from django.test import Client
from django.urls import reverse

from comms.models import Update
from incidents.actions import branches, risks
from incidents.models import Incident, TimelineEntry
from incidents.vocabulary import Option
from kernel import clock
from kernel.refusal import Refused
from retros.backlog import actions as backlog
from retros.metrics import csv
from retros.metrics.facts import incident_times
from retros.models import Closing, Package
from retros.package import worker
from retros.package.markdown import markdown
from tests.helpers import messages
from tests.markup import markup
from tests.retros.closing.closable import STATEMENT, ClosingRun

pytestmark = pytest.mark.django_db(transaction=True)

ENDED = (
    "Recovered without mitigation: E-3 and E-4 show it. RISK-1 says that the cause is open,"
    " HARD-{} is to find it."
)


def unmet(ending: ClosingRun) -> dict[str, str]:
    return {judged.code: judged.sentence for judged in ending.conditions() if not judged.met}


def page(client: Client, ending: ClosingRun, name: str, query: str = "") -> str:
    with clock.at(ending.now):
        answer = client.get(reverse(name, args=[ending.incident.pk]) + query)
    assert answer.status_code == 200
    return markup(answer)


def test_it_is_closed_by_the_same_gate(ending: ClosingRun) -> None:
    closing = ending.healed().close()

    first = ending.incident.evidence.get(number=3)
    assert (closing.ending, closing.recovered_at) == ("alone", first.captured_at)
    sentence = ENDED.format(ending.incident.backlog.get().pk)
    assert closing.as_closed["ending"] == sentence
    entry = TimelineEntry.objects.get(incident=ending.incident, kind="incident.closed")
    assert entry.data["ending"] == sentence
    assert ending.status == "watching"


def test_what_was_mitigated_says_nothing_of_it(ending: ClosingRun) -> None:
    closing = ending.closable().close()

    assert (closing.ending, closing.recovered_at) == ("mitigated", None)
    assert "ending" not in closing.as_closed
    entry = TimelineEntry.objects.get(incident=ending.incident, kind="incident.closed")
    assert "ending" not in entry.data


def retire(ending: ClosingRun) -> None:
    actor, number = ending.commander.as_actor(), ending.incident.pk
    risks.add(actor, number, text="Old tokens live on", owner=ending.executor, now=ending.now)
    risks.retire(actor, number, 1, reason="The cause was found", now=ending.now)


def drop(ending: ClosingRun) -> None:
    actor, item = ending.commander.as_actor(), ending.incident.backlog.get()
    ending.harden(title="Another guardrail")
    backlog.finish(actor, ending.incident.pk, item.pk, now=ending.now)


def merge(ending: ClosingRun) -> None:
    actor, number = ending.commander.as_actor(), ending.incident.pk
    branch = branches.open_branch(
        actor, number, type="hotfix", name="fix/keys", owner=ending.executor, now=ending.now
    )
    branches.end_branch(
        actor, number, branch.number, state="merged", reason="It is in", now=ending.now
    )


def elsewhere(ending: ClosingRun) -> None:
    """The risk of another incident says nothing of this one."""
    other = Incident.objects.create(
        title="Another", severity="3", declared_at=ending.now, declared_by=ending.commander
    )
    risk = risks.add(
        ending.commander.as_actor(), other.pk, text="Its own", owner=None, now=ending.now
    )
    ending.state(ending="alone", cause_risk=risk, cause_item=ending.incident.backlog.get())


MISSING: dict[str, tuple[Any, str]] = {
    "the risk is retired": (retire, "No open residual risk is named"),
    "the item is done": (drop, "No open hardening item is named"),
    "a run failed since": (lambda ending: ending.run(exit_code=1), "Two verification runs"),
    "a branch was merged": (merge, "B-1 was begun or merged: it was mitigated."),
    "a risk of another incident": (elsewhere, "No open residual risk is named"),
    "a mitigation was begun": (
        lambda ending: ending.start(number=ending.decide(next_action="Roll back").number),
        "D-2 was begun or merged: it was mitigated.",
    ),
}


@pytest.mark.parametrize(("act", "says"), MISSING.values(), ids=MISSING.keys())
def test_what_is_missing_keeps_it_open(ending: ClosingRun, act: Any, says: str) -> None:
    ending.healed()
    assert unmet(ending) == {}

    act(ending)

    assert says in unmet(ending)["C-UNMITIGATED"]
    with pytest.raises(Refused):
        ending.close()
    assert ending.status == "active"


def test_runs_that_are_near_each_other_show_nothing(ending: ClosingRun) -> None:
    with pytest.raises(Refused) as refused:
        ending.healed(apart=timedelta(minutes=14))

    assert [violation.code for violation in refused.value.violations] == ["U-RECOVERED"]
    assert not Update.objects.filter(progress="recovered").exists()


def test_without_the_claim_a_decision_on_mitigation_is_asked_for(ending: ClosingRun) -> None:
    ending.healed()
    ending.state()

    assert list(unmet(ending)) == ["C-RECORD"]


def test_opened_again_it_needs_two_new_runs(ending: ClosingRun) -> None:
    ending.healed().close()
    ending.fire()
    ending.run()
    ending.state(
        ending="alone",
        cause_risk=ending.incident.risks.first(),
        cause_item=ending.incident.backlog.get(),
    )

    assert "Two verification runs" in unmet(ending)["C-UNMITIGATED"]


def test_readers_are_told_only_what_the_runs_show(ending: ClosingRun) -> None:
    actor = ending.commander
    told = {"progress": "recovered", "next_at": None, "surfaces": {}}
    with pytest.raises(Refused) as refused:
        messages.published(actor, ending.incident, ending.now, **told)
    assert "two verification runs 15 minutes apart" in str(refused.value.violations[0].sentence)

    ending.run()
    ending.after(minutes=15)
    ending.run()

    assert messages.published(actor, ending.incident, ending.now, **told).progress == "recovered"


def test_the_row_of_a_closing_cannot_claim_it_of_what_was_mitigated(ending: ClosingRun) -> None:
    ending.closable()
    columns = {
        "incident": ending.incident,
        "number": 1,
        "closed_at": ending.now,
        "closed_by": ending.commander,
        "seq": 1,
        "confidence": "3",
        "trigger": "It fails",
        "watch_until": ending.now,
        "ending": "alone",
        "recovered_at": ending.now,
    }
    with (
        pytest.raises(ProgrammingError, match="did not recover without mitigation"),
        transaction.atomic(),
    ):
        Closing.objects.create(**columns)


def test_it_is_stated_and_closed_on_the_gates_page(client: Client, ending: ClosingRun) -> None:
    ending.healed()
    item = ending.incident.backlog.get()
    client.force_login(ending.commander)
    chosen = page(client, ending, "gate", "?ending=alone")
    assert 'name="ending" value="alone" id="id_ending_1" checked' in " ".join(
        chosen.replace(' class="segment"', "").split()
    )
    assert "C-UNMITIGATED" in chosen
    fields = STATEMENT | {"watch_owner": ending.watcher.pk, "ending": "alone", "do": "close"}
    address = reverse("gate", args=[ending.incident.pk])
    with clock.at(ending.now):
        refused = client.post(address, fields)
        assert refused.status_code == 422
        assert "No open residual risk is named" in markup(refused)
        risk = ending.incident.risks.get(number=1)
        named = fields | {"cause_risk": risk.pk, "cause_item": item.pk}
        assert client.post(address, named).status_code == 302

    sentence = ENDED.format(item.pk)
    assert sentence in page(client, ending, "watch")
    assert "Recovered without mitigation" in page(client, ending, "room")
    assert "Recovered without mitigation" in page(client, ending, "as-of")


def test_the_package_and_the_metrics_say_so(ending: ClosingRun) -> None:
    closing = ending.healed().close()
    package = Package.objects.get(incident=ending.incident)
    assert worker.make(package.pk, ending.now)
    package.refresh_from_db()
    content = json.loads(package.content)
    sentence = ENDED.format(ending.incident.backlog.get().pk)
    assert content["body"]["head"]["ending"] == sentence
    assert "Recovered without mitigation: E" in markdown(content)

    (times,) = incident_times(Incident.objects.all(), ending.now)

    assert times.is_unmitigated
    assert times.recovered_at == closing.recovered_at
    assert times.mitigated_at is None
    header, _, line = csv.lines([times])
    at = header.split(",").index("without_mitigation")
    assert line.split(",")[at] == "yes"


def test_open_again_it_has_not_recovered(ending: ClosingRun) -> None:
    ending.healed().close()
    ending.fire()

    (times,) = incident_times(Incident.objects.all(), ending.now)

    assert (times.is_unmitigated, times.recovered_at) == (False, None)


def test_a_hold_that_was_begun_is_no_mitigation(ending: ClosingRun) -> None:
    ending.healed()
    hold = ending.incident.decisions.get(option=Option.HOLD)
    ending.start(number=hold.number)

    assert list(unmet(ending)) == ["C-OPEN"]
