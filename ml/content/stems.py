"""Words and their stems by NLTK, for the worker that reads what answers hold.

NLTK takes three seconds of a core to import, so it is imported when the first answer is read, once in each process.
What needs a download (corpora, trained models) is not used.

Source of the stems: M. F. Porter (2001), Snowball: a language for stemming algorithms (its English stemmer).
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nltk.stem.snowball import SnowballStemmer
    from nltk.tokenize import RegexpTokenizer


def places(text: str) -> list[tuple[int, int]]:
    """First and one past the last character of each word, marks at its ends included."""
    return list(_tokenizer().span_tokenize(text))


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """What is left of an English word in lower case without its endings: "negoti" of "negotiate" and "negotiation"."""
    return str(_stemmer().stem(word))


@lru_cache(maxsize=1)
def _tokenizer() -> RegexpTokenizer:
    from nltk.tokenize import RegexpTokenizer  # see above

    # NLTK's white space lacks the four separators of ASCII, which Python's has.
    return RegexpTokenizer(r"[\s\x1c-\x1f]+", gaps=True)


@lru_cache(maxsize=1)
def _stemmer() -> SnowballStemmer:
    from nltk.stem.snowball import SnowballStemmer  # see above

    return SnowballStemmer("english")
