"""A scenario that is right, to be made wrong."""

RIGHT = """
slug = "search-is-stale"
title = "Search shows stale results"
signal = "Age of the index over ten minutes."
risk = "Customers order what is sold out."
posture = "Throttle the flow, then replay."
dependency_class = "messaging"
chain = ["investigation", "commander"]
surfaces = ["search"]

[[options]]
option = "throttling"
reach = "bounded"
detail = "Half the flow."

[[options]]
option = "replay"

[[evidence_minimum]]
key = "index-age"
label = "Age of the index"
purpose = "baseline"

[[evidence_minimum]]
key = "queue-depth"
label = "Depth of the queue"
command = "queuectl depth"
"""


def changed(before: str, after: str) -> str:
    assert before in RIGHT
    return RIGHT.replace(before, after, 1)
