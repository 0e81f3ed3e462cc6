from django.apps import AppConfig


class IncidentsConfig(AppConfig):
    name = "incidents"

    def ready(self) -> None:
        from incidents import (  # noqa: F401  (importing registers them)
            checks,
            duties_decided,
            panels,
            signals,
        )
        from incidents.live import render
        from incidents.timeline import deciding, written_up  # noqa: F401

        render.register_entries(panels.render_entries)
        render.register_moment(panels.next_moment)
        render.register_panel("bar", panels.render_bar)
        render.register_panel("blueprint", panels.render_blueprint)
        render.register_panel("deciding", panels.render_deciding)
        render.register_panel("warnings", panels.render_warnings)
        render.register_panel("standing", panels.render_standing)
