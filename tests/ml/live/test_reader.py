"""A participant's stream: the same track as a file's, states, several faces, and nothing that grows."""

from __future__ import annotations

import json
import math
from pathlib import Path

import cv2
import numpy as np
import pytest

from ml.core.emotions import FACE_EMOTIONS, SPEECH_EMOTIONS
from ml.core.errors import VivaError
from ml.face import infer
from ml.fusion import combine
from ml.fusion.stream import TICK
from ml.live.faces import Faces
from ml.live.jpeg import BadFrame
from ml.live.reader import FROZEN, BadSound, Reader
from ml.media.clutter import clutter
from ml.speech import infer as voices

Pictures = list[tuple[float, np.ndarray]]


@pytest.fixture(scope="module")
def filed(film: Path):
    return infer.read(film)


@pytest.fixture(scope="module")
def streamed(frames: list[tuple[float, bytes]], speech: np.ndarray) -> list[dict]:
    """What a reader answers to the film's frames and sound, as they would come."""
    reader, answers, heard = Reader(), [], 0
    for at, frame in frames:
        while 1000 * (heard + 8000) / 16_000 <= at:
            reader.sound((32767 * speech[heard : heard + 8000]).astype(np.int16), 1000 * heard / 16_000)
            heard += 8000
        answers.append(reader.frame(frame, at))
    return answers


def test_frame_by_frame_gives_the_rows_of_the_file(pictures: Pictures, filed) -> None:
    faces = Faces()
    seen = [faces.look(grey, time) for time, grey in pictures]
    assert len(seen) == len(filed.track.times)
    pairs = list(zip(seen, filed.track.probabilities, filed.mouth.probabilities, strict=True))
    assert all((one.row is None) == (row is None) for one, row, _ in pairs)
    assert sum(row is not None for _, row, _ in pairs) > 80
    known = [(one, row, lips) for one, row, lips in pairs if row is not None]
    # A recording's faces and mouths are cut by landmarks of which some lie between their neighbours'
    # (ml/face/landmark_interpolation.py).
    rows = np.abs(np.array([one.row for one, _, _ in known]) - [row for _, row, _ in known])
    assert rows.mean() < 1e-4
    assert rows.max() < 3e-3
    apart = np.abs(np.array([one.mouth for one, _, _ in known]) - [lips[1] for _, _, lips in known])
    assert apart.mean() < 0.03
    assert apart.max() < 0.2


def test_the_fused_track_is_the_file_s(pictures: Pictures, filed) -> None:
    moments = list(combine.moments(filed, None, filed.seconds))
    reader, compared = Reader(), 0
    for time, grey in pictures:
        fused = reader.picture(grey, time)["fused"]
        ended = [m for m in moments if m.time + TICK / 2 <= time + 1e-9 and m.probabilities is not None]
        if fused is None:
            assert not ended
            continue
        assert list(fused["probabilities"].values()) == pytest.approx(list(ended[-1].probabilities), abs=2e-3)
        assert fused["valence"] == pytest.approx(ended[-1].valence[1], abs=2e-3)
        compared += 1
    assert compared > 80


def test_jpeg_changes_little(streamed: list[dict], filed) -> None:
    rows = np.array([list(one["faces"][0]["probabilities"].values()) for one in streamed if one["faces"]])
    mean = [filed.distribution[name].value for name in FACE_EMOTIONS]
    assert rows.mean(0) == pytest.approx(mean, abs=0.08)


def test_the_answer_is_as_agreed(streamed: list[dict]) -> None:
    last = streamed[-1]
    json.dumps(last, allow_nan=False)
    assert set(last) == {"faces", "voice", "fused", "state", "followed"}
    (face,) = last["faces"]
    assert set(face) == {"id", "box", "emotion", "confidence", "probabilities", "mouth", "blinks"}
    assert face["id"] == last["followed"]
    assert all(0 <= v <= 1 for v in face["box"])
    assert tuple(face["probabilities"]) == FACE_EMOTIONS
    assert tuple(last["voice"]["probabilities"]) == SPEECH_EMOTIONS
    assert {one["faces"][0]["mouth"] for one in streamed} <= {"open", "closed"}
    assert {one["state"] for one in streamed} == {"ok"}
    assert -1 <= last["fused"]["valence"] <= 1
    named = [face["emotion"] for one in streamed for face in one["faces"]]
    sure = [max(face["probabilities"].values()) >= 0.5 for one in streamed for face in one["faces"]]
    assert [name is not None for name in named] == sure


