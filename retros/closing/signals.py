"""Signal of a closing, for the review and the package, sent in the transaction that closes.

Receivers are connected in ``RetrosConfig.ready()`` and run in that order. They are steps: what they
write is committed with the closing, and what they raise undoes it. Always use ``send``, which lets
exceptions pass, never ``send_robust``.
"""

from django.dispatch import Signal

incident_closed = Signal()
"""An incident was closed: ``incident``, ``closing``, ``now``. Sent after the
entry and the watch owner's role."""
