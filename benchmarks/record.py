"""Writing on the record: how much does an action cost beside its bare SQL?

Writers (a process each) add notes, all to one incident or to fifty in turn. In interleaved rounds
each does it by the action, with its permission, lock, masking, hash and push, or sends the very
same statements by bare psycopg, in as many round trips, to incidents of its own. Afterwards every
timeline is verified: no gap, no broken chain, and as many entries as were counted. Ends with one
JSON line of ratios; exit status 1 when one is below 0.5 or a timeline does not hold.
"""

import contextlib
import hashlib
import itertools
import json
import multiprocessing
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent)]

from benchmarks.live import environment, expect, paired

WRITERS = [int(one) for one in os.environ.get("WRITERS", "1,4,16").split(",")]
INCIDENTS = int(os.environ.get("INCIDENTS", "50"))
ROUNDS = int(os.environ.get("ROUNDS", "7"))
SECONDS = float(os.environ.get("SECONDS", "2"))
TIMEOUT_SECONDS = 300.0
MIN_OF_BARE = 0.5

NOTE = "Error rate back at 0.3 % in four of five regions; eu-west stays at 18 %."
FIRST_INCIDENT, FIRST_PERSON = 100_000, 50_000
"""So that no number in a statement can be taken for another's."""

SIDES = ("ours", "bare")


@dataclass(frozen=True, slots=True)
class Statement:
    """One that the action sends; ``last`` is where its row has the end of the timeline."""

    sql: str
    params: tuple[Any, ...]
    last: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Learned:
    """The statements of one entry, and the values in them that another entry has otherwise."""

    statements: list[Statement]
    incident: int
    seq: int
    previous: str
    hash: str


