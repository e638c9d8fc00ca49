"""What is wrong with a catalogue: messages that nobody translated, and translations that lost a placeholder or tag."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from babel.messages.catalog import Catalog, Message

_PLACES = re.compile(r"%\(\w+\)[sd]|%\{[^}]*\}|\{\{?\s*\w+\s*\}?\}")
_TAGS = re.compile(r"</?[a-z][^>]*>")
#: Forms of a plural, by gettext's number of them, that may do without the number: none, one, two.
_SAYS_ITSELF = {6: 3}


def faults(catalogue: Catalog) -> Iterator[str]:
    """One line for each message that is left out or does not fit its English."""
    for message in catalogue:
        if message.id:
            said = tuple(str(each or "") for each in _each(message.string))
            name = _each(message.id)[0]
            if not said or not all(said) or (len(_each(message.id)) > 1 and len(said) != catalogue.num_plurals):
                yield f"not translated: {name}"
            else:
                yield from (f"{fault}: {name}" for fault in _of_forms(message, said))


def _each(texts: object) -> tuple[str, ...]:
    """One text, or the forms of a plural."""
    return tuple(texts) if isinstance(texts, tuple | list) else (str(texts or ""),)


def _of_forms(message: Message, said: tuple[str, ...]) -> Iterator[str]:
    singular, wanted = _each(message.id)[0], _each(message.id)[-1]
    free = _SAYS_ITSELF.get(len(said), 1) if len(_each(message.id)) > 1 else 0
    for number, text in enumerate(said):
        left, added = _difference(_PLACES, wanted, text)
        # The number may be left to the word ("one word", "two words"), and one has what the English of one has.
        fits_one = not any(_difference(_PLACES, singular, text))
        as_one = number < free and (fits_one or (not added and sum(left.values()) == 1))
        if (added or left) and not as_one:
            yield "placeholders differ"
        if any(_difference(_TAGS, wanted, text)):
            yield "tags differ"
        if wanted[:1].isspace() != text[:1].isspace() or wanted[-1:].isspace() != text[-1:].isspace():
            yield "spaces at an end differ"


def _difference(pattern: re.Pattern[str], one: str, other: str) -> tuple[Counter[str], Counter[str]]:
    """What is in one text alone, and in the other alone."""
    first, second = (Counter(each.replace(" ", "") for each in pattern.findall(text)) for text in (one, other))
    return first - second, second - first
