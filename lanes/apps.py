from django.apps import AppConfig


class LanesConfig(AppConfig):
    name = "lanes"

    def ready(self) -> None:
        from incidents.panels.renderers import PANELS
        from incidents.panels.standing import TABS, Tab
        from incidents.signals import role_given
        from lanes import duties, kinds, panels, permissions
        from lanes.anti_patterns import lane_patterns
        from lanes.handoff import steps as handoff_steps
        from lanes.ownership import owned_lanes

        PANELS.register_as("lanes")(panels.render_lanes)
        TABS.register(Tab("owners", "Owners", panels.render_owners))
        role_given.connect(handoff_steps.withdraw_overtaken_step)
