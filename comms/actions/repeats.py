"""Whether a message says what its author published a moment ago."""

from dataclasses import fields
from datetime import datetime

from comms.actions.message_input import MessageInput, UpdateInput
from comms.models import Update
from comms.models.message import Message
from comms.rules.repeat import REPEAT_WINDOW
from incidents.models import Incident
from kernel.actor import Actor

_NOT_COMPARED = {"next_at", "corrects", "correction"}
"""A time like +20 is another one in each tab."""


def repeated(
    incident: Incident,
    kind: type[Message],
    message_input: MessageInput,
    actor: Actor,
    now: datetime,
) -> Message | None:
    """The author's last message of this kind, if it is that; a correction never is."""
    if message_input.corrects is not None:
        return None
    rows = kind._default_manager.filter(incident=incident).order_by("-number")
    last = rows.filter(published_at__gt=now - REPEAT_WINDOW).first()
    if last is None or last.published_by_id != actor.id:
        return None
    return last if _says(last, message_input) else None


def _says(last: Message, message_input: MessageInput) -> bool:
    columns = {column.name for column in last._meta.concrete_fields}
    names = {item.name for item in fields(message_input)} & columns - _NOT_COMPARED
    promised = getattr(last, "next_at", None), message_input.next_at
    if all(promised) and abs(promised[0] - promised[1]) > REPEAT_WINDOW:
        return False
    if any(_plain(getattr(last, name)) != _plain(getattr(message_input, name)) for name in names):
        return False
    if not isinstance(last, Update) or not isinstance(message_input, UpdateInput):
        return True
    states = dict(last.surface_states.values_list("surface_id", "state"))
    return all(message_input.surfaces.get(key) == state for key, state in states.items())


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value
