from django.apps import AppConfig


class CommsConfig(AppConfig):
    name = "comms"

    def ready(self) -> None:
        from comms import (  # noqa: F401  (registering is their effect)
            duties,
            kinds,
            panels,
            patterns,
            permissions,
        )
        from incidents.panels import register_warnings
        from incidents.vocabulary import LaneKind
        from lanes.panels import register_line

        register_line(LaneKind.COMMUNICATION, panels.line)
        register_warnings(panels.late)
