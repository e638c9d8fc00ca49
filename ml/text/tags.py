"""Part-of-speech tags by Brill's rules, offline.

NLTK's tagger needs a downloaded model, and no tagged corpus is at hand to train one. TextBlob's wheel holds the lexicon
(94,000 words), the 148 suffix rules and the 290-odd context rules that Brill's tagger v1.14 learnt from the Brown
corpus and the Penn Treebank (MIT licence; words from Twitter under CC BY 3.0). Only those three files are read:
importing TextBlob imports NLTK, which takes 3 seconds and 150 MB.

Source: E. Brill (1992), A simple rule-based part of speech tagger, HLT.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

EDGE = "STAART"

# Each test sees the words and tags around position i, both padded by three EDGE on each side; x and y are the rule's.
_CONTEXT: dict[str, Callable[[list[str], list[str], int, str, str], bool]] = {
    "CURWD": lambda w, t, i, x, y: w[i] == x,
    "LBIGRAM": lambda w, t, i, x, y: w[i - 1] == x and w[i] == y,
    "NEXT1OR2TAG": lambda w, t, i, x, y: x == t[i + 1] or x == t[i + 2],
    "NEXT2TAG": lambda w, t, i, x, y: t[i + 2] == x,
    "NEXTBIGRAM": lambda w, t, i, x, y: t[i + 1] == x and t[i + 2] == y,
    "NEXTTAG": lambda w, t, i, x, y: t[i + 1] == x,
    "NEXTWD": lambda w, t, i, x, y: w[i + 1] == x,
    "PREV1OR2OR3TAG": lambda w, t, i, x, y: x in t[i - 3 : i],
    "PREV1OR2TAG": lambda w, t, i, x, y: x == t[i - 1] or x == t[i - 2],
    "PREV1OR2WD": lambda w, t, i, x, y: x == w[i - 1] or x == w[i - 2],
    "PREV2TAG": lambda w, t, i, x, y: t[i - 2] == x,
    "PREVBIGRAM": lambda w, t, i, x, y: t[i - 2] == x and t[i - 1] == y,
    "PREVTAG": lambda w, t, i, x, y: t[i - 1] == x,
    "PREVWD": lambda w, t, i, x, y: w[i - 1] == x,
    "RBIGRAM": lambda w, t, i, x, y: w[i] == x and w[i + 1] == y,
    "SURROUNDTAG": lambda w, t, i, x, y: t[i - 1] == x and t[i + 1] == y,
    "WDAND2AFT": lambda w, t, i, x, y: w[i] == x and w[i + 2] == y,
    "WDAND2TAGAFT": lambda w, t, i, x, y: w[i] == x and t[i + 2] == y,
    "WDAND2TAGBFR": lambda w, t, i, x, y: t[i - 2] == x and w[i] == y,
    "WDNEXTTAG": lambda w, t, i, x, y: w[i] == x and t[i + 1] == y,
    "WDPREVTAG": lambda w, t, i, x, y: t[i - 1] == x and w[i] == y,
}


@dataclass(frozen=True)
class _Suffix:
    """A rule for words outside the lexicon; ``only`` is the tag it applies to, or None for any."""

    only: str | None
    command: str
    x: str
    tag: str

    def holds(self, word: str, before: str, after: str, lexicon: dict[str, str]) -> bool:
        x = self.x
        match self.command:
            case "char":
                return x in word
            case "haspref":
                return word.startswith(x)
            case "hassuf":
                return word.endswith(x)
            case "addsuf":
                return word + x in lexicon
            case "deletepref":
                return word.startswith(x) and word[len(x) :] in lexicon
            case "deletesuf":
                return word.endswith(x) and word[: -len(x)] in lexicon
            case "goodleft":
                return after == x
            case "goodright":
                return before == x
        raise ValueError(f"unknown rule {self.command}")


class BrillTagger:
    """Tags words with the Penn Treebank's tag set."""

    def __init__(self, folder: Path):
        rows = {name: _rows(folder / f"en-{name}.txt") for name in ("lexicon", "morphology", "context")}
        self.lexicon = {row[0]: row[1].split("|")[0] for row in rows["lexicon"] if len(row) > 1}
        self.suffixes = [_suffix(row) for row in rows["morphology"]]
        # Rules by the tag that they change, each with its rank, so that a token is tested against few of them.
        self.context: dict[str, list[tuple[int, str, Callable[..., bool], str, str]]] = {}
        tags = set(self.lexicon.values()) | {rule.tag for rule in self.suffixes}
        for rank, (old, new, command, *xy) in enumerate(rows["context"]):
            x, y = [*xy, "", ""][:2]
            for tag in tags if old == "*" else (old,):
                self.context.setdefault(tag, []).append((rank, new, _CONTEXT[command], x, y))

    def tag(self, words: list[str]) -> list[str]:
        """One tag per word (N,) -> (N,); case counts. Linear in N."""
        padded = [EDGE] * 3 + words + [EDGE] * 3
        tags = [EDGE] * 3 + [self._first(padded, i) for i in range(3, len(words) + 3)] + [EDGE] * 3
        for i in range(3, len(words) + 3):
            last = -1
            for _ in range(len(self.context.get(tags[i], ()))):
                for rank, new, test, x, y in self.context.get(tags[i], ()):
                    if rank > last and test(padded, tags, i, x, y):
                        tags[i], last = new, rank
                        break
                else:
                    break
        return tags[3:-3]

    def _first(self, words: list[str], i: int) -> str:
        word = words[i]
        known = self.lexicon.get(word)
        if known is None and words[i - 1] in (EDGE, ".", "!", "?"):
            known = self.lexicon.get(word.lower())  # a capital at a sentence's start says nothing
        if known is not None:
            return known
        tag = "NNP" if word[:1].isupper() else "CD" if word[:1].isdigit() else "NN"
        for rule in self.suffixes:
            if (rule.only is None or rule.only == tag) and rule.holds(word, words[i - 1], words[i + 1], self.lexicon):
                tag = rule.tag
        return tag


def _rows(path: Path) -> list[list[str]]:
    return [row.split() for row in path.read_text("utf-8-sig").splitlines() if row and not row.startswith(";;;")]


def _suffix(row: list[str]) -> _Suffix:
    # "NN s fhassuf 1 NNS x" holds for words tagged NN so far; "ly hassuf 2 RB x" for every word.
    commands = {"char", "haspref", "hassuf", "addsuf", "deletepref", "deletesuf", "goodleft", "goodright"}
    if row[1] in commands:
        return _Suffix(None, row[1], row[0], row[-2])
    return _Suffix(row[0], row[2][1:], row[1], row[-2])


@lru_cache(maxsize=1)
def tagger() -> BrillTagger:
    """The tagger, read once per process (0.1 s).

    Raises RuntimeError where TextBlob is not installed.
    """
    spec = find_spec("textblob")
    if spec is None or spec.origin is None:
        raise RuntimeError("The package textblob, whose lexicon the tagger reads, is not installed. Run: ./viva up")
    return BrillTagger(Path(spec.origin).parent / "en")
