"""However old an item is, every form that cites evidence cites it, and keeps it ticked."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client

from incidents.forms.decisions import Numbers
from incidents.models import Evidence, Incident
from incidents.views.event_times import MAX_SUGGESTED
from incidents.views.execution import RUNS
from incidents.vocabulary import Option
from incidents.web.evidence_numbers import one_number, typed_numbers
from kernel import clock
from lanes.actions import hypotheses, unknowns
from tests.helpers.decision_inputs import capture_evidence
from tests.helpers.decision_run import DecisionRun


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        pytest.param("evidence=3&evidence=4", ["3", "4"], id="ticked"),
        pytest.param("evidence_more=E-3, e14;7", ["3", "14", "7"], id="typed"),
        pytest.param("evidence=3&evidence_more=E-3 4", ["3", "4"], id="both, each once"),
        pytest.param("evidence_more=none, 12345678901, %D9%A3", [], id="none that can be meant"),
        pytest.param("", [], id="nothing"),
    ],
)
def test_what_is_typed_is_ticked(query: str, expected: list[str]) -> None:
    data = QueryDict(query.replace(";", "%3B").replace(" ", "%20"))

    assert typed_numbers(data, "evidence") == expected
    field = Numbers(required=False)
    sent = field.widget.value_from_datadict(data, {}, "evidence")
    assert field.clean(sent) == tuple(map(int, expected))


@pytest.mark.parametrize(
    ("text", "number"),
    [("E-7", 7), ("e7", 7), (" 7 ", 7), ("E-", None), ("7 8", None), ("", None), ("٧", None)],
)
def test_one_item_is_named_by_its_number(text: str, number: int | None) -> None:
    assert one_number(text) == number


@pytest.mark.django_db
def test_what_shows_when_it_began_may_be_the_oldest_item(
    executing: DecisionRun, client: Client
) -> None:
    incident, now = executing.incident, executing.now
    many(capture_evidence(incident, executing.commander, now), MAX_SUGGESTED)
    client.force_login(executing.commander)
    fields = {"began_at": "-30", "began_evidence": "E-1"}
    with clock.at(now + timedelta(minutes=2)):
        shown = client.get(f"/INC-{incident.pk}/times/").content.decode()
        odd = client.post(f"/INC-{incident.pk}/times/", fields | {"began_evidence": "the log"})
        sent = client.post(f"/INC-{incident.pk}/times/", fields)
        again = client.get(f"/INC-{incident.pk}/times/").content.decode()

    assert '<option value="E-1"' not in shown
    assert "such as E-7" in odd.content.decode()
    assert sent.status_code == 302
    assert 'value="E-1"' in again


@pytest.mark.django_db
def test_any_run_is_judged_however_many_came_since(executing: DecisionRun, client: Client) -> None:
    executing.decide(Option.FLAG)
    executing.done()
    first = executing.run()
    many(first, RUNS)
    page = f"/INC-{executing.incident.pk}/D-1/verify/"
    client.force_login(executing.verifier)
    with clock.at(executing.now + timedelta(minutes=2)):
        newest = client.get(page).content.decode()
        oldest = client.get(f"{page}?run={first.reference}").content.decode()
        other = client.get(f"{page}?run=E-1").content.decode()
        fields = {"run": str(first.number), "finding": "As before", "verdict": "verified"}
        judged = client.post(page, fields)

    assert "by number" in newest
    assert f'name="run" value="{first.number}"' in oldest
    assert "E-1 is no verification run since" in " ".join(other.split())
    assert judged.status_code == 302
    assert executing.read().execution.run == first


def many(item: Evidence, count: int) -> None:
    """As many more items like it."""
    template = Evidence.objects.get(pk=item.pk)
    for _ in range(count):
        template.pk, template.number = None, template.number + 1
        template.save(force_insert=True)


# Over a second: each form is sent to an incident with more evidence than any of them lists.
@pytest.mark.django_db
def test_every_form_takes_and_keeps_what_it_does_not_list(
    executing: DecisionRun, client: Client
) -> None:
    run, number = executing, executing.incident.pk
    commander = run.commander.as_actor()
    run.decide(Option.FLAG)
    run.start()
    run.now += timedelta(minutes=1)
    old = capture_evidence(run.incident, run.commander, run.now)
    many(old, 31)
    hypotheses.state_hypothesis(commander, number, text="The clock is off", now=run.now)
    unknowns.raise_unknown(commander, number, lane="mitigation", text="Which regions?", now=run.now)
    room, more = f"/INC-{number}/", f"E-{old.number}"

    def sent(path: str, by: Any = run.commander, **fields: Any) -> Any:
        client.force_login(by)
        with clock.at(run.now + timedelta(minutes=2)):
            return client.post(f"{room}{path}", {"evidence_more": more, **fields})

    refused: dict[str, Callable[[], Any]] = {
        "D-1/done/": lambda: sent("D-1/done/", run.executor, done_at="+5"),
        "act/": lambda: sent("act/"),
        "keep/": lambda: sent("CP-2/keep/"),
        "hypothesis": lambda: sent("H-1/"),
        "unknown": lambda: sent("lanes/mitigation/U-1/"),
    }
    for name, send in refused.items():
        page = send()
        assert page.status_code == 422, name
        text = " ".join(page.content.decode().split())
        ticked = [f'value="{old.number}" checked', f'value="{old.number}" id="id_evidence']
        assert any(mark in text for mark in ticked), name

    assert sent("D-1/done/", run.executor).status_code == 302
    assert [item.number for item in run.read().execution.proof.all()] == [old.number]
    assert Incident.objects.get(pk=number).last_seq
