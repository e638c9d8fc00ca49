"""From an answer to the model that reads it. The models are imported when they are first needed: the web server that
shows readings never loads one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from ml.core.errors import MediaError, Unreadable
from ml.core.messages import N_
from ml.core.readings import Reading
from ml.media.info import MediaInfo
from ml.transcripts.recogniser import is_available
from webapp.analysis import kept_weights
from webapp.core.storage import storage
from webapp.interviews.models import Answer
from webapp.policy import Modality
from webapp.questions.models import GIVEN, QuestionKind
from webapp.transcripts import store, transcribe

#: What can be read in each kind of answer.
MODALITIES = {
    QuestionKind.VIDEO: (Modality.FACE, Modality.SPEECH, Modality.TEXT),
    QuestionKind.AUDIO: (Modality.SPEECH, Modality.TEXT),
    QuestionKind.TEXT: (Modality.TEXT,),
} | dict.fromkeys((QuestionKind.CODE, *GIVEN), ())  # nothing in them is read by a program


@dataclass(frozen=True)
class Recorded:
    """A recording in storage, by its key. For the text model it is transcribed first.

    ``info`` is what verification learnt of it; None where that was not kept (before December 2026): whoever reads the
    recording probes it then.
    """

    key: str
    info: MediaInfo | None = None

    @contextmanager
    def local_path(self) -> Iterator[str]:
        """A local file with its bytes, within the block. Raises MediaError (``missing``) where storage has none."""
        with ExitStack() as stack:
            try:
                path = stack.enter_context(storage.local_path(self.key))
            except FileNotFoundError:
                raise _missing() from None
            yield str(path)


def source_of(answer: Answer, modality: Modality) -> str | Recorded:
    """What the model of ``modality`` is given: the words to be read, or the recording.

    A question for a recording may be answered in writing too, or instead: those words are read like any others. Spoken
    words are read from their transcript, where there is one.

    Raises Unreadable (``no_transcript``, ``unclear_speech``, ``not_english``) where the answer holds nothing for it,
    and what `recording_of` raises.
    """
    if modality is Modality.TEXT:
        words = store.words_of(answer)
        if isinstance(words, str):
            return words
        if answer.takes and words is not None and not store.in_another_language(answer, words):
            return transcribe.readable(words.words)
        if answer.takes and not is_available():
            raise Unreadable(
                "no_transcript",
                N_(
                    "This answer was spoken, and speech recognition is not available here. Type or upload a "
                    "transcript to have it analysed."
                ),
            )
    return recording_of(answer)


def recording_of(answer: Answer) -> Recorded:
    """The recording of an answer.

    Raises Unreadable (``written``, ``no_answer``, ``no_recording``) where it has none, and MediaError (``missing``)
    where a stored one has no file.
    """
    if not answer.takes:
        if answer.written:
            raise Unreadable(
                "written", N_("This question was answered in writing, so there was no recording of a face or a voice.")
            )
        if answer.withdrawn_at is not None:
            raise Unreadable("withdrawn", N_("The candidate withdrew this recording. It must not count against them."))
        raise Unreadable("no_answer", N_("This question was not answered, so there was nothing to analyse."))
    take = answer.kept_take
    recording = take.recording if take else None
    key = recording and (recording.original_key or recording.playable_key)
    if not key:
        raise Unreadable("no_recording", N_("No recording of this answer was stored, so there was nothing to analyse."))
    if not storage.exists(key):
        raise _missing()
    known = recording.media_info if recording and key == recording.original_key else None
    return Recorded(key, MediaInfo(**known) if known else None)


def _missing() -> MediaError:
    return MediaError(
        "missing",
        N_(
            "The recording of this answer is no longer in storage. Ask your administrator to restore it, "
            "then try again."
        ),
    )


def _infer(modality: Modality) -> ModuleType:
    """The module that reads ``modality``; importing it loads the libraries of its model."""
    match modality:
        case Modality.FACE:
            from ml.face import infer as face

            return face
        case Modality.SPEECH:
            from ml.speech import infer as speech
            from ml.speech import mel_library

            mel_library.use_librosa()  # a worker works long: the import is paid once
            return speech
        case Modality.TEXT:
            from ml.text import infer as text

            return text


def read(
    modality: Modality, source: str, progress: Callable[[float], None], *, info: MediaInfo | None = None,
    weights: Path | None = None,
) -> Reading:  # fmt: skip
    """Read ``source`` with the model of ``modality``; ``info`` is what is known of a recording, ``weights`` the folder
    of an earlier version's, where that one reads.

    Raises Unreadable, MediaError and ModelMissing as the models do.
    """
    if weights is not None:
        return kept_weights.read(modality, source, progress, weights)
    infer = _infer(modality)
    return infer.read(source) if modality is Modality.TEXT else infer.read(source, info=info, progress=progress)
