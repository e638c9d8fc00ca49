"""Signals by which a lower feature tells higher ones what happened, without knowing them (blinker, as Flask uses it).

Every signal is sent synchronously, with the application as its sender and with ids alone, **inside the transaction** in
which the thing happened and after its changes were flushed: a receiver sees the rows, its own changes are committed or
rolled back with them, and what it wants of the world outside (a message to a worker, a file to delete) it leaves to
``webapp.core.database.after_commit``. A receiver that raises makes the whole change fail. Receivers connect in a
feature's ``receivers.py``; their order says nothing.
"""

from __future__ import annotations

import logging
from typing import Any, cast

from blinker import NamedSignal, Namespace
from flask import Flask, current_app
from werkzeug.local import LocalProxy

logger = logging.getLogger(__name__)

_signals = Namespace()

#: Payload ``invitation_id``. Somebody was invited.
invitation_created = _signals.signal("invitation-created")
#: Payload ``interview_id``. A candidate has handed in an interview; sent once.
interview_submitted = _signals.signal("interview-submitted")
#: Payload ``interview_id``. A candidate has changed what they agree to, before or after submission.
consents_changed = _signals.signal("consents-changed")
#: Payload ``recording_id``. A recording has been verified and can be played and read.
recording_ready = _signals.signal("recording-ready")
#: Payload ``answer_id``. A version of the transcript of an answer was stored, by a recogniser or by a person.
transcript_stored = _signals.signal("transcript-stored")
#: Payload ``answer_id``. A person has written, uploaded or corrected the transcript of an answer,
#: or it has gone with its recording.
transcript_changed = _signals.signal("transcript-changed")
#: Payload ``interview_id``. No analysis of the interview is left to wait for; may be sent more than once.
analyses_finished = _signals.signal("analyses-finished")
#: Payload ``interview_id`` and ``analysis_ids``. Readings are gone, or going to be made anew: so must be all that was
#: made of them.
readings_deleted = _signals.signal("readings-deleted")
#: Payload ``position_id``. A position is about to move to another country; a receiver that knows why it must not raises
#: ``webapp.positions.operations.PositionError``.
position_moving = _signals.signal("position-moving")
#: No payload. The clock's one task asks every feature to find what nobody holds; each receiver commits by itself and
#: returns how many messages it sent. Outside of any transaction, and one receiver's failure does not keep the others
#: from their work.
sweeping = _signals.signal("sweeping")


def _app() -> Flask:
    """The application itself, behind Flask's stand-in for it."""
    return cast("LocalProxy[Flask]", current_app)._get_current_object()


def send(signal: NamedSignal, **payload: Any) -> None:
    """Tell all receivers of ``signal``, with the present application as sender."""
    signal.send(_app(), **payload)


def send_sweep() -> int:
    """Have every feature look after what nobody holds; how many messages were sent in all."""
    app = _app()
    sent = 0
    for receiver in sweeping.receivers_for(app):
        try:
            sent += receiver(app) or 0
        except Exception:
            logger.exception("A sweep failed")
    return sent
