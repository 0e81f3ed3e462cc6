"""Typst in a process of its own: ``python -m retros.package.typesetting``, JSON in, PDF out.

A compiler that hangs or falls over in a thread would take its worker with it: a thread cannot be
stopped. A process can. Nothing of Django is loaded here, and a compiler of 100 MB is loaded nowhere
else.
"""

import json
import logging
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.conf import settings

logger = logging.getLogger(__name__)

TYPESETTING_TIMEOUT_SECONDS = 60.0
"""For one document; a long one takes two seconds."""

MAX_ERROR_CHARACTERS = 300
"""Of the compiler's message, its last characters."""


MAX_UNSHOWN = 8
"""Characters without a font that are named; one of them says what to install."""

_BEYOND_LATIN = re.compile("[\u0250-\U0010ffff]+")
"""Runs of characters that the compiler's own fonts may lack, with their joiners and marks."""

_UNSHOWN = re.compile(r'the text `"(.+?)"` could not be displayed')

_ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}")
"""As the compiler names what no terminal shows either."""


class TypesettingError(Exception):
    """The document could not be made; the message is the compiler's."""


def typeset(job: Mapping[str, Any], timeout_seconds: float = TYPESETTING_TIMEOUT_SECONDS) -> bytes:
    """The PDF of a template (``template``) with its inputs (``inputs``) as of ``timestamp``.

    What no font of this machine can show is an empty box in it, and a warning in the log.
    """
    command = [sys.executable, "-m", "retros.package.typesetting"]
    try:
        process = subprocess.run(
            command,
            cwd=settings.BASE_DIR,
            input=json.dumps(job, ensure_ascii=False).encode(),
            capture_output=True,
            timeout=timeout_seconds,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise TypesettingError(f"It was not set within {timeout_seconds:.0f} seconds.") from error
    if process.returncode != 0:
        raise TypesettingError(
            process.stderr.decode(errors="replace").strip()[-MAX_ERROR_CHARACTERS:]
        )
    if unshown := process.stderr.decode(errors="replace").strip():
        logger.warning("No font shows %s in a PDF: see Fonts in docs/operators.md", unshown)
    return process.stdout


def _unshown(texts: Iterable[str]) -> Iterator[str]:
    """The first characters that no font has a glyph for.

    The compiler draws a box and says nothing, unless the document is to be kept in archives
    (PDF/A), which may have none: then it refuses, and names the text. The package itself must
    not be refused, so it is asked with a page of these characters alone.
    """
    import typst

    runs = dict.fromkeys(run for text in texts for run in _BEYOND_LATIN.findall(text))
    for _ in range(MAX_UNSHOWN):
        page = b'#set document(title: "Fonts")\n#sys.inputs.words'
        try:
            typst.compile(page, sys_inputs={"words": " ".join(runs)}, pdf_standards=["a-3b"])
        except typst.TypstError as error:
            found = _UNSHOWN.search(str(error))
            if not found:
                return
            unshown = _ESCAPED.sub(lambda code: chr(int(code[1], 16)), found[1])
            yield unshown
            runs = {run: None for run in runs if unshown not in run}
        else:
            return


def _main() -> None:
    import typst

    job = json.load(sys.stdin)
    try:
        pdf = typst.compile(
            job["template"].encode(), sys_inputs=job["inputs"], timestamp=job["timestamp"]
        )
    except typst.TypstError as error:
        sys.exit(str(error))
    print(", ".join(_unshown(job["inputs"].values())), file=sys.stderr)
    sys.stdout.buffer.write(pdf)


if __name__ == "__main__":
    _main()
