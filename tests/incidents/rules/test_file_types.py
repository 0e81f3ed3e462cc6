"""Names of files in an archive: every system can unpack them."""

import pytest

from incidents.rules.file_types import archive_name


@pytest.mark.case("T9")
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("12:30?.log", "12_30_.log"),
        ("CON.txt", "CON.txt"),
        ("../x", "x"),
        ('a".png', "a_.png"),
        ("a<b>|c*.txt", "a_b__c_.txt"),
        ("report. ", "report"),
        ("...", ""),
        ("😀" * 200, "😀" * 30),
        ("😀" * 200 + ".png", "😀" * 29 + ".png"),
    ],
)
def test_a_name_in_an_archive_unpacks_everywhere(name: str, expected: str) -> None:
    made = archive_name(name, max_bytes=120)

    assert made == expected
    assert len(made.encode()) <= 120
