"""Turns the address of a mail server into Django's MAILERS, and checks who mails come from."""

from email.errors import HeaderParseError
from email.headerregistry import AddressHeader
from typing import Any

from environs import ValidationError

SMTP_TIMEOUT_SECONDS = 10
"""Seconds; a mail server that hangs must not hold a worker."""

_SMTP = {
    "host": "EMAIL_HOST",
    "port": "EMAIL_PORT",
    "username": "EMAIL_HOST_USER",
    "password": "EMAIL_HOST_PASSWORD",
    "use_tls": "EMAIL_USE_TLS",
    "use_ssl": "EMAIL_USE_SSL",
}


def mailers(parsed: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The one mailer. ``parsed`` is what ``env.dj_email_url`` makes of the address."""
    backend = parsed["EMAIL_BACKEND"]
    options: dict[str, Any] = {}
    if backend.endswith(".smtp.EmailBackend"):
        options = {name: parsed[key] for name, key in _SMTP.items() if parsed[key] is not None}
        options["timeout"] = parsed["EMAIL_TIMEOUT"] or SMTP_TIMEOUT_SECONDS
        backend = "comms.delivery.smtp.EmailBackend"
    elif backend.endswith(".filebased.EmailBackend"):
        options = {"file_path": f"/{parsed['EMAIL_FILE_PATH'].lstrip('/')}"}
        backend = "warroom.operations.unsent_mail.FolderBackend"
    elif backend.endswith(".console.EmailBackend"):
        backend = "warroom.operations.unsent_mail.LogBackend"
    return {"default": {"BACKEND": backend, "OPTIONS": options}}


def check_sender(address: str) -> None:
    """Raise ``ValidationError`` unless it is one address that mails can come from.

    Otherwise each mail would fail by itself, hours later, and only the log would say why.
    """
    try:
        parsed = AddressHeader.value_parser(address)
        mailboxes = parsed.all_mailboxes
        is_whole = len(mailboxes) == 1 and not parsed.all_defects and mailboxes[0].domain
        is_ascii = is_whole and mailboxes[0].local_part.isascii()
    except (HeaderParseError, IndexError, ValueError):
        is_ascii = False
    if not is_ascii or not address.isprintable():
        raise ValidationError(
            "It must be one mail address, such as warroom@example.org or "
            'Warroom <warroom@example.org>; a name with a comma stands in "quotes".'
        )
