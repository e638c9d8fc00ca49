"""What candidates are told about neutral facts, word for word. **Change a word and you change VERSION of that
language**, as in webapp/candidate/consent_texts.py: the version and the language are stored with each notice."""

from __future__ import annotations

from dataclasses import dataclass

from webapp.core.pseudo import pseudo
from webapp.core.translation import ENGLISH, PSEUDO, language

VERSION = {"en": "2026-12-01.2"}


@dataclass(frozen=True)
class NoticeText:
    """The notice: a heading, what is noted, and what is not done with it."""

    label: str
    noted: tuple[str, ...]
    what: str
    version: str = VERSION["en"]
    language: str = "en"


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
TEXTS = {ENGLISH: _ENGLISH}


def text() -> NoticeText:
    """The notice in the page's language where it was written in it, else in English."""
    chosen = language()
    if chosen == PSEUDO:
        return NoticeText(
            pseudo(_ENGLISH.label), tuple(map(pseudo, _ENGLISH.noted)), pseudo(_ENGLISH.what), language=PSEUDO
        )
    return TEXTS.get(chosen, _ENGLISH)
