"""Sending people their own notices on the channels that they chose, and tests of these."""

from collections.abc import Callable
from functools import partial
from urllib.parse import urljoin

from django.conf import settings
from django.core.mail import EmailMessage
from django.urls import reverse

from comms.delivery import OnHandover, apprise, mail
from comms.delivery.public_name import name_of
from comms.models import Delivery, NoticeChoice
from comms.vocabulary import SubscriberKind
from incidents.models import Notice, Person

_TEST = "This is the test that you asked for. Notices reach you here."


def choice_of(person: Person) -> NoticeChoice | None:
    """The person's preference; None if they never chose."""
    return getattr(person, "notice_choice", None)


def person_of(delivery: Delivery) -> Person | None:
    """The person it is for; None if it is for a subscriber."""
    return delivery.notice.person if delivery.notice is not None else delivery.tested_by


def wants(person: Person, delivery: Delivery) -> bool:
    """Whether the channel is still on, which may have changed since the delivery was written."""
    choice = choice_of(person)
    if delivery.channel == SubscriberKind.APPRISE:
        return choice is not None and choice.address != ""
    return choice is None or choice.mail_since is not None


def exchange(delivery: Delivery) -> Callable[[OnHandover], None]:
    """How it is sent: by mail, or to the person's own Apprise address.

    Calling it asks no database, and raises what the channel raises.
    """
    person = person_of(delivery)
    assert person is not None
    if delivery.channel == SubscriberKind.EMAIL:
        notice = delivery.notice
        return partial(mail.send, mail.message(notice) if notice else _test_mail(delivery, person))
    choice = choice_of(person)
    assert choice is not None  # checked by ``wants``
    return partial(apprise.send, choice.address, *_title_and_text(delivery.notice))


def _title_and_text(notice: Notice | None) -> tuple[str, str]:
    if notice is None:
        return "Warroom: test", f"{_TEST}\n\n{_settings()}"
    sentence = " ".join(notice.sentence.split())
    link = urljoin(settings.BASE_URL, notice.href)
    return f"[{notice.incident.reference}]", f"{sentence}\n\n{link}"


def _test_mail(delivery: Delivery, person: Person) -> EmailMessage:
    return mail.compose(
        person.email,
        "Warroom: test",
        f"{_TEST}\n\n{_settings()}\n",
        message_id=f"{name_of('test', delivery.pk)}-{delivery.next_try_at:%Y%m%d%H%M%S}",
    )


def _settings() -> str:
    return urljoin(settings.BASE_URL, reverse("settings-notices"))
