"""A mail backend that calls back right before the last byte of a message.

A server discards an unfinished message (RFC 5321, 4.1.1.4): until the final dot nothing was
delivered, and another sender can try again. After the dot it may have been delivered.
"""

import smtplib
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.core.mail import EmailMessage
from django.core.mail.backends import smtp

from comms.delivery import OnHandover, deadline
from comms.delivery.mail_policy import WIRE

_on_handover: ContextVar[OnHandover | None] = ContextVar("handed", default=None)


@contextmanager
def announcing(on_handover: OnHandover) -> Iterator[None]:
    """Call ``handed`` right before the last byte of each message sent in the block."""
    token = _on_handover.set(on_handover)
    try:
        yield
    finally:
        _on_handover.reset(token)


class _Announcing(smtplib.SMTP):
    def _get_socket(self, *args: Any) -> socket.socket:
        sock: socket.socket = super()._get_socket(*args)  # type: ignore[misc]
        deadline.watch(sock)
        return sock

    def data(self, msg: Any) -> tuple[int, bytes]:
        """As in the standard library, with a pause before the dot."""
        # Without Nagle's algorithm, so that the dot does not wait for an acknowledgement.
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.putcmd("data")
        code, reply = self.getreply()
        if code != 354:
            raise smtplib.SMTPDataError(code, reply)
        content = smtplib._fix_eols(msg).encode("ascii") if isinstance(msg, str) else msg
        quoted = smtplib._quote_periods(content)
        self.send(quoted if quoted.endswith(b"\r\n") else quoted + b"\r\n")
        if handed := _on_handover.get():
            handed()
        self.send(b".\r\n")
        return self.getreply()


class _AnnouncingOverTls(_Announcing, smtplib.SMTP_SSL):
    pass


class EmailBackend(smtp.EmailBackend):
    """Sends every mail of the process, those of allauth too, as ``mail_policy`` writes it."""

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        return _AnnouncingOverTls if self.use_ssl else _Announcing

    def _send(self, email_message: EmailMessage) -> bool:
        """As Django's, with our policy in place of Python's."""
        if not (to := email_message.recipients()):
            return False
        recipients = [self.prep_address(address) for address in to]
        content = email_message.message(policy=WIRE).as_bytes()
        self.connection.sendmail(self.prep_address(email_message.from_email), recipients, content)
        return True
