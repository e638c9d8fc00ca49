"""The library of questions and scoring guides: recruiters write, admins lock; files in and out."""

from __future__ import annotations

import os
from tempfile import TemporaryFile
from typing import IO, Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from webapp.accounts.models import Role
from webapp.clips import operations as clips
from webapp.clips.models import Clip
from webapp.clips.views.taking import Place, take
from webapp.core.database import db
from webapp.core.security import require_role
from webapp.questions import bundles, exchange, guide_form, library, operations
from webapp.questions.exchange import ExchangeError
from webapp.questions.forms import LibraryForm
from webapp.questions.guide import GuideError, HasGuide
from webapp.questions.immutability import ImmutableError
from webapp.questions.library import Draft, LibraryError
from webapp.questions.library_models import LibraryItem
from webapp.questions.models import QuestionKind, QuestionSet, SetState
from webapp.questions.starters import STARTERS, starter
from webapp.questions.views.questions import filled_in, settings_in

blueprint = Blueprint("library", __name__, url_prefix="/library")
staff = require_role(Role.RECRUITER, Role.ADMIN)


def _item(item_id: str) -> LibraryItem:
    return db.session.get(LibraryItem, item_id) or abort(404)


@blueprint.get("/", endpoint="index")
@staff
def show_all() -> str:
    """Everything in the library, by words and tag."""
    text, tag = request.args.get("q", "")[:120], request.args.get("tag", "")
    found = library.search(text, tag)
    drafts: list[QuestionSet] = []
    if current_user.role is Role.ADMIN:
        query = operations.visible_to(current_user).where(QuestionSet.state == SetState.DRAFT)
        drafts = list(db.session.scalars(query.order_by(QuestionSet.title)))
    return render_template(
        "questions/library.html", items=found, text=text, tag=tag, tags=library.all_tags(), drafts=drafts
    )


@blueprint.route("/new", methods=["GET", "POST"])
@staff
def new() -> AnyResponse | tuple[str, int]:
    """Write a question; with ``?template=ID`` it begins with that scoring guide."""
    key = request.args.get("template", "")
    return _edit(None, starter(key) or (_item(key) if key else None))


@blueprint.route("/<item_id>", methods=["GET", "POST"])
@staff
def item(item_id: str) -> AnyResponse | tuple[str, int]:
    """Read one, or write its next version."""
    return _edit(_item(item_id), None)


def _edit(row: LibraryItem | None, template: HasGuide | None) -> AnyResponse | tuple[str, int]:
    newest = library.versions_of(row)[0] if row else None
    form = LibraryForm(obj=row, **filled_in(row)) if row else LibraryForm(kind=QuestionKind.VIDEO.value)
    if row and not form.is_submitted():
        form.tags.data = ", ".join(row.tags)  # the row has a list of them, which the form takes before anything else
    competencies = guide_form.shown(row or template)
    error = ""
    if form.validate_on_submit() and (kept := settings_in(form)) is not None:
        try:
            saved = library.save(_draft(form, row, kept), by=current_user, earlier=row)
        except (GuideError, LibraryError) as fault:
            error = str(fault)
        else:
            db.session.commit()
            flash(_("Saved as version %(number)s.", number=saved.version), "success")
            return redirect(url_for("library.item", item_id=saved.id))
    if form.is_submitted():
        competencies = guide_form.with_blank(guide_form.typed(request.form))
    page = render_template(
        "questions/library_item.html",
        form=form,
        item=row,
        newest=newest,
        versions=library.versions_of(row) if row else [],
        competencies=competencies,
        error=error,
        templates=[*library.search(templates=True), *STARTERS] if row is None else [],
    )
    return page, 422 if form.is_submitted() else 200


def _draft(form: LibraryForm, row: LibraryItem | None, kept: dict[str, Any]) -> Draft:
    values: dict[str, Any] = {name: form[name].data for name in ("think_seconds", "limit_seconds", "takes_allowed")}
    return Draft(
        title=form.title.data or "",
        prompt=form.prompt.data or "",
        kind=QuestionKind(form.kind.data),
        guide=guide_form.read(request.form, library.draft_of(row).guide if row else None),
        tags=library.tags_of(form.tags.data or ""),
        is_template=bool(form.is_template.data),
        follow_ups=form.follow_ups.data or "",
        **library.clips_of(row),
        **values,
        **kept,
    )


@blueprint.post("/<item_id>/change")
@staff
def change(item_id: str) -> AnyResponse:
    """``then``: ``lock``, ``unlock`` or ``archive``."""
    row = library.versions_of(_item(item_id))[0]
    try:
        match request.form.get("then"):
            case "lock" | "unlock" as then:
                library.lock(row, by=current_user, locked=then == "lock")
            case "archive":
                library.archive(row, by=current_user)
            case _:
                abort(400)
    except LibraryError as fault:
        flash(str(fault), "error")
    else:
        db.session.commit()
    gone = row.archived_at is not None
    return redirect(url_for("library.index") if gone else url_for("library.item", item_id=row.id))


