"""One call for everything: each modality on its own feet, the figures and the page that show it."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest
from plotly.offline import get_plotlyjs

from ml.analyse import LIMITS, MODALITIES, analyse
from ml.core.emotions import FACE_EMOTIONS
from ml.core.readings import TRAITS, Estimate, Track
from ml.core.stored import strict
from ml.figures import charts
from ml.media import synthetic
from ml.page import page
from ml.summary import summary


@pytest.fixture(scope="module")
def face(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return synthetic.talking_face(tmp_path_factory.mktemp("analyse") / "face.webm", synthetic.ANSWERS["project"], 8)


@pytest.fixture(scope="module")
def whole(face: Path) -> dict:
    return analyse(face, synthetic.WRITTEN_ANSWER)


def estimate(value: float) -> Estimate:
    return Estimate(value, max(0.0, value - 0.1), min(1.0, value + 0.1), 4)


def face_track(times: int = 40) -> Track:
    rows = np.random.default_rng(1).dirichlet(np.ones(len(FACE_EMOTIONS)), times).tolist()
    rows[5] = None
    return Track(FACE_EMOTIONS, [i / 5 for i in range(times)], rows)


SHARES = {label: estimate(0.1 + 0.05 * i) for i, label in enumerate(FACE_EMOTIONS)}


def test_everything_is_read_from_a_face_a_voice_and_a_text(whole: dict):
    assert all(whole[name] is not None for name in MODALITIES), whole["reason"]
    assert whole["reason"] == dict.fromkeys(MODALITIES)
    assert whole["fusion"]["weights"]["face"] + whole["fusion"]["weights"]["speech"] == pytest.approx(1)
    assert whole["media"]["width"] == 640
    json.dumps(whole, allow_nan=False)


def test_progress_ends_at_one_for_what_was_given(face: Path):
    told: dict[str, list[float]] = {}
    analyse(face, "Yes.", lambda name, share: told.setdefault(name, []).append(share))
    assert set(told) == set(MODALITIES)
    assert all(shares[-1] == 1.0 and min(shares) >= 0 for shares in told.values())


def test_what_was_not_given_says_so():
    result = analyse(None, None)
    assert [result[name] for name in (*MODALITIES, "fusion", "media")] == [None] * 5
    assert result["reason_code"] == {"face": "no_media", "speech": "no_media", "text": "no_text"}
    assert all(result["reason"].values())


def test_a_broken_recording_leaves_the_text_alone(tmp_path: Path):
    (tmp_path / "broken.webm").write_text("no recording at all\n" * 50)
    result = analyse(tmp_path / "broken.webm", synthetic.WRITTEN_ANSWER)
    assert result["reason_code"]["face"] == result["reason_code"]["speech"] == "not_media"
    assert result["text"] is not None
    assert "error" in result["media"]


def test_silence_and_an_empty_room_have_their_own_reasons(tmp_path: Path):
    path = tmp_path / "empty_room.webm"
    grey = (np.full((240, 320, 3), 90, np.uint8) for _ in range(30))
    synthetic.encode(path, grey, 10, np.zeros(3 * 48000, np.float32))
    result = analyse(path, "Only three words.")
    assert result["reason_code"] == {"face": "no_face", "speech": "silence", "text": "too_little_text"}
    assert result["fusion"] is None


def test_a_voice_alone_has_no_face(tmp_path: Path):
    path = tmp_path / "voice.webm"
    synthetic.encode(path, None, 0, synthetic.speak(synthetic.ANSWERS["why"], 48000))
    result = analyse(path, None)
    assert result["reason_code"]["face"] == "no_video"
    assert result["speech"] is not None
    assert result["fusion"]["weights"] == {"face": 0.0, "speech": 1.0}


def test_a_missing_model_takes_only_its_own_modality(face: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("VIVA_WEIGHTS", str(tmp_path))
    result = analyse(face, synthetic.WRITTEN_ANSWER)
    assert set(result["reason_code"].values()) == {"model_missing"}
    assert "./viva train face" in result["reason"]["face"]


def test_a_fault_of_ours_is_told_and_contained(face: Path, monkeypatch: pytest.MonkeyPatch):
    def broken(*_, **__):
        raise RuntimeError("wires crossed")

    monkeypatch.setattr("ml.face.infer.read", broken)
    result = analyse(face, None)
    assert result["reason_code"]["face"] == "failed"
    assert "wires crossed" in result["reason"]["face"]
    assert result["speech"] is not None


def test_strict_makes_strict_json():
    value = {"a": np.float32(1.5), "b": [float("nan"), np.int64(3)], "c": (np.array([1.0, np.inf]),)}
    assert strict(value) == {"a": 1.5, "b": [None, 3], "c": [[1.0, None]]}


def test_the_track_is_drawn_as_areas_that_add_up():
    figure = charts.emotion_track(face_track(), title="Face")
    assert [trace.name for trace in figure.data] == list(FACE_EMOTIONS)
    total = np.sum([trace.y for trace in figure.data], axis=0)
    assert total[5] == 0, "a hole is drawn as a hole"
    assert np.delete(total, 5) == pytest.approx(1, abs=1e-3)
    assert figure.layout.paper_bgcolor == "rgba(0,0,0,0)"
    assert len({trace.fillcolor for trace in figure.data}) == 8


def test_a_long_track_is_thinned_without_moving_it():
    times, rows = charts.thin(face_track(1000), 240)
    assert len(times) <= 240
    assert times[0] == pytest.approx(np.mean([0, 0.2, 0.4, 0.6, 0.8]))
    assert rows.sum(axis=1) == pytest.approx(1)


def test_a_single_stretch_gets_no_interval():
    from ml.page import _interval
    from ml.summary import _share

    once, twice = (Estimate(0.4, 0.4, 0.4, n) for n in (1, 2))
    assert _share(once) == "40 % (not enough data for an interval; n = 1)"
    assert "40 % to 40 %" in _share(twice)
    assert _interval(once) == "too little to tell" and _interval(twice) == "40.0 % to 40.0 %"


def test_bars_and_dots_carry_their_intervals():
    bars = charts.distribution(SHARES).data[0]
    assert bars.y[-1] == FACE_EMOTIONS[-1], "the likeliest on top"
    assert bars.error_x.array[-1] == pytest.approx(0.1)
    dots = charts.big_five({trait: estimate(0.5) for trait in TRAITS}).data[0]
    assert list(dots.y) == [trait.capitalize() for trait in reversed(TRAITS)]
    assert list(dots.error_x.arrayminus) == pytest.approx([0.1] * 5)


def test_figures_of_nothing_are_empty_and_not_an_error():
    for figure in (charts.emotion_track(None), charts.distribution({}), charts.big_five({})):
        assert "data" in json.loads(figure.to_json())


def test_the_page_stands_alone_and_escapes(whole: dict):
    result = {**whole, "media": {**whole["media"], "name": "<script>alert(1)</script>.webm"}, "text": None}
    result["reason"] = {**whole["reason"], "text": "No text & nothing <else>."}
    html = page(result)
    assert "<script>alert(1)" not in html
    assert "No text &amp; nothing &lt;else&gt;." in html
    assert LIMITS[:40] in html
    ours = html.replace(get_plotlyjs(), "")
    assert "http" not in ours and "src=" not in ours and "<link" not in ours, "nothing is loaded from elsewhere"
    assert ours.count('role="img"') == ours.count('<script type="application/json">') == ours.count("As a table") == 6


def test_the_summary_names_what_was_read_and_what_was_not(whole: dict):
    text = summary({**whole, "speech": None, "reason": {**whole["reason"], "speech": "No speech can be heard."}})
    assert "Voice: not read\n  No speech can be heard." in text
    assert "a face in" in text and whole["face"]["model"]["version"] in text
    assert "Openness" in text


def test_a_file_name_that_is_no_text(tmp_path):
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.wav"))
    synthetic.write_wav(path, synthetic.speak(synthetic.ANSWERS["why"], 16000), 16000)
    media = analyse(path, None)["media"]
    assert media["name"] == "caf\ufffd.wav" and json.dumps(media, ensure_ascii=False).encode("utf-8")
    path.write_bytes(b"no recording")
    assert "caf\ufffd.wav" in analyse(path, None)["media"]["error"]
