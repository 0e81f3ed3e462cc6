"""The formats of providers, by Kingfisher's rules (docs/decisions/0003-secret-masking.md).

It scans in the process and asks nobody. Its rules are compiled once a machine (some seconds) and
kept in the folder ``KF_RULE_CACHE_DIR``, else in the user's own cache.
"""

from collections.abc import Iterator
from functools import cache

from kingfisher_sdk import Scanner

from kernel.text.markers import CLOSE, OPEN, SecretKind

_KINDS = (
    ("private-key", SecretKind.PRIVATE_KEY),
    ("webhook", SecretKind.WEBHOOK),
    ("password", SecretKind.PASSWORD),
    ("api-key", SecretKind.API_KEY),
    ("token", SecretKind.ACCESS_TOKEN),
    ("-pat", SecretKind.ACCESS_TOKEN),
    ("jwt", SecretKind.ACCESS_TOKEN),
    ("key", SecretKind.API_KEY),
)
"""The kind of secret by what the id of a rule has in it; the first that fits."""


@cache
def _scanner() -> Scanner:
    return Scanner()


def find(text: str) -> Iterator[tuple[int, int, SecretKind]]:
    """Where the secrets stand in ``text``, in its characters, ordered by their start."""
    content = text.encode("utf-8", "replace")
    position = characters = 0
    found = []
    for finding in _scanner().scan(content):
        if finding.visible:
            location = finding.location
            found.append((location["start_offset"], location["end_offset"], finding))
    for start, end, finding in sorted(found, key=lambda each: each[:2]):
        # From bytes to characters, without counting any twice.
        characters += len(content[position:start].decode("utf-8", "ignore"))
        position = start
        matched = content[start:end].decode("utf-8", "ignore")
        if OPEN in matched or CLOSE in matched:
            continue
        before, secret, _ = matched.partition(finding.secret)
        if not secret:  # encoded in base64: all of it
            before, secret = "", matched
        if "curl-auth-user" in finding.rule_id:  # who it is may stay readable
            name, colon, secret = secret.partition(":")
            before += name + colon
        begins = characters + len(before)
        yield begins, begins + len(secret), _kind(finding.rule_id)


def _kind(rule_id: str) -> SecretKind:
    return next((kind for part, kind in _KINDS if part in rule_id), SecretKind.SECRET)
