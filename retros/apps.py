from django.apps import AppConfig


class RetrosConfig(AppConfig):
    name = "retros"

    def ready(self) -> None:
        from retros import (  # noqa: F401  (registering is their effect)
            closing_kinds,
            kinds,
            permissions,
        )
