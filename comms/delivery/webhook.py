"""A message as a signed request, after the Standard Webhooks convention.

``webhook-id`` is the delivery's and stays over attempts, ``webhook-signature`` is an HMAC-SHA256 of
id, timestamp and body. A redirect is a refusal: it could lead anywhere.
"""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Iterator

from comms.delivery import Handed, Refused, guard
from comms.delivery.deadline import deadline
from comms.delivery.wording import told
from comms.models import Delivery, Subscriber

GONE = 410
MOST = 64 * 1024
"""Bytes of an answer that are looked at; nothing in it matters."""

PREFIX = "whsec_"


def send(delivery: Delivery, handed: Handed) -> None:
    """Post it. Raises ``Refused`` for what will never be taken, else what the line says."""
    subscriber = delivery.subscriber
    assert subscriber is not None
    said = delivery.message
    content = {"type": "subscription.confirm"} if said is None else told(said).as_json()
    body = json.dumps(content, ensure_ascii=False).encode()
    guard.refuse_odd(subscriber.address)
    headers = {
        **signed(subscriber, f"delivery-{delivery.pk}", int(time.time()), body),
        "content-type": "application/json",
        "content-length": str(len(body)),
        "user-agent": "Warroom",
    }
    with (
        deadline(),
        guard.client() as client,
        client.stream(
            "POST", subscriber.address, content=_but_last(body, handed), headers=headers
        ) as answer,
    ):
        if answer.status_code == GONE:
            raise Refused("The address is gone (410).")
        if not answer.is_success:
            raise OSError(f"answered {answer.status_code}")


def signed(subscriber: Subscriber, name: str, at: int, body: bytes) -> dict[str, str]:
    key = base64.b64decode(subscriber.secret.removeprefix(PREFIX))
    text = b".".join((name.encode(), str(at).encode(), body))
    signature = base64.b64encode(hmac.digest(key, text, hashlib.sha256)).decode()
    return {
        "webhook-id": name,
        "webhook-timestamp": str(at),
        "webhook-signature": f"v1,{signature}",
    }


def _but_last(body: bytes, handed: Handed) -> Iterator[bytes]:
    """An unfinished request is thrown away by who gets it; so the last byte goes by itself."""
    yield body[:-1]
    handed()
    yield body[-1:]
