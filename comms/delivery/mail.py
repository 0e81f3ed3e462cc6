"""Mails, and sending them."""

import smtplib
from collections.abc import Sequence
from urllib.parse import urljoin, urlsplit

from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives, mailers
from django.template.loader import render_to_string
from django.utils.crypto import salted_hmac
from django.utils.encoding import punycode

from comms.delivery import Away, OnHandover, smtp
from comms.delivery.deadline import deadline
from comms.delivery.public_name import name_of
from incidents.models import Notice
from kernel.text import one_line

THREAD_SALT = "comms.mail.thread"


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
    """As it may stand in a header: in ASCII, also of a name with umlauts."""
    return punycode(urlsplit(settings.BASE_URL).hostname or "localhost")


def compose(
    to: str,
    subject: str,
    text: str,
    *,
    message_id: str,
    thread: Sequence[str] = (),
    headers: dict[str, str] | None = None,
) -> EmailMessage:
    """A mail in two parts, plain text and the same as HTML.

    ``message_id`` is the name before the ``@``, the same for every attempt, so that mailboxes
    detect a repetition. ``thread`` names what it follows, first to last.
    """
    fixed = {"Message-ID": identifier(message_id), "Auto-Submitted": "auto-generated"}
    if thread:
        fixed |= {
            "In-Reply-To": identifier(thread[-1]),
            "References": " ".join(identifier(name) for name in thread),
        }
    mail = EmailMultiAlternatives(
        " ".join(subject.split()), text, to=[to], headers=fixed | (headers or {})
    )
    mail.attach_alternative(render_to_string("comms/mail.html", {"text": text}), "text/html")
    return mail


def identifier(name: str) -> str:
    return f"<{name}@{host()}>"


def incident_thread(incident: int) -> str:
    """What all mails about an incident refer to. Its number cannot be read from it."""
    return (
        f"incident-{salted_hmac(THREAD_SALT, str(incident), algorithm='sha256').hexdigest()[:20]}"
    )


def message(notice: Notice) -> EmailMessage:
    sentence = one_line(" ".join(notice.sentence.split()))
    return compose(
        notice.person.email,
        f"[{notice.incident.reference}] {sentence}",
        f"{sentence}\n\n"
        f"{urljoin(settings.BASE_URL, notice.href)}\n\n"
        f"{notice.incident.reference}: {one_line(notice.incident.title)}\n"
        f"Written at {notice.at:%Y-%m-%d %H:%M} UTC.\n",
        message_id=name_of("notice", notice.pk),
        thread=[incident_thread(notice.incident_id)],
    )
