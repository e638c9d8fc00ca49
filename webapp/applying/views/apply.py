"""The side of whoever comes by an open link: name and address, the proof, and the confirmed address."""

from __future__ import annotations

import json

from flask import Response as Page
from flask import abort, make_response, redirect, render_template, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from limits import parse
from werkzeug.wrappers import Response

from webapp.applying import operations, proof
from webapp.applying.forms import ApplyForm
from webapp.applying.models import OpenLink
from webapp.applying.views.base import blueprint
from webapp.core import mail
from webapp.core.database import db
from webapp.core.extensions import csrf, limiter
from webapp.core.limits import network_of_client
from webapp.core.security import CONTENT_SECURITY_POLICY
from webapp.interviews.operations import invitation_url

#: How often a network may go without the proof of work.
_SELDOM = parse("5 per hour")
_TOO_OFTEN = _l("Many people come from your network just now. Wait a while, then try again.")


_limited = limiter.limit(
    "60 per hour", key_func=lambda: f"apply {network_of_client()}", methods=["POST"], error_message=_TOO_OFTEN
)


def _link(token: str) -> OpenLink:
    found = operations.link_of_token(token)
    if found is None:
        wrong = 404 if request.method == "GET" else 400
        abort(wrong, _("This link is not complete. Copy it again from where you found it."))
    return found


@blueprint.route("/apply/<token>", methods=["GET", "POST"])
@csrf.exempt  # see ApplyForm
@_limited
def apply(token: str) -> Response | tuple[str, int]:
    """The form, as a page of its own."""
    return _form(token, framed=False)


@blueprint.route("/apply/<token>/embed", methods=["GET", "POST"])
@csrf.exempt
@_limited
def embedded(token: str) -> Response:
    """The form for a frame, on the pages that the link names and no others."""
    link = _link(token)
    answer: Page = make_response(_form(token, framed=True))
    allowed = "frame-ancestors " + (" ".join(link.origins) if link.origins else "'none'")
    answer.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY.replace("frame-ancestors 'none'", allowed)
    if link.origins:
        answer.headers["X-Frame-Options"] = "ALLOWALL"  # which browsers do not know: the policy above decides
        answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return answer


def _form(token: str, *, framed: bool) -> tuple[str, int]:
    link, form = _link(token), ApplyForm()
    page: dict[str, object] = {"link": link, "position": link.position, "framed": framed, "token": token}
    if not link.is_open:
        return render_template("applying/closed.html", **page), 410
    if not mail.is_configured():
        return render_template("applying/no_mail.html", **page), 503
    ticket = ""
    if form.validate_on_submit():
        name, email = form.name.data or "", form.email.data or ""
        if _is_proved(name, email):
            try:
                operations.apply(link, name, email)
            except operations.ApplyError as error:
                db.session.rollback()
                form[error.field or "email"].errors = [str(error)]
            else:
                db.session.commit()
                return render_template("applying/asked.html", email=email, **page), 200
        else:
            ticket = proof.ticket(name, email)
    challenge = json.dumps(proof.challenge())
    status = 422 if form.errors or ticket else 200
    page |= {"form": form, "challenge": challenge, "ticket": ticket, "wait": proof.WAIT}
    return render_template("applying/form.html", **page), status


def _is_proved(name: str, email: str) -> bool:
    """Whether the page did its work, or somebody without JavaScript has waited, which a network may do seldom."""
    if proof.is_solved(request.form.get("altcha", "")):
        return True
    if not proof.has_waited(request.form.get("waited", ""), name, email):
        return False
    return not limiter.enabled or bool(limiter.limiter.hit(_SELDOM, "apply without script", network_of_client()))


@blueprint.route("/apply/confirm/<token>", methods=["GET", "POST"])
@limiter.limit("60 per minute")
def confirm(token: str) -> Response | tuple[str, int]:
    """The link that went to the address. Looking changes nothing, since mail scanners look; the button confirms."""
    application = operations.application_of_token(token)
    if application is None:
        abort(410, _("This link has expired. Fill in the form again to get a new one."))
    link = application.open_link
    if request.method == "POST":
        try:
            invitation = operations.confirm(application)
        except operations.ApplyError:
            db.session.rollback()
            return render_template("applying/closed.html", link=link, position=link.position, framed=False), 410
        db.session.commit()
        return redirect(invitation_url(invitation))
    return render_template("applying/confirm.html", application=application, position=link.position), 200
