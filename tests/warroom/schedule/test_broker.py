"""A worker outlives its Valkey, however often it is restarted and whatever is at work then."""

from collections.abc import Iterator
from pathlib import Path
from subprocess import DEVNULL

import pytest
from celery import current_app
from kombu import Connection
from kombu.message import Message
from kombu.transport import redis
from redis.exceptions import ConnectionError

from benchmarks.beating import House
from tests.helpers.servers import database
from tests.helpers.tiers import in_tier
from warroom.schedule.broker import Channel
from warroom.up.embedded import valkey

WORKERS = in_tier(test=1, prove=3)
RESTARTS = in_tier(test=2, prove=25)


@pytest.fixture
def broken_off(tmp_path: Path) -> Iterator[Message]:
    """A message that is not acknowledged, of a connection whose settings are gone."""
    with valkey.running(tmp_path / "valkey") as address:
        connection = Connection(address.replace("unix://", "redis+socket://", 1))
        channel = connection.default_channel
        channel.queue_declare("broken")
        channel.basic_publish(channel.prepare_message("text"), exchange="", routing_key="broken")
        message = channel.basic_get("broken")
        channel._disconnect_pools()
        connection.transport.client = None
        yield message
        channel.qos._on_collect.cancel()  # else it is given back when the tests end


def test_what_lost_its_connection_is_a_fault_that_celery_expects(broken_off: Message) -> None:
    assert type(broken_off.channel) is Channel
    assert ConnectionError in redis.Transport.connection_errors
    with pytest.raises(ConnectionError):
        broken_off.ack()
    with pytest.raises(ConnectionError):
        broken_off.channel.close()


def test_kombu_itself_still_needs_that(
    broken_off: Message, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When this fails, ``warroom.schedule.broker`` can go."""
    monkeypatch.delattr(Channel, "_connparams")
    with pytest.raises(AttributeError, match="hostname"):
        broken_off.ack()
    monkeypatch.undo()


def test_a_broker_is_waited_for_without_end() -> None:
    assert current_app.conf.broker_connection_max_retries is None


@pytest.mark.alone
@pytest.mark.django_db(transaction=True)
def test_a_worker_goes_on_however_often_valkey_is_restarted() -> None:
    """Whole processes: some 5 s for their start and 2 s for each restart."""
    with House(database(), DEVNULL) as house:
        processes = [house.beat(), *(house.worker() for _ in range(WORKERS))]
        house.until_ready(WORKERS)
        for _ in range(RESTARTS):
            house.empty_valkey()
            house.until_ready(WORKERS)
            assert [process.poll() for process in processes] == [None] * len(processes)
