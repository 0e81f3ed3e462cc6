from django.urls import path, register_converter
from django.urls.converters import StringConverter

from incidents.views import (
    acts,
    amending,
    as_of,
    backfilling,
    branches,
    commands,
    course,
    decisions,
    declare,
    event_times,
    evidence,
    execution,
    markdown,
    notices,
    recommendations,
    replacing,
    risks,
    room,
    safeguards,
    scenarios,
    settings,
    standing,
    surfaces,
    typed_times,
    voiding,
)
from incidents.vocabulary import ExecutionRole, LaneKind


class ExecutionRoleConverter(StringConverter):
    regex = "|".join(ExecutionRole.values)


register_converter(ExecutionRoleConverter, "execution_role")

_MITIGATION = {"lane": LaneKind.MITIGATION.value}
"""Branches belong to the lane: its owner may change them."""

urlpatterns = [
    path("declare/", declare.declare, name="declare"),
    path("declare/backfill/", backfilling.backfill, name="backfill"),
    path("read-time/", typed_times.read, name="read-time"),
    path("settings/", settings.settings, name="settings"),
    path("notices/<int:pk>/seen/", notices.seen, name="notice-seen"),
    path("INC-<int:number>/", room.room, name="room"),
    path("INC-<int:number>/next/", room.next_thing, name="next"),
    path("INC-<int:number>/standing/<slug:name>/", standing.tab, name="standing"),
    path("INC-<int:number>/notices/seen/", notices.all_seen, name="notices-seen"),
    path("INC-<int:number>/timeline/", room.timeline, name="timeline"),
    path("INC-<int:number>/timeline/<int:seq>/correct/", amending.amend, name="amend"),
    path("INC-<int:number>/as-of/", as_of.as_of, name="as-of"),
    path("INC-<int:number>/severity/", commands.severity, name="severity"),
    path("INC-<int:number>/phase/", commands.phase, name="phase"),
    path("INC-<int:number>/void/", voiding.void, name="void"),
    path("INC-<int:number>/take-back/", voiding.take_back, name="take-back"),
    path("INC-<int:number>/roles/", commands.role, name="role"),
    path("INC-<int:number>/command/", commands.take_command, name="take-command"),
    path("INC-<int:number>/join/", commands.join, name="join"),
    path("INC-<int:number>/people/", commands.participant, name="participant"),
    path("INC-<int:number>/channel/", commands.channel, name="channel"),
    path("INC-<int:number>/times/", event_times.event_times, name="event-times"),
    path("INC-<int:number>/revision/", commands.revision, name="revision"),
    path("INC-<int:number>/rollback/", commands.rollback_reach, name="rollback-reach"),
    path("INC-<int:number>/surfaces/", commands.surfaces, name="surfaces"),
    path("INC-<int:number>/freezes/", commands.freeze, name="freeze"),
    path("INC-<int:number>/rules/", safeguards.safeguards, name="safeguards"),
    path("INC-<int:number>/restriction/", commands.restriction, name="restriction"),
    path("INC-<int:number>/scenario/", scenarios.scenario, name="scenario"),
    path("INC-<int:number>/checkpoints/", commands.checkpoint, name="checkpoint"),
    path("INC-<int:number>/act/", acts.act, name="act"),
    path("INC-<int:number>/decide/", decisions.decide_next, name="decide-next"),
    path("INC-<int:number>/CP-<int:checkpoint>/", decisions.decide, name="decide"),
    path("INC-<int:number>/CP-<int:checkpoint>/draft/", decisions.draft, name="draft"),
    path("INC-<int:number>/CP-<int:checkpoint>/unmet/", decisions.unmet, name="unmet"),
    path(
        "INC-<int:number>/CP-<int:checkpoint>/evidence/",
        decisions.evidence_lines,
        name="evidence-lines",
    ),
    path("INC-<int:number>/keep/", course.keep_next, name="keep-course-next"),
    path("INC-<int:number>/CP-<int:checkpoint>/keep/", course.keep, name="keep-course"),
    path("INC-<int:number>/CP-<int:checkpoint>/move/", course.move, name="checkpoint-move"),
    path("INC-<int:number>/CP-<int:checkpoint>/cancel/", course.cancel, name="checkpoint-cancel"),
    path("INC-<int:number>/D-<int:decision>/", execution.decision, name="decision"),
    path("INC-<int:number>/D-<int:decision>.md", markdown.record, name="decision-markdown"),
    path("INC-<int:number>/snapshot.md", markdown.snapshot, name="snapshot"),
    path("INC-<int:number>/D-<int:decision>/sign/", execution.sign, name="sign"),
    path("INC-<int:number>/D-<int:decision>/withdraw/", execution.withdraw, name="withdraw"),
    path(
        "INC-<int:number>/D-<int:decision>/<execution_role:role>/",
        replacing.replace_holder,
        name="replace-holder",
    ),
    path("INC-<int:number>/D-<int:decision>/start/", execution.start, name="start"),
    path("INC-<int:number>/D-<int:decision>/done/", execution.done, name="done"),
    path("INC-<int:number>/D-<int:decision>/verify/", execution.verify, name="verify"),
    path("freezes/", surfaces.freezes, name="freezes"),
    path("surfaces/<slug:slug>/", surfaces.surface, name="surface"),
    path("INC-<int:number>/risks/", risks.risks, name="risks"),
    path("INC-<int:number>/RISK-<int:risk>/owner/", risks.own_risk, name="risk-own"),
    path("INC-<int:number>/RISK-<int:risk>/retire/", risks.retire_risk, name="risk-retire"),
    path("INC-<int:number>/branches/", branches.branches, name="branches"),
    path(
        "INC-<int:number>/B-<int:branch>/owner/", branches.pass_branch, _MITIGATION, "branch-pass"
    ),
    path("INC-<int:number>/B-<int:branch>/end/", branches.end_branch, _MITIGATION, "branch-end"),
    path("INC-<int:number>/recommend/", recommendations.recommend, name="recommend"),
    path("INC-<int:number>/propose/", recommendations.propose, name="propose"),
    path(
        "INC-<int:number>/R-<int:recommendation>/answer/",
        recommendations.answer,
        name="recommendation-answer",
    ),
    path("INC-<int:number>/together/", recommendations.together, name="together"),
    path(
        "INC-<int:number>/R-<int:recommendation>/",
        recommendations.recommendation,
        name="recommendation",
    ),
    path("INC-<int:number>/evidence/", evidence.evidence_list, name="evidence-list"),
    path("INC-<int:number>/evidence/new/", evidence.capture, name="capture"),
    path("INC-<int:number>/evidence/E-<int:item>/", evidence.item, name="evidence"),
    path("INC-<int:number>/evidence/E-<int:item>/serves/", scenarios.serve, name="serve"),
    path("INC-<int:number>/evidence/E-<int:item>/file/", evidence.download, name="evidence-file"),
]
