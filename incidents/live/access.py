"""Who may watch: judged at connecting and again for every connection of the process at once."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from importlib import import_module
from types import SimpleNamespace

from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.postgres.aggregates import ArrayAgg
from django.contrib.sessions.models import Session

from incidents.models import Incident, Participation, Person
from incidents.vocabulary import Group

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


def admit(session_key: str | None, incident_id: int) -> tuple[Viewer, int] | Refusal:
    """The viewer and the end of the timeline; an incident that is hidden does not exist."""
    person = _signed_in(session_key)
    if session_key is None or person is None:
        return Refusal(4401, SIGNED_OUT)
    incident = Incident.objects.visible_to(person).filter(pk=incident_id).first()
    if incident is None:
        return Refusal(4404, UNKNOWN)
    viewer = Viewer(session_key, person.pk, person.password, incident.pk, str(person))
    return viewer, incident.last_seq


def admit_to_work(session_key: str | None) -> Viewer | Refusal:
    """Who watches their own work; for responders only, since others have none."""
    person = _signed_in(session_key)
    if session_key is None or person is None:
        return Refusal(4401, SIGNED_OUT)
    if not person.is_responder:
        return Refusal(4403, NO_RESPONDER)
    return Viewer(session_key, person.pk, person.password, None, str(person))


def _signed_in(session_key: str | None) -> Person | None:
    if session_key is None or not session_key.isalnum():
        return None
    store = import_module(settings.SESSION_ENGINE).SessionStore(session_key)
    person = get_user(SimpleNamespace(session=store))  # type: ignore[arg-type]
    return person if isinstance(person, Person) else None


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
        return None if open_to_all or (incident.pk, person.pk) in taking_part else NO_ACCESS

    lost = {viewer: reason for viewer in viewers if (reason := why_not(viewer))}
    return Judgement(lost, {pk: incident.last_seq for pk, incident in incidents.items()})


def _sessions(keys: set[str], now: datetime) -> set[str]:
    alive = Session.objects.filter(session_key__in=keys, expire_date__gt=now)
    return set(alive.values_list("session_key", flat=True))


def people_of(ids: set[int]) -> dict[int, Person]:
    """The people with what they are on the site, in one query."""
    found = (
        Person.objects.filter(pk__in=ids)
        .only("password", "is_active", "is_superuser")
        .annotate(names=ArrayAgg("groups__name", default=[]))
    )
    people = {person.pk: person for person in found}
    for person in people.values():
        names = frozenset(name for name in person.names if name)
        person.group_names = names | {Group.ADMIN.value} if person.is_superuser else names
    return people


def taking_part_in(incident_ids: Iterable[int]) -> set[tuple[int, int]]:
    ids = list(incident_ids)
    if not ids:
        return set()
    rows = Participation.objects.filter(incident__in=ids)
    return set(rows.values_list("incident_id", "person_id"))
