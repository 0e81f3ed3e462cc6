"""A key that can be guessed starts nothing."""

import os
import subprocess
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured

from warroom.server.checks import refuse_wrong_settings
from warroom.up.embedded.data import BASE_DIR


@pytest.mark.parametrize("key", ["x", "x" * 31, "ü" * 15])
def test_a_short_key_is_named_with_its_size(settings, key: str) -> None:
    settings.SECRET_KEY = key

    with pytest.raises(ImproperlyConfigured, match=rf"has {len(key.encode())} bytes and needs"):
        refuse_wrong_settings()


@pytest.mark.parametrize("key", ["x" * 32, "ü" * 16])
def test_a_long_one_is_taken(settings, key: str) -> None:
    settings.SECRET_KEY = key

    refuse_wrong_settings()


WEB = "import warroom.asgi"
CELERY = """
from celery.signals import beat_init, worker_init
from warroom.celery import app
app.loader.import_default_modules()
for begins in (worker_init, beat_init):
    try:
        begins.send(None)
    except SystemExit as refusal:
        print(refusal)
    else:
        raise SystemExit("It started.")
raise SystemExit("None started.")
"""


@pytest.mark.parametrize(("code", "times"), [(WEB, 1), (CELERY, 2)], ids=["web", "worker and beat"])
def test_no_process_that_serves_starts_with_it(code: str, times: int) -> None:
    """A process of its own, some 2 s: what it imports is what is judged."""
    process = subprocess.run(
        [sys.executable, "-c", code],
        cwd=BASE_DIR,
        env={**os.environ, "SECRET_KEY": "short"},
        capture_output=True,
        text=True,
        check=False,
    )

    output = process.stdout + process.stderr
    assert process.returncode == 1
    assert output.count("SECRET_KEY has 5 bytes and needs at least 32") == times
    assert "It started." not in output
