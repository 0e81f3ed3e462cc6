"""The residual-risk register on real rows: noted, owned, retired, never removed."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from incidents.actions import risks
from incidents.facts import incident as incident_facts
from incidents.models import Incident, Notice, Person
from kernel.refusal import Refused
from tests.helpers.factories import START, declared

NOW = START + timedelta(minutes=8)
TEXT = "Old sessions may fail"


def codes(attempt: Callable[[], Any]) -> list[str]:
    with pytest.raises(Refused) as refusal:
        attempt()
    return [violation.code for violation in refusal.value.violations]


def test_a_risk_is_noted_without_an_owner_and_given_to_one(
    incident: Incident, commander: Person, deputy: Person
) -> None:
    actor = commander.as_actor()
    noted = risks.add(actor, incident.pk, text=f" {TEXT}\n", now=NOW)

    owned = risks.own(actor, incident.pk, 1, owner=deputy, now=NOW)

    assert (noted.reference, noted.text, noted.owner) == ("RISK-1", TEXT, None)
    assert owned.owner == deputy
    kinds = incident.timeline.order_by("seq").values_list("kind", flat=True)
    assert list(kinds)[-2:] == ["risk.noted", "risk.owned"]


def test_the_owner_is_told_unless_they_took_it_themselves(
    incident: Incident, commander: Person, deputy: Person
) -> None:
    actor = commander.as_actor()
    risks.add(actor, incident.pk, text=TEXT, owner=deputy, now=NOW)
    risks.own(actor, incident.pk, 1, owner=commander, now=NOW)

    told = Notice.objects.filter(kind="risk.owned")

    assert [(notice.person, notice.sentence) for notice in told] == [
        (deputy, f"RISK-1 of {incident.reference} is yours: {TEXT}")
    ]


def test_a_retired_risk_stays_and_is_open_no_more(incident: Incident, commander: Person) -> None:
    actor = commander.as_actor()
    for text in (TEXT, "A rollback brings back AUTH-881"):
        risks.add(actor, incident.pk, text=text, now=NOW)

    risks.retire(actor, incident.pk, 1, reason="All of them have expired", now=NOW)

    standing = incident_facts.read_facts(incident)
    assert [risk.reference for risk in standing.risks] == ["RISK-1", "RISK-2"]
    assert [risk.reference for risk in standing.open_risks] == ["RISK-2"]


def test_a_retired_risk_is_neither_given_nor_retired_again(
    incident: Incident, commander: Person, deputy: Person
) -> None:
    actor = commander.as_actor()
    risks.add(actor, incident.pk, text=TEXT, now=NOW)
    risks.retire(actor, incident.pk, 1, reason="All of them have expired", now=NOW)

    again = codes(lambda: risks.retire(actor, incident.pk, 1, reason="Twice", now=NOW))
    given = codes(lambda: risks.own(actor, incident.pk, 1, owner=deputy, now=NOW))

    assert (again, given) == (["RISK-STATE"], ["RISK-STATE"])


@pytest.mark.parametrize("text", ["None.", "N / A", " \n", "-", "nothing"])
def test_nothing_is_not_a_risk(incident: Incident, commander: Person, text: str) -> None:
    assert codes(lambda: risks.add(commander.as_actor(), incident.pk, text=text, now=NOW)) == [
        "D-RISK"
    ]
    assert not incident.risks.exists()


def test_who_may_not_know_of_the_incident_answers_for_none_of_its_risks(
    commander: Person, stranger: Person
) -> None:
    secret = declared(commander, restricted=True)
    actor = commander.as_actor()
    risks.add(actor, secret.pk, text=TEXT, now=NOW)

    added = codes(lambda: risks.add(actor, secret.pk, text="Another", owner=stranger, now=NOW))
    given = codes(lambda: risks.own(actor, secret.pk, 1, owner=stranger, now=NOW))

    assert (added, given) == (["RISK-OWNER"], ["RISK-OWNER"])
    assert not Notice.objects.filter(person=stranger).exists()
