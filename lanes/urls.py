from django.urls import path, register_converter
from django.urls.converters import StringConverter

from incidents.vocabulary import LaneKind
from lanes.handoff import offer_views
from lanes.handoff import views as handoffs
from lanes.ownership import views as owners
from lanes.views import boundary, claim, hypotheses, notes, setting_up, unknowns
from lanes.views import lane as page


class LaneConverter(StringConverter):
    regex = "|".join(LaneKind.values)


register_converter(LaneConverter, "lane")

_INVESTIGATION = {"lane": LaneKind.INVESTIGATION.value}
"""Hypotheses belong to the lane: its owner may change them."""

urlpatterns = [
    path("INC-<int:number>/setup/", setting_up.set_up, name="set-up"),
    path("INC-<int:number>/lanes/<lane:lane>/", page.lane, name="lane"),
    path("INC-<int:number>/lanes/<lane:lane>/claim/", claim.claim, name="lane-claim"),
    path(
        "INC-<int:number>/lanes/<lane:lane>/boundary/",
        boundary.boundary,
        name="lane-boundary",
    ),
    path("INC-<int:number>/lanes/<lane:lane>/unknowns/", unknowns.unknowns, name="unknowns"),
    path("INC-<int:number>/lanes/<lane:lane>/U-<int:unknown>/", unknowns.unknown, name="unknown"),
    path("INC-<int:number>/hypotheses/", hypotheses.hypotheses, _INVESTIGATION, "hypotheses"),
    path(
        "INC-<int:number>/H-<int:hypothesis>/", hypotheses.hypothesis, _INVESTIGATION, "hypothesis"
    ),
    path("INC-<int:number>/handoff/", offer_views.offer, name="handoff-offer"),
    path("INC-<int:number>/HO-<int:handoff>/", handoffs.handoff, name="handoff"),
    path("INC-<int:number>/HO-<int:handoff>/accept/", handoffs.accept, name="handoff-accept"),
    path("INC-<int:number>/HO-<int:handoff>/decline/", handoffs.decline, name="handoff-decline"),
    path("INC-<int:number>/HO-<int:handoff>/withdraw/", handoffs.withdraw, name="handoff-withdraw"),
    path("INC-<int:number>/owners/", owners.owners, name="owners"),
    path("INC-<int:number>/notes/", notes.add_note, name="note-add"),
]
