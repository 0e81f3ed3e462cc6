"""``{% palette %}``: the reader's palette, in the room or on a lane, from facts read anyway."""

from typing import Any

from django import template

from incidents.facts import incident as incident_facts
from warroom.room.palette import palette

register = template.Library()


@register.inclusion_tag("components/palette.html", takes_context=True, name="palette")
def show(context: dict[str, Any]) -> dict[str, Any]:
    request, incident = context["request"], context["incident"]
    here = request.resolver_match.kwargs.get("lane", "")
    offered = palette(request.user, request.who, incident_facts.cached_facts(incident), here)
    return {"incident": incident, "palette": offered}
