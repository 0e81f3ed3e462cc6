"""Typst in a process of its own: ``python -m retros.package.typesetting``, JSON in, PDF out.

A compiler that hangs or falls over in a thread would take its worker with it: a thread cannot be
stopped. A process can. Nothing of Django is loaded here, and a compiler of 100 MB is loaded nowhere
else.
"""

import json
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

from django.conf import settings

TYPESETTING_TIMEOUT_SECONDS = 60.0
"""For one document; a long one takes two seconds."""

MAX_ERROR_CHARACTERS = 300
"""Of the compiler's message, its last characters."""


class TypesettingError(Exception):
    """The document could not be made; the message is the compiler's."""


def typeset(job: Mapping[str, Any], timeout_seconds: float = TYPESETTING_TIMEOUT_SECONDS) -> bytes:
    """The PDF of a template (``template``) with its inputs (``inputs``) as of ``timestamp``."""
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
    return process.stdout


def _main() -> None:
    import typst

    job = json.load(sys.stdin)
    try:
        pdf = typst.compile(
            job["template"].encode(), sys_inputs=job["inputs"], timestamp=job["timestamp"]
        )
    except typst.TypstError as error:
        sys.exit(str(error))
    sys.stdout.buffer.write(pdf)


if __name__ == "__main__":
    _main()
