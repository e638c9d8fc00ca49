"""From scores to probabilities: the discriminant, the comparison with a person's mean, calibration, abstention."""

from dataclasses import replace

import numpy as np
import pytest

from ml.core.statistics import softmax
from ml.media.synthetic import speak
from ml.speech import classifier
from ml.speech.classifier import Scores
from ml.speech.encoder import FEATURES, means_alone
from ml.speech.familiarity import Familiarity
from ml.training.speech import discriminant
from ml.training.speech.calibration import HeldOut, selective, temperature, threshold

rng = np.random.default_rng(0)
CARD = {
    "feature_weight": 0.5,
    "temperature": 1.0,
    "temperature_far": 4.0,
    "distance_width": 0.05,
    "distance_power": 1.5,
    "temperature_compared": 1.0,
    "abstain_below": 0.4,
}


@pytest.fixture(scope="module")
def people():
    """Features (320, 12) of eight classes by 20 people, each with an offset of their own, with truth and actors."""
    truth, actors = np.tile(np.arange(8), 40), np.repeat(np.arange(20), 16)
    means, offsets = rng.standard_normal((8, 12)) * 2, rng.standard_normal((20, 12)) * 3
    return means[truth] + offsets[actors] + rng.standard_normal((320, 12)), truth, actors


def test_a_discriminant_finds_what_is_there(people):
    features, truth, actors = people
    new = actors >= 15
    alone, against = discriminant.pair(features[~new], truth[~new], actors[~new])
    by_itself = np.mean(alone(features[new]).argmax(axis=1) == truth[new])
    centred = discriminant.centred(features, actors)[new]
    compared = np.mean(against(centred).argmax(axis=1) == truth[new])
    assert compared > 0.9 and compared > by_itself > 0.2


def test_comparing_logits_is_comparing_features(people):
    features, truth, actors = people
    _, against = discriminant.pair(features, truth, actors)
    own = actors == 3
    rows = classifier.combined_against(np.zeros((own.sum(), 8)), against(features[own]), against.bias, CARD)
    expected = 0.5 * against(discriminant.centred(features, actors)[own])
    np.testing.assert_allclose(rows, expected, atol=1e-8)


def test_two_encoders_features_are_read_as_one(people):
    features, truth, actors = people
    parts = features[..., :7], features[..., 7:]
    pairs = [discriminant.pair(part, truth, actors) for part in parts]
    for which, both in enumerate(discriminant.joined(pairs)):
        expected = pairs[0][which](parts[0]) + pairs[1][which](parts[1])
        np.testing.assert_allclose(both(features), expected, atol=1e-9)


def test_a_corpus_that_sounds_other_and_lacks_an_emotion_teaches_all_the_same():
    """Two corpora on either side of a direction that says nothing: the discriminant finds the emotions of both, and
    names the one that only one of them has in that one."""
    random = np.random.default_rng(3)
    truth, corpora = np.tile(np.arange(8), 100), np.repeat([0, 1], 400)
    kept = ~((corpora == 1) & (truth == 1))
    truth, corpora = truth[kept], corpora[kept]
    means = random.standard_normal((8, 12)) * 2
    features = means[truth] + random.standard_normal((len(truth), 12)) + 6.0 * corpora[:, None] * np.eye(12)[0]
    odd = np.arange(len(truth)) % 2 == 1
    found = discriminant.fit(features[odd], truth[odd], corpora[odd])(features[~odd]).argmax(axis=1)
    for corpus in (0, 1):
        assert np.mean(found[corpora[~odd] == corpus] == truth[~odd][corpora[~odd] == corpus]) > 0.85
    apart = discriminant.fit(features[odd], truth[odd])(features[~odd]).argmax(axis=1)
    assert np.mean(found == truth[~odd]) >= np.mean(apart == truth[~odd]), "as two corpora at least as well as as one"


def test_an_emotion_that_nobody_showed_is_never_named(people):
    features, truth, _ = people
    some = truth != 4
    found = discriminant.fit(features[some], truth[some])(features)
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
    scores = [Scores(np.full(8, k), np.full(8, 2.0 * k), np.full(8, 3.0 * k), 4.0 * k) for k in (0, 2)]
    found = classifier.mean(scores)
    assert found.network[0] == 1 and found.alone[0] == 2 and found.against[0] == 3 and found.distance == 4
    assert classifier.abstains(np.full(8, 0.125), CARD)
    assert not classifier.abstains(np.array([0.5, 0.5, 0, 0, 0, 0, 0, 0]), CARD)


