"""Making and revoking tokens."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from incidents.actions.transaction import incident_action
from incidents.models import Incident, Person
from incidents.permissions import Who, require, site_roles
from incidents.timeline.record import record
from incidents.vocabulary import LaneKind, RoleName
from kernel.actor import Actor
from kernel.refusal import NotPermitted, Refused
from kernel.text import clean_line, clean_text, mask_secrets
from machines.models import Token
from machines.tokens import rules
from machines.tokens.rules import TokenInput
from machines.tokens.secret import SHOWN_LENGTH, digest, new_secret
from machines.vocabulary import TokenKind


def make_token(actor: Actor, token_input: TokenInput, *, now: datetime) -> tuple[Token, str]:
    """Make a token of the actor's own; returns it with its secret, which is stored nowhere.

    One of an agent in a single incident stands on that incident's timeline.
    """
    require("token.make", actor)
    _require_person(actor)
    name = mask_secrets(clean_line(token_input.name)).text
    token_input = replace(token_input, name=name)
    with _written(actor, token_input.incident, "agent.admit", token_input.lane, now) as incident:
        # Locked, so that of two tokens of one name that are made at once the second is refused.
        owner = Person.objects.select_for_update(no_key=True).get(pk=actor.id)
        taken = Token.objects.in_use(now).filter(owner=owner, name__iexact=name).exists()
        problems = rules.violations(
            token_input, now, is_responder=owner.is_responder, name_is_taken=taken
        )
        if problems:
            raise Refused(problems)
        secret = new_secret(token_input.kind)
        token = Token.objects.create(
            kind=token_input.kind,
            name=name,
            owner=owner,
            prefix=secret[:SHOWN_LENGTH],
            digest=digest(secret),
            scopes=sorted(token_input.scopes) if token_input.kind == TokenKind.SERVICE else [],
            lane=token_input.lane if token_input.kind == TokenKind.AGENT else "",
            incident=incident,
            made_at=now,
            ends_at=token_input.ends_at,
            ends_with_incident=token_input.ends_at is None,
        )
        if incident is not None:
            record(
                incident,
                "agent.admitted",
                actor,
                now,
                lane=token.lane,
                subject=token.prefix,
                name=token.name,
                lane_label=str(LaneKind(token.lane).label),
                person=str(owner),
            )
    return token, secret


def revoke_token(actor: Actor, pk: int, *, reason: str, now: datetime) -> Token:
    """Take a token away, at once: by its owner, an admin, or for an agent who commands or owns its
    lane.
    """
    require("token.revoke", actor)
    number = Token.objects.values_list("incident", flat=True).get(pk=pk)
    with _written(actor, number, "agent.remove", "", now) as incident:
        token = Token.objects.select_for_update(of=["self"]).get(pk=pk)
        _require_may_revoke(actor, token)
        if token.revoked_at is None:
            token.revoked_at, token.revoked_by_id = now, actor.id
            token.revoked_reason = clean_text(reason, 200)
            token.save(update_fields=["revoked_at", "revoked_by", "revoked_reason"])
            if incident is not None:
                record(
                    incident,
                    "agent.removed",
                    actor,
                    now,
                    lane=token.lane,
                    subject=token.prefix,
                    name=token.name,
                    reason=token.revoked_reason,
                )
    return token


def _require_person(actor: Actor) -> None:
    """Only a person makes tokens, signed in: a token that made tokens would outlive itself."""
    if not actor.is_person or actor.token:
        raise NotPermitted("Only a person can do this, signed in to Warroom.")


@contextmanager
def _written(
    actor: Actor, incident_id: int | None, permission: str, lane: str, now: datetime
) -> Iterator[Incident | None]:
    """The transaction of a token: that of its incident, where it has one."""
    if incident_id is None:
        with transaction.atomic():
            yield None
        return
    with incident_action(permission, actor, incident_id, now, lane=lane) as incident:
        yield incident


def _require_may_revoke(actor: Actor, token: Token) -> None:
    if actor.is_person and actor.id == token.owner_id:
        return
    if Who.ADMIN in site_roles(actor):
        return
    if token.is_agent and actor.is_person and _leads(actor, token):
        return
    raise NotPermitted(
        f"Only {token.owner} and admins can revoke this token; one of an agent also the owner of"
        " its lane and the commander."
    )


def _leads(actor: Actor, token: Token) -> bool:
    if token.incident is None:
        return False
    lane = Q(role=RoleName.LANE_OWNER, lane=token.lane)
    mine = token.incident.assignments.current().filter(person=actor.id)
    return mine.filter(lane | Q(role=RoleName.COMMANDER)).exists()
