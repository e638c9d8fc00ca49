"""Who may be in a room: its host, whoever has been let in, and whoever holds a link that still counts."""

from __future__ import annotations

from flask import abort, session
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from webapp.core.database import db
from webapp.live import operations
from webapp.live.models import Member, MemberRole, Room

_KEY = "live"
#: A browser keeps its places in so many rooms; a cookie is small.
_MOST = 8
_UNKNOWN = _l("This browser has no access to this room. Open the link you were sent again.")


def remember(room: Room, *, candidate: bool = False, member: Member | None = None) -> None:
    """Let this browser session into ``room``: with a link's number, and with the member once there is one."""
    places = session.get(_KEY, {})
    member_id = member.id if member else None
    if member is None and room.id in places and (places[room.id][1] or not candidate):
        candidate, member_id = places[room.id][1:]  # the link was opened once more: they stay who they are
    kept = dict([pair for pair in places.items() if pair[0] != room.id][-(_MOST - 1) :])
    session[_KEY] = {**kept, room.id: [room.link_number, candidate, member_id]}


def came_as_candidate(room: Room) -> bool:
    """Whether this browser came by the candidate's link."""
    return bool(session.get(_KEY, {}).get(room.id, [0, False])[1])


def find(room_id: str) -> tuple[Room, Member | None]:
    """The room, and who this browser is in it; None for somebody with a link who has not entered yet.

    404 for everybody else, so that ids cannot be probed; 403 for people whom the host removed.
    """
    room = db.session.get(Room, room_id) or abort(404, _UNKNOWN)
    number, candidate, member_id = session.get(_KEY, {}).get(room.id, [None, False, None])
    member = db.session.get(Member, member_id) if member_id else None
    if member is not None and member.user_id is not None and member.user_id != _person_id():
        member = None  # the place of somebody with an account, who is no longer signed in here
    if member is None and candidate and number == room.link_number:
        member = room.candidate  # who may have come in by another browser before
    if member is None and current_user.is_authenticated:
        member = next((each for each in room.members if each.user_id == current_user.id), None)
    if member is not None and member.room_id == room.id:
        if member.removed_at is not None:
            abort(403, _("The host has removed you from this call."))
        return room, member
    if number == room.link_number:
        return room, None
    abort(404, _UNKNOWN)


def _person_id() -> str | None:
    return current_user.id if current_user.is_authenticated else None


def find_member(room_id: str, *, open_only: bool = True) -> Member:
    """This browser's member of the room; 404 where there is none, 410 where the room is over."""
    room, member = find(room_id)
    if member is None:
        abort(404, _UNKNOWN)
    if open_only and not room.is_open:
        abort(410, _("This room is closed."))
    return member


def find_hosted(room_id: str) -> Room:
    """The room, for its host; 404 for everybody else."""
    _room, member = find(room_id)
    if member is None or member.role is not MemberRole.HOST:
        abort(404)
    return member.room


def links(room: Room) -> dict[str, str]:
    """What the host may pass on: the candidate's own link in an assessment, and the guests'."""
    found = {"guest": operations.url_of(room)}
    if room.candidate_name:
        found["candidate"] = operations.url_of(room, candidate=True)
    return found
