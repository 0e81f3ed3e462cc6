"""Who may watch: judged at connecting and again for every connection of the process at once."""

import time
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.models import Session
from django.utils.crypto import constant_time_compare

from incidents.models import Incident, Participation, Person
from kernel import prepared

SIGNED_OUT = "You are signed out. Sign in again to go on."
NO_ACCESS = "You no longer take part in this incident."
UNKNOWN = "There is no such incident."
NO_RESPONDER = "You are not a responder any more."


@dataclass(frozen=True, slots=True)
class Viewer:
    """What one connection rests on. ``password`` is the stored hash: a new one ends the session.

    Without an incident it watches what the person has to do, in all that they may know of.
    """

    session_key: str
    person_id: int
    password: str
    incident_id: int | None
    name: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Refusal:
    code: int
    reason: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """Why each viewer who may no longer watch may not, and where the timelines end now."""

    lost: dict[Viewer, str]
    heads: dict[int, int]


@dataclass(frozen=True, slots=True)
class AdmissionRequest:
    """Somebody at the door of an incident, or (without one) of their own work."""

    session_key: str | None
    incident_id: int | None


@dataclass(frozen=True, slots=True)
class Admitted:
    """``head`` is the end of the timeline, ``since`` when that was looked at (monotonic)."""

    viewer: Viewer
    head: int
    since: float


type Answer = Admitted | Refusal


def admit(requests: Collection[AdmissionRequest], now: datetime) -> dict[AdmissionRequest, Answer]:
    """Answer everybody at once, in six queries; an incident that is hidden does not exist."""
    since = time.monotonic()
    people = _signed_in({request.session_key for request in requests if request.session_key}, now)
    viewers = {
        request: Viewer(
            request.session_key, person.pk, person.password, request.incident_id, str(person)
        )
        for request in requests
        if request.session_key and (person := people.get(request.session_key))
    }
    judgement = judge(viewers.values(), now)
    return {request: _answer(viewers.get(request), judgement, since) for request in requests}


def _answer(viewer: Viewer | None, judgement: Judgement, since: float) -> Answer:
    reason = judgement.lost.get(viewer) if viewer else SIGNED_OUT
    if viewer is None or reason == SIGNED_OUT:
        return Refusal(4401, SIGNED_OUT)
    if reason == NO_RESPONDER:
        return Refusal(4403, NO_RESPONDER)
    if reason is not None:
        return Refusal(4404, UNKNOWN)
    return Admitted(viewer, judgement.heads.get(viewer.incident_id or 0, 0), since)


def _signed_in(keys: set[str], now: datetime) -> dict[str, Person]:
    """Whose sessions these are, as ``django.contrib.auth.get_user`` finds it; a test holds them
    together. In two queries for all, and nothing is written: a socket cannot change its cookie.
    """
    sessions = Session.objects.filter(session_key__in=keys, expire_date__gt=now)
    decoded = {session.session_key: session.get_decoded() for session in sessions}
    numbers = {number for data in decoded.values() if (number := _person_id(data)) is not None}
    people = Person.objects.filter(is_active=True).in_bulk(numbers)
    return {
        key: person
        for key, data in decoded.items()
        if (person := people.get(_person_id(data) or 0)) and _vouches(data, person)
    }


def _person_id(data: Mapping[str, Any]) -> int | None:
    try:
        return int(data[SESSION_KEY])
    except (KeyError, ValueError):
        return None


def _vouches(data: Mapping[str, Any], person: Person) -> bool:
    """The session was made by a way to sign in that is still open, for the password of today."""
    if data.get(BACKEND_SESSION_KEY) not in settings.AUTHENTICATION_BACKENDS:
        return False
    session_hash = data.get(HASH_SESSION_KEY) or ""
    valid_hashes = [person.get_session_auth_hash(), *person.get_session_auth_fallback_hash()]
    return any(constant_time_compare(session_hash, valid_hash) for valid_hash in valid_hashes)


def judge(viewers: Iterable[Viewer], now: datetime) -> Judgement:
    """Look at everybody again, in four queries (three when nothing watched is restricted).

    The same answer as ``Incident.objects.visible_to`` for each; a test holds the two together.
    """
    viewers = list(viewers)
    sessions = _sessions({v.session_key for v in viewers}, now)
    people = people_of({v.person_id for v in viewers})
    incidents = Incident.objects.only("restricted", "last_seq").in_bulk(
        {v.incident_id for v in viewers if v.incident_id is not None}
    )
    taking_part = taking_part_in(i.pk for i in incidents.values() if i.restricted)

    def why_not(viewer: Viewer) -> str | None:
        person = people.get(viewer.person_id)
        if viewer.session_key not in sessions or person is None or not person.is_active:
            return SIGNED_OUT
        if person.password != viewer.password:
            return SIGNED_OUT
        if viewer.incident_id is None:
            return None if person.is_responder else NO_RESPONDER
        incident = incidents.get(viewer.incident_id)
        if incident is None or not person.is_responder:
            return NO_ACCESS
        open_to_all = person.is_admin or not incident.restricted
        return None if open_to_all or (incident.pk, viewer.person_id) in taking_part else NO_ACCESS

    lost = {viewer: reason for viewer in viewers if (reason := why_not(viewer))}
    return Judgement(lost, {pk: incident.last_seq for pk, incident in incidents.items()})


def _sessions(keys: set[str], now: datetime) -> set[str]:
    return {key for (key,) in prepared.rows(_ALIVE, [",".join(keys), now])}


# One text is sent, not an array: psycopg looks through each element of one for what to escape.
_ALIVE = """
    SELECT session_key FROM django_session
    WHERE session_key = ANY(string_to_array(%s, ',')) AND expire_date > %s
"""


@dataclass(frozen=True, slots=True)
class AccountStatus:
    """What somebody is on the site now."""

    password: str
    is_active: bool
    is_responder: bool
    is_admin: bool


def people_of(ids: set[int]) -> dict[int, AccountStatus]:
    """What these people are on the site, in one query."""
    return {
        number: AccountStatus(password, active, *_powers(superuser, tuple(names)))
        for number, password, active, superuser, names in prepared.rows(
            _PEOPLE, [",".join(map(str, ids))]
        )
    }


_PEOPLE = """
    SELECT id, password, is_active, is_superuser, ARRAY(
        SELECT auth_group.name FROM auth_group
        JOIN incidents_person_groups AS their ON their.group_id = auth_group.id
        WHERE their.person_id = incidents_person.id
    )
    FROM incidents_person WHERE id = ANY(string_to_array(%s, ',')::bigint[])
"""


@lru_cache(maxsize=100)
def _powers(is_superuser: bool, names: tuple[str, ...]) -> tuple[bool, bool]:
    """Whether somebody of these groups is a responder, and an admin."""
    person = Person(is_superuser=is_superuser)
    person.group_names = Person.groups_with(names, is_superuser)
    return person.is_responder, person.is_admin


def taking_part_in(incident_ids: Iterable[int]) -> set[tuple[int, int]]:
    ids = list(incident_ids)
    if not ids:
        return set()
    rows = Participation.objects.filter(incident__in=ids)
    return set(rows.values_list("incident_id", "person_id"))
