"""What a signer reads of a decision, and its hash: a signature is bound to it."""

import hashlib
import json
from typing import Any

from incidents.models import Decision

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


def record_of(decision: Decision) -> dict[str, Any]:
    """The whole record in JSON's types; evidence by number and hash, so that content counts."""
    return {
        **{name: getattr(decision, name) for name in _FIELDS},
        "incident": decision.incident_id,
        "checkpoint": decision.checkpoint.number,
        "decided_at": decision.decided_at.isoformat(),
        "deadline": decision.deadline.isoformat(),
        "rejected": sorted(decision.rejected.values_list("option", "reason")),
        "evidence": sorted(decision.evidence.values_list("number", "sha256")),
        "risks": sorted(decision.risks.values_list("number", "text")),
    }


def content_hash(decision: Decision) -> str:
    """SHA-256, in hex, over the record as canonical JSON."""
    text = json.dumps(
        record_of(decision), ensure_ascii=False, sort_keys=True, separators=(",", ":")
    )
    return hashlib.sha256(text.encode()).hexdigest()
