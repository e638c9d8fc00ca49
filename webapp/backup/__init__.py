"""Backups: made while Viva runs, encrypted, verified; and what a restored one must not bring back."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Register the command, and note what a backup must not bring back."""
    from webapp.backup import cli, receivers

    cli.init_app(app)
