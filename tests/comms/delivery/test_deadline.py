"""A peer that drags its answer out is hung up on: real sockets, and a peer that says a byte now
and then."""

import smtplib
import socket
import threading
from collections.abc import Callable, Iterator
from ipaddress import ip_network

import dj_email_url
import httpx
import pytest
from django.core.mail import EmailMessage

from comms.delivery import Away, deadline, guard, mail
from warroom.settings.mail import mailers

SOON = 0.5
TIMEOUT_SECONDS = 20.0


class Tarpit:
    """Takes one connection and says a byte every tenth of a second, for ever."""

    def __init__(self, listener: socket.socket) -> None:
        self._listener = listener
        self.called, self._over = threading.Event(), threading.Event()
        self.port = listener.getsockname()[1]
        self._thread = threading.Thread(target=self._drag)
        self._thread.start()

    def _drag(self) -> None:
        caller, _ = self._listener.accept()
        self.called.set()
        with caller:
            while not self._over.wait(0.1):
                try:
                    caller.sendall(b"2")
                except OSError:
                    return

    def close(self) -> None:
        self._over.set()
        self._thread.join(TIMEOUT_SECONDS)


@pytest.fixture
def tarpit() -> Iterator[Tarpit]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        found = Tarpit(listener)
        yield found
        found.close()


def ends(act: Callable[[], object]) -> BaseException | None:
    """What it raised; it is not waited for longer than a test may last."""
    raised: list[BaseException] = []

    def run() -> None:
        try:
            act()
        except BaseException as error:  # noqa: BLE001
            raised.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(TIMEOUT_SECONDS)
    assert not thread.is_alive(), "it hangs"
    return raised[0] if raised else None


def test_a_web_server_that_trickles(tarpit: Tarpit, settings) -> None:
    settings.OUTGOING_ALLOW = [ip_network("127.0.0.0/8")]

    def post() -> None:
        with deadline.deadline(SOON), guard.client() as client:
            client.post(f"http://127.0.0.1:{tarpit.port}/", content=b"{}")

    assert isinstance(ends(post), httpx.TransportError)
    assert tarpit.called.is_set()


def test_a_mail_server_that_trickles(
    tarpit: Tarpit, settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deadline, "DEADLINE_SECONDS", SOON)
    settings.MAILERS = mailers(dj_email_url.parse(f"smtp://127.0.0.1:{tarpit.port}"))
    letter = EmailMessage("Late", "It is late.", to=["deputy@example.test"])

    hung_up = ends(lambda: mail.send(letter, lambda: None))

    assert isinstance(hung_up, Away | smtplib.SMTPException)
    assert tarpit.called.is_set()
