"""From the address of a mail server to Django's MAILERS."""

from pathlib import Path

import dj_email_url
import pytest
from django.core.mail.handler import MailersHandler
from environs import ValidationError

from warroom.settings.mail import check_sender, mailers


@pytest.mark.parametrize(
    ("address", "backend", "options"),
    [
        pytest.param("console://", "warroom.operations.unsent_mail.LogBackend", {}, id="console"),
        pytest.param(
            "smtp://mail.test",
            "comms.delivery.smtp.EmailBackend",
            {"host": "mail.test", "port": 25, "use_tls": False, "use_ssl": False, "timeout": 10},
            id="plain-smtp",
        ),
        pytest.param(
            "submission://me%40here:s%2Fecret@mail.test?timeout=3",
            "comms.delivery.smtp.EmailBackend",
            {
                "host": "mail.test",
                "port": 587,
                "username": "me@here",
                "password": "s/ecret",  # pragma: allowlist secret
                "use_tls": True,
                "use_ssl": False,
                "timeout": 3,
            },
            id="submission-with-a-login",
        ),
    ],
)
def test_an_address_becomes_a_mailer(
    address: str, backend: str, options: dict[str, object], settings
) -> None:
    made = mailers(dj_email_url.parse(address))
    settings.MAILERS = made

    assert made == {"default": {"BACKEND": backend, "OPTIONS": options}}
    assert MailersHandler().default.alias == "default"


def test_mail_can_go_to_a_folder(tmp_path: Path, settings) -> None:
    settings.MAILERS = mailers(dj_email_url.parse(f"file://{tmp_path}"))

    assert MailersHandler().default.file_path == str(tmp_path)


@pytest.mark.parametrize(
    "address",
    [
        "warroom@localhost",
        "Warroom <warroom@example.org>",
        "Störung <warroom@müller.example>",
        '"Acme, Inc." <warroom@example.org>',
    ],
)
def test_mails_can_come_from(address: str) -> None:
    check_sender(address)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "warroom",
        "a@",
        "a@ex.org, b@ex.org",
        "Acme, Inc. <a@ex.org>",
        "müller@example.org",
        "Warroom <a@ex.org>\nBcc: b@ex.org",
        "a b@ex.org",
        "Warroom <a@ex.org",
    ],
)
def test_a_sender_that_no_mail_can_have_stops_the_start(address: str) -> None:
    with pytest.raises(ValidationError):
        check_sender(address)
