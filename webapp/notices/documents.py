"""What candidates sign, word for word. **Change a word and you change VERSION.** These texts are not in the catalogues:
each signature keeps the whole text that was signed, and its language; webapp/binding has them in other languages."""

from __future__ import annotations

from dataclasses import dataclass, replace

from flask_babel import lazy_gettext as _l

from webapp.binding import texts
from webapp.binding.operations import binds_in
from webapp.core.translation import ENGLISH
from webapp.interviews.notice_models import Document

VERSION = "2026-12-01.1"
#: These texts among those that bind (webapp/binding/texts.py).
KEY = "documents"


@dataclass(frozen=True)
class DocumentText:
    """A document: its title, its paragraphs, and what a box beside the name says."""

    kind: Document
    title: str
    paragraphs: tuple[str, ...]
    read: str
    law: str
    version: str = VERSION
    language: str = ENGLISH
    #: The language in which it binds; where that is another, ``english`` is the text that binds, and is shown too.
    binding: str = ENGLISH
    english: DocumentText | None = None

    @property
    def whole(self) -> str:
        """All that is signed, as one text."""
        parts = [self.title, *self.paragraphs, self.read]
        return "\n\n".join([*parts, self.english.whole] if self.english else parts)


_ENGLISH = {
    Document.RELEASE: DocumentText(
        Document.RELEASE,
        "Written release",
        (
            "{organisation} uses Viva to analyse interviews for the position “{position}”.",
            "I have been told in writing that geometry of my face and characteristics of my voice may be collected "
            "from my recordings, stored and used; that this is done to estimate which expressions and emotions they "
            "show, for the people who decide about this position; and how long it lasts: {term}.",
            "I release {organisation}, and Viva as its tool, to collect, store and use them for this purpose. They "
            "are not sold, leased or traded, and go to nobody else without my consent unless the law demands it. I "
            "can take this release back at any time; what was measured is deleted then.",
        ),
        "I have read this release and sign it by typing my name.",
        "740 ILCS 14/15(b)",
    ),
    Document.WAIVER: DocumentText(
        Document.WAIVER,
        "Waiver for the use of facial recognition",
        (
            "{organisation} interviews me for the position “{position}” on {day}.",
            "I consent to the use of a facial recognition service, as Maryland's law calls what measures a face in a "
            "picture, during this interview: Viva finds my face in the recording and estimates which expressions it "
            "shows. It does not look up who I am.",
            "I can refuse without any consequence, and take this waiver back at any time.",
        ),
        "I have read this waiver and sign it by typing my name.",
        "Md. Code, Lab. & Empl. § 3-717",
    ),
}


def _sentences() -> list[str]:
    return [each for text in _ENGLISH.values() for each in (text.title, *text.paragraphs, text.read)]


texts.register(texts.BindingText(KEY, _l("What candidates sign"), VERSION, _sentences))


def text_of(kind: Document, organisation_id: str | None, **values: str) -> DocumentText:
    """A document with ``values`` (organisation, position, day, term) filled in, in the page's language where it was
    written in it, else in English."""
    name = texts.shown_language(KEY)
    bound = binds_in(KEY, name, organisation_id)
    shown = replace(_text_in(kind, name, values), binding=bound)
    return shown if bound == name else replace(shown, english=_text_in(kind, ENGLISH, values))


def _text_in(kind: Document, name: str, values: dict[str, str]) -> DocumentText:
    english = _ENGLISH[kind]
    return replace(
        english,
        title=texts.say(KEY, english.title, name),
        paragraphs=tuple(texts.say(KEY, each, name).format(**values) for each in english.paragraphs),
        read=texts.say(KEY, english.read, name),
        version=texts.version_of(KEY, name),
        language=name,
    )
