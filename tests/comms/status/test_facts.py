"""What readers may see is built from what was published for them, and from nothing else."""

from datetime import timedelta

import pytest

from comms.models import Maintenance, UpdateSurface
from comms.rules.history import DAYS
from comms.status import facts
from comms.vocabulary import Audience, MaintenanceState, Progress, SurfaceState
from incidents.models import Incident, Person, Surface
from tests.comms.status.published import over, say
from tests.helpers.counting import queries
from tests.helpers.factories import START, SurfaceFactory, declared

pytestmark = pytest.mark.django_db

NOW = START + timedelta(hours=1)
PARTIAL, WORKING = SurfaceState.PARTIAL, SurfaceState.OPERATIONAL


def public() -> facts.Site:
    return facts.site(Audience.PUBLIC, NOW)


def test_with_nothing_said_all_works(sign_in: Surface, incident: Incident) -> None:
    found = public()

    assert found.overall.words == "All systems are working"
    assert (found.incidents, found.overall.indicator) == ((), "none")
    assert [(s.name, s.state, s.bad_days, len(s.days)) for s in found.surfaces] == [
        ("Sign-in", WORKING, 0, DAYS)
    ]


def test_an_update_says_how_surfaces_do(sign_in: Surface, api: Surface, incident: Incident) -> None:
    say(incident, START, {sign_in: PARTIAL, api: SurfaceState.DEGRADED})
    say(incident, START + timedelta(minutes=9), {sign_in: PARTIAL, api: WORKING})

    found = public()

    assert [s.state for s in found.surfaces] == [PARTIAL, WORKING]
    assert [s.bad_days for s in found.surfaces] == [1, 1]
    assert (found.overall.indicator, found.overall.words) == (
        "major",
        "Sign-in is partly disrupted",
    )
    (one,) = found.active
    assert (one.public_status, one.impact, one.surfaces) == (
        "investigating",
        "major",
        ("Sign-in", "Public API"),
    )
    assert [(a.name, a.before, a.after) for a in one.latest.affected] == [
        ("Sign-in", PARTIAL, PARTIAL),
        ("Public API", SurfaceState.DEGRADED, WORKING),
    ]


def test_it_goes_on_until_the_last_update_promises_nothing(
    sign_in: Surface, incident: Incident
) -> None:
    say(incident, START, {sign_in: PARTIAL})
    say(incident, START + timedelta(minutes=9), {sign_in: PARTIAL}, progress=Progress.MITIGATING)
    identified = public().active[0].public_status
    watched = START + timedelta(minutes=20)
    say(incident, watched, {sign_in: WORKING}, progress=Progress.RECOVERED)
    monitoring = public()
    over(incident, START + timedelta(minutes=40), sign_in)
    resolved = public()

    assert identified == "identified"
    assert monitoring.active[0].public_status == "monitoring"
    assert monitoring.active[0].monitoring_at == watched
    assert monitoring.overall.words == "All systems are working again"
    assert resolved.active == ()
    assert resolved.incidents[0].resolved_at == START + timedelta(minutes=40)
    assert resolved.days[0].incidents == resolved.incidents


def test_a_correction_stands_beside_what_it_corrects(sign_in: Surface, incident: Incident) -> None:
    first = say(incident, START, {sign_in: PARTIAL})
    later = START + timedelta(minutes=3)
    say(incident, later, {sign_in: PARTIAL}, corrects=first, correction="Not only in Europe")

    new, old = public().active[0].updates

    assert (new.correction, old.corrected_at) == ("Not only in Europe", later)
    assert new.body.startswith("Correction: Not only in Europe")


@pytest.mark.parametrize(
    ("audience", "seen_publicly", "seen_inside"),
    [
        (Audience.PUBLIC, True, True),
        (Audience.INTERNAL, False, True),
        (Audience.PARTICIPANTS, False, False),
    ],
)
def test_each_audience_reads_its_own(
    sign_in: Surface,
    incident: Incident,
    audience: Audience,
    seen_publicly: bool,
    seen_inside: bool,
) -> None:
    say(incident, START, {sign_in: PARTIAL}, audience=audience)

    seen = [bool(facts.site(who, NOW).incidents) for who in (Audience.PUBLIC, Audience.INTERNAL)]

    assert seen == [seen_publicly, seen_inside]
    assert (public().surfaces[0].state == PARTIAL) == seen_publicly


def test_a_restricted_incident_never_shows(
    sign_in: Surface, incident: Incident, commander: Person
) -> None:
    restricted = declared(commander, restricted=True)
    say(restricted, START, {sign_in: PARTIAL})

    assert public().incidents == ()
    assert facts.site(Audience.INTERNAL, NOW).incidents == ()


def test_a_surface_that_is_not_for_readers_is_never_named(incident: Incident) -> None:
    hidden = SurfaceFactory(name="Ledger core", on_status_page=False)
    say(incident, START, {hidden: PARTIAL})

    found = public()

    assert (found.surfaces, found.incidents[0].surfaces) == ((), ())
    assert found.incidents[0].latest.affected == ()
    assert "Ledger" not in repr(found)


@pytest.mark.case("P1")
def test_an_incident_that_touches_no_surface_is_in_the_headline(
    sign_in: Surface, api: Surface, incident: Incident, commander: Person
) -> None:
    say(incident, START)
    alone = public()
    say(declared(commander), START)
    two = public()
    say(declared(commander), START, {sign_in: PARTIAL})
    with_surface = public()

    assert alone.overall.words == "We are working on an incident"
    assert (alone.overall.indicator, alone.incidents[0].impact) == ("minor", "minor")
    assert two.overall.words == "We are working on an incident"
    assert with_surface.overall.words == "Sign-in is partly disrupted"
    assert with_surface.overall.indicator == "major"


