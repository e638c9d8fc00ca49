"""From scores to probabilities: the discriminant, the comparison with a person's mean, calibration, abstention."""

import numpy as np
import pytest

from ml.speech import classifier
from ml.speech.classifier import Scores
from ml.training.speech import discriminant
from ml.training.speech.calibration import HeldOut, selective, temperature, threshold

rng = np.random.default_rng(0)
CARD = {"feature_weight": 0.5, "temperature": 1.0, "temperature_compared": 1.0, "abstain_below": 0.4}


@pytest.fixture(scope="module")
def people():
    """Features (320, 2, 12) of eight classes by 20 people, each with an offset of their own, with truth and actors."""
    truth, actors = np.tile(np.arange(8), 40), np.repeat(np.arange(20), 16)
    means, offsets = rng.standard_normal((8, 12)) * 2, rng.standard_normal((20, 12)) * 3
    return means[truth][:, None] + offsets[actors][:, None] + rng.standard_normal((320, 2, 12)), truth, actors


def test_a_discriminant_finds_what_is_there(people):
    features, truth, actors = people
    new = actors >= 15
    alone, against = discriminant.pair(features[~new], truth[~new], actors[~new])
    by_itself = np.mean(alone(features[new, 0]).argmax(axis=1) == truth[new])
    centred = discriminant.centred(features, actors)[new, 0]
    compared = np.mean(against(centred).argmax(axis=1) == truth[new])
    assert compared > 0.9 and compared > by_itself > 0.2


def test_comparing_logits_is_comparing_features(people):
    features, truth, actors = people
    _, against = discriminant.pair(features, truth, actors)
    own = actors == 3
    rows = classifier.combined_against(np.zeros((own.sum(), 8)), against(features[own, 0]), against.bias, CARD)
    expected = 0.5 * against(discriminant.centred(features[:, :1], actors)[own, 0])
    np.testing.assert_allclose(rows, expected, atol=1e-8)


def test_two_kinds_of_features_are_read_as_one(people):
    features, truth, actors = people
    parts = features[..., :7], features[..., 7:]
    pairs = [discriminant.pair(part, truth, actors) for part in parts]
    for which, both in enumerate(discriminant.joined(*pairs)):
        expected = discriminant.HAND_WEIGHT * pairs[0][which](parts[0][:, 0]) + pairs[1][which](parts[1][:, 0])
        np.testing.assert_allclose(both(features[:, 0]), expected, atol=1e-9)


def test_weights_of_the_parts_are_chosen_on_other_folds(people):
    """Where one part says all and the others are noise, the choice is the same part in every fold."""
    _, truth, actors = people
    held = HeldOut.empty([str(k) for k in range(len(truth))], actors, truth)
    held.fold[:] = actors % 5
    held.heard[np.arange(len(truth)), truth] = 1.0
    held.network[:], held.hand[:] = rng.standard_normal((2, len(truth), 8))
    assert (held.nested().argmax(axis=1) == truth).all()


def test_an_emotion_that_nobody_showed_is_never_named(people):
    features, truth, _ = people
    some = truth != 4
    found = discriminant.fit(features[some], truth[some])(features[:, 0])
    assert not (found.argmax(axis=1) == 4).any()


def test_probabilities_of_the_shipped_model(voice, model):
    chances = classifier.probabilities(voice[16_000:64_000])
    assert chances.shape == (8,) and chances.sum() == pytest.approx(1) and (chances > 0).all()
    np.testing.assert_allclose(classifier.probabilities(voice[16_000:64_000] * 0.1), chances, atol=0.02)
    scores = [classifier.score(voice[start : start + 48_000]) for start in (16_000, 64_000, 128_000)]
    compared = classifier.compared(scores, model)
    assert compared.shape == (3, 8)
    np.testing.assert_allclose(compared.sum(axis=1), 1)
    assert 0.125 < model["abstain_below"] < 1


def test_the_mean_of_scores_and_abstention():
    scores = [Scores(np.full(8, k), np.full(8, 2.0 * k), np.full(8, 3.0 * k)) for k in (0, 2)]
    found = classifier.mean(scores)
    assert found.network[0] == 1 and found.alone[0] == 2 and found.against[0] == 3
    assert classifier.abstains(np.full(8, 0.125), CARD)
    assert not classifier.abstains(np.array([0.5, 0.5, 0, 0, 0, 0, 0, 0]), CARD)


def test_temperature_threshold_and_coverage():
    truth = rng.integers(0, 8, 4_000)
    logits = rng.standard_normal((4_000, 8))
    logits[np.arange(4_000), truth] += 1.5
    heat = temperature(logits * 3, truth)
    assert heat == pytest.approx(temperature(logits, truth) * 3, rel=0.02)
    chances = np.exp(logits / temperature(logits, truth))
    chances /= chances.sum(axis=1, keepdims=True)
    least = threshold(chances, truth, 0.8)
    found = selective(chances, truth, np.ones(4_000), least)
    assert found["accuracy"] == pytest.approx(0.8, abs=0.02)
    assert 0 < found["coverage"] == found["coverage_of_seconds"] < 1
    assert found["accuracy_of_the_rest"] < 0.8
    assert threshold(chances[:3], (chances[:3].argmax(axis=1) + 1) % 8) == 1.0


def test_what_is_held_out_can_be_read_again(tmp_path):
    held = HeldOut.empty(list("abcdefgh"), np.array(["1", "2"] * 4), np.arange(8))
    held.fold[:] = [0, 1] * 4
    held.network[:] = rng.standard_normal((8, 8))
    held.save(tmp_path / "held_out.npz", {"version": "v"}, rng.standard_normal((8, 5)))
    with np.load(tmp_path / "held_out.npz") as stored:
        np.testing.assert_allclose(stored["probabilities"].sum(axis=1), 1)
        assert stored["embedding"].shape == (8, 5) and list(stored["names"]) == list("abcdefgh")
    own = held.actors == "1"
    np.testing.assert_allclose(held.compared()[own].mean(axis=0), 0, atol=1e-12)
