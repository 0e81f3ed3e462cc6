"""What a signer reads of a decision, and its hash: a signature is bound to it."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from incidents.models import Decision, RejectedOption

_FIELDS = (
    "number",
    "severity",
    "scope",
    "next_action",
    "choice",
    "option",
    "option_detail",
    "reach",
    "why_now",
    "reversibility",
    "blast_radius",
    "verification",
    "confidence",
    "deviation_reason",
    "override_reason",
    "commander_id",
    "executor_id",
    "verifier_id",
)


def records_of(decisions: Iterable[Decision]) -> dict[int, dict[str, Any]]:
    """The whole records by key, in JSON's types; read afresh, in three queries for all of them.

    Evidence stands by number and hash, so that its content counts.
    """
    made = {decision.pk: decision for decision in decisions}
    rejected = RejectedOption.objects.filter(decision__in=made)
    cited = Decision.evidence.through.objects.filter(decision__in=made)
    risks = Decision.risks.through.objects.filter(decision__in=made)
    related = {
        "rejected": _grouped(rejected.values_list("decision", "option", "reason")),
        "evidence": _grouped(cited.values_list("decision", "evidence__number", "evidence__sha256")),
        "risks": _grouped(risks.values_list("decision", "risk__number", "risk__text")),
    }
    return {
        pk: {
            **{name: getattr(decision, name) for name in _FIELDS},
            "incident": decision.incident_id,
            "checkpoint": decision.checkpoint.number,
            "decided_at": _utc(decision.decided_at),
            "deadline": _utc(decision.deadline),
            **{name: sorted(rows[pk]) for name, rows in related.items()},
        }
        for pk, decision in made.items()
    }


def _utc(moment: datetime) -> str:
    """One spelling of a moment, whatever the zone in which it was typed."""
    return moment.astimezone(UTC).isoformat()


def _grouped(rows: Iterable[tuple[Any, ...]]) -> Mapping[int, list[tuple[Any, ...]]]:
    found: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    for pk, *row in rows:
        found[pk].append(tuple(row))
    return found


def record_of(decision: Decision) -> dict[str, Any]:
    """The record of one decision."""
    return records_of([decision])[decision.pk]


def content_hashes(decisions: Iterable[Decision]) -> dict[int, str]:
    """The hashes by key; ``decisions`` were read with their checkpoints."""
    return {pk: _hash(record) for pk, record in records_of(decisions).items()}


def content_hash(decision: Decision) -> str:
    """SHA-256, in hex, over the record as canonical JSON."""
    return _hash(record_of(decision))


def _hash(record: dict[str, Any]) -> str:
    text = json.dumps(record, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
