from django.urls import path, register_converter
from django.urls.converters import StringConverter

from incidents.vocabulary import LaneKind
from lanes.views import boundary, notes, page


class LaneConverter(StringConverter):
    regex = "|".join(LaneKind.values)


register_converter(LaneConverter, "lane")

urlpatterns = [
    path("INC-<int:number>/lanes/<lane:lane>/", page.lane, name="lane"),
    path(
        "INC-<int:number>/lanes/<lane:lane>/boundary/",
        boundary.boundary,
        name="lane-boundary",
    ),
    path("INC-<int:number>/notes/", notes.add_note, name="note-add"),
]
