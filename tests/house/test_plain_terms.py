"""Pages speak as responders do; a term of the playbook stands once beside the plain word."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

HOUSE = Path(settings.BASE_DIR)
APPS = ("incidents", "live", "lanes", "comms", "retros", "machines", "warroom")

TERM = re.compile(r"(?<!\()\b(postures?|rungs?|grip)\b", re.IGNORECASE)
"""Unless in parentheses, behind the word that says it."""

LABEL = re.compile(r"\breach:|>\s*(reach|so):?\s*<", re.IGNORECASE)
"""Plain words in a sentence, which say nothing where they stand for one."""

NOT_SHOWN = re.compile(r"{%.*?%}|{{.*?}}|{#.*?#}|<!--.*?-->|<script.*?</script>|<[^>]*>", re.DOTALL)


def _sentences(module: Path) -> Iterator[str]:
    """Texts of the code with more than one word, without its own explanations."""
    tree = ast.parse(module.read_text())
    explanations = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        is_text = isinstance(node, ast.Constant) and id(node) not in explanations
        if is_text and isinstance(node.value, str) and " " in node.value.strip():
            yield node.value


def test_no_page_has_a_term_without_its_plain_word() -> None:
    found = {
        str(path.relative_to(HOUSE)): term[0]
        for path in (HOUSE / "templates").rglob("*.html")
        if (term := TERM.search(NOT_SHOWN.sub(" ", path.read_text())))
    }
    assert found == {}


def test_no_label_is_half_a_sentence() -> None:
    found = {
        str(path.relative_to(HOUSE)): label[0]
        for path in (HOUSE / "templates").rglob("*.html")
        if (label := LABEL.search(path.read_text()))
    }
    assert found == {}


def test_no_sentence_of_the_code_has_one() -> None:
    found = {
        str(module.relative_to(HOUSE)): text
        for app in APPS
        for module in (HOUSE / app).rglob("*.py")
        if "migrations" not in module.parts
        for text in _sentences(module)
        if TERM.search(text) or LABEL.search(text)
    }
    assert found == {}
