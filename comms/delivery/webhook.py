"""Send a message as a signed request, following the Standard Webhooks convention.

``webhook-id`` is derived from the delivery and stays over attempts, ``webhook-signature`` is an
HMAC-SHA256 of id, timestamp and body. Redirects are refused, since they could lead anywhere.
"""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass

from comms.delivery import Gone, OnHandover, guard
from comms.delivery.deadline import deadline
from comms.delivery.public_name import name_of
from comms.delivery.wording import Notification
from comms.models import Delivery, Subscriber

GONE = 410
MAX_ANSWER_BYTES = 64 * 1024
"""At most so much of an answer is read; its content is ignored."""

PREFIX = "whsec_"


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """What is posted where."""

    url: str
    body: bytes
    headers: dict[str, str]


def request_of(delivery: Delivery, notification: Notification | None) -> SignedRequest:
    """The request of a delivery, signed; without a notification it asks to confirm.

    Raises ``Refused`` for an address of no use.
    """
    subscriber = delivery.subscriber
    assert subscriber is not None
    content = {"type": "subscription.confirm"} if notification is None else notification.as_json()
    body = json.dumps(content, ensure_ascii=False).encode()
    guard.check_url(subscriber.address)
    headers = {
        **signature_headers(subscriber, name_of("delivery", delivery.pk), int(time.time()), body),
        "content-type": "application/json",
        "content-length": str(len(body)),
        "user-agent": "Warroom",
    }
    return SignedRequest(subscriber.address, body, headers)


def post(request: SignedRequest, on_handover: OnHandover) -> None:
    """Post it; asks no database, so any thread may.

    Raises ``Refused`` for what will never be accepted, otherwise an ``OSError``.
    """
    with (
        deadline(),
        guard.client() as client,
        client.stream(
            "POST",
            request.url,
            content=_all_but_last_byte_first(request.body, on_handover),
            headers=request.headers,
        ) as answer,
    ):
        if answer.status_code == GONE:
            raise Gone
        if not answer.is_success:
            raise OSError(f"answered {answer.status_code}")


def post_document(url: str, body: bytes) -> None:
    """Post JSON that is signed in itself, under the same guard; raises as ``post`` does."""
    guard.check_url(url)
    headers = {
        "content-type": "application/json",
        "content-length": str(len(body)),
        "user-agent": "Warroom",
    }
    post(SignedRequest(url, body, headers), lambda: None)


def signature_headers(subscriber: Subscriber, name: str, at: int, body: bytes) -> dict[str, str]:
    key = base64.b64decode(subscriber.secret.removeprefix(PREFIX))
    content = b".".join((name.encode(), str(at).encode(), body))
    signature = base64.b64encode(hmac.digest(key, content, hashlib.sha256)).decode()
    return {
        "webhook-id": name,
        "webhook-timestamp": str(at),
        "webhook-signature": f"v1,{signature}",
    }


def _all_but_last_byte_first(body: bytes, on_handover: OnHandover) -> Iterator[bytes]:
    """The last byte goes separately, since the receiver discards an unfinished request."""
    yield body[:-1]
    on_handover()
    yield body[-1:]
