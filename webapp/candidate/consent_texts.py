"""What a candidate is asked to agree to, word for word, in each language that it has been written in.

Every consent is stored with the version and the language of the text that was shown. **Change a word and you change
VERSION of that language**; old texts stay in the version history of this file, which is how one finds what somebody
agreed to. These texts are not in the catalogues: a corrected translation there would change what was agreed to
without a new version.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from flask_babel import gettext as _

from webapp.core.pseudo import pseudo
from webapp.core.translation import ENGLISH, PSEUDO, language
from webapp.interviews.models import Interview
from webapp.policy import Modality, Mode, Purpose, law_for

#: The version of each language's text.
VERSION = {"en": "2026-12-01.1"}


@dataclass(frozen=True)
class ConsentText:
    """One purpose in words: what is done, and what happens without it."""

    purpose: Purpose
    label: str
    what: str
    without: str
    version: str = VERSION["en"]
    language: str = "en"


_ENGLISH = {
    Purpose.RECORDING: ConsentText(
        Purpose.RECORDING,
        "Record my video and audio answers",
        "Your camera and microphone are recorded while you answer, and only then: a red sign shows when. The people "
        "who decide about this position can play the recordings.",
        "You answer every question in writing instead.",
    ),
    Purpose.TEXT: ConsentText(
        Purpose.TEXT,
        "Analyse my words",
        "A program counts words and sentences in your answers and estimates five personality traits from them. What "
        "you say in a recording is transcribed by a program first, on the same server. Such estimates are rough; the "
        "report says how rough.",
        "People read what you wrote and listen to what you said, and no program does.",
    ),
    Purpose.VOICE: ConsentText(
        Purpose.VOICE,
        "Analyse how my voice sounds",
        "A program estimates from the recorded voice which of eight emotions it sounds like, over time, and measures "
        "pauses, pace and pitch. It cannot know what you feel.",
        "People listen to your answers, and no program analyses your voice.",
    ),
    Purpose.FACE: ConsentText(
        Purpose.FACE,
        "Analyse my facial expressions",
        "A program estimates from the recorded picture which of seven expressions your face shows, over time, and "
        "counts blinks. It does not recognise who you are, and cannot know what you feel.",
        "People watch your answers, and no program analyses your face.",
    ),
}
_ENGLISH_PRACTICE_WHAT = {
    Purpose.RECORDING: "Your camera and microphone are recorded while you answer. Only you can play the recordings.",
    Purpose.TEXT: _ENGLISH[Purpose.TEXT].what + " Only you see them.",
    Purpose.VOICE: _ENGLISH[Purpose.VOICE].what + " Only you see the result.",
    Purpose.FACE: _ENGLISH[Purpose.FACE].what + " Only you see the result.",
}
_ENGLISH_PRACTICE_WITHOUT = {
    Purpose.RECORDING: "You practise in writing.",
    Purpose.TEXT: "Your feedback does not include your words.",
    Purpose.VOICE: "Your feedback does not include your voice.",
    Purpose.FACE: "Your feedback does not include your face.",
}
#: language → (texts of an assessment, what and without of practice).
TEXTS = {
    ENGLISH: (
        _ENGLISH,
        {purpose: (what, _ENGLISH_PRACTICE_WITHOUT[purpose]) for purpose, what in _ENGLISH_PRACTICE_WHAT.items()},
    )
}
_MODALITY = {Purpose.TEXT: Modality.TEXT, Purpose.VOICE: Modality.SPEECH, Purpose.FACE: Modality.FACE}


def texts_for(interview: Interview) -> list[ConsentText]:
    """The purposes that this interview asks about; what the law of its place rules out is not asked."""
    texts = []
    language, assessment, practice = _in_the_language_of_the_page()
    for purpose, text in assessment.items():
        modality = _MODALITY.get(purpose)
        if modality and not law_for(interview, modality):
            continue
        if interview.mode is Mode.PRACTICE:
            what, without = practice[purpose]
            text = replace(text, what=what, without=without)
        texts.append(shown_as(text, language))
    return texts


def _in_the_language_of_the_page() -> tuple[str, dict[Purpose, ConsentText], dict[Purpose, tuple[str, str]]]:
    """The language shown and its texts: the page's language where they were written in it, else English."""
    chosen = language()
    assessment, practice = TEXTS.get(chosen, TEXTS[ENGLISH])
    return (chosen if chosen in TEXTS or chosen == PSEUDO else ENGLISH), assessment, practice


def shown_as(text: Any, name: str) -> Any:
    """``text`` with the language that it is shown in; the pseudo-locale is made from English."""
    if name != PSEUDO:
        return replace(text, language=name)
    return replace(text, language=name, label=pseudo(text.label), what=pseudo(text.what), without=pseudo(text.without))


def ruled_out(interview: Interview) -> str | None:
    """What is not done at all at the position's place, as a sentence; None where nothing is ruled out."""
    if interview.position is None:
        return None
    decisions = {modality: law_for(interview, modality) for modality in (Modality.FACE, Modality.SPEECH)}
    denied = [modality for modality, decision in decisions.items() if not decision]
    if not denied:
        return None
    city = interview.position.city
    by_law = any(decisions[modality].code == "prohibited_in_eea" for modality in denied)
    return (
        {
            frozenset({Modality.FACE, Modality.SPEECH}): _(
                "In %(city)s, emotion is not inferred from faces or voices.", city=city
            ),
            frozenset({Modality.FACE}): _("In %(city)s, emotion is not inferred from faces.", city=city),
            frozenset({Modality.SPEECH}): _("In %(city)s, emotion is not inferred from voices.", city=city),
        }[frozenset(denied)]
        + " "
        + (
            _("The law does not allow it there, so you are not asked.")
            if by_law
            else _("It has not been cleared for that location, so you are not asked.")
        )
    )
