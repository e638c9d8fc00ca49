"""Redis and RabbitMQ as brokers: nothing is handed out twice while it is worked on, and garbage stops nobody."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from celery import Celery, Task
from celery.contrib.testing.worker import start_worker
from kombu import Connection

from tests import servers
from tests.webapp.core.test_file_broker import GARBAGE
from webapp.core import brokers, file_broker, queues, redis_broker

redis = pytest.importorskip("redis", reason="no driver for Redis (uv sync --extra cluster)")
SERVERS = {"redis": servers.redis, "rabbitmq": servers.rabbitmq}
#: What a worker cannot carry out although it is a message; each goes to a queue as it stands.
NO_TASKS = {
    "no task": {"headers": {}, "body": "{}"},
    "unknown task": {"headers": {"task": "no.such", "id": "1"}, "body": '[[], {}, {"callbacks": null}]'},
    "no JSON": {"headers": {"task": "test.count", "id": "2"}, "body": "\udcff{"},
    "wrong arguments": {"headers": {"task": "test.count", "id": "3"}, "body": '[[1, 2, 3], {}, {}]'},
    "no date": {"headers": {"task": "test.count", "id": "6", "eta": "soon", "expires": "late"}, "body": '[[1], {}, {}]'},
    "no list": {"headers": {"task": "test.count", "id": "4"}, "body": "17"},
    "wrong type": {"headers": {"task": "test.count", "id": "5"}, "body": "x", "content_type": "application/x-python-serialize"},
}  # fmt: skip


@pytest.fixture(scope="module")
def redis_url() -> Iterator[str]:
    with servers.redis() as address:
        yield address


@pytest.fixture(scope="module")
def rabbitmq_url() -> Iterator[str]:
    with servers.rabbitmq() as address:
        yield address


class OurCelery(Celery):
    """Keeps what its tasks did."""

    done: list[float]


def celery_of(url: str, home: Path, unacknowledged: float = brokers.UNACKNOWLEDGED) -> OurCelery:
    """An application with our settings of the broker and two tasks; what was carried out is in ``done``."""

    class OurTask(Task):
        Strategy = "webapp.core.brokers:strategy"  # as in webapp/core/extensions.py

    app = OurCelery("test", set_as_current=False, task_cls=OurTask)
    app.conf.update(
        task_ignore_result=True, task_acks_late=True, worker_prefetch_multiplier=1, task_default_queue=queues.QUICK,
        worker_hijack_root_logger=False,
    )  # fmt: skip
    brokers.configure(app, url, home, unacknowledged)
    app.done = []

    @app.task(name="test.count", shared=False)
    def count(number: int) -> None:
        app.done.append(number)

    @app.task(name="test.sleep", shared=False)
    def sleep(seconds: float) -> None:
        time.sleep(seconds)
        app.done.append(seconds)

    return app


@contextmanager
def working(app: Celery, threads: int = 1) -> Iterator[None]:
    pool: dict[str, Any] = {"pool": "threads", "concurrency": threads}
    with start_worker(
        app, perform_ping_check=False, shutdown_timeout=20, loglevel="ERROR", queues=queues.QUICK, **pool
    ):
        yield


def wait(condition: Any, seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)


def put_no_tasks(app: Celery) -> None:
    with app.connection_for_write() as connection:
        producer = connection.Producer()
        queue = app.amqp.queues[queues.QUICK]
        for message in NO_TASKS.values():
            producer.publish(
                str(message["body"]).encode("utf-8", "surrogateescape"),
                exchange=queue.exchange, routing_key=queue.routing_key, declare=[queue], headers=message["headers"],
                content_type=message.get("content_type", "application/json"), content_encoding="utf-8",
            )  # fmt: skip


def test_a_worker_of_redis_goes_on_after_what_cannot_be_read(redis_url, tmp_path):
    app, client = celery_of(redis_url, tmp_path), redis.Redis.from_url(redis_url)
    for garbage in GARBAGE.values():
        client.lpush(queues.QUICK, garbage)
    put_no_tasks(app)
    with working(app):
        app.tasks["test.count"].delay(7)
        wait(lambda: app.done == [7])
        wait(lambda: client.zcard("unacked_index") == 0)
    assert set(client.lrange(redis_broker.UNREADABLE, 0, -1)) == set(GARBAGE.values())
    assert client.llen(queues.QUICK) == 0


@pytest.mark.full
def test_a_worker_of_the_folder_goes_on_after_what_cannot_be_read(tmp_path):
    app, messages = celery_of("filesystem://", tmp_path), tmp_path / "broker" / "messages"
    file_broker.Transport.global_state.clear()  # what tests before this one bound lay in other folders
    for number, garbage in enumerate(GARBAGE.values()):
        (messages / f"00000000000000{number}_x.{queues.QUICK}.msg").write_bytes(garbage)
    put_no_tasks(app)
    with working(app):
        app.tasks["test.count"].delay(7)
        wait(lambda: app.done == [7])
        wait(lambda: not list(messages.iterdir()))
    kept = sorted(path.read_bytes() for path in (tmp_path / "broker" / "unreadable").iterdir())
    assert kept == sorted(GARBAGE.values())


@pytest.mark.full
def test_a_worker_of_the_broker_in_memory_goes_on_after_what_cannot_be_read(tmp_path):
    """What lies there are this process's own objects, so that nothing can be half a message."""
    app = celery_of("memory://", tmp_path)
    put_no_tasks(app)
    with app.connection_for_read() as connection:
        assert connection.default_channel._size(queues.QUICK) == len(NO_TASKS)
    with working(app):
        app.tasks["test.count"].delay(7)
        wait(lambda: app.done == [7])
    with app.connection_for_read() as connection:
        assert connection.default_channel._size(queues.QUICK) == 0


