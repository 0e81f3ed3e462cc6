"""Signals of state changes, for apps above incidents, sent in the transaction of the change.

Receivers are connected in ``AppConfig.ready()`` and run in the order of the installed apps. They
are steps: what they write is committed with the change, and what they raise undoes it. Always use
``send``, which lets exceptions pass, never ``send_robust``.
"""

from django.dispatch import Signal

role_given = Signal()
"""A role or a lane passed to a person: ``incident``, ``role``, ``lane``, ``person``, ``actor``,
``now``. Sent after its timeline entry."""

incident_voided = Signal()
"""An incident ended as declared in error: ``voided``, ``actor``, ``now``. Sent after its entry."""

restriction_changed = Signal()
"""An incident was restricted, or opened again: ``incident``, ``actor``, ``now``. Sent after its
entry."""

surface_changed = Signal()
"""A surface was added, changed or removed in the admin; no arguments."""
