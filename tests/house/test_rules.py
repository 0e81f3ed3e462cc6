"""Every code of a refusal is judged and explained in one rules module; docs/rules.md lists them."""

from collections import Counter
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType

import pytest
from django.conf import settings

HOUSE = Path(settings.BASE_DIR)


def _load(name: str) -> ModuleType:
    loader = SourceFileLoader(name.replace("-", "_"), str(HOUSE / "bin" / name))
    spec = spec_from_loader(loader.name, loader)
    assert spec is not None
    module = module_from_spec(spec)
    loader.exec_module(module)
    return module


rules_doc = _load("rules-doc")
RULES = rules_doc.rule_modules()
USED = {path: rules_doc.used(path) for path in RULES}
DOCUMENTED = {path: [code for code, _ in rules_doc.documented(path)] for path in RULES}


def test_a_code_belongs_to_one_rules_module() -> None:
    homes = Counter(code for codes in USED.values() for code in codes)

    assert {code: n for code, n in homes.items() if n > 1} == {}


def test_each_code_is_explained_where_it_is_judged() -> None:
    explained = {path.relative_to(HOUSE): set(DOCUMENTED[path]) for path in RULES}

    assert explained == {path.relative_to(HOUSE): codes for path, codes in USED.items()}


@pytest.mark.parametrize("app", rules_doc.APPS)
def test_no_refusal_is_decided_outside_the_rules(app: str) -> None:
    rules = set(RULES)
    elsewhere = {
        str(path.relative_to(HOUSE)): sorted(rules_doc.used(path))
        for path in (HOUSE / app).rglob("*.py")
        if path not in rules and rules_doc.used(path)
    }

    assert elsewhere == {}


def test_the_page_of_the_rules_is_up_to_date() -> None:
    assert (HOUSE / "docs" / "rules.md").read_text() == rules_doc.page()
