"""Two web processes behind one port: their figures as one, their logs as lines of JSON."""

import json
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.helpers.web_process import web_process

TOKEN = "only-for-prometheus-and-its-friends"

pytestmark = pytest.mark.django_db(transaction=True)


def counted(url: str) -> float:
    """How often any of them said that it lives."""
    headers = {"Authorization": f"Bearer {TOKEN}"}
    page = httpx.get(f"{url}/metrics", headers=headers, timeout=60).raise_for_status().text
    return sum(
        sample.value
        for family in text_string_to_metric_families(page)
        for sample in family.samples
        if sample.name == "warroom_requests_total" and sample.labels["view"] == "healthz"
    )


def test_either_process_tells_the_figures_of_both(tmp_path: Path) -> None:
    shared, folders = tmp_path / "metrics", [tmp_path / "one", tmp_path / "two"]
    for folder in (shared, *folders):
        folder.mkdir()
    settings = {
        "PROMETHEUS_MULTIPROC_DIR": str(shared),
        "METRICS_TOKEN": TOKEN,
        "LOG_FORMAT": "json",
        # WhiteNoise warns of a folder that is missing, through Python's warnings.
        "STATIC_ROOT": str(tmp_path / "nowhere"),
    }
    with web_process(folders[0], **settings) as one, web_process(folders[1], **settings) as two:
        for web in (one, one, two):
            httpx.get(f"{web.url}/healthz", headers={"X-Request-ID": "balancer-1"})
        # One more of each was that which waited for its start.
        assert counted(one.url) == counted(two.url) == 5
    lines = [json.loads(line) for line in one.log.read_text().splitlines()]

    told = [line for line in lines if line.get("request_id") == "balancer-1"]
    assert [(line["view"], line["status"]) for line in told] == [("healthz", 200)] * 2
    assert all({"time", "level", "logger", "message"} <= line.keys() for line in lines)
    [warning] = [line for line in lines if line["logger"] == "py.warnings"]
    assert f"No directory at: {tmp_path / 'nowhere'}" in warning["message"]
