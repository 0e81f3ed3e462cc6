"""The decision form at its door: refusals with everything kept, drafts, the second of two."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.test import Client

from incidents.actions import checkpoints, decisions
from incidents.models import Decision, DecisionDraft, Evidence, Incident, Person
from incidents.rules.decision.hints import hints
from incidents.vocabulary import LaneKind, Option
from kernel import clock
from tests.helpers.counting import queries
from tests.helpers.decision_inputs import (
    capture_evidence,
    decision_form_data,
    decision_input,
    prepare_decision,
)
from tests.helpers.factories import START
from tests.markup import markup

NOW = START + timedelta(minutes=10)


@pytest.fixture(autouse=True)
def _time() -> Iterator[None]:
    with clock.at(NOW):
        yield


@pytest.fixture
def cited(staffed: Incident, commander: Person) -> Evidence:
    evidence = prepare_decision(staffed, commander, NOW)
    checkpoints.schedule(
        commander.as_actor(), staffed.pk, due_at=NOW + timedelta(minutes=20), purpose="", now=NOW
    )
    return evidence


@pytest.fixture
def owners(lane_owners: dict[LaneKind, Person]) -> tuple[Person, Person]:
    return lane_owners[LaneKind.MITIGATION], lane_owners[LaneKind.VERIFICATION]


@pytest.fixture
def page(staffed: Incident, cited: Evidence) -> str:
    return f"/{staffed.reference}/CP-1/"


@pytest.fixture
def at_the_form(client: Client, commander: Person) -> Client:
    client.force_login(commander)
    return client


def test_a_good_decision_leads_to_the_room(
    at_the_form: Client,
    page: str,
    staffed: Incident,
    cited: Evidence,
    owners: tuple[Person, Person],
) -> None:
    answer = at_the_form.post(page, decision_form_data(cited, *owners))

    assert (answer.status_code, answer["Location"]) == (302, f"/{staffed.reference}/")
    assert Decision.objects.get().option == "rollback"


def test_a_refusal_shows_every_rule_and_keeps_every_word(
    at_the_form: Client, page: str, cited: Evidence, owners: tuple[Person, Person]
) -> None:
    said = decision_form_data(
        cited,
        owners[0],
        owners[0],
        risk_new="none",
        deadline="+90",
        rejected_flag="Not enough.",
        rejected_hotfix="not enough",
        verification="",
        why_now="<b>Mobile</b> retries grow",
    )

    answer = at_the_form.post(page, said)

    text = markup(answer)
    assert answer.status_code == 422
    assert all(
        f"<code>{code}</code>" in text
        for code in ("D-RISK", "D-NEXT", "D-REJECTED", "D-VERIFY", "D-OWNERS")
    )
    assert "&lt;b&gt;Mobile&lt;/b&gt; retries grow" in text
    assert 'value="+90"' in text
    assert 'href="#id_verification"' in text


def test_an_odd_deadline_is_refused_together_with_the_rules(
    at_the_form: Client, page: str, cited: Evidence, owners: tuple[Person, Person]
) -> None:
    answer = at_the_form.post(
        page, decision_form_data(cited, *owners, deadline="soonish", scope="")
    )

    text = markup(answer)
    assert answer.status_code == 422
    assert "Write a time such as 14:08" in text
    assert "<code>D-SCOPE</code>" in text


def test_a_refused_draft_is_there_when_the_form_is_opened_again(
    at_the_form: Client, page: str, cited: Evidence, owners: tuple[Person, Person]
) -> None:
    at_the_form.post(page, decision_form_data(cited, *owners, scope="", why_now="Because it grows"))

    text = markup(at_the_form.get(page))

    assert "Because it grows" in text
    assert f'value="{cited.number}" checked' in text


def test_typing_saves_a_draft(at_the_form: Client, page: str) -> None:
    answer = at_the_form.post(f"{page}draft/", {"scope": "Half a sent", "once": ""})

    assert answer.status_code == 200
    assert DecisionDraft.objects.get().data == {"scope": ["Half a sent"]}


def test_who_comes_second_sees_the_first_decision_and_keeps_the_text(
    at_the_form: Client,
    page: str,
    staffed: Incident,
    admin: Person,
    cited: Evidence,
    owners: tuple[Person, Person],
) -> None:
    decisions.decide(admin.as_actor(), staffed.pk, 1, decision_input(cited, *owners, NOW), now=NOW)

    answer = at_the_form.post(page, decision_form_data(cited, *owners, why_now="My own words"))

    text = markup(answer)
    assert answer.status_code == 409
    assert f"{admin} decided CP-1 while you were writing" in text
    assert "My own words" in text
    assert "My own words" in markup(at_the_form.get(f"/{staffed.reference}/CP-2/"))


def test_the_second_press_of_the_button_writes_nothing_twice(
    at_the_form: Client, page: str, cited: Evidence, owners: tuple[Person, Person]
) -> None:
    said = decision_form_data(cited, *owners, once="7f1d7a0e-8a55-4a3c-9a3e-2b6f0c7d9e10")

    answers = [at_the_form.post(page, said).status_code for _ in range(2)]

    assert answers == [302, 302]
    assert Decision.objects.count() == 1


def test_the_form_asks_as_often_for_three_items_as_for_one(
    at_the_form: Client, page: str, staffed: Incident, commander: Person
) -> None:
    at_the_form.get(page)
    with queries() as once:
        at_the_form.get(page)
    for _ in range(2):
        capture_evidence(staffed, commander, NOW)

    with queries() as thrice:
        at_the_form.get(page)

    assert len(thrice) == len(once)


def test_the_examples_in_empty_statements_are_those_of_the_option(
    at_the_form: Client, page: str, staffed: Incident
) -> None:
    Incident.objects.filter(pk=staffed.pk).update(scenario="auth-token-failure")
    fresh = markup(at_the_form.get(page))
    chosen = markup(at_the_form.post(page, {"option": "hold"}))

    assert "In how many minutes, by what" in fresh
    assert "It began with: Sudden spike in 401" in fresh
    assert 'placeholder="What makes you act after all, and how fast you then can"' in chosen


@pytest.mark.parametrize("name", ["reversibility", "blast_radius"])
def test_each_option_has_examples_of_its_own(name: str) -> None:
    texts = [hints(option)[name] for option in Option if option != Option.OWN]

    assert len(set(texts)) == len(texts)
    assert hints(Option.OWN)[name] == hints("")[name]
    assert hints("").keys() == hints(Option.HOLD, "A spike").keys()
    assert "A spike" not in hints(Option.HOLD, "A spike")["verification"]
