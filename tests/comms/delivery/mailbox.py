"""A real SMTP server that keeps the bytes that it is sent."""

import email
import email.policy
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from typing import Any

import dj_email_url
from aiosmtpd.controller import Controller

from warroom.settings.mail import mailers


class Mailbox:
    """``raw`` are the messages as they came, ``envelopes`` who they were from and for."""

    def __init__(self) -> None:
        self.raw: list[bytes] = []
        self.envelopes: list[tuple[str, list[str]]] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.raw.append(envelope.original_content)
        self.envelopes.append((envelope.mail_from, envelope.rcpt_tos))
        return "250 Message accepted for delivery"

    def read(self) -> list[EmailMessage]:
        """As a mail program reads them."""
        return [
            email.message_from_bytes(raw, EmailMessage, policy=email.policy.default)
            for raw in self.raw
        ]

    def header(self, name: str, number: int = -1) -> str:
        """A header of a message as it stood on the wire, folded lines joined."""
        head = self.raw[number].partition(b"\r\n\r\n")[0].replace(b"\r\n ", b" ")
        prefix = f"{name}: ".encode()
        lines = [line for line in head.split(b"\r\n") if line.startswith(prefix)]
        assert len(lines) == 1, f"{name}: {len(lines)} times"
        return lines[0].removeprefix(prefix).decode("ascii")


@contextmanager
def mailbox(settings: Any) -> Iterator[Mailbox]:
    """Mails of this process go there, over a socket. It knows neither SMTPUTF8 nor 8BITMIME."""
    box = Mailbox()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(
        box, hostname="127.0.0.1", port=port, enable_SMTPUTF8=False, decode_data=False
    )
    controller.start()
    try:
        settings.MAILERS = mailers(dj_email_url.parse(f"smtp://127.0.0.1:{port}"))
        yield box
    finally:
        controller.stop()
