"""What the face reading's detector, cadence and runtime were chosen by: the alternatives, measured."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from bench.measuring import BenchFailed, rows, run

#: dlib at full size with one upsampling, ten pictures a second: (time, boxes) for each.
FULL = """
from ml.media import demux
from ml.face import detector, infer
answer["faces"], due = [], 0
for picture in demux.pictures(sys.argv[1], fps=infer.FPS, max_height=infer.HEIGHT):
    if (picture.time + 0.001) * infer.RATE >= due:
        due = int((picture.time + 0.001) * infer.RATE) + 1
        found = detector.search(picture.grey, 10_000, least=0.0)
        answer["faces"].append([round(picture.time, 3), [(one.box * picture.scale).tolist() for one in found]])
"""
_DETECTOR = """
import glob
import cv2
import numpy as np
from ml.media import demux
from ml.face import detector
from ml.face.detector import apart, overlap, search, search_near, Found, _run
ways = {
    "full size, once upsampled": lambda grey: search(grey, 10_000, least=0.0),
    "full size": lambda grey: [Found(*one) for one in _run(grey, 0, 0.0)],
    "640 pixels, once upsampled": lambda grey: search(grey, 640),
    "480 pixels, once upsampled": lambda grey: search(grey, 480),
    "320 pixels, once upsampled": lambda grey: search(grey, 320),
}
pictures = [p.grey for p in demux.pictures(sys.argv[1], fps=1)][:12]
photographs = [cv2.imread(path, cv2.IMREAD_GRAYSCALE) for path in sorted(glob.glob(sys.argv[2] + "/*.jpg"))]
reference = [search(grey, 10_000, least=0.0) for grey in photographs]
def counted(way):
    hit = more = 0
    for grey, wanted in zip(photographs, reference):
        found = way(grey)
        hit += sum(any(overlap(a.box, b.box) > 0.4 for b in found) for a in wanted)
        more += sum(all(overlap(a.box, b.box) <= 0.4 for a in wanted) for b in found)
    return hit, more
answer["wanted"] = sum(map(len, reference))
answer["ways"] = []
for name, way in ways.items():
    worked = time.process_time()
    found = [way(grey) for grey in pictures]
    spent = 1000 * (time.process_time() - worked) / len(pictures)
    hit, more = counted(way)
    answer["ways"].append([name, spent, sum(map(bool, found)) / len(pictures), hit, more])
boxes = [search(grey, 640)[0].box for grey in pictures]
worked = time.process_time()
found = [search_near(grey, box) for grey, box in zip(pictures, boxes)]
spent = 1000 * (time.process_time() - worked) / len(pictures)
answer["ways"].append(["around a known face", spent, sum(map(bool, found)) / len(pictures), None, None])
"""
_CADENCE = """
import cv2
from ml.media.clutter import clutter
from ml.media.portrait import portrait as astronaut
from ml.media import demux
from ml.face import infer
from ml.face.tracker import DetectionIntervals, Tracker
pictures = [(p.time, p.grey) for p in demux.pictures(sys.argv[1], fps=infer.FPS, max_height=infer.HEIGHT)]
pictures = [(time, grey) for time, grey in pictures if time < 16]
room = cv2.resize(clutter(), (640, 480))
small = cv2.resize(pictures[0][1], (214, 160), interpolation=cv2.INTER_AREA)[:, 40:]
scene = []
for time, grey in pictures:  # from 5 to 8 s nobody is there; from 11 to 14 s a small face is there too
    if 5 <= time < 8:
        grey = room
    elif 11 <= time < 14:
        grey = grey.copy()
        grey[300:460, :174] = small
    scene.append((time, grey))
infer.features._predictor()
answer["ways"] = []
never = 1e9
for check, coarse, fine, glance in (
    (0.0, 0.2, 0.2, never), (0.2, 0.2, 5, never), (0.2, 1, 5, never), (0.35, 2, 15, never),
    (0.35, 5, 15, never), (0.35, 5, 15, 0.4), (0.35, 5, 30, 0.4), (0.5, 10, 30, 0.4),
):
    cadence = DetectionIntervals(check, coarse, fine, glance, stirred=1 if glance < never else coarse)
    tracker, missed, ghosts, second = Tracker(cadence=cadence), 0, 0, 0
    worked = time_ = None
    worked = __import__("time").process_time()
    for time_, grey in scene:
        found = tracker.step(grey, time_)
        followed = tracker.followed is not None
        gone = 5 <= time_ < 8
        missed += not gone and not followed
        ghosts += gone and followed and time_ - 5 > 0.7
        second += 11 <= time_ < 14 and len(found) > 1
    spent = __import__("time").process_time() - worked
    voided = sum(until - after for _, after, until in tracker.voids)
    shares = missed / len(scene), second / (3 * infer.FPS)
    answer["ways"].append([check, coarse, fine, glance < never, 60 * spent / 16, *shares, voided])
