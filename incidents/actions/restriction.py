"""Who may know of an incident: everybody who responds, or only who takes part (product, 1)."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.db import transaction

from incidents.actions.role_steps import join_step
from incidents.actions.transaction import incident_action
from incidents.models import Incident, Person
from incidents.push import publish
from incidents.timeline import replay
from incidents.timeline.record import record
from incidents.vocabulary import UNFINISHED
from kernel.actor import Actor
from kernel.refusal import Refused
from kernel.text import clean_text, says_nothing

CHANGED = replay.register("restriction.changed")

type Follower = Callable[[Incident], None]

_followers: list[Follower] = []


def register_follower(follower: Follower) -> Follower:
    """Have a step run in the transaction that restricts an incident, or opens it again."""
    _followers.append(follower)
    return follower


def restrict(
    actor: Actor,
    incident_id: int,
    *,
    restricted: bool,
    reason: str,
    now: datetime,
    once: UUID | None = None,
) -> Incident:
    """Restrict an incident to who takes part, or open it to every responder again.

    Who is owed an act in it (executes, verifies) takes part from then on, so that nothing is left
    with somebody who cannot see it. All others stop receiving at once.
    """
    with incident_action("restriction.change", actor, incident_id, now, once=once) as incident:
        if incident.restricted == restricted:
            how = "restricted" if restricted else "open to every responder"
            raise Refused.because("K-RESTRICTED", f"It is {how} already.", "restricted")
        if says_nothing(reason):
            raise Refused.because("K-REASON", "Say why.", "reason")
        if not restricted:
            _refuse_naming(incident)
        incident.restricted = restricted
        incident.save(update_fields=["restricted"])
        for person in _unfinished_owners(incident) if restricted else ():
            join_step(incident, person, now)
        record(
            incident,
            CHANGED,
            actor,
            now,
            becomes={"restricted": restricted},
            words="Restricted to who takes part" if restricted else "Open to every responder",
            reason=clean_text(reason, 500),
        )
        for follow in _followers:
            follow(incident)
        transaction.on_commit(lambda: publish.access_changed(incident_id=incident.pk))
    return incident


def _refuse_naming(incident: Incident) -> None:
    """What is open to every responder does not name what few may know of."""
    followed = incident.voidings.filter(taken_back_at=None, original__restricted=True).first()
    if followed is not None and followed.original is not None:
        words = (
            f"It names {followed.original.reference}, which is restricted: take that back first."
        )
        raise Refused.because("K-RESTRICTED", words, "restricted")


def _unfinished_owners(incident: Incident) -> set[Person]:
    """Who executes or verifies what is unfinished."""
    unfinished = incident.decisions.filter(execution__state__in=UNFINISHED)
    rows = unfinished.select_related("executor", "verifier")
    return {p for row in rows for p in (row.executor, row.verifier)}