def test_so_many_unreadable_messages_of_redis_are_kept(redis_url, tmp_path):
    app, client = celery_of(redis_url, tmp_path), redis.Redis.from_url(redis_url)
    for number in range(redis_broker.KEPT + 5):
        client.lpush(queues.QUICK, f"broken {number}")
    with app.connection_for_read() as connection:
        queue = connection.SimpleQueue(app.amqp.queues[queues.QUICK])
        for _ in range(redis_broker.KEPT + 5):
            with pytest.raises(queue.Empty):
                queue.get_nowait()
    assert client.llen(redis_broker.UNREADABLE) == redis_broker.KEPT


@pytest.mark.full
def test_a_worker_of_rabbitmq_goes_on_after_what_cannot_be_read(tmp_path):
    with servers.rabbitmq() as address:
        _goes_on(celery_of(address, tmp_path))


def _goes_on(app: Celery) -> None:
    put_no_tasks(app)
    with app.connection_for_write() as connection:
        for garbage in GARBAGE.values():
            connection.default_channel.basic_publish(
                connection.default_channel.prepare_message(garbage), "", queues.QUICK
            )
    with working(app):
        app.tasks["test.count"].delay(7)
        wait(lambda: app.done == [7])
    assert left(app, queues.QUICK) == 0
    # All but what was carried out and failed, and the two that are no text, of which the worker's log tells.
    wait(lambda: left(app, brokers.DEAD) == len(GARBAGE) + len(NO_TASKS) - 3)


def left(app: Celery, name: str) -> int:
    """Messages in a queue of RabbitMQ."""
    with app.connection_for_read() as connection:
        return int(connection.default_channel.queue_declare(name, passive=True).message_count)


@pytest.mark.full
def test_a_message_that_ends_every_worker_goes_to_the_dead_letters(rabbitmq_url, tmp_path):
    app = celery_of(rabbitmq_url, tmp_path)
    queue = app.amqp.queues["upkeep"]
    with app.connection_for_write() as connection:
        brokers.dead_letters()(connection.default_channel).declare()
        before = left(app, brokers.DEAD)
        connection.Producer().publish({"number": 1}, exchange=queue.exchange, routing_key="upkeep", declare=[queue])
    taken = 0
    for _ in range(brokers.DELIVERIES + 3):
        with Connection(rabbitmq_url) as connection:
            deadline, message = time.monotonic() + 2, None
            while message is None and time.monotonic() < deadline:
                message = queue(connection.default_channel).get(no_ack=False)
            taken += message is not None
            connection.transport.close_connection(connection.connection)  # a worker that dies says nothing
    assert taken == brokers.DELIVERIES + 1
    wait(lambda: left(app, brokers.DEAD) == before + 1)


@pytest.mark.full
@pytest.mark.parametrize(
    ("kind", "timeout", "times"), [("redis", 60.0, 1), ("redis", 1.5, 2), ("rabbitmq", 60.0, 1), ("rabbitmq", 1.5, 2)]
)
def test_a_task_is_not_delivered_twice_below_the_time_out_and_is_above_it(kind, timeout, times, tmp_path):
    """Seconds stand for the hours of the real settings, which `test_the_real_time_outs…` asserts."""
    made = servers.redis() if kind == "redis" else servers.rabbitmq(consumer_timeout=timeout)
    with made as address:
        app = celery_of(address, tmp_path, timeout)
        with working(app, threads=2):
            app.tasks["test.sleep"].delay(5.0)
            if kind == "redis":
                restore(app)
            wait(lambda: len(app.done) >= times, 40)
            time.sleep(2 if times == 1 else 0)
        assert times > 1 or len(app.done) == 1


def restore(app: Celery) -> None:
    """What a worker of Redis does at each tenth look at its queues: hand out again what is over its time."""
    with app.connection_for_read() as connection:
        for _ in range(12):
            connection.default_channel.qos.restore_visible(interval=1)
            time.sleep(0.5)


@pytest.mark.parametrize("url", ["redis://127.0.0.1:1/0", "amqp://127.0.0.1:1//"])
def test_the_real_time_outs_lie_above_the_longest_task(app, tmp_path, url):
    told = brokers.options(url, tmp_path)
    limits = [
        task.time_limit or app.extensions["celery"].conf.task_time_limit
        for task in app.extensions["celery"].tasks.values()
    ]
    assert max(limits) == queues.LONGEST_TASK
    if url.startswith("redis"):
        assert told["broker_transport_options"]["visibility_timeout"] > max(limits)
    else:
        timeouts = [queue.queue_arguments["x-consumer-timeout"] / 1000 for queue in told["task_queues"]]
        assert len(timeouts) == len(queues.QUEUES)
        assert min(timeouts) > max(limits)


def test_the_embedded_broker_stays_what_it_was(tmp_path):
    told = brokers.options("filesystem://", tmp_path)
    assert list(told) == ["broker_transport_options"]
    assert (tmp_path / "broker" / "messages").is_dir()
    assert file_broker.Transport.__name__ == "Transport"
