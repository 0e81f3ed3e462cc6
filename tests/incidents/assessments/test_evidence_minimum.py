"""What the default response of a class needs is shown by evidence, whatever the scenario."""

import pytest
from django.test import Client

from incidents.actions import lifecycle, scenarios
from incidents.assessments import evidence_minimum
from incidents.facts.incident import read_facts
from incidents.models import Incident, Person
from incidents.rules.minimum import CLASS_EVIDENCE, of_classes
from incidents.vocabulary import CLASS_SYMPTOM, DependencyClass
from kernel import clock
from kernel.refusal import Refused
from tests.helpers.decision_inputs import capture_evidence
from tests.helpers.factories import START, SurfaceFactory


@pytest.mark.parametrize("name", [c for c in DependencyClass if c != DependencyClass.OTHER])
def test_each_class_asks_for_something_and_has_its_symptom(name: str) -> None:
    assert CLASS_EVIDENCE[name]
    assert CLASS_SYMPTOM[name]
    assert of_classes([name, "other", name]) == CLASS_EVIDENCE[name]


@pytest.mark.django_db
def test_it_is_met_by_evidence_and_shown_with_the_symptom(
    incident: Incident, commander: Person, client: Client
) -> None:
    actor = commander.as_actor()
    queue = SurfaceFactory(name="Orders", dependency_class=DependencyClass.MESSAGING)
    item = capture_evidence(incident, commander, START)
    with pytest.raises(Refused, match="asks for such evidence"):
        scenarios.serve(actor, incident.pk, item.number, serves="class-replay-guard", now=START)
    lifecycle.set_surfaces(actor, incident.pk, surfaces=(queue,), now=START)

    scenarios.serve(actor, incident.pk, item.number, serves="class-replay-guard", now=START)

    facts = read_facts(Incident.objects.get(pk=incident.pk))
    threshold, guard = evidence_minimum.of_postures(facts)[DependencyClass.MESSAGING]
    assert (threshold.item.met, guard.item.met, guard.evidence) == (False, True, (item.number,))
    client.force_login(commander)
    with clock.at(START):
        tab = client.get(f"/INC-{incident.pk}/standing/ready/").content.decode()
        capture = client.get(f"/INC-{incident.pk}/evidence/new/").content.decode()
    assert CLASS_SYMPTOM[DependencyClass.MESSAGING] in tab
    assert "?serves=class-throttling-threshold" in tab
    assert 'value="class-throttling-threshold"' in capture
