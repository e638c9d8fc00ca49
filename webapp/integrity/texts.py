"""What candidates are told about neutral facts, word for word. **Change a word and you change VERSION**, as in
webapp/candidate/consent_texts.py: version, language and hash are stored with each notice. webapp/binding has it in
other languages."""

from __future__ import annotations

from dataclasses import dataclass, replace

from flask_babel import lazy_gettext as _l

from webapp.binding import texts
from webapp.binding.operations import binds_in
from webapp.core.translation import ENGLISH

VERSION = "2026-12-01.2"
#: This text among those that bind (webapp/binding/texts.py).
KEY = "integrity"


@dataclass(frozen=True)
class NoticeText:
    """The notice: a heading, what is noted, and what is not done with it."""

    label: str
    noted: tuple[str, ...]
    what: str
    version: str = VERSION
    language: str = ENGLISH
    #: The language in which it binds; where that is another, ``english`` is the text that binds, and is shown too.
    binding: str = ENGLISH
    english: NoticeText | None = None

    @property
    def digest(self) -> str:
        """The SHA-256 of all that is shown."""
        other = (self.english.label, *self.english.noted, self.english.what) if self.english else ()
        return texts.hash_of(self.language, self.label, *self.noted, self.what, *other)


_ENGLISH = NoticeText(
    "What is noted while you answer",
    (
        "When you leave the page of a question, and for how long.",
        "When you paste text into an answer, and how many characters. What you paste is not kept a second time.",
        "Where a second voice or face may be in a recording, if you agree to the analysis that finds it.",
    ),
    "The people who review your interview see these facts beside your answer, without any judgement. No program draws "
    "a conclusion from them, and candidates are never sorted by them. There are many good reasons for each.",
)


texts.register(
    texts.BindingText(
        KEY,
        _l("The notice of facts about answering"),
        VERSION,
        lambda: [_ENGLISH.label, *_ENGLISH.noted, _ENGLISH.what],
    )
)


def text(organisation_id: str | None) -> NoticeText:
    """The notice in the page's language where it was written in it, else in English."""
    name = texts.shown_language(KEY)
    bound = binds_in(KEY, name, organisation_id)
    shown = NoticeText(
        texts.say(KEY, _ENGLISH.label, name),
        tuple(texts.say(KEY, each, name) for each in _ENGLISH.noted),
        texts.say(KEY, _ENGLISH.what, name),
        texts.version_of(KEY, name),
        name,
        bound,
    )
    return shown if bound == name else replace(shown, english=_ENGLISH)
