"""The enumerations of the product, with their order and reach. A leaf: imports nothing of ours."""

from django.db.models import TextChoices


class Severity(TextChoices):
    """Playbook, "Incident severity matrix"."""

    SEV1 = "1", "SEV-1"
    SEV2 = "2", "SEV-2"
    SEV3 = "3", "SEV-3"


class Phase(TextChoices):
    DETECTION = "detection", "Detection"
    CONTAINMENT = "containment", "Containment"
    RECOVERY = "recovery", "Recovery"
    HARDENING = "hardening", "Hardening"


class Status(TextChoices):
    ACTIVE = "active", "Active"
    WATCHING = "watching", "Watching"
    CLOSED = "closed", "Closed"
    VOID = "void", "Void"
    DUPLICATE = "duplicate", "Duplicate"
    BACKFILLED = "backfill", "Backfilled"


LIVED = frozenset({Status.ACTIVE, Status.WATCHING, Status.CLOSED})
"""The statuses of an incident that is handled here, from its declaration to its end."""

UNSETTLED = (Status.ACTIVE, Status.WATCHING)
"""The statuses in which somebody may still have to act."""

IN_ERROR = frozenset({Status.VOID, Status.DUPLICATE})
"""Declared in error: end states of their own, never called closed (product, 9)."""


class DependencyClass(TextChoices):
    """Playbook, "Dependency risk matrix"."""

    AUTH = "auth", "Auth/identity"
    BILLING = "billing", "Billing/ledger"
    MESSAGING = "messaging", "Messaging/queue"
    OBSERVABILITY = "observability", "Observability"
    OTHER = "other", "Other"


class LaneKind(TextChoices):
    """Playbook, "Recovery lane split"."""

    INVESTIGATION = "investigation", "Investigation"
    MITIGATION = "mitigation", "Mitigation"
    COMMUNICATION = "communication", "Communication"
    VERIFICATION = "verification", "Verification"


class RoleName(TextChoices):
    COMMANDER = "commander", "Commander"
    DEPUTY = "deputy", "Deputy"
    DATA_OWNER = "data_owner", "Data owner"
    WATCH_OWNER = "watch_owner", "Watch owner"
    LANE_OWNER = "lane_owner", "Lane owner"


class EvidenceKind(TextChoices):
    COMMAND = "command", "Command"
    LOG = "log", "Log excerpt"
    CHECK = "check", "Failing check"
    METRIC = "metric", "Metric or graph"
    FILE = "file", "File or screenshot"
    LINK = "link", "Link"


class Purpose(TextChoices):
    """The special purpose of an evidence item."""

    GENERAL = "general", "Nothing special"
    PRECHECK = "precheck", "Precheck output"
    ROLLBACK_CHECK = "rollback_check", "Rollback safety check"
    BASELINE = "baseline", "Baseline before mitigation"
    VERIFICATION = "verification", "Verification run"


class PurposeBasis(TextChoices):
    """What the purpose of an evidence item rests on; nothing where it has none, and of old ones."""

    NONE = "", "Nothing"
    COMMAND = "command", "Its command is known"
    OWNER = "owner", "Captured by who owns the lane or commands"
    CLAIM = "claim", "Claimed by who captured it"


class Reach(TextChoices):
    REVERSIBLE = "reversible", "Reversible"
    BOUNDED = "bounded", "Partly reversible"
    BROAD = "broad", "Hard to reverse"


REACH_WORDS: dict[str, str] = {reach.value: str(reach.label) for reach in Reach}
"""What people read: how far an option can be undone."""


class Option(TextChoices):
    """Playbook, "Decision ladder": the first three are its rungs, fastest reversible first.

    ``OWN`` is any mitigation beside them: its name, reach and nearest rung stand in the record.
    """

    FLAG = "flag", "Feature-flag disable"
    HOTFIX = "hotfix", "Targeted hotfix"
    ROLLBACK = "rollback", "Full rollback"
    WRITE_FREEZE = "write_freeze", "Write freeze"
    REPLAY = "replay", "Selective replay"
    REVOCATION = "revocation", "Access revocation"
    THROTTLING = "throttling", "Flow throttling"
    HOLD = "hold", "Hold and observe"
    ROLLOUT = "rollout", "Rollout to everyone"
    OWN = "own", "Another option"


LADDER = (Option.FLAG, Option.HOTFIX, Option.ROLLBACK)

REACH: dict[str, Reach] = {
    Option.FLAG: Reach.REVERSIBLE,
    Option.HOTFIX: Reach.BOUNDED,
    Option.ROLLBACK: Reach.REVERSIBLE,
    Option.WRITE_FREEZE: Reach.REVERSIBLE,
    Option.REPLAY: Reach.BOUNDED,
    Option.REVOCATION: Reach.REVERSIBLE,
    Option.THROTTLING: Reach.REVERSIBLE,
    Option.HOLD: Reach.REVERSIBLE,
    Option.ROLLOUT: Reach.BROAD,
}


