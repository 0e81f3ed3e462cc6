"""The commonest secrets do not leave the machine, and what is none does."""

import time

import pytest
from warroom_cli.masking import known_secrets, mask

KEY = "\n".join(
    "MIIEpAIBAAKCAQEA7bq3kXz9Qv0y1m2n3o4p5q6r7s8t9u0v1w2x3y4z5A6B7C8D" for _ in range(9)
)


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("Authorization: Bearer abcdef123456", "abcdef123456"),
        ("curl -H 'authorization: token 0123abcdef'", "0123abcdef"),
        ("{'Authorization': 'Basic dXNlcjpwYXNz'}", "dXNlcjpwYXNz"),
        ("AKIAIOSFODNN7EXAMPLE", "AKIAIOSFODNN7EXAMPLE"),
        ("aws_secret_access_key = wJalrXUtnFEMI/K7MDENG", "wJalrXUtnFEMI"),
        ("DB_PASSWORD=hunter22", "hunter22"),
        ('"password": "correct horse"', "correct horse"),
        ("token: 8f3c21d9", "8f3c21d9"),
        ("deploy --api-key abc --force", "abc"),
        ("mysql --password='a b c' shop", "a b c"),
        ("postgres://shop:pa55@db:5432/shop", "pa55"),
        ("wr_agt_" + "a1B2" * 9 + "cc", "a1B2a1B2"),
        ("ghp_" + "a1B2" * 9, "a1B2a1B2"),
        ("Set-Cookie: session=abcdef; Path=/", "abcdef"),
        (f"-----BEGIN RSA PRIVATE KEY-----\n{KEY}\n-----END RSA PRIVATE KEY-----", "MIIEp"),
        (f"-----BEGIN PRIVATE KEY-----\n{KEY}", "MIIEp"),
        (f"left out\n{KEY}\n-----END EC PRIVATE KEY-----\nafter", "MIIEp"),
    ],
)
def test_a_secret_is_masked(text: str, secret: str) -> None:
    masked = mask(text)

    assert secret not in masked
    assert "⟦masked: " in masked


@pytest.mark.parametrize(
    "text",
    [
        "commit 8f3c21d0aa11bb22cc33dd44ee55ff6677889900",
        "the bearer token expired",
        "token: expired",
        "password = os.environ['DB_PASSWORD']",
        "token=None, secret=self.secret",
        "usage: deploy [--token TOKEN] [--password <word>]",
        "https://shop.example.org:8443/health",
        "password: ⟦masked: password⟧",
        "1024 tokens in 3.2 s",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert mask(text) == text


def test_what_the_environment_calls_secret_is_masked_everywhere() -> None:
    known = known_secrets({"SHOP_TOKEN": "abc-def-ghi", "SHORT_TOKEN": "abc", "HOME": "/home/x/y"})

    assert known == {"abc-def-ghi"}
    assert mask("see abc-def-ghi here", known) == "see ⟦masked: secret⟧ here"


@pytest.mark.parametrize(
    "text",
    ["a" * 2**20, "eyJ" * 2**18, "://" * 2**18, "token" * 2**17, "A" * 63 + "\n", "-----BEGIN "],
    ids=lambda text: text[:6],
)
def test_a_long_text_is_masked_quickly(text: str) -> None:
    text *= 2**20 // len(text)
    started = time.process_time()
    mask(text)

    assert time.process_time() - started < 3