@blueprint.post("/<item_id>/use")
@require_role(Role.ADMIN)
def use(item_id: str) -> AnyResponse:
    """Add it to the draft ``question_set``."""
    row = _item(item_id)
    visible = operations.visible_to(current_user).where(QuestionSet.id == request.form.get("question_set", ""))
    question_set = db.session.scalar(visible) or abort(404)
    try:
        library.use(row, question_set, by=current_user)
    except (LibraryError, operations.QuestionSetError, ImmutableError) as fault:
        db.session.rollback()
        flash(str(fault), "error")
        return redirect(url_for("library.index"))
    db.session.commit()
    flash(_("Added to “%(title)s”.", title=question_set.title), "success")
    return redirect(url_for("questions.show", set_id=question_set.id))


@blueprint.route("/<item_id>/clip", methods=["GET", "POST"])
@require_role(Role.ADMIN)
def clip(item_id: str) -> AnyResponse | str | tuple[str, int]:
    """Ask it in a video or by voice too, or no longer: a new version."""
    row = library.versions_of(_item(item_id))[0]
    place = Place(
        heading=_("Ask it in a video or by voice"),
        lead=_("Candidates see and hear it with captions. The written question always stands beside it:"),
        back=clips.Use(row.title, url_for("library.item", item_id=row.id)),
        quote=row.prompt,
        label=row.title,
    )

    def keep(made: Clip | None) -> str:
        try:
            saved = library.set_clip(row, made, by=current_user)
        except LibraryError as refused:
            raise clips.ClipError(str(refused)) from None
        return url_for("library.item", item_id=saved.id)

    return take(place, row.clip, keep)


@blueprint.route("/<item_id>/sign", methods=["GET", "POST"])
@require_role(Role.ADMIN)
def sign(item_id: str) -> AnyResponse | str | tuple[str, int]:
    """Show its words in sign language too, or no longer: a new version."""
    row = library.versions_of(_item(item_id))[0]
    place = Place(
        heading=_("The question in sign language"),
        lead=_("Candidates find it beside the written question, whose words it signs:"),
        back=clips.Use(row.title, url_for("library.item", item_id=row.id)),
        taken_off=_("The question has no sign-language video any more."),
        quote=row.prompt,
        label=_("The question in sign language"),
        signed=row.sign_language,
    )

    def keep(made: Clip | None) -> str:
        try:
            saved = library.set_sign_clip(row, made, request.form.get("sign_language", ""), by=current_user)
        except LibraryError as refused:
            raise clips.ClipError(str(refused)) from None
        return url_for("library.item", item_id=saved.id)

    return take(place, row.sign_clip, keep)


@blueprint.get("/library.<any(json, csv, zip):kind>")
@staff
def export(kind: str) -> AnyResponse:
    """The whole library as a file; with ``?item=ID`` one question of it, which keeps a zip small."""
    rows = library.search()
    if wanted := request.args.get("item", ""):
        rows = [row for row in rows if row.id == wanted] or abort(404)
    if kind == "zip":
        with TemporaryFile() as made:  # its handle is sent, and closed when that is done
            bundles.write(rows, made)
            made.seek(0)
            response: AnyResponse = send_file(os.fdopen(os.dup(made.fileno()), "rb"), mimetype="application/zip")
    else:
        drafts = [library.draft_of(row) for row in rows]
        body = exchange.to_json(drafts) if kind == "json" else exchange.to_csv(drafts)
        response = Response(body, mimetype="application/json" if kind == "json" else "text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="viva-library.{kind}"'
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.post("/import")
@staff
def bring() -> AnyResponse:
    """Add what is in a file, all of it or nothing; what is there with the same title gets a new version."""
    file = request.files.get("file")
    if file is None or not file.filename:
        flash(_("Choose a file first."), "error")
        return redirect(url_for("library.index"))
    there = {row.title.casefold(): row for row in library.search()}
    try:
        before, changed = len(there), 0
        for entry in _brought(file.stream, file.filename):
            earlier = there.get(entry.draft.title.casefold())
            draft = bundles.with_clips(entry, earlier, by=current_user)
            row = library.save(draft, by=current_user, earlier=earlier)
            changed += earlier is not None and row is not earlier
            there[draft.title.casefold()] = row
    except (ExchangeError, LibraryError, clips.ClipError) as fault:
        db.session.rollback()
        flash(str(fault), "error")
        return redirect(url_for("library.index"))
    db.session.commit()
    flash(_("%(new)s added, %(changed)s changed.", new=len(there) - before, changed=changed), "success")
    return redirect(url_for("library.index"))


def _brought(stream: IO[bytes], name: str) -> list[bundles.Entry]:
    if name.lower().endswith(".zip"):
        return bundles.read(stream.read())  # the server bounds what a request may bring
    return [bundles.Entry(draft) for draft in exchange.read(stream.read(exchange.LARGEST + 1), name)]
