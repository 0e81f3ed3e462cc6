"""What can be known of docker-compose.yml and the Dockerfile without Docker."""

import json
import re
import shlex
import tomllib
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from django.conf import settings
from environs import Env

from warroom import VERSION
from warroom.server.uvicorn_options import OPTIONS
from warroom.up import supervisor

COMPOSE = yaml.safe_load((settings.BASE_DIR / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = [name for name, service in SERVICES.items() if service.get("image") == "warroom"]
LASTING = [name for name in SERVICES if name != "migrate"]


def test_the_services_are_those_that_up_starts_and_their_servers() -> None:
    started = set(supervisor.commands("localhost", 8000, settings.BASE_DIR))
    assert set(SERVICES) == started | {"postgres", "valkey", "migrate"}


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_waits_only_for_services_that_are_there_and_checked(name: str) -> None:
    for other, how in SERVICES[name].get("depends_on", {}).items():
        if how["condition"] == "service_healthy":
            assert "healthcheck" in SERVICES[other]
        else:
            assert other == "migrate"


@pytest.mark.parametrize("name", LASTING)
def test_a_lasting_service_comes_back_by_itself(name: str) -> None:
    assert SERVICES[name]["restart"] == "unless-stopped"


def test_a_worker_has_a_connection_for_each_thread_and_two_to_spare() -> None:
    """Deliveries hold one for a lock, and a package is told of while it is made."""
    most = settings.DATABASES["default"]["OPTIONS"]["pool"]["max_size"]
    for words in (
        SERVICES["worker"]["command"],
        supervisor.commands("localhost", 8000, settings.BASE_DIR)["worker"],
    ):
        assert int(words[words.index("--concurrency") + 1]) + 2 <= most


@pytest.mark.parametrize("name", OURS)
def test_our_services_get_only_variables_that_the_settings_read(name: str) -> None:
    source = (settings.BASE_DIR / "warroom" / "settings" / "__init__.py").read_text()
    read = set(re.findall(r'env\.\w+\(\s*"([A-Z_0-9]+)"', source))
    assert set(SERVICES[name]["environment"]) <= read


NOT_PASSED = {
    "DEBUG": "never in production",
    "DEMO": "never in production",
    "STATIC_ROOT": "the image has its files there",
    "KF_RULE_CACHE_DIR": "the image has its compiled rules there",
    "PROMETHEUS_MULTIPROC_DIR": "a container has one process",
}
"""Settings that compose leaves alone, and why."""

READ_BY_LIBRARIES = {"PROMETHEUS_MULTIPROC_DIR", "KF_RULE_CACHE_DIR"}


def _documented() -> set[str]:
    """The names in the first column of the table of docs/operators.md."""
    text = (settings.BASE_DIR / "docs" / "operators.md").read_text()
    table = text.partition("## Settings")[2].partition("\n## ")[0]
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    return {name for row in rows for name in re.findall(r"`([A-Z][A-Z0-9_]+)`", row)}


def test_every_setting_is_documented_and_no_other() -> None:
    source = (settings.BASE_DIR / "warroom" / "settings" / "__init__.py").read_text()
    read = set(re.findall(r'env\.\w+\(\s*"([A-Z_0-9]+)"', source))
    assert _documented() - READ_BY_LIBRARIES == read


FOR_MIGRATING = "MIGRATION_DATABASE_URL"
"""Whoever has it may alter the record: nobody but the service that migrates."""


@pytest.mark.parametrize("name", OURS)
def test_our_services_get_every_documented_setting(name: str) -> None:
    passed = set(SERVICES[name]["environment"])
    assert (FOR_MIGRATING in passed) == (name == "migrate")
    assert passed | NOT_PASSED.keys() | {FOR_MIGRATING} == _documented()
    # One without a value is passed when it is set; the image's own would be taken away by it.
    assert not SERVICES[name]["environment"].keys() & NOT_PASSED.keys()


@pytest.mark.parametrize("name", SERVICES)
def test_a_container_may_do_what_it_must_and_no_more(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "/tmp" in service["tmpfs"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert name not in OURS or "cap_add" not in service


@pytest.mark.parametrize("name", SERVICES)
def test_no_log_grows_without_end(name: str) -> None:
    assert {"max-size", "max-file"} <= SERVICES[name]["logging"]["options"].keys()


def test_images_of_others_are_named_by_their_digest() -> None:
    names = [service["image"] for service in SERVICES.values()]
    lines = (settings.BASE_DIR / "Dockerfile").read_text().splitlines()
    names += [line.split()[1] for line in lines if line.startswith("FROM ")]
    others = set(names) - {"warroom"}
    assert len(others) == 3
    for name in others:
        assert re.fullmatch(r"[\w./-]+:[\w.-]+@sha256:[0-9a-f]{64}", name), name


def test_the_image_has_the_locked_packages_without_those_of_developers() -> None:
    locked, image = _packages("requirements.txt"), _packages("requirements-image.txt")
    project = tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text())
    needed = {_name(line) for line in project["project"]["dependencies"]}

    assert image.items() <= locked.items()
    assert needed <= image.keys()
    # Some that only developers name are needed by others too (pyyaml); these never are.
    assert not {"pytest", "playwright", "hypothesis", "mypy", "ruff"} & image.keys()


def _packages(lock: str) -> dict[str, str]:
    """Their versions by name."""
    text = (settings.BASE_DIR / lock).read_text()
    return dict(re.findall(r"^([\w.-]+)(?:\[[\w,-]+\])?==(\S+)", text, re.MULTILINE))


def _name(requirement: str) -> str:
    return re.split(r"[\[<>=~; ]", requirement)[0]


def test_no_secret_is_written_down() -> None:
    for name, value in _settings():
        if value is not None and re.search(r"PASSWORD|SECRET|KEY", name):
            assert re.fullmatch(r"\$\{[A-Z_]+:\?[^}]+\}", value), name


def test_the_addresses_are_ones_that_the_settings_understand(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    environment = SERVICES["web"]["environment"]
    addresses = environment["DATABASE_URL"], SERVICES["migrate"]["environment"][FOR_MIGRATING]
    roles = []
    for address in addresses:
        monkeypatch.setenv("DATABASE_URL", re.sub(r"\$\{[^}]+\}", "secret", address))
        database = Env().dj_db_url("DATABASE_URL")
        assert (database["HOST"], database["NAME"]) == ("postgres", "warroom")
        roles.append(database["USER"])

    assert roles == ["warroom_application", SERVICES["postgres"]["environment"]["POSTGRES_USER"]]
    assert re.fullmatch(r"redis://(\w+):6379", environment["REDIS_URL"])[1] in SERVICES


def test_the_image_starts_the_web_as_up_does() -> None:
    lines = (settings.BASE_DIR / "Dockerfile").read_text().replace("\\\n", " ").splitlines()
    words = json.loads(next(line for line in lines if line.startswith("CMD")).removeprefix("CMD"))

    assert words[:2] == ["uvicorn", "warroom.asgi:application"]
    assert tuple(words[-len(OPTIONS) :]) == OPTIONS
    web = supervisor.commands("localhost", 8000, settings.BASE_DIR)["web"]
    assert set(OPTIONS) <= set(web)


def test_nothing_in_the_image_is_run_by_root_or_unhashed() -> None:
    lines = (settings.BASE_DIR / "Dockerfile").read_text().replace("\\\n", " ").splitlines()
    steps = [line.split(maxsplit=1) for line in lines if line and not line.startswith(("#", " "))]
    names = [name for name, _ in steps]
    pip = next(words for name, words in steps if name == "RUN" and "pip install" in words)

    assert names.index("USER") < names.index("CMD")
    assert "--require-hashes" in shlex.split(pip)


@pytest.mark.case("T3")
def test_the_image_has_fonts_for_every_script() -> None:
    """The PDF takes them from the system; without them names are empty boxes."""
    dockerfile = (settings.BASE_DIR / "Dockerfile").read_text()

    assert set(re.findall(r"fonts-[\w-]+", dockerfile)) == {
        "fonts-noto-core",
        "fonts-noto-cjk",
        "fonts-noto-color-emoji",
    }


def test_the_version_is_that_of_the_project() -> None:
    project = tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text())
    assert project["project"]["version"] == VERSION


def test_the_image_has_the_python_of_the_project() -> None:
    wanted = (settings.BASE_DIR / ".python-version").read_text().strip()
    assert f"FROM python:{wanted}-slim@" in (settings.BASE_DIR / "Dockerfile").read_text()


def test_the_image_gets_what_runs_and_no_more() -> None:
    lines = (settings.BASE_DIR / ".dockerignore").read_text().splitlines()
    let_in = {line[1:] for line in lines if line.startswith("!")}
    project = tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text())
    packages = set(project["tool"]["importlinter"]["root_packages"])

    assert "*" in lines
    assert let_in == packages | {"static", "templates", "manage.py", "requirements-image.txt"}


def _settings() -> Iterator[tuple[str, str | None]]:
    for service in SERVICES.values():
        yield from service.get("environment", {}).items()
