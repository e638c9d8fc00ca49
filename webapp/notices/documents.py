"""What candidates sign, word for word. **Change a word and you change VERSION.** These texts are not in the catalogues:
each signature keeps the whole text that was signed, and its language."""

from __future__ import annotations

from dataclasses import dataclass

from webapp.core.pseudo import pseudo
from webapp.core.translation import ENGLISH, PSEUDO, language
from webapp.interviews.notice_models import Document

VERSION = {"en": "2026-12-01.1"}


@dataclass(frozen=True)
class DocumentText:
    """A document: its title, its paragraphs, and what a box beside the name says."""

    kind: Document
    title: str
    paragraphs: tuple[str, ...]
    read: str
    law: str
    version: str = VERSION["en"]
    language: str = "en"

    @property
    def whole(self) -> str:
        """All that is signed, as one text."""
        return "\n\n".join((self.title, *self.paragraphs, self.read))


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
#: language → its texts.
TEXTS = {ENGLISH: _ENGLISH}


def text_of(kind: Document, **values: str) -> DocumentText:
    """A document with ``values`` (organisation, position, day, term) filled in, in the page's language where it was
    written in it, else in English."""
    chosen = language()
    found = TEXTS.get(chosen, _ENGLISH)[kind]
    title, read = found.title, found.read
    paragraphs = tuple(each.format(**values) for each in found.paragraphs)
    if chosen == PSEUDO:
        title, read, paragraphs = pseudo(title), pseudo(read), tuple(map(pseudo, paragraphs))
    name = chosen if chosen in TEXTS or chosen == PSEUDO else ENGLISH
    return DocumentText(kind, title, paragraphs, read, found.law, found.version, name)
