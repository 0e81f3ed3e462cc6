"""A closure package of a long incident: 5,000 entries, 300 items of evidence. How long, how much?

The incident is written by the actions, with 96 MiB of evidence. Each round a fresh process makes
the package as a worker does, then writes the zip as a download does, and says how long both took
and how much memory it ever held. Beside it stands a floor: reading the same evidence and hashing
it.
Ends with one JSON line; exit status 1 when a limit is missed.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent)]

from benchmarks.stage import environment

ENTRIES = int(os.environ.get("ENTRIES", "5000"))
ITEMS = int(os.environ.get("ITEMS", "300"))
ROUNDS = int(os.environ.get("ROUNDS", "3"))
BIG = 50
"""Items of 1 MiB; the others have 190 kB."""
MAX_SECONDS, MAX_MIB, MAX_WORDS = 20.0, 400.0, 2000


def main() -> int:
    with environment():
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        closing = lived()
        rounds = [made(closing, turn) for turn in range(ROUNDS)]
    return report(rounds)


def lived() -> int:
    """An incident of its full length; returns the key of its closing."""
    from datetime import timedelta

    import pgtrigger

    from incidents.actions.evidence import capture
    from incidents.models import Incident
    from incidents.timeline.row_checks import lifted
    from kernel import clock
    from lanes.actions import add_note
    from retros.models import Closing
    from warroom import demo

    now = clock.now() - timedelta(hours=6)
    people = demo.people()
    incident = demo.tell(people, demo.surfaces(), now)
    actor = people["mara"].as_actor()
    for number in range(ITEMS - incident.evidence.count()):
        capture(actor, incident.pk, item(number), now=now)
    incident = Incident.objects.get(pk=incident.pk)
    for number in range(ENTRIES - incident.last_seq):
        add_note(actor, incident.pk, text=f"Note {number}: the error rate moves again.", now=now)
    incident.refresh_from_db()
    texts = ("happened", "path", "uncertain", "need", "trigger")
    with lifted(), pgtrigger.ignore("retros.Closing:closing_on_the_record"):
        closing = Closing.objects.create(
            incident=incident,
            number=1,
            closed_at=clock.now(),
            closed_by=people["mara"],
            seq=incident.last_seq,
            confidence="3",
            watch_until=clock.now() + timedelta(days=1),
            **{name: "Words that say what happened and why. " * 40 for name in texts},
        )
    return int(closing.pk)


def item(number: int) -> Any:
    from incidents.rules.evidence import Capture
    from incidents.vocabulary import EvidenceKind, Purpose

    line = f"2026-03-05T14:{number % 60:02d}:00Z edge-{number} sign-in 401 key not known\n"
    text = line * ((1 << 20 if number < BIG else 190_000) // len(line))
    return Capture(
        kind=EvidenceKind.COMMAND,
        title=f"Log of edge-{number}",
        text=text,
        command=f"edgectl log edge-{number}",
        exit_code=0,
        purpose=Purpose.VERIFICATION if number % 10 == 0 else Purpose.GENERAL,
    )


def made(closing: int, turn: int) -> dict[str, float]:
    """What a fresh process says of making one version."""
    from django.db import transaction

    from incidents.locking import lock
    from kernel import clock
    from retros.models import Closing
    from retros.package.steps import request_for_closing_step

    closing_row = Closing.objects.get(pk=closing)
    with transaction.atomic():
        incident = lock(closing_row.incident_id)
        row = request_for_closing_step(incident, closing_row, clock.now())
    with tempfile.TemporaryDirectory() as folder:
        words = [sys.executable, str(Path(__file__)), "worker", str(row.pk), folder]
        found = subprocess.run(words, check=True, stdout=subprocess.PIPE, text=True)
    figures: dict[str, float] = json.loads(found.stdout.splitlines()[-1])
    print(f"round {turn + 1}: {figures}", file=sys.stderr)
    return figures


def worker(package: int, folder: str) -> None:
    """In a process of its own: make it, write its zip, and then the floor."""
    import hashlib
    import resource

    import django

    django.setup()
    from incidents.models import Evidence
    from kernel import clock
    from retros.models import Package
    from retros.package import archive
    from retros.package import worker as making

    begun = time.perf_counter()
    if not making.make(package, clock.now()):
        raise SystemExit("The package was not made.")
    done = time.perf_counter()
    row = Package.objects.select_related("incident", "closing").get(pk=package)
    with (Path(folder) / "package.zip").open("wb") as file:
        for piece in archive.zip_pieces(row):
            file.write(piece)
    zipped = time.perf_counter()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    for one in Evidence.objects.filter(incident=row.incident).iterator(chunk_size=5):
        hashlib.sha256(one.text.encode()).hexdigest()
    floor = time.perf_counter()
    print(
        json.dumps(
            {
                "made": round(done - begun, 2),
                "zipped": round(zipped - done, 2),
                "floor": round(floor - zipped, 2),
                "mib": round(memory),
                "words": row.words,
                "pdf_kb": len(row.pdf) // 1000,
            }
        )
    )


def report(rounds: list[dict[str, float]]) -> int:
    middle = {name: statistics.median(one[name] for one in rounds) for name in rounds[0]}
    print(f"A package of {ENTRIES} entries and {ITEMS} items, medians of {ROUNDS} rounds")
    print(f"{'made, s':<24}{middle['made']:>8.2f}   at most {MAX_SECONDS:.0f}")
    print(f"{'its zip written, s':<24}{middle['zipped']:>8.2f}")
    print(f"{'read and hash alone, s':<24}{middle['floor']:>8.2f}")
    print(f"{'most memory, MiB':<24}{middle['mib']:>8.0f}   at most {MAX_MIB:.0f}")
    print(f"{'words of the body':<24}{middle['words']:>8.0f}   at most {MAX_WORDS}")
    ratios = {
        "seconds_of_limit": round(middle["made"] / MAX_SECONDS, 2),
        "memory_of_limit": round(max(one["mib"] for one in rounds) / MAX_MIB, 2),
        "made_vs_floor": round(middle["made"] / middle["floor"], 1),
    }
    print(json.dumps(ratios))
    within = max(ratios["seconds_of_limit"], ratios["memory_of_limit"]) <= 1
    return 0 if within and middle["words"] <= MAX_WORDS else 1


if __name__ == "__main__":
    if sys.argv[1:2] == ["worker"]:
        worker(int(sys.argv[2]), sys.argv[3])
    else:
        sys.exit(main())
