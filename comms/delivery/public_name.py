"""The name of a delivery outside: the same at each attempt, and nothing can be counted by it."""

from django.utils.crypto import salted_hmac

_SALT = "comms.delivery.name"
_LENGTH = 24


def name_of(kind: str, key: int) -> str:
    """``delivery-3f9c…`` for the row with this key: for ids of webhooks and mails."""
    digest = salted_hmac(_SALT, f"{kind}:{key}", algorithm="sha256").hexdigest()
    return f"{kind}-{digest[:_LENGTH]}"
