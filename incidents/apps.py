from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate


class IncidentsConfig(AppConfig):
    name = "incidents"

    def ready(self) -> None:
        from incidents.duties import decisions as duties_decided
        from incidents.panels import room as panels
        from incidents.panels import standing
        from incidents.panels.renderers import PANELS
        from incidents.push import lost_access
        from incidents.scenarios import checks
        from incidents.timeline import (
            kinds_backfill,
            kinds_decision,
            kinds_times,
            row_checks,
            row_triggers,
        )

        PANELS.register_as("bar")(panels.render_bar)
        PANELS.register_as("blueprint")(panels.render_blueprint)
        PANELS.register_as("deciding")(panels.render_deciding)
        PANELS.register_as("warnings")(panels.render_warnings)
        PANELS.register_as("standing")(standing.render_tab_bar)
        pre_migrate.connect(row_triggers.drop_column_triggers, sender=self)
        post_migrate.connect(row_triggers.install, sender=self)
        post_migrate.connect(row_checks.install, sender=self)
