"""The sentence at the top of the status page: pure."""

from collections.abc import Sequence

from comms.vocabulary import SurfaceState, worst

_INDICATOR = {
    SurfaceState.OPERATIONAL: "none",
    SurfaceState.MAINTENANCE: "maintenance",
    SurfaceState.DEGRADED: "minor",
    SurfaceState.PARTIAL: "major",
    SurfaceState.MAJOR: "critical",
}

_VERB = {
    SurfaceState.MAINTENANCE: "under maintenance",
    SurfaceState.DEGRADED: "degraded",
    SurfaceState.PARTIAL: "partly disrupted",
    SurfaceState.MAJOR: "down",
}

WORKING = "All systems are working"
WATCHING = "All systems are working again"
NAMED = 2
"""More surfaces in trouble than this are counted instead of named."""


def indicator(state: SurfaceState) -> str:
    """The indicator of the Statuspage API; maintenance does not count as an incident."""
    return _INDICATOR[state]


def impact(states: Sequence[SurfaceState]) -> str:
    """How bad an incident is, from the worst that its surfaces were: none to critical.

    One that names no surface is minor: readers are told of it, so it is not nothing.
    """
    if not states:
        return _INDICATOR[SurfaceState.DEGRADED]
    return _INDICATOR[worst([s for s in states if s != SurfaceState.MAINTENANCE])]


def headline(
    states: Sequence[tuple[str, SurfaceState]], *, goes_on: bool, is_without_surface: bool = False
) -> str:
    """Summarise the surfaces of one incident or of maintenance, given as name and state.

    ``goes_on``: an incident is not over yet; ``is_without_surface``: it is not recovered, and names
    no surface, so that no state tells of it.
    """
    bad = worst([state for _, state in states])
    if is_without_surface:
        return "We are working on an incident"
    if bad == SurfaceState.OPERATIONAL:
        return WATCHING if goes_on else WORKING
    names = [name for name, state in states if state == bad]
    others = sum(SurfaceState.OPERATIONAL != state != bad for _, state in states)
    if len(names) > NAMED:
        return f"{len(names)} of our services are {_VERB[bad]}"
    verb = "is" if len(names) == 1 else "are"
    sentence = f"{' and '.join(names)} {verb} {_VERB[bad]}"
    if others and bad != SurfaceState.MAINTENANCE:
        return f"{sentence}, {others} more {'is' if others == 1 else 'are'} touched"
    return sentence
