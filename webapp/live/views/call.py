"""The live room's pages and the small API of the page of the call.

What the two templates of the room are given (templates/live/lobby.html and room.html):

- ``room``: the Room (.id .title .mode .expires_at .candidate_name)
- ``reading_allowed`` and ``why_not``: whether anybody may be read here, and why not (text or None)
- ``consent``: the ConsentText of the question about being read (.label .what .without .version); None where not allowed
- ``member``: this browser's Member (.id .name .role .reading); None in the lobby before the first entry
- ``candidate_hidden``: why the readings of the candidate are not shown to this browser's person (text or None)
- ``keeps``: whether something of what is read of this browser's person is kept after the call
- ``hosts``: whether this browser's person is the host
- ``invite_url``: for the host, the candidate's link in an assessment, the guests' in practice; else None
- lobby: ``form`` (name)
- room: ``live_url`` (ws:// or wss://, the sockets are /signal and /reading below it), ``leave_url`` and ``close_url``
  (forms post there; the second for the host alone, else None), ``manage_url`` (host, else None),
  ``recording_allowed``, ``recording_why_not``, ``recording_consent`` (as above); for interviewers ``guide_url`` and
  what templates/live/_guide.html is given
"""

from __future__ import annotations

from typing import Any

from flask import (
    Blueprint,
    abort,
    current_app,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from webapp.core.database import db
from webapp.core.extensions import limiter
from webapp.core.security import CONTENT_SECURITY_POLICY
from webapp.core.translation import translate_stored
from webapp.interviews.candidate_session import grant
from webapp.live import access, consent_texts, guide, operations, placement, policy, recording, tokens
from webapp.live.addresses import live_url, origin_of
from webapp.live.forms import EnterForm
from webapp.live.models import LivePurpose, Member, MemberRole, Room
from webapp.live.operations import RoomError
from webapp.live.presenters import guide_parts
from webapp.recordings.operations import UploadError

blueprint = Blueprint("live", __name__, url_prefix="/live")


@blueprint.errorhandler(RoomError)
@blueprint.errorhandler(UploadError)
def refused(error: RoomError | UploadError) -> tuple[Response | str, int]:
    """Say why something cannot be done: to a script as JSON, to a person as a page."""
    db.session.rollback()
    if request.is_json or request.accept_mimetypes.best == "application/json":
        return jsonify(error={"code": error.code, "message": translate_stored(str(error))}), getattr(
            error, "status", 403
        )
    return render_template("live/refused.html", message=translate_stored(str(error))), 403


@blueprint.get("/join/<link>")
@limiter.limit(lambda: current_app.config["LIVE_JOIN_RATE"], key_func=lambda: f"link {request.path[:300]}")
def join(link: str) -> Response | tuple[str, int]:
    """Open a link: this browser session may enter the room that it names."""
    found = tokens.room_of_link(link)
    if found is None:
        return render_template("live/refused.html", message=_(
"This link does not work: it may be mistyped, or the host has replaced it. Ask for a new one."
)), 404  # fmt: skip
    room, candidate = found
    if not room.is_open:
        return render_template("live/over.html", room=room, member=None), 410
    access.remember(room, candidate=candidate)
    return redirect(url_for("live.lobby", room_id=room.id))


@blueprint.route("/rooms/<room_id>", methods=["GET", "POST"])
def lobby(room_id: str) -> Response | tuple[str, int]:
    """The waiting room: who one is, camera and microphone, and whether one wants to be read. See the module's text."""
    room, member = access.find(room_id)
    if not room.is_open:
        return render_template("live/over.html", room=room, member=member), 410
    as_candidate = member is None and access.came_as_candidate(room)
    form = EnterForm(name=member.name if member else room.candidate_name if as_candidate else _own_name())
    if member is not None or as_candidate:
        form.name.data = member.name if member else room.candidate_name  # known already, and not theirs to change here
    if request.method == "POST" and form.validate():
        if member is None:
            user = current_user._get_current_object() if current_user.is_authenticated else None
            member = operations.enter(room, name=form.name.data, user=user, candidate=as_candidate)
        wants = request.form.get("reading") == "yes" and bool(policy.reading_lawful(room))
        operations.decide(member, LivePurpose.READING, wants)
        db.session.commit()
        access.remember(room, candidate=member.is_candidate, member=member)
        return redirect(url_for("live.call", room_id=room.id))
    page = render_template("live/lobby.html", form=form, **_page(room, member))
    return page, 422 if request.method == "POST" else 200


def _own_name() -> str:
    return current_user.name if current_user.is_authenticated else ""


@blueprint.get("/rooms/<room_id>/call")
def call(room_id: str) -> Response | tuple[str, int]:
    """The room itself. See the module's text for what its template is given."""
    room, member = access.find(room_id)
    if member is None:
        return redirect(url_for("live.lobby", room_id=room.id))
    if not room.is_open:
        return render_template("live/over.html", room=room, member=member), 410
    where = live_url(current_app, request)
    recordable = policy.may_record(member)
    hosts = member.role is MemberRole.HOST
    interviews = not member.is_candidate and guide.may_use(current_user, room)
    page = make_response(
        render_template(
            "live/room.html",
            live_url=where,
            leave_url=url_for("live.leave", room_id=room.id),
            close_url=url_for("live.close", room_id=room.id) if hosts else None,
            manage_url=url_for("live.manage", room_id=room.id) if hosts else None,
            recording_allowed=bool(recordable),
            recording_why_not=recordable.reason or None,
            recording_consent=consent_texts.recording(room) if recordable else None,
            guide_url=url_for("live.guide", room_id=room.id) if interviews else None,
            **(guide_parts(room, current_user._get_current_object()) if interviews else {}),
            **_page(room, member),
        )
    )
    sockets = [origin_of(where)]
    if current_app.config["LIVEKIT_URL"]:
        carrier = origin_of(current_app.config["LIVEKIT_URL"])
        sockets += [carrier, carrier.replace("ws", "http", 1)]  # its client asks by HTTP why a socket was refused
    page.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY.replace(
        "connect-src 'self'", " ".join(("connect-src 'self'", *sockets))
    )
    return page


def _page(room: Room, member: Member | None) -> dict[str, Any]:
    lawful = policy.reading_lawful(room)
    links = access.links(room) if member is not None and member.role is MemberRole.HOST else {}
    return {
        "room": room,
        "member": member,
        "reading_allowed": bool(lawful),
        "why_not": lawful.reason or None,
        "consent": consent_texts.reading(room) if lawful else None,
        "candidate_hidden": _hidden(room, member) if lawful else None,
        "keeps": member is not None and policy.keeps_track(member),
        "hosts": member is not None and member.role is MemberRole.HOST,
        "invite_url": links.get("candidate", links.get("guest")),
    }


def _hidden(room: Room, member: Member | None) -> str | None:
    if member.is_candidate if member else access.came_as_candidate(room):
        return None
    return policy.shows_candidate(room).reason or None


def _json() -> dict[str, Any]:
    data = request.get_json()
    return data if isinstance(data, dict) else abort(400)


@blueprint.post("/rooms/<room_id>/token")
@limiter.limit(lambda: current_app.config["LIVE_TOKEN_RATE"])
def token(room_id: str) -> Response:
    """A token to connect with, now and once. JSON: ``purpose``, signal or reading; the second needs the consent."""
    member = access.find_member(room_id)
    purpose = _json().get("purpose")
    if purpose not in tokens.PURPOSES:
        abort(400)
    if purpose == "reading" and not (decision := policy.may_be_read(member)):
        raise RoomError(decision.code, decision.reason)
    # The page's own origin, as the browser says it: the service lets the token in from there alone. Only our own pages
    # get here, because of the CSRF token.
    origin = request.headers.get("Origin") or origin_of(request.host_url)
    session = current_user.session_id if current_user.is_authenticated else ""
    service = placement.service_of(member.room)
    return jsonify(
        token=tokens.issue(member, purpose, origin, session, service),
        url=live_url(current_app, request, service),
        expires_in=current_app.config["LIVE_TOKEN_SECONDS"],
    )


@blueprint.post("/rooms/<room_id>/consent")
def consent(room_id: str) -> Response:
    """Agree to being read, or take it back. JSON: ``reading``. The live service sees it within half a second."""
    member = access.find_member(room_id, open_only=False)
    wanted = _json().get("reading")
    if not isinstance(wanted, bool):
        abort(400)
    operations.decide(member, LivePurpose.READING, wanted)
    db.session.commit()
    return jsonify(reading=member.reading)


@blueprint.post("/rooms/<room_id>/recording", endpoint="recording")
@limiter.limit(lambda: current_app.config.get("UPLOADS_RATE", "30 per minute; 400 per hour"))
def record(room_id: str) -> tuple[Response, int]:
    """Begin a recording of one's own side: pressing the button is the consent. JSON: ``filetype``.

    The bytes then go the way of every recorded answer: tus to ``url``, then ``/recordings/<id>/finish``.
    """
    member = access.find_member(room_id)
    begun = recording.begin(member, str(_json().get("filetype", "")))
    db.session.commit()
    grant(begun.take.answer.interview)
    return jsonify(id=begun.id, url=url_for("uploads.patch", recording_id=begun.id)), 201


@blueprint.post("/rooms/<room_id>/leave")
def leave(room_id: str) -> Response:
    """Leave the call and go to what it left behind."""
    member = access.find_member(room_id, open_only=False)
    operations.leave(member)
    db.session.commit()
    return redirect(url_for("live.after", room_id=room_id))
