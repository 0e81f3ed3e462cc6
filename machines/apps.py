from django.apps import AppConfig


class MachinesConfig(AppConfig):
    name = "machines"

    def ready(self) -> None:
        from lanes.panels import PAGE_PARTS
        from machines import kinds, permissions
        from machines.tokens import panels

        PAGE_PARTS.register_as("agents")(panels.render_lane_agents)
