"""A mail server that is told of the last byte before it is sent.

A server throws an unfinished message away (RFC 5321, 4.1.1.4): up to the dot on a line of its own
nothing was delivered, and who died may be followed by another. From the dot on it may have been.
"""

import smtplib
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.core.mail.backends import smtp

from comms.delivery import Handed, deadline

_handed: ContextVar[Handed | None] = ContextVar("handed", default=None)


@contextmanager
def announcing(handed: Handed) -> Iterator[None]:
    """Call ``handed`` right before the last byte of what is sent meanwhile."""
    token = _handed.set(handed)
    try:
        yield
    finally:
        _handed.reset(token)


class _Announcing(smtplib.SMTP):
    def _get_socket(self, *args: Any) -> socket.socket:
        made: socket.socket = super()._get_socket(*args)  # type: ignore[misc]
        deadline.watch(made)
        return made

    def data(self, msg: Any) -> tuple[int, bytes]:
        """As in the standard library, with a pause before the dot."""
        # The dot must not wait for the other side to have acknowledged what came before it.
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.putcmd("data")
        code, reply = self.getreply()
        if code != 354:
            raise smtplib.SMTPDataError(code, reply)
        content = smtplib._fix_eols(msg).encode("ascii") if isinstance(msg, str) else msg
        quoted = smtplib._quote_periods(content)
        self.send(quoted if quoted.endswith(b"\r\n") else quoted + b"\r\n")
        if handed := _handed.get():
            handed()
        self.send(b".\r\n")
        return self.getreply()


class _AnnouncingOverTls(_Announcing, smtplib.SMTP_SSL):
    pass


class EmailBackend(smtp.EmailBackend):
    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        return _AnnouncingOverTls if self.use_ssl else _Announcing
