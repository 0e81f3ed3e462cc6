"""Who calls a tool: a token, the actor that it stands for, and what they may enter."""

from dataclasses import dataclass
from datetime import datetime
from typing import cast
from uuid import UUID

from django.http import Http404

from incidents.models import Incident
from kernel.actor import Actor
from kernel.refusal import Refused
from machines.api.doors import TokenRequest, find
from machines.api.rules import INCIDENT, LANE
from machines.models import Token

CALLER = "warroom.caller"
"""Where a request's ``Caller`` is in its ASGI scope."""


@dataclass(frozen=True, slots=True)
class Caller:
    """One request's token and actor, at ``now``."""

    token: Token
    actor: Actor
    now: datetime
    once: UUID | None = None
    """What an action is given so that a call that is sent again with its key is done once."""

    def incident(self, reference: str) -> Incident:
        """The incident of ``INC-42``; of a token of one incident, that one where none is named.

        Raises ``Http404`` in the same words whether it is hidden, elsewhere or not there.
        """
        if reference:
            number = number_of(reference)
        elif self.actor.incident is not None:
            number = self.actor.incident
        else:
            sentence = "Say which incident: INC-42. The tool “incidents” lists them."
            raise Refused.because(INCIDENT, sentence, "incident")
        # All that is asked of a request there is its token and its actor.
        return find(cast(TokenRequest, self), number)

    def lane(self, lane: str) -> str:
        """The lane that was named, else the token's own."""
        if lane or self.actor.lane:
            return lane or self.actor.lane
        sentence = "Say which lane: this token is not bound to one."
        raise Refused.because(LANE, sentence, "lane")


def number_of(reference: str) -> int:
    """42 of ``INC-42``."""
    number = int(reference.rpartition("-")[2])
    if number >= 2**31:
        raise Http404(f"There is no {reference}.")
    return number
