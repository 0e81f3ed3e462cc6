"""Names and words in any script are in the PDF, as far as this machine has the fonts of the image.

What no font can show is an empty box, in which nobody sees what is missing: then the log says it.
Without Noto's fonts these tests hold the warning, with them they hold the glyphs. To have them for
a run, unpack the packages that the Dockerfile names and set HOME to a folder whose
``.local/share/fonts`` leads to them.
"""

import json
from pathlib import Path
from typing import Any

import pytest
import typst

from incidents.actions import risks
from incidents.models import Person
from retros.models import Package
from retros.package import pdf, typesetting, worker
from retros.package.picture import svg
from tests.retros.closing.closable import ClosingRun

SCRIPTS = {
    "Arabic": ("قاعدة البيانات", "Noto Sans Arabic"),
    "Bengali": ("তথ্যভাণ্ডার", "Noto Sans Bengali"),
    "Chinese": ("数据库", "Noto Sans CJK SC"),
    "Devanagari": ("डेटाबेस", "Noto Sans Devanagari"),
    "emoji": ("🔥 👩🏽‍🚒 🇩🇪 ⚠️", "Noto Color Emoji"),
    "Ethiopic": ("አማርኛ", "Noto Sans Ethiopic"),
    "Georgian": ("ქართული", "Noto Sans Georgian"),
    "Greek and Cyrillic": ("Βάση данных", "Libertinus Serif"),
    "Hebrew": ("מסד נתונים", "Noto Sans Hebrew"),
    "Japanese": ("データベース 山田", "Noto Sans CJK JP"),
    "Korean": ("데이터베이스", "Noto Sans CJK KR"),
    "Tamil": ("தமிழ்", "Noto Sans Tamil"),
    "Thai": ("ฐานข้อมูล", "Noto Sans Thai"),
}
NOWHERE = "\U0010fffd"
"""Of private use: no font gives it a glyph."""


def has_boxes(template: str, inputs: dict[str, str]) -> bool:
    """Whether a document has text without a glyph: an archive's PDF may not, and is refused."""
    try:
        typst.compile(template.encode(), sys_inputs=inputs, pdf_standards=["a-3b"])
    except typst.TypstError as error:
        if "could not be displayed" not in str(error):
            raise
        return True
    return False


@pytest.mark.parametrize(("words", "family"), SCRIPTS.values(), ids=SCRIPTS)
def test_a_script_is_shown_or_its_absence_is_told(
    words: str, family: str, caplog: pytest.LogCaptureFixture
) -> None:
    template = '#set document(title: "Words")\n#sys.inputs.words'
    job: dict[str, Any] = {"template": template, "inputs": {"words": words}, "timestamp": 0}

    assert typesetting.typeset(job).startswith(b"%PDF-")

    is_told = "No font shows" in caplog.text
    assert is_told == has_boxes(template, job["inputs"])
    if family in typst.Fonts().families():
        assert not is_told


def test_what_no_font_shows_is_named_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    template = '#set document(title: "Words")\n#sys.inputs.words'
    words = f"{NOWHERE}\U0010fffc and Latin"
    typesetting.typeset({"template": template, "inputs": {"words": words}, "timestamp": 0})

    assert f"No font shows {NOWHERE}" in caplog.text
    assert "docs/operators.md" in caplog.text


@pytest.mark.django_db(transaction=True)
@pytest.mark.case("T3")
def test_a_package_with_names_in_every_script(
    ending: ClosingRun, caplog: pytest.LogCaptureFixture
) -> None:
    """In sentences, tables, outputs and the picture; over a second, as an incident is lived."""
    words = [words for words, _ in SCRIPTS.values()]
    for person, name in zip(Person.objects.order_by("pk"), words, strict=False):
        person.name = name
        person.save()
    ending.closable(happened=" — ".join(words))
    ending.run(text="\n".join(words))
    commander = ending.commander
    risks.add(
        commander.as_actor(), ending.incident.pk, text=words[0], owner=commander, now=ending.now
    )
    ending.close()

    assert worker.make(Package.objects.get().pk, ending.now)

    content = json.loads(Package.objects.get().content)
    assert all(one in Package.objects.get().content for one in words[:5])
    inputs = {
        "content": json.dumps(content, ensure_ascii=False),
        "picture": svg(content["picture"]["wide"]),
        "hash": "0" * 64,
        "length": "",
    }
    template = Path(pdf.__file__).with_name("package.typ").read_text()
    assert ("No font shows" in caplog.text) == has_boxes(template, inputs)
    if {family for _, family in SCRIPTS.values()} <= set(typst.Fonts().families()):
        assert "No font shows" not in caplog.text
