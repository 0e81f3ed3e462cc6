from django.apps import AppConfig


class CommsConfig(AppConfig):
    name = "comms"

    def ready(self) -> None:
        from comms import kinds, patterns, permissions  # noqa: F401  (registering is their effect)
