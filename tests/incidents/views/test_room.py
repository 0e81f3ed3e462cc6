"""The room: what it shows, and that a long incident costs no more than a young one."""

from datetime import timedelta

import pytest
from django.test import Client

from incidents.actions import checkpoints, freezes, roles, voiding
from incidents.models import Incident, Person, TimelineEntry
from incidents.models.author import Authored
from incidents.views.room import FIRST
from incidents.vocabulary import RoleName
from kernel import clock
from kernel.actor import SYSTEM
from lanes import actions as lanes
from tests.helpers.counting import queries
from tests.helpers.decision_inputs import capture_evidence
from tests.helpers.factories import START, SurfaceFactory, declared
from tests.markup import markup

NOW = START + timedelta(minutes=10)
MAX_QUERIES = 25


@pytest.fixture
def inside(client: Client, commander: Person) -> Client:
    client.force_login(commander)
    return client


def fill(incident: Incident, count: int) -> None:
    """Notes by the thousand; what their hashes are does not matter to a room."""
    first = TimelineEntry.objects.filter(incident=incident).count() + 1
    TimelineEntry.objects.bulk_create(
        TimelineEntry(
            incident=incident,
            seq=seq,
            kind="note.added",
            at=NOW,
            data={"text": f"Note {seq}"},
            hash="0" * 64,
            **Authored.columns(SYSTEM),
        )
        for seq in range(first, first + count)
    )
    Incident.objects.filter(pk=incident.pk).update(last_seq=first + count - 1)


def test_a_young_room_says_what_control_lacks_and_that_no_checkpoint_is_set(
    inside: Client, incident: Incident
) -> None:
    text = markup(inside.get(incident.get_absolute_url()))

    assert "Not under control: no evidence snapshot yet" in text
    assert "No next checkpoint" in text


def test_a_lifted_freeze_is_said_to_be_lifted_and_is_no_fault(
    inside: Client, commander: Person
) -> None:
    surface = SurfaceFactory(name="Sign-in")
    incident = declared(commander, surfaces=[surface])
    fields = {"surface": surface, "now": NOW}
    actor = commander.as_actor()
    freezes.freeze(actor, incident.pk, scope="", reason="The signer is not trusted", **fields)
    freezes.lift_freeze(actor, incident.pk, reason="The audit is over", **fields)

    tab = f"{incident.get_absolute_url()}standing/freezes/"
    panel = markup(inside.get(tab)).split('id="freeze-title"')[1]
    row = panel.split("</section>")[0]

    assert "lifted T+00:10. The audit is over" in " ".join(row.split())
    assert "The audit is over" in row
    assert "is-unmet" not in row
    assert "no reason why not" not in row
    assert "change=lift" not in row


def test_a_room_that_is_over_has_no_fault_for_want_of_a_checkpoint(
    inside: Client, incident: Incident, commander: Person
) -> None:
    original = declared(commander)
    voiding.duplicate(
        commander.as_actor(), incident.pk, original=original.pk, reason="Reported twice", now=NOW
    )

    text = markup(inside.get(incident.get_absolute_url()))

    assert f"No checkpoint: {incident.reference} is duplicate" in text
    assert "An active incident needs one" not in text


def test_evidence_brings_it_under_control(
    inside: Client, incident: Incident, commander: Person
) -> None:
    capture_evidence(incident, commander, START + timedelta(minutes=3))

    text = markup(inside.get(incident.get_absolute_url()))

    assert "Under control since T+00:03" in text
    assert "Not under control" not in text


def test_an_overdue_checkpoint_is_a_fault_and_the_next_thing_to_do(
    inside: Client, incident: Incident, commander: Person
) -> None:
    due = NOW + timedelta(minutes=5)
    checkpoints.schedule(commander.as_actor(), incident.pk, due_at=due, purpose="", now=NOW)

    with clock.at(due + timedelta(minutes=2)):
        text = markup(inside.get(incident.get_absolute_url()))

    assert '<strong class="is-late">Overdue</strong> since' in text
    assert "It is overdue." in text
    assert 'data-code="K-MISSED"' not in text, "a warning that repeats the checkpoint beside it"


def test_ten_thousand_entries_cost_as_many_queries_as_ten(
    inside: Client, incident: Incident
) -> None:
    fill(incident, 10)
    inside.get(incident.get_absolute_url())
    with queries() as few:
        inside.get(incident.get_absolute_url())
    fill(incident, 10_000)

    with queries() as many:
        answer = inside.get(incident.get_absolute_url())

    assert len(many) == len(few)
    assert len(many) <= MAX_QUERIES
    assert markup(answer).count('class="timeline-entry') == FIRST