class Choice(TextChoices):
    """Playbook, "Checkpoint Decision Record": what a checkpoint ends in."""

    CONTINUE = "continue", "Continue mitigation"
    ROLLBACK = "rollback", "Rollback"
    ESCALATE = "escalate", "Escalate and pause"


class ExecutionState(TextChoices):
    """The progress of a decision, from being recorded to being verified."""

    PENDING = "pending", "Waiting for signatures"
    DECIDED = "decided", "Not started"
    STARTED = "started", "Being executed"
    DONE = "done", "Executed, not verified"
    VERIFIED = "verified", "Verified"
    FAILED = "failed", "Verification failed"
    SUPERSEDED = "superseded", "Superseded"
    WITHDRAWN = "withdrawn", "Withdrawn"


UNFINISHED = (
    ExecutionState.PENDING,
    ExecutionState.DECIDED,
    ExecutionState.STARTED,
    ExecutionState.DONE,
)


class ExecutionRole(TextChoices):
    """Who does what with a decision once it is made."""

    EXECUTOR = "executor", "Executes"
    VERIFIER = "verifier", "Verifies"

    @property
    def counterpart(self) -> "ExecutionRole":
        return ExecutionRole.VERIFIER if self == ExecutionRole.EXECUTOR else ExecutionRole.EXECUTOR

    @property
    def imperative(self) -> str:
        return "execute" if self == ExecutionRole.EXECUTOR else "verify"


class SignRole(TextChoices):
    """Who signs where billing or ledger data is touched (playbook, scenario B)."""

    COMMANDER = "commander", "Commander"
    DATA_OWNER = "data_owner", "Data owner"


class RecommendationState(TextChoices):
    """``PROPOSED`` and ``DECLINED`` are those to a lane that its owner has not adopted."""

    PROPOSED = "proposed", "Waits for the lane's owner"
    DECLINED = "declined", "Declined by the lane's owner"
    OPEN = "open", "Open"
    CHOSEN = "chosen", "Chosen"
    PASSED_OVER = "passed_over", "Not chosen"
    REPLACED = "replaced", "Replaced by a newer one"
    WITHDRAWN = "withdrawn", "Withdrawn"


class BranchType(TextChoices):
    """Playbook, "Recovery branch strategy matrix"."""

    HOTFIX = "hotfix", "Hotfix"
    ROLLBACK = "rollback", "Rollback"
    CONTAINMENT = "containment", "Containment"


class BranchState(TextChoices):
    ACTIVE = "active", "Active"
    MERGED = "merged", "Merged"
    ABANDONED = "abandoned", "Abandoned"


class Confidence(TextChoices):
    """Playbook, "Decision confidence ladder"."""

    L1 = "1", "L1 incomplete evidence"
    L2 = "2", "L2 partial evidence"
    L3 = "3", "L3 consistent evidence"


class Group(TextChoices):
    """The site groups."""

    ADMIN = "admin", "Admin"
    RESPONDER = "responder", "Responder"
    STAKEHOLDER = "stakeholder", "Stakeholder"


SEVERITY_POSTURE: dict[str, str] = {
    Severity.SEV1: "immediate rollback candidate",
    Severity.SEV2: "feature flag or targeted hotfix",
    Severity.SEV3: "scheduled corrective patch",
}

SEVERITY_IMPACT: dict[str, str] = {
    Severity.SEV1: "Authentication, billing or data correctness at risk.",
    Severity.SEV2: "A major workflow is degraded.",
    Severity.SEV3: "A non-critical regression.",
}

BRANCH_USE: dict[str, tuple[str, str]] = {
    BranchType.HOTFIX: ("an isolated code path regressed", "hidden side effects"),
    BranchType.ROLLBACK: ("broad uncertainty or a safety risk", "brings known debt back"),
    BranchType.CONTAINMENT: ("partial mitigation while you investigate", "a lasting makeshift"),
}
"""When to use a type, and its risk."""

CLASS_POSTURE: dict[str, str] = {
    DependencyClass.AUTH: "roll back first, with audit capture",
    DependencyClass.BILLING: "write freeze, with a reconciliation boundary",
    DependencyClass.MESSAGING: "throttle the flow, with a replay guard",
    DependencyClass.OBSERVABILITY: "roll back early: signals may be missing or late",
    DependencyClass.OTHER: "",
}

CLASS_SYMPTOM: dict[str, str] = {
    DependencyClass.AUTH: "access is denied, or bypassed",
    DependencyClass.BILLING: "transactions do not match",
    DependencyClass.MESSAGING: "lag, and things processed twice",
    DependencyClass.OBSERVABILITY: "signals are missing or late",
    DependencyClass.OTHER: "",
}
"""How each class typically fails (playbook, "Dependency risk matrix")."""
