"""How everything runs, in plain words, with what to do where it does not."""

import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import connection
from django.urls import reverse

from incidents.rules.wording import duration
from kernel.text import mask_secrets
from retros.vocabulary import PackageState
from warroom import VERSION
from warroom.operations import dependencies, figures
from warroom.operations.exposition import counted
from warroom.operations.figures import Figures
from warroom.operations.slow_views import slowest
from warroom.schedule import heartbeat
from warroom.up.embedded.data import DataFolder
from warroom.up.orphans import MARK
from warroom.up.parts import State, read_parts

OVERDUE = timedelta(minutes=2)
"""A delivery that waits so long past its time finds no worker."""

MAX_ROWS = 5

KINDS = {"room": "war rooms", "home": "home pages", "status": "the status page"}


@dataclass(frozen=True, slots=True)
class Part:
    """``word`` is what it is in one word; ``do`` is what to do about it, "" where all is well."""

    name: str
    good: bool
    word: str
    sentence: str
    do: str = ""
    href: str = ""
    link: str = ""


def overview(now: datetime) -> dict[str, Any]:
    """Eight queries, and one question to Valkey."""
    totals = figures.read(now)
    parts = [
        _database(now),
        _valkey(),
        *_programs(now),
        _tick(totals, now),
        _outbox(totals),
        _dead_deliveries(totals),
        _claims(totals),
        _packages(totals),
        _status_site(totals, now),
        _migrations(totals),
    ]
    claims = figures.failed_claims().order_by("-due_at")[:MAX_ROWS] if totals.failed_claims else []
    return {
        "parts": parts,
        "wrong": sum(not part.good for part in parts),
        "claims": [(claim, mask_secrets(claim.error).text) for claim in claims],
        "watching": _watching(),
        "slowest": slowest(counted(), MAX_ROWS),
        "version": VERSION,
        "at": now,
    }


def _database(now: datetime) -> Part:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_postmaster_start_time(), current_setting('server_version'),"
            " current_setting('transaction_read_only')"
        )
        since, version, read_only = cursor.fetchone()
    if read_only == "on":
        return Part(
            "Database",
            False,
            "Read-only",
            f"PostgreSQL {version} answers and takes no changes, as a standby does.",
            "Make it the primary, or see that DATABASE_URL leads to the one that is.",
        )
    sentence = f"PostgreSQL {version} answers, up for {duration(now - since)}."
    return Part("Database", True, "Works", sentence)


def _valkey() -> Part:
    seconds = dependencies.redis_seconds()
    if seconds is not None:
        sentence = f"Answers, up for {duration(timedelta(seconds=seconds))}."
        return Part("Valkey", True, "Works", sentence)
    return Part(
        "Valkey",
        False,
        "Away",
        "It does not answer. Nothing is lost: browsers poll instead, reminders and mail wait.",
        "Start it, and see that REDIS_URL leads to it.",
    )


def _programs(now: datetime) -> list[Part]:
    """What ``up`` runs, where it runs this; elsewhere something else starts the processes."""
    folder = os.environ.get(MARK)
    parts = read_parts(DataFolder(Path(folder)).parts) if folder else {}
    if not parts:
        return []
    away = {name: part for name, part in parts.items() if part.state is not State.RUNNING}
    ends = sum(part.ends for part in parts.values())
    if not away:
        sentence = f"{len(parts)} run; {ends} times one ended by itself and was started again."
        return [Part("Processes", True, "Run", sentence if ends else f"{len(parts)} run.")]
    sentences = [
        f"{name} ended by itself {duration(now - _moment(part.since))} ago "
        f"({part.ends} so far): {mask_secrets(part.cause).text}."
        for name, part in away.items()
    ]
    return [
        Part(
            "Processes",
            False,
            "Started again",
            " ".join(sentences),
            "They are started again by themselves; if they do not stay, the log says why.",
        )
    ]


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _tick(totals: Figures, now: datetime) -> Part:
    tick = totals.tick
    if tick is not None and not heartbeat.is_late(tick, now):
        since = duration(now - tick.since)
        sentence = f"One tick a second since {since}; the last took {tick.took:.1f} s."
        return Part("Reminders", True, "Work", sentence)
    last = f"The last tick was {duration(now - tick.at)} ago" if tick else "There was no tick yet"
    return Part(
        "Reminders",
        False,
        "Stand still",
        f"{last}. Reminders and mail wait and come late, each once.",
        "See that beat and at least one worker run, and what their logs say last.",
    )


