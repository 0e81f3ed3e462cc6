from django.apps import AppConfig


class LanesConfig(AppConfig):
    name = "lanes"

    def ready(self) -> None:
        from incidents.live import render
        from lanes import (  # noqa: F401  (registering is their effect)
            kinds,
            panels,
            patterns,
            permissions,
        )

        render.register_panel("lanes", panels.render_lanes)
