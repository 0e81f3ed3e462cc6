"""What a text names is found in linear time, and nothing else is taken for it."""

import time

import pytest

from kernel.text.mentions import Named, Part, named, names_anybody, parts

URL, REF, NAME = Named.URL, Named.REFERENCE, Named.NAME


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("see https://a.example/x?y=1#z.", [(URL, "https://a.example/x?y=1#z")]),
        ("(https://a.example/b(c)d)", [(URL, "https://a.example/b(c)d")]),
        ("<https://a.example>", [(URL, "https://a.example")]),
        ('"https://a.example"onclick=x', [(URL, "https://a.example")]),
        ("HTTPS://A.example", [(URL, "HTTPS://A.example")]),
        ("https://a.example/\u202egpj", [(URL, "https://a.example/")]),
        ("https://m\u00fcnchen.example/\u00fc", [(URL, "https://m\u00fcnchen.example/\u00fc")]),
        ("javascript:alert(1) data:text/html,x vbscript:x", []),
        ("https:// http://?x https://[::1 //a.example", []),
        ("https://me:word@a.example/", []),
        ("https://a.example/⟦masked⟧", []),
        ("https://a.example/" + "x" * 2000, []),
        ("E-7, D-1; CP-2: INC-42!", [(REF, "E-7"), (REF, "D-1"), (REF, "CP-2"), (REF, "INC-42")]),
        ("e-7 PRE-7 SE-7 E-7x E-7-8 /E-7 x.E-7 E-\u0667 E-1234567890 E-", []),
        ("@mara (@jonas.weber), @kim's", [(NAME, "mara"), (NAME, "jonas.weber"), (NAME, "kim")]),
        ("@mara@example.org.", [(NAME, "mara@example.org")]),
        ("me@example.org @ @@mara @-x", []),
        ("@Zo\u00eb", [(NAME, "Zo\u00eb")]),
    ],
)
def test_what_is_named(text: str, expected: list[tuple[Named, str]]) -> None:
    found = list(parts(text))

    assert [(part.named, part.value) for part in found if part.named != Named.NOTHING] == expected
    assert "".join(part.text for part in found) == text


def test_a_name_ends_before_the_full_stop() -> None:
    assert list(parts("@mara.")) == [Part(NAME, "@mara", "mara"), Part(Named.NOTHING, ".")]


@pytest.mark.parametrize(
    "piece",
    [
        "http://",
        "@",
        "@a",
        "E-1",
        "INC-",
        "https://a.b/((",
        "https://a.b/))",
        "@a.",
        "(",
        "E-1" * 9,
    ],
)
def test_no_text_takes_long(piece: str) -> None:
    """A quadratic search would take minutes for these."""
    text = piece * (400_000 // len(piece))
    before = time.process_time()
    named(text, Named.URL)

    assert time.process_time() - before < 3


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"text": "Ask @mara", "n": 1}, True),
        ({"text": "Ask mara@example.org", "at": None}, False),
        ({"rejected": {"flag": "@mara says no"}}, True),
        ([["flag", "no"], ["hotfix", "as @mara says"]], True),
        ([{"answers": ({"text": "@mara"},)}], True),
        ({"@mara": ["no", 2.5, True]}, False),
    ],
)
def test_whether_anybody_is_named_however_deep(value: object, expected: bool) -> None:
    assert names_anybody(value) is expected
