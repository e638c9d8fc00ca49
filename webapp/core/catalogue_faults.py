"""What is wrong with a catalogue: messages that nobody translated, and translations that lost a placeholder or a tag."""

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
            said = message.string if isinstance(message.string, tuple) else (message.string,)
            name = message.id[0] if isinstance(message.id, tuple) else message.id
            if not said or not all(said) or (isinstance(message.id, tuple) and len(said) != catalogue.num_plurals):
                yield f"not translated: {name}"
            else:
                yield from (f"{fault}: {name}" for fault in _of_forms(message, said))


def _of_forms(message: Message, said: tuple[str, ...]) -> Iterator[str]:
    singular, wanted = message.id if isinstance(message.id, tuple) else (message.id, message.id)
    free = _SAYS_ITSELF.get(len(said), 1) if isinstance(message.id, tuple) else 0
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
