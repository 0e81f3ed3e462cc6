from django.apps import AppConfig


class RetrosConfig(AppConfig):
    name = "retros"

    def ready(self) -> None:
        from retros import (  # noqa: F401  (registering is their effect)
            backlog_duties,
            closing_kinds,
            handover,
            kinds,
            package_duties,
            package_kinds,
            permissions,
            review_duties,
            review_kinds,
            watch_duties,
        )
        from retros.actions import packages  # noqa: F401  (each closing asks for one)
