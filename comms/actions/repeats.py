"""Whether a message says what its author published a moment ago."""

from dataclasses import fields
from datetime import datetime

from comms.actions.message_input import MessageInput, UpdateInput
from comms.models import Update
from comms.models.message import Message
from comms.rules.repeat import REPEAT_WINDOW
from incidents.models import Incident
from kernel.actor import Actor

_NOT_SAID = {"next_at", "corrects", "correction", "shape", "raw", "surfaces"}
"""A time like +20 is another one in each tab, and the surfaces have rows of their own."""


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
    names = {item.name for item in fields(message_input)} - _NOT_SAID
    if any(_plain(getattr(last, name)) != _plain(getattr(message_input, name)) for name in names):
        return False
    if not isinstance(last, Update) or not isinstance(message_input, UpdateInput):
        return True
    states = dict(last.surface_states.values_list("surface_id", "state"))
    return all(message_input.surfaces.get(key) == state for key, state in states.items())


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value
