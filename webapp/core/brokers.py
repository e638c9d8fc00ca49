"""What Celery is told of its broker: files, Redis, or RabbitMQ.

The truth about work is in the database (webapp/core/leases.py): a message that comes twice makes nothing twice, and one
that is lost is sent again by the sweep. So a broker need not be believed, but it should not hand out a second time
what is still being worked on. Redis and RabbitMQ do so after a time-out, which lies above the longest task here.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

from amqp.exceptions import AMQPError
from celery import Celery, bootsteps
from celery.exceptions import InvalidTaskError
from celery.worker.strategy import default as default_strategy
from kombu import Exchange, Queue

from webapp.core import file_broker, queues, redis_broker

logger = logging.getLogger(__name__)

#: Seconds after which a message that nobody acknowledged may go to somebody else: an hour above the longest task.
UNACKNOWLEDGED = queues.LONGEST_TASK + 3600
#: How often RabbitMQ hands out a message whose worker died before it goes to the dead letters.
DELIVERIES = 5
#: RabbitMQ's exchange and queue of what no worker could take.
DEAD = "viva.dead"


def configure(celery: Celery, url: str, home: Path, unacknowledged: float = UNACKNOWLEDGED) -> None:
    """Tell ``celery`` of the broker at ``url``; ``unacknowledged`` is said by tests alone."""
    celery.conf.update(broker_url=url, **options(url, home, unacknowledged))
    if celery.conf.task_default_queue_type == "quorum":
        celery.steps["consumer"].add(DeadLetters)


def options(url: str, home: Path, unacknowledged: float = UNACKNOWLEDGED) -> dict[str, Any]:
    """Celery's settings for the broker at ``url``; makes the folders of the broker that is files."""
    kind = url.partition(":")[0].partition("+")[0]
    if kind == "filesystem":
        return _files(home / "broker")
    if kind in ("redis", "rediss"):
        redis_broker.register()
        return {
            "broker_transport_options": {
                "visibility_timeout": unacknowledged,
                # A connection that is half open is found out, and one that does not answer is given up.
                "health_check_interval": 30,
                "socket_keepalive": True,
            }
        }
    if kind in ("amqp", "amqps", "pyamqp"):
        return _rabbitmq(unacknowledged)
    return {}


def _files(folder: Path) -> dict[str, Any]:
    """The embedded broker: messages are files. It loses what ran when a whole worker dies, and the sweep makes up."""
    file_broker.register()
    for name in ("messages", "processed", "control"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    return {
        "broker_transport_options": {
            "data_folder_in": str(folder / "messages"),
            "data_folder_out": str(folder / "messages"),
            "processed_folder": str(folder / "processed"),
            "control_folder": str(folder / "control"),
            "store_processed": False,
            "polling_interval": 0.05,
        }
    }


def _rabbitmq(unacknowledged: float) -> dict[str, Any]:
    """Quorum queues, which outlive the loss of a server; what is refused or kills worker after worker goes to DEAD."""
    arguments = {
        "x-queue-type": "quorum",
        "x-delivery-limit": DELIVERIES,
        "x-dead-letter-exchange": DEAD,
        # RabbitMQ 3.12 and newer; before, consumer_timeout of the whole server (docs/operations.md).
        "x-consumer-timeout": round(unacknowledged * 1000),
    }
    return {
        "task_queues": [
            Queue(name, Exchange(name, type="direct"), routing_key=name, queue_arguments=arguments)
            for name in queues.QUEUES
        ],
        "task_default_queue_type": "quorum",
        "worker_detect_quorum_queues": True,
        "broker_transport_options": {"confirm_publish": True},
        "broker_heartbeat": 30,
        # A channel that RabbitMQ closes, as it does after a time-out, ends no worker and what else it has in hand.
        "broker_channel_error_retry": True,
        # Nothing here asks workers by broadcast, whose queues RabbitMQ 4 no longer likes.
        "worker_enable_remote_control": False,
    }


def dead_letters() -> Queue:
    """RabbitMQ's queue of what no worker could take: a thousand messages at most, each for two weeks."""
    limits = {"x-queue-type": "quorum", "x-max-length": 1000, "x-message-ttl": 14 * 86400 * 1000}
    return Queue(DEAD, Exchange(DEAD, type="fanout", durable=True), durable=True, queue_arguments=limits)


def strategy(task: Any, app: Any, consumer: Any, **options: Any) -> Callable[..., Any]:
    """Celery's way from a message to a task; a message that names a task and says it in no way that can be read is
    refused, where Celery's own would end the worker, and the next one that takes it."""
    take = default_strategy(task, app, consumer, **options)

    def take_or_refuse(message: Any, *rest: Any, **more: Any) -> Any:
        try:
            return take(message, *rest, **more)
        except (TypeError, ValueError, KeyError, AttributeError, LookupError, RecursionError) as error:
            raise InvalidTaskError(f"{task.name}: {type(error).__name__}") from error

    return take_or_refuse


class DeadLetters(bootsteps.StartStopStep):
    """Has the queue there before a worker refuses anything: what goes to an exchange without a queue is gone."""

    requires = ("celery.worker.consumer:Connection",)

    def start(self, parent: Any) -> None:
        """Declare the queue; a worker works without it as well."""
        try:
            dead_letters()(parent.connection.default_channel).declare()
        except AMQPError as error:
            logger.warning("The queue of dead letters could not be declared: %s", type(error).__name__)
