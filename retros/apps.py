from django.apps import AppConfig


class RetrosConfig(AppConfig):
    name = "retros"

    def ready(self) -> None:
        from incidents.panels.standing import TABS, Tab
        from retros import permissions
        from retros.backlog import duties as backlog_duties
        from retros.backlog import kinds as backlog_kinds
        from retros.closing import kinds as closing_kinds
        from retros.closing import panels as closing_panels
        from retros.closing.signals import incident_closed
        from retros.package import duties as package_duties
        from retros.package import kinds as package_kinds
        from retros.package import steps as package_steps
        from retros.review import duties as review_duties
        from retros.review import kinds as review_kinds
        from retros.review import steps as review_steps
        from retros.watch import duties as watch_duties
        from retros.watch import for_lanes as watch_for_lanes

        TABS.register(Tab("closing", "Gate", closing_panels.render_needs, is_versioned=False))
        incident_closed.connect(package_steps.request_for_closing_step)
        incident_closed.connect(review_steps.begin_step)
