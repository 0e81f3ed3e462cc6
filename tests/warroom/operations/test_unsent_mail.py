"""Mail without a mail server: whole in a folder of its owner's, without its secrets in the log."""

import io
from pathlib import Path

import pytest
from django.core.mail import EmailMessage
from django.test import Client
from django.urls import reverse

from tests.helpers.factories import PersonFactory
from warroom.operations import unsent_mail
from warroom.operations.unsent_mail import FolderBackend, LogBackend, without_secrets
from warroom.settings.mail import mailers

TOKEN = "3z-d1qf2h-0123456789abcdef0123456789abcdef"  # pragma: allowlist secret


@pytest.mark.parametrize(
    "path",
    [
        f"/accounts/password/reset/key/{TOKEN}/",
        f"/accounts/first-admin/{TOKEN}/",
        f"/status/leave/{TOKEN}/",
        f"/status/confirm/{TOKEN}/",
    ],
)
def test_the_log_has_no_link_that_lets_somebody_in(path: str) -> None:
    stream = io.StringIO()
    message = EmailMessage("Your link", f"Here: https://x.example{path}\nBye", to=["a@x.example"])

    LogBackend(stream=stream).send_messages([message])

    text = stream.getvalue()
    assert "Subject: Your link" in text
    assert "Here: https://x.example" in text
    assert not any(part in text for part in TOKEN.split("-")[1:])


def test_other_addresses_stay() -> None:
    text = "See https://x.example/INC-42/ and https://elsewhere.example/a/b?c=d."
    assert without_secrets(text) == text


def test_a_folder_has_them_whole_for_its_owner_and_not_without_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unsent_mail, "MAX_FILES", 3)
    folder = tmp_path / "mail"
    for number in range(5):
        FolderBackend(file_path=str(folder)).send_messages(
            [EmailMessage(f"Mail {number}", f"/x/{TOKEN}/", to=["a@x.example"])]
        )

    texts = [file.read_text() for file in sorted(folder.iterdir())]
    assert folder.stat().st_mode & 0o777 == 0o700
    assert len(texts) == 3
    assert "Subject: Mail 4" in texts[-1]
    assert TOKEN in texts[-1]


@pytest.mark.parametrize(
    ("backend", "ours"), [("console", LogBackend), ("filebased", FolderBackend)]
)
def test_an_address_names_them(backend: str, ours: type) -> None:
    parsed = {
        "EMAIL_BACKEND": f"django.core.mail.backends.{backend}.EmailBackend",
        "EMAIL_FILE_PATH": "/var/mail",
    }
    mailer = mailers(parsed)["default"]
    assert mailer["BACKEND"] == f"{ours.__module__}.{ours.__name__}"
    assert mailer["OPTIONS"] == ({"file_path": "/var/mail"} if backend == "filebased" else {})


@pytest.mark.django_db
def test_a_reset_link_has_the_name_that_people_know(client: Client, settings, mailoutbox) -> None:
    settings.BASE_URL = "https://warroom.example"
    PersonFactory(username="ines", email="ines@example.test")

    client.post(
        reverse("account_reset_password"),
        {"email": "ines@example.test"},
        headers={"Host": "localhost:8123"},
    )

    [mail] = mailoutbox
    assert "https://warroom.example/accounts/password/reset/key/" in mail.body
    assert "8123" not in mail.subject + mail.body
    path = mail.body.partition("https://warroom.example")[2].split()[0]
    assert client.get(path, follow=True).status_code == 200
