"""In which direction a text runs, and in which language it probably is, by its letters alone."""

from __future__ import annotations

import unicodedata

#: Names of Unicode's letters begin so; only where the script says as good as everything about the language.
_LANGUAGES = {
    "ARABIC": "ar", "HEBREW": "he", "GREEK": "el", "HIRAGANA": "ja", "KATAKANA": "ja", "HANGUL": "ko", "THAI": "th",
    "CJK": "zh", "DEVANAGARI": "hi",
}  # fmt: skip


def direction_of(text: str) -> str:
    """``rtl`` where the first letter with a direction runs from right to left, else ``ltr``."""
    for letter in text:
        kind = unicodedata.bidirectional(letter)
        if kind in ("R", "AL"):
            return "rtl"
        if kind == "L":
            return "ltr"
    return "ltr"


def language_of(text: str) -> str | None:
    """A language's code where most letters are of a script that tells; None for Latin and Cyrillic ones."""
    counts: dict[str | None, int] = {}
    for letter in text[:400]:
        if letter.isalpha():
            script = unicodedata.name(letter, "").split(" ")[0].split("-")[0]
            found = _LANGUAGES.get(script)
            counts[found] = counts.get(found, 0) + 1
    return max(counts, key=lambda each: counts[each]) if counts else None
