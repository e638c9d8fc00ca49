"""The fusion that serves, measured on pairs of voice and face: what it takes and says, and that it is the same one."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import numpy as np
import pytest

from ml.core import registry
from ml.core.emotions import SPEECH_EMOTIONS
from ml.core.readings import ModelVersion, SpeechReading, Track
from ml.fusion.combine import moments
from ml.fusion.rows import STATES
from ml.fusion.stream import FusionStream, shipped
from ml.training.fusion import card, evaluate, fit_stream, scores, units
from ml.training.fusion.assemble import Bank, pairs_in_turn
from ml.training.fusion.pairs import Pairs, action_units, noisy

ROOT = Path(__file__).resolve().parents[4]
EIGHT = len(SPEECH_EMOTIONS)


@pytest.fixture(scope="module")
def data() -> Path:
    folder = Path(os.environ.get("VIVA_DATA") or ROOT.parent / "shared" / "data")
    if not (folder / "speech" / "ravdess_action_units.csv").is_file():
        pytest.skip(f"no RAVDESS with action units in {folder}; set VIVA_DATA")
    return folder


def reading(row: np.ndarray, seconds: float = 3.5) -> SpeechReading:
    """A clip's voice: one window, and speech from 1 s to 2.5 s."""
    track = Track(SPEECH_EMOTIONS, [1.75], [row.tolist()])
    return SpeechReading(
        ModelVersion("made", "1", ""),
        1.0,
        seconds=seconds,
        window_seconds=3.0,
        track=track,
        activity=[[1.0, 2.5, "speech"]],
    )


def sure(label: int, share: float, random: np.random.Generator) -> np.ndarray:
    """A row that gives ``label`` about ``share``."""
    row = random.dirichlet(np.ones(EIGHT)) * (1 - share)
    row[label] += share
    return row


def people(count: int = 6, clips: int = 32, seed: int = 0) -> tuple[Pairs, np.ndarray]:
    """Made-up people, each with an offset of their own in the action units, whose two sides are independent given the
    emotion; and what a face says of each clip, right in two of three."""
    random = np.random.default_rng(seed)
    truth = np.tile(np.arange(clips) % EIGHT, count)
    names = np.repeat([f"made/{i}" for i in range(count)], clips)
    offsets = {n: random.normal(0, 2, 35) for n in np.unique(names)}
    centres = random.normal(0, 0.8, (EIGHT, 35))
    rows = np.array([centres[t] + offsets[n] for t, n in zip(truth, names, strict=True)])
    rows = (rows + random.normal(size=rows.shape) + 12) ** 2

    def said(t: int) -> np.ndarray:
        return sure(t if random.random() < 0.67 else int(random.integers(EIGHT)), 0.5, random)

    voice = [reading(said(t)) for t in truth]
    faces = np.array([said(t) for t in truth])
    clip_names = [f"{i}.flac" for i in range(len(truth))]
    return Pairs(clip_names, names, truth, rows, voice, np.full(len(truth), 3.5), []), faces


def test_two_sides_tell_more_than_one_and_a_lost_side_leaves_the_other():
    pairs, faces = people()
    read = evaluate.read(pairs, faces, shipped())
    one = {side: scores.uar(rows, pairs.truth) for side, rows in read.items()}
    assert one["fused"] > max(one["face"], one["speech"])
    lost = evaluate.read(pairs.without(face=True), np.full_like(faces, np.nan), shipped())
    np.testing.assert_array_equal(lost["fused"], read["speech"])
    assert np.isnan(lost["face"]).all()
    silent = evaluate.read(pairs.without(voice=True), faces, shipped())
    np.testing.assert_array_equal(silent["fused"], read["face"])


def test_what_is_measured_is_what_the_served_stream_says():
    """A clip's answer is the last moment of `combine.moments`, which recordings go through, with what ships."""
    pairs, faces = people(count=1, clips=8)
    read = evaluate.read(pairs, faces, shipped())["fused"]
    for i, voice in enumerate(pairs.voice):
        face = evaluate.face_reading(faces[i], 3.5)
        last = list(moments(face, voice, 3.5, FusionStream(source="action_units")))[-1].states
        by_name = {"fearful": "fear", "surprised": "surprise"}
        expected = [last[STATES.index(by_name.get(name, name))] for name in SPEECH_EMOTIONS]
        np.testing.assert_allclose(read[i], expected)


