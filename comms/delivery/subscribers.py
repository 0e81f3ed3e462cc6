"""Messages to subscribers by mail or in a chat: updates, and the first message."""

from django.core.mail import EmailMessage

from comms.delivery import mail
from comms.delivery.subscriber_links import confirm_address, leave_address
from comms.delivery.wording import notification_of, sender_name
from comms.models import Delivery, Subscriber


def mail_message(delivery: Delivery) -> EmailMessage:
    """Plain text, with one click to leave (RFC 8058). The Message-ID is the delivery's."""
    subscriber = delivery.subscriber
    assert subscriber is not None
    message = delivery.message
    if message is None:
        return _confirmation(delivery, subscriber)
    notification, leave = notification_of(message), leave_address(subscriber)
    return _mail(
        delivery,
        f"{notification.subject} · {sender_name()}",
        f"{notification.text}\n\n{notification.link}\n\n"
        f"You follow {sender_name()}. Leave with one click:\n{leave}\n",
        {
            "List-Unsubscribe": f"<{leave}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            "List-Id": f"{sender_name()} <status.{mail.host()}>",
        },
    )


def chat_message(delivery: Delivery) -> tuple[str, str]:
    """Title and text for a chat or paging service; the last paragraph holds the link."""
    subscriber = delivery.subscriber
    assert subscriber is not None
    message = delivery.message
    if message is None:
        text = (
            f"This place gets the updates of {sender_name()} from now on.\n\n"
            f"To leave: {leave_address(subscriber)}"
        )
        return f"Updates of {sender_name()}", text
    notification = notification_of(message)
    # A long text is cut before its last paragraph: when the next update comes goes with the link.
    gap = "\n" if notification.next_at else "\n\n"
    return notification.subject, f"{notification.text}{gap}{notification.link}"


def _confirmation(delivery: Delivery, subscriber: Subscriber) -> EmailMessage:
    text = (
        f"Somebody asked to have the updates of {sender_name()} sent to this address.\n\n"
        f"If it was you, confirm here:\n{confirm_address(subscriber)}\n\n"
        "If not, do nothing: nothing more will come.\n"
    )
    return _mail(delivery, f"Confirm: updates of {sender_name()}", text, {})


def _mail(delivery: Delivery, subject: str, text: str, headers: dict[str, str]) -> EmailMessage:
    assert delivery.subscriber is not None
    fixed = {
        "Message-ID": f"<delivery-{delivery.pk}@{mail.host()}>",
        "Auto-Submitted": "auto-generated",
        "Precedence": "bulk",
    }
    subject = " ".join(subject.split())
    return EmailMessage(subject, text, to=[delivery.subscriber.address], headers=fixed | headers)
