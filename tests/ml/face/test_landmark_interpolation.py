"""Landmarks left out where nothing happens, and no blink lost by it."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from ml.face import blinks, features
from ml.face.infer import FPS
from ml.face.landmark_interpolation import FrameSample, LandmarkInterpolator
from ml.face.tracker import Tracker
from ml.media import demux
from ml.media.animated_portrait import AnimatedPortrait


@pytest.fixture
def predicted(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """One entry for each call of the landmark model from now on."""
    calls, predict = [], features._predict

    def counted(picture: np.ndarray, box: np.ndarray) -> np.ndarray:
        calls.append(1)
        return predict(picture, box)

    monkeypatch.setattr(features, "_predict", counted)
    return calls


def watch(pictures: list[tuple[float, np.ndarray]], sparing: bool) -> list[FrameSample]:
    """The looks at a film's pictures (time, grey), landmarks spared or in every picture."""
    tracker, interpolator, looks = Tracker(), LandmarkInterpolator(), []
    for time, picture in pictures:
        faces = tracker.step(picture, time, landmarks=not sparing or interpolator.wants(time))
        owner = tracker.followed.number if tracker.followed else -1
        points = next((face.points for face in faces if face.number == owner), None)
        looks += interpolator.push(FrameSample(time, picture, True, owner, points))
    looks += interpolator.end()
    assert [look.time for look in looks] == [time for time, _ in pictures]
    return looks


def blinks_in(looks: list[FrameSample]) -> list[float]:
    seen = [look for look in looks if look.points is not None]
    times, eyes, around = zip(*((look.time, look.eyes, look.around) for look in seen), strict=True)
    return blinks.find(np.array(times), np.array(eyes), np.stack(around))


def blinking(shut: float, starts: list[float], seconds: float, sway: float) -> list[tuple[float, np.ndarray]]:
    """The puppet's eyes shut for ``shut`` seconds from each start on, its head swaying by so many pixels."""
    puppet, random, pictures = AnimatedPortrait(), np.random.default_rng(3), []
    for number in range(round(seconds * FPS)):
        time = number / FPS
        lids = float(any(start <= time < start + shut for start in starts))
        picture = cv2.cvtColor(puppet.draw(eyelids=lids, move=(sway * np.sin(2 * time), 0)), cv2.COLOR_RGB2GRAY)
        noise = random.integers(-3, 4, picture.shape)
        pictures.append((time, np.clip(picture + noise, 0, 255).astype(np.uint8)))
    return pictures


@pytest.mark.parametrize("shut", [0.1, 0.125, 0.15])
def test_short_blinks_are_not_lost(shut: float, predicted: list[int]) -> None:
    starts = [1.5 + 1.27 * k for k in range(8)]  # at every phase of the pictures that have landmarks
    pictures = blinking(shut, starts, 13, sway=6)
    every = blinks_in(watch(pictures, sparing=False))
    whole = len(predicted)
    spared = blinks_in(watch(pictures, sparing=True))
    assert len(every) == len(starts)
    assert spared == pytest.approx(every, abs=0.15)
    assert len(predicted) - whole < 0.6 * whole


def test_eyes_at_rest_take_a_quarter_of_the_landmarks(predicted: list[int]) -> None:
    pictures = blinking(0, [], 4, sway=3)
    looks = watch(pictures, sparing=True)
    assert len(predicted) <= len(pictures) / 4 + 3
    own = watch(pictures, sparing=False)
    apart = [np.abs(a.points - b.points)[17:].mean() for a, b in zip(looks, own, strict=True)]
    assert np.mean(apart) < 1.5  # pixels, of a face 180 wide
    assert [look.eyes for look in looks] == pytest.approx([look.eyes for look in own], abs=0.06)


@pytest.mark.full
def test_a_film_of_a_person_shows_the_same_blinks(real_data: Path, predicted: list[int]) -> None:
    for name in ("talking_a.mp4", "silent_face_640x360.mp4", "single_face_short.mp4"):
        stream = demux.pictures(real_data / "media" / name, fps=FPS, max_height=480)
        pictures = [(picture.time, picture.grey) for picture in stream]
        predicted.clear()
        every = blinks_in(watch(pictures, sparing=False))
        whole = len(predicted)
        assert blinks_in(watch(pictures, sparing=True)) == pytest.approx(every, abs=0.15), name
        assert len(predicted) - whole < whole


def test_a_face_that_moves_fast_is_followed_in_every_picture(head: tuple[np.ndarray, np.ndarray]) -> None:
    picture, points = head
    interpolator = LandmarkInterpolator()
    assert interpolator.wants(0.0)
    interpolator.push(FrameSample(0.0, picture, True, 0, points))
    assert [interpolator.wants(time) for time in (0.067, 0.133, 0.2, 0.267)] == [False, False, False, True]
    for number in range(1, 4):
        interpolator.push(FrameSample(number / FPS, picture, True, 0, points + 12 * number))
        assert interpolator.wants((number + 1) / FPS)
    interpolator.push(FrameSample(4 / FPS, picture, True, 0, points + 36.5))
    assert not interpolator.wants(5 / FPS)


def test_what_waits_is_made_whole_when_the_face_goes(head: tuple[np.ndarray, np.ndarray]) -> None:
    picture, points = head
    interpolator = LandmarkInterpolator()
    (first,) = interpolator.push(FrameSample(0.0, picture, True, 0, points))
    assert first.eyes == features.eye_aspect_ratio(points)
    assert interpolator.push(FrameSample(0.1, picture, True, 0)) == []
    waited, gone = interpolator.push(FrameSample(0.2, picture, True))
    assert (waited.owner, gone.owner, gone.points) == (0, -1, None)
    assert np.abs(waited.points - points).mean() < 3
    assert interpolator.wants(0.3)
    interpolator.push(FrameSample(0.3, picture, True, 0, points))
    interpolator.push(FrameSample(0.4, picture, True, 0))
    other = interpolator.push(FrameSample(0.5, picture, True, 1, points))
    assert [look.owner for look in other] == [0, 1]
    interpolator.push(FrameSample(0.6, picture, True, 1))
    (last,) = interpolator.end()
    assert (last.time, last.owner) == (0.6, 1)
    assert last.points is not None


def test_nothing_is_made_up_for_a_face_without_landmarks(head: tuple[np.ndarray, np.ndarray]) -> None:
    with pytest.raises(ValueError, match="go on from"):
        LandmarkInterpolator().push(FrameSample(0.0, head[0], True, 0))


@pytest.fixture(scope="module")
def head() -> tuple[np.ndarray, np.ndarray]:
    """The puppet, grey, and its landmarks."""
    puppet = AnimatedPortrait()
    picture = cv2.cvtColor(puppet.draw(), cv2.COLOR_RGB2GRAY)
    return picture, features.landmarks(picture, features.detect(picture)[0])
