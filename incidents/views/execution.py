"""The page of a decision and what is done there: sign, withdraw, start, done, verify."""

from collections.abc import Callable
from typing import Any

from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from incidents.actions import execution, signatures
from incidents.assessments.signatures import dual_facts
from incidents.facts import incident as incident_facts
from incidents.facts.amendments import amendments_about
from incidents.facts.signed_record import content_hash
from incidents.forms.execution import DoneForm, SignForm, StartForm, VerifyForm, WithdrawForm
from incidents.models import Decision, Evidence, Incident
from incidents.panels import run_comparison
from incidents.panels.room import bar
from incidents.permissions import may
from incidents.rules import dual_signature
from incidents.rules.replacement import is_open
from incidents.vocabulary import ExecutionRole, ExecutionState, Purpose, SignRole
from incidents.web.access import requires
from incidents.web.evidence_numbers import one_number, typed_numbers, with_ticked
from incidents.web.forms import WarroomForm
from incidents.web.submit import submit
from incidents.web.time_zone import zone_of
from kernel import clock
from kernel.refusal import Refused

MAX_EVIDENCE = 30
_FORMS = {"sign": SignForm, "withdraw": WithdrawForm, "start": StartForm}
"""Short forms of the decision's page, by the name of the address that each is sent to."""
RUNS = 10


@requires("room.view")
def decision(request: HttpRequest, incident: Incident, decision: int) -> HttpResponse:
    return _page(request, incident, decision)


@requires("decision.sign")
def sign(request: HttpRequest, incident: Incident, decision: int) -> HttpResponse:
    def do(form: WarroomForm) -> None:
        signatures.sign(
            request.actor, incident.pk, decision, now=clock.now(), once=form.key, **form.values()
        )

    return _act(request, incident, decision, SignForm, do)


@requires("decision.withdraw")
def withdraw(request: HttpRequest, incident: Incident, decision: int) -> HttpResponse:
    def do(form: WarroomForm) -> None:
        signatures.withdraw(
            request.actor, incident.pk, decision, now=clock.now(), once=form.key, **form.values()
        )

    return _act(request, incident, decision, WithdrawForm, do)


@requires("decision.execute")
def start(request: HttpRequest, incident: Incident, decision: int) -> HttpResponse:
    def do(form: WarroomForm) -> None:
        execution.start(request.actor, incident.pk, decision, now=clock.now(), once=form.key)

    return _act(request, incident, decision, StartForm, do)


@requires("decision.execute")
def done(request: HttpRequest, incident: Incident, decision: int) -> HttpResponse:
    """Mark it as done, with proof. Others are redirected to the decision, as at any other state."""
    row = get_object_or_404(_rows(incident), number=decision)
    mine = (
        row.execution.executor_id == request.user.pk
        and row.execution.state == ExecutionState.STARTED
    )
    if request.method != "POST" and not mine:
        return redirect(row)

    def do(form: WarroomForm) -> str:
        execution.finish(
            request.actor, incident.pk, decision, now=clock.now(), once=form.key, **form.values()
        )
        return row.get_absolute_url()

    began = min(row.execution.started_at or row.decided_at, row.decided_at)
    since = incident.evidence.filter(captured_at__gte=began)
    cited = typed_numbers(request.POST, "evidence")

    def context() -> dict[str, Any]:
        return {
            "incident": incident,
            "bar": bar(incident, clock.now()),
            "decision": row,
            "evidence": with_ticked(incident, since.defer("text")[:MAX_EVIDENCE], cited),
            "cited": set(cited),
        }

    return submit(
        request,
        "incidents/done.html",
        DoneForm,
        do,
        context=context,
        now=clock.now(),
        zone=zone_of(request.user, request.COOKIES),
    )


@requires("decision.verify")
def verify(request: HttpRequest, incident: Incident, decision: int) -> HttpResponse:
    """Call it verified or failed, by a run captured after it was done; others see the runs."""
    row = get_object_or_404(_rows(incident), number=decision)

    def do(form: WarroomForm) -> str:
        assert isinstance(form, VerifyForm)
        execution.judge(
            request.actor,
            incident.pk,
            decision,
            now=clock.now(),
            once=form.key,
            **form.verdict_of(),
        )
        return row.get_absolute_url()

    every = _runs(incident, row).defer("text").order_by("-number")
    wanted = request.POST.get("run") or request.GET.get("run", "")
    runs = list(every[:RUNS])
    older = one_number(wanted)
    if older is not None and older not in {run.number for run in runs}:
        runs += every.filter(number=older)
    run = _chosen(runs, older)

    def context() -> dict[str, Any]:
        return {
            "incident": incident,
            "bar": bar(incident, clock.now()),
            "decision": row,
            "runs": runs,
            "run": run,
            "wanted": older if older is not None and (run is None or run.number != older) else None,
            "count": every.count(),
            "verifies": row.execution.verifier_id == request.user.pk,
            "compared": run_comparison.against_baseline(run) if run else None,
        }

    initial = {"run": run.number if run else ""}
    return submit(
        request, "incidents/verify.html", VerifyForm, do, context=context, initial=initial
    )


