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

from webapp.core.database import db

logger = logging.getLogger(__name__)

_signals = Namespace()

#: Payload ``interview_id``. A candidate has handed in an interview; sent once.
interview_submitted = _signals.signal("interview-submitted")
#: Payload ``interview_id``. A candidate has changed what they agree to, before or after submission.
consents_changed = _signals.signal("consents-changed")
#: Payload ``recording_id``. More of a recording has arrived; sent for every part.
recording_grew = _signals.signal("recording-grew")
#: Payload ``recording_id``. A recording has been verified and can be played and read.
recording_ready = _signals.signal("recording-ready")
#: Payload ``answer_id``. A version of the transcript of an answer was stored, by a recogniser or by a person.
transcript_stored = _signals.signal("transcript-stored")
#: Payload ``answer_id``. A person has written, uploaded or corrected the transcript of an answer,
#: or it has gone with its recording.
transcript_changed = _signals.signal("transcript-changed")
#: Payload ``language`` and ``place`` (what the address of the page named: ``token``, ``interview_id`` …). Somebody
#: chose the language of a page.
language_chosen = _signals.signal("language-chosen")
#: Payload ``interview_id``. No analysis of the interview is left to wait for; may be sent more than once.
analyses_finished = _signals.signal("analyses-finished")
#: Payload ``interview_id`` and ``analysis_ids``. Readings are gone, or going to be made anew: so must be all that was
#: made of them.
readings_deleted = _signals.signal("readings-deleted")
#: Payload ``user_id``. Somebody has begun to work for an organisation: a new account, or a new role.
person_joined = _signals.signal("person-joined")
#: Payload ``interview_id``. The review state, the stage or the outcome of an interview has changed.
review_moved = _signals.signal("review-moved")
#: Payload ``request_id``. A candidate has asked that a person look again at a decision.
review_requested = _signals.signal("review-requested")
#: Payload ``position_id``. A position is about to move to another country; a receiver that knows why it must not raises
#: ``webapp.positions.operations.PositionError``.
position_moving = _signals.signal("position-moving")
#: Payload ``interview_ids`` and ``kept`` (classes of webapp/core/personal_data.py that are going). What is held about
#: these interviews is about to be erased: whoever passed something on tells its receivers.
erasing = _signals.signal("erasing")
#: Payload ``action`` and ``facts`` (ids and words of ours, never a name). Something happened that matters for trust;
#: webapp/core/security_log.py sends it for whoever calls ``record``.
audited = _signals.signal("audited")
#: Payload ``invitation_id``. Somebody was invited.
interview_invited = _signals.signal("interview-invited")
#: Payload ``invitation_id``. The address of somebody who was invited was corrected.
address_corrected = _signals.signal("address-corrected")
#: Payload ``interview_id``. A candidate has begun; sent once.
interview_started = _signals.signal("interview-started")
#: Payload ``invitation_id`` and ``before`` (the deadline that was, in ISO 8601). A deadline was moved.
deadline_moved = _signals.signal("deadline-moved")
#: Payload ``invitation_id``. An invitation was revoked by the people who sent it.
invitation_revoked = _signals.signal("invitation-revoked")
#: Payload ``invitation_id``. A candidate withdraws from the whole process.
candidate_withdrew = _signals.signal("candidate-withdrew")
#: Payload ``request_id``. A candidate asks for another format, another time, or a person.
candidate_asked = _signals.signal("candidate-asked")
#: Payload ``invitation_id`` and ``text``, what was granted. An accommodation was granted to a candidate.
accommodation_granted = _signals.signal("accommodation-granted")
#: Payload ``code_id``. A candidate wants to go on in another browser, and proves who they are by a code.
link_code_asked = _signals.signal("link-code-asked")
#: Payload ``interview_id`` and ``scorecard_id``. A reviewer has submitted a scorecard.
scorecard_submitted = _signals.signal("scorecard-submitted")
#: Payload ``interview_id`` and ``decision_id``. A person has decided, and everybody who had to approve it has: the
#: decision counts from now on.
decision_made = _signals.signal("decision-made")
#: Payload ``user_id``, ``interview_id``, ``by_id`` and ``mention_id``. Somebody was named in a comment on an interview.
person_mentioned = _signals.signal("person-mentioned")
#: Payload ``user_id``. Somebody got an account, or got theirs back, and sets a password by a link.
person_added = _signals.signal("person-added")
#: Payload ``user_id`` and ``request_id``. Somebody asked for a link to set a new password.
password_forgotten = _signals.signal("password-forgotten")
#: Payload ``session_id``. Somebody has signed in in a browser that was never seen with them.
signed_in_anew = _signals.signal("signed-in-anew")
#: Payload ``user_id`` and ``what`` (words of ours). Somebody's second step was added, used up or removed.
second_step_changed = _signals.signal("second-step-changed")
#: Payload ``address``, ``name``, ``file`` (what it is called), ``path`` (where in Viva it is) and ``job_id``. What
#: somebody asked for has been put together, and can be fetched.
export_finished = _signals.signal("export-finished")
#: Payload ``address``, ``name``, ``job_id`` and ``organisation_id``. What was held about somebody has been erased.
erasure_finished = _signals.signal("erasure-finished")
#: Payload ``invitation_id`` and ``interview_id`` (None where it was never begun). What was held about a candidate is
#: being erased.
interview_erased = _signals.signal("interview-erased")
#: Payload ``interview_id``. A candidate has deleted a practice interview.
practice_deleted = _signals.signal("practice-deleted")
#: Payload ``link_id``, ``address`` and ``zone``. Somebody wants to practise by a link that goes to their address.
practice_link_asked = _signals.signal("practice-link-asked")
#: Payload ``link_ids``. Links to practise were deleted; what is still to be sent of them goes too.
practice_links_ended = _signals.signal("practice-links-ended")
#: Payload ``appointment_id`` and ``what`` (booked, moved or cancelled). A live interview has got, changed or lost its
#: time.
appointment_changed = _signals.signal("appointment-changed")
#: Payload ``invitation_id`` and ``request_id``. A candidate is asked to choose a time for a live interview.
times_offered = _signals.signal("times-offered")
#: Payload ``application_id``. Somebody wants to be interviewed by an open link, and has to confirm their address.
application_received = _signals.signal("application-received")
#: Payload ``message_id``. A message was given up: refused for good, or tried in vain for as long as it made sense.
message_failed = _signals.signal("message-failed")
#: Payload ``organisation_id`` (None: the installation) and ``modality``. Another version of a model was switched on, or
#: the analysis was switched off or on.
model_switched = _signals.signal("model-switched")
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
            db.session.rollback()  # or everything after it would fail with it
    return sent
