"""The stylesheet as files: every part is loaded, and a diff can show each declaration."""

import re

from django.conf import settings

STATIC = settings.BASE_DIR / "static"
PARTS = sorted((STATIC / "css").glob("*.css"))
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_QUOTED = re.compile(r'"[^"]*"')


def crowded(source: str) -> list[str]:
    """Lines with more than one declaration, or with one beside a brace."""
    plain = _QUOTED.sub('""', _COMMENT.sub("", source))
    return [line.strip() for line in plain.splitlines() if re.search(r"[;{}]\s*\S", line)]


def test_a_crowded_line_is_seen() -> None:
    assert crowded('a { color: red; }\nb {\n  content: "a;b";\n  margin: 0; padding: 0;\n}\n') == [
        "a { color: red; }",
        "margin: 0; padding: 0;",
    ]


def test_one_declaration_a_line() -> None:
    assert {path.name: crowded(path.read_text()) for path in PARTS} == {
        path.name: [] for path in PARTS
    }


def test_every_part_is_imported_once_into_a_layer_of_the_list() -> None:
    sheet = (STATIC / "warroom.css").read_text()
    layers = re.findall(r"^@layer ([^;]+);", sheet, re.MULTILINE)[0].split(", ")

    imported = re.findall(r'^@import "css/([^"]+)" layer\((\w+)\);$', sheet, re.MULTILINE)

    assert sorted(name for name, _ in imported) == [path.name for path in PARTS]
    assert {layer for _, layer in imported} == set(layers)
