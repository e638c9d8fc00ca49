"""The words that moved a trait do move it."""

from __future__ import annotations

import re

import numpy as np
import pytest

from ml.core.readings import TRAITS
from ml.text.explain import EACH, NAMED
from ml.text.features import analyse
from ml.text.infer import read
from tests.ml.text.test_infer import ANSWER

OTHER = """I love parties and meeting new people, and my friends say that I never stop talking. Last summer we drove to
the sea with the whole football team and sang the entire way, which was so much fun! At work I am the one who
calls the customers, because I like to hear how they are and what they think. Sometimes I forget to write
things down and then I get worried, but my manager laughs about it and I promise to do better. I wonder what
the world will look like when I am old; I paint and write poems about that at night, when everybody sleeps and
the house is quiet."""


def _without(text: str, words: set[str]) -> str:
    return re.sub(r"[^\W\d_]+(?:'[^\W\d_]+)*", lambda m: "" if m[0].lower() in words else m[0], text)


@pytest.mark.parametrize("text", [ANSWER, OTHER], ids=["work", "leisure"])
def test_removing_the_named_words_moves_the_output_more_than_removing_others(text: str) -> None:
    reading = read(text)
    rng = np.random.default_rng(0)
    # Of contractions the model sees the parts; taking out whole words by hand leaves those aside.
    whole = {word.lower() for word in re.findall(r"[^\W\d_]+(?:'[^\W\d_]+)*", text)}
    named_moves, other_moves = [], []
    for trait in TRAITS:
        value = reading.traits[trait].value
        up = {word for word, change, _ in reading.moved[trait] if change > 0 and word in whole}
        if not up:
            continue
        after = read(_without(text, up), explain=False).traits[trait].value
        assert after < value, (trait, up)
        named_moves.append(value - after)
        others = sorted(whole - {word for word, _, _ in reading.moved[trait]})
        for _ in range(5):
            drawn = set(rng.choice(others, len(up), replace=False))
            other_moves.append(abs(read(_without(text, drawn), explain=False).traits[trait].value - value))
    assert len(named_moves) >= 3
    print(f"named words move a trait by {np.mean(named_moves):.3f}, as many others by {np.mean(other_moves):.3f}")
    assert np.mean(named_moves) > 2 * np.mean(other_moves)


def test_a_change_is_what_taking_the_word_out_gives() -> None:
    reading = read(ANSWER)
    word, change, times = next(row for row in reading.moved["openness"] if row[0] not in ("i", "not", "would", "is"))
    assert times == len(re.findall(rf"\b{word}\b", ANSWER, re.IGNORECASE))
    after = read(_without(ANSWER, {word}), explain=False).traits["openness"].value
    # the calibration follows the number of words, which is one less
    assert reading.traits["openness"].value - after == pytest.approx(change, abs=0.006)


def test_the_largest_come_first_and_are_few() -> None:
    reading = read(ANSWER)
    words = {token.lower() for token in analyse(ANSWER).tokens}
    assert set(reading.moved) == set(TRAITS)
    for rows in reading.moved.values():
        sizes = [abs(change) for _, change, _ in rows]
        assert sizes == sorted(sizes, reverse=True)
        assert 0 < len(rows) <= NAMED
        assert {word for word, _, _ in rows} <= words
    assert len({row[0] for rows in reading.moved.values() for row in rows}) <= EACH * len(TRAITS)
    assert read(ANSWER, explain=False).moved == {}