@pytest.mark.case("P1")
def test_one_whose_surfaces_are_all_hidden_is_in_the_headline_without_their_names(
    sign_in: Surface, incident: Incident
) -> None:
    hidden = SurfaceFactory(name="Ledger core", on_status_page=False)
    say(incident, START, {hidden: SurfaceState.MAJOR})

    found = public()

    assert found.overall.words == "We are working on an incident"
    assert "Ledger" not in repr(found)


def test_one_that_recovered_and_named_no_surface_is_watched(
    sign_in: Surface, incident: Incident
) -> None:
    say(incident, START, progress=Progress.RECOVERED)

    found = public().overall

    assert (found.words, found.indicator) == ("All systems are working again", "none")


@pytest.mark.case("P2")
def test_a_surface_that_is_hidden_while_its_incident_runs_keeps_its_name(
    sign_in: Surface, api: Surface, incident: Incident
) -> None:
    update = say(incident, START, {api: SurfaceState.DEGRADED})
    UpdateSurface.objects.create(
        update=update, surface=sign_in, state=SurfaceState.MAJOR, public_name="Sign-in"
    )
    Surface.objects.filter(pk=sign_in.pk).update(on_status_page=False, name="Ledger core")

    found = public()

    assert [surface.name for surface in found.surfaces] == ["Public API"]
    assert set(found.incidents[0].surfaces) == {"Public API", "Sign-in"}
    assert (found.overall.words, found.overall.indicator) == (
        "Sign-in is down, 1 more is touched",
        "critical",
    )
    assert "Ledger" not in repr(found)


def test_the_headline_and_the_text_below_it_are_of_one_incident(
    sign_in: Surface, api: Surface, incident: Incident, commander: Person
) -> None:
    say(incident, START, {sign_in: PARTIAL}, headline="Some sign-ins fail")
    later = START + timedelta(minutes=9)
    say(
        declared(commander),
        later,
        {api: WORKING},
        progress=Progress.RECOVERED,
        headline="The API was slow",
        impact="Everything works again.",
    )

    found = public()

    assert found.overall.words == "Sign-in is partly disrupted"
    assert found.worst is not None
    assert found.worst.headline == "Some sign-ins fail"


def test_the_headline_never_mixes_two_incidents(
    sign_in: Surface, api: Surface, incident: Incident, commander: Person
) -> None:
    say(incident, START, {sign_in: SurfaceState.MAJOR}, headline="No sign-ins")
    say(declared(commander), START + timedelta(minutes=9), {api: PARTIAL}, headline="A slow API")

    found = public()

    assert found.overall.words == "Sign-in is down"
    assert found.worst is not None
    assert (found.worst.headline, found.worst.began_at) == ("No sign-ins", START)


def test_what_came_back_began_when_readers_were_told_so(
    sign_in: Surface, incident: Incident
) -> None:
    say(incident, START, {sign_in: PARTIAL})
    over(incident, START + timedelta(minutes=20), sign_in)
    again = START + timedelta(minutes=50)
    say(incident, again, {sign_in: PARTIAL})
    say(incident, again + timedelta(minutes=5), {sign_in: PARTIAL})

    (found,) = public().incidents

    assert (found.since, found.began_at) == (START, again)


def test_what_is_old_is_left_out_unless_it_goes_on(sign_in: Surface, commander: Person) -> None:
    long_ago = NOW - timedelta(days=120)
    ended, lasting = declared(commander), declared(commander)
    say(ended, long_ago, {sign_in: PARTIAL})
    over(ended, long_ago + timedelta(hours=1), sign_in)
    say(lasting, long_ago, {sign_in: SurfaceState.DEGRADED})

    found = public()

    assert [one.since for one in found.incidents] == [long_ago]
    assert found.active == found.incidents
    assert {day.state for day in found.surfaces[0].days} == {SurfaceState.DEGRADED}


def test_a_window_shows_on_its_surfaces_while_it_is_in_progress(
    sign_in: Surface, commander: Person
) -> None:
    window = Maintenance.objects.create(
        title="Database upgrade",
        text="Invoices can be read but **not paid**.",
        starts_at=NOW + timedelta(hours=1),
        ends_at=NOW + timedelta(hours=2),
        planned_at=START,
        planned_by=commander,
        changed_at=START,
    )
    window.surfaces.add(sign_in)
    before = public()
    during = facts.site(Audience.PUBLIC, NOW + timedelta(minutes=90))
    after = facts.site(Audience.PUBLIC, NOW + timedelta(hours=2))

    assert [one.state for one in before.ahead] == [MaintenanceState.PLANNED]
    assert before.surfaces[0].state == WORKING
    assert during.surfaces[0].state == SurfaceState.MAINTENANCE
    assert during.overall.words == "Sign-in is under maintenance"
    assert after.ahead == ()
    assert after.surfaces[0].state == WORKING
    assert "<strong>not paid</strong>" in before.ahead[0].text_html


def test_it_takes_as_many_queries_however_much_was_said(
    sign_in: Surface, api: Surface, commander: Person
) -> None:
    def lived() -> None:
        one = declared(commander)
        say(one, START, {sign_in: PARTIAL})
        say(one, START + timedelta(minutes=5), {sign_in: PARTIAL, api: PARTIAL})

    lived()
    with queries() as few:
        public()
    for _ in range(5):
        lived()
    with queries() as many:
        public()

    assert len(few) == len(many) <= 7
