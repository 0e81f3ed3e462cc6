"""States and the moves between them; a wrong declaration fails at import."""

from collections.abc import Iterable, Mapping


class BadGraph(Exception):
    """A graph was declared wrongly; the text says how."""


class Graph[State: str]:
    """Which state may follow which.

    Every state is declared as a key, follows from the first, and leads to declared states other
    than itself; otherwise ``BadGraph``. The first key is where everything starts.
    """

    def __init__(self, states: Iterable[State], moves: Mapping[State, Iterable[State]]) -> None:
        self.moves = {state: tuple(targets) for state, targets in moves.items()}
        self._check_names(tuple(states))
        self._check_reach()

    def allows(self, before: str, after: str) -> bool:
        return after in self.after(before)

    def after(self, before: str) -> tuple[State, ...]:
        """The states that may follow, in the order declared."""
        return next((targets for state, targets in self.moves.items() if state == before), ())

    def _check_names(self, states: tuple[State, ...]) -> None:
        if undeclared := set(states) ^ set(self.moves):
            raise BadGraph(f"declared as state or as key, but not both: {sorted(undeclared)}")
        for state, targets in self.moves.items():
            if unknown := set(targets) - set(states):
                raise BadGraph(f"{state} leads to unknown {sorted(unknown)}")
            if state in targets:
                raise BadGraph(f"{state} leads to itself")
            if len(set(targets)) < len(targets):
                raise BadGraph(f"{state} leads to one state twice")

    def _check_reach(self) -> None:
        if not self.moves:
            raise BadGraph("no states")
        reached: set[State] = set()
        waiting = [next(iter(self.moves))]
        while waiting:
            state = waiting.pop()
            if state not in reached:
                reached.add(state)
                waiting.extend(self.moves[state])
        if lost := set(self.moves) - reached:
            raise BadGraph(f"nothing leads to {sorted(lost)}")
