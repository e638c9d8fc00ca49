"""From an answer to the model that reads it. The models are imported when they are first needed: the web server that
shows readings never loads one."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType

from ml.core.errors import MediaError, Unreadable
from ml.core.messages import N_
from ml.core.readings import Reading
from ml.transcripts.recogniser import is_available
from webapp.core import storage
from webapp.interviews.models import Answer
from webapp.policy import Modality
from webapp.questions.models import QuestionKind
from webapp.transcripts import store, transcribe

#: What can be read in each kind of answer.
MODALITIES = {
    QuestionKind.VIDEO: (Modality.FACE, Modality.SPEECH, Modality.TEXT),
    QuestionKind.AUDIO: (Modality.SPEECH, Modality.TEXT),
    QuestionKind.TEXT: (Modality.TEXT,),
}


class Spoken(str):
    """The path of a recording whose words are to be written down before they can be read."""


def source_of(answer: Answer, modality: Modality) -> str:
    """What the model of ``modality`` is given: a path as a string, or the written words.

    A question for a recording may be answered in writing too, or instead: those words are read like any others. Spoken
    words are read from their transcript; a `Spoken` path is what a recogniser has to write down first.

    Raises Unreadable (``no_answer``, ``no_recording``, ``no_transcript``, ``written``, ``unclear_speech``,
    ``not_english``) where the answer holds nothing for it, and MediaError (``missing``) where a stored recording has no
    file.
    """
    words = store.words_of(answer)
    if modality is Modality.TEXT and isinstance(words, str):
        return words
    if not answer.takes:
        if answer.written:
            raise Unreadable(
                "written", N_("This question was answered in writing, so there was no recording of a face or a voice.")
            )
        raise Unreadable("no_answer", N_("This question was not answered, so there was nothing to analyse."))
    if modality is Modality.TEXT and words is not None and not isinstance(words, str):
        return transcribe.readable(words.words)
    if modality is Modality.TEXT and not is_available():
        raise Unreadable(
            "no_transcript",
            N_(
                "This answer was spoken, and speech recognition is not available here. Type or upload a "
                "transcript to have it analysed."
            ),
        )
    take = answer.kept_take
    recording = take.recording if take else None
    key = recording and (recording.original_key or recording.playable_key)
    if not key:
        raise Unreadable("no_recording", N_("No recording of this answer was stored, so there was nothing to analyse."))
    path = storage.path_of(key)
    if not path.is_file():
        raise MediaError(
            "missing",
            N_(
                "The recording of this answer is no longer in storage. Ask your administrator to restore it, "
                "then try again."
            ),
        )
    return Spoken(path) if modality is Modality.TEXT else str(path)


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


def read(modality: Modality, source: str, progress: Callable[[float], None]) -> Reading:
    """Read ``source`` with the model of ``modality``.

    Raises Unreadable, MediaError and ModelMissing as the models do.
    """
    infer = _infer(modality)
    return infer.read(source) if modality is Modality.TEXT else infer.read(source, progress=progress)
