from django.apps import AppConfig


class LanesConfig(AppConfig):
    name = "lanes"

    def ready(self) -> None:
        from incidents.panels import renderers as render
        from incidents.signals import role_given
        from lanes import duties, kinds, panels, permissions
        from lanes.anti_patterns import lane_patterns
        from lanes.handoff import steps as handoff_steps
        from lanes.ownership import owned_lanes

        render.register_panel("lanes", panels.render_lanes)
        role_given.connect(handoff_steps.withdraw_overtaken_step)