def test_what_sounds_foreign_is_sure_of_nothing():
    """The same logits, near and far: near they are named, far the likeliest emotion stays and is not named; the further
    off, the less sure."""
    logits = np.zeros(8)
    logits[3] = 4.0
    near, edge, far, further = (
        classifier.alone(Scores(np.zeros(8), 2 * logits, logits, distance), CARD) for distance in (0.5, 1.0, 2.0, 4.0)
    )
    assert near.argmax() == far.argmax() == further.argmax() == 3 and near[3] > edge[3] > far[3] > further[3] + 0.02
    assert not classifier.abstains(near, CARD) and classifier.abstains(far, CARD)
    assert near.sum() == pytest.approx(1) and far.sum() == pytest.approx(1)
    np.testing.assert_allclose(edge, (near + softmax(logits / CARD["temperature_far"])) / 2, atol=1e-3)
    np.testing.assert_allclose(far, softmax(logits / (CARD["temperature_far"] * 2**1.5)), atol=1e-3)


def test_the_distance_is_to_the_nearest_corpus_and_in_units_of_its_limit():
    random, width = np.random.default_rng(4), sum(FEATURES)
    bases = random.standard_normal((2, 5, width))
    corpora = [random.standard_normal((200, 5)) @ base + 10 * k for k, base in enumerate(bases)]
    spaces = [discriminant.directions(rows[:150].astype(np.float32), 5) for rows in corpora]
    limits = [float(np.quantile(s.distance(means_alone(r[150:])), 0.9)) for s, r in zip(spaces, corpora, strict=True)]
    known = Familiarity(tuple(replace(s, limit=max(v, 1e-3)) for s, v in zip(spaces, limits, strict=True)))
    assert (known(corpora[0][150:]) <= 2).all() and (known(corpora[1][150:]) <= 2).all()
    assert (known(0.5 * (corpora[0] + corpora[1])) > 2).all(), "between two corpora is near neither"


def test_a_synthetic_voice_is_foreign_in_any_language(model):
    """eSpeak NG's voices are nobody's that the model learnt from, whatever they say: nothing is named."""
    said = {
        "de": "Heute abend könnte ich es ihm sagen. Das schwarze Stück Papier liegt da oben.",
        "ur": "آج موسم بہت اچھا ہے اور ہم سب باہر جا رہے ہیں۔",
        "en-us": "I would like to tell you about the project that I led last year.",
    }
    for voice, text in said.items():
        scores = classifier.score(speak(text, voice=voice)[:48_000])
        assert scores.distance > 1, voice
        assert classifier.abstains(classifier.alone(scores, model), model), voice


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
    assert found["accuracy_of_the_rest"] < 0.8 and found["n"] == round(4_000 * found["coverage"])
    assert selective(chances, truth, np.ones(4_000), 1.01)["accuracy"] is None, "silence is neither right nor wrong"
    corpora = np.arange(4_000) % 2
    assert threshold(chances, truth, 0.99, corpora) < threshold(chances, truth, 0.99)
    assert threshold(chances[:3], (chances[:3].argmax(axis=1) + 1) % 8) == 1.0


def test_what_is_held_out_can_be_read_again(tmp_path):
    held = HeldOut.empty(list("abcdefgh"), np.array(["1", "2"] * 4), np.arange(8), np.zeros(8, int))
    held.fold[:] = [0, 1] * 4
    held.network[:] = rng.standard_normal((8, 8))
    held.distances[:] = 1.0
    held.save(tmp_path / "held_out.npz", {"version": "v"})
    with np.load(tmp_path / "held_out.npz") as stored:
        np.testing.assert_allclose(stored["probabilities"].sum(axis=1), 1)
        assert stored["distances"].shape == (8, 1) and list(stored["names"]) == list("abcdefgh")
    own = held.actors == "1"
    np.testing.assert_allclose(held.compared()[own].mean(axis=0), 0, atol=1e-12)
