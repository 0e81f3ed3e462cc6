from django.apps import AppConfig


class CommsConfig(AppConfig):
    name = "comms"

    def ready(self) -> None:
        from comms import duties, kinds, panels, permissions
        from comms.actions import updates
        from comms.messages import anti_patterns
        from comms.status import pages
        from comms.status.formats import atom, calendar, statuspage
        from comms.status.invalidate import mark_changed_step
        from incidents.actions import restriction
        from incidents.panels.room import register_warnings
        from incidents.vocabulary import LaneKind
        from lanes.panels import register_line, register_page_context

        register_page_context(LaneKind.COMMUNICATION, panels.lane_page_context)
        register_line(LaneKind.COMMUNICATION, panels.lane_line)
        register_warnings(panels.overdue_promise)
        # What is restricted leaves the status page at once.
        restriction.register_follower(lambda incident: mark_changed_step())
