"""Changes of hardening work: noted, changed, begun, done, dropped, opened again.

They are possible in an incident of any status, since the work outlives it. Every entry carries the
whole item as it is then.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from incidents.actions.submissions import redirect_submission
from incidents.actions.transaction import incident_action
from kernel.actor import Actor
from kernel.refusal import Refused
from kernel.text import clean_text
from retros.backlog import rules
from retros.backlog.steps import (
    WorkInput,
    add_step,
    cleaned,
    notify_owner_step,
    record_step,
    work_facts,
)
from retros.models import BacklogItem
from retros.vocabulary import BacklogState

_ASK_WHY_DROPPED = "Say why it is not done."
_ASK_WHY_REOPENED = "Say why it is open again."
_CHANGES = {"title": "title", "owner": "owner", "due_on": "due date", "tracker": "tracker"}
"""The fields that may change, each with its label in the entry."""


def add(
    actor: Actor, incident_id: int, work: WorkInput, *, now: datetime, once: UUID | None = None
) -> BacklogItem:
    """Note an item (HARD-n). It may lack owner and due date: the closure gate demands both."""
    with incident_action("backlog.change", actor, incident_id, now, once=once) as incident:
        item = add_step(incident, work, actor, now)
        redirect_submission(once, item.get_absolute_url())
    return item


def change(
    actor: Actor,
    incident_id: int,
    number: int,
    work: WorkInput,
    *,
    now: datetime,
    once: UUID | None = None,
) -> BacklogItem:
    """Change title, owner, due date and tracker of an open item; its detail stays as noted."""
    with _transition("change", actor, incident_id, number, now, once) as item:
        incident = item.incident
        before, work = _work_of(item), cleaned(replace(work, detail=""))
        facts_before, facts_after = work_facts(incident, before), work_facts(incident, work)
        _refuse(rules.change_violations(facts_before, facts_after, rules.today(now)))
        changed = [name for name in _CHANGES if getattr(before, name) != getattr(work, name)]
        for name in changed:
            setattr(item, name, getattr(work, name))
        item.save(update_fields=changed)
        labels = [_CHANGES[name] for name in changed]
        record_step(incident, item, "backlog.changed", actor, now, changed=labels)
        if "owner" in changed:
            notify_owner_step(incident, item, actor, now)
    return item


def begin(
    actor: Actor, incident_id: int, number: int, *, now: datetime, once: UUID | None = None
) -> BacklogItem:
    """Mark an item as being worked on."""
    with _transition("begin", actor, incident_id, number, now, once) as item:
        _set_state(item, BacklogState.STARTED)
        record_step(item.incident, item, "backlog.begun", actor, now)
    return item


def finish(
    actor: Actor, incident_id: int, number: int, *, now: datetime, once: UUID | None = None
) -> BacklogItem:
    """Mark an item as done."""
    with _transition("done", actor, incident_id, number, now, once) as item:
        _set_state(item, BacklogState.DONE, now)
        record_step(item.incident, item, "backlog.done", actor, now)
    return item


def drop(
    actor: Actor,
    incident_id: int,
    number: int,
    *,
    reason: str,
    now: datetime,
    once: UUID | None = None,
) -> BacklogItem:
    """Drop an item, with the reason. It stays on record."""
    with _transition("drop", actor, incident_id, number, now, once) as item:
        reason = clean_text(reason, rules.MAX_REASON_CHARACTERS)
        _refuse(rules.reason_violations(reason, _ASK_WHY_DROPPED))
        _set_state(item, BacklogState.DROPPED, now, reason)
        record_step(item.incident, item, "backlog.dropped", actor, now, reason=reason)
    return item


def reopen(
    actor: Actor,
    incident_id: int,
    number: int,
    *,
    reason: str,
    now: datetime,
    once: UUID | None = None,
) -> BacklogItem:
    """Open an item again that was done or dropped, with the reason."""
    with _transition("reopen", actor, incident_id, number, now, once) as item:
        reason = clean_text(reason, rules.MAX_REASON_CHARACTERS)
        _refuse(rules.reason_violations(reason, _ASK_WHY_REOPENED))
        _set_state(item, BacklogState.OPEN)
        record_step(item.incident, item, "backlog.reopened", actor, now, reason=reason)
    return item


@contextmanager
def _transition(
    name: str, actor: Actor, incident_id: int, number: int, now: datetime, once: UUID | None
) -> Iterator[BacklogItem]:
    """One change of one item, locked with its incident, if its state allows this change."""
    with incident_action("backlog.change", actor, incident_id, now, once=once) as incident:
        item = incident.backlog.select_related("owner").get(pk=number)
        item.incident = incident
        _refuse(rules.transition_violations(name, item.reference, item.state))
        yield item
        redirect_submission(once, item.get_absolute_url())


def _set_state(
    item: BacklogItem, state: BacklogState, closed_at: datetime | None = None, reason: str = ""
) -> None:
    item.state, item.closed_at, item.reason = state, closed_at, reason
    item.save(update_fields=["state", "closed_at", "reason"])


def _work_of(item: BacklogItem) -> WorkInput:
    return WorkInput(title=item.title, owner=item.owner, due_on=item.due_on, tracker=item.tracker)


def _refuse(violations: rules.Violations) -> None:
    if violations:
        raise Refused(violations)
