"""The record of a decision as its signer reads it, and its hash, to which a signature is bound."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.db.models.functions import JSONArray

from incidents.models import Decision, RejectedOption, Signature

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

_OWN_FIELDS = ("own_name", "own_reach_reason", "nearest_step")

_RELATED = ("rejected", "evidence", "risks")


def related(decision: str) -> dict[str, ArraySubquery]:
    """Annotations with the related rows that belong to the record of ``decision``.

    Evidence is represented by number and hash, so that its content counts.
    """
    of = OuterRef(decision)
    rejected = RejectedOption.objects.filter(decision=of).order_by()
    cited = Decision.evidence.through.objects.filter(decision=of)
    risks = Decision.risks.through.objects.filter(decision=of)
    return {
        "its_rejected": ArraySubquery(rejected.values(row=JSONArray("option", "reason", "name"))),
        "its_evidence": ArraySubquery(
            cited.values(row=JSONArray("evidence__number", "evidence__sha256"))
        ),
        "its_risks": ArraySubquery(risks.values(row=JSONArray("risk__number", "risk__text"))),
    }


def records_of(decisions: Iterable[Decision]) -> dict[int, dict[str, Any]]:
    """The whole records by key, in JSON's types; read afresh, in one query for all of them."""
    by_key = {decision.pk: decision for decision in decisions}
    rows = Decision.objects.filter(pk__in=by_key).order_by().annotate(**related("pk"))
    return {row.pk: _record(by_key[row.pk], row) for row in rows.only("pk")}


def _record(decision: Decision, row: object) -> dict[str, Any]:
    return {
        **{name: getattr(decision, name) for name in _FIELDS},
        "incident": decision.incident_id,
        "checkpoint": decision.checkpoint.number,
        "decided_at": _utc(decision.decided_at),
        "deadline": _utc(decision.deadline),
        **{name: sorted(map(_short, getattr(row, f"its_{name}"))) for name in _RELATED},
        # Only of an own option: the hashes of earlier records stay as they were signed.
        **{name: text for name in _OWN_FIELDS if (text := getattr(decision, name))},
    }


def _short(values: list[Any]) -> tuple[Any, ...]:
    """Without the name that a rejected option of the ladder does not have."""
    return tuple(values[:-1] if values[-1] == "" and len(values) == 3 else values)


def _utc(moment: datetime) -> str:
    """The moment in UTC, so that its time zone does not change the hash."""
    return moment.astimezone(UTC).isoformat()


def record_of(decision: Decision) -> dict[str, Any]:
    """The record of one decision."""
    return records_of([decision])[decision.pk]


def content_hash(decision: Decision) -> str:
    """SHA-256, in hex, over the record as canonical JSON."""
    return _hash(record_of(decision))


def _hash(record: dict[str, Any]) -> str:
    text = json.dumps(record, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def signatures_and_hashes(
    decisions: Mapping[int, Iterable[Decision]],
) -> tuple[dict[int, list[Signature]], dict[int, str]]:
    """The signatures by incident, and the hashes of the signed records. One query, or none."""
    dual = {d.pk: d for group in decisions.values() for d in group if d.execution.dual}
    signatures: dict[int, list[Signature]] = defaultdict(list)
    hashes: dict[int, str] = {}
    if dual:
        rows = Signature.objects.filter(decision__in=dual).select_related("person")
        for row in rows.annotate(**related("decision")):
            decision = dual[row.decision_id]
            signatures[decision.incident_id].append(row)
            hashes[decision.pk] = _hash(_record(decision, row))
    return signatures, hashes
