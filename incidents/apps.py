from django.apps import AppConfig


class IncidentsConfig(AppConfig):
    name = "incidents"

    def ready(self) -> None:
        from incidents.duties import decisions as duties_decided
        from incidents.panels import renderers as render
        from incidents.panels import room as panels
        from incidents.push import lost_access
        from incidents.scenarios import checks
        from incidents.timeline import kinds_backfill, kinds_decision

        render.register_entries(panels.render_entries)
        render.register_moment(panels.next_moment)
        render.register_panel("bar", panels.render_bar)
        render.register_panel("blueprint", panels.render_blueprint)
        render.register_panel("deciding", panels.render_deciding)
        render.register_panel("warnings", panels.render_warnings)
        render.register_panel("standing", panels.render_overview)
