"""Practising without an account: in by an invitation, and out with everything erased."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_required, login_user, logout_user
from werkzeug.wrappers import Response

from webapp.accounts import sessions
from webapp.core.database import db
from webapp.core.extensions import limiter
from webapp.interviews.candidate_session import is_staff, load_interview
from webapp.interviews.models import Invitation
from webapp.interviews.operations import invitation_of_token
from webapp.practice import guests
from webapp.practice.models import PracticeGuest
from webapp.practice.views.practice import blueprint

#: All that people without an account reach beside what needs none: their own practice.
_THEIRS = frozenset(
    {"practice", "candidate", "recordings", "uploads", "analysis", "reports", "transcripts", "transcription", "exports",
     "own_data", "data_receipts", "explanations", "moments", "pages", "accessibility", "employer_public", "installing",
     "clips_public", "identify", None}
)  # fmt: skip
_THEIRS_TOO = frozenset({"static", "accounts.sign_out", "accounts.choose_language"})


@blueprint.before_app_request
def keep_to_practice() -> Response | None:
    """Whoever has no account of their own gets nowhere but to their practice."""
    if request.endpoint in _THEIRS_TOO or request.blueprint in _THEIRS or not current_user.is_authenticated:
        return None
    if not current_user.is_temporary:
        return None
    if request.method != "GET":
        abort(403)
    return redirect(url_for("practice.index"))


def _of_invitation() -> str:
    values = request.view_args or {}
    return f"practise {str(values.get('token') or values.get('interview_id'))[:120]}"


@blueprint.post("/by-invitation/<token>")
@limiter.limit("20 per hour", key_func=_of_invitation)
def by_invitation(token: str) -> Response:
    """Practise in private by an invitation's link, before anything of its interview has begun."""
    invitation = invitation_of_token(token) or abort(404)
    return _in(invitation, url_for("candidate.open_link", token=token))


@blueprint.post("/before/<interview_id>")
@limiter.limit("20 per hour", key_func=_of_invitation)
def before(interview_id: str) -> Response:
    """Practise in private in the middle of an interview that is answered in this browser."""
    interview = load_interview(interview_id)
    back = url_for("candidate.welcome", interview_id=interview.id)
    return redirect(back) if interview.invitation is None else _in(interview.invitation, back)


def sign_in(guest: PracticeGuest) -> None:
    """Have this browser practise as ``guest``."""
    if not (current_user.is_authenticated and current_user.id == guest.user_id):
        sessions.begin(guest.user, remember=False)
        # The session's grants stay: the same browser answers the interview itself.
        login_user(guest.user)


def has_account() -> bool:
    """Whether somebody is signed in who practises with an account of their own."""
    return bool(current_user.is_authenticated and not current_user.is_temporary)


def _in(invitation: Invitation, back: str) -> Response:
    """Begin or go on; where it cannot be, say why where they came from."""
    if is_staff():
        return redirect(back)
    if has_account():
        return redirect(url_for("practice.index"))
    try:
        guest = guests.admit(invitation)
        sign_in(guest)
        interview = guests.go_on(guest)
    except guests.PracticeError as error:
        known = guests.guest_here(invitation) is not None and current_user.is_authenticated
        db.session.commit()
        flash(str(error), "warning")
        return redirect(url_for("practice.index") if known else back)
    db.session.commit()
    return redirect(url_for("candidate.welcome", interview_id=interview.id))


def _guest() -> PracticeGuest:
    return guests.guest_of(current_user) or abort(404)


@blueprint.route("/erase", methods=["GET", "POST"])
@login_required
def erase() -> Response | str:
    """Ask once, then erase everything of somebody who practises without an account, and forget them here."""
    guest = _guest()
    if request.method != "POST":
        return render_template("practice/erase.html", guest=guest)
    guests.erase(guest.user)
    logout_user()
    db.session.commit()
    flash(_("Your practice and everything in it has been erased."), "info")
    return redirect(url_for("pages.home"))
