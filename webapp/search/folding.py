"""Words as the index keeps them: without case, accents and vowel marks, and the same for every database.

Databases cut text into words each in their own way. So it is done here, and what they get is plain ASCII that none of
them cuts or folds any further: same words, same results. Raise ``RULES`` where something here changes; what was
indexed by older rules is then indexed anew.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

#: Which rules the index was made by.
RULES = 1
#: A word is no longer than this, in characters.
LONGEST_WORD = 64

#: Marks that are left out: accents of Latin, Greek and Cyrillic letters, vowel points of Hebrew and Arabic. In other
#: scripts marks are vowels and stay.
_DROPPED = re.compile(
    "[\u0300-\u036f\u0483-\u0487\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8"
    "\u06ea-\u06ed\u08d3-\u08ff\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20f0]"
)
#: Letters that have no accent by Unicode and are written without one all the same, and forms of one Arabic letter.
_LETTERS = str.maketrans(
    {
        "ł": "l", "đ": "d", "ð": "d", "ø": "o", "æ": "ae", "œ": "oe", "þ": "th", "ħ": "h", "ı": "i", "ŋ": "n",
        "ـ": "", "ى": "ي", "ة": "ه", "ٱ": "ا", "ک": "ك", "ی": "ي", "ہ": "ه", "ھ": "ه", "ە": "ه",
    }
)  # fmt: skip
#: Scripts that put no space between words: each character is a word of its own here, and several are a phrase.
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u30ff\u3400-\u9fff\uf900-\ufaff]|[\U00020000-\U0003ffff]"
)
_ASCII_WORD = re.compile("[0-9A-Za-z]+")


class Token(NamedTuple):
    """One word: as the index keeps it, and where it stands in the text that it was read in."""

    term: str
    start: int
    end: int


@lru_cache(maxsize=1)
def _word() -> re.Pattern[str]:
    """Letters and digits with the marks on them. Joiners that show nothing are within words, too."""
    marks = "".join(chr(code) for code in range(0x300, 0xAC00) if unicodedata.category(chr(code)).startswith("M"))
    return re.compile(rf"[^\W_](?:[^\W_]|[{marks}\u200c\u200d])*")


def tokens(text: str) -> list[Token]:
    """The words of ``text`` in order."""
    if text.isascii():
        return [Token(_ascii_term(match[0]), *match.span()) for match in _ASCII_WORD.finditer(text)]
    found = []
    for match in _word().finditer(text):
        if not _UNSPACED.search(match[0]):
            if term := folded(match[0]):
                found.append(Token(term, match.start(), match.end()))
            continue
        found += _characters(match[0], match.start())
    return found


@lru_cache(maxsize=20_000)  # people say the same words again and again
def _ascii_term(word: str) -> str:
    return encoded(word.lower())


def _characters(word: str, at: int) -> list[Token]:
    """A word with characters of an unspaced script: those one by one, what stands between them as words."""
    found, start = [], 0
    for match in [*_UNSPACED.finditer(word), None]:
        end = match.start() if match else len(word)
        if term := folded(word[start:end]):
            found.append(Token(term, at + start, at + end))
        if match and (term := folded(match[0])):
            found.append(Token(term, at + match.start(), at + match.end()))
        start = match.end() if match else end
    return found


@lru_cache(maxsize=65_536)
def folded(word: str) -> str:
    """One word as the index keeps it; empty where nothing of it can be searched for."""
    bare = _DROPPED.sub("", unicodedata.normalize("NFKD", word.casefold())).translate(_LETTERS)
    plain = "".join(_plain(letter) for letter in bare)
    return encoded(plain)


def _plain(letter: str) -> str:
    if letter.isdecimal():
        return str(unicodedata.digit(letter))
    return letter if unicodedata.category(letter)[0] in "LNM" else ""


def encoded(word: str) -> str:
    """``word`` in a-z and 0-9, beginning with a letter, so that **what begins like another still does**.

    Letters of other scripts become ``z`` and five hexadecimal digits, ``z`` itself ``zz``.
    """
    word = word[:LONGEST_WORD]
    if word.isascii():
        safe = word.replace("z", "zz")
    else:
        safe = "".join(
            "zz" if letter == "z" else letter if letter.isascii() else f"z{ord(letter):05x}" for letter in word
        )
    return f"zn{safe}" if safe[:1].isdigit() else safe
