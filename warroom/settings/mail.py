"""Turns the address of a mail server into Django's MAILERS."""

from typing import Any

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
