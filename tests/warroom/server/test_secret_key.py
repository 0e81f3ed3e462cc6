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


@pytest.mark.parametrize(
    "code",
    [
        pytest.param("import warroom.asgi", id="web"),
        pytest.param(
            "from warroom.celery import app; app.loader.import_default_modules();"
            "from celery.signals import worker_init; worker_init.send(None)",
            id="worker",
        ),
        pytest.param(
            "from warroom.celery import app; app.loader.import_default_modules();"
            "from celery.signals import beat_init; beat_init.send(None)",
            id="beat",
        ),
    ],
)
def test_no_process_that_serves_starts_with_it(code: str) -> None:
    """A process of its own, some 2 s: what it imports is what is judged."""
    process = subprocess.run(
        [sys.executable, "-c", code],
        cwd=BASE_DIR,
        env={**os.environ, "SECRET_KEY": "short"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert process.returncode != 0
    assert "SECRET_KEY has 5 bytes and needs at least 32" in process.stderr
