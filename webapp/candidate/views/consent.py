"""Asking for consent, and changing it afterwards."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from webapp.candidate import consent_texts, operations, places, withdrawal
from webapp.candidate.progress import next_place
from webapp.candidate.views.base import blueprint, open_for_answering
from webapp.core.database import db
from webapp.integrity import operations as integrity
from webapp.interviews.candidate_session import load_interview, may_answer
from webapp.interviews.models import Interview
from webapp.interviews.notice_models import Way
from webapp.notices import operations as notices
from webapp.notices import texts
from webapp.policy import Purpose
from webapp.policy.codes import UnknownPlaceError


@blueprint.route("/interview/<interview_id>/consent", methods=["GET", "POST"])
def consent(interview_id: str) -> Response | str | tuple[str, int]:
    """Ask for each purpose by itself. An unticked box is a no, and a no costs nothing."""
    interview = open_for_answering(interview_id)
    if request.method == "POST":
        asked = [text.purpose for text in consent_texts.texts_for(interview)]
        if error := _place_said(interview):
            page = _consent_page(interview) | {"consented": _ticked(), "place_error": error}
            return render_template("candidate/consent.html", **page), 422
        if interview.invitation is not None:
            notices.tell(interview.invitation, Way.PAGE, address=operations.consent_origin()[0])
        if asked != [text.purpose for text in consent_texts.texts_for(interview)]:
            db.session.commit()  # the law of the candidate's own place changes what is asked
            page = _consent_page(interview) | {"consented": _ticked(), "asked_anew": True}
            return render_template("candidate/consent.html", **page)
        operations.record_consents(interview, _ticked())
        integrity.tell(interview)
        db.session.commit()
        return redirect(next_place(interview, check_devices=True).url)
    if operations.has_decided(interview):  # the page for changing one's mind says what that deletes
        return redirect(url_for("candidate.consents", interview_id=interview.id))
    return render_template("candidate/consent.html", **_consent_page(interview))


def _place_said(interview: Interview) -> str:
    """Note where the candidate lives, where the form asked; what is wrong with it, or nothing."""
    if not places.is_asked(interview) or places.FIELD not in request.form:
        return ""
    if not request.form[places.FIELD]:
        return _("Choose where you live, or that you would rather not say.")
    try:
        places.live_in(interview, request.form[places.FIELD])
    except UnknownPlaceError as error:
        return str(error)
    return ""


@blueprint.route("/interview/<interview_id>/consents", methods=["GET", "POST"])
def consents(interview_id: str) -> Response | str:
    """See and change consents at any time, after submission too; once the invitation is revoked, take them back.

    Taking something back is done only once the candidate has seen what goes with it.
    """
    interview = load_interview(interview_id, revoked_too=True)
    if request.method == "POST":
        granted = _ticked() if may_answer(interview) else _ticked() & interview.consented
        gone = withdrawal.losses(interview, granted)
        if withdrawal.withdrawn(interview, granted) and request.form.get("confirmed") != "yes":
            ordered = [purpose for purpose in Purpose if purpose in granted]
            page = _consent_page(interview) | {"granted": ordered, "losses": gone}
            return render_template("candidate/withdraw.html", **page)
        changed = operations.record_consents(interview, granted)
        db.session.commit()
        flash(_("Your choices have been saved.") if changed else _("Nothing was changed."), "info")
        if changed and gone:
            flash(_("Deleted: %(parts)s.", parts="; ".join(gone)), "info")
        if changed and may_answer(interview) and notices.to_sign(interview):
            return redirect(url_for("candidate.sign", interview_id=interview.id))
        return redirect(url_for("candidate.consents", interview_id=interview.id))
    return render_template("candidate/consents.html", **_consent_page(interview))


def _ticked() -> set[Purpose]:
    return {purpose for purpose in Purpose if request.form.get(purpose.value) == "yes"}


def _consent_page(interview: Interview) -> dict[str, object]:
    return {
        "interview": interview,
        "texts": consent_texts.texts_for(interview),
        "ruled_out": consent_texts.ruled_out(interview),
        "consented": interview.consented,
        "decided": {row.purpose: row for row in interview.consents},
        "notice": texts.shown(interview.invitation) if interview.invitation else None,
        "places": places.choices(interview) if places.is_asked(interview) else [],
        "lives_in": places.in_words(interview),
        "to_sign": notices.to_sign(interview),
    }
