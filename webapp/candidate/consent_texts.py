"""What a candidate is asked to agree to, word for word; webapp/binding has the same in other languages.

Every consent is stored with the version, the language and the hash of the text that was shown. **Change a word and you
change VERSION**; old texts stay in the version history of this file, which is how one finds what somebody agreed to.
These texts are not in the catalogues: a corrected translation there would change what was agreed to without a new
version.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from webapp.binding import texts
from webapp.binding.operations import binds_in
from webapp.core.translation import ENGLISH
from webapp.interviews.models import Interview
from webapp.policy import Modality, Mode, Purpose, law_for

VERSION = "2026-12-01.2"
#: This text among those that bind (webapp/binding/texts.py).
KEY = "consents"


@dataclass(frozen=True)
class ConsentText:
    """One purpose in words: what is done, and what happens without it."""

    purpose: Purpose
    label: str
    what: str
    without: str
    version: str = VERSION
    language: str = ENGLISH
    #: The language in which it binds; where that is another, ``english`` is the text that binds, and is shown too.
    binding: str = ENGLISH
    english: ConsentText | None = None
    #: What stands before ``without`` in English.
    otherwise = "If you do not agree:"

    @property
    def digest(self) -> str:
        """The SHA-256 of all that is shown, for the row of the consent."""
        other = (self.english.label, self.english.what, self.english.without) if self.english else ()
        return texts.hash_of(self.language, self.label, self.what, self.without, *other)


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
        "A program estimates from the recorded picture which of eight expressions your face shows, over time, and "
        "counts blinks. It does not recognise who you are, and cannot know what you feel.",
        "People watch your answers, and no program analyses your face.",
    ),
}
#: What is said of practice: sentences, each of which is translated by itself.
_PRACTICE_WHAT = {
    Purpose.RECORDING: ("Your camera and microphone are recorded while you answer. Only you can play the recordings.",),
    Purpose.TEXT: (_ENGLISH[Purpose.TEXT].what, "Only you see them."),
    Purpose.VOICE: (_ENGLISH[Purpose.VOICE].what, "Only you see the result."),
    Purpose.FACE: (_ENGLISH[Purpose.FACE].what, "Only you see the result."),
}
_PRACTICE_WITHOUT = {
    Purpose.RECORDING: "You practise in writing.",
    Purpose.TEXT: "Your feedback does not include your words.",
    Purpose.VOICE: "Your feedback does not include your voice.",
    Purpose.FACE: "Your feedback does not include your face.",
}
_MODALITY = {Purpose.TEXT: Modality.TEXT, Purpose.VOICE: Modality.SPEECH, Purpose.FACE: Modality.FACE}


def _sentences() -> list[str]:
    found = [each for text in _ENGLISH.values() for each in (text.label, text.what, text.without)]
    found += [each for parts in _PRACTICE_WHAT.values() for each in parts]
    return list(dict.fromkeys([*found, *_PRACTICE_WITHOUT.values()]))


texts.register(texts.BindingText(KEY, _l("What candidates agree to"), VERSION, _sentences))


def texts_for(interview: Interview) -> list[ConsentText]:
    """The purposes that this interview asks about; what the law of its place rules out is not asked."""
    name = texts.shown_language(KEY)
    bound = binds_in(KEY, name, _whose(interview))
    asked = [
        purpose for purpose in _ENGLISH if (modality := _MODALITY.get(purpose)) is None or law_for(interview, modality)
    ]
    practice = interview.mode is Mode.PRACTICE
    return [
        replace(
            _text_in(purpose, name, practice), binding=bound,
            english=None if bound == name else _text_in(purpose, ENGLISH, practice),
        )
        for purpose in asked
    ]  # fmt: skip


def _whose(interview: Interview) -> str | None:
    """The organisation whose admins confirm the translation; in practice that of the candidate's account."""
    if interview.organisation_id or interview.candidate is None:
        return interview.organisation_id
    return interview.candidate.organisation_id


def _text_in(purpose: Purpose, name: str, practice: bool) -> ConsentText:
    english = _ENGLISH[purpose]
    what = _PRACTICE_WHAT[purpose] if practice else (english.what,)
    without = _PRACTICE_WITHOUT[purpose] if practice else english.without
    return ConsentText(
        purpose,
        texts.say(KEY, english.label, name),
        " ".join(texts.say(KEY, each, name) for each in what),
        texts.say(KEY, without, name),
        texts.version_of(KEY, name),
        name,
    )


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
