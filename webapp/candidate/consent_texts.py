"""What a candidate is asked to agree to, word for word.

Every consent is stored with the version of the wording that was shown. **Change a word and you change VERSION**; old
wordings stay in the version history of this file, which is how one finds what somebody agreed to.
"""

from __future__ import annotations

from dataclasses import dataclass

from webapp.interviews.models import Interview
from webapp.policy import Modality, Mode, Purpose
from webapp.policy.engine import permitted_by_law

VERSION = "2026-11-21.2"


@dataclass(frozen=True)
class ConsentText:
    """One purpose in words: what is done, and what happens without it."""

    purpose: Purpose
    label: str
    what: str
    without: str
    version: str = VERSION


_ASSESSMENT = {
    Purpose.RECORDING: ConsentText(
        Purpose.RECORDING,
        "Record my video and audio answers",
        "Your camera and microphone are recorded while you answer, and only then: a red sign shows when. The people "
        "who decide about this job can play the recordings.",
        "You answer every question in writing instead.",
    ),
    Purpose.TEXT: ConsentText(
        Purpose.TEXT,
        "Analyse my words",
        "A program counts words and sentences in your answers and estimates five personality traits from them. What "
        "you say in a recording is written down by a program first, on the same server. Such estimates are rough; the "
        "report says how rough.",
        "People read what you wrote and listen to what you said, and no program does.",
    ),
    Purpose.VOICE: ConsentText(
        Purpose.VOICE,
        "Analyse how my voice sounds",
        "A program estimates from the recorded voice which of eight emotions it sounds like, over time, and measures "
        "pauses, pace and pitch. It cannot know what you feel.",
        "People listen to your answers, and no program reads the voice.",
    ),
    Purpose.FACE: ConsentText(
        Purpose.FACE,
        "Analyse my facial expressions",
        "A program estimates from the recorded picture which of seven expressions your face shows, over time, and "
        "counts blinks. It does not recognise who you are, and cannot know what you feel.",
        "People watch your answers, and no program reads the face.",
    ),
}
_PRACTICE_WHAT = {
    Purpose.RECORDING: "Your camera and microphone are recorded while you answer. Only you can play the recordings.",
    Purpose.TEXT: _ASSESSMENT[Purpose.TEXT].what + " Only you see them.",
    Purpose.VOICE: _ASSESSMENT[Purpose.VOICE].what + " Only you see the result.",
    Purpose.FACE: _ASSESSMENT[Purpose.FACE].what + " Only you see the result.",
}
_PRACTICE_WITHOUT = {
    Purpose.RECORDING: "You practise in writing.",
    Purpose.TEXT: "Your feedback leaves your words out.",
    Purpose.VOICE: "Your feedback leaves the voice out.",
    Purpose.FACE: "Your feedback leaves the face out.",
}
_MODALITY = {Purpose.TEXT: Modality.TEXT, Purpose.VOICE: Modality.SPEECH, Purpose.FACE: Modality.FACE}


def texts_for(interview: Interview) -> list[ConsentText]:
    """The purposes that this interview asks about; what the law of its place rules out is not asked."""
    texts = []
    for purpose, text in _ASSESSMENT.items():
        modality = _MODALITY.get(purpose)
        if modality and not permitted_by_law(modality, interview.mode, interview.country):
            continue
        if interview.mode is Mode.PRACTICE:
            text = ConsentText(purpose, text.label, _PRACTICE_WHAT[purpose], _PRACTICE_WITHOUT[purpose])
        texts.append(text)
    return texts


def ruled_out(interview: Interview) -> str | None:
    """What is not done at all at the job's place, as a sentence; None where nothing is ruled out."""
    if interview.job is None:
        return None
    decisions = {
        modality: permitted_by_law(modality, interview.mode, interview.country)
        for modality in (Modality.FACE, Modality.SPEECH)
    }
    denied = [modality for modality, decision in decisions.items() if not decision]
    if not denied:
        return None
    whence = {
        frozenset({Modality.FACE, Modality.SPEECH}): "faces or voices",
        frozenset({Modality.FACE}): "faces",
        frozenset({Modality.SPEECH}): "voices",
    }[frozenset(denied)]
    by_law = any(decisions[modality].code == "prohibited_in_eea" for modality in denied)
    why = "The law does not allow it there" if by_law else "It has not been cleared for that place"
    return f"In {interview.job.city}, Viva does not read emotion from {whence}. {why}, so you are not asked."
