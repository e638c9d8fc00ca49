"""The raters' models: features, data, evaluation, serving."""

from __future__ import annotations

import csv
import gzip
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from ml.core import registry
from ml.core.errors import Unreadable
from ml.interview import features, invite
from ml.interview.features import Spoken
from ml.interview.infer import read
from ml.interview.words import LEXICAL, is_filler, lexical, variety, words_of
from ml.training.interview.data import PROSODY, prosody_beside, read_interviews
from ml.training.interview.evaluate import evaluate
from ml.training.interview.fit import fit_linear
from ml.training.interview.scores import merit
from ml.training.interview.train import folds
from ml.training.interview.transcripts import answers

ROOT = Path(__file__).resolve().parents[3]
TALK = (
    "In my last project we built a small warehouse robot for the university and I was responsible for its eyes. "
    "We tested three cameras, and because the light kept changing I wrote a program that looked at the floor instead. "
)


def write(folder: Path, people: int = 6) -> Path:
    """A small table laid out as the real one, of our own words and random numbers."""
    rng = np.random.default_rng(0)
    rows, sound = [], []
    for person in range(people):
        for prefix in ("p", "pp"):
            said = "|".join(f"Interviewer: Go on.|Interviewee: {TALK} {'um ' * person}" for _ in range(3))
            rows.append([f"{prefix}{person}", person, 4 + person / 3, 5 - person / 4, said])
            sound += [[f"{prefix.upper()}{person}Q{q}", *rng.uniform(1, 2, len(PROSODY))] for q in (1, 2)]
    sound[0][5] = "--undefined--"
    for name, head, table in (
        ("talks.csv.gz", ["participant", "student", "overall", "excited", "transcript"], rows),
        ("talks_prosody.csv.gz", ["participant&question", *PROSODY], sound),
    ):
        with gzip.open(folder / name, "wt", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows([head, *table])
    return folder / "talks.csv.gz"


def test_only_the_candidate_is_read():
    said = answers(
        "Interviewer: Hello.|Interviewee: I am Kim.|and I sing. (both laugh)|Interviewer: Mmhmm.|INTERVIEWEE : Yes"
    )
    assert said == ["I am Kim. and I sing.", "Yes"]
    assert answers("Just what I wrote.") == ["Just what I wrote."]


def test_fillers_are_not_words():
    assert [word for word in words_of("Um, hmm, I'm uhh here, human.") if is_filler(word)] == ["um", "hmm", "uhh"]
    row = lexical(["um we we work, you know, and uh don't stop"])
    assert row["share_fillers"] == pytest.approx(2 / 8) and row["share_repeats"] == pytest.approx(1 / 8)
    assert row["share_hedges"] == pytest.approx(1 / 8) and row["share_negations"] == pytest.approx(1 / 8)
    assert set(row) == set(LEXICAL)
    with pytest.raises(ValueError, match="no word"):
        lexical(["um uh", ""])


def test_variety_falls_with_repetition():
    assert variety(["again"] * 200) == pytest.approx(1 / 50)
    assert variety([str(i) for i in range(200)]) == 1


def test_both_interviews_of_a_student_are_in_one_fold():
    students = np.repeat(np.arange(20), 2)
    held = list(folds(students, 5, 3))
    assert np.sum(held, axis=0).tolist() == [1] * 40
    assert all(mask[0::2].tolist() == mask[1::2].tolist() for mask in held)


def test_a_ridge_finds_a_line_and_says_what_moved_it():
    rng = np.random.default_rng(1)
    rows = rng.normal(size=(200, 3))
    rows[5, 2] = np.nan
    target = np.column_stack([2 * rows[:, 0] + 1, rows[:, 1]])
    fitted = fit_linear(("a", "b", "c"), rows, target, [(("a", "b"), 1e-4), (("a", "b", "c"), 1e-4)])
    assert np.corrcoef(fitted.predict(rows)[:, 0], target[:, 0])[0, 1] > 0.99
    parts = fitted.parts(rows[0])
    assert fitted.predict(rows[:1])[0] == pytest.approx(parts.sum(axis=0) + fitted.bias)


def test_intervals_are_over_groups():
    truth = np.repeat(np.arange(10.0), 20)
    figures = merit(truth + np.tile([1, -1], 100), truth, np.repeat(np.arange(10), 20))
    assert figures["groups"] == 10 and figures["r_interval"][0] < figures["r"] <= figures["r_interval"][1] + 1e-6
    assert figures["mae"] == pytest.approx(1)


def test_a_table_of_the_same_layout_is_evaluated(tmp_path):
    figures = evaluate(write(tmp_path))
    assert figures["n"] == 12 and figures["students"] == 6 and figures["trained_on"] == 0
    assert {"r", "mae", "r_interval"} <= figures["overall"].keys() & figures["excited"].keys()
    assert "warning" not in figures and figures["cross_validated"]["full"]["overall"]["n"] == 110


def test_the_prosody_beside_is_needed(tmp_path):
    path = write(tmp_path)
    assert prosody_beside(path).name == "talks_prosody.csv.gz"
    (tmp_path / "talks_prosody.csv.gz").rename(tmp_path / "interviews_prosody_test.csv.gz")
    assert prosody_beside(path).name == "interviews_prosody_test.csv.gz"
    (tmp_path / "interviews_prosody_test.csv.gz").unlink()
    with pytest.raises(FileNotFoundError, match=r"talks_prosody\.csv\.gz"):
        evaluate(path)


def test_the_command_prints_one_object(tmp_path):
    command = [sys.executable, "-m", "ml.cli", "evaluate", "interview", "--data", str(write(tmp_path)), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=True)
    assert json.loads(done.stdout)["overall"]["n"] == 12
    bad = tmp_path / "bad.csv"
    bad.write_text("a,b\n1,2\n", "utf-8")
    command[6] = str(bad)
    refused = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    assert refused.returncode == 2 and "transcript" in refused.stderr and "Traceback" not in refused.stderr


def test_the_shipped_models_meet_the_gate():
    figures = registry.describe("interview")["figures"]
    assert figures["full"]["overall"]["r"] >= 0.5 and figures["product"]["overall"]["r"] >= 0.5
    assert figures["invite"]["r"] >= 0.3


def test_real_interviews_are_known_as_trained_on(real_data):
    path = real_data / "text" / "mit_interviews.csv.gz"
    figures = evaluate(path)
    assert figures["trained_on"] == figures["n"] == 110 and "trained on" in figures["warning"]
    assert len(read_interviews(path).prosody[0]) == 5


def test_raters_of_recorded_answers():
    spoken = [Spoken(TALK * 2, 30.0, 1.0, 9.0), Spoken(TALK * 2, 32.0, None, None)]
    reading = read(spoken)
    for rating in reading.ratings.values():
        assert 1 <= rating.low < rating.value < rating.high <= 7 and rating.n == 160
    assert 0 <= reading.invite.low < reading.invite.value < reading.invite.high <= 1
    hesitant = read(
        [Spoken(answer.text.replace(". ", ". um uh um uh "), answer.seconds * 2, 4.0, 2.0) for answer in spoken]
    )
    assert hesitant.ratings["overall"].value < reading.ratings["overall"].value
    assert any(part["feature"] == "share_fillers" and part["effect"] < 0 for part in hesitant.parts)
    assert json.dumps(reading.to_json(), allow_nan=False)


def test_how_long_an_answer_is_counts_as_it_did_for_the_raters():
    """The mean over answers, as the data set's questions are; not the whole interview's length."""
    place = features.PRODUCT.index("log_seconds_per_answer")
    one, three = ([Spoken(TALK, 40.0)] * count for count in (1, 3))
    assert features.product(one)[place] == pytest.approx(np.log(40.0)) == features.product(three)[place]
    assert features.product([Spoken(TALK, 20.0), Spoken(TALK, 60.0)])[place] == pytest.approx(np.log(40.0))
    assert registry.describe("interview")["figures"]["product"]["overall"]["r"] >= 0.6


@pytest.mark.parametrize("spoken", [[], [Spoken("", 90.0)], [Spoken("um " * 400, 90.0)], [Spoken(TALK, 20.0)]])
def test_too_little_speech_is_refused(spoken):
    with pytest.raises(Unreadable) as refused:
        read(spoken)
    assert refused.value.code == "too_little_speech"


def test_inviting_depends_on_how_much_is_said():
    fitted = invite.load(registry.file_of("interview", invite.FILE))
    few, many = fitted.predict(["I like it.", TALK])
    assert few < many
    assert len(features.PRODUCT) == len(set(features.PRODUCT))


def test_the_card_says_what_the_weights_say():
    card = (ROOT / "ml" / "interview" / "MODEL_CARD.md").read_text("utf-8")
    figures = registry.describe("interview")["figures"]
    names = {"full": "full", "full, without choosing features": "full_without_selection", "product": "product"}
    for name, key in names.items():
        for rating, each in figures[key].items():
            low, high = each["r_interval"]
            assert f"| {name} | {rating} | {each['r']:.2f} | {low:.2f} to {high:.2f} | {each['mae']:.2f} |" in card
    assert f"| invite | invite | {figures['invite']['r']:.2f} |" in card
