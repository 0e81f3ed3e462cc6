"""What a subscriber gets by mail or in a chat: an update, or first of all what this is."""

from django.core.mail import EmailMessage

from comms.delivery import mail
from comms.delivery.wording import from_whom, told
from comms.models import Delivery, Subscriber
from comms.subscribers.tokens import confirm_address, leave_address


def message(delivery: Delivery) -> EmailMessage:
    """Plain text, with one click to leave (RFC 8058). The Message-ID is the delivery's."""
    subscriber = delivery.subscriber
    assert subscriber is not None
    said = delivery.message
    if said is None:
        return _confirmation(delivery, subscriber)
    one, leave = told(said), leave_address(subscriber)
    return _mail(
        delivery,
        f"{one.subject} · {from_whom()}",
        f"{one.text}\n\n{one.link}\n\nYou follow {from_whom()}. Leave with one click:\n{leave}\n",
        {
            "List-Unsubscribe": f"<{leave}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            "List-Id": f"{from_whom()} <status.{mail.host()}>",
        },
    )


def words(delivery: Delivery) -> tuple[str, str]:
    """Title and text for a chat or paging service; the last paragraph leads on."""
    subscriber = delivery.subscriber
    assert subscriber is not None
    said = delivery.message
    if said is None:
        text = (
            f"This place gets the updates of {from_whom()} from now on.\n\n"
            f"To leave: {leave_address(subscriber)}"
        )
        return f"Updates of {from_whom()}", text
    one = told(said)
    return one.subject, f"{one.text}\n\n{one.link}"


def _confirmation(delivery: Delivery, subscriber: Subscriber) -> EmailMessage:
    text = (
        f"Somebody asked to have the updates of {from_whom()} sent to this address.\n\n"
        f"If it was you, confirm here:\n{confirm_address(subscriber)}\n\n"
        "If not, do nothing: nothing more will come.\n"
    )
    return _mail(delivery, f"Confirm: updates of {from_whom()}", text, {})


def _mail(delivery: Delivery, subject: str, text: str, headers: dict[str, str]) -> EmailMessage:
    assert delivery.subscriber is not None
    fixed = {
        "Message-ID": f"<delivery-{delivery.pk}@{mail.host()}>",
        "Auto-Submitted": "auto-generated",
        "Precedence": "bulk",
    }
    subject = " ".join(subject.split())
    return EmailMessage(subject, text, to=[delivery.subscriber.address], headers=fixed | headers)