def test_blinks_are_the_file_s_but_for_the_last(streamed: list[dict], filed) -> None:
    counts = [one["faces"][0]["blinks"] for one in streamed]
    assert counts == sorted(counts)
    assert abs(counts[-1] - filed.blinks["count"]) <= 1
    assert counts[-1] >= 1


def test_blinks_are_not_counted_where_frames_are_rare(pictures: Pictures) -> None:
    reader = Reader()
    answers = [reader.picture(grey, time) for time, grey in pictures[::3]]
    assert answers[-1]["faces"][0]["blinks"] is None


def test_the_voice_is_read_as_in_a_file(streamed: list[dict], speech: np.ndarray) -> None:
    filed = voices.read_samples(lambda: iter([speech]))
    rows = np.array([row for row in filed.track.probabilities if row is not None])
    live = np.array([list(one["voice"]["probabilities"].values()) for one in streamed if one["voice"]])
    assert len(live) > 40
    assert live.mean(0) == pytest.approx(rows.mean(0), abs=0.15)


def test_a_voice_alone_is_read_and_fades(speech: np.ndarray) -> None:
    reader, black = Reader(), np.zeros((240, 320), np.uint8)
    for k in range(8):
        reader.sound(speech[8000 * k : 8000 * (k + 1)], 500.0 * k)
    answer = reader.picture(black, 4.0)
    assert answer["voice"] is not None
    assert answer["faces"] == []
    assert answer["fused"] is not None
    for k in range(8, 16):
        reader.sound(np.zeros(8000, np.int16), 500.0 * k)
        answer = reader.picture(black, 0.5 * k + 0.25)
    assert answer["voice"] is None
    assert answer["fused"] is None


def test_noise_and_silence_are_no_voice() -> None:
    reader, random = Reader(), np.random.default_rng(1)
    for k in range(10):
        reader.sound((random.normal(0, 300, 8000)).astype(np.int16), 500.0 * k)
    assert reader.picture(np.zeros((240, 320), np.uint8), 5.0)["voice"] is None


def test_two_faces_keep_their_numbers_and_their_sides(pictures: Pictures) -> None:
    reader, places = Reader(), {}
    for time, grey in pictures[:30]:
        half = cv2.resize(grey, (320, 240), interpolation=cv2.INTER_AREA)
        both = np.hstack([half, half[:, ::-1]])
        for face in reader.picture(cv2.resize(both, (1280, 480)), time)["faces"]:
            places.setdefault(face["id"], set()).add(face["box"][0] + face["box"][2] / 2 > 0.5)
    assert sorted(places) == [0, 1]
    assert all(len(sides) == 1 for sides in places.values())


def test_a_careful_look_finds_who_is_far_away(pictures: Pictures) -> None:
    grey = cv2.resize(pictures[0][1], (320, 240), interpolation=cv2.INTER_AREA)
    room = np.full((480, 640), 90, np.uint8)
    room[:] = cv2.resize(clutter()[:240], (640, 480))
    reader = Reader()
    room[200:440, 20:340] = grey
    reader.picture(room, 0.0)
    room[20:110, 480:600] = cv2.resize(grey, (120, 90), interpolation=cv2.INTER_AREA)
    assert len(reader.picture(room, 0.1)["faces"]) == 1  # it is not yet time to look for others
    careful = reader.picture(room, 0.2, careful=True)
    assert len(careful["faces"]) == 2
    assert all(len(face["probabilities"]) == 8 for face in careful["faces"])


