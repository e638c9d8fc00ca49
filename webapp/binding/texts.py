"""The texts that people agree to, sign or are told, in each language, and which language of each binds.

A translation is made by a program until an admin confirms it for their organisation. Until then the English text stands
beside it, and binds. Translations are not in the catalogues: ``translations/LANGUAGE.json`` holds for each text a
version and, for each English sentence, the same in the language. **Change a word and you change the version.** A
sentence that is missing there leaves the whole text in English.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from webapp.core.pseudo import pseudo
from webapp.core.translation import ENGLISH, PSEUDO, language

FOLDER = Path(__file__).with_name("translations")


@dataclass(frozen=True)
class BindingText:
    """One text: its key, what it is called, and all its English sentences."""

    key: str
    label: Any
    version: str
    sentences: Callable[[], list[str]]
    #: The version and the sentences in a language, for a text that keeps its translations elsewhere; None: in
    #: ``translations``.
    elsewhere: Callable[[str], tuple[str, list[str]] | None] | None = None


_texts: dict[str, BindingText] = {}


def register(text: BindingText) -> None:
    """Make a text known; its feature asks for its translations by ``say``."""
    _texts[text.key] = text


def known() -> dict[str, BindingText]:
    """Every text by its key."""
    return dict(_texts)


@lru_cache(maxsize=16)
def _translations(name: str) -> Mapping[str, Any]:
    path = FOLDER / f"{name}.json"
    found: dict[str, Any] = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    return found


def in_language(key: str, name: str) -> tuple[str, list[str]] | None:
    """The version and the sentences of a text in a language, in English's order; None where one is missing."""
    text = _texts[key]
    if name == ENGLISH:
        return text.version, text.sentences()
    if text.elsewhere is not None:
        return text.elsewhere(name)
    found = _translations(name).get(key, {"version": "", "sentences": {}})
    sentences = [found["sentences"].get(each, "") for each in text.sentences()]
    return (found["version"], sentences) if all(sentences) else None


def shown_language(key: str) -> str:
    """The language in which a text is shown on this page: the page's where it was written in it, else English."""
    chosen = language()
    return chosen if chosen == PSEUDO or in_language(key, chosen) else ENGLISH


def version_of(key: str, name: str) -> str:
    """The version of a text in a language that it is shown in."""
    found = in_language(key, name) if name != PSEUDO else None
    return found[0] if found else _texts[key].version


def say(key: str, english: str, name: str) -> str:
    """An English sentence of a text in a language that the text is shown in."""
    if name == PSEUDO:
        return pseudo(english)
    if name == ENGLISH:
        return english
    return str(_translations(name)[key]["sentences"][english])


def digest_of(key: str, name: str) -> str:
    """The SHA-256 of all words of a text in a language, in hexadecimal digits; empty where it is not written in it."""
    found = in_language(key, name)
    return hash_of(name, *found[1]) if found else ""


def hash_of(*words: str) -> str:
    """The SHA-256 of some words in their order, in hexadecimal digits."""
    return hashlib.sha256(json.dumps(words, ensure_ascii=False).encode()).hexdigest()
