"""The pages of unknowns and hypotheses: for whom, what they show, what they refuse."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from incidents.actions import evidence, roles
from incidents.models import Incident, Person
from incidents.rules.evidence import Capture
from incidents.vocabulary import EvidenceKind, LaneKind, Purpose, RoleName
from kernel import clock
from lanes import actions
from lanes.models import Hypothesis, Unknown
from tests.helpers.counting import queries
from tests.helpers.decision_inputs import VERIFICATION, captured
from tests.helpers.factories import START, declared
from tests.markup import markup

LATER = START + timedelta(minutes=6)
LANE = LaneKind.INVESTIGATION

type Owners = dict[LaneKind, Person]


class Site:
    """Visits and sends as somebody, at six minutes past the declaration."""

    def __init__(self, client: Client, incident: Incident) -> None:
        self.client, self.incident = client, incident

    def get(self, person: Person, path: str, **options: Any) -> Any:
        self.client.force_login(person)
        with clock.at(LATER):
            return self.client.get(f"/{self.incident.reference}/{path}", **options)

    def page(self, person: Person, path: str) -> str:
        return markup(self.get(person, path))

    def send(self, person: Person, path: str, **said: Any) -> Any:
        self.client.force_login(person)
        with clock.at(LATER):
            return self.client.post(f"/{self.incident.reference}/{path}", said)


@pytest.fixture
def site(client: Client, staffed: Incident) -> Site:
    return Site(client, staffed)


@pytest.fixture
def asked(site: Site, commander: Person) -> Unknown:
    actor = commander.as_actor()
    return actions.raise_unknown(actor, site.incident.pk, lane=LANE, text="Which nodes?", now=START)


@pytest.fixture
def supposed(site: Site, commander: Person) -> Hypothesis:
    return actions.state_hypothesis(
        commander.as_actor(),
        site.incident.pk,
        text="The key set is stale",
        reproduction="edgectl key-age --all",
        now=START,
    )


def person_of(who: str, commander: Person, admin: Person, stranger: Person, owners: Owners):
    return {
        "owner": owners[LANE],
        "commander": commander,
        "admin": admin,
        "other owner": owners[LaneKind.MITIGATION],
        "stranger": stranger,
    }[who]


LADDER = pytest.mark.parametrize(
    ("who", "may"),
    [
        ("owner", True),
        ("commander", True),
        ("admin", True),
        ("other owner", False),
        ("stranger", False),
    ],
)


@LADDER
def test_who_may_raises_an_unknown(
    site: Site,
    commander: Person,
    admin: Person,
    stranger: Person,
    lane_owners: Owners,
    who: str,
    may: bool,
) -> None:
    person = person_of(who, commander, admin, stranger, lane_owners)
    path = "lanes/investigation/unknowns/"

    offered = [
        path in site.page(person, "lanes/investigation/"),
        "<textarea" in site.page(person, path),
    ]
    answer = site.send(person, path, text="Which nodes?")

    assert offered == [may, may]
    assert answer.status_code == (302 if may else 403)
    assert Unknown.objects.exists() == may


@LADDER
def test_who_may_resolves_it(
    site: Site,
    asked: Unknown,
    commander: Person,
    admin: Person,
    stranger: Person,
    lane_owners: Owners,
    who: str,
    may: bool,
) -> None:
    person = person_of(who, commander, admin, stranger, lane_owners)
    path = "lanes/investigation/U-1/"

    page = site.page(person, path)
    answer = site.send(person, path, resolution="Four of eu-west")

    assert "Which nodes?" in page
    assert ('name="resolution"' in page) == may
    assert answer.status_code == (302 if may else 403)
    assert Unknown.objects.open().exists() != may


@LADDER
def test_who_may_decides_a_hypothesis(
    site: Site,
    supposed: Hypothesis,
    commander: Person,
    admin: Person,
    stranger: Person,
    lane_owners: Owners,
    who: str,
    may: bool,
) -> None:
    person = person_of(who, commander, admin, stranger, lane_owners)
    captured(site.incident, stranger, START)

    page = site.page(person, "H-1/")
    said = {"verdict": "confirmed", "evidence": ["1"], "finding": "Four nodes show it"}
    answer = site.send(person, "H-1/", **said)

    assert "edgectl key-age --all" in page
    assert ('name="verdict"' in page) == may
    assert answer.status_code == (302 if may else 403)
    assert Hypothesis.objects.decided().exists() == may


PAGES = ["hypotheses/", "H-1/", "lanes/investigation/unknowns/", "lanes/investigation/U-1/"]


@pytest.mark.parametrize("path", PAGES)
def test_a_restricted_incident_hides_them_from_a_stranger(
    client: Client, commander: Person, stranger: Person, path: str
) -> None:
    hidden = declared(commander, restricted=True)
    actor = commander.as_actor()
    actions.raise_unknown(actor, hidden.pk, lane=LANE, text="Who saw it?", now=START)
    actions.state_hypothesis(actor, hidden.pk, text="An open bucket", now=START)
    site = Site(client, hidden)

    assert site.get(commander, path).status_code == 200
    assert site.get(stranger, path).status_code == 404
    assert site.send(stranger, path, text="Mine").status_code == 404


@pytest.mark.parametrize("path", PAGES)
def test_a_stakeholder_is_sent_to_the_status_page(
    site: Site, asked: Unknown, supposed: Hypothesis, stakeholder: Person, path: str
) -> None:
    assert site.get(stakeholder, path).status_code == 403


@pytest.mark.parametrize(
    "path", ["H-9/", "lanes/investigation/U-9/", "lanes/mitigation/U-1/", "lanes/press/unknowns/"]
)
def test_what_is_not_there_is_not_found(
    site: Site, asked: Unknown, commander: Person, path: str
) -> None:
    assert site.get(commander, path).status_code == 404


def test_a_refused_one_keeps_what_was_typed(site: Site, lane_owners: Owners) -> None:
    answer = site.send(lane_owners[LANE], "lanes/investigation/unknowns/", text="N / A")

    page = markup(answer)
    assert answer.status_code == 422
    assert "<code>U-TEXT</code>" in page
    assert "N / A</textarea>" in page


def test_a_refused_verdict_says_all_that_is_missing_and_keeps_what_is_ticked(
    site: Site, supposed: Hypothesis, stranger: Person, lane_owners: Owners
) -> None:
    captured(site.incident, stranger, START)
    missing = markup(site.send(lane_owners[LANE], "H-1/"))
    ticked = site.send(lane_owners[LANE], "H-1/", evidence=["1"], finding="None.")

    assert all(f"<code>HY-{code}</code>" in missing for code in ("VERDICT", "EVIDENCE", "FINDING"))
    assert 'name="evidence" value="1" checked' in markup(ticked)


def test_who_comes_second_reads_who_was_first_and_keeps_what_they_typed(
    site: Site, supposed: Hypothesis, commander: Person, lane_owners: Owners
) -> None:
    shown = captured(site.incident, commander, START)
    said = {"evidence": [shown.number], "finding": "No node shows it"}
    site.send(commander, "H-1/", verdict="ruled_out", **said)

    answer = site.send(lane_owners[LANE], "H-1/", verdict="confirmed", **said)

    page = markup(answer)
    assert answer.status_code == 422
    assert f"H-1 is ruled out already, by {commander}. State a new hypothesis instead." in page
    assert page.count("No node shows it") == 2


def test_what_was_typed_before_signing_in_again_comes_back_into_its_own_form(
    site: Site, lane_owners: Owners
) -> None:
    owner, path = lane_owners[LANE], "lanes/investigation/unknowns/"
    site.client.logout()
    site.client.post(f"/{site.incident.reference}/{path}", {"text": "Why?", "author": owner.pk})

    assert "Why?</textarea>" in site.page(owner, path)


def test_the_lane_shows_them_as_text_with_what_resolved_them(
    site: Site, asked: Unknown, stranger: Person, lane_owners: Owners
) -> None:
    owner = lane_owners[LANE].as_actor()
    shown = captured(site.incident, stranger, START)
    actions.resolve_unknown(
        owner,
        site.incident.pk,
        1,
        lane=LANE,
        resolution="<b>four</b> of eu-west",
        evidence=[shown.number],
        now=LATER,
    )
    actions.state_hypothesis(owner, site.incident.pk, text="<i>stale</i> keys", now=LATER)

    page = site.page(stranger, "lanes/investigation/")

    assert "Resolved: 1" in page
    assert "&lt;b&gt;four&lt;/b&gt; of eu-west" in page
    assert f'href="/{site.incident.reference}/evidence/E-1/">E-1</a>' in page
    assert "&lt;i&gt;stale&lt;/i&gt; keys" in page
    assert "Confirm with evidence" not in page
    assert "Hypotheses" not in site.page(stranger, "lanes/communication/")


def test_verification_shows_which_evidence_serves_as_what(site: Site, stranger: Person) -> None:
    captured(site.incident, stranger, START, VERIFICATION)
    before = Capture(kind=EvidenceKind.METRIC, text="0.2 %", purpose=Purpose.BASELINE)
    captured(site.incident, stranger, START, before)

    page = site.page(stranger, "lanes/verification/")

    checks = page[page.index('id="lane-checks"') : page.index('id="lane-evidence"')]
    titles = ("Regression test", "/E-1/", "Nothing shows yet that a rollback runs", "/E-2/")
    assert [checks.find(words) for words in titles] == sorted(checks.find(w) for w in titles)
    assert all(words in checks for words in titles)


@pytest.mark.parametrize("lane", LaneKind.values)
def test_the_page_asks_as_often_for_many_as_for_few(
    site: Site, commander: Person, lane: str
) -> None:
    actor, number = commander.as_actor(), site.incident.pk

    def live_through() -> None:
        runs = [Purpose.VERIFICATION] if lane == LaneKind.VERIFICATION else []
        for purpose in (*runs, Purpose.ROLLBACK_CHECK, Purpose.BASELINE):
            said = Capture(kind=EvidenceKind.LOG, text="0.3 %", purpose=purpose, lane=lane)
            cited = evidence.capture(actor, number, said, now=LATER).number
        for resolved in (True, False):
            row = actions.raise_unknown(actor, number, lane=lane, text="Why so?", now=LATER)
            given = actions.state_hypothesis(actor, number, text="It leaks", now=LATER)
            if resolved:
                actions.resolve_unknown(
                    actor,
                    number,
                    row.number,
                    lane=lane,
                    resolution="For this",
                    evidence=[cited],
                    now=LATER,
                )
                actions.decide_hypothesis(
                    actor,
                    number,
                    given.number,
                    verdict="confirmed",
                    evidence=[cited],
                    finding="It does",
                    now=LATER,
                )
        actions.add_note(actor, number, text="seen", lane=lane, now=LATER)

    def asks() -> int:
        with clock.at(LATER), queries() as asked:
            site.client.get(f"/{site.incident.reference}/lanes/{lane}/")
        return len(asked)

    site.client.force_login(commander)

    live_through()
    few = asks()
    for _ in range(4):
        live_through()

    assert asks() == few <= 30


def test_all_of_them_stand_on_pages_of_fifty(site: Site, commander: Person) -> None:
    actor, number = commander.as_actor(), site.incident.pk
    for n in range(1, 54):
        actions.raise_unknown(actor, number, lane=LANE, text=f"Question {n}?", now=LATER)

    lane = site.page(commander, "lanes/investigation/")
    first = site.page(commander, "lanes/investigation/unknowns/")
    second = site.page(commander, "lanes/investigation/unknowns/?page=2")

    assert [page.count("Question ") for page in (lane, first, second)] == [20, 50, 3]
    assert "53 open" in lane
    assert "All unknowns of this lane" in lane


# -- What a live page asks for -----------------------------------------------------------------


def test_a_live_page_is_given_its_sections_alone(
    site: Site, asked: Unknown, lane_owners: Owners
) -> None:
    owner = lane_owners[LANE]
    page = site.page(owner, "lanes/investigation/")
    asked_again = site.get(owner, "lanes/investigation/", headers={"HX-Request": "true"})
    part = markup(asked_again)

    assert "<html" not in part
    assert part.count("data-live-section") == page.count("data-live-section") > 10
    assert 'id="bar-brief"' in part
    assert "Which nodes?" in part


def test_the_sections_follow_who_looks(
    site: Site, commander: Person, stranger: Person, lane_owners: Owners
) -> None:
    headers = {"HX-Request": "true"}
    before = markup(site.get(stranger, "lanes/mitigation/", headers=headers))
    named = {"role": RoleName.LANE_OWNER, "lane": LaneKind.MITIGATION, "person": stranger}
    roles.assign(commander.as_actor(), site.incident.pk, now=LATER, **named)

    after = markup(site.get(stranger, "lanes/mitigation/", headers=headers))

    assert ["Raise the unknown" in part for part in (before, after)] == [False, True]
