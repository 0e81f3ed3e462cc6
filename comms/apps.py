from django.apps import AppConfig


class CommsConfig(AppConfig):
    name = "comms"

    def ready(self) -> None:
        from comms import duties, kinds, panels, permissions
        from comms.actions import update_steps
        from comms.messages import anti_patterns
        from comms.status import pages
        from comms.status.formats import atom, calendar, statuspage
        from comms.status.invalidate import mark_changed_step
        from incidents.panels.room import WARNING_PROVIDERS
        from incidents.signals import incident_voided, restriction_changed, surface_changed
        from incidents.vocabulary import LaneKind
        from lanes.panels import LINES, PAGE_CONTEXTS

        PAGE_CONTEXTS.register_as(LaneKind.COMMUNICATION)(panels.lane_page_context)
        LINES.register_as(LaneKind.COMMUNICATION)(panels.lane_line)
        WARNING_PROVIDERS.register(panels.overdue_promise)
        incident_voided.connect(update_steps.announce_voided_step)
        restriction_changed.connect(update_steps.announce_restricted_step)
        # A restricted incident leaves the status page at once, and a surface changes there.
        for changed in (restriction_changed, surface_changed):
            changed.connect(lambda **_: mark_changed_step(), weak=False, dispatch_uid="status page")
