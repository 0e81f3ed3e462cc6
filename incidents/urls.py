from django.urls import path

from incidents.live import views as live
from incidents.views import commands, decisions, declare, evidence, home, notices, room, settings

urlpatterns = [
    path("", home.home, name="home"),
    path("incidents/", home.incidents, name="incidents"),
    path("declare/", declare.declare, name="declare"),
    path("settings/", settings.settings, name="settings"),
    path("notices/<int:pk>/seen/", notices.seen, name="notice-seen"),
    path("INC-<int:number>/", room.room, name="room"),
    path("INC-<int:number>/next/", room.next_thing, name="next"),
    path("INC-<int:number>/timeline/", room.timeline, name="timeline"),
    path("INC-<int:number>/live/", live.catch_up, name="live"),
    path("INC-<int:number>/severity/", commands.severity, name="severity"),
    path("INC-<int:number>/phase/", commands.phase, name="phase"),
    path("INC-<int:number>/roles/", commands.role, name="role"),
    path("INC-<int:number>/people/", commands.participant, name="participant"),
    path("INC-<int:number>/channel/", commands.channel, name="channel"),
    path("INC-<int:number>/revision/", commands.revision, name="revision"),
    path("INC-<int:number>/rollback/", commands.rollback_reach, name="rollback-reach"),
    path("INC-<int:number>/surfaces/", commands.surfaces, name="surfaces"),
    path("INC-<int:number>/freezes/", commands.freeze, name="freeze"),
    path("INC-<int:number>/checkpoints/", commands.checkpoint, name="checkpoint"),
    path("INC-<int:number>/decide/", decisions.decide_next, name="decide-next"),
    path("INC-<int:number>/CP-<int:checkpoint>/", decisions.decide, name="decide"),
    path("INC-<int:number>/CP-<int:checkpoint>/draft/", decisions.draft, name="draft"),
    path("INC-<int:number>/D-<int:decision>/", decisions.decision, name="decision"),
    path("INC-<int:number>/evidence/", evidence.evidence_list, name="evidence-list"),
    path("INC-<int:number>/evidence/new/", evidence.capture, name="capture"),
    path("INC-<int:number>/evidence/E-<int:item>/", evidence.item, name="evidence"),
    path("INC-<int:number>/evidence/E-<int:item>/file/", evidence.download, name="evidence-file"),
]
