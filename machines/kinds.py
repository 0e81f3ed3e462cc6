"""The timeline entries that machines write."""

from incidents.timeline.kinds import KINDS, Kind

for _kind in (
    Kind(
        "agent.admitted",
        "Agents",
        "{name} works in {lane_label}.",
        "For {person}.",
        icon="i-agent",
        announce="politely",
    ),
    Kind(
        "agent.removed",
        "Agents",
        "The token of {name} was taken away.",
        "{reason}",
        icon="i-agent",
        announce="politely",
    ),
):
    KINDS.register(_kind)
