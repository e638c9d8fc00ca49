"""Viva's web application."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Flask

from webapp import cli
from webapp.core import (
    errors,
    extensions,
    installing,
    keys,
    pages,
    requests_log,
    security,
    tasks,  # known to the worker
    tracing,
    translation,
)
from webapp.core import settings as configuration
from webapp.core.errors import JsonThatEnds


def create_app(settings: Mapping[str, Any] | None = None) -> Flask:
    """Build the application. ``settings`` override what ``config`` reads from the environment."""
    app = Flask(__name__, template_folder=str(configuration.ROOT / "templates"))
    app.json = JsonThatEnds(app)
    app.url_map.strict_slashes = False  # /live and /live/ are one page to whoever types it
    configuration.init_app(app, settings)
    requests_log.init_app(app)
    tracing.init_app(app)
    keys.init_app(app)
    extensions.init_app(app)
    security.init_app(app)
    translation.init_app(app)
    errors.init_app(app)
    pages.init_app(app)
    app.register_blueprint(installing.blueprint)

    from webapp import (
        accounts,
        analysis,
        api,
        applying,
        ats,
        backup,
        binding,
        candidate,
        clips,
        comparison,
        demo,
        employer,
        exports,
        fairness,
        follow_ups,
        governance,
        guests,
        health,
        identity,
        integrations,
        integrity,
        interviews,
        live,
        messages,
        notices,
        organisations,
        own_data,
        positions,
        practice,
        questions,
        recordings,
        registry,
        reports,
        reviews,
        saliency,
        scheduling,
        search,
        sharing,
        transcripts,
        workspace,
    )

    for feature in (
        api,  # first: who asks by a key is known before anybody looks at cookies
        accounts,
        organisations,
        binding,
        clips,
        employer,
        identity,
        questions,
        positions,
        interviews,
        sharing,
        integrity,
        notices,
        candidate,
        recordings,
        analysis,
        follow_ups,
        reports,
        reviews,
        transcripts,
        workspace,
        saliency,
        search,
        comparison,
        exports,
        practice,
        live,
        guests,
        scheduling,
        applying,
        messages,
        integrations,
        ats,
        demo,
        governance,
        fairness,
        registry,
        own_data,
        backup,
        health,
    ):
        feature.init_app(app)

    cli.init_app(app)
    return app
