"""A package as people meet it: read, accepted, sent back, answered, made anew, after reopening."""

import json

import pytest
from asgiref.sync import sync_to_async
from django.db import connections
from django.test import AsyncClient, Client
from django.urls import reverse

from incidents.models import Notice, Person, TimelineEntry
from kernel.refusal import NotPermitted, Refused
from retros.models import Package, PackageVerdict
from retros.package import actions as packages
from retros.package import archive, worker
from retros.package.actions import RevisionInput
from retros.package.collect import collect
from retros.package.duties import of_admin
from retros.vocabulary import PackageState, Verdict
from tests.helpers.counting import queries
from tests.markup import markup
from tests.retros.closing.closable import ClosingRun

pytestmark = pytest.mark.django_db(transaction=True)

NOTE = {
    "happened": "Some edge nodes kept an old key set.",
    "path": "A rollback was the fastest reversible way.",
    "uncertain": "Why the staged rollout did not show it.",
    "need": "Two days of the edge team.",
}
MAX_QUERIES = 30
READ_QUERIES = 50


@pytest.fixture
def closed(ending: ClosingRun) -> ClosingRun:
    ending.closable().close()
    make(ending)
    return ending


def make(ending: ClosingRun) -> Package:
    package = Package.objects.filter(incident=ending.incident).latest("number")
    assert worker.make(package.pk, ending.now)
    return Package.objects.get(pk=package.pk)


def at(ending: ClosingRun, name: str = "package-version", version: int = 1, *more: str) -> str:
    return reverse(name, args=[ending.incident.pk, version, *more])


def inside(who: Person) -> Client:
    client = Client()
    client.force_login(who)
    return client


def send_back(ending: ClosingRun, admin: Person, **remarks: str) -> None:
    sections = remarks or {"note": "Say how many customers could not sign in."}
    packages.send_back(admin.as_actor(), ending.incident.pk, 1, sections, now=ending.now)


def revise(ending: ClosingRun, **changes: object) -> Package:
    answers = {remark.pk: "Done." for remark in Package.objects.latest("number").remarks.all()}
    revision = RevisionInput(**({**NOTE, "answers": answers} | changes))
    actor = ending.commander.as_actor()
    return packages.revise(actor, ending.incident.pk, 1, revision, now=ending.now)


# -- Reading ------------------------------------------------------------------------------------


def test_every_form_is_there_for_who_may_enter_the_room(
    closed: ClosingRun, stranger: Person
) -> None:
    client = inside(stranger)
    package = Package.objects.get()

    newest = client.get(reverse("package", args=[closed.incident.pk]))
    page = markup(client.get(newest.url))

    assert f"{package.words} words" in page
    assert package.sha256 in page
    assert "Awaits an admin’s review" in page
    assert "Your review, as admin" not in page
    for form, start in (
        ("md", b"# INC-"),
        ("json", b'{"appendices"'),
        ("pdf", b"%PDF-"),
        ("sh", b"#!/bin/sh"),
    ):
        answer = client.get(at(closed, "package-download", 1, form))
        assert answer.content.startswith(start), form
        assert "attachment" in answer["Content-Disposition"]
    assert client.get(at(closed, "package-download", 1, "exe")).status_code == 404


async def test_the_zip_is_sent_in_pieces(closed: ClosingRun) -> None:
    client = AsyncClient()
    await client.aforce_login(closed.commander)

    answer = await client.get(at(closed, "package-download", 1, "zip"))
    pieces = [piece async for piece in answer]

    assert len(pieces) > 10
    package = await Package.objects.select_related("incident", "closing").aget()
    assert b"".join(pieces) == await sync_to_async(lambda: b"".join(archive.zip_pieces(package)))()
    await sync_to_async(connections.close_all)()


def test_before_closing_there_is_none(ending: ClosingRun) -> None:
    page = inside(ending.commander).get(reverse("package", args=[ending.incident.pk]))

    assert "No closure package yet" in markup(page)
    assert inside(ending.commander).get(at(ending)).status_code == 404


def test_a_stakeholder_has_none_of_it(closed: ClosingRun, stakeholder: Person) -> None:
    client = inside(stakeholder)

    for url in (at(closed), at(closed, "package-download", 1, "zip"), reverse("packages")):
        assert client.get(url).status_code == 403


