"""The page of review and retro: written, refused with all kept, finished, read, added to."""

from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from incidents.models import Incident, Person
from incidents.vocabulary import LaneKind, Option
from kernel import clock
from kernel.refusal import Refused
from lanes.models import PatternSpan
from retros.models import LookBack, LookBackDraft
from retros.review import actions as reviewing
from retros.review.actions import AnswerInput
from tests.helpers.counting import queries
from tests.helpers.factories import declared
from tests.markup import markup
from tests.retros.closing.closable import ClosingRun
from tests.retros.review import lookbacks

pytestmark = pytest.mark.django_db(transaction=True)

MAX_QUERIES = 50


@pytest.fixture
def closed(ending: ClosingRun) -> ClosingRun:
    ending.closable().close()
    return ending


@pytest.fixture
def inside(client: Client, closed: ClosingRun) -> Client:
    client.force_login(closed.commander)
    return client


def page(client: Client, ending: ClosingRun) -> str:
    with clock.at(ending.now):
        answer = client.get(reverse("retro", args=[ending.incident.pk]))
    assert answer.status_code == 200
    return markup(answer)


def send(
    client: Client, ending: ClosingRun, kind: str, fields: Any, name: str = "retro-look"
) -> Any:
    address = reverse(name, args=[ending.incident.pk, 1, kind])
    with clock.at(ending.now):
        return client.post(address, fields)


def test_the_page_asks_and_says_what_the_record_says(inside: Client, closed: ClosingRun) -> None:
    text = page(inside, closed)

    assert text.count('class="question') >= 5
    assert "The record: Computed: CP-1, " in text
    assert "from the declaration to D-1." in text
    # Where the question is computed it is answered, to be confirmed.
    assert 'name="longest"' in text
    assert "0 of 5 questions answered" in text
    assert "No owner" not in text


def test_a_review_is_refused_with_all_kept_and_then_finished(
    inside: Client, closed: ClosingRun
) -> None:
    fields = lookbacks.posted(lookbacks.review(closed.executor))

    bad = send(inside, closed, "review", fields | {"metric": "n/a", "metric_follows": ""})

    text = markup(bad)
    assert bad.status_code == 422
    assert "Not finished yet: 2 things are missing" in text
    assert 'href="#id_metric_follows"' in text
    assert lookbacks.TITLE in text
    assert lookbacks.WHY in text
    # It is a draft too: another visit begins with it.
    assert lookbacks.TITLE in page(inside, closed)

    done = send(inside, closed, "review", fields)

    assert done["location"] == f"/INC-{closed.incident.pk}/retro/1/#review"
    text = page(inside, closed)
    assert lookbacks.TITLE in text
    assert "Finish the review" not in text
    assert "Finish the retro" in text


def test_a_retro_is_finished_and_added_to(inside: Client, closed: ClosingRun) -> None:
    fields = lookbacks.posted(lookbacks.retro(closed.executor))
    assert send(inside, closed, "retro", fields).status_code == 302

    empty = send(inside, closed, "retro", {"retro_thought": "-"}, "retro-add")
    added = send(inside, closed, "retro", {"retro_thought": "The alert was muted"}, "retro-add")

    assert (empty.status_code, added.status_code) == (422, 302)
    assert "The alert was muted" in page(inside, closed)


def test_what_cannot_be_read_is_told_with_the_rest(inside: Client, closed: ClosingRun) -> None:
    fields = lookbacks.posted(lookbacks.retro(closed.executor), proposal_due_on="soon", slowed="")

    bad = markup(send(inside, closed, "retro", fields))

    assert "2 things are missing" in bad
    assert "Write a day like 2026-03-07." in bad
    assert 'value="soon"' in bad


def test_a_draft_saves_itself_and_comes_back_to_whoever_takes_over(
    inside: Client, closed: ClosingRun, admin: Person
) -> None:
    response = send(inside, closed, "review", {"metric": "Refresh failures"}, "retro-draft")
    assert response.json()["saved_at"]

    assert "Your draft of" in page(inside, closed)
    inside.force_login(admin)
    text = page(inside, closed)

    assert "Begun from what Commander had typed" in text
    assert "Refresh failures" in text


def test_what_was_typed_while_another_finished_it_becomes_a_later_thought(
    inside: Client, closed: ClosingRun, admin: Person
) -> None:
    written, number = lookbacks.review(closed.executor), closed.incident.pk
    reviewing.finish(admin.as_actor(), number, 1, "review", written, now=closed.after(minutes=5))

    late = send(inside, closed, "review", {"metric": "Refresh failures"}, "retro-draft")
    bad = send(inside, closed, "review", {"metric": "Refresh failures"})

    assert (late.status_code, late.json()) == (409, {"finished": True})
    text = markup(bad)
    assert "The review is finished already" in text
    assert "Refresh failures" in text.split('name="review_thought"')[1]
    assert not LookBackDraft.objects.exists()


