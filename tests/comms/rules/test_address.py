"""Which addresses can be told, and that one place has one spelling."""

import pytest

from comms.rules.address import (
    mail_violations,
    normalise_mail,
    normalise_webhook,
    webhook_violations,
)

pytestmark = pytest.mark.case("M2")


@pytest.mark.parametrize(
    "address",
    ["a@ex.org", "first.last+tag@sub.ex.co.uk", "o'neil@ex.org", "a@xn--mller-kva.example"],
)
def test_an_address_that_mail_reaches(address: str) -> None:
    assert mail_violations(address) == ()


@pytest.mark.parametrize(
    "address",
    [
        *(
            "Name<a@ex.org>",
            "<a@ex.org>",
            "a@ex.org,",
            "a@ex.org;b@ex.org",
            "m\u00fcller@example.org",
        ),
        *("a@m\u00fcller.example", "a b@ex.org", "a@ex", "a@@ex.org", ".a@ex.org", "a..b@ex.org"),
        *("a@-ex.org", "a@ex..org", '"a"@ex.org', "a@[127.0.0.1]", "a\r\nBcc: b@ex.org", ""),
        *(f"{'a' * 65}@ex.org", f"a@{'b' * 64}.org", f"a@{'b.' * 130}org"),
    ],
)
def test_what_cannot_be_mailed_is_refused(address: str) -> None:
    (violation,) = mail_violations(address)

    assert violation.sentence.startswith("This is not an email address that can be mailed")


@pytest.mark.parametrize(
    "address", ["A@Ex.org", " a@ex.org\t", "a\u200b@ex.org", "\ufeffa@ex.org", "a\x00@ex.org"]
)
def test_one_mailbox_has_one_spelling(address: str) -> None:
    assert normalise_mail(address) == "a@ex.org"


@pytest.mark.parametrize(
    "address",
    [
        *("https://[::1", "https://ex.org:port/", "https://ex.org:99999/", "https://ex.org:0/"),
        *("https://", "ftp://ex.org/", "https://a:b@ex.org/", "https://ex.org/a b", "ex.org", ""),
    ],
)
def test_what_is_no_web_address_is_refused(address: str) -> None:
    assert webhook_violations(address)


@pytest.mark.parametrize(
    ("address", "spelling"),
    [
        ("HTTPS://Ex.org:443/Hook?a=B#top", "https://ex.org/Hook?a=B"),
        ("http://ex.org:8080/x", "http://ex.org:8080/x"),
        ("https://ex\u200b.org/x", "https://ex.org/x"),
        ("https://[::1", "https://[::1"),
    ],
)
def test_one_web_address_has_one_spelling(address: str, spelling: str) -> None:
    assert normalise_webhook(address) == spelling
