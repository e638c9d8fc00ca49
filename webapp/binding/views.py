"""The translations of texts that people agree to, for admins: each beside the English text, to be confirmed."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from webapp.accounts.models import Role
from webapp.binding import operations, texts
from webapp.core.database import db
from webapp.core.security import require_role
from webapp.core.translation import ENGLISH, PSEUDO, languages

blueprint = Blueprint("binding", __name__, url_prefix="/organisation/translations")


def _others() -> list[str]:
    return [name for name in languages() if name not in (ENGLISH, PSEUDO)]


@blueprint.get("")
@require_role(Role.ADMIN)
def index() -> str:
    """Every text in every language, and who confirmed it."""
    mine = current_user.organisation_id
    rows = [
        (text, [(name, texts.in_language(text.key, name), operations.confirmation(text.key, name, mine))
                for name in _others()])
        for text in texts.known().values()
    ]  # fmt: skip
    return render_template("binding/index.html", rows=rows)


@blueprint.route("/<key>", methods=["GET", "POST"])
@require_role(Role.ADMIN)
def show(key: str) -> Response | str:
    """One text in a ``language`` beside the English; confirm it, or take that back (form fields ``do``, ``digest``)."""
    text, language = texts.known().get(key), request.values.get("language") or next(iter(_others()), "")
    found = texts.in_language(key, language) if text is not None and language in _others() else None
    if text is None or found is None:
        abort(404)
    if request.method == "POST":
        if request.form.get("do") == "take_back":
            if operations.take_back(key, language, by=current_user):
                flash(_("The English text binds again."), "success")
        elif operations.confirm(key, language, request.form.get("digest", ""), by=current_user):
            said = _("Confirmed. From now on this translation binds; the English text is no longer shown beside it.")
            flash(said, "success")
        else:
            flash(_("The text has changed since you opened this page. Read it again."), "warning")
        db.session.commit()
        return redirect(url_for("binding.show", key=key, language=language))
    return render_template(
        "binding/show.html", text=text, language=language, version=found[0],
        pairs=list(zip(text.sentences(), found[1], strict=True)), digest=texts.digest_of(key, language),
        confirmed=operations.confirmation(key, language, current_user.organisation_id),
    )  # fmt: skip
