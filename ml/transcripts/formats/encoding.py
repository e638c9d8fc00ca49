"""Which characters a file's bytes are. What cannot be told is refused: a wrong letter is a wrong name.

Unicode is recognised by its mark, by its zeros or by being valid UTF-8. Of the old one-byte encodings those are left
over in which no word mixes scripts or cases and no symbol stands inside a word; where these disagree, the language of
the decoded words decides, and charset-normalizer's reading of everything that is not written in Latin letters.
"""

from __future__ import annotations

import re
import unicodedata

from charset_normalizer import from_bytes

from ml.text.language import share_of_grammar
from ml.transcripts.formats.cues import FORMATS, CaptionsError

_MARKED = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
#: Old encodings of Latin letters, and the languages (of ml.text.language) that were written in each. English writes
#: foreign names in any of them.
_LATIN = {
    "cp1252": {"French", "German", "Spanish", "Italian", "Portuguese", "Dutch", "Swedish", "Danish or Norwegian",
               "Finnish"},
    "cp1250": {"Polish", "Czech or Slovak", "Hungarian", "Romanian"},
    "iso8859_2": {"Polish", "Czech or Slovak", "Hungarian", "Romanian"},
    "cp1254": {"Turkish"},
    "mac_roman": {"French", "German", "Spanish", "Italian", "Portuguese", "Dutch", "Swedish", "Danish or Norwegian"},
    "cp850": {"French", "German", "Spanish", "Italian", "Portuguese", "Dutch", "Swedish", "Danish or Norwegian"},
}  # fmt: skip
#: A language decides where this share of the words are its words of grammar.
_ENOUGH_GRAMMAR = 0.15
#: Signs that may stand beside or inside words.
_PROSE = set("’‘“”„‚«»‹›–—…·•€£¥°§©®™´`¿¡\u00a0\u00ad\u2011")
_INSIDE = set("’‘·-\u00ad\u2011´`")


def decode(data: bytes) -> str:
    """The text of a file. Raises CaptionsError: ``format`` for what is no text, ``encoding`` for what is unclear."""
    for mark, encoding in _MARKED:
        if data.startswith(mark):
            return _strict(data, encoding)
    if unmarked := _utf16_without_mark(data):
        return _strict(data, unmarked)
    try:
        return _text(data.decode("utf-8"))
    except UnicodeDecodeError:
        pass
    if any(byte < 9 or 14 <= byte < 27 for byte in data):
        raise _no_text()
    found = _latin(data) or _other_script(data)
    if found is None:
        raise CaptionsError(
            "encoding",
            "The letters of this file are in an old encoding that could not be told with certainty. Save it as UTF-8 "
            "and try again.",
        )
    return found


def _strict(data: bytes, encoding: str) -> str:
    try:
        return _text(data.decode(encoding))
    except UnicodeDecodeError:
        raise _no_text() from None


def _text(text: str) -> str:
    text = text.removeprefix("\ufeff")
    if any(
        unicodedata.category(character) == "Cc" and character not in "\t\n\r\f\v\x1c\x1d\x1e\x85"
        for character in set(text)
    ):
        raise _no_text()
    return text


def _no_text() -> CaptionsError:
    return CaptionsError("format", f"This file is not a text. Viva reads {FORMATS}.")


def _utf16_without_mark(data: bytes) -> str | None:
    """UTF-16 of mostly ASCII has a zero in every other byte."""
    head = data[: 4096 // 2 * 2]
    if len(head) < 4 or len(data) % 2:
        return None
    even, odd = head[::2].count(0) / (len(head) // 2), head[1::2].count(0) / (len(head) // 2)
    if odd > 0.5 and even < 0.1:
        return "utf-16-le"
    return "utf-16-be" if even > 0.5 and odd < 0.1 else None


def _latin(data: bytes) -> str | None:
    """The one reading in Latin letters, or None where there is none or none that can be told."""
    readings: dict[str, set[str]] = {}
    for encoding, languages in _LATIN.items():
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if _is_prose(text):
            readings.setdefault(text, set()).update(languages)
    if len(readings) <= 1:
        return next(iter(readings), None)
    told = [text for text, languages in readings.items() if _language(text) in languages]
    return told[0] if len(told) == 1 else None


def _language(text: str) -> str | None:
    shares = share_of_grammar(re.findall(r"[^\W\d_]+", text))
    likeliest = max(shares, key=shares.__getitem__, default=None)
    return likeliest if likeliest and shares[likeliest] >= _ENOUGH_GRAMMAR else None


def _is_prose(text: str) -> bool:
    """Whether every word with a letter beyond ASCII looks like a word of Latin letters."""
    if any(unicodedata.category(c) in ("Cc", "Co", "Cn") and c not in "\t\n\r\f" for c in set(text)):
        return False
    words = re.findall(r"[^\s<>()\[\]{}/\\|,.;:!?\"'=+*&#@%^~-]+", text)
    return all(word.isascii() or _is_word(word) for word in words)


def _is_word(word: str) -> bool:
    """No symbol inside, no letter of another alphabet, no capital after a small letter nor the reverse: what an
    encoding makes of another's bytes."""
    if any(not c.isascii() and not c.isalpha() and c not in _PROSE for c in word):
        return False
    core = word.strip("".join(_PROSE))
    for index, character in enumerate(core):
        if character.isascii() or character in _INSIDE:
            continue
        if character in "ªºµƒ" or "LATIN" not in unicodedata.name(character, ""):
            return False
        capital_inside = character.isupper() and index > 0 and not core.isupper()
        if capital_inside or (character.islower() and index > 1 and core[:index].isupper()):
            return False
    return True


def _other_script(data: bytes) -> str | None:
    """charset-normalizer's reading of a text that is not written in Latin letters, where it has no doubt."""
    best = from_bytes(data).best()
    if best is None or best.chaos > 0.05:
        return None
    text = str(best)
    letters = [character for character in text if character.isalpha() and not character.isascii()]
    latin = sum("LATIN" in unicodedata.name(character, "") for character in letters)
    if not letters or latin > len(letters) / 10 or "\ufffd" in text:
        return None
    several_bytes = best.encoding in ("gb18030", "shift_jis", "euc_kr", "big5")  # few wrong readings are valid at all
    sure = len(letters) >= 8 if several_bytes else len(letters) >= 40 and best.coherence >= 0.5
    return text if sure else None
