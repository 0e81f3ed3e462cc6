from django.apps import AppConfig


class CommsConfig(AppConfig):
    name = "comms"

    def ready(self) -> None:
        from comms import duties, kinds, panels, permissions
        from comms.actions import updates
        from comms.messages import anti_patterns
        from comms.status import pages
        from comms.status.formats import atom, calendar, statuspage
        from comms.status.invalidate import changed
        from incidents.panels.room import register_warnings
        from incidents.signals import incident_voided, restriction_changed
        from incidents.vocabulary import LaneKind
        from lanes.panels import register_holds, register_line

        register_holds(LaneKind.COMMUNICATION, panels.holds)
        register_line(LaneKind.COMMUNICATION, panels.line)
        register_warnings(panels.late)
        incident_voided.connect(updates.take_leave)
        # A restricted incident leaves the status page at once.
        restriction_changed.connect(lambda **_: changed(), weak=False, dispatch_uid="status")
