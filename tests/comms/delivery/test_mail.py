"""A notice as a mail."""

from comms.delivery.mail import message
from comms.delivery.public_name import name_of
from incidents.models import Incident, Notice, Person
from tests.helpers.factories import START


def _notice(incident: Incident, person: Person, sentence: str) -> Notice:
    return Notice.objects.create(
        incident=incident,
        person=person,
        kind="checkpoint.due",
        sentence=sentence,
        href="/INC-7/CP-1/",
        at=START,
    )


def test_it_says_what_and_where(incident: Incident, deputy: Person, settings) -> None:
    settings.BASE_URL = "https://warroom.example"
    notice = _notice(incident, deputy, "CP-1 is due now.")

    mail = message(notice)

    assert mail.subject == f"[{incident.reference}] CP-1 is due now."
    assert mail.body == (
        "CP-1 is due now.\n\n"
        "https://warroom.example/INC-7/CP-1/\n\n"
        f"{incident.reference}: Tokens refused after release\n"
        "Written at 2026-03-05 14:00 UTC.\n"
    )
    assert mail.to == [deputy.email]


def test_its_id_is_the_notices(incident: Incident, deputy: Person) -> None:
    notice = _notice(incident, deputy, "CP-1 is due now.")

    sent = message(notice).message()

    assert sent["Message-ID"] == f"<{name_of('notice', notice.pk)}@localhost>"
    assert sent["Auto-Submitted"] == "auto-generated"


def test_a_line_break_never_becomes_a_header(incident: Incident, deputy: Person) -> None:
    notice = _notice(incident, deputy, "CP-1 is due\r\nBcc: everybody@example.test")

    sent = message(notice).message()

    assert sent["Bcc"] is None
    assert sent["Subject"] == f"[{incident.reference}] CP-1 is due Bcc: everybody@example.test"