def rooms() -> dict[str, list[int]]:
    """Incidents for each side, declared by one responder."""
    from django.contrib.auth.models import Group as SiteGroup
    from django.core.management import call_command
    from django.db import connection

    from incidents.actions.lifecycle import Declaration, declare
    from incidents.models import Person
    from incidents.vocabulary import Group, Severity

    call_command("migrate", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE incidents_incident ALTER id RESTART {FIRST_INCIDENT}")
        cursor.execute(f"ALTER TABLE incidents_person ALTER id RESTART {FIRST_PERSON}")
    by = Person.objects.create(username="mara", name="Mara", password="!")
    SiteGroup.objects.get_or_create(name=Group.RESPONDER)[0].user_set.add(by)
    declaration = Declaration(title="Sign-in fails after release", severity=Severity.SEV1)
    return {
        side: [
            declare(by.as_actor(), declaration, now=datetime.now(UTC)).pk for _ in range(INCIDENTS)
        ]
        for side in SIDES
    }


def by_action() -> Callable[[int], None]:
    """A note as a view writes it, without the view."""
    from incidents.models import Person
    from lanes.actions.notes import add_note

    actor = Person.objects.get(username="mara").as_actor()
    return lambda number: add_note(actor, number, text=NOTE, now=datetime.now(UTC)) and None


def learn(number: int) -> Learned:
    """What the action sends, as it sends it; the transaction's own begin and end are not told."""
    from django.db import connection

    from incidents.models import TimelineEntry

    found: list[Statement] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        result = execute(sql, params, many, context)
        columns = [column.name for column in context["cursor"].description or ()]
        last = None
        if "last_seq" in columns:
            last = (columns.index("last_seq"), columns.index("last_hash"))
        found.append(Statement(sql, tuple(params or ()), last))
        return result

    write = by_action()
    with connection.execute_wrapper(note):
        write(number)
    last = TimelineEntry.objects.filter(incident=number).latest("seq")
    return Learned(found, number, last.seq, last.previous_hash, last.hash)


def by_psycopg(learned: Learned) -> Callable[[int], None]:
    """The same statements; the incident and the end of its timeline are put in."""
    import psycopg

    connection = psycopg.connect(os.environ["DATABASE_URL"])

    def write(number: int) -> None:
        seq, before = 0, ""
        sealed = hashlib.sha256(os.urandom(16)).hexdigest()
        with connection.cursor() as cursor:
            for one in learned.statements:
                put = {
                    learned.incident: number,
                    learned.seq: seq,
                    learned.previous: before,
                    learned.hash: sealed,
                }
                cursor.execute(one.sql, [_put(put, value) for value in one.params])
                rows = cursor.fetchall() if cursor.description else []
                if one.last:
                    at_seq, at_hash = one.last
                    seq, before = rows[0][at_seq] + 1, rows[0][at_hash]
        connection.commit()

    return write


def _put(put: dict[Any, Any], value: Any) -> Any:
    return put.get(value, value) if isinstance(value, int | str) else value


def serve(pipe: Any, learned: Learned, turn: int) -> None:
    """One writer: for each (side, incidents, seconds) write so long; answer (written, seconds)."""
    import django

    django.setup()
    ways = {"ours": by_action(), "bare": by_psycopg(learned)}
    pipe.send("ready")
    while (order := pipe.recv()) is not None:
        side, incidents, seconds = order
        turns = itertools.islice(itertools.cycle(incidents), turn, None)
        written, begun = 0, time.perf_counter()
        while time.perf_counter() < begun + seconds:
            ways[side](next(turns))
            written += 1
        pipe.send((written, time.perf_counter() - begun))


@contextlib.contextmanager
def writers(many: int, learned: Learned) -> Iterator[list[Any]]:
    context = multiprocessing.get_context("spawn")
    pipes, processes = [], []
    for turn in range(many):
        pipe, theirs = context.Pipe()
        words = (theirs, learned, turn)
        processes.append(context.Process(target=serve, args=words, daemon=True))
        processes[-1].start()
        pipes.append(pipe)
    try:
        for pipe in pipes:
            expect(pipe, TIMEOUT_SECONDS)
        yield pipes
        for pipe in pipes:
            pipe.send(None)
        for process in processes:
            process.join(TIMEOUT_SECONDS)
    finally:
        for process in processes:
            process.kill()


class Bench:
    """Rounds of all sides, and the count of all that was written by the action."""

    def __init__(self) -> None:
        self.rooms = rooms()
        first = self.rooms["ours"][0]
        by_action()(first)
        self.learned = learn(first)
        self.written = 2

    def rates(self, pipes: list[Any], spread: int) -> dict[str, list[float]]:
        """Entries a second of all writers, a list for each side; the first round warms up."""
        took: dict[str, list[float]] = {side: [] for side in SIDES}
        for number in range(ROUNDS + 1):
            for side in SIDES if number % 2 else reversed(SIDES):
                rate = self._rate(pipes, side, spread)
                if number:
                    took[side].append(rate)
        return took

    def _rate(self, pipes: list[Any], side: str, spread: int) -> float:
        for pipe in pipes:
            pipe.send((side, self.rooms[side][:spread], SECONDS))
        answers = [expect(pipe, SECONDS + TIMEOUT_SECONDS) for pipe in pipes]
        if side == "ours":
            self.written += sum(written for written, _ in answers)
        return sum(written / seconds for written, seconds in answers)

    def broken(self) -> list[str]:
        """What does not hold of our timelines, in words."""
        from incidents.models import Incident, TimelineEntry
        from incidents.timeline.verify import verify

        ours = Incident.objects.filter(pk__in=self.rooms["ours"])
        found = [f"{one.reference}: {b.sentence}" for one in ours if (b := verify(one))]
        kept = TimelineEntry.objects.filter(incident__in=ours, kind="note.added").count()
        if kept != self.written:
            found.append(f"{self.written} were written and {kept} are there")
        return found


def report(took: dict[tuple[int, int], dict[str, list[float]]], broken: list[str]) -> int:
    print(f"{ROUNDS} rounds of {SECONDS:g} s, entries a second, medians")
    print(f"{'writers':>8}{'incidents':>11}{'ours':>8}{'bare':>8}{'ratio':>8}")
    found = {}
    for (many, spread), rates in took.items():
        middle = {side: statistics.median(rates[side]) for side in SIDES}
        # Round by round: what else the machine does weighs on the neighbours of a round alike.
        ratio = paired(rates["ours"], rates["bare"])
        print(f"{many:8}{spread:11}{middle['ours']:8.0f}{middle['bare']:8.0f}{ratio:8.2f}")
        found[f"writers_{many}_incidents_{spread}"] = ratio
    for sentence in broken:
        print(sentence)
    good = not broken and all(ratio >= MIN_OF_BARE for ratio in found.values())
    print(json.dumps({**found, "broken": len(broken)}))
    return 0 if good else 1


def main() -> int:
    with environment():
        import django

        django.setup()
        bench = Bench()
        print(f"{len(bench.learned.statements)} statements an entry, beside begin and commit")
        took = {}
        for many in WRITERS:
            with writers(many, bench.learned) as pipes:
                for spread in (1, INCIDENTS):
                    took[many, spread] = bench.rates(pipes, spread)
        return report(took, bench.broken())


if __name__ == "__main__":
    raise SystemExit(main())
