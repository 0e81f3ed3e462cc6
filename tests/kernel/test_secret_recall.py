"""How many kinds of secrets are masked, and that hashes and ids never are."""

import time

import pytest

from kernel.text import mask_secrets
from tests.kernel.secret_samples import (
    Sample,
    benign_tokens,
    harmless_lines,
    line_samples,
    samples,
)

RECALL = 0.95
SECONDS_PER_MIB = 6.0
"""Far over what it takes (0.6): a machine has other work."""

PIECE = 24
"""Nobody may read so many characters in a row of a longer secret."""


def is_readable(sample: Sample, text: str) -> bool:
    secret = sample.secret
    if len(secret) <= PIECE:
        return secret in text
    starts = range(0, len(secret) - PIECE + 1, PIECE)
    return any(secret[start : start + PIECE] in text for start in starts)


@pytest.mark.parametrize("invented", [samples(), line_samples()], ids=["tokens", "lines"])
def test_nearly_every_kind_of_secret_is_masked(invented: list[Sample]) -> None:
    missed = [s.kind for s in invented if is_readable(s, mask_secrets(s.text).text)]

    assert len(invented) > 200
    assert len(missed) <= (1 - RECALL) * len(invented), missed


def test_harmless_lines_stay_readable() -> None:
    assert [line for line in harmless_lines() if mask_secrets(line).count] == []


def test_no_hash_id_or_encoded_text_is_masked() -> None:
    lines = benign_tokens(500)

    assert [line for line in lines if mask_secrets(line).count] == []
    together = "\n".join(lines)
    assert mask_secrets(together).text == together


CONTINUED = {
    "shell": ("edgectl login --token \\\n  {} --verbose", "Zk3tokenwithdigits9"),
    "windows": ("az login --password ^\r\n  {} --x", "Zk3tokenwithdigits9"),
    "value in two lines": ("export API_TOKEN={}", "Zk3tokenwith\\\ndigits9more"),
}


@pytest.mark.parametrize(("command", "secret"), CONTINUED.values(), ids=CONTINUED)
def test_a_line_that_goes_on_hides_nothing(command: str, secret: str) -> None:
    masked = mask_secrets(command.format(secret)).text

    assert masked.count("⟦masked") == 1
    assert "Zk3" not in masked
    assert "digits9" not in masked


def test_a_mebibyte_takes_little_time() -> None:
    line = "2026-11-23T08:00:00Z INFO edge-07 GET /keys/refresh?region=eu 200 {:040x}\n"
    log = "".join(line.format(number * 7919) for number in range(12_000))[: 1 << 20]
    mask_secrets("the rules are compiled once")

    started = time.process_time()
    masked = mask_secrets(log)

    assert masked.count == 0
    assert time.process_time() - started < SECONDS_PER_MIB


MANIFEST = """\
apiVersion: v1
kind: {kind}
metadata:
  name: db-conn
{field}:
  smtp: {first}
  "dsn": {second}
---
kind: ConfigMap
data:
  region: eu-west-1-zone-b
"""


@pytest.mark.parametrize("field", ["data", "stringData"])
def test_each_value_of_a_kubernetes_secret_is_masked_and_no_other(field: str) -> None:
    values = {"field": field, "first": "or5ClFKHu6MUbgXO", "second": "plainwords"}

    masked = mask_secrets(MANIFEST.format(kind="Secret", **values)).text

    assert masked.count("⟦masked") == 2
    assert "name: db-conn" in masked
    assert "region: eu-west-1-zone-b" in masked
    other = MANIFEST.format(kind="ConfigMap", **values)
    assert mask_secrets(other).text == other
