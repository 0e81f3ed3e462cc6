"""What the people of the demo captured and wrote."""

from incidents.actions.recommendations import RecommendationInput
from incidents.rules.evidence import Capture
from incidents.vocabulary import EvidenceKind, LaneKind, Option, Purpose
from lanes.handoff.actions import Terms

_RED, _GREEN, _YELLOW, _CYAN, _BOLD, _DIM, _END = (
    f"\x1b[{code}m" for code in ("31", "32", "33", "36", "1", "2", "0")
)

BOUNDARIES: dict[LaneKind, tuple[list[str], list[str]]] = {
    LaneKind.INVESTIGATION: (
        ["auth-gateway", "token signer", "edge key-set cache"],
        ["client SDKs", "billing"],
    ),
    LaneKind.MITIGATION: (
        ["flags", "deploys of auth-gateway", "Edge key-set cache"],
        ["other services’ deploys"],
    ),
    LaneKind.COMMUNICATION: (["status page", "support", "leadership"], ["press"]),
    LaneKind.VERIFICATION: (["sign-in probes in five regions", "rollback check"], ["load tests"]),
}

FIRST_LOGS = Capture(
    kind=EvidenceKind.LOG,
    lane=LaneKind.INVESTIGATION,
    title="401 spike in auth-gateway",
    text=(
        "13:28:02Z auth-gateway WARN token rejected kid=k-2026-05 status=401 region=eu-west\n"
        "13:28:02Z auth-gateway WARN token rejected kid=k-2026-05 status=401 region=us-east\n"
        f"13:28:03Z auth-gateway {_RED}ERROR{_END} 401 rate 31.0 % over 60 s, threshold 2.0 %\n"
    ),
)

ENDPOINTS = Capture(
    kind=EvidenceKind.CHECK,
    lane=LaneKind.INVESTIGATION,
    title="Failing endpoint list",
    serves="failing-endpoints",
    text="POST /v1/session 401\nPOST /v1/token/refresh 401\nGET /v1/me 403\nGET /v1/teams 403\n",
)

BASELINE = Capture(
    kind=EvidenceKind.METRIC,
    lane=LaneKind.VERIFICATION,
    purpose=Purpose.BASELINE,
    title="401 rate by region before 13:26",
    text="us-east 0.3 %\nus-west 0.2 %\nap-south 0.3 %\nsa-east 0.3 %\neu-west 0.3 %\n",
)

PRECHECK = Capture(
    kind=EvidenceKind.COMMAND,
    lane=LaneKind.MITIGATION,
    command="git log --oneline -n 5",
    text=(
        f"{_YELLOW}8f3c21d{_END} Sign tokens with key set k-2026-05\n"
        f"{_YELLOW}4be90a7{_END} Cache team membership for a minute\n"
        f"{_YELLOW}1d77c0e{_END} Drop the legacy session header\n"
        f"{_YELLOW}a30c5f9{_END} Retry token introspection once\n"
        f"{_YELLOW}77be210{_END} Log the key id of rejected tokens\n"
    ),
    exit_code=0,
    host="ops-2",
    revision="8f3c21d",
    duration=34,
)

ROLLBACK_CHECK = Capture(
    kind=EvidenceKind.COMMAND,
    lane=LaneKind.MITIGATION,
    purpose=Purpose.ROLLBACK_CHECK,
    command="deploy rollback auth-gateway --to 4be90a7 --dry-run",
    text=f"plan: 40 nodes, 5 regions, 11 min\nartefact 4be90a7 {_GREEN}present{_END}\n"
    f"dry run {_GREEN}passed{_END}\n",
    exit_code=0,
    host="ops-2",
    revision="8f3c21d",
    duration=8_200,
)

FLAG_OFF = Capture(
    kind=EvidenceKind.COMMAND,
    lane=LaneKind.MITIGATION,
    command="flagctl set token_signer_v2 off --all-regions",
    text=f"token_signer_v2 {_GREEN}off{_END} in 5 of 5 regions\n",
    exit_code=0,
    host="ops-2",
    revision="8f3c21d",
    duration=39_800,
)

AFTER_FLAG = Capture(
    kind=EvidenceKind.METRIC,
    lane=LaneKind.VERIFICATION,
    purpose=Purpose.VERIFICATION,
    baseline=3,
    title="401 rate by region after D-1",
    text="us-east 0.3 %\nus-west 0.2 %\nap-south 0.3 %\nsa-east 0.4 %\neu-west 18.0 %\n",
)

