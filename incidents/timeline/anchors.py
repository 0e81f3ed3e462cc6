"""Anchors: the ends of all timelines, signed, to be kept where the database is not.

Whoever has an anchor and the public key can tell that a database was set back or shortened since,
or that the hashes of a record were computed anew. The signing key is derived from the key of the
record, so it is not in the database either.
"""

import base64
import hashlib
import json
import logging
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings

from incidents.models import Incident, RowSeal, TimelineEntry
from incidents.timeline import keys

logger = logging.getLogger("warroom.record")

FORMAT = "warroom-anchor/1"
DIGEST_FORMAT = "warroom-anchor-digest/1"
_FILES = "anchor-*.json"


class NoAnchor(Exception):
    """The file is no anchor, or its signature is not of a key that counts; the sentence says it."""


def public_key() -> str:
    """Of the newest signing key: 32 bytes, in base64."""
    return _public_keys()[0]


def anchor(now: datetime) -> str:
    """The anchor of the database as it is now: JSON of content, public key and signature."""
    return sign(_content(now))


def package_anchor(
    incident: int, head: tuple[int, str], packages: Mapping[str, list[str]], now: datetime
) -> str:
    """An anchor of one incident, for its package: it names no other, which may be restricted."""
    number = str(incident)
    only = {"heads": {number: [*head, 0, ""]}, "packages": {number: packages}}
    return sign({**_frame(now), "incidents": 1, **only})


def public_digest(text: str, now: datetime) -> str:
    """What the public may have of an anchor: a hash over it and the time, signed.

    It is another one each time, also where nothing happened, so it does not show when something
    happened in an incident that not everybody may know of.
    """
    at = _frame(now)["at"]
    digest = hashlib.sha256(f"{at}\n{text}".encode()).hexdigest()
    return sign({**_frame(now), "format": DIGEST_FORMAT, "sha256": digest})


def sign(about: Mapping[str, Any]) -> str:
    content = canonical(about)
    signed = _private_keys()[0].sign(content.encode())
    document = {
        "content": json.loads(content),
        "public_key": public_key(),
        "signature": base64.b64encode(signed).decode(),
    }
    return json.dumps(document, sort_keys=True, indent=1, ensure_ascii=False) + "\n"


def canonical(content: Mapping[str, Any]) -> str:
    """What is signed: keys in order, no spaces."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _content(now: datetime) -> dict[str, Any]:
    """``heads`` by the incident's number: entries, last hash, seals, last seal's hash.

    ``packages`` by number and version: the hashes of content and manifest.
    """
    seals = RowSeal.objects.order_by("incident_id", "-number").distinct("incident_id")
    last_seals = {pk: (number, sealed) for pk, number, sealed in seals.values_list(*_SEAL)}
    heads = {
        str(pk): [seq, sealed, *last_seals.get(pk, (0, ""))]
        for pk, seq, sealed in Incident.objects.values_list("pk", "last_seq", "last_hash")
    }
    packages: dict[str, dict[str, list[str]]] = {}
    made = TimelineEntry.objects.filter(kind="package.made").order_by("incident_id", "seq")
    for pk, data in made.values_list("incident_id", "data"):
        hashes = [data["sha256"], data.get("manifest", "")]
        packages.setdefault(str(pk), {})[str(data["number"])] = hashes
    return {
        **_frame(now),
        "incidents": len(heads),
        "heads": heads,
        "packages": packages,
    }


def _frame(now: datetime) -> dict[str, Any]:
    at = now.astimezone(UTC).isoformat(timespec="seconds")
    return {"format": FORMAT, "at": at, "site": settings.BASE_URL}


_SEAL = ("incident_id", "number", "hash")


def keep(now: datetime, text: str = "") -> Path | None:
    """Write the anchor of now (``text``) to the folder and a line of it to the log.

    None where there is no folder, or where nothing changed since the newest anchor in it.
    """
    if not settings.RECORD_ANCHORS:
        return None
    folder = Path(settings.RECORD_ANCHORS)
    folder.mkdir(parents=True, exist_ok=True)
    text = text or anchor(now)
    made = json.loads(text)
    if (before := newest(folder)) and _same_file(before, text):
        return None
    path = folder / f"anchor-{now.astimezone(UTC):%Y%m%dT%H%M%S%fZ}.json"
    draft = path.with_suffix(".draft")
    draft.write_text(text)
    draft.replace(path)
    count = made["content"]["incidents"]
    logger.info("Anchor %s of %s incidents, signed %s", path.name, count, made["signature"])
    return path


def newest(folder: Path) -> Path | None:
    return max(folder.glob(_FILES), default=None)


def is_same(before: str, after: str) -> bool:
    """Whether two anchors differ in nothing but their time."""
    one, other = (json.loads(text)["content"] for text in (before, after))
    return {**one, "at": ""} == {**other, "at": ""}


def _same_file(path: Path, text: str) -> bool:
    try:
        return is_same(path.read_text(), text)
    except (OSError, ValueError, KeyError, TypeError):
        return False


def read(path: Path, key: str = "") -> Mapping[str, Any]:
    """The content of an anchor whose signature holds.

    With ``key``, a public key in base64, only that one counts; otherwise the keys of the settings.
    """
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        about = json.loads(path.read_text())
        content: Mapping[str, Any] = about["content"]
        signed_with, signature = about["public_key"], base64.b64decode(about["signature"])
        if content["format"] != FORMAT:
            raise NoAnchor(f"{path.name} is no anchor of this format.")
        if signed_with not in ([key] if key else _public_keys()):
            raise NoAnchor(f"{path.name} is signed with the key {signed_with}, which is not ours.")
        public = Ed25519PublicKey.from_public_bytes(base64.b64decode(signed_with))
        public.verify(signature, canonical(content).encode())
    except InvalidSignature as error:
        raise NoAnchor(f"{path.name} was changed: its signature does not hold.") from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise NoAnchor(f"{path.name} cannot be read as an anchor: {error}") from error
    return content


def problems(content: Mapping[str, Any]) -> Iterator[str]:
    """A sentence for each thing of an anchor that the database does not have any more."""
    at = content["at"]
    for number, (seq, sealed, seals, last_seal) in sorted(content["heads"].items()):
        incident = Incident.objects.filter(pk=int(number)).first()
        if incident is None:
            yield f"INC-{number} is missing, which was there at {at}"
            continue
        entries = TimelineEntry.objects.filter(incident=incident)
        if incident.last_seq < seq:
            yield (
                f"INC-{number} ends with entry #{incident.last_seq}, and had #{seq} at {at}:"
                " it was set back or shortened"
            )
        elif seq and not entries.filter(seq=seq, hash=sealed).exists():
            yield f"entry #{seq} of INC-{number} is not the one that was there at {at}"
        rows = RowSeal.objects.filter(incident=incident, number=seals, hash=last_seal)
        if seals and not rows.exists():
            yield f"the digests {seals} of the rows of INC-{number} are not those of {at}"
    if (count := Incident.objects.count()) < content["incidents"]:
        yield f"there are {count} incidents, and were {content['incidents']} at {at}"


def _private_keys() -> list[Any]:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    seeds = (keys.derived(key, b"anchors") for key in keys.keys().values())
    return [Ed25519PrivateKey.from_private_bytes(seed) for seed in seeds]


def _public_keys() -> list[str]:
    keys = (key.public_key().public_bytes_raw() for key in _private_keys())
    return [base64.b64encode(key).decode() for key in keys]
