"""The clip model: pairs of voice and face, its evaluation, and what it must not do."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import numpy as np
import pytest

from ml.core import registry
from ml.core.readings import SPEECH_EMOTIONS
from ml.training.fusion import card, fit, model, scores
from ml.training.fusion.evaluate import evaluate
from ml.training.fusion.pairs import Pairs, action_units, noisy

ROOT = Path(__file__).resolve().parents[4]


@pytest.fixture(scope="module")
def data() -> Path:
    folder = Path(os.environ.get("VIVA_DATA") or ROOT.parent / "shared" / "data")
    if not (folder / "speech" / "ravdess_action_units.csv").is_file():
        pytest.skip(f"no RAVDESS with action units in {folder}; set VIVA_DATA")
    return folder


def people(count: int = 8, clips: int = 48, seed: int = 0) -> Pairs:
    """Made-up people, each with an offset of their own, whose two sides are independent given the emotion."""
    random = np.random.default_rng(seed)
    truth = np.tile(np.arange(clips) % 8, count)
    names = np.repeat([f"made/{i}" for i in range(count)], clips)
    offsets = {n: (random.normal(0, 2, 35), random.normal(0, 2, 40)) for n in np.unique(names)}
    centres = random.normal(0, 0.5, (8, 35)), random.normal(0, 0.35, (8, 40))
    units = np.array([centres[0][t] + offsets[n][0] for t, n in zip(truth, names, strict=True)])
    voice = np.array([centres[1][t] + offsets[n][1] for t, n in zip(truth, names, strict=True)])
    units, voice = units + random.normal(size=units.shape), voice + random.normal(size=voice.shape)
    clip_names = [f"{i}.flac" for i in range(len(truth))]
    return Pairs(clip_names, names, truth, (units + 12) ** 2, voice, np.full(len(truth), 40.0), [])


def split(pairs: Pairs) -> tuple[model.Member, Pairs]:
    fold = np.array([int(p.split("/")[1]) % 4 for p in pairs.people])
    inside = fold != 3
    train = pairs.only(inside)
    return fit.member(train, train, fold[inside]), pairs.only(~inside)


def test_two_sides_tell_more_than_one_and_a_lost_side_leaves_the_other():
    member, test = split(people())
    read = member.read(test.units, test.voice, test.snr, test.people)
    one = {side: scores.uar(rows, test.truth) for side, rows in read.items()}
    assert one["fused"] > max(one["face"], one["speech"])
    blind = test.without(face=True)
    lost = member.read(blind.units, blind.voice, blind.snr, blind.people)
    assert lost["fused"] == pytest.approx(read["speech"])
    assert np.isnan(lost["face"]).all()
    deaf = test.without(voice=True)
    silent = member.read(deaf.units, deaf.voice, deaf.snr, deaf.people)
    assert silent["fused"] == pytest.approx(read["face"])


def test_a_baseline_uses_no_labels_and_belongs_to_one_person():
    rows = np.array([[1.0], [3.0], [100.0], [102.0]])
    who = np.array(["a", "a", "b", "b"])
    own = model.personal(rows, who, np.array([50.0]), np.array([1.0]))
    assert own[1] > own[0] and own[3] > own[2]
    nobody = model.personal(rows, np.array([""] * 4), np.array([50.0]), np.array([2.0]))
    assert nobody[:, 0] == pytest.approx((rows[:, 0] - 50) / 2)


def test_the_voice_counts_less_in_noise():
    member = model.load("all")
    assert model.trust(member.both, np.array([0.0]))[0] < model.trust(member.both, np.array([40.0]))[0]


def test_noise_is_as_loud_as_said():
    random = np.random.default_rng(0)
    sound = random.normal(0, 0.1, 16000).astype(np.float32)
    added = noisy(sound, 10.0, seed=1) - sound
    loud = np.sort(sound**2)[8000:].mean()
    assert 10 * np.log10(loud / np.mean(added**2)) == pytest.approx(10, abs=0.1)


def test_shipped_figures_hold_what_the_card_promises():
    figures = registry.describe("fusion")["figures"]
    assert figures["eight"]["accuracy"] >= 0.78
    assert figures["eight"]["gain_over_better_side"] >= 0.08
    assert figures["three"]["accuracy"] >= 0.88
    for name, found in figures["degraded"].items():
        assert found["above_better_side"] >= -0.01, name


def test_the_cards_tables_are_the_weights_own():
    text = card.PATH.read_text("utf-8")
    for name, table in card.tables().items():
        assert table in text, f"{name} is out of date: python -m ml.training.fusion.card"


def test_a_table_without_action_units_is_refused(tmp_path):
    path = tmp_path / "units.csv"
    path.write_text("clip,emotion\n1,happy\n")
    with pytest.raises(ValueError, match="no table of action units"):
        action_units(path)
    with pytest.raises(FileNotFoundError, match="--action-units"):
        action_units(tmp_path / "none.csv")


def test_people_who_were_in_training_are_read_by_folds_without_them(data, tmp_path):
    """One actor's clips: the figures are the cross-validation's, and a renamed copy is read by the model of all."""
    folder = tmp_path / "speech" / "ravdess"
    folder.mkdir(parents=True)
    source = data / "speech" / "ravdess"
    with (source / "manifest.csv").open(newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["actor"] == "8" and row["statement_id"] == "1"]
    with (folder / "manifest.csv").open("w", newline="") as stream:
        writer = csv.DictWriter(stream, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    for row in rows:
        (folder / row["file"]).symlink_to(source / row["file"])
    found = evaluate(tmp_path, data / "speech" / "ravdess_action_units.csv")
    assert found["cross_validated_people"] == found["people"] == 1
    for task, least in (("eight", 0.5), ("three", 0.6)):
        assert {"accuracy", "uar", "face_uar", "speech_uar", "per_actor_uar", "per_class_recall"} <= set(found[task])
        assert least < found[task]["accuracy"] <= 1
    assert found["eight"]["labels"] == list(SPEECH_EMOTIONS)
    assert {"voice_in_noise_10_db", "lost_face", "silence"} <= set(found["degraded"])
    assert found["degraded"]["silence"]["speech_uar"] is None
