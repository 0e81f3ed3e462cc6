"""Messages to subscribers by mail or in a chat: updates, and the first message."""

from django.core.mail import EmailMessage
from django.db.models import Model, Q

from comms.delivery import mail
from comms.delivery.public_name import name_of
from comms.delivery.subscriber_links import confirm_address, leave_address
from comms.delivery.wording import Notification, notification_to_send, sender_name
from comms.models import Delivery, MaintenanceUpdate, Subscriber

BULK = {"Precedence": "bulk"}
MAX_REFERENCES = 10
"""At most so many earlier mails are named: a header may not grow for ever."""


def mail_message(delivery: Delivery) -> EmailMessage:
    """With one click to leave (RFC 8058), in one thread with the earlier mails of the incident."""
    subscriber = delivery.subscriber
    assert subscriber is not None
    message = delivery.message
    if message is None:
        return _confirmation(delivery, subscriber)
    notification, leave = notification_to_send(message), leave_address(subscriber)
    return mail.compose(
        subscriber.address,
        f"{notification.subject} · {sender_name()}",
        f"{notification.text}\n\n{notification.link}\n\n"
        f"You follow {sender_name()}. Leave with one click:\n{leave}\n",
        message_id=_message_id(delivery.pk),
        thread=[_thread(message), *map(_message_id, _earlier(delivery, message))],
        headers=BULK
        | {
            "List-Unsubscribe": f"<{leave}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            "List-Id": f"{sender_name()} <status.{mail.host()}>",
        },
    )


def chat_message(subscriber: Subscriber, notification: Notification | None) -> tuple[str, str]:
    """Title and text for a chat or paging service; the last paragraph holds the link."""
    if notification is None:
        text = (
            f"This place gets the updates of {sender_name()} from now on.\n\n"
            f"To leave: {leave_address(subscriber)}"
        )
        return f"Updates of {sender_name()}", text
    # A long text is cut before its last paragraph: when the next update comes goes with the link.
    gap = "\n" if notification.next_at else "\n\n"
    return notification.subject, f"{notification.text}{gap}{notification.link}"


def _confirmation(delivery: Delivery, subscriber: Subscriber) -> EmailMessage:
    text = (
        f"Somebody asked to have the updates of {sender_name()} sent to this address.\n\n"
        f"If it was you, confirm here:\n{confirm_address(subscriber)}\n\n"
        "If not, do nothing: nothing more will come.\n"
    )
    return mail.compose(
        subscriber.address,
        f"Confirm: updates of {sender_name()}",
        text,
        message_id=_message_id(delivery.pk),
        headers=BULK,
    )


def _message_id(delivery: int) -> str:
    return name_of("delivery", delivery)


def _thread(message: Model) -> str:
    if isinstance(message, MaintenanceUpdate):
        return f"maintenance-{message.maintenance.code}"
    return mail.incident_thread(message.incident_id)  # type: ignore[attr-defined]


def _earlier(delivery: Delivery, message: Model) -> list[int]:
    """The last mails that the same reader got about the same thing, first to last."""
    if isinstance(message, MaintenanceUpdate):
        same = Q(maintenance_update__maintenance=message.maintenance_id)
    else:
        incident = message.incident_id  # type: ignore[attr-defined]
        same = (
            Q(update__incident=incident)
            | Q(escalation__incident=incident)
            | Q(leadership_note__incident=incident)
        )
    sent = Delivery.objects.filter(same, subscriber=delivery.subscriber_id, pk__lt=delivery.pk)
    rows = sent.filter(sent_at__isnull=False).order_by("-pk")
    return sorted(rows.values_list("pk", flat=True)[:MAX_REFERENCES])
