"""The page of numbers: of what one may know, in a constant number of queries; and its CSV."""

import csv
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.http import QueryDict
from django.test import Client
from django.urls import reverse

from incidents.actions import restriction, voiding
from incidents.actions.event_times import set_event_times
from incidents.actions.evidence import capture
from incidents.models import Assignment, Checkpoint, Evidence, Incident, Person, Surface
from incidents.rules.evidence import Capture
from incidents.vocabulary import Purpose, RoleName
from kernel import clock
from retros.metrics import facts
from retros.metrics.facts import incident_times
from retros.metrics.filters import MetricsFilter
from retros.metrics.rules import Share
from retros.review import actions as reviewing
from tests.helpers.backfilled import backfilled_incident
from tests.helpers.counting import queries
from tests.helpers.factories import START, SurfaceFactory
from tests.helpers.messages import published
from tests.markup import markup
from tests.retros.closing.closable import ClosingRun
from tests.retros.review import lookbacks

NUMBERS = "/numbers/"
MAX_QUERIES = 20


def inside(who: Person) -> Client:
    client = Client()
    client.force_login(who)
    return client


def page(client: Client, query: str = "", now: datetime = START + timedelta(days=2)) -> str:
    with clock.at(now):
        answer = client.get(f"{NUMBERS}{query}")
    assert answer.status_code == 200
    return markup(answer)


def many(number: int, by: Person, surface: Surface) -> None:
    """Incidents of a year, each with a commander, evidence and two checkpoints, one kept."""
    start = datetime(2026, 1, 1, tzinfo=UTC)
    incidents = Incident.objects.bulk_create(
        Incident(
            title=f"Incident {turn}",
            severity=str(turn % 3 + 1),
            declared_at=start + timedelta(hours=turn * 8760 / number),
            declared_by=by,
        )
        for turn in range(number)
    )
    Incident.surfaces.through.objects.bulk_create(
        Incident.surfaces.through(incident=incident, surface=surface) for incident in incidents
    )
    Assignment.objects.bulk_create(
        Assignment(
            incident=incident, role=RoleName.COMMANDER, person=by, since=incident.declared_at
        )
        for incident in incidents
    )
    Evidence.objects.bulk_create(
        Evidence(
            incident=incident,
            number=1,
            kind="log",
            title="Log",
            size=1,
            sha256="0" * 64,
            actor_kind="person",
            actor_name=str(by),
            started_at=incident.declared_at - timedelta(minutes=12),
            captured_at=incident.declared_at + timedelta(minutes=4),
        )
        for incident in incidents
    )
    Checkpoint.objects.bulk_create(
        Checkpoint(
            incident=incident,
            number=turn,
            scheduled_at=incident.declared_at,
            due_at=incident.declared_at + timedelta(minutes=20),
            decided_at=incident.declared_at + timedelta(minutes=10 * turn + 5),
        )
        for incident in incidents
        for turn in (1, 2)
    )


def test_five_thousand_cost_as_many_queries_as_ten(commander: Person) -> None:
    surface = SurfaceFactory(name="Sign-in")
    client, now = inside(commander), datetime(2026, 12, 31, tzinfo=UTC)
    many(10, commander, surface)
    page(client, now=now)
    with queries() as few:
        page(client, now=now)

    many(4990, commander, surface)
    with queries() as much:
        html = page(client, now=now)

    assert len(much) == len(few) <= MAX_QUERIES
    assert "5000 incidents" in html
    assert "Median of 5000" in html
    assert "5000 of 10000" in html


