"""The page of a decision and what is done there: signing, withdrawing, executing, verifying."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.test.utils import CaptureQueriesContext

from incidents.facts.signed_record import content_hash
from incidents.models import Person
from incidents.vocabulary import ExecutionState, Option, Purpose, RoleName
from kernel import clock
from tests.helpers.counting import queries
from tests.helpers.decision_inputs import PRECHECK, VERIFICATION
from tests.helpers.decision_run import DecisionRun
from tests.helpers.factories import declared
from tests.markup import markup

type Visit = Callable[..., Any]


@pytest.fixture
def at(client: Client) -> Visit:
    """What somebody is answered at an address of D-1; with fields, they send them."""

    def answer(given: DecisionRun, person: Person, path: str = "", /, **said: Any) -> Any:
        client.force_login(person)
        given.now += timedelta(minutes=1)
        address = f"{given.incident.get_absolute_url()}D-1/{path}"
        with clock.at(given.now):
            return client.post(address, said) if said else client.get(address)

    return answer


def text(answer: Any) -> str:
    return str(markup(answer))


SENT = {"once": ""}
"""A form with nothing to fill in."""


# -- Signing -----------------------------------------------------------------------------------


def test_who_is_asked_reads_signs_and_sees_it_signed(
    at: Visit, ledger: DecisionRun, data_owner: Person
) -> None:
    made = ledger.decide()
    page = text(at(ledger, data_owner))

    answer = at(ledger, data_owner, "sign/", role="data_owner", seen=content_hash(made))

    assert "Sign as data owner" in page
    assert f'name="seen" value="{content_hash(made)}"' in page
    assert "Signature missing</strong> Data Owner, data owner" in page
    assert (answer.status_code, answer["Location"]) == (302, made.get_absolute_url())
    assert ledger.read().execution.state == ExecutionState.DECIDED
    after = text(at(ledger, data_owner))
    assert "Data Owner as data owner" in after
    assert "Sign as" not in after
    assert "Signature missing" not in after


def test_others_see_who_is_missing_and_no_button(
    at: Visit, ledger: DecisionRun, commander: Person, stranger: Person
) -> None:
    ledger.decide()

    for person in (commander, stranger):
        page = text(at(ledger, person))
        assert "Signature missing</strong> Data Owner, data owner" in page
        assert "Sign as" not in page


def test_nobody_named_is_said_with_a_link_to_name_one(
    at: Visit, commander: Person, lane_owners: Any
) -> None:
    incident = declared(commander, scenario="billing-state-mismatch")
    nobody = DecisionRun(incident, commander, lane_owners)
    nobody.decide()

    page = text(at(nobody, commander))

    assert (
        f'<a href="/{incident.reference}/roles/?who=data_owner">The data owner: nobody is named'
        in page
    )


def test_what_changed_while_it_was_read_is_shown_again(
    at: Visit, ledger: DecisionRun, data_owner: Person
) -> None:
    seen = content_hash(ledger.decide())
    ledger.change(scope="All regions")

    answer = at(ledger, data_owner, "sign/", role="data_owner", seen=seen)

    page = text(answer)
    assert answer.status_code == 422
    assert "D-1 is not what you read any more: read it again, then sign." in page
    assert "The record is not the one that was signed" in page
    assert f'name="seen" value="{content_hash(ledger.read())}"' in page


def test_every_reason_against_a_signature_is_shown(
    at: Visit, ledger: DecisionRun, data_owner: Person
) -> None:
    ledger.decide()

    page = text(at(ledger, data_owner, "sign/", role="commander", seen="0" * 64))

    for words in ("You do not hold the role commander now", "has signed already", "read it again"):
        assert words in page


# -- Withdrawing -------------------------------------------------------------------------------


def test_the_commander_withdraws_it_with_a_reason(
    at: Visit, ledger: DecisionRun, commander: Person
) -> None:
    ledger.decide()

    unsaid = at(ledger, commander, "withdraw/", reason="N / A")
    answer = at(ledger, commander, "withdraw/", reason="The ledger is whole again")

    assert unsaid.status_code == 422
    assert "Say why it is withdrawn." in text(unsaid)
    assert "<details open>" in text(unsaid)
    assert answer.status_code == 302
    page = text(at(ledger, commander))
    assert "The ledger is whole again" in page
    assert "Withdraw this decision" not in page


def test_who_does_not_command_is_offered_no_withdrawal(
    at: Visit, executing: DecisionRun, stranger: Person
) -> None:
    executing.decide(Option.FLAG)

    assert "Withdraw" not in text(at(executing, stranger))


# -- Starting and finishing --------------------------------------------------------------------


def test_the_executor_starts_and_shows_that_it_is_done(at: Visit, executing: DecisionRun) -> None:
    executing.decide(Option.FLAG)
    executor = executing.executor
    before = text(at(executing, executor))

    started = at(executing, executor, "start/", **SENT)
    proof = executing.capture()
    page = text(at(executing, executor, "done/"))
    refused = at(executing, executor, "done/", evidence=[proof.number], done_at="in a while")
    answer = at(executing, executor, "done/", evidence=[proof.number], done_at="-0")

    assert refused.status_code == 422
    assert "Start executing" in before
    assert started.status_code == 302
    assert f'name="evidence" value="{proof.number}"' in page
    assert f'name="evidence" value="{executing.cited.number}"' not in page
    assert "/evidence/new/?kind=command&amp;lane=mitigation&amp;next=" in page
    assert (answer.status_code, answer["Location"]) == (
        302,
        executing.read().get_absolute_url(),
    )
    assert proof.reference in text(at(executing, executor))


def test_nothing_cited_is_refused_beside_the_field(at: Visit, executing: DecisionRun) -> None:
    executing.decide(Option.FLAG)
    executing.start()
    item = executing.capture()

    answer = at(executing, executing.executor, "done/", **SENT)

    assert answer.status_code == 422
    assert "Cite evidence that it was done" in text(answer)
    assert f'value="{item.number}"' in text(answer)


def test_a_pending_one_offers_no_start_and_refuses_it(at: Visit, ledger: DecisionRun) -> None:
    ledger.decide()

    page = text(at(ledger, ledger.executor))
    answer = at(ledger, ledger.executor, "start/", **SENT)

    assert "Start executing" not in page
    assert answer.status_code == 422
    assert "D-1 waits for signatures: Data Owner, data owner." in text(answer)


def test_done_leads_back_until_it_is_started_and_for_others(
    at: Visit, executing: DecisionRun, commander: Person
) -> None:
    executing.decide(Option.FLAG)
    early = at(executing, executing.executor, "done/")
    executing.start()

    answers = [early, at(executing, commander, "done/")]

    where = executing.read().get_absolute_url()
    assert [(a.status_code, a["Location"]) for a in answers] == [(302, where), (302, where)]


# -- Verifying ---------------------------------------------------------------------------------


def test_the_run_stands_beside_its_baseline_with_what_differs_marked(
    at: Visit, executing: DecisionRun
) -> None:
    baseline = executing.capture(
        replace(PRECHECK, purpose=Purpose.BASELINE, text="eu 0.3 %\nus 0.2 %\n")
    )
    executing.decide(Option.FLAG)
    executing.done()
    run = executing.run(text="eu 18 %\nus 0.2 %\n", baseline=baseline.number)

    page = text(at(executing, executing.verifier, "verify/"))

    assert f"Baseline {baseline.reference}" in page
    assert f"Run {run.reference}" in page
    for line in ("eu 0.3 %", "eu 18 %"):
        assert f'<span class="line-changed"><span class="prompt">≠ </span>{line}' in page
    assert page.count('<span><span class="prompt">  </span>us 0.2 %') == 2
    assert "401 rate below 0.5 % for five minutes" in page
    assert "Lines that differ from the baseline are marked" in page


def test_only_runs_made_since_it_was_done_are_candidates(at: Visit, executing: DecisionRun) -> None:
    executing.decide(Option.FLAG)
    executing.start()
    early = executing.run()
    executing.finish(executing.capture())
    none = text(at(executing, executing.verifier, "verify/"))
    first, second = executing.run(), executing.run(exit_code=1)

    newest = text(at(executing, executing.verifier, "verify/"))
    client_chose = text(at(executing, executing.verifier, f"verify/?run={first.number}"))

    assert "No verification run since D-1 was done" in none
    assert "purpose=verification&amp;next=" in none
    assert f'name="run" value="{second.number}"' in newest
    assert f'name="run" value="{first.number}"' in client_chose
    assert f"?run={early.number}" not in newest


@pytest.mark.parametrize(
    ("verdict", "state", "words"),
    [
        ("verified", ExecutionState.VERIFIED, "Verified</strong>"),
        ("failed", ExecutionState.FAILED, "Verification failed</strong>"),
    ],
)
def test_the_verifier_says_verified_or_failed(
    at: Visit, executing: DecisionRun, verdict: str, state: str, words: str
) -> None:
    executing.decide(Option.FLAG)
    executing.done()
    run = executing.run()

    answer = at(
        executing,
        executing.verifier,
        "verify/",
        run=run.number,
        finding="401 rate measured for five minutes",
        verdict=verdict,
    )

    assert answer.status_code == 302
    assert executing.read().execution.state == state
    page = text(at(executing, executing.verifier))
    assert words in page
    assert f"{run.reference}</a>. 401 rate measured for five minutes" in page


def test_a_refused_verdict_shows_every_reason_and_keeps_the_finding(
    at: Visit, executing: DecisionRun
) -> None:
    executing.decide(Option.FLAG)
    executing.done()
    run = executing.run(exit_code=2)

    answer = at(
        executing,
        executing.verifier,
        "verify/",
        run=run.number,
        finding="N / A",
        verdict="verified",
    )

    page = text(answer)
    assert answer.status_code == 422
    assert page.count("a run that fails verifies nothing") == 2
    assert "“N / A” does not say what the run showed." in page
    assert ">\nN / A</textarea>" in page


def test_others_see_the_runs_and_cannot_judge(
    at: Visit, executing: DecisionRun, stranger: Person
) -> None:
    executing.decide(Option.FLAG)
    executing.done()
    run = executing.run()

    page = text(at(executing, stranger, "verify/"))
    sent = at(executing, stranger, "verify/", run=run.number, verdict="verified", finding="Good")

    assert run.reference in page
    assert 'name="verdict"' not in page
    assert "Verification Owner says whether it is verified or failed." in page
    assert sent.status_code == 403
    assert "Only Verification Owner verifies D-1." in text(sent)


ODD = ["9" * 30, "9" * 5000, "-1", "\u00b2", "\x00", "1e3", ""]


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: repr(odd[:8]))
def test_what_the_pages_never_send_is_refused(
    at: Visit, executing: DecisionRun, ledger: DecisionRun, data_owner: Person, odd: str
) -> None:
    executing.decide(Option.FLAG)
    executing.start()
    finished = at(executing, executing.executor, "done/", evidence=[odd])
    executing.finish(executing.capture())
    said = {"run": odd, "finding": "Good again", "verdict": odd or "verified"}
    judged = at(executing, executing.verifier, "verify/", **said)
    looked = at(executing, executing.verifier, f"verify/?run={odd}")
    ledger.decide()
    signed = at(ledger, data_owner, "sign/", role=odd, seen=odd)

    answers = [one.status_code for one in (finished, judged, looked, signed)]
    assert answers == [422, 422, 200, 422]


def test_markup_in_a_run_or_a_finding_is_text(at: Visit, executing: DecisionRun) -> None:
    evil = "<script>alert(1)</script>\n"
    baseline = executing.capture(replace(PRECHECK, purpose=Purpose.BASELINE, text=evil))
    executing.decide(Option.FLAG)
    executing.done()
    run = executing.run(text=evil * 2, baseline=baseline.number)

    compared = text(at(executing, executing.verifier, "verify/"))
    executing.judge(run, False, finding=evil)

    for page in (compared, text(at(executing, executing.verifier))):
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)" in page


# -- Who, and how often is asked ---------------------------------------------------------------

STEPS = ["sign/", "withdraw/", "start/", "done/", "verify/"]
MAY = {
    "commander": {"sign/": 422, "withdraw/": 422, "start/": 403, "done/": 403, "verify/": 403},
    "deputy": {"sign/": 403, "withdraw/": 403, "start/": 403, "done/": 403, "verify/": 403},
    "data_owner": {"sign/": 422, "withdraw/": 403, "start/": 403, "done/": 403, "verify/": 403},
    "executor": {"sign/": 403, "withdraw/": 403, "start/": 422, "done/": 422, "verify/": 403},
    "verifier": {"sign/": 403, "withdraw/": 403, "start/": 403, "done/": 403, "verify/": 422},
    "stranger": {"sign/": 403, "withdraw/": 403, "start/": 403, "done/": 403, "verify/": 403},
    "admin": {"sign/": 403, "withdraw/": 422, "start/": 403, "done/": 403, "verify/": 403},
    "stakeholder": dict.fromkeys(STEPS, 403),
}
"""What each is answered to an empty form: 422 for who may, 403 for who may not."""


@pytest.mark.parametrize("who", MAY)
def test_each_step_is_for_whom_the_decision_names(
    request: pytest.FixtureRequest, at: Visit, ledger: DecisionRun, deputy: Person, who: str
) -> None:
    ledger.assign(RoleName.DEPUTY, deputy)
    ledger.decide()
    named = {"executor": ledger.executor, "verifier": ledger.verifier}
    person = named.get(who) or request.getfixturevalue(who)

    answers = {step: at(ledger, person, step, **SENT).status_code for step in STEPS}

    assert answers == MAY[who]
    assert ledger.read().execution.state == ExecutionState.PENDING


@pytest.mark.parametrize("step", STEPS)
def test_who_is_signed_out_is_asked_to_sign_in(
    client: Client, executing: DecisionRun, step: str
) -> None:
    made = executing.decide(Option.FLAG)

    answer = client.get(f"{made.get_absolute_url()}{step}")

    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("step", ["sign/", "withdraw/", "start/"])
def test_asking_for_a_step_only_changes_nothing(
    at: Visit, executing: DecisionRun, commander: Person, step: str
) -> None:
    executing.decide(Option.FLAG)

    assert at(executing, commander, step).status_code == 302
    assert executing.read().execution.state == ExecutionState.DECIDED


@pytest.mark.parametrize("step", ["", *STEPS])
def test_there_is_nothing_of_what_nobody_decided(
    at: Visit, ledger: DecisionRun, commander: Person, data_owner: Person, step: str
) -> None:
    person = data_owner if step == "sign/" else commander

    assert at(ledger, person, step, **(SENT if step else {})).status_code == 404


def test_more_evidence_costs_no_more_queries(at: Visit, executing: DecisionRun) -> None:
    executing.decide(Option.FLAG)
    executing.start()
    for _ in range(2):
        executing.capture()
    at(executing, executing.executor, "done/")
    with queries() as few:
        at(executing, executing.executor, "done/")
    for _ in range(40):
        executing.capture()
    with queries() as many:
        page = text(at(executing, executing.executor, "done/"))

    assert len(many) == len(few) <= 30
    assert page.count('name="evidence"') == 30


def test_more_runs_cost_no_more_queries(at: Visit, executing: DecisionRun) -> None:
    executing.decide(Option.FLAG)
    executing.done()
    baseline = executing.capture(replace(PRECHECK, purpose=Purpose.BASELINE))
    for _ in range(2):
        executing.run(baseline=baseline.number)
    at(executing, executing.verifier, "verify/")
    with queries() as few:
        at(executing, executing.verifier, "verify/")
    for _ in range(15):
        executing.run(baseline=baseline.number)
    with queries() as many:
        page = text(at(executing, executing.verifier, "verify/"))

    assert len(many) == len(few) <= 30
    assert page.count('href="?run=') == 10
    assert VERIFICATION.text.strip() in page
    assert_no_whole_text(many)


def test_its_page_reads_no_whole_text_of_what_it_cites(at: Visit, executing: DecisionRun) -> None:
    baseline = executing.capture(replace(PRECHECK, purpose=Purpose.BASELINE))
    executing.decide(Option.FLAG)
    executing.done()
    executing.judge(executing.run(baseline=baseline.number))
    at(executing, executing.verifier)

    with queries() as asked:
        page = text(at(executing, executing.verifier))

    assert f'against baseline <a class="cite" href="{baseline.get_absolute_url()}"' in page
    assert len(asked) <= 30
    assert_no_whole_text(asked)


def assert_no_whole_text(asked: CaptureQueriesContext) -> None:
    """A text may be a megabyte: only its beginning is read where a beginning is shown."""
    for query in asked.captured_queries:
        columns = query["sql"].replace('LEFT("incidents_evidence"."text",', "")
        assert '"incidents_evidence"."text"' not in columns
