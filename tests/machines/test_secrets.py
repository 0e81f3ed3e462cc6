"""The text of a token: what scanners find, what a slip of the finger breaks, what is stored."""

import re

import pytest

from kernel.text import mask_secrets
from machines.tokens.secret import FORM, SHOWN_LENGTH, digest, is_well_formed, new_secret
from machines.vocabulary import PREFIXES, TokenKind


@pytest.mark.parametrize("kind", TokenKind)
def test_a_token_is_known_by_how_it_begins(kind: TokenKind) -> None:
    secret = new_secret(kind)

    assert secret.startswith(PREFIXES[kind])
    assert FORM.fullmatch(secret)
    assert is_well_formed(secret)
    assert re.search(FORM, f'token = "{secret}"')


def test_what_is_shown_of_a_token_leaves_nearly_all_of_it_secret() -> None:
    secret = new_secret(TokenKind.AGENT)

    assert len(secret) - SHOWN_LENGTH >= 34


def test_no_two_tokens_are_alike() -> None:
    secrets = {new_secret(TokenKind.PERSON) for _ in range(1000)}

    assert len(secrets) == 1000
    assert len({digest(secret) for secret in secrets}) == 1000


def test_a_token_with_one_other_letter_is_no_token() -> None:
    secret = new_secret(TokenKind.SERVICE)
    for at in range(len(PREFIXES[TokenKind.SERVICE]), len(secret)):
        other = "a" if secret[at] != "a" else "b"
        assert not is_well_formed(secret[:at] + other + secret[at + 1 :])


@pytest.mark.parametrize(
    "change",
    [
        lambda secret: secret[:-1],
        lambda secret: secret + "0",
        lambda secret: secret.upper(),
        lambda secret: secret.replace("wr_per_", "wr_agt_"),
        lambda secret: f" {secret}",
        lambda secret: f"{secret}\n",
        lambda secret: "",
        lambda secret: "wr_per_",
    ],
)
def test_what_only_looks_like_one_is_none(change: object) -> None:
    assert not is_well_formed(change(new_secret(TokenKind.PERSON)))  # type: ignore[operator]


def test_only_its_hash_is_stored_and_does_not_show_it() -> None:
    secret = new_secret(TokenKind.PERSON)

    assert re.fullmatch(r"[0-9a-f]{64}", digest(secret))
    assert digest(secret) == digest(secret)
    assert secret[SHOWN_LENGTH:] not in digest(secret)


@pytest.mark.parametrize("kind", TokenKind)
def test_one_that_is_written_down_is_masked(kind: TokenKind) -> None:
    secret = new_secret(kind)

    masked = mask_secrets(f"use {secret}, P={secret}")

    assert secret not in masked.text
    assert masked.count == 2
    # What only looks like one is left to be read.
    assert mask_secrets(f"{secret[:20]} and wr_person_table").count == 0
