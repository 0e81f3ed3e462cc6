"""Beside the fields of the decision form: what is unmet, every evidence item, what is filled in."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.test import Client

from incidents.models import Decision, Surface, SurfaceOption
from incidents.views import decision_page
from incidents.vocabulary import Option
from kernel import clock
from tests.helpers.decision_inputs import capture_evidence, decision_form_data
from tests.helpers.decision_run import DecisionRun
from tests.markup import markup

pytestmark = pytest.mark.django_db


@pytest.fixture
def room(executing: DecisionRun, client: Client) -> Iterator[Client]:
    client.force_login(executing.commander)
    with clock.at(executing.now):
        yield client


def form_data(run: DecisionRun, **fields: object) -> dict[str, object]:
    return decision_form_data(run.cited, run.executor, run.verifier, **fields)


OWN = {
    "option": "own",
    "choice": "",
    "own_name": "Fail back to Frankfurt",
    "own_reach": "reversible",
    "own_reach_reason": "Traffic is sent back within a minute",
    "nearest_step": "rollback",
    "rejected_rollback": "The release is not the cause",
    "alternative_name": ["Add replicas", "", "Restart"],
    "alternative_reason": ["They fill with the same error", "", "It comes back"],
}


def test_an_own_option_is_decided_with_what_else_was_thought_of(
    room: Client, executing: DecisionRun
) -> None:
    answer = room.post(f"/{executing.incident.reference}/CP-1/", form_data(executing, **OWN))

    assert answer.status_code == 302
    decision = Decision.objects.get()
    assert (decision.title, decision.choice) == ("Fail back to Frankfurt", "rollback")
    others = decision.rejected.filter(option=Option.OWN).values_list("name", "reason")
    assert set(others) == {
        ("Add replicas", "They fill with the same error"),
        ("Restart", "It comes back"),
    }


def test_a_refusal_and_its_draft_keep_the_own_option(room: Client, executing: DecisionRun) -> None:
    page = f"/{executing.incident.reference}/CP-1/"

    refused = room.post(page, form_data(executing, **(OWN | {"scope": "", "own_reach": ""})))
    back = room.get(page)

    assert [v.field for v in refused.context["form"].violations] == ["scope", "own_reach"]
    for answer in (refused, back):
        form = answer.context["form"]
        assert (form.is_own, form["own_name"].value()) == (True, OWN["own_name"])
        assert ("Restart", "It comes back") in form.alternatives


def test_an_own_option_half_filled_in_is_judged_too(room: Client, executing: DecisionRun) -> None:
    page = f"/{executing.incident.reference}/CP-1/unmet/"

    answer = room.post(page, form_data(executing, **(OWN | {"own_reach": ""})))

    assert answer.status_code == 200
    assert "Say how far it can be undone" in markup(answer)


def test_one_that_a_surface_keeps_ready_is_one_press(room: Client, executing: DecisionRun) -> None:
    surface = Surface.objects.create(name="Ready", slug="ready")
    executing.incident.surfaces.add(surface)
    SurfaceOption.objects.create(
        surface=surface, name="Pause jobs", reach="reversible", reach_reason="Started again at once"
    )
    page = f"/{executing.incident.reference}/CP-1/"
    offered = room.get(page).context["form"].offered
    value = next(offer.value for offer in offered if offer.own)

    chosen = {"option": value, "choice": "", "deviation_reason": "Nothing else stops the queue"}
    room.post(page, form_data(executing, rejected_rollback="It is not the release", **chosen))

    assert Decision.objects.get().own_name == "Pause jobs"


def test_what_is_unmet_is_told_without_writing_anything(
    room: Client, executing: DecisionRun
) -> None:
    page = f"/{executing.incident.reference}/CP-1/"
    before = executing.incident.timeline.count()

    answer = room.post(f"{page}unmet/", form_data(executing, why_now="", confidence="", scope="-"))

    text = markup(answer)
    for field in ("why_now", "confidence", "scope"):
        assert f'href="#id_{field}"' in text
    assert "Still unmet: 3" in text
    assert "Full rollback" in text
    assert "Nothing is unmet" in markup(room.post(f"{page}unmet/", form_data(executing)))
    assert executing.incident.timeline.count() == before
    assert not Decision.objects.exists()


def test_every_evidence_item_can_be_found_and_stays_ticked(
    room: Client, executing: DecisionRun
) -> None:
    count = decision_page.NEWEST_EVIDENCE + decision_page.PAGE_SIZE + 3
    for _ in range(count):
        capture_evidence(executing.incident, executing.commander, executing.now)
    page = f"/{executing.incident.reference}/CP-1/"

    refused = room.post(page, form_data(executing, scope="", evidence=["1"]))
    numbers = [item.number for item in refused.context["evidence"]]
    assert numbers[0] == 1
    assert 'value="1"' in markup(refused)

    before = refused.context["older_before"]
    found = list(numbers)
    while before:
        older = room.get(f"{page}evidence/", {"before": before, "shown": "1"})
        rows = [item.number for item in older.context["evidence"]]
        found += rows
        before = rows[-1] if older.context["has_more"] else 0
    assert sorted(found) == list(range(1, executing.incident.evidence.count() + 1))

    searched = room.get(f"{page}evidence/", {"q": "E-2"})
    assert 2 in [item.number for item in searched.context["evidence"]]
    assert not room.get(f"{page}evidence/", {"q": "no such thing"}).context["evidence"]


def test_what_still_holds_is_carried_and_marked_until_it_is_touched(
    room: Client, executing: DecisionRun
) -> None:
    executing.decide(Option.ROLLBACK, choice="rollback")
    with clock.at(executing.now + timedelta(minutes=1)):
        page = room.get(f"/{executing.incident.reference}/CP-2/")
        form = page.context["form"]
        assert form["scope"].value() == "Sign-in in all regions"
        assert form.fields["scope"].origin == "from D-1"
        assert form["rejected_flag"].value() == "The flag does not cover the signer"
        assert not form["reversibility"].value()
        assert "Begin blank instead" in markup(page)

        touched = room.post(
            f"/{executing.incident.reference}/CP-2/",
            form_data(executing, scope="Europe", option=""),
        )
        assert touched.context["form"].fields["scope"].origin == ""
        blank = room.get(f"/{executing.incident.reference}/CP-2/?blank=1").context["form"]
        assert not blank["rejected_flag"].value()
