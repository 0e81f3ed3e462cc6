"""Who is in a room now, across processes: kept in Valkey only, never in the database.

A hash for each incident. Each source (a hub for all of its browsers, or a browser that polls) has
one field in it: who is there, where, and when it reported that. A report older than ``FRESH`` does
not count, so the people of a process that died disappear.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from functools import cache
from heapq import nsmallest
from itertools import chain

from django.conf import settings
from django.template.loader import render_to_string
from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry

from incidents.vocabulary import LaneKind

FRESH = timedelta(seconds=6)
"""How long a report counts."""

FORGET_AFTER = timedelta(minutes=1)
"""After this the field of a silent source is removed."""

VALKEY_TIMEOUT_SECONDS = 0.25
"""Presence is not worth a longer wait for Valkey."""

MAX_NAMES = 8
"""More people than this are counted, not named."""


@dataclass(frozen=True, slots=True)
class Present:
    """Somebody in the room; ``place`` is the lane whose page they are on, "" in the room itself."""

    person_id: int
    name: str
    place: str = ""


@dataclass(frozen=True, slots=True)
class RoomPresence:
    """Who is in one room: as many names as are ever displayed, and the ids of everybody.

    The first names of a room are among the first of their source, so no source reports more.
    """

    named: tuple[Present, ...] = ()
    ids: frozenset[int] = frozenset()

    @classmethod
    def of(cls, people: Iterable[Present], others: Iterable[int] = ()) -> "RoomPresence":
        """Of these people, and of others whose names come after theirs."""
        everyone = set(people)
        first = nsmallest(MAX_NAMES, {(tab.name.casefold(), tab.person_id) for tab in everyone})
        named = {person for _, person in first}
        tabs = sorted(
            (tab for tab in everyone if tab.person_id in named),
            key=lambda tab: (tab.name.casefold(), tab.person_id, tab.place),
        )
        return cls(tuple(tabs), frozenset(tab.person_id for tab in everyone).union(others))


@dataclass(frozen=True, slots=True)
class PersonPlaces:
    name: str
    places: tuple[str, ...]


type Rooms[T] = Mapping[int, T]


def place_of(place: str) -> str:
    """The lane whose page a browser reports; an unknown one counts as the room."""
    return place if place in LaneKind.values else ""


def exchange(
    source: str, here: Rooms[Iterable[Present]], now: datetime, gone: Iterable[int] = ()
) -> dict[int, RoomPresence] | None:
    """Report who is here in each room and read who is there at all, in one round trip.

    ``gone`` are the rooms that the source has nobody in any more. None when Valkey is away: then
    nobody knows who is here.
    """
    rooms = list(here)
    try:
        pipe = _redis().pipeline(transaction=False)
        for number in gone:
            pipe.hdel(_key(number), source)
        for number in rooms:
            pipe.hset(_key(number), source, _encode_report(here[number], now))
            pipe.expire(_key(number), FORGET_AFTER)
        for number in rooms:
            pipe.hgetall(_key(number))
        answers = pipe.execute()[-len(rooms) :] if rooms else pipe.execute()
        fields_by_room = dict(zip(rooms, answers, strict=False))
        reports_by_room = {
            number: _decode_reports(fields) for number, fields in fields_by_room.items()
        }
        _tidy(reports_by_room, now)
    except (RedisError, OSError):
        return None
    return {
        number: _merge_reports(sources.values(), now) for number, sources in reports_by_room.items()
    }


@dataclass(frozen=True, slots=True)
class _Report:
    at: float
    who: list[tuple[int, str, str]]
    ids: list[int]

    def is_within(self, age: timedelta, now: datetime) -> bool:
        return now.timestamp() - self.at < age.total_seconds()


def _encode_report(people: Iterable[Present], now: datetime) -> str:
    here = RoomPresence.of(people)
    who = [(tab.person_id, tab.name, tab.place) for tab in here.named]
    report = _Report(now.timestamp(), who, sorted(here.ids))
    return json.dumps(asdict(report), separators=(",", ":"))


def _decode_reports(fields: Mapping[str, str]) -> dict[str, _Report]:
    return {source: _Report(**json.loads(text)) for source, text in fields.items()}


def _merge_reports(sources: Iterable[_Report], now: datetime) -> RoomPresence:
    fresh = [report for report in sources if report.is_within(FRESH, now)]
    named = (Present(*tab) for report in fresh for tab in report.who)
    return RoomPresence.of(named, chain.from_iterable(report.ids for report in fresh))


def _tidy(rooms: Rooms[Mapping[str, _Report]], now: datetime) -> None:
    """A busy incident's hash never expires: remove its silent sources."""
    for number, sources in rooms.items():
        silent = [
            name for name, report in sources.items() if not report.is_within(FORGET_AFTER, now)
        ]
        if silent:
            _redis().hdel(_key(number), *silent)


def render(here: RoomPresence | None) -> str:
    """Who is in the room, the same for every viewer; "" when that is not known."""
    if here is None or not here.ids:
        return ""
    people = _places_by_person(here.named)
    context = {"people": people, "more": len(here.ids) - len(people)}
    return render_to_string("components/presence.html", context).strip()


def _places_by_person(tabs: Iterable[Present]) -> list[PersonPlaces]:
    """Each person once, in the order of their tabs, with all the lanes that these show."""
    names: dict[int, str] = {}
    places: dict[int, set[str]] = defaultdict(set)
    for tab in tabs:
        names[tab.person_id] = tab.name
        places[tab.person_id].add(tab.place)
    return [
        PersonPlaces(name, tuple(lane.label for lane in LaneKind if lane in places[person]))
        for person, name in names.items()
    ]


def _key(number: int) -> str:
    return f"{_layer()['prefix']}:presence:{number}"


def _layer() -> Mapping[str, object]:
    """Where the channel layer is: there, or nowhere, presence is too."""
    config: Mapping[str, object] = settings.CHANNEL_LAYERS["default"]["CONFIG"]
    return config


def _redis() -> "Redis[str]":
    hosts = _layer()["hosts"]
    assert isinstance(hosts, list)
    return _client(hosts[0])


@cache
def _client(url: str) -> "Redis[str]":
    return Redis.from_url(
        url,
        decode_responses=True,
        socket_timeout=VALKEY_TIMEOUT_SECONDS,
        socket_connect_timeout=VALKEY_TIMEOUT_SECONDS,
        retry=Retry(NoBackoff(), 0),
    )
