"""What somebody typed into the search box, understood: words, "phrases", beginnings* and -exclusions."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from webapp.search.folding import Token, tokens

#: Longer than this (characters) no query is; what comes after is left out.
LONGEST = 200
#: So many words and phrases of a query count, and so many words of a phrase.
MOST_TERMS, LONGEST_PHRASE = 10, 20

_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»＂", '"'))
_PARTS = re.compile(r'-?"[^"]*"?\*?|\S+')


@dataclass(frozen=True)
class Term:
    """Words that stand one after the other. With ``prefix`` the last of them may go on; ``excluded``: it must not
    be there."""

    words: tuple[str, ...]
    prefix: bool = False
    excluded: bool = False

    def ends(self, found: Sequence[Token], at: int) -> int | None:
        """Where this term ends in ``found`` if it begins at ``at``: the index after its last word, else None."""
        end = at + len(self.words)
        if end > len(found):
            return None
        *before, last = self.words
        if any(found[at + place].term != word for place, word in enumerate(before)):
            return None
        there = found[end - 1].term
        return end if there == last or (self.prefix and there.startswith(last)) else None


def parse(text: str) -> list[Term]:
    """The terms of a query, each once. Nothing that can be typed is an error."""
    terms: list[Term] = []
    for part in _PARTS.findall(text[:LONGEST].translate(_QUOTES)):
        excluded = part.startswith("-") and len(part) > 1
        words = tuple(token.term for token in tokens(part))[:LONGEST_PHRASE]
        if words:
            term = Term(words, prefix=part.endswith("*"), excluded=excluded)
            if term not in terms:
                terms.append(term)
    return terms[:MOST_TERMS]
