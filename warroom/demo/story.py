"""Scenario A, from its declaration to T+00:37, told through the actions."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from comms import actions as comms
from incidents.actions import (
    branches,
    checkpoints,
    decisions,
    evidence,
    execution,
    freezes,
    lifecycle,
    recommendations,
    risks,
    roles,
)
from incidents.actions.recommendations import RecommendationInput
from incidents.models import Evidence, Incident, Person, Surface
from incidents.rules.evidence import Capture
from incidents.vocabulary import (
    BranchType,
    Choice,
    Confidence,
    LaneKind,
    Option,
    Phase,
    RoleName,
)
from kernel import clock
from kernel.refusal import Refused
from lanes import actions as lanes
from lanes.handoff import actions as handoffs
from warroom.demo import content, outgoing
from warroom.server import database_roles

NUMBER = 42
AGE = timedelta(minutes=37, seconds=18)


def tell(
    people: dict[str, Person],
    surfaces: dict[str, Surface],
    now: datetime,
    *,
    number: int | None = NUMBER,
) -> Incident:
    """Run the story so that it has reached T+00:37 at ``now``; returns its incident.

    ``number`` is the incident's; None takes the next, where the story was told before.
    """
    if number is None:
        return _Story(people, surfaces, now - AGE).run()
    # Whoever may set the number of the next incident owns the table.
    with database_roles.as_owner(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT setval(pg_get_serial_sequence('incidents_incident', 'id'), %s, false)",
            [number],
        )
    return _Story(people, surfaces, now - AGE).run()


class _Story:
    def __init__(
        self, people: dict[str, Person], surfaces: dict[str, Surface], start: datetime
    ) -> None:
        self.people, self.surfaces, self.start = people, surfaces, start

    def run(self) -> Incident:
        with clock.at(self.start):
            self.incident = lifecycle.declare(
                self.people["mara"].as_actor(),
                lifecycle.Declaration(
                    title="Auth token failure after release",
                    severity="2",
                    surfaces=(self.surfaces["Sign-in"], self.surfaces["Public API"]),
                    scenario="auth-token-failure",
                    known="401 and 403 rose from 0.3 % to 31 % two minutes after 8f3c21d went out.",
                ),
                now=self.start,
            )
        for chapter in (
            self._grip,
            self._lanes,
            self._options,
            self._decide,
            self._move,
            self._conflict,
            self._handover,
        ):
            chapter()
        return self.incident

    def _at(
        self, minute: float, who: str, do: Callable[..., Any], *args: Any, **content: Any
    ) -> Any:
        """One act of one person, ``minute`` minutes into the incident."""
        moment = self.start + timedelta(minutes=minute)
        with clock.at(moment):
            actor = self.people[who].as_actor()
            return do(actor, self.incident.pk, *args, now=moment, **content)

    def _grip(self) -> None:
        self._at(2, "mara", roles.assign, role=RoleName.DEPUTY, person=self.people["tomas"])
        self._capture(3, "priya", content.FIRST_LOGS)
        self._at(
            4,
            "mara",
            lifecycle.change_severity,
            severity="1",
            reason="Authentication is at risk for all regions.",
        )
        self._at(
            5,
            "mara",
            freezes.freeze,
            surface=self.surfaces["Sign-in"],
            scope="All merges to auth-gateway",
            reason="No change may hide the cause.",
        )
        self._at(
            5.2,
            "mara",
            freezes.decline_freeze,
            surface=self.surfaces["Public API"],
            reason="Impacted only through Sign-in",
        )
        self._at(5.5, "mara", lifecycle.set_channel, channel="#inc-42-auth")

    def _lanes(self) -> None:
        owners = {
            LaneKind.INVESTIGATION: (6, "priya"),
            LaneKind.MITIGATION: (7, "jonas"),
            LaneKind.COMMUNICATION: (8, "aisha"),
            LaneKind.VERIFICATION: (9, "ken"),
        }
        for lane, (minute, who) in owners.items():
            person = self.people[who]
            self._at(
                minute, "mara", roles.assign, role=RoleName.LANE_OWNER, lane=lane, person=person
            )
            included, excluded = content.BOUNDARIES[lane]
            self._at(
                minute + 0.5,
                who,
                lanes.set_boundary,
                lane=lane,
                included=included,
                excluded=excluded,
            )
            if lane == LaneKind.MITIGATION:
                message = outgoing.escalation(self.start, self.people["mara"])
                self._at(7.7, "mara", comms.publish_escalation, message)
            if lane == LaneKind.COMMUNICATION:
                update = outgoing.first_update(self.start, self.surfaces)
                self._at(8.7, "aisha", comms.publish_update, update)

    def _options(self) -> None:
        self._capture(10, "priya", content.ENDPOINTS)
        self._capture(11, "ken", content.BASELINE)
        due = self.start + timedelta(minutes=19)
        self._at(12, "mara", checkpoints.schedule, due_at=due, purpose="Which mitigation first")
        self._capture(12.5, "jonas", content.PRECHECK)
        self._capture(13, "jonas", content.ROLLBACK_CHECK)
        self._at(13.5, "priya", lanes.state_hypothesis, text=content.CLOCK_SKEW)
        self._at(
            14,
            "mara",
            lifecycle.set_rollback_reach,
            broad=True,
            reason="Migration 0081 re-keys sessions; going back signs everybody out.",
        )
        self._note(15, "jonas", LaneKind.MITIGATION, "Rollback rehearsed: 11 min end to end.")

    def _decide(self) -> None:
        with suppress(Refused):
            self._at(17, "mara", decisions.decide, 1, self._written(risk="none", signal=""))
        risk = "Sessions issued 13:14 to 13:48 may fail until they expire."
        signal = "401 rate in all five regions below 0.5 % for 5 minutes."
        self._at(18, "mara", decisions.decide, 1, self._written(risk=risk, signal=signal))
        self._at(
            19,
            "mara",
            lifecycle.change_phase,
            phase=Phase.CONTAINMENT,
            reason="One option is chosen and owned.",
        )

    def _written(self, *, risk: str, signal: str) -> decisions.DecisionInput:
        return decisions.DecisionInput(
            scope="Sign-in and Public API in all regions: 31 % of token checks fail.",
            evidence=(2, 4, 5),
            risk_new=risk,
            next_action="Turn token_signer_v2 off everywhere and watch the 401 rate",
            deadline=self.start + AGE + timedelta(minutes=4, seconds=38),
            choice=Choice.CONTINUE,
            option=Option.FLAG,
            option_detail="token_signer_v2",
            rejected={
                Option.HOTFIX: "The cause is not confirmed yet; nothing to fix precisely.",
                Option.ROLLBACK: "Takes 11 minutes and signs everybody out; the flag takes 40 s.",
            },
            why_now="Every minute adds about 300 failed sign-ins, and mobile clients retry.",
            reversibility="40 seconds: the flag is switched on again.",
            blast_radius="Old signer under full load; token checks may slow for a minute.",
            verification=signal,
            confidence=Confidence.L2,
            executor=self.people["jonas"],
            verifier=self.people["ken"],
            deviation_reason="The flag undoes the same change in 40 s, a rollback takes 11 min.",
        )

    def _move(self) -> None:
        self._branch(19.5, BranchType.CONTAINMENT, "inc-42-flag-off", "jonas")
        self._at(20, "jonas", execution.start, 1)
        self._note(21, "aisha", LaneKind.COMMUNICATION, "214 tickets; support has the macro.")
        message = outgoing.second_update(self.start, self.surfaces)
        self._at(21.3, "aisha", comms.publish_update, message)
        proof = self._capture(22, "jonas", content.FLAG_OFF)
        self._at(22.1, "jonas", execution.finish, 1, evidence=[proof.number])
        self._note(
            22.5, "jonas", LaneKind.MITIGATION, "Flag off everywhere; 401 from 31 % to 4.2 %."
        )
        self._at(23, "priya", lanes.state_hypothesis, text=content.NEW_KEY)
        self._ask(23.5, "jonas", LaneKind.MITIGATION, "Does a rollback sign everybody out?")
        self._risk(24, "priya", content.RETRY_RISK, self.people["priya"])
        run = self._capture(27, "ken", content.AFTER_FLAG)
        unknown_key = self._capture(29, "priya", content.UNKNOWN_KEY)
        self._decided(29.3, 2, "confirmed", "Nodes refuse k-2026-05 as unknown.", unknown_key)
        self._decided(29.5, 1, "ruled_out", "No key is early or expired.", unknown_key)
        self._ask(29.8, "priya", LaneKind.INVESTIGATION, "Do sessions of 13:14 to 13:48 stay bad?")
        self._branch(30, BranchType.HOTFIX, "inc-42-pin-key-set", "priya")
        self._at(
            32.2,
            "ken",
            execution.judge,
            1,
            passed=False,
            run=run.number,
            finding=content.REGION_NOTE,
        )

    def _conflict(self) -> None:
        key_age = self._capture(32.5, "priya", content.KEY_AGE)
        self._at(
            32.7,
            "priya",
            lanes.state_hypothesis,
            text="Four eu-west nodes ignore the new expiry of the key set",
            reproduction="edgectl key-age euw-edge-07, after a refresh, still shows k-2026-04",
        )
        self._ask(32.9, "priya", LaneKind.INVESTIGATION, "Why do four nodes ignore the new expiry?")
        self._risk(33.5, "ken", content.SKEW_RISK, None)
        rehearsed = self._capture(34, "jonas", content.ROLLBACK_AGAIN)
        self._at(
            34.1,
            "jonas",
            lanes.resolve_unknown,
            1,
            lane=LaneKind.MITIGATION,
            resolution="Yes: migration 0081 re-keys every session.",
            evidence=(rehearsed.number,),
        )
        self._recommend(34.2, "jonas", LaneKind.MITIGATION, content.ROLL_BACK, rehearsed, key_age)
        refused = self._capture(35, "priya", content.REFRESH)
        self._note(35.2, "priya", LaneKind.INVESTIGATION, content.CACHE_NOTE)
        self._recommend(35.5, "priya", LaneKind.INVESTIGATION, content.PIN_KEYS, key_age, refused)

    def _handover(self) -> None:
        following = self.incident.checkpoints.open().first()
        assert following is not None
        terms = replace(content.HANDOVER, receiver=self.people["noor"], checkpoint=following.number)
        self._at(35.8, "aisha", handoffs.offer, terms, lane=LaneKind.COMMUNICATION)

    def _recommend(
        self,
        minute: float,
        who: str,
        lane: LaneKind,
        content: RecommendationInput,
        *cited: Evidence,
    ) -> None:
        proposed = replace(content, evidence=tuple(item.number for item in cited))
        self._at(minute, who, recommendations.recommend, proposed, lane=lane)

    def _capture(self, minute: float, who: str, item: Capture) -> Evidence:
        captured: Evidence = self._at(minute, who, evidence.capture, item)
        return captured

    def _branch(self, minute: float, kind: BranchType, name: str, owner: str) -> None:
        self._at(
            minute,
            "jonas",
            branches.open_branch,
            type=kind,
            name=name,
            owner=self.people[owner],
        )

    def _ask(self, minute: float, who: str, lane: LaneKind, text: str) -> None:
        self._at(minute, who, lanes.raise_unknown, lane=lane, text=text)

    def _decided(
        self, minute: float, number: int, verdict: str, finding: str, run: Evidence
    ) -> None:
        self._at(
            minute,
            "priya",
            lanes.decide_hypothesis,
            number,
            verdict=verdict,
            evidence=(run.number,),
            finding=finding,
        )

    def _risk(self, minute: float, who: str, text: str, owner: Person | None) -> None:
        self._at(minute, who, risks.add, text=text, owner=owner)

    def _note(self, minute: float, who: str, lane: LaneKind, text: str) -> None:
        self._at(minute, who, lanes.add_note, text=text, lane=lane)
