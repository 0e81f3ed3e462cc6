from django.apps import AppConfig
from django.contrib.admin import apps as django_admin


class WarroomConfig(AppConfig):
    name = "warroom"

    def ready(self) -> None:
        from warroom import celery
        from warroom.server import checks


class Administration(django_admin.AdminConfig):
    """Django's admin, on our site instead of its own."""

    default = False
    default_site = "warroom.accounts.admin_site.Site"
