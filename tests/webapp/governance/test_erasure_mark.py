"""A marked person goes through everything; after the erasure the mark is in no table, no file and no line of a log."""

from __future__ import annotations

import gzip
import logging
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa
from flask import Flask

from tests.webapp.search.corpus import answered
from webapp.core import events
from webapp.core.database import db, now
from webapp.core.storage import storage
from webapp.follow_ups.models import FollowUp, FollowUpState
from webapp.governance import erasure
from webapp.interviews import operations as invitations
from webapp.interviews.models import RequestKind
from webapp.live import guide
from webapp.live import operations as rooms
from webapp.messages import clock, writing
from webapp.messages.models import Message, State
from webapp.messages.receivers import forget_erased
from webapp.recordings.models import Recording
from webapp.reviews import comments
from webapp.reviews import operations as reviews
from webapp.reviews.operations import Given

MARK = "zqvmark"


def tables_with(mark: str) -> dict[str, int]:
    """Table → how many of its rows hold ``mark`` anywhere; the search index's own tables too."""
    found = {}
    with db.engine.connect() as connection:
        for table in sa.inspect(connection).get_table_names():
            rows = connection.execute(sa.select(sa.text("*")).select_from(sa.table(table))).all()
            if count := sum(mark in repr(tuple(row)).casefold() for row in rows):
                found[table] = count
    return found


def files_with(mark: str, folder: Path) -> list[str]:
    """Files below ``folder`` that hold ``mark``, packed or not."""
    found = []
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            content = path.read_bytes()
            if content[:2] == b"\x1f\x8b":
                content += gzip.decompress(content)
            if mark.encode() in content.lower():
                found.append(str(path.relative_to(folder)))
    return found


def goes_through_everything(make) -> None:
    """A person whose name, address, words and files carry the mark, on every way."""
    by = make.user(name="Ada Lindqvist")
    invitation = make.invitation(
        name=f"Kim {MARK}", email=f"{MARK}@viva.test", created_by=by, question_set=make.question_set("video text")
    )
    events.send(events.interview_invited, invitation_id=invitation.id)
    interview = answered(make, invitation, f"I said {MARK} twice", f"I wrote {MARK}")
    interview.candidate_name, interview.submitted_at = invitation.name, now() - timedelta(days=50)
    events.send(events.interview_submitted, interview_id=interview.id)
    invitations.ask(invitation, RequestKind.PERSON, f"Please call {MARK}")
    first, *_rest = interview.answers
    follow_up = FollowUp(answer=first, state=FollowUpState.LISTENING, heard=[{"text": MARK, "start": 0, "end": 1}])
    db.session.add(follow_up)
    for recording in db.session.scalars(sa.select(Recording)):
        for kind in ("originals", "playable", "posters"):
            storage.save(f"{kind}/{recording.id}.bin", f"bytes of {MARK}".encode())
    question = first.question
    comments.add(interview, question, f"{MARK} was clear", by=by)
    given = {each.id: Given(4, f"{MARK} named it") for each in interview.questions}
    reviews.submit(reviews.save(interview, by, given, f"{MARK} in short"))
    room = rooms.make_room(
        title=f"Talk with {MARK}", owner=by, until=now() + timedelta(hours=1), position=interview.position,
        candidate_name=invitation.name, interview=interview,
    )  # fmt: skip
    rooms.enter(room, name=invitation.name, candidate=True)
    guide.choose(room, interview.question_set)
    guide.write(room, by, f"{MARK} asked back")
    guide.score(room, by, {question.id: Given(3, f"{MARK} in the call")})
    rooms.close(room)
    guide.settle()
    clock.answers_due(now())
    writing.answers_due(by, [interview.id], now())
    db.session.commit()


def test_the_mark_is_nowhere_after_the_erasure(make, app: Flask, caplog):
    caplog.set_level(logging.INFO)
    goes_through_everything(make)
    before = tables_with(MARK)
    kinds = ("originals", "playable", "posters")
    assert all(storage.keys_of(kind) for kind in kinds)
    wanted = {"invitations", "interviews", "answers", "transcripts", "follow_ups", "comments", "ratings", "scorecards",
              "live_rooms", "live_members", "live_notes", "messages", "search_documents"}  # fmt: skip
    assert wanted <= before.keys(), wanted - before.keys()
    erasure.request_erasure(erasure.scope_of_email(f"{MARK}@viva.test"), by=None)
    db.session.commit()
    (last,) = db.session.scalars(sa.select(Message).where(Message.recipient.contains(MARK)))
    assert last.kind == "erasure_finished", "the one message that is still to go to them"
    last.state, last.sent_at = State.SENT, now()
    db.session.commit()
    forget_erased()
    db.session.commit()
    assert tables_with(MARK) == {}
    if db.engine.name == "sqlite":
        db.session.execute(sa.text("PRAGMA wal_checkpoint(TRUNCATE)"))
        db.session.commit()
    assert not any(storage.keys_of(kind) for kind in kinds)  # whatever the storage is
    assert files_with(MARK, Path(app.config["HOME"])) == []
    assert MARK not in caplog.text.casefold()