def test_while_it_is_made_the_page_waits_and_then_shows_it(ending: ClosingRun) -> None:
    ending.closable().close()
    client = inside(ending.commander)
    package = Package.objects.get()
    assert packages.claim_waiting(package.pk, ending.now)
    packages.note_progress(package.pk, "Setting the PDF", 30)

    waiting = markup(client.get(at(ending)))
    assert "Setting the PDF" in waiting
    assert at(ending, "package-progress") in waiting
    assert client.get(at(ending, "package-download", 1, "pdf")).status_code == 404

    assert worker.make(package.pk, ending.now + packages.WORKER_LEASE)
    over = client.get(at(ending, "package-progress"))
    assert over["HX-Redirect"] == at(ending)


def test_one_that_failed_is_tried_again_by_who_commands(
    ending: ClosingRun, stranger: Person
) -> None:
    ending.closable().close()
    package = Package.objects.get()
    packages.fail(package.pk, "The worker has no space left", now=ending.now)

    assert "no space left" in markup(inside(stranger).get(at(ending)))
    assert inside(stranger).post(at(ending, "package-again")).status_code == 403
    again = inside(ending.commander).post(at(ending, "package-again"))

    assert (again.status_code, again.url) == (302, at(ending))
    package.refresh_from_db()
    assert (package.state, package.error) == (PackageState.WAITING, "")
    with pytest.raises(Refused, match="did not fail"):
        packages.retry(ending.commander.as_actor(), ending.incident.pk, 1, now=ending.now)


def test_the_page_costs_the_same_however_much_there_is(
    closed: ClosingRun, admin: Person, django_assert_max_num_queries
) -> None:
    client = inside(admin)
    client.get(at(closed))
    with django_assert_max_num_queries(MAX_QUERIES):
        client.get(at(closed))


def test_reading_the_record_costs_the_same_however_long_it_is(ending: ClosingRun) -> None:
    ending.closable()
    for turn in range(10):
        ending.harden(title=f"Guardrail {turn}")
        ending.run(command=f"probe sign-in --region {turn}")
    ending.close()
    package = Package.objects.select_related("incident", "closing__closed_by").get()

    with queries() as executed:
        material = collect(package, ending.now)

    assert len(executed) <= READ_QUERIES
    assert (len(material.backlog), len(material.commands)) == (11, 12)


# -- Judging ------------------------------------------------------------------------------------


def test_accepted_once_by_an_admin(closed: ClosingRun, admin: Person, stranger: Person) -> None:
    assert at(closed) in queue(admin)
    assert inside(stranger).post(at(closed, "package-judge"), {"do": "accept"}).status_code == 403

    answer = inside(admin).post(at(closed, "package-judge"), {"do": "accept"})

    assert answer.status_code == 302
    verdict = PackageVerdict.objects.get()
    assert (verdict.verdict, verdict.by) == (Verdict.ACCEPTED, admin)
    assert "Accepted by" in markup(inside(stranger).get(at(closed)))
    assert at(closed) not in queue(admin)
    assert closed.status == "watching"
    with pytest.raises(Refused, match="judged, once"):
        packages.accept(admin.as_actor(), closed.incident.pk, 1, now=closed.now)


def queue(admin: Person) -> str:
    return markup(inside(admin).get(reverse("packages")))


def test_the_commander_cannot_judge_it(closed: ClosingRun) -> None:
    with pytest.raises(NotPermitted):
        packages.accept(closed.commander.as_actor(), closed.incident.pk, 1, now=closed.now)


@pytest.mark.parametrize(
    ("remarks", "sentence"),
    [
        ({}, "write a remark on at least one section"),
        ({"note": "  ", "risks": ""}, "write a remark on at least one section"),
        ({"risks": "n/a"}, "Residual risks: say what has to be mended."),
        ({"note": "None."}, "Leadership note: say what has to be mended."),
    ],
)
def test_sending_back_needs_remarks(
    closed: ClosingRun, admin: Person, remarks: dict[str, str], sentence: str
) -> None:
    posted = {f"remark_{section}": text for section, text in remarks.items()}
    answer = inside(admin).post(at(closed, "package-judge"), {"do": "back", **posted})

    assert answer.status_code == 422
    assert sentence in markup(answer)
    assert not PackageVerdict.objects.exists()


