from django.apps import AppConfig


class LanesConfig(AppConfig):
    name = "lanes"

    def ready(self) -> None:
        from incidents.live import render
        from lanes import (  # noqa: F401  (registering is their effect)
            duties,
            kinds,
            owned,
            panels,
            patterns,
            permissions,
        )
        from lanes.actions import handoffs  # noqa: F401  (it follows who is given a role)

        render.register_panel("lanes", panels.render_lanes)