def test_who_does_not_command_reads_and_writes_nothing(
    client: Client, closed: ClosingRun, stranger: Person, stakeholder: Person
) -> None:
    client.force_login(stranger)
    text = page(client, closed)
    assert "Nobody has finished it yet" in text
    assert "Finish the review" not in text
    fields = lookbacks.posted(lookbacks.review(closed.executor))
    for name in ("retro-look", "retro-draft", "retro-add"):
        assert send(client, closed, "review", fields, name).status_code == 403
    client.force_login(stakeholder)
    assert client.get(reverse("retro", args=[closed.incident.pk])).status_code == 403
    assert LookBack.objects.open().count() == 2


def test_what_is_not_closed_has_none(client: Client, incident: Incident, commander: Person) -> None:
    client.force_login(commander)
    answer = client.get(reverse("retro", args=[incident.pk]))

    assert "It was not closed yet" in markup(answer)
    assert client.get(f"/INC-{incident.pk}/retro/1/").status_code == 404


@pytest.mark.parametrize("path", ["2/", "1/else/", "9" * 30 + "/review/", "2/review/"])
def test_what_is_not_there_is_not_found(inside: Client, closed: ClosingRun, path: str) -> None:
    assert inside.get(f"/INC-{closed.incident.pk}/retro/{path}").status_code == 404


def test_a_form_that_outlived_its_session_is_given_back(client: Client, closed: ClosingRun) -> None:
    address = reverse("retro-look", args=[closed.incident.pk, 1, "retro"])
    fields = {"trigger": "A key was rotated", "author": str(closed.commander.pk)}
    assert client.post(address, fields).status_code == 401
    client.force_login(closed.commander)

    with clock.at(closed.now):
        text = markup(client.get(address))

    assert "A key was rotated" in text


def test_it_is_linked_from_the_watch_and_the_room(inside: Client, closed: ClosingRun) -> None:
    with clock.at(closed.now):
        for name in ("watch", "room"):
            text = markup(inside.get(reverse(name, args=[closed.incident.pk])))
            assert f"/INC-{closed.incident.pk}/retro/" in text, name


def eventful(ending: ClosingRun, times: int) -> ClosingRun:
    """So many decisions, verification runs, refused closings, gaps and overlaps before closing."""
    for number in range(times):
        ending.decide(Option.HOLD, next_action=f"Look again {number}")
        ending.run()
        with pytest.raises(Refused):
            ending.close()
        sentence = f"“Cache {number}” is included by two lanes."
        began_at = ending.after(minutes=1)
        PatternSpan.objects.create(
            incident=ending.incident,
            code="OVERLAP",
            subject=f"cache {number}",
            label="Overlapping lanes",
            sentence=sentence,
            began_at=began_at,
        )
    ending.closable().close()
    return ending


def test_much_on_record_costs_as_many_queries_as_little(
    client: Client, commander: Person, lane_owners: dict[LaneKind, Person]
) -> None:
    client.force_login(commander)
    little = eventful(ClosingRun(declared(commander), commander, lane_owners), 1)
    much = eventful(ClosingRun(declared(commander), commander, lane_owners), 8)
    page(client, little)

    with queries() as few:
        page(client, little)
    with queries() as many:
        text = page(client, much)

    assert "And more: the timeline has it all." in text
    assert len(many) == len(few) <= MAX_QUERIES


def test_much_that_is_finished_costs_as_many_queries_as_little(
    inside: Client, closed: ClosingRun
) -> None:
    number, actor = closed.incident.pk, closed.commander.as_actor()
    item = AnswerInput(
        text="A", follows="item", title="B", owner=closed.executor, due_on=lookbacks.DAY
    )
    written = lookbacks.review(closed.executor, metric=item, guardrail=item)
    reviewing.finish(actor, number, 1, "review", written, now=closed.after(minutes=5))
    reviewing.add_thought(actor, number, 1, "review", text="One", now=closed.now)
    page(inside, closed)
    with queries() as few:
        page(inside, closed)
    for thought in range(5):
        reviewing.add_thought(actor, number, 1, "review", text=f"Thought {thought}", now=closed.now)

    with queries() as many:
        page(inside, closed)

    assert len(many) == len(few)


def test_a_restricted_one_is_not_there_for_others(
    client: Client, commander: Person, stranger: Person
) -> None:
    secret = declared(commander, restricted=True)
    client.force_login(stranger)
    answer: HttpResponse = client.get(reverse("retro", args=[secret.pk]))  # type: ignore[assignment]

    assert answer.status_code == 404
