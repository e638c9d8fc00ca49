"""Cleaning, tokens, tags and lemmas."""

from __future__ import annotations

import time

import pytest

from ml.text.features import MAX_WORDS, analyse, clean, content_words, statistics, tokenize
from ml.text.tags import tagger


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("I <b>love</b> tea &amp; cake", "I love tea & cake"),
        ("<script>steal()</script>Fine.<style>p{}</style>", "Fine."),
        ("so happy 😀👍🏽👩‍👩‍👧 today", "so happy today"),
        ("nu\x00ll\x07 and \x1b[31mred", "nu ll and [31mred"),
        ("see https://example.org/a?b=c or me@example.org now", "see or now"),
        ("I <3 you, and 2 < 3", "I <3 you, and 2 < 3"),
        ("ﬁne ｆｕｌｌ", "fine full"),
        ("it’s “odd”…", 'it\'s "odd"...'),
        ("", ""),
    ],
)
def test_cleaning(raw: str, expected: str) -> None:
    assert clean(raw) == expected


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("I don't know.", ["I", "do", "not", "know", "."]),
        ("We'll see; can't wait", ["We", "will", "see", ";", "can", "not", "wait"]),
        ("Im sure O'Neill's dog's fine", ["I", "am", "sure", "O'Neill", "'s", "dog", "'s", "fine"]),
        ("wait.... what?! 3,000", ["wait", "...", "what", "?", "!", "3,000"]),
        ("It's a well-known café", ["It", "'s", "a", "well", "-", "known", "café"]),
    ],
)
def test_tokens_take_contractions_apart(text: str, tokens: list[str]) -> None:
    assert tokenize(text) == tokens


def test_tags_follow_the_context() -> None:
    words = ["I", "like", "to", "run", "but", "the", "run", "was", "long"]
    tags = dict(enumerate(tagger().tag(words)))
    assert tags[3] == "VB"  # to run
    assert tags[6] == "NN"  # the run
    assert tags[0] == "PRP"
    assert tagger().tag([]) == []


def test_a_part_is_a_document_of_its_own() -> None:
    whole = analyse("Dogs bark. Cats don't sleep!")
    part = whole.part([3, 4, 5, 6, 7])
    assert (part.tokens, part.sentences, part.written) == (["Cats", "do", "not", "sleep", "!"], 1, 4)
    assert part.lemmas == whole.lemmas[3:] and part.tags == whole.tags[3:]


def test_unknown_words_are_tagged_by_their_endings() -> None:
    assert tagger().tag(["she", "blorbified", "it", "blorbily"])[1::2] == ["VBD", "RB"]


def test_lemmas() -> None:
    document = analyse("The children were running; I've bought 12 better mice.")
    assert document.lemmas == [
        "the", "child", "be", "run", ";", "i", "have", "buy", "#", "good", "mouse", ".",
    ]  # fmt: skip
    assert content_words(document) == ["child", "run", "buy", "good", "mouse"]


def test_statistics() -> None:
    counted = statistics(analyse("Dogs bark. Dogs sleep! Do dogs dream?"))
    assert counted == {
        "words": 7,
        "sentences": 3,
        "words_per_sentence": 2.3,
        "distinct_words": 5,
        "type_token_ratio": 0.714,
        "most_frequent": [["dog", 3], ["bark", 1], ["sleep", 1], ["dream", 1]],
    }
    assert statistics(analyse("I don't know."))["words"] == 3
    assert statistics(analyse("😀"))["words_per_sentence"] is None


@pytest.mark.parametrize(
    "text",
    [
        "word " * 100_000,
        "<script" * 60_000,
        "<a " * 100_000,
        "a@" * 200_000,
        "http://" * 60_000,
        "'" * 300_000,
        "a" * 500_000,
    ],
    ids=["words", "scripts", "tags", "addresses", "links", "quotes", "one word"],
)
def test_work_is_bounded(text: str) -> None:
    begin = time.process_time()
    document = analyse(text)
    assert time.process_time() - begin < 5
    assert len(document.tokens) <= MAX_WORDS


def test_a_long_text_says_that_it_was_cut() -> None:
    assert analyse("word " * 100_000).truncated
    assert not analyse("word " * 1000).truncated
