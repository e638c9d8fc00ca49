"""The pseudo-locale: English, accented, a third longer and in brackets, to see what is not marked and what is cut."""

from __future__ import annotations

import re

from babel.support import Translations

_ACCENTED = str.maketrans(
    "aceginosuyzACEGINOSUYZ",
    "áçéğíñóšúýžÁÇÉĞÍÑÓŠÚÝŽ",
)
#: What stays as it is: places for values (of templates too), per-cent signs, tags and entities.
_KEPT = re.compile(r"(%\(\w+\)[sd]|%%|\{\{[^}]*\}\}|\{%[^%]*%\}|<[^>]*>|&\w+;)")


def pseudo(text: str) -> str:
    """``text`` accented, padded by a third of its letters, in brackets; empty text stays empty."""
    if not text.strip():
        return text
    parts = _KEPT.split(text)
    accented = "".join(part if number % 2 else part.translate(_ACCENTED) for number, part in enumerate(parts))
    letters = sum(len(part) for part in parts[::2])
    return f"⟦{accented}{'·' * max(1, round(0.3 * letters))}⟧"


class PseudoTranslations(Translations):
    """Every message as :func:`pseudo` makes it."""

    def gettext(self, message: str) -> str:
        """The message, accented."""
        return pseudo(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """English's form for ``n``, accented."""
        return pseudo(msgid1 if n == 1 else msgid2)

    def pgettext(self, context: str, message: str) -> str:
        """The message, accented; its context is not shown."""
        return pseudo(message)

    def npgettext(self, context: str, singular: str, plural: str, num: int) -> str:
        """English's form for ``num``, accented."""
        return pseudo(singular if num == 1 else plural)

    ugettext = gettext
    ungettext = ngettext
    upgettext = pgettext
    unpgettext = npgettext
