from django.apps import AppConfig


class LanesConfig(AppConfig):
    name = "lanes"

    def ready(self) -> None:
        from lanes import kinds, permissions  # noqa: F401  (registering is their effect)
