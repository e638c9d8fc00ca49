"""From what a person wrote to words, tags and lemmas, in one linear pass and offline.

clean -> tokens -> part-of-speech tags -> lemmas -> (for the word statistics) stop words removed. The tokenizer follows
the Penn Treebank's habits (NLTK's own takes 3 seconds and 150 MB to import).
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import simplemma

from ml.text.tags import tagger

#: Longer texts are cut here, which bounds the work: an hour's speech has about 9,000 words.
MAX_WORDS = 50_000
MAX_CHARACTERS = MAX_WORDS * 20

# A tag starts with a letter, "/", "!" or "?", so that "<3" and "a < b" survive; its length is bounded, and so is
# the work.
_TAG = re.compile(r"<[a-zA-Z/!?][^<>]{0,1000}>")
_URL = re.compile(r"\b(?:https?://|www\.)\S{1,2000}|\b[\w.+-]{1,64}@[\w-]{1,64}\.[\w.-]{2,64}\b", re.IGNORECASE)
_SPACES = re.compile(r"\s+")
_TOKEN = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*|\d+(?:[.,:]\d+)*|\.{2,}|[.!?,;:()\"-]")
_QUOTES = str.maketrans({"’": "'", "‘": "'", "´": "'", "`": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": "..."})

# What an apostrophe hides. "'s" and "'d" stand for several things and stay as they are; so do names (O'Neill).
_WHOLE = {
    "can't": ("can", "not"), "won't": ("will", "not"), "shan't": ("shall", "not"), "ain't": ("is", "not"),
    "cannot": ("can", "not"), "let's": ("let", "us"), "y'all": ("you", "all"), "it's": ("it", "'s"),
    "cant": ("can", "not"), "dont": ("do", "not"), "didnt": ("did", "not"), "doesnt": ("does", "not"),
    "isnt": ("is", "not"), "wasnt": ("was", "not"), "couldnt": ("could", "not"), "wouldnt": ("would", "not"),
    "havent": ("have", "not"), "im": ("I", "am"), "ive": ("I", "have"), "youre": ("you", "are"),
    "thats": ("that", "'s"), "gonna": ("going", "to"), "wanna": ("want", "to"), "gotta": ("got", "to"),
}  # fmt: skip
_ENDINGS = {"n't": "not", "'re": "are", "'ve": "have", "'ll": "will", "'m": "am", "'s": "'s", "'d": "'d"}

#: Words of grammar rather than of content, with what contractions leave behind. Ours: NLTK's list is a download.
STOP_WORDS = frozenset(
    """a about above after again against all also am an and any are as at be because been before being below between
    both but by can could 'd did do does doing down during each even few for from further get go got had has have
    having he her here hers herself him himself his how i if in into is it its itself just like let may me might
    mine more most much must my myself no nor not now of off oh ok okay on once one only or other our ours ourselves
    out over own 's same shall she should so some such than that the their theirs them themselves then there these
    they this those through to too uh uhm um under until up us very was we well were what when where which while who
    whom why will with would yeah yes you your yours yourself yourselves""".split()
)


@dataclass(frozen=True)
class Document:
    """A text taken apart. ``tokens``, ``tags`` (Penn Treebank) and ``lemmas`` have one entry per token, marks too."""

    tokens: list[str]
    tags: list[str]
    lemmas: list[str]
    sentences: int
    written: int
    truncated: bool

    @property
    def words(self) -> list[str]:
        """The tokens that are words, in lower case: "don't" is two. ``written`` counts as a person does: one."""
        return [token.lower() for token in self.tokens if is_word(token)]

    def part(self, positions: Iterable[int]) -> Document:
        """The tokens at ``positions`` as a document of their own, its sentences and written words counted by them."""
        tokens = [self.tokens[i] for i in positions]
        written = sum(map(is_word, tokens))
        kept = [self.tags[i] for i in positions], [self.lemmas[i] for i in positions]
        return Document(tokens, *kept, _sentences(tokens), written, self.truncated)


def clean(text: str) -> str:
    """Plain prose from what was pasted: NFKC, no markup, entities, addresses, control characters or pictographs."""
    text = text[:MAX_CHARACTERS]
    text = _without_blocks(text)
    text = html.unescape(_TAG.sub(" ", text))
    text = unicodedata.normalize("NFKC", text.translate(_QUOTES))[:MAX_CHARACTERS].translate(_QUOTES)
    text = _URL.sub(" ", text)
    # Letters, marks, numbers, punctuation, money and the like stay; controls, surrogates and pictographs become spaces.
    # A joiner or a variation selector belongs to the pictograph before it.
    text = "".join(character if _kept(character) else " " for character in text)
    return _SPACES.sub(" ", text).strip()


@lru_cache(maxsize=4096)
def _kept(character: str) -> bool:
    category = unicodedata.category(character)
    return category[0] in "LNPZ" or category in ("Mn", "Mc", "Sc", "Sm")


def _without_blocks(text: str) -> str:
    """Drop what stands between <script> or <style> and its end, in linear time."""
    for name in ("script", "style"):
        start, end = f"<{name}", f"</{name}"
        lower, kept, at = text.lower(), [], 0
        if len(lower) != len(text):  # a few letters change length in lower case; then positions would not match
            continue
        while (begin := lower.find(start, at)) >= 0 and (finish := lower.find(end, begin)) >= 0:
            kept.append(text[at:begin])
            at = finish
        text = " ".join([*kept, text[at:]])
    return text


def is_word(token: str) -> bool:
    """Whether a token is a word, not a number, a mark or the rest of a contraction."""
    return token[0].isalpha()


def tokenize(text: str) -> list[str]:
    """Words, numbers and marks of a cleaned text, contractions taken apart ("don't" -> "do", "not")."""
    tokens: list[str] = []
    for token in _TOKEN.findall(text):
        if token[0] == ".":
            token = "." if len(token) == 1 else "..."
        elif token[0].isalpha():
            lower = token.lower()
            if lower in _WHOLE:
                first, *rest = _WHOLE[lower]
                tokens += [first.capitalize() if token[0].isupper() else first, *rest]
                continue
            if "'" in token:
                tokens += _split_contraction(token, lower)
                continue
        tokens.append(token)
    return tokens


def _split_contraction(token: str, lower: str) -> list[str]:
    for ending, full in _ENDINGS.items():
        if lower.endswith(ending) and len(lower) > len(ending):
            return [token[: -len(ending)], full]
    return [token]


def lemmatize(token: str, tag: str) -> str:
    """The dictionary form in lower case; the tag keeps proper nouns as they are and numbers become "#"."""
    if not token[0].isalpha():
        return "#" if token[0].isdigit() else token
    if tag in ("NNP", "PRP", "PRP$"):
        return token.lower()
    return _lemma(token.lower())


@lru_cache(maxsize=65_536)
def _lemma(word: str) -> str:
    if word in ("am", "is", "are", "was", "were", "been", "being"):
        return "be"
    return simplemma.lemmatize(word, lang="en").lower()


def analyse(text: str) -> Document:
    """Clean, tokenize, tag and lemmatize a text. Reads at most MAX_WORDS tokens; linear in the text's length."""
    cleaned = clean(text)
    tokens = tokenize(cleaned)
    truncated = len(text) > MAX_CHARACTERS or len(tokens) > MAX_WORDS
    tokens = tokens[:MAX_WORDS]
    tags = tagger().tag(tokens)
    lemmas = [lemmatize(token, tag) for token, tag in zip(tokens, tags, strict=True)]
    written = sum(any(map(str.isalpha, chunk)) for chunk in cleaned.split())
    written = min(written, sum(map(is_word, tokens)))  # of what was read
    return Document(tokens, tags, lemmas, _sentences(tokens), written, truncated)


def _sentences(tokens: list[str]) -> int:
    count, open_sentence = 0, False
    for token in tokens:
        if token in (".", "!", "?", "..."):
            count += open_sentence
            open_sentence = False
        elif is_word(token):
            open_sentence = True
    return count + open_sentence


def content_words(document: Document) -> list[str]:
    """The lemmas of the words that are no stop words."""
    return [
        lemma
        for token, lemma in zip(document.tokens, document.lemmas, strict=True)
        if is_word(token) and len(lemma) > 1 and lemma not in STOP_WORDS and token.lower() not in STOP_WORDS
    ]


def statistics(document: Document, top: int = 10) -> dict[str, Any]:
    """Counts for a person to read: see TextReading.statistics."""
    words = document.words
    distinct = len(set(words))
    return {
        "words": document.written,
        "sentences": document.sentences,
        "words_per_sentence": round(document.written / document.sentences, 1) if document.sentences else None,
        "distinct_words": distinct,
        "type_token_ratio": round(distinct / len(words), 3) if words else None,
        "most_frequent": [[lemma, count] for lemma, count in Counter(content_words(document)).most_common(top)],
    }
