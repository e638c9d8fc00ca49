"""The extensions, each made once and bound to the application in ``init_app``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from celery import Celery, Task
from flask import Flask, has_app_context
from flask_limiter import Limiter
from flask_login import LoginManager
from flask_migrate import Migrate
from flask_wtf import CSRFProtect

from webapp.core import brokers, draining, liveness, queues, storage
from webapp.core.database import db
from webapp.core.limits import client_key
from webapp.core.settings import ROOT


def is_a_model(name: str | None, kind: str, _parents: Mapping[str, str | None]) -> bool:
    """Whether ``name`` may be one of our models' tables: full-text indexes of SQLite (``…_words``) are none of them."""
    return kind != "table" or name is None or re.search(r"_words(_[a-z]+)?$", name) is None


migrate = Migrate(directory=str(ROOT / "migrations"), render_as_batch=True, include_name=is_a_model)
login_manager = LoginManager()
csrf = CSRFProtect()
limiter = Limiter(key_func=client_key)


def init_app(app: Flask) -> None:
    """Bind every extension to ``app``; the Celery application is ``app.extensions["celery"]``."""
    db.init_app(app)
    migrate.init_app(app, db)
    login_manager.init_app(app)
    csrf.init_app(app)
    limiter.init_app(app)
    storage.init_app(app)
    init_celery(app)


def init_celery(app: Flask) -> Celery:
    """Make the Celery application: every task runs in an application context and commits or rolls back by itself."""

    class ContextTask(Task):
        Strategy = "webapp.core.brokers:strategy"

        def __call__(self, *args: object, **kwargs: object) -> object:
            if has_app_context():  # called directly, by a test or by another task
                return self.run(*args, **kwargs)
            with app.app_context():
                return self.run(*args, **kwargs)

    celery = Celery(app.name, task_cls=ContextTask)
    celery.conf.update(
        task_ignore_result=True,
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        # A process that was killed says nothing more: what it worked on goes to another one now, not in ten seconds.
        worker_lost_wait=1.0,
        task_track_started=False,
        worker_prefetch_multiplier=1,
        worker_hijack_root_logger=False,
        worker_max_tasks_per_child=200,
        broker_connection_retry_on_startup=True,
        task_time_limit=3600,
        task_soft_time_limit=3540,
        timezone="UTC",
        # Queues with workers of their own: what a candidate waits for never stands behind a long analysis, and the
        # sweep and the reports never behind a recording that takes long to verify.
        task_default_queue=queues.QUICK,
        task_routes=queues.ROUTES,
        beat_scheduler="webapp.core.liveness:Clock",
        beat_schedule={"sweep": {"task": queues.SWEEP, "schedule": 5.0, "options": {"expires": 10}}},
    )
    (app.config["HOME"] / "broker").mkdir(parents=True, exist_ok=True)
    brokers.configure(celery, app.config["BROKER_URL"], Path(app.config["HOME"]))
    liveness.init_app(app, celery)
    draining.init_app(app)
    celery.set_default()
    app.extensions["celery"] = celery
    return celery
