"""The network, its windows, the n-gram base model and the calibration."""

from __future__ import annotations

import os

import numpy as np
import pytest

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from ml.core.readings import TRAITS
from ml.text import lexical, style, topics
from ml.text.calibration import BASE_MODELS, WEIGHTS, Calibration, combine, logit, sigmoid
from ml.text.windows import WINDOW, windows
from ml.training.text.fit_linear import fit_lexical, fit_style, fit_topics, save_lexical, save_style, save_topics
from ml.training.text.validate import platt
from ml.training.text.windows import random_window


@pytest.fixture(scope="module")
def keras():
    import keras

    return keras


def test_five_sigmoids_are_independent(keras) -> None:
    from ml.training.text.model import build

    network = build()
    x = np.random.default_rng(0).standard_normal((2, WINDOW, 300)).astype(np.float32)
    before = keras.ops.convert_to_numpy(network(x, training=False))
    assert before.shape == (2, len(TRAITS))
    assert ((before > 0) & (before < 1)).all()
    # Push one output up: a softmax would pull the others down, independent sigmoids do not move.
    head = network.get_layer("deep_traits")
    kernel, bias = head.get_weights()
    bias[0] += 5
    head.set_weights([kernel, bias])
    after = keras.ops.convert_to_numpy(network(x, training=False))
    assert (after[:, 0] > before[:, 0]).all()
    np.testing.assert_allclose(after[:, 1:], before[:, 1:], atol=1e-6)
    # and all five may be high at once
    head.set_weights([kernel, np.full(5, 8.0, np.float32)])
    assert keras.ops.convert_to_numpy(network(x, training=False)).sum(axis=1).min() > 3


def test_the_network_has_the_layers_that_its_card_names(keras) -> None:
    from ml.training.text.model import build

    names = [type(layer).__name__ for layer in build().layers]
    assert names.count("Conv1D") == names.count("MaxPooling1D") == names.count("SpatialDropout1D") == 3
    assert names.count("LSTM") == 1
    assert build().get_layer("traits").activation.__name__ == "sigmoid"


def test_joined_networks_keep_their_outputs(keras) -> None:
    from ml.training.text.model import build, join

    networks = [build(), build()]
    x = np.random.default_rng(1).standard_normal((3, WINDOW, 300)).astype(np.float32)
    alone = np.stack([keras.ops.convert_to_numpy(network(x, training=False)) for network in networks], axis=1)
    np.testing.assert_allclose(keras.ops.convert_to_numpy(join(networks)(x, training=False)), alone, atol=1e-6)


@pytest.mark.parametrize(("tokens", "count"), [(1, 1), (5, 1), (256, 1), (257, 2), (512, 2), (1000, 4)])
def test_windows_cover_the_whole_text(tokens: int, count: int) -> None:
    found = windows(np.arange(tokens, dtype=np.int32))
    assert found.shape == (count, WINDOW)
    assert set(found.ravel()) == set(range(tokens))


def test_an_empty_text_has_no_windows() -> None:
    with pytest.raises(ValueError, match="no windows"):
        windows(np.zeros(0, np.int32))


def test_random_windows_are_stretches() -> None:
    rng = np.random.default_rng(0)
    for tokens in (1, 50, 200, 5000):
        found = random_window(np.arange(tokens), rng)
        assert found.shape == (WINDOW,)
        steps = np.diff(found)
        assert ((steps == 1) | (found[1:] == found[0])).all()  # repeated from its own beginning


def test_lexical_scores_are_those_of_scikit_learn(tmp_path) -> None:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    rng = np.random.default_rng(3)
    texts = [[f"w{n}" for n in rng.integers(0, 40, 60)] for _ in range(80)]
    labels = rng.integers(0, 2, (80, 5))
    save_lexical(fit_lexical(texts, labels, fewest=2), tmp_path / "words.npz")
    ours = np.array([lexical.load(tmp_path / "words.npz").score(text) for text in texts])
    vectorizer = TfidfVectorizer(analyzer=lexical.terms_of, min_df=2, sublinear_tf=True)
    matrix = vectorizer.fit_transform(texts)
    for trait in range(5):
        theirs = LogisticRegression(solver="liblinear").fit(matrix, labels[:, trait]).decision_function(matrix)
        np.testing.assert_allclose(ours[:, trait], theirs, atol=0.01)
    assert lexical.load(tmp_path / "words.npz").score(["nowhere"]).shape == (5,)