def test_older_entries_come_in_windows_without_gap_or_repeat(
    inside: Client, incident: Incident
) -> None:
    fill(incident, 250)
    seen: list[int] = []
    address = f"/{incident.reference}/timeline/"
    before = ""

    for _ in range(3):
        rows = inside.get(address, {"before": before} if before else {}).context["entries"]
        seen += [int(row.split('data-seq="')[1].split('"')[0]) for row in rows]
        before = str(seen[-1])

    newest = TimelineEntry.objects.filter(incident=incident).count()
    assert seen == list(range(newest, 0, -1))


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"lane": "mitigation"}, ["A note of mitigation"]),
        ({"kind": "Notes"}, ["A note of mitigation", "A note of no lane"]),
        ({"q": "NO LANE"}, ["A note of no lane"]),
        ({"kind": "Decisions"}, []),
        ({"lane": "nonsense", "kind": "Notes"}, ["A note of mitigation", "A note of no lane"]),
    ],
    ids=["by lane", "by kind", "by word", "nothing", "an unknown lane filters nothing"],
)
def test_the_timeline_is_filtered(
    inside: Client,
    incident: Incident,
    commander: Person,
    wanted: dict[str, str],
    found: list[str],
) -> None:
    actor = commander.as_actor()
    lanes.add_note(actor, incident.pk, text="A note of no lane", now=NOW)
    lanes.add_note(actor, incident.pk, text="A note of mitigation", lane="mitigation", now=NOW)

    rows = inside.get(f"/{incident.reference}/timeline/", wanted).context["entries"]

    notes = [note for row in rows for note in NOTES if note in row]
    assert notes == found


@pytest.mark.parametrize(
    ("text", "wanted", "found"),
    [
        ('It said "token expired" twice', '"TOKEN expired"', True),
        ("C:\\keys\\old", "c:\\KEYS\\old", True),
        ("Gemessen: 100 % _ [x].*", "100 % _ [X].*", True),
        ("Two lines\r\nof it", "lines\nof", True),
        ("Nothing of the kind", "text", False),
        ("Nothing of the kind", '"', False),
        ("Nothing of the kind", "{", False),
        ("Nothing of the kind", ".*", False),
    ],
    ids=[
        "quotes",
        "backslashes",
        "signs",
        "a line end",
        "not the name of a key",
        "not the quotes around it",
        "not the braces around it",
        "not a pattern",
    ],
)
def test_the_search_reads_what_was_said(
    inside: Client, incident: Incident, commander: Person, text: str, wanted: str, found: bool
) -> None:
    lanes.add_note(commander.as_actor(), incident.pk, text=text, now=NOW)

    rows = inside.get(f"/{incident.reference}/timeline/", {"q": wanted}).context["entries"]

    assert len(rows) == found


def test_a_search_asks_no_more_than_the_plain_page(inside: Client, incident: Incident) -> None:
    address = f"/{incident.reference}/timeline/"
    inside.get(address)
    with queries() as plain:
        inside.get(address)

    with queries() as searching:
        inside.get(address, {"q": "release"})

    assert len(searching) == len(plain)


NOTES = ["A note of mitigation", "A note of no lane"]


@pytest.mark.parametrize("before", ["", "x", "-1", "99999999999999999999"])
def test_an_odd_window_is_no_error(inside: Client, incident: Incident, before: str) -> None:
    answer = inside.get(f"/{incident.reference}/timeline/", {"before": before})

    assert answer.status_code == 200


def test_what_is_written_is_text_and_never_markup(
    inside: Client, incident: Incident, commander: Person
) -> None:
    evil = "<script>alert(1)</script><img src=x onerror=alert(1)>"
    lanes.add_note(commander.as_actor(), incident.pk, text=evil, lane="mitigation", now=NOW)

    text = markup(inside.get(incident.get_absolute_url()))

    assert "<script>alert" not in text
    assert "<img" not in text
    assert "&lt;script&gt;alert(1)" in text


def test_home_asks_as_often_for_three_incidents_as_for_one(
    inside: Client, commander: Person, incident: Incident
) -> None:
    inside.get("/")
    with queries() as once:
        inside.get("/")
    declared(commander)
    declared(commander)

    with queries() as thrice:
        answer = inside.get("/")

    assert len(thrice) == len(once)
    assert len(answer.context["rows"]) == 3


def test_home_puts_the_worst_first_and_what_waits_for_me(inside: Client, commander: Person) -> None:
    declared(commander, severity="3", title="Small")
    declared(commander, severity="1", title="Grave")

    answer = inside.get("/")

    assert [row["incident"].title for row in answer.context["rows"]] == ["Grave", "Small"]
    assert answer.context["waiting"]


def test_the_one_move_is_late_until_something_is_executed(
    inside: Client, incident: Incident
) -> None:
    with clock.at(START + timedelta(minutes=36)):
        text = markup(inside.get(incident.get_absolute_url()))

    assert "Late: no option executed yet" in text


@pytest.mark.parametrize("page", ["", "next/"], ids=["in the room", "in the block fetched later"])
def test_a_notice_that_was_seen_leads_back_to_the_room(
    client: Client, incident: Incident, commander: Person, deputy: Person, page: str
) -> None:
    roles.assign(commander.as_actor(), incident.pk, role=RoleName.DEPUTY, person=deputy, now=NOW)
    client.force_login(deputy)
    room = incident.get_absolute_url()

    text = markup(client.get(f"{room}{page}"))

    assert "You are Deputy of" in text
    assert f'name="next" value="{room}"' in text
