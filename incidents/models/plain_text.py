"""Columns for names that go out in mail, XML and calendars, whichever door they came by.

The admin, a command and a shell write such rows without an action, so the column itself cleans.
"""

from typing import Any

from django.db import models

from kernel.text import one_line


class PlainLineField(models.CharField):
    """A ``CharField`` of one line without control characters; to migrations it is the same."""

    def to_python(self, value: Any) -> Any:
        """For forms and, by ``get_prep_value``, for every write and lookup."""
        text = super().to_python(value)
        return one_line(text) if isinstance(text, str) else text

    def deconstruct(self) -> Any:
        name, _, arguments, keywords = super().deconstruct()
        return name, "django.db.models.CharField", arguments, keywords
