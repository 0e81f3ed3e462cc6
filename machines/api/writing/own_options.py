"""Choosing an option in a body, as in the forms."""

from pydantic import Field

from incidents.assessments.decision import offered
from incidents.facts import incident as incident_facts
from incidents.forms.own_option import take_option
from incidents.models import Incident
from incidents.rules.decision.own_option import OwnOption
from incidents.vocabulary import Reach
from machines.api.schemas import Body
from machines.api.writing.bodies import Text


class OwnOptionBody(Body):
    """An option beside the ladder: chosen as ``own``, and said here what it is."""

    name: Text = Field("", max_length=120)
    reach: Reach | None = None
    reach_reason: Text = Field("", max_length=300)
    nearest_step: Text = Field("", max_length=20)

    def typed(self) -> dict[str, str]:
        """By the names of the form's fields."""
        return {
            "own_name": self.name,
            "own_reach": str(self.reach or ""),
            "own_reach_reason": self.reach_reason,
            "nearest_step": self.nearest_step,
        }


def chosen(incident: Incident, option: str, own: OwnOptionBody) -> tuple[str, OwnOption | None]:
    """The option and, where that is an own one or one that is ready, what it is."""
    facts = incident_facts.cached_facts(incident)
    return take_option(option, own.typed(), offered(facts))