def test_a_page_that_has_not_all_of_them_says_so(
    commander: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    surface = SurfaceFactory()
    many(3, commander, surface)
    year, client = "?from=2026-01&to=2026-12", inside(commander)
    later = datetime(2027, 1, 1, tzinfo=UTC)
    whole = page(client, year, later)
    monkeypatch.setattr(facts, "MAX_INCIDENTS", 2)
    part = page(client, year, later)

    assert "the newest" not in whole
    assert "2 incidents declared" in part
    assert "the newest 2; choose a shorter time" in part


def test_what_was_handled_elsewhere_is_left_out_and_counted_apart(
    incident: Incident, commander: Person, stranger: Person
) -> None:
    backfilled_incident(commander, title="Exports ran twice")
    backfilled_incident(commander, restricted=True)
    backfilled_incident(commander, now=START - timedelta(days=800))
    voided = backfilled_incident(commander)
    voiding.void(commander.as_actor(), voided.pk, reason="Written up twice", now=START)
    now = START + timedelta(days=2)

    assert [times.number for times in incident_times(wanted(now).incidents(commander), now)] == [
        incident.pk
    ]
    html = page(inside(commander))
    assert "1 incident declared" in html
    assert "Left out: 2 backfilled, 1 declared in error" in html
    assert "Left out: 1 backfilled, 1 declared in error" in page(inside(stranger))
    with clock.at(now):
        sheet = inside(commander).get(reverse("numbers-csv")).content.decode("utf-8-sig")
    assert incident.reference in sheet
    assert "Exports ran twice" not in sheet


def wanted(now: datetime) -> MetricsFilter:
    return MetricsFilter.read(QueryDict(""), now.date())


def test_the_moments_of_an_incident_that_was_lived_through(ending: ClosingRun) -> None:
    ending.closable().close()

    (times,) = incident_times(Incident.objects.all(), ending.now + timedelta(days=2))

    minutes = {
        name: round((getattr(times, f"{name}_at") - times.declared_at) / timedelta(minutes=1))
        for name in ("controlled", "decided", "mitigated", "recovered", "closed")
    }
    decision = ending.read()
    closing = ending.incident.closings.get()
    assert minutes == {
        "controlled": 10,
        "decided": round((decision.decided_at - times.declared_at) / timedelta(minutes=1)),
        "mitigated": round((decision.execution.done_at - times.declared_at) / timedelta(minutes=1)),
        "recovered": round(
            (decision.execution.judged_at - times.declared_at) / timedelta(minutes=1)
        ),
        "closed": round((closing.closed_at - times.declared_at) / timedelta(minutes=1)),
    }
    assert times.checkpoints.kept >= 1
    assert times.retros == Share(0, 1)


@pytest.mark.parametrize(
    ("started", "purpose", "began"),
    [
        (-12, Purpose.GENERAL, -12),
        (-12, Purpose.BASELINE, None),
        (-1440, Purpose.GENERAL, -1440),
        (-1441, Purpose.GENERAL, None),
        (0, Purpose.GENERAL, None),
    ],
)
def test_when_it_began_is_what_evidence_tells_of_the_trouble(
    incident: Incident, commander: Person, started: int, purpose: Purpose, began: int | None
) -> None:
    at = incident.declared_at + timedelta(minutes=started)
    item = Capture("log", "Log", purpose=purpose, text="401", started_at=at)
    capture(commander.as_actor(), incident.pk, item, now=START + timedelta(minutes=1))

    (times,) = incident_times(Incident.objects.all(), START + timedelta(hours=1))

    assert times.began_at == (None if began is None else at)


def test_what_somebody_says_of_when_it_began_comes_before_evidence(
    incident: Incident, commander: Person
) -> None:
    began, noticed = START - timedelta(minutes=30), START - timedelta(minutes=18)
    item = Capture("log", "Log", text="401", started_at=START - timedelta(minutes=5))
    shown = capture(commander.as_actor(), incident.pk, item, now=START + timedelta(minutes=1))
    set_event_times(
        commander.as_actor(),
        incident.pk,
        began_at=began,
        began_evidence=shown.number,
        detected_at=noticed,
        detected_evidence=shown.number,
        now=START + timedelta(minutes=2),
    )

    (times,) = incident_times(Incident.objects.all(), START + timedelta(hours=1))

    assert (times.began_at, times.stated_began_at, times.detected_at) == (began, began, noticed)


@pytest.mark.parametrize(("late", "share"), [(4, Share(0, 0)), (6, Share(1, 1))])
def test_a_promise_counts_once_its_time_has_come(
    incident: Incident, commander: Person, late: int, share: Share
) -> None:
    """Whoever looks in the first five minutes after it cannot say yet that it was kept."""
    promised = START + timedelta(minutes=30)
    published(commander, incident, START, next_at=promised)

    (times,) = incident_times(Incident.objects.all(), promised + timedelta(minutes=late))

    assert times.commitments == share


def test_a_retro_that_was_finished_in_time_is_kept(ending: ClosingRun, deputy: Person) -> None:
    ending.closable().close()
    actor = ending.commander.as_actor()
    reviewing.finish(actor, ending.incident.pk, 1, "retro", lookbacks.retro(deputy), now=ending.now)

    (times,) = incident_times(Incident.objects.all(), ending.now)

    assert times.retros == Share(1, 1)


def test_closed_twice_it_is_the_last_closing(ending: ClosingRun) -> None:
    ending.closable().close()
    ending.fire()
    (times,) = incident_times(Incident.objects.all(), ending.now)
    assert (times.closed_at, times.recovered_at) == (None, None)
    assert times.retros == Share(0, 0)
    again = ending.decide(next_action="Roll back once more")
    ending.done(again.number)
    ending.judge(ending.run(), number=again.number)
    ending.recovered()
    ending.state()
    last = ending.close()

    (times,) = incident_times(Incident.objects.all(), ending.now)

    assert times.closed_at == last.closed_at
    assert times.decided_at == ending.read(1).decided_at
    assert times.recovered_at == ending.read(again.number).execution.judged_at


def test_nobody_learns_of_what_they_may_not_know(
    incident: Incident, commander: Person, stranger: Person, stakeholder: Person
) -> None:
    assert "1 incident declared" in page(inside(stranger))
    restriction.restrict(
        commander.as_actor(), incident.pk, restricted=True, reason="Legal asks for it", now=START
    )

    assert "0 incidents declared" in page(inside(stranger))
    assert incident.title not in inside(stranger).get(reverse("numbers-csv")).content.decode(
        "utf-8-sig"
    )
    assert "1 incident declared" in page(inside(commander))
    assert inside(stakeholder).get(NUMBERS).status_code == 403
    assert inside(stakeholder).get(reverse("numbers-csv")).status_code == 403


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("?severity=1", 1),
        ("?severity=3", 0),
        ("?from=2026-03&to=2026-03", 1),
        ("?from=2026-04&to=2026-05", 0),
        ("?to=2026-02", 0),
        ("?surface=nowhere", 0),
        ("?from=never&to=2026-13&severity=9&by=phase", 1),
        ("?from=2026-05&to=2026-03", 1),
        ("?from=0001-01", 1),
        ("?by=severity", 1),
        ("?by=surface", 1),
        ("?surface=%00", 1),
    ],
)
def test_what_is_wanted(incident: Incident, commander: Person, query: str, count: int) -> None:
    assert f"{count} incident" in page(inside(commander), query)


def test_the_csv_has_a_line_an_incident_and_no_formula(
    incident: Incident, commander: Person
) -> None:
    Incident.objects.filter(pk=incident.pk).update(title="=SUM(A1)")
    with clock.at(START + timedelta(days=1)):
        answer = inside(commander).get(reverse("numbers-csv"))

    names, meanings, row = csv.reader(StringIO(answer.content.decode("utf-8-sig")))
    cells = dict(zip(names, row, strict=True))
    assert cells["incident"] == incident.reference
    assert cells["title"] == "'=SUM(A1)"
    assert cells["decision_minutes"] == ""
    assert "first recorded decision" in dict(zip(names, meanings, strict=True))["decision_minutes"]
    assert "attachment" in answer["Content-Disposition"]
