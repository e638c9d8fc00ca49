"""gensim and NLTK do their part when what answers hold is read, and move nothing that was there before them."""

from __future__ import annotations

import re
from collections import Counter

import numpy as np
import pytest
from gensim.models import KeyedVectors
from nltk.stem.snowball import EnglishStemmer
from nltk.tokenize import RegexpTokenizer

from ml.content import rubric, stems
from ml.content.infer import read
from ml.content.sentences import sentences
from ml.core import registry
from ml.text import vectors
from ml.training.content.labelled import HELD_OUT, TUNING

PATH = registry.file_of("text", vectors.FILE)


def by_numpy_alone(point: rubric._Encoded, words: rubric._Encoded) -> float:
    """The similarity as it was before gensim and stems."""
    if not point.lemmas or not words.lemmas:
        return 0.0
    near = point.vectors @ words.vectors.T
    near = np.where(near >= rubric.NEAR, (near - rubric.NEAR) / (1 - rubric.NEAR), 0.0)
    same = np.array([[a == b for b in words.lemmas] for a in point.lemmas])
    kin = np.array([[rubric._kin(a, b) for b in words.lemmas] for a in point.lemmas])
    near = np.maximum(near, np.where(kin, rubric.SAME_CONCEPT, 0.0))
    recall = float((np.where(same, 1.0, near).max(axis=1) * point.weights).sum() / point.weights.sum())
    norms = np.linalg.norm(point.mean) * np.linalg.norm(words.mean)
    cosine = float(point.mean @ words.mean / norms) if norms > 0 else 0.0
    return rubric.RECALL_SHARE * recall + (1 - rubric.RECALL_SHARE) * max(0.0, cosine)


def test_keyed_vectors_are_the_shipped_ones_in_the_same_memory():
    keyed, vocabulary = vectors.keyed(PATH), vectors.load(PATH)
    assert isinstance(keyed, KeyedVectors) and keyed is vectors.keyed(PATH)
    assert np.shares_memory(keyed.vectors, vocabulary.vectors)
    assert len(keyed) == len(vocabulary.rows) and "<unknown>" not in keyed
    for word in ("the", "work", "team", vocabulary.words[-1]):
        np.testing.assert_array_equal(keyed[word], vocabulary.vectors[vocabulary.rows[word]])
    assert "mother" in [word for word, _ in keyed.most_similar("father", topn=5)]


def test_words_are_weighed_and_centred_as_by_row():
    """Each word of the encoding has the weight and the direction that the matrix of ``load`` gives it."""
    vocabulary = vectors.load(PATH)
    centre = vocabulary.vectors[1:].mean(axis=0)
    encoded = rubric._encode("We planned the zzxqy renovation with seven colleagues and finished it in spring.")
    rows = vocabulary.encode(list(encoded.lemmas))
    assert 0 in rows, "an unknown word is among them"
    for row, weight, unit in zip(rows, encoded.weights, encoded.vectors, strict=True):
        share = 0.1 / row if row else 0
        assert weight == pytest.approx(rubric.RARE / (rubric.RARE + share), rel=1e-6)
        raw = vocabulary.vectors[row] - centre
        np.testing.assert_allclose(unit, raw / np.linalg.norm(raw) if row else 0 * raw, atol=1e-6)


def test_similarities_are_those_of_numpy_alone(monkeypatch):
    monkeypatch.setattr(rubric, "SAME_STEM", 0.0)
    compared = 0
    for answer in TUNING + HELD_OUT:
        encoded = [rubric._encode(each.text) for each in rubric._stretches(answer.text)]
        for text, _ in answer.points:
            point = rubric._encode(text, rubric=True)
            for words in encoded:
                said = dict(zip(words.lemmas, words.vectors, strict=True))
                found = rubric.similarity(point, words, rubric._nearness(point, said))
                assert found == pytest.approx(by_numpy_alone(point, words), abs=1e-6)
                compared += 1
    assert compared > 500


def test_a_reading_goes_through_gensim_and_nltk(monkeypatch):
    asked: Counter[str] = Counter()

    def counted(kind: type, name: str) -> None:
        original = getattr(kind, name)

        def method(*arguments):
            asked[name] += 1
            return original(*arguments)

        monkeypatch.setattr(kind, name, method)

    counted(EnglishStemmer, "stem")
    counted(RegexpTokenizer, "span_tokenize")
    cosines = KeyedVectors.cosine_similarities

    def counting(vector, every):
        asked["cosine_similarities"] += 1
        return cosines(vector, every)

    monkeypatch.setattr(KeyedVectors, "cosine_similarities", staticmethod(counting))
    for cached in (stems.stem, stems._stemmer, stems._tokenizer):
        cached.cache_clear()
    answer = TUNING[0]
    assert read(answer.text, "\n".join(point for point, _ in answer.points)).points
    assert all(asked[name] > 0 for name in ("span_tokenize", "stem", "cosine_similarities")), asked


def test_a_word_of_the_same_stem_counts_less_than_the_word_and_more_than_a_stranger():
    assert rubric._same("renovate", "renovate") == 1.0
    assert rubric._same("renovate", "renovation") == rubric.SAME_STEM
    assert rubric._same("renovate", "kitchen") == 0.0


def test_a_point_is_nearer_where_its_stem_is_said(monkeypatch):
    text, point = "The renovation of the kitchen took us three weeks.", "Renovates rooms"
    (with_stems,) = rubric.match(text, [point])
    monkeypatch.setattr(rubric, "SAME_STEM", 0.0)
    (without,) = rubric.match(text, [point])
    assert with_stems.similarity > without.similarity + 0.1


def test_words_are_where_white_space_parts_them():
    text = "  One,\ttwo\u2003three\x1cfour;\n\nfive😀 six.\r\n"
    assert stems.places(text) == [found.span() for found in re.finditer(r"\S+", text)]
    every = "".join(f"a{chr(i)}" for i in range(1, 0x3100))
    assert stems.places(every) == [found.span() for found in re.finditer(r"\S+", every)]
    assert stems.places("") == stems.places(" \n") == []


def test_a_transcript_without_stops_is_cut_at_a_comma_or_after_so_many_words():
    words = [f"word{i}" for i in range(100)]
    words[29] += ","
    assert [len(sentence.text.split()) for sentence in sentences(" ".join(words))] == [30, 45, 25]
