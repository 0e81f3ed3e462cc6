"""Checks that the rows of an incident are those that its entries made, and names what differs."""

from collections.abc import Iterable, Iterator, Mapping

from incidents.models import Incident, RowSeal, TimelineEntry
from incidents.timeline import keys
from incidents.timeline.chain import seal_rows
from incidents.timeline.coverage import covered_tables
from incidents.timeline.sealing import Digests, Rows, digests_of

CHECKED_OTHERWISE = {
    "incidents_evidence": {"number", "text", "url", "file_name", "size", "sha256"},
    "incidents_evidencefile": {"content"},
}
"""What ``evidence_integrity`` names by itself, and says it better."""


def key_problems(incident: Incident) -> Iterator[str]:
    """A sentence for the first entry that was not written with a key of this installation.

    Entries from before there were keys have none, and come before all that have one.
    """
    rows = TimelineEntry.objects.filter(incident=incident).order_by("seq")
    is_keyed = False
    for seq, sealed, mac, key in rows.values_list("seq", "hash", "mac", "key_id").iterator():
        is_keyed = is_keyed or bool(mac)
        if is_keyed and (problem := key_problem(sealed, mac, key)):
            yield f"entry #{seq} {problem}"
            return


def key_problem(content: str, mac: str, key: str) -> str:
    """What is wrong with the key of an entry or of a seal, or ""."""
    if not mac:
        return "has no key, unlike entries before it"
    holds = keys.mac_holds(content, mac, key)
    if holds is None:
        return f"was written with the key {key}, which this installation does not have"
    return "" if holds else "was not written with the key of this installation"


def entries_without_digest(incident: Incident) -> int:
    """How many entries are from before there were keys and digests of rows."""
    return TimelineEntry.objects.filter(incident=incident, mac="").count()


def seal_problems(incident: Incident) -> Iterator[str]:
    """A sentence for the first seal that does not hold; for a timeline that is whole."""
    entries = TimelineEntry.objects.filter(incident=incident)
    hashes = dict(entries.values_list("seq", "hash"))
    previous = ""
    seals = RowSeal.objects.filter(incident=incident).order_by("number")
    for number, seal in enumerate(seals.iterator(), start=1):
        if seal.number != number:
            yield f"the digests {number} of its rows are missing"
            return
        content = seal_rows(
            incident.pk, number, seal.seq, hashes.get(seal.seq, ""), seal.rows, previous
        )
        if seal.hash != content or seal.previous_hash != previous:
            yield f"the digests of the rows of entry #{seal.seq} were changed"
            return
        if problem := key_problem(f"rows:{seal.hash}", seal.mac, seal.key_id):
            yield f"the digests of the rows of entry #{seal.seq}: {problem}"
            return
        previous = seal.hash


def row_problems(incident: Incident, tables: Iterable[str] | None = None) -> Iterator[str]:
    """A sentence for each row that is not as the last entry that changed it left it.

    Of every covered table, or of those that are named.
    """
    sealed, is_sealed = _sealed_rows(incident)
    if not is_sealed:
        if not entries_without_digest(incident):
            yield "the digests of its rows are missing"
        return
    for table in map(covered_tables().__getitem__, tables or covered_tables()):
        expected = sealed.get(table.name, {})
        for key, found in digests_of(table, incident.pk):
            seq, digests = expected.pop(key, (0, {}))
            row = f"row {key} of {table.name}"
            if not seq:
                yield f"{row} was written without an entry"
            elif digests is None:
                yield f"{row} is there again, which entry #{seq} deleted"
            else:
                for column in _changed(digests, found):
                    yield f"{column} in {row} was changed after entry #{seq}"
        for key, (seq, digests) in expected.items():
            if digests is not None:
                yield f"row {key} of {table.name}, of entry #{seq}, is missing"


def _changed(sealed: Digests, found: Digests) -> list[str]:
    """Columns of both; one that a later version added has no digest yet."""
    return [name for name, digest in sealed.items() if found.get(name, digest) != digest]


def _sealed_rows(
    incident: Incident,
) -> tuple[dict[str, dict[str, tuple[int, Digests | None]]], bool]:
    """Table → key → (entry that left it so, digests), and whether there is any seal."""
    found: dict[str, dict[str, tuple[int, Digests | None]]] = {}
    seals = RowSeal.objects.filter(incident=incident).order_by("number")
    is_sealed = False
    rows: Rows
    for seq, rows in seals.values_list("seq", "rows").iterator():
        is_sealed = True
        for table, of_table in rows.items():
            # What is not as it was written is named by ``seal_problems``.
            if isinstance(of_table, dict):
                into = found.setdefault(table, {})
                into.update({key: (seq, digests) for key, digests in of_table.items()})
    return found, is_sealed


def without_repeats(sentences: Iterator[str], is_evidence_named: bool) -> Iterator[str]:
    """Leave out what is named already where items of evidence were found broken."""
    for sentence in sentences:
        if not (is_evidence_named and _is_of_content(sentence)):
            yield sentence


def _is_of_content(sentence: str) -> bool:
    words: Mapping[str, set[str]] = CHECKED_OTHERWISE
    for table, columns in words.items():
        if f" of {table} was changed" in sentence:
            return sentence.split(" ", 1)[0] in columns
        if f" of {table}," in sentence or f" of {table} was written" in sentence:
            return True
    return False
