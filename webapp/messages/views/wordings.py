"""The words of messages, for admins: what each says in each language, with a preview and a test."""

from __future__ import annotations

import sqlalchemy as sa
from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from webapp.core import mail
from webapp.core.database import db, new_id
from webapp.core.security_log import record
from webapp.core.translation import language as page_language
from webapp.core.translation import languages, writing_in
from webapp.messages import outbox
from webapp.messages.composing import WORDING_TEST
from webapp.messages.forms import WordingForm
from webapp.messages.kinds import KINDS, VARIABLES, Kind
from webapp.messages.models import Message, State, Wording
from webapp.messages.views.base import admins, blueprint
from webapp.messages.wordings import Letter, WordingError, check, fill_in, ours, samples, words_of


def _kind(key: str) -> Kind:
    return KINDS.get(key) or abort(404)


def _language() -> str:
    wanted = request.values.get("language", page_language())
    return wanted if wanted in languages() else page_language()


def _own(kind: Kind, language: str) -> Wording | None:
    return db.session.scalar(sa.select(Wording).where(Wording.kind == kind.key, Wording.language == language))


@blueprint.get("/wordings")
@admins
def wordings() -> str:
    """Every kind of message, when it is sent, and whether its words were changed."""
    changed = set(db.session.scalars(sa.select(Wording.kind).distinct()))
    kinds = [kind for kind in KINDS.values() if kind.key not in ("test", "undelivered", "webhook_failed")]
    return render_template("messages/wordings.html", kinds=kinds, changed=changed)


@blueprint.route("/wordings/<key>", methods=["GET", "POST"])
@admins
def wording(key: str) -> Response | tuple[str, int]:
    """The words of one kind in one language: look, change, preview, test, or go back to ours (form field ``do``)."""
    kind, language = _kind(key), _language()
    own = _own(kind, language)
    subject, body = words_of(kind, language, current_user.organisation_id)
    form = WordingForm(subject=subject, body=body)
    letter: Letter | None = None
    do = request.form.get("do", "")
    if do == "reset":
        if own is not None:
            db.session.delete(own)
            db.session.commit()
            record("wording reset", kind=kind.key)
        flash(_("These are Viva's own words again."), "success")
        return _back(kind, language)
    if form.validate_on_submit():
        subject, body = (form.subject.data or "").strip(), (form.body.data or "").replace("\r\n", "\n").strip()
        try:
            with writing_in(language):
                check(kind, subject, body)
                letter = fill_in(kind, subject, body, samples(kind))
        except WordingError as error:
            form.body.errors = [str(error)]
        else:
            if do == "save":
                _save(kind, language, subject, body)
                flash(_("Saved. The next messages use these words."), "success")
                return _back(kind, language)
            if do == "test":
                return _test(kind, language, subject, body)
    elif not form.is_submitted():
        letter = _shown(kind, language, subject, body)
    page = render_template(
        "messages/wording.html",
        help=_("An empty line begins a paragraph. [label]({{ link }}) alone in a paragraph is a button."),
        kind=kind, language=language, languages=languages(), form=form, letter=letter, own=own,
        variables=[(name, *VARIABLES[name]) for name in kind.names], mailing=mail.is_configured(),
    )  # fmt: skip
    return page, 422 if form.errors else 200


def _back(kind: Kind, language: str) -> Response:
    return redirect(url_for("messages.wording", key=kind.key, language=language))


def _shown(kind: Kind, language: str, subject: str, body: str) -> Letter | None:
    try:
        with writing_in(language):
            return fill_in(kind, subject, body, samples(kind))
    except WordingError as error:  # words of before a variable went
        flash(str(error), "error")
        return None


def _save(kind: Kind, language: str, subject: str, body: str) -> None:
    """Keep the words, unless they are ours; what failed for the words of before goes out."""
    own = _own(kind, language)
    if (subject, body) == ours(kind, language):
        if own is not None:
            db.session.delete(own)
    elif own is None:
        db.session.add(
            Wording(
                organisation_id=current_user.organisation_id,
                kind=kind.key,
                language=language,
                subject=subject,
                body=body,
                changed_by_id=current_user.id,
            )
        )
    else:
        own.subject, own.body, own.changed_by_id = subject, body, current_user.id
    db.session.flush()
    waiting = sa.select(Message).where(
        Message.kind == kind.key, Message.language == language, Message.state == State.FAILED,
        Message.reason_code == "wording",
    )  # fmt: skip
    for message in db.session.scalars(waiting):
        outbox.send_again(message)
    db.session.commit()
    record("wording changed", kind=kind.key)


def _test(kind: Kind, language: str, subject: str, body: str) -> Response:
    """Send these words, filled with examples, to oneself; they need not be saved."""
    if not mail.is_configured():
        flash(_("There is no mail server to send a test by."), "error")
        return _back(kind, language)
    facts = {"of": kind.key, "subject": subject, "body": body}
    outbox.put(
        kind=WORDING_TEST, cause=f"test:{new_id()}", recipient=current_user.email, name=current_user.name, priority=0,
        language=language, facts=facts,
    )  # fmt: skip
    db.session.commit()
    flash(_("A test with examples is on its way to %(email)s.", email=current_user.email), "info")
    return _back(kind, language)
