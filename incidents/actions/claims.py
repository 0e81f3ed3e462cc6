"""Due work is claimed by a unique row, so that it is done once, whoever notices it first."""

from collections.abc import Sequence
from datetime import datetime

from kernel import prepared


def claim(kind: str, subject: str, due_at: datetime, now: datetime) -> bool:
    """Claim due work within the caller's transaction; false when somebody did it already."""
    return bool(claim_all([(kind, subject, due_at)], now))


def claim_all(work: Sequence[tuple[str, str, datetime]], now: datetime) -> set[tuple[str, str]]:
    """The same for several (kind, subject, due time); returns which ones are now ours."""
    kinds, subjects, times = (list(column) for column in zip(*work, strict=True))
    return set(prepared.rows(_TAKE, [now, kinds, subjects, times]))


_TAKE = """
    INSERT INTO incidents_claim (kind, subject, due_at, claimed_at, error)
    SELECT kind, subject, due_at, %s, ''
    FROM unnest(%s::text[], %s::text[], %s::timestamptz[]) AS work (kind, subject, due_at)
    ON CONFLICT (kind, subject, due_at)
    DO UPDATE SET claimed_at = EXCLUDED.claimed_at, error = ''
    WHERE incidents_claim.claimed_at IS NULL
    RETURNING kind, subject
"""
