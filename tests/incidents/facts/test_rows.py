"""Rows of one incident by SQL that was compiled once are those of the queryset."""

from typing import Any

import pytest
from django.db.models import F, Q
from django.db.models.sql.compiler import SQLCompiler

from incidents.actions import risks
from incidents.facts.rows import CompiledQuery
from incidents.models import Incident, Person, Risk
from tests.helpers.counting import queries
from tests.helpers.factories import START, declared


@pytest.fixture
def two(incident: Incident, commander: Person) -> list[int]:
    """Two incidents with risks, of which the first has one more."""
    other = declared(commander)
    for number, text in ((incident.pk, "A"), (other.pk, "B"), (incident.pk, "C")):
        risks.add(commander.as_actor(), number, text=text, owner=commander, now=START)
    return [incident.pk, other.pk]


def texts(rows: Any) -> list[str]:
    return [row.text for row in rows]


def test_each_incident_has_its_own(two: list[int]) -> None:
    compiled = CompiledQuery(lambda: Risk.objects.order_by("-number"))
    first, second = two

    for _ in range(2):
        assert texts(compiled.of([first])) == ["C", "A"]
        assert texts(compiled.of([second])) == ["B"]
        assert texts(compiled.by_incident([first])[first]) == ["C", "A"]
    assert {pk: texts(rows) for pk, rows in compiled.by_incident(two).items()} == {
        first: ["C", "A"],
        second: ["B"],
    }
    assert list(compiled.of([])) == list(compiled.of([0])) == []


def test_columns_relations_and_other_parameters_stay(two: list[int]) -> None:
    compiled = CompiledQuery(
        lambda: (
            Risk.objects.select_related("owner")
            .filter(~Q(text="A"))
            .annotate(title=F("incident__title"))
            .defer("retired_reason")
        )
    )
    for _ in range(2):
        with queries() as asked:
            [risk] = compiled.of(two[:1])
            assert (risk.text, risk.owner.username) == ("C", "commander")
            assert risk.title == risk.incident.title
        assert len(asked) == 2  # its incident was not read with it
        assert risk.get_deferred_fields() == {"retired_reason"}


def test_it_is_compiled_once(two: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    compiled = CompiledQuery(Risk.objects.all)
    list(compiled.of(two[:1]))

    monkeypatch.delattr(SQLCompiler, "get_select")

    assert texts(compiled.of(two[1:])) == ["B"]
    with pytest.raises(AttributeError, match="get_select"):
        list(Risk.objects.all())
