"""A notice as a mail."""

from urllib.parse import urljoin, urlsplit

from django.conf import settings
from django.core.mail import EmailMessage, mailers

from incidents.models import Notice


def send(notice: Notice) -> None:
    """Hand it to the mail server; raises whatever goes wrong there."""
    mailers.default.send_messages([message(notice)])


def message(notice: Notice) -> EmailMessage:
    """Plain text. Its Message-ID is the notice's, so a mailbox can tell a repetition."""
    host = urlsplit(settings.BASE_URL).hostname or "localhost"
    sentence = " ".join(notice.sentence.split())
    body = (
        f"{sentence}\n\n"
        f"{urljoin(settings.BASE_URL, notice.href)}\n\n"
        f"{notice.incident.reference}: {notice.incident.title}\n"
        f"Written at {notice.at:%Y-%m-%d %H:%M} UTC.\n"
    )
    return EmailMessage(
        subject=f"[{notice.incident.reference}] {sentence}",
        body=body,
        to=[notice.person.email],
        headers={
            "Message-ID": f"<notice-{notice.pk}@{host}>",
            "Auto-Submitted": "auto-generated",
        },
    )
