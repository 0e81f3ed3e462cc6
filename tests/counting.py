"""Counting queries: every read that grows asks as often for three things as for one."""

from django.db import connection
from django.test.utils import CaptureQueriesContext


def queries() -> CaptureQueriesContext:
    """``with queries() as asked: …`` and then ``len(asked)``."""
    return CaptureQueriesContext(connection)
