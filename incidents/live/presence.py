"""Who is in a room now, across processes: kept in Valkey only, never in the database.

A hash for each incident. Each source (a hub for all of its browsers, or a browser that polls) has
one field in it: who is there, where, and when that was said. What a source has not repeated for
``FRESH`` is not believed, so a process that died takes its people with it.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

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
class Shown:
    name: str
    places: tuple[str, ...]


type Rooms[T] = Mapping[int, T]


def place_of(said: str) -> str:
    """The place that a browser says it shows; nonsense counts as the room."""
    return said if said in LaneKind.values else ""


def exchange(
    source: str, here: Rooms[Iterable[Present]], now: datetime, gone: Iterable[int] = ()
) -> dict[int, list[Present]] | None:
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
        found = dict(zip(rooms, answers, strict=False))
        _tidy(found, now)
    except (RedisError, OSError):
        return None
    return {number: _believed(fields, now) for number, fields in found.items()}


def _told(people: Iterable[Present], now: datetime) -> str:
    who = sorted({(one.person_id, one.name, one.place) for one in people})
    return json.dumps({"at": now.timestamp(), "who": who}, separators=(",", ":"))


def _believed(fields: Mapping[str, str], now: datetime) -> list[Present]:
    found = (json.loads(told) for told in fields.values())
    fresh = (told for told in found if _age(told["at"], now) < FRESH)
    return [Present(*one) for told in fresh for one in told["who"]]


def _age(at: float, now: datetime) -> timedelta:
    return timedelta(seconds=now.timestamp() - at)


def _tidy(found: Rooms[Mapping[str, str]], now: datetime) -> None:
    """A busy incident's hash never expires: what fell silent in it is taken out."""
    for number, fields in found.items():
        silent = [s for s, told in fields.items() if _age(json.loads(told)["at"], now) > FORGOTTEN]
        if silent:
            _redis().hdel(_key(number), *silent)


def render(people: Iterable[Present] | None) -> str:
    """Who is in the room, the same for every viewer; "" when that is not known."""
    if not people:
        return ""
    shown = _merged(people)
    context = {"people": shown[:NAMED], "more": len(shown) - NAMED}
    return render_to_string("components/presence.html", context).strip()


def _merged(people: Iterable[Present]) -> list[Shown]:
    """Each person once, by name, with all the lanes that their tabs show."""
    names: dict[int, str] = {}
    places: dict[int, set[str]] = defaultdict(set)
    for one in people:
        names[one.person_id] = one.name
        places[one.person_id].add(one.place)
    return [
        Shown(name, tuple(lane.label for lane in LaneKind if lane in places[person]))
        for person, name in sorted(names.items(), key=lambda item: (item[1].casefold(), item[0]))
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