def _chosen(runs: list[Evidence], wanted: int | None) -> Evidence | None:
    """The run that is looked at, with its text and its baseline's: the wanted or the newest."""
    numbers = {run.number: run.pk for run in reversed(runs)}
    if not numbers:
        return None
    chosen = numbers.get(wanted, runs[0].pk)
    return run_comparison.with_beginnings(Evidence.objects.filter(pk=chosen)).get()


def _runs(incident: Incident, decision: Decision) -> Any:
    """Verification runs captured after it was done: older ones verify nothing."""
    runs = incident.evidence.filter(purpose=Purpose.VERIFICATION)
    done_at = decision.execution.done_at
    return runs.filter(captured_at__gt=done_at) if done_at else runs.none()


def _rows(incident: Incident) -> Any:
    """Decisions with all that their pages show; evidence without its text."""
    items = Evidence.objects.defer("text").order_by("number")
    rows = incident.decisions.select_related(
        "checkpoint",
        "next_checkpoint",
        "executor",
        "verifier",
        "commander",
        "execution__run__baseline",
        "execution__superseded_by",
        "execution__new_executor",
        "execution__new_verifier",
    ).defer("execution__run__text", "execution__run__baseline__text")
    return rows.prefetch_related(
        Prefetch("evidence", items), Prefetch("execution__proof", items), "risks", "rejected"
    )


def _act(
    request: HttpRequest,
    incident: Incident,
    number: int,
    form_class: type[WarroomForm],
    do: Callable[[WarroomForm], None],
) -> HttpResponse:
    """A short form of the decision's page: done and back to it, or the page with the refusal."""
    if request.method != "POST":
        return redirect("decision", incident.pk, number)
    get_object_or_404(incident.decisions, number=number)
    form = form_class(request.POST, request=request)
    if form.is_valid():
        try:
            do(form)
        except Refused as refusal:
            form.refuse(refusal.violations)
        else:
            return redirect("decision", incident.pk, number)
    return _page(request, incident, number, form, status=422)


def _page(
    request: HttpRequest,
    incident: Incident,
    number: int,
    sent: WarroomForm | None = None,
    status: int = 200,
) -> HttpResponse:
    decision = get_object_or_404(_rows(incident), number=number)
    facts = incident_facts.cached_facts(incident)
    current = content_hash(decision) if decision.execution.dual else ""
    signed = dual_facts(facts, decision, current)
    waiting = dual_signature.missing_signatures(signed)
    state = decision.execution.state
    forms: dict[str, WarroomForm] = {
        f"{name}_form": form_class(
            request=request, sent_to=reverse(name, args=[incident.pk, number])
        )
        for name, form_class in _FORMS.items()
    }
    if isinstance(sent, WithdrawForm):
        forms["withdraw_form"] = sent
    context = {
        "incident": incident,
        "bar": bar(incident, clock.now()),
        "decision": decision,
        "execution": decision.execution,
        "baseline": decision.execution.run and decision.execution.run.baseline,
        "superseded": decision.supersedes.select_related("decision").all(),
        "contradiction": _contradiction(decision),
        "signed": signed,
        "corrections": amendments_about(incident, decision.reference),
        "signatures": facts.signatures_of(decision),
        "waiting": waiting,
        "content_hash": current,
        "my_roles": [
            SignRole(signature.role) for signature in waiting if signature.person == request.user.pk
        ],
        "replaceable": [
            role
            for role in ExecutionRole
            if may("decision.replace", request.who) and is_open(role, state)
        ],
        "may_withdraw": may("decision.withdraw", request.who)
        and state in dual_signature.OPEN_TO_SIGN,
        "executes": decision.execution.executor_id == request.user.pk,
        "verifies": decision.execution.verifier_id == request.user.pk,
        "may_start": state == ExecutionState.DECIDED and not dual_signature.may_execute(signed),
        "problems": sent.problems() if sent else (),
        **forms,
    }
    return render(request, "incidents/decision.html", context, status=status)


def _contradiction(decision: Decision) -> Any:
    contradiction = getattr(decision, "contradiction", None)
    if contradiction is not None:
        sides = contradiction.sides.select_related("recommendation__adopted_by")
        contradiction.displayed_sides = list(sides)
    return contradiction
