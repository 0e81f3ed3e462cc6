from django.apps import AppConfig


class RetrosConfig(AppConfig):
    name = "retros"

    def ready(self) -> None:
        from retros import (  # noqa: F401  (registering is their effect)
            backlog_duties,
            closing_kinds,
            kinds,
            permissions,
        )
