"""Answer an invitation in a demonstration candidate's place: the same operations that a browser's requests call."""

from __future__ import annotations

import fcntl
import hashlib
import json
import tempfile
import time
from pathlib import Path

from flask import current_app

from ml.media import synthetic
from webapp.candidate import operations as candidate
from webapp.core.database import db
from webapp.demo import content
from webapp.interviews.answering import show_question
from webapp.interviews.models import Answer, Interview, InterviewState, Invitation
from webapp.policy import Purpose
from webapp.recordings import operations as recordings
from webapp.recordings.models import RecordingState
from webapp.recordings.takes import begin_take
from webapp.recordings.tasks import verify

#: Bytes of a recording that arrive at once.
BLOCK = 1 << 20
#: Seconds that another worker gets to verify a recording.
PATIENCE = 120.0


def answer_all() -> None:
    """Answer and submit what seed.py noted, from wherever an earlier try was interrupted. Commits after each step.

    One after the other, so that a worker's other hand stays free for real candidates. Does nothing where it is done,
    or being done by somebody else.
    """
    home = Path(current_app.config["HOME"])
    with (home / "demo.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        try:
            answered = json.loads((home / "demo.json").read_text("utf-8"))["answered"]
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return  # nobody can say any more what was to be answered
        for invitation_id, number in answered.items():
            invitation = db.session.get(Invitation, invitation_id)
            if invitation is not None and invitation.revoked_at is None:
                _pass_through(invitation, content.ANSWERED[number])


def _pass_through(invitation: Invitation, whom: content.DemoInterview) -> None:
    interview = invitation.interview or candidate.open_interview(invitation)
    if interview.state is InterviewState.SUBMITTED:
        return
    if not interview.consents:
        candidate.record_consents(interview, set(Purpose))
    db.session.commit()
    spoken = iter(whom.answers)
    for question in interview.question_set.questions:
        answer = show_question(interview, question)
        if not question.is_recorded:
            candidate.save_text(answer, synthetic.WRITTEN_ANSWER)
            db.session.commit()
            continue
        text = synthetic.ANSWERS[next(spoken)]
        db.session.commit()
        if answer.kept_take is None:
            _record(answer, text, whom.voice)
    _submit(interview)


def _record(answer: Answer, text: str, voice: str) -> None:
    """Make the media, send it as a browser would, and have it verified."""
    with tempfile.TemporaryDirectory(dir=current_app.config["HOME"]) as folder:
        media = synthetic.talking_face(Path(folder) / "take.mp4", text, voice=voice, seed=answer.question.position)
        take = begin_take(answer)
        recording = recordings.begin(take, "video/mp4;codecs=avc1,mp4a.40.2")  # encodes ten times as fast as VP8
        recordings.declare_length(recording, media.stat().st_size)
        with media.open("rb") as stream:
            while block := stream.read(BLOCK):
                recordings.append(recording, recordings.offset_of(recording), block)
        recordings.finish(recording, sha256=hashlib.sha256(media.read_bytes()).hexdigest())
        db.session.commit()
    verify(recording.id)  # unless another worker has begun to; then wait for it
    deadline = time.monotonic() + PATIENCE
    db.session.refresh(recording)
    while recording.state is RecordingState.VERIFYING and time.monotonic() < deadline:
        time.sleep(0.2)
        db.session.rollback()
        db.session.refresh(recording)


def _submit(interview: Interview) -> None:
    db.session.refresh(interview)
    candidate.submit(interview)
    db.session.commit()
    current_app.logger.info("The demonstration's interview %s is submitted", interview.id)
