"""What each kind of token allows, as actions of the table of permissions (product, section 1).

A person's token allows what its person may. A service's allows the actions of its scopes. An
agent's allows what a row of the table gives to an agent: it never decides, signs, executes,
verifies, accepts, publishes, freezes or closes.
"""

from collections.abc import Iterable

from incidents.permissions import TABLE, Who
from machines.vocabulary import Scope

_READ = frozenset(
    {
        *("room.view", "evidence.read", "lane.view", "message.read", "gate.read", "watch.read"),
        *("backlog.read", "package.read", "review.read", "freezes.view", "home.view"),
        *("escalation.read", "leadership.read"),
    }
)

ACTIONS: dict[Scope, frozenset[str]] = {
    Scope.READ: _READ,
    Scope.FREEZES: frozenset({"freezes.view"}),
    Scope.EVIDENCE: frozenset({"evidence.capture"}),
    Scope.LANE: frozenset({"note.add", "unknown.change", "hypothesis.change"}),
    Scope.DECLARE: frozenset({"incident.declare"}),
}


def actions_of(scopes: Iterable[str]) -> frozenset[str]:
    """All that a service with these scopes may do, where its person may."""
    return frozenset({"api.use"}).union(*(ACTIONS[Scope(scope)] for scope in scopes))


def agent_actions() -> frozenset[str]:
    """All that the table gives to agents."""
    agents = {Who.AGENT, Who.AGENT_READER}
    return frozenset({"api.use"}).union(a for a, who in TABLE.items() if who & agents)
