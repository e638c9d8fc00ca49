"""Practising by mail, without an invitation: ask for a link, and come in by it."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from webapp.accounts.models import Organisation
from webapp.core import mail
from webapp.core.database import db
from webapp.core.extensions import limiter
from webapp.core.limits import network_of_client
from webapp.interviews.person_fields import FieldError
from webapp.practice import guests, links, operations, settings
from webapp.practice.forms import LinkForm
from webapp.practice.models import PracticeError
from webapp.practice.views.guests import has_account, sign_in
from webapp.practice.views.practice import blueprint

_TOO_OFTEN = _l("Many people ask from your network just now. Wait an hour, then try again.")


@blueprint.route("/by-mail/<organisation>", methods=["GET", "POST"])
@limiter.limit(
    "30 per hour", key_func=lambda: f"practice link from {network_of_client()}", methods=["POST"],
    error_message=_TOO_OFTEN,
)  # fmt: skip
def by_mail(organisation: str) -> Response | tuple[str, int]:
    """Ask for the address; say that a link is on its way, whatever the address."""
    if has_account():
        return redirect(url_for("practice.index"))
    whose = db.session.get(Organisation, organisation)
    if whose is None or not settings.offers_by_mail(whose.id):
        return render_template("practice/not_offered.html"), 404
    page = {"practising": settings.settings_of(whose.id)}
    if not mail.is_configured():
        return render_template("practice/no_mail.html", **page), 503
    form = LinkForm()
    if form.validate_on_submit():
        email = form.email.data or ""
        try:
            links.ask(whose.id, email)
        except FieldError as error:
            form.email.errors = [str(error)]
        else:
            db.session.commit()
            return render_template("practice/asked.html", email=email, **page), 200
    return render_template("practice/by_mail.html", form=form, **page), 422 if form.is_submitted() else 200


@blueprint.route("/link/<token>", methods=["GET", "POST"])
@limiter.limit("60 per hour", key_func=lambda: f"practise by link from {network_of_client()}", methods=["POST"])
def by_link(token: str) -> Response | tuple[str, int]:
    """The link that went to the address. Looking changes nothing, since mail scanners look; the button lets in."""
    link = links.link_of_token(token)
    if link is None or not links.is_alive(link):
        return render_template("practice/link_over.html", practising=link), 410
    if not settings.offers_by_mail(link.organisation_id):
        return render_template("practice/not_offered.html"), 404
    if request.method != "POST" or has_account():  # who has an account is told to practise with it
        return render_template("practice/link.html", link=link, account=has_account(), practising=link), 200
    try:
        guest = guests.admit_by_link(link)
    except PracticeError:  # pressed twice at once
        db.session.rollback()
        return render_template("practice/link_over.html", practising=link), 410
    sign_in(guest)
    begun = bool(operations.practice_of(guest.user))
    interview = None if begun else guests.go_on(guest)
    db.session.commit()
    if interview is None:
        return redirect(url_for("practice.index"))
    return redirect(url_for("candidate.welcome", interview_id=interview.id))
