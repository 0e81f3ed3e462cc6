"""Outside the demo nobody comes in with a password of the demo, and nobody takes one.

The demo prints them for everybody. Data may have been begun as a demo and then be served as more.
"""

from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest

from warroom.demo.people import PASSWORD


class RefusingBackend:
    """The first of the backends, so that every way to sign in asks it. It knows nobody itself."""

    def authenticate(
        self, request: HttpRequest | None, password: str | None = None, **_: Any
    ) -> None:
        if password == PASSWORD and not settings.DEMO:
            raise PermissionDenied("This password is the demo's.")


class NotTheDemosValidator:
    def validate(self, password: str, user: object = None) -> None:
        if password == PASSWORD:
            raise ValidationError(self.get_help_text(), code="demo_password")

    def get_help_text(self) -> str:
        return "This is the password of the demo, which everybody knows: choose another."
