"""Governance: the audit log, retention and erasure, notices."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Register this feature's views, and watch requests for the audit log."""
    from webapp.governance import cli, entries, personal, receivers, recorder, requests, retention
    from webapp.governance.views import audit, erasing, ledger, policy

    for each in (audit, erasing, ledger, policy):
        app.register_blueprint(each.blueprint)
    app.jinja_env.filters.update(translated_action=entries.action_name, subject_name=entries.kind_name)
    cli.init_app(app)
    recorder.init_app(app)
    requests.init_app(app)