def test_a_head_knows_people_it_never_met_by_their_own_baseline():
    pairs, _ = people(seed=1)
    inside = np.isin(pairs.people, ["made/0", "made/1", "made/2", "made/3"])
    head = units.fit(pairs.units[inside], pairs.people[inside], pairs.truth[inside])
    found = head.probabilities(pairs.units[~inside], pairs.people[~inside])
    assert (found.argmax(axis=1) == pairs.truth[~inside]).mean() > 0.8
    nobody = head.probabilities(pairs.units[~inside], np.full((~inside).sum(), ""))
    assert (nobody.argmax(axis=1) == pairs.truth[~inside]).mean() < 0.8
    assert np.isnan(head.probabilities(np.full((1, 35), np.nan), np.array(["made/9"]))).all()


def test_a_baseline_uses_no_labels_and_belongs_to_one_person():
    rows = np.array([[1.0], [3.0], [100.0], [102.0]])
    who = np.array(["a", "a", "b", "b"])
    own = units.personal(rows, who, np.array([50.0]), np.array([1.0]))
    assert own[1] > own[0] and own[3] > own[2]
    nobody = units.personal(rows, np.array([""] * 4), np.array([50.0]), np.array([2.0]))
    assert nobody[:, 0] == pytest.approx((rows[:, 0] - 50) / 2)


def test_streams_of_real_pairs_are_of_one_person_and_go_from_quiet_to_something():
    pairs, faces = people()
    clips = fit_stream.through(pairs, faces, shipped())
    assert clips.face.shape == (len(pairs.truth), fit_stream.CLIP_TICKS, len(STATES))
    heard = ~np.isnan(clips.voice[..., 0])
    assert heard.any(axis=1).all() and not heard[:, :10].any(), "a window counts from when it has ended"
    streams = pairs_in_turn(clips, 24, seed=1)
    first, last = streams.truth[:, 0], streams.truth[:, -1]
    assert set(first) <= {STATES.index("neutral"), STATES.index("calm")} and not set(first) & set(last)
    assert np.isnan(streams.face[..., 0]).all(axis=1).any(), "some lack a face"


@pytest.mark.full
def test_settings_learned_on_pairs_beat_those_before_learning():
    pairs, faces = people(count=4)
    voices, states = fit_stream.voice_rows(pairs)
    seen = states != STATES.index("calm")  # no face is known to be calm
    bank = Bank(voices[seen], states[seen], voices, states)
    learned = fit_stream.learn(pairs, faces, bank)
    read = evaluate.read(pairs, faces, learned)
    one = {side: scores.uar(rows, pairs.truth) for side, rows in read.items()}
    assert one["fused"] > max(one["face"], one["speech"]) > 0.5
    assert learned.units > 0 and learned.voice > 0 and np.array(learned.units_map).shape == (9, 8)


def test_noise_is_as_loud_as_said():
    random = np.random.default_rng(0)
    sound = random.normal(0, 0.1, 16000).astype(np.float32)
    added = noisy(sound, 10.0, seed=1) - sound
    loud = np.sort(sound**2)[8000:].mean()
    assert 10 * np.log10(loud / np.mean(added**2)) == pytest.approx(10, abs=0.1)


def test_shipped_figures_hold_what_the_card_promises():
    figures = registry.describe("fusion")["figures"]
    assert figures["eight"]["accuracy"] >= 0.78
    assert figures["eight"]["gain_over_better_side"] >= 0.05
    assert figures["three"]["accuracy"] >= 0.88
    for name, found in figures["degraded"].items():
        assert found["above_better_side"] >= -0.02, name


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


@pytest.mark.full
def test_people_who_were_in_training_are_read_by_folds_without_them(data, tmp_path):
    """One actor's clips: the figures are the cross-validation's."""
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
    found = evaluate.evaluate(tmp_path, data / "speech" / "ravdess_action_units.csv")
    assert found["cross_validated_people"] == found["people"] == 1
    for task, least in (("eight", 0.5), ("three", 0.6)):
        assert {"accuracy", "uar", "face_uar", "speech_uar", "per_actor_uar", "per_class_recall"} <= set(found[task])
        assert least < found[task]["accuracy"] <= 1
    assert found["eight"]["labels"] == list(SPEECH_EMOTIONS)
    assert {"voice_in_noise_10_db", "lost_face", "silence"} <= set(found["degraded"])
    assert found["degraded"]["silence"]["speech_uar"] is None
