"""The spoken languages by their names, in the reader's language."""

from __future__ import annotations

from babel import Locale, UnknownLocaleError
from flask_babel import get_locale

from ml.transcripts.codes import KNOWN
from ml.transcripts.recogniser import knows_languages

#: What the recogniser names otherwise than CLDR.
_OTHERWISE = {"jw": "jv"}


def name_of(code: str) -> str:
    """The language's name, in the language of the page; the code itself where CLDR has none."""
    code = _OTHERWISE.get(code, code)
    try:
        name = Locale.parse(code).get_display_name(get_locale())
    except (UnknownLocaleError, ValueError):
        name = (get_locale() or Locale("en")).languages.get(code)
    name = name or code
    return name[:1].upper() + name[1:]


def choices() -> list[tuple[str, str]]:
    """(code, name) of all that the recogniser knows, by name."""
    return sorted(((code, name_of(code)) for code in KNOWN), key=lambda each: each[1].casefold())


def known() -> bool:
    """Whether spoken languages can be told and corrected here."""
    return knows_languages()
