"""``{% palette %}``: the reader's palette, from facts that the page has read anyway."""

from typing import Any

from django import template

from incidents.facts import incident as incident_facts
from incidents.models import Incident
from incidents.permissions import may, site_roles
from warroom.room.palette import palette
from warroom.room.site_palette import site_palette

register = template.Library()


@register.inclusion_tag("components/palette.html", takes_context=True, name="palette")
def show(context: dict[str, Any]) -> dict[str, Any]:
    """That of the incident whose page it is, where the reader may enter its room."""
    request, incident = context["request"], context.get("incident")
    who = getattr(request, "who", frozenset())
    if not isinstance(incident, Incident) or not may("room.view", who):
        return {"incident": None, "palette": site_palette(site_roles(request.user.as_actor()))}
    offered = palette(
        request.user,
        who,
        incident_facts.cached_facts(incident),
        request.resolver_match.kwargs.get("lane", ""),
        is_past=incident_facts.moment_of(incident) is not None,
    )
    return {"incident": incident, "palette": offered}
