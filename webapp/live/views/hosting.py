"""The host's pages: make a room, pass on its links, remove somebody, close it; and everybody's page after the call."""

from __future__ import annotations

from datetime import timedelta

from flask import abort, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_required
from werkzeug.wrappers import Response

from webapp.core.database import db, now
from webapp.core.translation import translate_stored
from webapp.interviews.access import load_to_work_on
from webapp.interviews.candidate_session import grant
from webapp.interviews.models import Interview
from webapp.live import access, call_summary, guide, operations, policy
from webapp.live.forms import RoomForm
from webapp.live.models import LivePurpose, Member
from webapp.live.views.call import blueprint
from webapp.positions.places import rules


@blueprint.get("")
@login_required
def index() -> str:
    """One's rooms, and the way to a new one."""
    return render_template("live/index.html", rooms=operations.rooms_of(current_user._get_current_object()))


def _interview() -> Interview | None:
    """The interview that the new room is to follow; 404 where that is not this person's to see."""
    wanted = request.values.get("interview")
    if not wanted:
        return None
    return load_to_work_on(wanted)


@blueprint.route("/new", methods=["GET", "POST"])
@login_required
def new() -> Response | tuple[str, int]:
    """Make a room, from scratch or from an interview (``?interview=ID``)."""
    interview = _interview()
    form = RoomForm(
        title=_("Conversation with %(candidate_name)s", candidate_name=interview.candidate_name)
        if interview and interview.position
        else None
    )
    if form.validate_on_submit():
        try:
            room = operations.make_room(
                title=form.title.data,
                owner=current_user._get_current_object(),
                until=now() + timedelta(hours=form.hours.data),
                position=form.chosen_position,
                candidate_name=form.candidate_name.data or "",
                interview=interview,
            )
        except operations.RoomError as error:
            db.session.rollback()
            field = form.candidate_name if error.code == "candidate" else form.title
            field.errors = [translate_stored(str(error))]
        else:
            db.session.commit()
            return redirect(url_for("live.manage", room_id=room.id))
    page = render_template("live/new.html", form=form, interview=interview, rules=rules)
    return page, 422 if form.is_submitted() else 200


@blueprint.get("/rooms/<room_id>/manage")
def manage(room_id: str) -> str:
    """The links to pass on, who is there, and how to end it."""
    room = access.find_hosted(room_id)
    lawful = policy.reading_lawful(room)
    return render_template(
        "live/manage.html",
        room=room,
        links=access.links(room),
        lawful=lawful,
        may_score=guide.may_use(current_user, room),
        candidate_hidden=policy.shows_candidate(room).reason if lawful else "",
    )


@blueprint.post("/rooms/<room_id>/links")
def renew_links(room_id: str) -> Response:
    """New links; the old ones end."""
    operations.renew_links(access.find_hosted(room_id))
    db.session.commit()
    flash(_("The old links no longer work. Share the new ones."), "success")
    return redirect(url_for("live.manage", room_id=room_id))


@blueprint.post("/rooms/<room_id>/members/<member_id>/remove")
def remove(room_id: str, member_id: str) -> Response:
    """End one person's part in the call."""
    room = access.find_hosted(room_id)
    member = db.session.get(Member, member_id)
    if member is None or member.room_id != room.id:
        abort(404)
    operations.remove(member)
    db.session.commit()
    if request.is_json:
        return jsonify(ok=True)
    flash(
        _("%(name)s has been removed. The links have been replaced; the old ones no longer work.", name=member.name),
        "success",
    )
    return redirect(url_for("live.manage", room_id=room_id))


@blueprint.post("/rooms/<room_id>/close")
def close(room_id: str) -> Response:
    """End the call for everybody."""
    operations.close(access.find_hosted(room_id))
    db.session.commit()
    if request.is_json:
        return jsonify(ok=True)
    return redirect(url_for("live.after", room_id=room_id))


@blueprint.post("/rooms/<room_id>/delete")
def delete(room_id: str) -> Response:
    """Delete a practice room that is over. What was recorded in it lies among the practice interviews."""
    room = access.find_hosted(room_id)
    operations.delete(room)
    db.session.commit()
    flash(_("The room, its participants and all stored results have been deleted."), "info")
    return redirect(url_for("live.index"))


@blueprint.route("/rooms/<room_id>/after", methods=["GET", "POST"])
def after(room_id: str) -> Response | str:
    """What the call leaves: one's recording and its report, what may be read in it, and what was kept of readings."""
    room, member = access.find(room_id)
    if member is None:
        abort(404)
    if request.method == "POST" and request.form.get("withdraw") == "reading":
        operations.decide(member, LivePurpose.READING, False)
        db.session.commit()
        flash(_("You have withdrawn your consent. Your stored results have been deleted."), "info")
        return redirect(url_for("live.after", room_id=room_id))
    if request.method == "POST":
        call_summary.choose(member, {name for name in request.form if request.form[name] == "yes"})
        db.session.commit()
        flash(_("Your choices have been saved."), "info")
        return redirect(url_for("live.after", room_id=room_id))
    if member.interview is not None and member.is_candidate:
        grant(member.interview)  # so that they can play it and change their consents, by whichever browser they came
    user = current_user._get_current_object() if current_user.is_authenticated else None
    return render_template(
        "live/after.html",
        room=room,
        member=member,
        left=call_summary.of(room, member, user),
        may_score=guide.may_use(current_user, room),
    )
