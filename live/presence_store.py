"""Who is in a room now, across processes: kept in Valkey only, never in the database.

A hash for each incident. Each source (a hub for all of its browsers, or a browser that polls) has
one field in it: who is there, where, and when that was said. What a source has not repeated for
``FRESH`` is not believed, so a process that died takes its people with it.
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
"""How long what a source said counts."""

FORGOTTEN = timedelta(minutes=1)
"""After this the field of a source that fell silent is removed."""

PATIENCE = 0.25
"""Seconds that anybody waits for Valkey: who is here is not worth more."""

NAMED = 8
"""More people than this are counted, not named."""


@dataclass(frozen=True, slots=True)
class Present:
    """Somebody in the room; ``place`` is the lane whose page they are on, "" in the room itself."""

    person_id: int
    name: str
    place: str = ""


@dataclass(frozen=True, slots=True)
class Here:
    """Who is in one room: as many by name as are ever shown, and how many there are.

    The first of all are the first of wherever each of them is, so no source tells more names.
    """

    named: tuple[Present, ...] = ()
    ids: frozenset[int] = frozenset()

    @classmethod
    def of(cls, people: Iterable[Present], others: Iterable[int] = ()) -> "Here":
        """Of these people, and of others whose names come after theirs."""
        everyone = set(people)
        first = nsmallest(NAMED, {(one.name.casefold(), one.person_id) for one in everyone})
        named = {person for _, person in first}
        tabs = sorted(
            (one for one in everyone if one.person_id in named),
            key=lambda one: (one.name.casefold(), one.person_id, one.place),
        )
        return cls(tuple(tabs), frozenset(one.person_id for one in everyone).union(others))


@dataclass(frozen=True, slots=True)
class Shown:
    name: str
    places: tuple[str, ...]


type Rooms[T] = Mapping[int, T]


def place_of(said: str) -> str:
    """The place that a browser says it shows; nonsense counts as the room."""
    return said if said in LaneKind.values else ""


def exchange(
    source: str, here: Rooms[Iterable[Present]], now: datetime, gone: Iterable[int] = ()
) -> dict[int, Here] | None:
    """Say who is here in each room, hear who is there at all; one round trip for all rooms.

    ``gone`` are the rooms that the source has nobody in any more. None when Valkey is away: then
    nobody knows who is here.
    """
    rooms = list(here)
    try:
        pipe = _redis().pipeline(transaction=False)
        for number in gone:
            pipe.hdel(_key(number), source)
        for number in rooms:
            pipe.hset(_key(number), source, _told(here[number], now))
            pipe.expire(_key(number), FORGOTTEN)
        for number in rooms:
            pipe.hgetall(_key(number))
        answers = pipe.execute()[-len(rooms) :] if rooms else pipe.execute()
        kept = dict(zip(rooms, answers, strict=False))
        said = {number: _read(fields) for number, fields in kept.items()}
        _tidy(said, now)
    except (RedisError, OSError):
        return None
    return {number: _believed(sources.values(), now) for number, sources in said.items()}


@dataclass(frozen=True, slots=True)
class _Said:
    at: float
    who: list[tuple[int, str, str]]
    ids: list[int]

    def is_within(self, age: timedelta, now: datetime) -> bool:
        return now.timestamp() - self.at < age.total_seconds()


def _told(people: Iterable[Present], now: datetime) -> str:
    here = Here.of(people)
    who = [(one.person_id, one.name, one.place) for one in here.named]
    said = _Said(now.timestamp(), who, sorted(here.ids))
    return json.dumps(asdict(said), separators=(",", ":"))


def _read(fields: Mapping[str, str]) -> dict[str, _Said]:
    return {source: _Said(**json.loads(told)) for source, told in fields.items()}


def _believed(sources: Iterable[_Said], now: datetime) -> Here:
    fresh = [said for said in sources if said.is_within(FRESH, now)]
    named = (Present(*one) for said in fresh for one in said.who)
    return Here.of(named, chain.from_iterable(said.ids for said in fresh))


def _tidy(rooms: Rooms[Mapping[str, _Said]], now: datetime) -> None:
    """A busy incident's hash never expires: what fell silent in it is taken out."""
    for number, sources in rooms.items():
        silent = [name for name, said in sources.items() if not said.is_within(FORGOTTEN, now)]
        if silent:
            _redis().hdel(_key(number), *silent)


def render(here: Here | None) -> str:
    """Who is in the room, the same for every viewer; "" when that is not known."""
    if here is None or not here.ids:
        return ""
    people = _merged(here.named)
    context = {"people": people, "more": len(here.ids) - len(people)}
    return render_to_string("components/presence.html", context).strip()


def _merged(tabs: Iterable[Present]) -> list[Shown]:
    """Each person once, in the order of their tabs, with all the lanes that these show."""
    names: dict[int, str] = {}
    places: dict[int, set[str]] = defaultdict(set)
    for one in tabs:
        names[one.person_id] = one.name
        places[one.person_id].add(one.place)
    return [
        Shown(name, tuple(lane.label for lane in LaneKind if lane in places[person]))
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
        socket_timeout=PATIENCE,
        socket_connect_timeout=PATIENCE,
        retry=Retry(NoBackoff(), 0),
    )
