from django.urls import path, register_converter
from django.urls.converters import StringConverter

from incidents.vocabulary import LaneKind
from lanes import views


class LaneConverter(StringConverter):
    regex = "|".join(LaneKind.values)


register_converter(LaneConverter, "lane")

urlpatterns = [
    path("INC-<int:number>/lanes/<lane:lane>/", views.lane, name="lane"),
    path(
        "INC-<int:number>/lanes/<lane:lane>/boundary/",
        views.boundary,
        name="lane-boundary",
    ),
    path("INC-<int:number>/notes/", views.add_note, name="note-add"),
]
