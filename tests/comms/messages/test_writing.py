"""The pages on which messages are written: drafted, previewed, refused with everything kept."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from comms.actions import lapses
from comms.due import LAPSED
from comms.messages.message_log import message_log
from comms.models import Escalation, LeadershipNote, MessageDraft, Update
from incidents.models import Incident, Person
from incidents.vocabulary import Group, LaneKind, Option
from kernel import clock
from tests.helpers.counting import queries
from tests.helpers.decision_run import DecisionRun
from tests.helpers.factories import START, PersonFactory, SurfaceFactory, declared
from tests.helpers.messages import published
from tests.markup import markup

NOW = START + timedelta(minutes=10)


@pytest.fixture
def impacted(commander: Person) -> Incident:
    return declared(commander, surfaces=[SurfaceFactory(name="Sign-in")])


def typed(incident: Incident, **other: Any) -> dict[str, Any]:
    """A stakeholder update as the browser sends it."""
    states = {f"surface_{one.pk}": "partial_outage" for one in incident.surfaces.all()}
    return {
        "audience": "public",
        "progress": "mitigating",
        "headline": "Some people cannot sign in",
        "impact": "Signing in fails for one person in three.",
        "mitigation": "We switch off the part that causes it.",
        "unknown_1": "Whether trying again helps",
        "next_at": "+20",
        **states,
        **other,
    }


class Desk:
    def __init__(self, client: Client, incident: Incident, person: Person) -> None:
        self.client, self.incident = client, incident
        client.force_login(person)

    def get(self, path: str = "update/") -> str:
        with clock.at(NOW):
            answer = self.client.get(f"/{self.incident.reference}/{path}")
        assert answer.status_code == 200
        return markup(answer)

    def post(self, path: str = "update/", /, status: int = 302, **said: Any) -> Any:
        with clock.at(NOW):
            answer = self.client.post(f"/{self.incident.reference}/{path}", said)
        assert answer.status_code == status
        return answer


@pytest.fixture
def desk(client: Client, impacted: Incident, commander: Person) -> Desk:
    return Desk(client, impacted, commander)


def test_an_update_is_published_and_leads_to_the_room(desk: Desk) -> None:
    answer = desk.post(**typed(desk.incident))

    assert answer.url == desk.incident.get_absolute_url()
    made = Update.objects.get()
    assert (made.unknowns, made.next_at) == (
        ["Whether trying again helps"],
        NOW + timedelta(minutes=20),
    )
    assert "Some people cannot sign in" in desk.get("updates/1/")


def test_a_refusal_keeps_what_was_typed_and_lists_everything(desk: Desk) -> None:
    said = typed(desk.incident, impact="none", next_at="+62", headline="SEV-1 for Sign-in")

    page = markup(desk.post(status=422, **said))

    assert "Not published yet: 3 things are unmet" in page
    for code in ("U-IMPACT", "U-NEXT", "U-PLAIN"):
        assert f"<code>{code}</code>" in page
    assert 'value="SEV-1 for Sign-in"' in page
    assert 'value="+62"' in page
    assert not Update.objects.exists()


def test_a_time_that_cannot_be_read_is_said_once(desk: Desk) -> None:
    page = markup(desk.post(status=422, **typed(desk.incident, next_at="soon")))

    assert page.count("Write a time such as 14:08, +25 (minutes)") == 2


def test_what_was_refused_comes_back_as_the_draft(desk: Desk) -> None:
    desk.post(status=422, **typed(desk.incident, impact="none", mitigation="We look again"))

    page = desk.get()

    assert "Your draft of" in page
    assert "We look again" in page


def test_a_draft_saves_itself_and_is_its_authors_alone(
    desk: Desk, client: Client, admin: Person, commander: Person
) -> None:
    saved = desk.post("update/draft/", status=200, **typed(desk.incident, impact="Typed so far"))
    assert saved.json() == {"saved_at": NOW.isoformat()}

    other = Desk(client, desk.incident, admin).get()
    mine = Desk(client, desk.incident, commander).get()

    assert "Typed so far" not in other
    assert "Typed so far" in mine
    assert MessageDraft.objects.get().author == commander


def test_keeping_the_draft_needs_no_script(desk: Desk) -> None:
    answer = desk.post(**typed(desk.incident, impact="Typed so far"), keep="1")

    assert answer.url == f"/{desk.incident.reference}/update/"
    assert not Update.objects.exists()
    assert "Typed so far" in desk.get()


def test_the_preview_is_what_is_typed_and_keeps_nothing(desk: Desk) -> None:
    said = typed(desk.incident, impact="It is **slow** <script>alert(1)</script>", headline="A & B")

    page = markup(desk.post("update/preview/", status=200, **said))

    assert "It is <strong>slow</strong> &lt;script&gt;" in page
    assert "A &amp; B" in page
    assert "Sign-in, since" in page
    assert not MessageDraft.objects.exists()


@pytest.mark.parametrize("kind", ["update", "escalation", "leadership"])
def test_a_preview_of_nothing_is_shown_too(desk: Desk, kind: str) -> None:
    assert "…" in markup(desk.post(f"{kind}/preview/", status=200))


def test_the_first_draft_comes_from_the_facts(
    client: Client, commander: Person, lane_owners: dict[LaneKind, Person]
) -> None:
    incident = declared(commander, surfaces=[SurfaceFactory(name="Sign-in")])
    executing = DecisionRun(incident, commander, lane_owners, START + timedelta(minutes=2))
    executing.decide(Option.FLAG)

    page = Desk(client, incident, commander).get()

    assert 'value="Problems with Sign-in"' in page
    assert "We are switching off the part that causes it." in page
    assert 'value="mitigating" checked' in page
    assert f'href="/{incident.reference}/D-1/">D-1</a>' in page


def test_an_escalation_names_the_checkpoint_of_the_decision_and_the_next_one_apart(
    client: Client, commander: Person, lane_owners: dict[LaneKind, Person]
) -> None:
    incident = declared(commander)
    executing = DecisionRun(incident, commander, lane_owners, START + timedelta(minutes=2))
    executing.decide(Option.FLAG)

    page = Desk(client, incident, commander).get("escalation/")

    assert "decided at CP-1: not started. The next checkpoint is CP-2." in page


def test_the_next_draft_begins_with_the_last_words(desk: Desk, commander: Person) -> None:
    published(commander, desk.incident, START + timedelta(minutes=2), headline="Slow sign-in")

    page = desk.get()

    assert "Stakeholder update 2" in page
    assert "So far" not in page
    assert 'value="Slow sign-in"' in page
    assert ">update 1</a>" in page


def test_a_correction_begins_with_what_was_said(desk: Desk, commander: Person) -> None:
    published(commander, desk.incident, START + timedelta(minutes=2), impact="One in three fails")

    page = desk.get("update/?corrects=1")
    desk.post(**typed(desk.incident, corrects="1", correction="It was one in thirty"))

    assert "This corrects" in page
    assert "One in three fails" in page
    old, new = desk.get("updates/1/"), desk.get("updates/2/")
    assert "It was one in thirty" in old
    assert "Correct this" not in old
    assert "Corrects" in new
    assert "Correct this" in new


def test_a_refused_correction_still_says_what_it_corrects(desk: Desk, commander: Person) -> None:
    published(commander, desk.incident, START)

    said = typed(desk.incident, corrects="1", correction="none")
    page = markup(desk.post(status=422, **said))

    assert "U-CORRECTS" in page
    assert f'This corrects <a href="/{desk.incident.reference}/updates/1/">update 1</a>' in page


@pytest.mark.parametrize("corrects", ["7", "x", "0", "9" * 12])
def test_correcting_what_is_not_there_is_a_new_one(desk: Desk, corrects: str) -> None:
    assert "This corrects" not in desk.get(f"update/?corrects={corrects}")


def test_an_escalation_is_sent_and_copied_as_text(desk: Desk, commander: Person) -> None:
    said = {
        "summary": "Auth token failure",
        "impact": "31 % of sign-ins",
        "decision": "The flag goes off",
        "ask": "Approve edge access",
        "next_at": "+20",
        "owner": commander.pk,
    }

    desk.post("escalation/", **said)

    assert Escalation.objects.get().owner == commander
    assert desk.get("escalations/1/text/") == (
        "[INCIDENT][SEV-1] Auth token failure\n"
        "Impact: 31 % of sign-ins\n"
        "Current decision: The flag goes off\n"
        "Immediate ask: Approve edge access\n"
        "Next update: 2026-03-05 14:30 UTC, T+00:30\n"
        "Owner: Commander\n"
    )


def test_an_update_is_copied_as_text(desk: Desk, commander: Person) -> None:
    published(commander, desk.incident, START, headline="Some sign-ins fail", mitigation="We look.")

    assert desk.get("updates/1/text/") == (
        "Some sign-ins fail\n"
        "Status: Investigating\n"
        "Customer impact: Signing in fails for about one person in three. Sessions that are open"
        " stay.\n"
        "Current mitigation: We look.\n"
        "Known unknowns: Whether trying again helps\n"
        "Next committed update: 2026-03-05 14:20 UTC, T+00:20\n"
    )


def test_what_goes_to_nobody_says_so(desk: Desk) -> None:
    alone = desk.get("escalation/")
    PersonFactory(groups=[Group.ADMIN])

    assert "This goes to nobody" in alone
    assert "This goes to nobody" not in desk.get("escalation/")
    assert "This goes to nobody" not in desk.get("update/")


def test_a_note_is_sent_and_copied_as_markdown(desk: Desk, commander: Person) -> None:
    said = {
        "happened": "A *bad* release",
        "path": "The flag is fastest",
        "confidence": "2",
        "uncertain": "Old sessions",
        "need": "nothing for now",
        "owner": commander.pk,
    }

    desk.post("leadership/", **said)

    assert LeadershipNote.objects.get().need == "nothing for now"
    assert desk.get("leadership/1/text/") == (
        "### Incident Leadership Note\n"
        "- What happened: A \\*bad\\* release\n"
        "- Why this decision path was chosen: The flag is fastest\n"
        "- Current confidence level (L1/L2/L3): L2 partial evidence\n"
        "- What remains uncertain: Old sessions\n"
        "- What we need from leadership: nothing for now\n"
        "- Owner for next 24h watch: Commander\n"
    )


@pytest.mark.parametrize("path", ["escalation/", "leadership/"])
def test_the_others_are_refused_with_everything_kept(desk: Desk, path: str) -> None:
    page = markup(desk.post(path, status=422, impact="Many people", happened="Much"))

    assert "Not published yet" in page
    assert "Many people" in page or "Much" in page


def test_only_who_speaks_for_the_incident_may_write(
    client: Client, staffed: Incident, lane_owners: dict[LaneKind, Person]
) -> None:
    client.force_login(lane_owners[LaneKind.COMMUNICATION])
    assert client.get(f"/{staffed.reference}/update/").status_code == 200

    client.force_login(lane_owners[LaneKind.MITIGATION])
    assert client.get(f"/{staffed.reference}/update/").status_code == 403


def test_a_restricted_incident_offers_its_participants_alone(
    client: Client, commander: Person
) -> None:
    incident = declared(commander, restricted=True)

    page = Desk(client, incident, commander).get()

    assert 'value="participants" checked' in page
    assert 'value="public"' not in page


def test_much_that_was_said_costs_no_more_queries(desk: Desk, commander: Person) -> None:
    published(commander, desk.incident, START)
    desk.get()
    with queries() as few:
        desk.get()
    for minute in range(1, 5):
        published(commander, desk.incident, START + timedelta(minutes=minute))
    with queries() as many:
        page = desk.get()

    assert len(few) == len(many) <= 45
    assert "So far: every 1 minute on average." in page
    assert page.count("T+00:0") >= 5


def test_a_lapse_is_explained_on_its_page(desk: Desk, commander: Person) -> None:
    made = published(commander, desk.incident, START)
    lapses.remind(made.incident_id, made.pk, LAPSED, now=START + timedelta(minutes=26))

    assert "Say why" in desk.get("updates/1/")
    refused = markup(desk.post("updates/1/late/", status=422, explanation="none"))
    answer = desk.post("updates/1/late/", explanation="We waited for a decision")

    assert "U-EXPLAIN" in refused
    assert answer.url == desk.incident.get_absolute_url()
    assert "We waited for a decision" in desk.get("updates/1/")
    assert "Explained" in desk.get("updates/1/late/")


def test_what_did_not_lapse_has_nothing_to_explain(desk: Desk, commander: Person) -> None:
    published(commander, desk.incident, START)

    assert desk.client.get(f"/{desk.incident.reference}/updates/1/late/").status_code == 404


@pytest.mark.parametrize("path", ["updates/7/", "escalations/1/", "leadership/1/text/"])
def test_what_was_never_said_is_not_found(desk: Desk, path: str) -> None:
    assert desk.client.get(f"/{desk.incident.reference}/{path}").status_code == 404


def test_the_lane_lists_what_was_said_in_a_window(desk: Desk, commander: Person) -> None:
    for minute in range(12):
        published(commander, desk.incident, START + timedelta(minutes=minute))

    page = desk.get("lanes/communication/")

    assert page.count("/updates/") == 10
    assert "2 more" in page


def test_what_was_said_later_is_not_in_the_past(desk: Desk, commander: Person) -> None:
    published(commander, desk.incident, START)
    published(commander, desk.incident, START + timedelta(minutes=5))

    early = message_log(desk.incident, START + timedelta(minutes=2))

    assert [one.message.number for one in early.rows] == [1]
    assert message_log(desk.incident).total == 2


@pytest.mark.parametrize("odd", ["-5", "0", "9" * 30, "1.5", "x", "١"], ids=repr)
def test_an_odd_number_corrects_nothing(desk: Desk, commander: Person, odd: str) -> None:
    said = typed(desk.incident, corrects=odd, correction="It was wrong")

    desk.post(status=422, **said)
    desk.post("update/preview/", status=200, **said)
    desk.post("update/draft/", status=200, **said)
    desk.get()

    assert not Update.objects.exists()