def test_platt_finds_the_scale_and_ignores_a_misleading_score() -> None:
    rng = np.random.default_rng(0)
    truth_logit = rng.standard_normal(20_000)
    truth = rng.random(20_000) < sigmoid(truth_logit)
    factor, misleading, bias = platt(np.column_stack([truth_logit * 4, -truth_logit]), truth)
    assert factor == pytest.approx(0.25, abs=0.02)
    assert misleading == pytest.approx(0, abs=1e-6)
    assert bias == pytest.approx(0, abs=0.05)


def test_calibration_follows_the_number_of_words() -> None:
    five, zero = [1.0] * 5, [[0.0] * 5] * 2
    factors = [[0.1] * 5, [0.5] * 5]
    calibration = Calibration([50, 500], [five] * len(BASE_MODELS), factors, zero, [[0.4] * 5, [0.1] * 5], zero)
    ones = np.ones((len(BASE_MODELS), 5))
    weights = [calibration.logit(words, ones)[0] for words in (10, 50, 150, 500, 5000)]
    assert weights[0] == weights[1] == pytest.approx(0.1)
    assert weights[3] == weights[4] == pytest.approx(0.5)
    assert weights[1] < weights[2] < weights[3]
    spread = [calibration.deviation(words, np.zeros(5))[0] for words in (50, 150, 500, 2000)]
    assert spread == sorted(spread, reverse=True)
    assert spread[3] == pytest.approx(0.05)
    assert Calibration.from_json(calibration.to_json()) == calibration
    assert logit(sigmoid(np.array([0.3])))[0] == pytest.approx(0.3)


def test_halves_are_scaled_and_weighed() -> None:
    assert WEIGHTS.sum() == pytest.approx(1)
    halves = np.zeros((3, len(BASE_MODELS), 5))
    halves[1, 0], halves[2] = 2.0, 2.0
    np.testing.assert_allclose(combine(halves, np.full((len(BASE_MODELS), 5), 2.0))[:, 0], [0, WEIGHTS[0], 1])


def test_contributions_add_up_to_the_score() -> None:
    rng = np.random.default_rng(3)
    texts = [[f"w{n}" for n in rng.integers(0, 30, 60)] for _ in range(60)]
    fitted = fit_lexical(texts, rng.integers(0, 2, (60, 5)), fewest=2)
    found = fitted.contributions([*texts[0], "unheard"])
    assert found.shape == (61, 5)
    score = fitted.score([*texts[0], "unheard"])
    np.testing.assert_allclose(found.sum(axis=0) + fitted.bias, score, atol=1e-9)
    assert not fitted.contributions(["unheard"]).any()


def test_style_is_told_by_its_shares(tmp_path) -> None:
    rng = np.random.default_rng(0)
    kinds = [["I", "am", "sad", "."], ["we", "play", "football", "!"]]
    labels = rng.integers(0, 2, (80, 5))
    tags = ["PRP", "VBP", "JJ", "."]
    measured = np.stack(
        [style.measures(kinds[row[0]] * 10 + ["and"] * int(rng.integers(9)), tags * 10) for row in labels]
    )
    assert measured.shape == (80, len(style.MEASURES))
    fitted = fit_style(measured, labels, penalty=10.0)
    save_style(fitted, tmp_path / "style.npz")
    scores = style.load(tmp_path / "style.npz").score(measured)
    assert (((scores > 0) == labels)[:, 0]).all()
    assert style.measures([], []).shape == measured[0].shape
    assert style.categories_of("Mother") == ["family", "family, wide"]
    # the number of words is none of the measures
    np.testing.assert_allclose(
        style.measures(kinds[0] * 25, tags * 25), style.measures(kinds[0] * 75, tags * 75), atol=0.02
    )


def test_topics_find_what_labels_follow(tmp_path) -> None:
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 2, (120, 5))
    texts = [
        [f"w{n}" for n in rng.integers(0, 30, 40)] + [("sea", "city")[row[0]], ("sail", "bus")[row[0]]] * 6
        for row in labels
    ]
    fitted = fit_topics(texts, labels, size=20, centres=30)
    save_topics(fitted, tmp_path / "topics.npz")
    kept = topics.load(tmp_path / "topics.npz")
    scores = np.array([kept.score(text) for text in texts])
    assert (((scores - scores.mean(axis=0) > 0) == labels)[:, 0]).mean() > 0.95
    np.testing.assert_allclose(scores, [fitted.score(text) for text in texts], atol=0.05)
    assert kept.score(["unheard"]).shape == kept.score([]).shape == (5,)