"""
_ONNX = """
import numpy as np
from ml.face import classifier, quantised
faces = np.random.default_rng(0).integers(0, 256, (64, 48, 48), dtype=np.uint8)
way, batch = sys.argv[1], int(sys.argv[2])
if way == "quick":
    read = quantised.probabilities
else:
    read = lambda some: classifier.probabilities(some, mirror=way == "both")
read(faces[:batch])
worked = time.process_time()
for start in range(0, 64, batch):
    read(faces[start : start + batch])
answer["ms"] = 1000 * (time.process_time() - worked) / 64
"""
_KERAS = """
import numpy as np, keras
from ml.core import registry
import ml.training.face.model
model = keras.saving.load_model(registry.file_of("face", "face.keras"), compile=False)
faces = np.random.default_rng(0).random((64, *model.input_shape[1:]), dtype=np.float32) * 255
batch = int(sys.argv[2])
call = (lambda x: model.predict(x, verbose=0)) if sys.argv[1] == "predict" else (lambda x: model(x))
call(faces[:batch])
worked = time.process_time()
for start in range(0, 64, batch):
    call(faces[start : start + batch])
answer["ms"] = 1000 * (time.process_time() - worked) / 64
"""
_RUNTIMES = (
    ("ONNX Runtime, one face", _ONNX, "one", 1),
    ("ONNX Runtime, batch of 8", _ONNX, "one", 8),
    ("ONNX Runtime, batch of 32", _ONNX, "one", 32),
    ("ONNX Runtime, batch of 32, eight-bit integers", _ONNX, "quick", 32),
    ("ONNX Runtime, batch of 32, six views of each", _ONNX, "both", 32),
    ("TensorFlow, predict, one face", _KERAS, "predict", 1),
    ("TensorFlow, predict, batch of 32", _KERAS, "predict", 32),
    ("TensorFlow, call, batch of 32", _KERAS, "call", 32),
)


def compare(video: Path, photographs: Path) -> dict[str, Any]:
    """{detectors, cadences, runtimes}: milliseconds and faces for each alternative. Raises BenchFailed."""
    found: dict[str, Any] = {}
    _say("detectors")
    found["detectors"] = run(_DETECTOR, str(video), str(photographs))
    _say("cadences")
    found["cadences"] = run(_CADENCE, str(video))["ways"]
    found["runtimes"] = []
    for name, program, way, batch in _RUNTIMES:
        _say(name)
        try:
            answer = run(program, way, str(batch))
            found["runtimes"].append((name, answer["ms"], answer["peak_mb"]))
        except BenchFailed as failure:
            found["runtimes"].append((name, None, str(failure)))
    return found


def table(found: dict[str, Any]) -> str:
    """The alternatives in plain text."""
    wanted = found["detectors"]["wanted"]
    detectors = [
        (
            name,
            f"{ms:.1f}",
            f"{share:.0%}",
            "" if hit is None else f"{hit} of {wanted}",
            "" if hit is None else str(more),
        )
        for name, ms, share, hit, more in found["detectors"]["ways"]
    ]
    cadences = [
        (
            f"{check:g}",
            f"{coarse:g}",
            f"{fine:g}",
            "yes" if news else "no",
            f"{spent:.2f}",
            f"{missed:.1%}",
            f"{second:.0%}",
        )
        for check, coarse, fine, news, spent, missed, second, _ in found["cadences"]
    ]
    runtimes = [
        (name, "not run", reason) if ms is None else (name, f"{ms:.2f}", f"{reason:.0f}")
        for name, ms, reason in found["runtimes"]
    ]
    return "\n\n".join(
        [
            rows(("detector, ms a picture of 640×480", "ms", "in video", "on photographs", "more"), detectors),
            "cadence: seconds between looks around known faces, coarse and fine searches and whether one is made "
            "where something new is seen (Viva's: 0.35, 5, 30, yes); tracking alone, landmarks in every picture",
            rows(("around", "coarse", "fine", "news", "s a minute", "missed", "of a second face seen"), cadences),
            rows(("the network, one thread", "ms a face", "peak MB"), runtimes),
        ]
    )


def _say(what: str) -> None:
    print(f"bench: face, {what} …", file=sys.stderr, flush=True)
