"""What people can do with transcripts. Nothing here commits."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _

from ml.transcripts import captions
from ml.transcripts.correct import correct as corrected
from webapp.accounts.models import User
from webapp.core import events
from webapp.interviews.models import Answer
from webapp.transcripts import store
from webapp.transcripts.models import Origin, Transcript

LONGEST_LINE = 2_000  # characters


class TranscriptError(ValueError):
    """This cannot be done; the message is for the person."""


def correct(answer: Answer, author: User | None, version: int | None, lines: Sequence[str]) -> Transcript:
    """Store ``lines`` in place of those of ``version`` as a new version, and have the words read again.

    :param author: None for the candidate of an assessment, who has no account.
    Raises TranscriptError where somebody else was faster, or nothing is left.
    """
    present = store.visible(answer)
    if present is None or present.version != version:
        raise TranscriptError(
            _(
                "Someone else changed this transcript in the meantime. Their version is below; make your "
                "corrections there."
            )
        )
    if any(len(line) > LONGEST_LINE for line in lines):
        raise TranscriptError(_("A line is too long. Keep to what was said there."))
    try:
        words = corrected(present.words, lines)
    except ValueError:
        raise TranscriptError(_("Some lines were missing. Reload the page and repeat your corrections.")) from None
    if not words.words:
        raise TranscriptError(_("Every line is empty. A transcript needs at least one word."))
    if [word.text for word in words.words] == [word.text for word in present.words.words]:
        raise TranscriptError(_("Nothing was changed, so nothing was saved."))
    origin = Origin.CORRECTED if author else Origin.BY_CANDIDATE
    row = store.add(answer, words, origin, by_machine=present.by_machine, author=author)
    events.send(events.transcript_changed, answer_id=answer.id)
    return row


def give(answer: Answer, author: User, given: str | bytes, *, uploaded: bool, speaker: str | None = None) -> Transcript:
    """Store what a person typed, or uploaded in a format that ml.transcripts.formats reads, and have it read.

    ``speaker`` is whom of several the candidate is. Raises TranscriptError where there is no recording, and
    CaptionsError for what is no transcript of it (code ``speakers``: several speak and nobody was chosen).
    """
    recording = store.recording_of(answer)
    if recording is None:
        raise TranscriptError(_("There is no recording that this transcript could belong to."))
    if uploaded:
        words = captions.parse(given, recording.seconds, speaker)
    else:
        words = captions.plain(given if isinstance(given, str) else given.decode("utf-8", "replace"))
    row = store.add(answer, words, Origin.UPLOADED if uploaded else Origin.TYPED, by_machine=False, author=author)
    events.send(events.transcript_changed, answer_id=answer.id)
    return row
