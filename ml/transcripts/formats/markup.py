"""The markup of captions: tags that are known are taken off, voices are told apart, and all else is what was said.

Of ``<`` and ``>`` only these are markup: WebVTT's tags (W3C WebVTT, 4.2.2: c, i, b, u, ruby, rt, v, lang, times) and
SubRip's (b, i, u, s, font). “latency < 5 ms” and “List<String>” are words. Entities are decoded after the tags are
off, once.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

_TAG = re.compile(
    r"</?(?:[biuscBIUSC]|ruby|rt|lang|font|FONT)(?:\.[\w.-]+)?>"
    r"|<lang(?:\.[\w.-]+)?[ \t][^<>]*>|</v>|</?c(?:\.[^<>\s]*)>"
    r"|<[Ff][Oo][Nn][Tt](?:\s+\w+\s*=\s*(?:\"[^\"<>]*\"|'[^'<>]*'|[^\s<>]+))*\s*>"
    r"|<(?:\d+:)?\d{1,2}:\d{2}[.,]\d{1,3}>"
)
_VOICE = re.compile(r"<v(?:\.[\w.-]+)*[ \t]+([^<>]+)>|</v>")
_ENTITY = re.compile(r"&(?:[A-Za-z][A-Za-z0-9]{1,31}|#\d{1,7}|#[xX][0-9A-Fa-f]{1,6});")
#: Places on the screen in SubRip and SubStation Alpha.
_PLACES = re.compile(r"\{\\[^{}]*\}")
_INVISIBLE = re.compile("[\u200b\u200e\u200f\u2060\u202a-\u202e\u2066-\u2069\ufeff]")


def decode_entities(text: str) -> str:
    """``&lt;`` and the like as what they stand for, where they end with a semicolon; marks without width go."""
    decoded = _ENTITY.sub(lambda found: html.unescape(found.group()), text)
    return _INVISIBLE.sub("", decoded).replace("\xa0", " ")


def plain(text: str) -> str:
    """``text`` as it is read out, line ends kept."""
    return decode_entities(_TAG.sub("", _PLACES.sub("", _VOICE.sub("", text))))


def voices(text: str) -> Iterator[tuple[str | None, str]]:
    """(speaker or None, what they say) for each WebVTT voice in a cue, in order."""
    speaker, at = None, 0
    for found in _VOICE.finditer(text):
        if plain(text[at : found.start()]).strip():
            yield speaker, plain(text[at : found.start()])
        name = found.group(1)
        speaker = " ".join(plain(name).split()) or None if name else None
        at = found.end()
    if plain(text[at:]).strip():
        yield speaker, plain(text[at:])
