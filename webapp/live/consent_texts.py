"""What people in a room are asked to agree to, word for word.

Every consent is stored with the version, the language and the hash of the text that was shown. **Change a word and you
change VERSION.** Like the candidate's consent texts these are not in the catalogues: webapp/binding has them in other
languages.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from flask_babel import lazy_gettext as _l

from webapp.binding import texts
from webapp.binding.operations import binds_in
from webapp.core.translation import ENGLISH
from webapp.live import policy
from webapp.live.models import SHOWN, LivePurpose, Room
from webapp.policy import Mode

VERSION = "2026-12-01.1"
#: This text among those that bind (webapp/binding/texts.py).
KEY = "live_consents"


@dataclass(frozen=True)
class ConsentText:
    """One purpose in words: what is done, and what happens without it."""

    purpose: LivePurpose
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


_WHAT_READING = (
    "While you are in the call, some pictures a second of your own camera and the sound of your own microphone go to "
    "the server of this installation. A program there estimates which expression they show. It "
    "cannot know what you feel. "
    "Pictures and sound are deleted at once: they are never stored."
)
_TO_ALL = "The others in the room see the result if they agreed to the same; you see theirs."
_NOT_THE_CANDIDATES = (
    "The results of the candidate are shown only to the candidate during the call. The results of the others are "
    "shown to everyone in the room who agreed to the same."
)
_KEPT = {
    Mode.PRACTICE: "One result every few seconds is kept for the owner of this practice room, about themselves only.",
    Mode.ASSESSMENT: "One of the candidate's results every few seconds is kept for the people who decide about this "
    "position. They see it after the call.",
}
_WHAT_RECORDING = (
    "Your own camera and microphone are recorded from now until you stop; everyone in the room sees a sign. Whoever "
    "else is in your picture must agree first."
)
_FOR = {
    Mode.PRACTICE: "Only you can play the recording.",
    Mode.ASSESSMENT: "The people who decide about this position can play the recording.",
}


_READING = (
    "Analyse my expression and my voice during the call",
    "You take part in the call like everyone else. Nothing of yours is analysed.",
)
_RECORDING = ("Record my side", "The call is the same. Nothing of yours is stored.")


def _sentences() -> list[str]:
    return [*_READING, _WHAT_READING, _TO_ALL, _NOT_THE_CANDIDATES, *_KEPT.values(), *_RECORDING, _WHAT_RECORDING,
            *_FOR.values()]  # fmt: skip


texts.register(texts.BindingText(KEY, _l("What people in live rooms agree to"), VERSION, _sentences))


def reading(room: Room) -> ConsentText:
    """The question about analysis, in the language that it is shown in. Ask the policy first whether it may be put."""
    return of(room, LivePurpose.READING)


def recording(room: Room) -> ConsentText:
    """The question about recording one's own side, in the language that it is shown in."""
    return of(room, LivePurpose.RECORDING)


def of(room: Room, purpose: LivePurpose) -> ConsentText:
    """The text that asks for a consent in a room, in the language that it is shown in."""
    name = texts.shown_language(KEY)
    bound = binds_in(KEY, name, room.position.organisation_id if room.position else None)
    text = replace(_text_in(room, purpose, name), binding=bound)
    return text if bound == name else replace(text, english=_text_in(room, purpose, ENGLISH))


def _text_in(room: Room, purpose: LivePurpose, name: str) -> ConsentText:
    version = texts.version_of(KEY, name)
    what: tuple[str, ...]
    if purpose is LivePurpose.READING:
        (label, without), shown = _READING, bool(policy.shows_candidate(room))
        what = (_WHAT_READING, _TO_ALL if shown else _NOT_THE_CANDIDATES, _KEPT[room.mode])
        version += SHOWN if shown and room.mode is Mode.ASSESSMENT else ""
    else:
        (label, without), what = _RECORDING, (_WHAT_RECORDING, _FOR[room.mode])
    said = " ".join(texts.say(KEY, each, name) for each in what)
    return ConsentText(purpose, texts.say(KEY, label, name), said, texts.say(KEY, without, name), version, name)
