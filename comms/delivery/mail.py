"""Mails, and sending them."""

import smtplib
from urllib.parse import urljoin, urlsplit

from django.conf import settings
from django.core.mail import EmailMessage, mailers

from comms.delivery import Away, OnHandover, smtp
from comms.delivery.deadline import deadline
from incidents.models import Notice
from kernel.text import one_line


def send(mail: EmailMessage, on_handover: OnHandover) -> None:
    """Hand it to the mail server; ``handed`` is called right before the last byte.

    Raises ``Away`` when the server cannot be reached, and whatever it says otherwise.
    """
    with deadline(), smtp.announcing(on_handover):
        try:
            mailers.default.send_messages([mail])
        except (smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused):
            raise
        except (OSError, smtplib.SMTPException) as error:
            raise Away(error) from error


def host() -> str:
    return urlsplit(settings.BASE_URL).hostname or "localhost"


def message(notice: Notice) -> EmailMessage:
    """Plain text. The Message-ID is the notice's, so that mailboxes detect a repetition."""
    sentence = one_line(" ".join(notice.sentence.split()))
    body = (
        f"{sentence}\n\n"
        f"{urljoin(settings.BASE_URL, notice.href)}\n\n"
        f"{notice.incident.reference}: {one_line(notice.incident.title)}\n"
        f"Written at {notice.at:%Y-%m-%d %H:%M} UTC.\n"
    )
    return EmailMessage(
        subject=f"[{notice.incident.reference}] {sentence}",
        body=body,
        to=[notice.person.email],
        headers={
            "Message-ID": f"<notice-{notice.pk}@{host()}>",
            "Auto-Submitted": "auto-generated",
        },
    )