def _outbox(totals: Figures) -> Part:
    if not totals.waiting:
        return Part("Outbox", True, "Empty", "Everything that was to be sent is out.")
    many = f"{totals.waiting} wait" if totals.waiting > 1 else "1 waits"
    if totals.overdue <= OVERDUE:
        return Part("Outbox", True, "Moves", f"{many} to be sent or to be tried again.")
    channel = max(totals.outbox, key=lambda name: totals.outbox[name].overdue)
    return Part(
        "Outbox",
        False,
        "Stuck",
        f"{many} to be sent, the first since {duration(totals.overdue)}, by {channel}.",
        "See that a worker runs and that what it sends through can be reached.",
        f"{reverse('admin:comms_delivery_changelist')}?state__exact=waiting",
        "What waits",
    )


def _dead_deliveries(totals: Figures) -> Part:
    if not totals.dead:
        return Part("Deliveries given up", True, "None", "Everybody was told.")
    return Part(
        "Deliveries given up",
        False,
        str(totals.dead),
        "They were tried for two hours, or refused for good, and nobody was told.",
        "Read the last error of each, mend it, then choose “Send again”.",
        f"{reverse('admin:comms_delivery_changelist')}?state__exact=dead",
        "What was given up",
    )


def _claims(totals: Figures) -> Part:
    if not totals.failed_claims:
        return Part("Due work that fails", True, "None", "All that came due was done.")
    many = sum(totals.failed_claims.values())
    kinds = ", ".join(f"{kind} ({count})" for kind, count in totals.failed_claims.items())
    return Part(
        "Due work that fails",
        False,
        str(many),
        f"Tried again at least each five minutes: {kinds}.",
        "The errors stand below. Most are a fault in Warroom: report them with the log.",
    )


def _packages(totals: Figures) -> Part:
    failed = totals.packages.get(PackageState.FAILED, 0)
    making = totals.packages.get(PackageState.WAITING, 0)
    if not failed:
        sentence = f"{making} being made." if making else "All are made."
        return Part("Closure packages", True, "Work", sentence)
    return Part(
        "Closure packages",
        False,
        f"{failed} failed",
        "Their incidents stay closed; each package's page says why it could not be made.",
        "Mend the reason, then have it tried again there.",
    )


def _status_site(totals: Figures, now: datetime) -> Part:
    if not (failures := totals.status_failures):
        rendered = totals.status_rendered_at
        since = f"Rendered {duration(now - rendered)} ago." if rendered else "Not rendered yet."
        return Part("Status page", True, "Current", since)
    since = datetime.fromisoformat(min(failure["since"] for failure in failures.values()))
    name, failure = next(iter(failures.items()))
    more = f", and {len(failures) - 1} more" if len(failures) > 1 else ""
    return Part(
        "Status page",
        False,
        f"{len(failures)} fail",
        f"Since {duration(now - since)} these show what they showed last: {name}{more}. The error:"
        f" {mask_secrets(failure['error']).text}",
        "They are tried again each ten seconds. Mend what the log says; report a fault in Warroom.",
    )


def _migrations(totals: Figures) -> Part:
    if not totals.migrations:
        return Part("Version", True, VERSION, "The database is that of this version.")
    return Part(
        "Version",
        False,
        VERSION,
        f"The database lacks: {', '.join(totals.migrations)}.",
        "Run `manage.py migrate`.",
    )


def _watching() -> list[tuple[str, int]]:
    """As the processes count them that share their figures with this one."""
    registry = counted()
    return [
        (sentence, int(registry.get_sample_value("warroom_viewers", {"kind": kind}) or 0))
        for kind, sentence in KINDS.items()
    ]
