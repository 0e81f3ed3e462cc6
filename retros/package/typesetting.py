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

PATIENCE = 60.0
"""Seconds for one document; a long one takes two."""

WORDS = 300
"""Characters of what the compiler says is wrong."""


class NotSet(Exception):
    """The document could not be made, with what the compiler said."""


def typeset(job: Mapping[str, Any], patience: float = PATIENCE) -> bytes:
    """The PDF of a template (``template``) with its inputs (``inputs``) as of ``timestamp``."""
    words = [sys.executable, "-m", "retros.package.typesetting"]
    try:
        done = subprocess.run(
            words,
            cwd=settings.BASE_DIR,
            input=json.dumps(job, ensure_ascii=False).encode(),
            capture_output=True,
            timeout=patience,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise NotSet(f"It was not set within {patience:.0f} seconds.") from error
    if done.returncode != 0:
        raise NotSet(done.stderr.decode(errors="replace").strip()[-WORDS:])
    return done.stdout


def _main() -> None:
    import typst

    job = json.load(sys.stdin)
    try:
        made = typst.compile(
            job["template"].encode(), sys_inputs=job["inputs"], timestamp=job["timestamp"]
        )
    except typst.TypstError as error:
        sys.exit(str(error))
    sys.stdout.buffer.write(made)


if __name__ == "__main__":
    _main()
