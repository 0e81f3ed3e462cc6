"""Webhooks against a real receiver: signed, whole, and following nothing."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from comms.actions import outbox, subscribing
from comms.delivery import fan_out
from comms.models import Delivery, Subscriber
from comms.vocabulary import SurfaceState
from incidents.models import Incident
from kernel import clock
from tests.comms.status.published import say
from tests.helpers.factories import SurfaceFactory

pytestmark = pytest.mark.django_db
State = Delivery.State


class Receiver(ThreadingHTTPServer):
    """Keeps what it is sent; answers with ``status``."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.status, self.headers = 204, dict[str, str]()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/hook"


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        length = int(self.headers["content-length"])
        body = self.rfile.read(length)
        if len(body) < length:
            return  # whoever sent it has hung up before its last byte
        self.server.got.append(({k.lower(): v for k, v in self.headers.items()}, body))
        self.send_response(self.server.status)
        for name, value in self.server.headers.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Silence."""


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    settings.OUTGOING_ALLOW = [ip_network("127.0.0.0/8")]
    with Receiver() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def hook(receiver: Receiver) -> Subscriber:
    found = subscribing.subscribe("webhook", receiver.url, now=clock.now())
    assert found is not None
    return found


def send() -> None:
    now = clock.now()
    fan_out.fill(now)
    outbox.send("webhook", now, limit=10)


def publish(incident: Incident) -> None:
    states = {SurfaceFactory(name="Sign-in"): SurfaceState.PARTIAL}
    fan_out.announce_step(say(incident, clock.now(), states), clock.now())


def test_it_confirms_by_answering_and_is_then_told(
    receiver: Receiver, hook: Subscriber, incident: Incident
) -> None:
    send()
    hook.refresh_from_db()
    assert hook.confirmed_at is not None
    publish(incident)
    send()
    send()

    (_, asked), (headers, body) = receiver.got
    assert json.loads(asked) == {"type": "subscription.confirm"}
    said = Webhook(hook.secret).verify(body, headers)
    assert said["type"] == "update.published"
    assert said["title"] == "Investigating: Some sign-ins fail"
    assert said["status"] == "investigating"
    with pytest.raises(WebhookVerificationError):
        Webhook(hook.secret).verify(body + b" ", headers)


def test_one_that_never_answered_is_told_nothing(
    receiver: Receiver, hook: Subscriber, incident: Incident
) -> None:
    receiver.status = 500
    send()
    publish(incident)
    send()

    assert len(receiver.got) == 1
    assert Delivery.objects.get().state == State.WAITING


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_leads_nowhere(receiver: Receiver, hook: Subscriber, status: int) -> None:
    receiver.status, receiver.headers = status, {"Location": "http://169.254.169.254/latest/"}

    send()

    delivery = Delivery.objects.get()
    assert (delivery.state, len(receiver.got)) == (State.WAITING, 1)
    assert f"answered {status}" in delivery.last_error


def test_an_address_that_is_gone_is_not_asked_again(receiver: Receiver, hook: Subscriber) -> None:
    receiver.status = 410

    send()

    assert Delivery.objects.get().state == State.DEAD


def test_without_leave_this_machine_is_not_told(
    receiver: Receiver, hook: Subscriber, settings: Any
) -> None:
    settings.OUTGOING_ALLOW = []

    send()

    assert receiver.got == []
    assert Delivery.objects.values_list("state", "last_error").get() == (
        State.DEAD,
        "127.0.0.1 is not an address in the open.",
    )
