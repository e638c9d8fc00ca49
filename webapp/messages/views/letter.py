"""Telling a candidate what was decided: see the letter, send it now or later, or note that it was done otherwise."""

from __future__ import annotations

from datetime import timedelta

from flask import abort, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from webapp.core import mail
from webapp.core.database import db, now
from webapp.interviews import operations
from webapp.interviews.access import may_decide
from webapp.interviews.models import Invitation
from webapp.messages import letters, relevance, writing
from webapp.messages.composing import compose
from webapp.messages.forms import LetterForm
from webapp.messages.kinds import KINDS
from webapp.messages.models import Message
from webapp.messages.views.base import blueprint, staff
from webapp.messages.wordings import Letter, WordingError
from webapp.reviews import deciding
from webapp.reviews.access import load_for_review
from webapp.reviews.models import Decision


def _preview(decision: Decision, invitation: Invitation) -> Letter | str:
    """The letter as it would go out, or what is wrong with its words."""
    key = letters.kind_of(decision)
    message = Message(
        kind=key, recipient=invitation.email, name=invitation.name, invitation=invitation, facts={},
        organisation_id=invitation.organisation_id,
        language=writing.language_of(invitation), zone="", base="",
    )  # fmt: skip
    try:
        return compose(KINDS[key], message).letter
    except WordingError as error:
        return str(error)


@blueprint.route("/letters/<interview_id>", methods=["GET", "POST"])
@staff
def letter(interview_id: str) -> Response | tuple[str, int]:
    """The letter for the decision that counts."""
    interview = load_for_review(interview_id, may_decide)
    invitation, decision = interview.invitation, letters.latest_decision(interview)
    if invitation is None or decision is None:
        abort(404)
    form, written = LetterForm(), letters.letter_of(decision)
    with db.session.no_autoflush:
        preview = _preview(decision, invitation)
    if form.validate_on_submit() and isinstance(preview, Letter):
        later = None if form.when.data == "now" else now() + timedelta(days=int(form.when.data))
        if writing.letter(decision, due_at=later):
            db.session.commit()
            flash(_("The letter is on its way.") if later is None else _("The letter is kept until then."), "success")
        else:
            flash(_("This letter was written before, or there is no address. Look at its state here."), "info")
        return redirect(url_for("interviews.invitation", invitation_id=invitation.id))
    page = render_template(
        "messages/letter.html",
        interview=interview, invitation=invitation, decision=decision, form=form, written=written, preview=preview,
        mailing=mail.is_configured(), answered=relevance.is_answered(invitation),
    )  # fmt: skip
    return page, 422 if form.errors else 200


@blueprint.post("/letters/<interview_id>/answered")
@staff
def answered(interview_id: str) -> Response:
    """Note that the candidate was told by another way."""
    interview = load_for_review(interview_id, may_decide)
    invitation = interview.invitation or abort(404)
    operations.note_answered(invitation, by=current_user)
    if (decision := deciding.current(interview)) is not None:
        deciding.note_told(decision)
    db.session.commit()
    flash(_("Noted: %(name)s has had an answer.", name=invitation.name), "success")
    return redirect(url_for("interviews.invitation", invitation_id=invitation.id))
