from django.apps import AppConfig


class LanesConfig(AppConfig):
    name = "lanes"

    def ready(self) -> None:
        from incidents.push import render
        from lanes import duties, kinds, panels, permissions
        from lanes.anti_patterns import lane_patterns
        from lanes.handoff import actions as handoffs
        from lanes.ownership import owned_lanes

        render.register_panel("lanes", panels.render_lanes)
