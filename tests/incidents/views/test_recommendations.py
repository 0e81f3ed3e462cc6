"""Recommending at its door, and the page of a recommendation."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from incidents.actions import checkpoints, roles
from incidents.models import Incident, Person
from incidents.vocabulary import LaneKind, RecommendationState, RoleName
from kernel import clock
from tests.helpers.decision_inputs import capture_evidence
from tests.helpers.factories import START
from tests.helpers.recommendations import Owners
from tests.markup import markup

NOW = START + timedelta(minutes=10)
INVESTIGATION, MITIGATION = LaneKind.INVESTIGATION, LaneKind.MITIGATION

type Visit = Callable[..., Any]


@pytest.fixture(autouse=True)
def _time() -> Iterator[None]:
    with clock.at(NOW):
        yield


@pytest.fixture
def at(client: Client, staffed: Incident) -> Visit:
    """What somebody is answered at an address of the incident; with fields, they send them."""

    def answer(person: Person, path: str, /, **said: Any) -> Any:
        client.force_login(person)
        address = f"{staffed.get_absolute_url()}{path}"
        return client.post(address, said) if said else client.get(address)

    return answer


def filled(recommending: Owners, **other: Any) -> dict[str, Any]:
    return {
        "lane": "mitigation",
        "option": "rollback",
        "option_detail": "to 4be90a7",
        "reasons": "It takes the cause away",
        "evidence": [recommending.cited.number],
        "reversibility": "4",
        "blast_radius": "2",
    } | other


# -- The form ----------------------------------------------------------------------------------


def test_the_owner_recommends_and_is_led_to_the_room(
    at: Visit, staffed: Incident, recommending: Owners
) -> None:
    owner = recommending.owners[MITIGATION]

    answer = at(owner, "recommend/", **filled(recommending))

    assert (answer.status_code, answer["Location"]) == (302, staffed.get_absolute_url())
    made = staffed.recommendations.get()
    assert (made.lane, made.title) == ("mitigation", "Full rollback: to 4be90a7")
    assert (made.actor, made.reversibility, made.blast_radius) == (owner, 4, 2)


def test_a_blank_form_is_told_everything_at_once(
    at: Visit, staffed: Incident, recommending: Owners
) -> None:
    answer = at(recommending.owners[MITIGATION], "recommend/", lane="mitigation")

    page = markup(answer)
    assert answer.status_code == 422
    for code in ("R-OPTION", "R-REASONS", "R-EVIDENCE", "R-SCORES"):
        assert f"<code>{code}</code>" in page
    assert not staffed.recommendations.exists()


def test_a_refused_form_keeps_what_was_chosen(at: Visit, recommending: Owners) -> None:
    said = filled(recommending, reasons="N / A", option_detail="to the last good one")

    page = markup(at(recommending.owners[MITIGATION], "recommend/", **said))

    assert "“N / A” does not say why." in page
    assert 'value="to the last good one"' in page
    for name, value in (("option", "rollback"), ("evidence", recommending.cited.number)):
        assert f'name="{name}" value="{value}" checked' in page
    assert page.count(" checked") == 4


@pytest.mark.parametrize(
    "other",
    [
        {"lane": "investigation"},
        {"lane": "nowhere"},
        {"reversibility": "6"},
        {"blast_radius": "0"},
        {"option_detail": "x" * 201},
        {"evidence": ["9" * 30]},
        {"option": "\x00"},
    ],
    ids=["another's lane", "no lane", "6", "0", "too long", "no such evidence", "odd option"],
)
def test_what_the_page_never_sends_is_refused(
    at: Visit, staffed: Incident, recommending: Owners, other: dict[str, Any]
) -> None:
    answer = at(recommending.owners[MITIGATION], "recommend/", **filled(recommending, **other))

    assert answer.status_code == 422
    assert not staffed.recommendations.exists()


def test_who_owns_several_lanes_says_for_which(
    at: Visit, staffed: Incident, recommending: Owners, commander: Person
) -> None:
    owner = recommending.owners[MITIGATION]
    one = markup(at(owner, "recommend/"))
    roles.assign(
        commander.as_actor(),
        staffed.pk,
        role=RoleName.LANE_OWNER,
        lane=LaneKind.VERIFICATION,
        person=owner,
        now=NOW,
    )

    several = markup(at(owner, "recommend/?lane=verification"))

    assert '<input type="hidden" name="lane" value="mitigation">' in one
    assert '<option value="verification" selected>' in several
    assert '<option value="mitigation">' in several
    assert '<option value="investigation">' not in several


@pytest.mark.parametrize(
    ("who", "status"),
    [("commander", 403), ("admin", 403), ("stranger", 403), ("stakeholder", 403), ("", 302)],
)
def test_who_owns_no_lane_does_not_recommend(
    request: pytest.FixtureRequest, client: Client, staffed: Incident, who: str, status: int
) -> None:
    if who:
        client.force_login(request.getfixturevalue(who))

    assert client.get(f"/{staffed.reference}/recommend/").status_code == status


def test_what_was_ticked_is_back_after_the_session_ended(
    client: Client, staffed: Incident, recommending: Owners, commander: Person
) -> None:
    for _ in range(11):
        capture_evidence(staffed, commander, NOW)
    owner, address = recommending.owners[MITIGATION], f"/{staffed.reference}/recommend/"
    said = filled(recommending, evidence=[3, 12], author=owner.pk)
    client.post(address, said)
    client.force_login(owner)

    page = markup(client.get(address))

    ticked = [n for n in range(1, 13) if f'name="evidence" value="{n}" checked' in page]
    assert ticked == [3, 12]
    assert "What you had typed is back" in page


# -- Its page ----------------------------------------------------------------------------------


def test_its_page_shows_reasons_evidence_and_scores(
    at: Visit, stranger: Person, recommending: Owners
) -> None:
    recommending.recommend(MITIGATION, "rollback")

    page = markup(at(stranger, "R-1/"))

    for words in ("R-1: Full rollback: to 4be90a7", "It takes the cause away", "E-1 "):
        assert words in page
    assert "Scores of R-1" in page
    assert "Withdraw" not in page


def test_its_page_tells_of_its_contradiction(
    at: Visit, stranger: Person, staffed: Incident, opposed: Owners
) -> None:
    during = markup(at(stranger, "R-1/"))
    opposed.withdraw(2, opposed.owners[INVESTIGATION])

    afterwards = markup(at(stranger, "R-1/"))

    assert f'<a href="{staffed.get_absolute_url()}#contradiction">Open</a>' in during
    assert "Scores of R-1 in X-1" in during
    assert "Only R-1 is left." in afterwards
    assert "in X-1</caption>" not in afterwards


@pytest.mark.parametrize("who", ["author", "commander", "admin"])
def test_the_author_and_the_commander_withdraw_it_there(
    request: pytest.FixtureRequest, at: Visit, staffed: Incident, recommending: Owners, who: str
) -> None:
    recommending.recommend(MITIGATION, "rollback")
    author = recommending.owners[MITIGATION]
    person = author if who == "author" else request.getfixturevalue(who)

    unsaid = at(person, "R-1/", reason="None.")
    answer = at(person, "R-1/", reason="The cause is another")

    assert "Withdraw it" in markup(unsaid)
    assert (unsaid.status_code, answer.status_code) == (422, 302)
    assert staffed.recommendations.get().state == RecommendationState.WITHDRAWN
    assert "Withdraw it" not in markup(at(person, "R-1/"))


def test_others_do_not(at: Visit, staffed: Incident, stranger: Person, opposed: Owners) -> None:
    for person in (stranger, opposed.owners[INVESTIGATION]):
        assert at(person, "R-1/", reason="The cause is another").status_code == 403

    assert staffed.recommendations.open().count() == 2


def test_there_is_no_page_of_what_nobody_recommended(at: Visit, stranger: Person) -> None:
    assert [at(stranger, f"R-{n}/").status_code for n in (1, "9" * 30)] == [404, 404]


# -- What goes together ------------------------------------------------------------------------


def test_both_owners_say_so_on_one_page_and_take_it_back(
    at: Visit, staffed: Incident, recommending: Owners, stranger: Person
) -> None:
    recommending.recommend(MITIGATION, "hotfix", option_detail="restart")
    recommending.recommend(INVESTIGATION, "hotfix", option_detail="rebuild")
    first, second = (recommending.owners[lane] for lane in (MITIGATION, INVESTIGATION))

    assert "together/" in markup(at(first, ""))
    assert 'name="mine"' not in markup(at(stranger, "together/"))
    assert 'name="mine" value="1"' in markup(at(first, "together/"))
    assert at(first, "together/", mine=1, other=2, note="Other hosts").status_code == 302
    page = markup(at(second, "together/"))
    assert "says that they go together" in page
    assert "has not said so" in page
    assert at(second, "together/", mine=2, other=1).status_code == 302

    assert not staffed.contradictions.open().exists()
    assert "They go together" in markup(at(second, "R-1/"))
    page = markup(at(first, "timeline/"))
    assert "R-2 and R-1 go together, say both owners." in page
    assert "Other hosts" in page
    assert at(second, "together/", mine=2, other=1, apart="1").status_code == 302
    assert staffed.contradictions.open().exists()
    assert at(first, "together/", mine=1, other=2).status_code == 422


# -- To a lane ---------------------------------------------------------------------------------


def test_to_a_lane_its_owner_adopts_it_or_declines_it(
    at: Visit, staffed: Incident, recommending: Owners, stranger: Person
) -> None:
    owner, path = recommending.owners[MITIGATION], "propose/"
    first = at(stranger, path, **filled(recommending))
    assert (first.status_code, "Take part in" in markup(first)) == (422, True)
    roles.join(stranger.as_actor(), staffed.pk, now=NOW)

    assert "Recommend to a lane" in markup(at(stranger, path))
    assert at(stranger, path, **filled(recommending)).status_code == 302

    assert "R-1, Full rollback: to 4be90a7" in markup(at(stranger, ""))
    assert "waits to be adopted" in markup(at(owner, "lanes/mitigation/"))
    assert "It waits for the owner of the lane" in markup(at(stranger, "R-1/"))
    assert "Adopt it, or decline it" in markup(at(owner, "R-1/"))
    assert at(stranger, "R-1/answer/").status_code == 403
    assert at(owner, "R-1/answer/", verdict="decline", reason="").status_code == 422
    assert "It takes the cause away" in markup(at(owner, "R-1/answer/"))
    assert at(owner, "R-1/answer/", verdict="adopt").status_code == 302
    assert f"adopted by {owner}" in markup(at(stranger, ""))
    assert at(owner, "R-1/answer/").status_code == 302
    assert at(owner, "R-1/answer/", verdict="decline", reason="Too slow").status_code == 422


# -- In the decision form ----------------------------------------------------------------------


def decide_page(at: Visit, staffed: Incident, commander: Person, **said: Any) -> Any:
    if not staffed.checkpoints.exists():
        due = NOW + timedelta(minutes=20)
        checkpoints.schedule(
            commander.as_actor(), staffed.pk, due_at=due, purpose="Which way", now=NOW
        )
    return at(commander, said.pop("path", "CP-1/"), **said)


def test_the_decision_form_compares_the_sides_and_begins_with_their_reasons(
    at: Visit, staffed: Incident, opposed: Owners, commander: Person
) -> None:
    page = markup(decide_page(at, staffed, commander))

    assert page.count('class="side-card"') == 2
    assert page.count("Easier to undo</span>") == 1
    assert 'name="option" value="rollback"' in page
    assert page.count('name="option" value="hotfix"') == 1
    assert "Investigation Owner recommends Targeted hotfix: pin the keys" in page
    assert "from R-2" in page
    flag, hotfix = (
        decide_page(
            at, staffed, commander, path="CP-1/unmet/", option=option, score_1_reversibility="1"
        )
        for option in ("rollback", "hotfix")
    )
    assert "no-proof-asked" not in markup(flag)
    assert "no-proof-asked" in markup(hotfix)
    turned = decide_page(
        at,
        staffed,
        commander,
        path="CP-1/unmet/",
        option="rollback",
        score_1_reversibility="5",
        score_2_reversibility="1",
    )
    assert "Easier to undo by both scores: R-1" in markup(turned)


def test_between_two_targets_of_one_option_a_card_is_chosen(
    at: Visit, staffed: Incident, recommending: Owners, commander: Person
) -> None:
    recommending.recommend(MITIGATION, "rollback", option_detail="to 4be90a7", reversibility=5)
    recommending.recommend(INVESTIGATION, "rollback", option_detail="to 31d07c2", reversibility=2)

    page = markup(decide_page(at, staffed, commander))
    answer = decide_page(at, staffed, commander, path="CP-1/unmet/", option="side_1")

    assert 'name="option" value="side_1"' in page
    assert "Full rollback" in markup(answer)
    assert "choose what it is about" not in markup(answer)
    assert "name which one exactly" not in markup(answer)
