"""Messages to people and to other programs: the outbox, mail, what stands in it, and when it is sent."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Register this feature's views, its ways of sending, its receivers and its place on the clock."""
    from webapp.candidate.status import told_by
    from webapp.messages import (
        calendar_files,
        clock,
        commands,
        delivery,
        formatting,
        letters,
        mail_way,
        personal,
        receivers,
    )
    from webapp.messages.models import Channel
    from webapp.messages.views import letter, notices, outbox, unsubscribe, wordings  # they add to the blueprint
    from webapp.messages.views.base import blueprint

    app.register_blueprint(blueprint)
    app.cli.add_command(commands.group)
    delivery.sends_by(Channel.MAIL, mail_way.WAY)
    told_by(letters.told)
    formatting.init_app(app)
    calendar_files.init_app()
    clock.init_app(app)