UNKNOWN_KEY = Capture(
    kind=EvidenceKind.LOG,
    lane=LaneKind.INVESTIGATION,
    title="“unknown key id k-2026-05”, 4 nodes",
    text="euw-edge-03 unknown key id k-2026-05\neuw-edge-07 unknown key id k-2026-05\n"
    "euw-edge-11 unknown key id k-2026-05\neuw-edge-14 unknown key id k-2026-05\n",
)

KEY_AGE = Capture(
    kind=EvidenceKind.COMMAND,
    lane=LaneKind.INVESTIGATION,
    command="edgectl key-age --all",
    text=(
        f"us-east   12 nodes  k-2026-05  {_GREEN}fresh{_END}\n"
        f"us-west    8 nodes  k-2026-05  {_GREEN}fresh{_END}\n"
        f"ap-south   6 nodes  k-2026-05  {_GREEN}fresh{_END}\n"
        f"sa-east    4 nodes  k-2026-05  {_GREEN}fresh{_END}\n"
        f"eu-west   14 nodes  k-2026-05  {_YELLOW}10 fresh{_END}, k-2026-04 "
        f"{_RED}{_BOLD}4 stale: 03 07 11 14{_END}\n"
    ),
    exit_code=2,
    host="ops-2",
    revision="8f3c21d",
    duration=6_000,
)

ROLLBACK_AGAIN = Capture(
    kind=EvidenceKind.COMMAND,
    lane=LaneKind.MITIGATION,
    purpose=Purpose.ROLLBACK_CHECK,
    command="deploy rollback auth-gateway --to 4be90a7 --dry-run",
    text=f"plan: 40 nodes, 5 regions, 11 min\ndry run {_GREEN}passed{_END}\n",
    exit_code=0,
    host="ops-2",
    revision="8f3c21d",
    duration=7_900,
)

REFRESH = Capture(
    kind=EvidenceKind.COMMAND,
    lane=LaneKind.INVESTIGATION,
    title="Refresh refused on one node",
    command="edgectl refresh-keys euw-edge-07 --token 9f2c41d8aa0b47e6b1c35d7e8f90a1b2",
    text=(
        f"{_DIM}13:01:08Z{_END} connect euw-edge-07 {_GREEN}ok{_END}\n"
        f"{_DIM}13:01:08Z{_END} current key set  {_YELLOW}k-2026-04{_END} (age 38d)\n"
        f"{_DIM}13:01:09Z{_END} offered key set  {_CYAN}k-2026-05{_END}\n"
        f"{_DIM}13:01:09Z{_END} {_RED}{_BOLD}refused:{_END} cached set has not expired\n"
        f"{_RED}error: 1 of 1 nodes not refreshed{_END}\n"
    ),
    exit_code=1,
    host="ops-2",
    revision="8f3c21d",
    duration=1_400,
)

REGION_NOTE = "eu-west at 18 %, the other four regions at baseline."
CLOCK_SKEW = "Clock skew between signer and verifier"
NEW_KEY = "Release 8f3c21d signs with a key that edge nodes do not know"
CACHE_NOTE = (
    "Four eu-west nodes still hold key set k-2026-04. "
    "A forced refresh fails there: the cache ignores the new expiry."
)

RETRY_RISK = "Mobile 5.2 retries without back-off and may flood Sign-in on recovery."

SKEW_RISK = "A rollback brings back the clock-skew defect AUTH-881."

ROLL_BACK = RecommendationInput(
    option=Option.ROLLBACK,
    option_detail="to 4be90a7",
    reasons=(
        "Two refreshes failed on the same nodes. A rollback removes the cause in 11 minutes"
        " and needs no new code."
    ),
    reversibility=3,
    blast_radius=3,
)

PIN_KEYS = RecommendationInput(
    option=Option.HOTFIX,
    option_detail="pin the key set on four nodes",
    reasons=(
        "The failure is confined to four eu-west edge nodes that ignore the refresh. Pinning"
        " the key set there takes 2 minutes."
    ),
    reversibility=4,
    blast_radius=2,
)

HANDOVER = Terms(
    included=("status page", "support", "leadership"),
    excluded=("press",),
    unknowns="Whether people who signed in between 13:14 and 13:48 must sign in again.",
    trigger="401 rate above 10 % for 2 minutes in any region. Then tell the commander first.",
    message="My shift ends at 14:30. Support has the macro; 214 tickets, growing slowly.",
)
