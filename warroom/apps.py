from django.apps import AppConfig
from django.contrib.admin import apps as django_admin


class WarroomConfig(AppConfig):
    name = "warroom"

    def ready(self) -> None:
        from retros.closing.signals import incident_closed
        from warroom import celery
        from warroom.schedule import anchoring
        from warroom.server import checks

        incident_closed.connect(anchoring.ask_after_closing)


class Administration(django_admin.AdminConfig):
    """Django's admin, on our site instead of its own."""

    default = False
    default_site = "warroom.accounts.admin_site.Site"
