"""A demonstration to look around in: people, question sets, positions, invitations, and interviews being analysed."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Make the task known that answers the demonstration's interviews; it has no views."""
    from webapp.demo import tasks
