"""What this installation is made of, with versions, for whoever asks for help or plans an update."""

from __future__ import annotations

import platform
import sqlite3

import sqlalchemy as sa
from flask import Flask
from flask_babel import gettext as _

from ml.core import registry
from ml.version import version
from webapp.core.database import db

_BROKERS = {"redis": "Redis", "rediss": "Redis", "amqp": "RabbitMQ", "amqps": "RabbitMQ", "pyamqp": "RabbitMQ"}


def all_of(app: Flask) -> list[tuple[str, str]]:
    """Name and version of each part; one statement at most."""
    broker = str(app.config["BROKER_URL"] or "").partition(":")[0].partition("+")[0]
    return [
        ("Viva", version()),
        ("Python", platform.python_version()),
        (_("Database"), _database()),
        (_("Broker"), _BROKERS.get(broker, _("Files"))),
        (_("Storage"), "S3" if str(app.config["STORAGE"]).startswith("s3:") else _("Files")),
        (_("Models"), ", ".join(_models())),
    ]


def _database() -> str:
    if db.engine.name == "sqlite":
        return f"SQLite {sqlite3.sqlite_version}"
    return f"PostgreSQL {db.session.scalar(sa.text('show server_version'))}"


def _models() -> list[str]:
    """Each as its card says: ``face-2026.12.2``."""
    found = []
    for card in sorted(registry.weights_folder().glob("*.json")):
        said = str(registry.describe(card.stem)["version"])
        found.append(said if said.startswith(card.stem) else f"{card.stem}-{said}")
    return found
