"""Viva's web application."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Flask

from webapp import cli, config, errors, extensions, pages, security


def create_app(settings: Mapping[str, Any] | None = None) -> Flask:
    """Build the application. ``settings`` override what ``config`` reads from the environment."""
    app = Flask(__name__, template_folder=str(config.ROOT / "templates"))
    app.url_map.strict_slashes = False  # /live and /live/ are one page to whoever types it
    config.init_app(app, settings)
    extensions.init_app(app)
    security.init_app(app)
    errors.init_app(app)
    pages.init_app(app)

    from webapp import (
        accounts,
        analysis,
        candidate,
        demo,
        explanations,
        health,
        interviews,
        jobs,
        live,
        moments,
        practice,
        questions,
        recordings,
        reports,
        reviews,
        transcripts,
    )

    for feature in (
        accounts,
        questions,
        jobs,
        interviews,
        candidate,
        recordings,
        analysis,
        reports,
        reviews,
        transcripts,
        explanations,
        moments,
        practice,
        live,
        demo,
        health,
    ):
        feature.init_app(app)

    cli.init_app(app)
    return app