def test_states_in_words(pictures: Pictures) -> None:
    grey = pictures[0][1]
    random = np.random.default_rng(3)
    room = cv2.resize(clutter(), (640, 480))
    assert Reader().picture(np.zeros((480, 640), np.uint8), 0.0)["state"] == "too dark"
    assert Reader().picture(room, 0.0)["state"] == "no face"
    dim = np.clip(grey // 9 + random.integers(0, 3, grey.shape), 0, 255).astype(np.uint8)
    assert Reader().picture(dim, 0.0)["state"] == "too dark"
    small = room.copy()
    small[100:160, 300:380] = cv2.resize(grey, (80, 60), interpolation=cv2.INTER_AREA)
    assert Reader().picture(small, 0.0, careful=True)["state"] in ("too small", "no face")
    assert Reader().picture(grey, 0.0)["state"] == "ok"


def test_a_picture_that_does_not_move_is_not_read(pictures: Pictures) -> None:
    reader, grey = Reader(), pictures[0][1]
    answers = {t: reader.picture(grey, t) for t in np.arange(0, FROZEN + 2, 0.2).round(2)}
    assert answers[1.0]["state"] == "ok"
    last = answers[max(answers)]
    assert last["state"] == "frozen"
    assert [face["emotion"] for face in last["faces"]] == [None]
    assert last["fused"] is None
    # it moves again
    assert reader.picture(pictures[9][1], FROZEN + 2.6)["state"] == "ok"


def test_clocks_that_leap_and_go_back_do_no_harm(frames: list[tuple[float, bytes]]) -> None:
    reader, frame = Reader(), frames[0][1]
    for at in (5.0, 5.0, 1e14, 0.0, 3e9, 3e9 + 100, 3e9 - 500):
        assert reader.frame(frame, at)["faces"]
    for bad in (math.nan, math.inf, -math.inf):
        with pytest.raises(BadFrame):
            reader.frame(frame, bad)


def test_what_is_no_sound_is_refused() -> None:
    reader = Reader()
    for bad in (np.zeros(0, np.int16), np.zeros(16_001, np.int16), np.zeros((2, 100), np.int16)):
        with pytest.raises(BadSound):
            reader.sound(bad, 0.0)
    reader.sound(np.full(800, np.nan, np.float32), 0.0)
    with pytest.raises(VivaError):
        reader.frame(b"garbage", 0.0)


@pytest.mark.full
def test_a_reader_holds_no_more_after_an_hour(pictures: Pictures) -> None:
    """All that hangs on a reader is counted, objects and bytes of arrays, after two minutes and after an hour."""
    reader, random = Reader(), np.random.default_rng(0)
    small = [cv2.resize(grey, (160, 120), interpolation=cv2.INTER_AREA) for _, grey in pictures[:40]]
    room = cv2.resize(clutter(), (160, 120))
    sizes = []
    for k in range(360):  # a frame every ten seconds: the face is somebody new each time
        grey = small[k % 40] if k % 5 else room
        reader.picture(grey, 10.0 * k)
        if k % 10 == 0:
            reader.sound(random.normal(0, 0.1, 16_000).astype(np.float32), 10_000.0 * k)
        if k in (12, 359):
            sizes.append(_weight(reader))
    assert sizes[1][0] < 1.2 * sizes[0][0] + 200
    assert sizes[1][1] < 1.2 * sizes[0][1] + 200_000


def _weight(thing: object) -> tuple[int, int]:
    """How many objects hang on it, and how many bytes of arrays."""
    seen, stack, count, size = set(), [thing], 0, 0
    while stack:
        one = stack.pop()
        if id(one) in seen or isinstance(one, type):
            continue
        seen.add(id(one))
        count += 1
        if isinstance(one, np.ndarray):
            size += one.nbytes
        elif isinstance(one, dict):
            stack += [*one.keys(), *one.values()]
        elif isinstance(one, (list, tuple, set)) or type(one).__name__ in ("deque", "array"):
            stack += list(one)
        elif hasattr(one, "__dict__"):
            stack += list(vars(one).values())
    return count, size
