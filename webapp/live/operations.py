"""What can be done with rooms and their members. Nothing here commits."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

import sqlalchemy as sa
from flask import current_app, has_request_context, request
from flask_babel import gettext as _

from webapp.accounts.models import User
from webapp.core.database import after_commit, db, now
from webapp.core.hosts import base_url
from webapp.interviews.models import Interview
from webapp.live import consent_texts, media, policy, tokens
from webapp.live.models import LiveConsent, LivePurpose, Member, MemberRole, Room
from webapp.policy import Mode
from webapp.positions.models import Position

#: No room is open for longer, and none is shorter.
LONGEST, SHORTEST = timedelta(days=31), timedelta(minutes=5)
#: So many people a room may ever have had, whoever opens its link: a shared link must not fill the database.
MOST_MEMBERS = 60


class RoomError(Exception):
    """Something cannot be done now; ``code`` is for programs, the message for a person."""

    def __init__(self, code: str, message: str):
        super().__init__(message)
        self.code, self.message = code, message


def make_room(
    *, title: str, owner: User, until: datetime, position: Position | None = None, candidate_name: str = "",
    interview: Interview | None = None,
) -> Room:  # fmt: skip
    """A room that is open until ``until`` (aware), with its host in it.

    With an ``interview``, mode, position and candidate are those of the interview. With a ``position`` alone it is an
    assessment of ``candidate_name``; with neither it is a practice room of ``owner``. The caller has checked that these
    are the owner's to use. Raises RoomError.
    """
    if not now() + SHORTEST <= until <= now() + LONGEST:
        raise RoomError("until", _("Choose an end time between five minutes and 31 days from now."))
    if interview is not None:
        position, candidate_name = interview.position, interview.candidate_name
        assessment = interview.mode is Mode.ASSESSMENT
    else:
        assessment = position is not None
    if assessment and not owner.role.is_staff:
        raise RoomError("role", _("Only recruiters and admins can create a room for a position."))
    if assessment and not candidate_name.strip():
        raise RoomError("candidate", _("Enter the name of the candidate."))
    room = Room(
        title=title.strip(),
        mode=Mode.ASSESSMENT if assessment else Mode.PRACTICE,
        owner=owner,
        position=position,
        interview=interview,
        candidate_name=candidate_name.strip() if assessment else "",
        expires_at=until,
    )
    room.members.append(Member(user=owner, name=owner.name, role=MemberRole.HOST))
    db.session.add(room)
    db.session.flush()
    current_app.logger.info("Live room %s (%s) made by %s", room.id, room.mode, owner.id)
    return room


def url_of(room: Room, *, candidate: bool = False) -> str:
    """The link that leads guests, or the candidate, into ``room``."""
    return f"{base_url()}/live/join/{tokens.link_of(room, candidate=candidate)}"


def rooms_of(user: User) -> list[Room]:
    """The rooms that ``user`` owns or was in by name, the newest first."""
    inside = sa.select(Member.room_id).where(Member.user_id == user.id, Member.removed_at.is_(None))
    query = sa.select(Room).where(sa.or_(Room.owner_id == user.id, Room.id.in_(inside)))
    return list(db.session.scalars(query.order_by(Room.created_at.desc()).limit(100)))


def enter(room: Room, *, name: str, user: User | None = None, candidate: bool = False) -> Member:
    """Make a member of ``room``; the candidate and people with an account are there once. Raises RoomError."""
    if not room.is_open:
        raise RoomError("closed", _("This room is closed."))
    known = room.candidate if candidate else None
    if known is None and user is not None:
        known = next((member for member in room.members if member.user_id == user.id), None)
    if known is not None:
        if known.removed_at is not None:
            raise RoomError("removed", _("The host has removed you from this call."))
        return known
    if len(room.members) >= MOST_MEMBERS:
        raise RoomError("full", _("Too many people have joined this room. Ask the host for a new one."))
    member = Member(
        room=room,
        user=None if candidate else user,
        name=room.candidate_name if candidate else name.strip()[:120],
        is_candidate=candidate,
    )
    db.session.add(member)
    db.session.flush()
    return member


def decide(member: Member, purpose: LivePurpose, granted: bool) -> bool:
    """Note what ``member`` says to one purpose; whether it is new. Taking a consent to being read back also deletes
    what was kept of it. Raises RoomError where the policy rules the purpose out (saying no is always possible)."""
    if granted:
        lawful = policy.reading_lawful(member.room) if purpose is LivePurpose.READING else policy.may_record(member)
        if not lawful:
            raise RoomError(lawful.code, lawful.reason)
    for _attempt in range(5):
        db.session.refresh(member, ["consents"])
        said = member.answer_to(purpose)
        shown = consent_texts.of(member.room, purpose)
        version = shown.version
        if member.agreed(purpose) is granted and (not granted or (said and said.text_version == version)):
            return False
        number = max((consent.number for consent in member.consents), default=0) + 1
        try:
            with db.session.begin_nested():
                db.session.add(
                    LiveConsent(
                        member_id=member.id,
                        number=number,
                        purpose=purpose,
                        granted=granted,
                        text_version=version,
                        text_language=shown.language,
                        text_hash=shown.digest,
                        text_binding=shown.binding,
                        address=(request.remote_addr or "")[:64] if has_request_context() else "",
                    )
                )
            break
        except sa.exc.IntegrityError:  # another process noted something at this moment; look again
            continue
    if purpose is LivePurpose.READING and not granted and member.track is not None:
        member.track = None
    db.session.flush()
    db.session.refresh(member, ["consents"])
    return True


def close(room: Room) -> None:
    """End the room for everybody, for good. A second time changes nothing."""
    if room.closed_at is None:
        room.closed_at = now()
        db.session.flush()
        after_commit(partial(media.end, current_app.config, room.id))
        current_app.logger.info("Live room %s closed", room.id)


def remove(member: Member) -> None:
    """End one person's part in the room. Its links get new numbers, so that they cannot come back by an old one.

    Raises RoomError for the host.
    """
    if member.role is MemberRole.HOST:
        raise RoomError("host", _("You cannot remove yourself. Close the room instead."))
    if member.removed_at is None:
        member.removed_at = now()
        member.seen_at = None
        renew_links(member.room)
        after_commit(partial(media.dismiss, current_app.config, member.room_id, member.id))


def renew_links(room: Room) -> None:
    """End every link that was given out. People who are in already stay."""
    room.link_number += 1
    db.session.flush()


def leave(member: Member) -> None:
    """Note that ``member`` is no longer in the call. They may come back while the room is open."""
    member.seen_at = None
    db.session.flush()


def delete(room: Room) -> None:
    """Delete a practice room with its members, their consents and what was kept of readings.

    Raises RoomError while it is open, and for an assessment, whose record stays.
    """
    if room.mode is not Mode.PRACTICE:
        raise RoomError(
            "assessment", _("The record of an assessment is kept. The candidate can withdraw consent to the analysis.")
        )
    if room.is_open:
        raise RoomError("open", _("Close the room first."))
    db.session.delete(room)
    db.session.flush()
    current_app.logger.info("Live room %s deleted", room.id)
