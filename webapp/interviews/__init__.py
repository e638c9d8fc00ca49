"""Invitations, interviews and the candidate's passage through one."""

from flask import Flask

from webapp.core import append_only
from webapp.employer.offers import OFFERS


def init_app(app: Flask) -> None:
    """Register this feature's views."""
    from webapp.interviews import accommodations as helping
    from webapp.interviews import anonymity, personal, previews, progress, receivers  # connects them, makes triggers
    from webapp.interviews.models import Consent
    from webapp.interviews.notice_models import NoticeShown, Signature
    from webapp.interviews.status import STATUS_NAMES
    from webapp.interviews.views import (  # add their views to the blueprint
        accommodations,
        attachments,
        batches,
        invitations,
    )
    from webapp.interviews.views.inbox import blueprint, state_name

    append_only.guard(Consent, "interview")
    append_only.guard(Signature, "interview")
    append_only.guard(NoticeShown, "invitation")
    app.register_blueprint(blueprint)
    app.jinja_env.globals.update(
        help_of=helping.of_invitation,
        help_offers=OFFERS,
        code_name=anonymity.code_name,
        name_to_show=anonymity.name_to_show,
        preview_of=previews.of,
    )
    app.jinja_env.filters["review_state"] = state_name
    app.jinja_env.filters["status_name"] = lambda status: str(STATUS_NAMES[status])