def test_sent_back_answered_and_compared(closed: ClosingRun, admin: Person) -> None:
    remark = "Say how many customers could not sign in."
    posted = {"do": "back", "remark_note": remark}
    assert inside(admin).post(at(closed, "package-judge"), posted).status_code == 302
    assert closed.status == "watching"
    notices = Notice.objects.filter(person=closed.commander, kind="package.sent_back")
    assert notices.count() == 1
    client = inside(closed.commander)
    assert remark in markup(client.get(at(closed)))

    key = Package.objects.get().remarks.get().pk
    fields = {**NOTE, "happened": "Four nodes kept an old key set; 31 % could not sign in."}
    refused = client.post(at(closed, "package-revise"), fields)
    assert refused.status_code == 422
    assert "Say what became of the remark on “Leadership note”." in markup(refused)
    assert "31 % could not sign in" in markup(refused)
    done = client.post(at(closed, "package-revise"), fields | {f"answer_{key}": "Added: 31 %."})
    assert (done.status_code, done.url) == (302, at(closed, version=2))

    new = make(closed)
    assert (new.number, closed.status) == (2, "watching")
    content = json.loads(new.content)
    assert content["version"] == 2
    assert content["appendices"]["remarks"] == [
        {
            "version": "1",
            "section": "Leadership note",
            "remark": remark,
            "answer": "Added: 31 %.",
        }
    ]
    changes = markup(client.get(at(closed, "package-changes", 2)))
    assert "31 % could not sign in" in changes
    assert "Some edge nodes did not know" in changes
    assert "Answer, with version 2: Added: 31 %." in markup(client.get(at(closed)))
    assert "There is a newer version" in markup(client.get(at(closed)))
    assert "31 %" not in Package.objects.get(number=1).content
    assert at(closed, version=2) in queue(admin)


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"answers": {}}, "answer_"),
        ({"happened": "  "}, "happened"),
        ({"uncertain": "N/A"}, "uncertain"),
        ({"need": ""}, "need"),
    ],
)
def test_a_new_version_needs_answers_and_a_note(
    closed: ClosingRun, admin: Person, said: dict[str, object], field: str
) -> None:
    send_back(closed, admin)

    with pytest.raises(Refused) as refused:
        revise(closed, **said)

    assert [violation.field.startswith(field) for violation in refused.value.violations] == [True]
    assert Package.objects.count() == 1


def test_nothing_is_needed_can_be_said(closed: ClosingRun, admin: Person) -> None:
    send_back(closed, admin)

    assert revise(closed, need="Nothing for now.").number == 2


def test_only_what_was_sent_back_is_revised(closed: ClosingRun, admin: Person) -> None:
    with pytest.raises(Refused, match="sent back"):
        revise(closed)
    send_back(closed, admin)
    revise(closed)
    with pytest.raises(Refused, match="newest"):
        revise(closed, answers={1: "Again"})


def test_reopened_and_closed_again_it_has_a_new_version_and_the_old_one_stays(
    closed: ClosingRun, admin: Person
) -> None:
    old = Package.objects.get()
    closed.fire(signal="4 % since 16:01")
    with pytest.raises(Refused, match="while the incident is closed"):
        packages.accept(admin.as_actor(), closed.incident.pk, 1, now=closed.now)
    assert at(closed) not in queue(admin)

    again = closed.decide(next_action="Roll back once more")
    closed.done(again.number)
    closed.judge(closed.run(), number=again.number)
    closed.recovered()
    closed.state(happened="The rollback had missed four nodes.")
    closed.close()
    new = make(closed)

    assert (new.number, Package.objects.get(number=1).content) == (2, old.content)
    body = json.loads(new.content)["body"]
    assert [row["decision"] for row in body["changes"]["rows"]] == ["D-1", "D-2"]
    assert body["note"][0]["text"] == "The rollback had missed four nodes."
    assert any("Open again" in row["what"] for row in body["times"])
    packages.accept(admin.as_actor(), closed.incident.pk, 2, now=closed.now)


def test_admins_have_it_as_a_duty_and_others_ask_nothing(
    closed: ClosingRun, admin: Person, commander: Person
) -> None:
    (duty,) = of_admin(admin, closed.now)
    assert duty.title == f"Review the closure package of {closed.incident.reference}"
    with queries() as executed:
        assert list(of_admin(commander, closed.now)) == []
    assert len(executed) <= 1


def test_the_timeline_says_what_became_of_it(closed: ClosingRun, admin: Person) -> None:
    send_back(closed, admin, note="Who was affected?", risks="RISK-1 is past.")
    revise(closed)
    make(closed)
    packages.accept(admin.as_actor(), closed.incident.pk, 2, now=closed.now)

    rows = TimelineEntry.objects.filter(kind__startswith="package.").order_by("seq")
    assert [row.kind for row in rows] == [
        "package.made",
        "package.sent_back",
        "package.asked",
        "package.made",
        "package.accepted",
    ]
    assert rows[1].data["sections"] == ["Leadership note", "Residual risks"]
