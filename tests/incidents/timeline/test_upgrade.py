"""A database as an older Warroom left it, migrated to this one."""

import lzma
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest

from tests.helpers import servers as own
from tests.helpers.database import create_database, drop_database
from warroom.up.embedded import postgres

BEFORE_DIGESTS = Path(__file__).with_name("before_digests.sql.xz")
"""``pg_dump`` of the demo as of commit 3b7d5b7, the last one before rows of the record had digests
and the chain a key; without the passwords of its people."""

type Manage = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def manage(running_servers: None) -> Iterator[Manage]:
    """``manage.py`` on that database."""
    name = f"older_{own.WORKER}_{own.run_folder().name}"
    address = urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}"))
    create_database(name)
    subprocess.run(
        [postgres.binaries() / "psql", "--quiet", "--set=ON_ERROR_STOP=1", address],
        input=lzma.decompress(BEFORE_DIGESTS.read_bytes()),
        stdout=subprocess.DEVNULL,
        check=True,
    )

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            env=os.environ | {"DATABASE_URL": address},
            capture_output=True,
            text=True,
        )

    yield run
    drop_database(name)


def test_a_record_from_before_there_were_digests_holds(manage: Manage) -> None:
    """Three processes and all migrations since then: that takes some ten seconds."""
    assert manage("migrate", "--verbosity=0").returncode == 0

    verified = manage("verify_timeline", "--all")

    counted = "65 entries, 11 items of evidence, 65 without digest"
    assert verified.stdout == f"INC-42 holds: {counted}.\n"
    assert (verified.stderr, verified.returncode) == ("", 0)
