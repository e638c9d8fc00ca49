"""The teacher, and the student that ships in its place."""

from __future__ import annotations

import numpy as np
import pytest

from ml.text import categories, distilled
from ml.training.text import distil, encoder
from tests.ml.text import teacher

WORDS = [f"word{chr(97 + n)}" for n in range(26)]


@pytest.fixture
def small(tmp_path) -> encoder.Encoder:
    return encoder.Encoder(teacher.write(tmp_path / "teacher", WORDS))


def test_a_long_text_is_read_in_stretches(small, tmp_path) -> None:
    rng = np.random.default_rng(0)
    texts = [" ".join(rng.choice(WORDS, count)) for count in (3, 126, 127, 400)] + [""]
    found = small.encode(texts)
    assert found.owner.tolist() == [0, 1, 2, 2, 3, 3, 3, 3]
    assert [found.pieces[found.owner == n].sum() for n in range(4)] == [3, 126, 127, 400]
    assert [word for n in np.flatnonzero(found.owner == 3) for word in found.tokens[n]] == texts[3].split()
    assert found.layers.shape == (8, 2, teacher.WIDTH)
    encoder.save(found, tmp_path / "encoded.npz")
    kept = encoder.load(tmp_path / "encoded.npz")
    assert kept.tokens == found.tokens
    np.testing.assert_array_equal(kept.layers, found.layers)


def test_what_stands_beside_a_text_in_its_batch_is_of_no_matter(small) -> None:
    short, long = " ".join(WORDS[:5]), " ".join(WORDS * 3)
    together = small.encode([short, long]).layers[0].astype(float)
    np.testing.assert_allclose(together, small.encode([short]).layers[0].astype(float), atol=2e-3)
    # the encoder heeds the order of words, not only which they are
    turned = small.encode([" ".join(WORDS[4::-1])]).layers[0].astype(float)
    assert np.abs(turned - together)[1].max() > 0.01


def test_a_teachers_folder_that_lacks_a_file_is_named(tmp_path) -> None:
    with pytest.raises(ValueError, match=r"lacks model\.safetensors"):
        encoder.Encoder(tmp_path)


def test_the_student_tells_what_its_teacher_tells(tmp_path) -> None:
    rng = np.random.default_rng(1)
    count = 240
    labels = rng.integers(0, 2, (count, 5))
    tokens = [[*rng.choice(WORDS, 40), *([("sea", "city")[row[0]], "is", "far"] * 4)] for row in labels]
    layers = rng.standard_normal((count, 2, 6))
    layers[:, :, 0] += 4 * labels[:, :1]
    encoded = encoder.Encoded(np.arange(count), np.full(count, 52), tokens, layers.astype(np.float16))
    chosen = np.arange(count) < 200
    fitted = distil.fit(encoded, chosen, labels)
    distil.save(fitted, tmp_path / "student.npz")
    student = distilled.load(tmp_path / "student.npz")
    scores = np.array([student.score(text) for text in tokens])
    expected = distil.teacher_scores(encoded, chosen, labels)
    assert np.corrcoef(scores[~chosen, 0], expected[~chosen, 0])[0, 1] > 0.7
    assert ((scores[~chosen, 0] > scores[:, 0].mean()) == labels[~chosen, 0]).mean() > 0.95
    np.testing.assert_allclose(scores, [fitted.score(text) for text in tokens], atol=0.02)
    # what each token adds is the score, and nothing is known of a word never seen
    parts = student.contributions(tokens[0])
    np.testing.assert_allclose(parts.sum(axis=0) + student.bias, student.score(tokens[0]), atol=1e-9)
    np.testing.assert_array_equal(student.score(["unheard"]), student.bias)
    assert student.score([]).shape == (5,)


def test_an_essay_held_out_is_of_no_matter_to_the_student() -> None:
    rng = np.random.default_rng(2)
    labels = rng.integers(0, 2, (60, 5))
    tokens = [list(rng.choice(WORDS, 40)) for _ in range(60)]
    layers = rng.standard_normal((60, 2, 6)).astype(np.float16)
    encoded = encoder.Encoded(np.arange(60), np.full(60, 40), tokens, layers)
    chosen = np.arange(60) < 50
    before = distil.fit(encoded, chosen, labels)
    changed = encoder.Encoded(
        encoded.owner, encoded.pieces, tokens[:50] + [["other"] * 40] * 10, np.where(chosen[:, None, None], layers, 9)
    )
    after = distil.fit(changed, chosen, np.where(chosen[:, None], labels, 1 - labels))
    assert before.terms == after.terms
    np.testing.assert_array_equal(before.weights, after.weights)


def test_words_fall_into_their_categories() -> None:
    def named(word: str) -> list[str]:
        return [categories.NAMES[number] for number in categories.numbers_of(word)]

    assert "family" in named("grandmother")
    assert "anxiety" in named("worrying")
    assert named("worr") == named("worrying")
    assert named("qwertz") == []
    assert categories.tones()["wonderful"][0] > 0.5 > categories.tones()["wonderful"][1]
    assert categories.tones()["awful"][1] > 0.5
    for word in ("gay", "black", "muslim", "blind", "christian", "foreign", "she", "he"):
        assert word not in categories.tones()
        assert set(named(word)) <= {"she_he"}
