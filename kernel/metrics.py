"""What is counted while it happens. Counting touches memory only, never a disk or a server.

Labels take few values: names of views, never addresses. What can be asked of the database is not
counted here but read when somebody asks: see ``warroom.operations.figures``.
"""

from prometheus_client import Counter, Gauge, Histogram

REQUESTS = Counter("warroom_requests", "Requests answered.", ["view", "method", "status"])

SECONDS = Histogram(
    "warroom_request_seconds",
    "Seconds from the first line of ours to the answer.",
    ["view", "method"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)

UNAVAILABLE = Counter(
    "warroom_unavailable", "Requests answered with 503 for want of the database.", ["why"]
)

VIEWERS = Gauge("warroom_viewers", "Open sockets.", ["kind"], multiprocess_mode="livesum")

FANOUT = Histogram(
    "warroom_fanout_seconds",
    "Seconds from the commit of an entry until it was handed to every browser of the process.",
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)

GATE_REFUSALS = Counter("warroom_gate_refusals", "Closings that the gate refused.")


def fanned_out(since: float, at: float) -> None:
    """Every browser was given at ``at`` what was committed at ``since``, both in seconds."""
    FANOUT.observe(max(0.0, at - since))
