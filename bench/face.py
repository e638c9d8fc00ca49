"""The face reading against the seed's way, on the same pictures of the same video in the same run.

What its detector, its cadence and its runtime were chosen by is measured beside it.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

from bench import face_choices, seed_face
from bench.long_media import repeat
from bench.measuring import ROOT, BenchFailed, rows, run
from ml.media.synthetic import ANSWERS, talking_face

__all__ = ["BenchFailed", "measure", "table"]

#: What is wanted: times the seed's speed, times real time, share of the seed's faces missed at most, MB at most.
RATIO, REAL_TIME, MISSED, MEMORY = 20, 15, 0.02, 900

_OURS = """
import json
from ml.face import infer
path, short = sys.argv[1:]
infer.read(short)  # models are loaded before anything is measured, as for the seed's way
started, worked = time.perf_counter(), time.process_time()
reading = infer.read(path)
answer["seconds"], answer["cpu_seconds"] = time.perf_counter() - started, time.process_time() - worked
answer["length"] = reading.seconds
answer["times"] = reading.track.times
answer["coverage"] = reading.coverage
"""
_FOLLOW = """
import json
from ml.face import infer
from ml.face.landmark_interpolation import LandmarkInterpolator
from ml.face.tracker import Tracker
faces = []
for view in infer.follow(sys.argv[1], Tracker(), LandmarkInterpolator()):
    faces.append([round(view.time, 3), [(face.box * view.scale).tolist() for face in view.faces]])
answer["faces"] = faces
"""
#: Decoding alone, and decoding with tracking and landmarks: what is left is the network's and small things'.
_DECODE = """
from ml.media import demux
from ml.face import infer
worked = time.process_time()
for picture in demux.pictures(sys.argv[1], fps=infer.FPS, max_height=infer.HEIGHT):
    pass
answer["cpu_seconds"] = time.process_time() - worked
"""


def measure(seconds: float = 20, rounds: int = 2) -> dict[str, Any]:
    """Seconds of the processor for both ways on ``seconds`` of our talking face (640x480, VP8), interleaved in
    ``rounds``; faces found on it and, where the data is, on three recorded people.

    Raises BenchFailed.
    """
    with tempfile.TemporaryDirectory(prefix="viva-bench-") as name:
        path = talking_face(Path(name) / "face.webm", ANSWERS["project"], seconds)
        found = _speed(path, rounds)
        found["videos"] = [_compare("talking face, ours", str(path), found.pop("seed_faces"))]
        for video in sorted((_data() / "media").glob("*.mp4")):
            _say(video.name)
            found["videos"].append(_compare(video.name, str(video), None))
        found |= face_choices.compare(path, _data() / "media")
    counted = [video for video in found["videos"] if video["theirs"]]
    found["missed"] = sum(video["missed"] for video in counted) / sum(video["theirs"] for video in counted)
    return found


def table(found: dict[str, Any]) -> str:
    """The measurements in plain text."""
    ours, seed = found["ours"], found["seed"]
    body = [
        (
            "the seed's way",
            f"{seed['cpu_per_minute']:.1f}",
            f"{60 / seed['cpu_per_minute']:.1f}",
            f"{seed['peak_mb']:.0f}",
        ),
        ("Viva", f"{ours['cpu_per_minute']:.2f}", f"{60 / ours['cpu_per_minute']:.1f}", f"{ours['peak_mb']:.0f}"),
        ("  decoding alone", f"{found['decode_per_minute']:.2f}", "", ""),
    ]
    shares = ", ".join(f"{name} {share:.0%}" for name, share in seed["shares"].items())
    parts = [
        rows(("one minute of 640×480, one core, 10 samples a second", "s", "× real time", "peak MB"), body),
        f"{found['ratio']:.1f} times the seed's speed (at least {RATIO} is wanted); its time: {shares}\n"
        f"{60 / ours['cpu_per_minute']:.1f} times real time (at least {REAL_TIME}), {ours['peak_mb']:.0f} MB "
        f"(at most {MEMORY})",
        rows(
            ("faces in the pictures sampled", "pictures", "the seed's", "of them missed", "only ours"),
            [
                (v["name"], str(v["pictures"]), str(v["theirs"]), str(v["missed"]), str(v["only_ours"]))
                for v in found["videos"]
            ],
        ),
        f"{found['missed']:.1%} of the seed's faces missed (at most {MISSED:.0%} is wanted)",
        face_choices.table(found),
    ]
    return "\n\n".join(parts) + "\n"


def _speed(path: Path, rounds: int) -> dict[str, Any]:
    ours, seed, faces = [], [], []
    short = path.with_name("short.webm")
    repeat(path, short, 2)
    for number in range(rounds + 1):
        _say(f"Viva, round {number + 1}")
        ours.append(run(_OURS, str(path), str(short)))
        if number < rounds:
            _say(f"the seed's way, round {number + 1}")
            times = [round(time, 3) for time in ours[0]["times"]]
            part = times[number * len(times) // rounds : (number + 1) * len(times) // rounds]
            seed.append(run(seed_face.PROGRAM, str(path), json.dumps(part)))
            faces += seed[-1]["faces"]
    decode = run(_DECODE, str(path))["cpu_seconds"]
    minutes = ours[0]["length"] / 60
    spent = sum(part["cpu_seconds"] for part in seed)
    # A round of the seed's decodes the whole video; once is enough.
    spent -= (rounds - 1) * decode
    mean = sum(part["cpu_seconds"] for part in ours) / len(ours)
    shares = {name: sum(part["shares"][name] for part in seed) / spent for name in seed[0]["shares"]}
    return {
        "ours": {"cpu_per_minute": mean / minutes, "peak_mb": max(part["peak_mb"] for part in ours)},
        "seed": {
            "cpu_per_minute": spent / minutes,
            "peak_mb": max(part["peak_mb"] for part in seed),
            "parameters": seed[0]["parameters"],
            "shares": shares,
        },
        "decode_per_minute": decode / minutes,
        "ratio": spent / mean,
        "rounds": {"ours": [p["cpu_seconds"] for p in ours], "seed": [p["cpu_seconds"] for p in seed]},
        "seed_faces": faces,
    }


def _compare(name: str, path: str, theirs: list | None) -> dict[str, Any]:
    """How many of the faces that dlib finds at full size with one upsampling our tracker has at the same moment."""
    from ml.face.detector import overlap

    if theirs is None:
        theirs = run(face_choices.FULL, path)["faces"]
    ours = dict(run(_FOLLOW, path)["faces"])
    missed = count = only_ours = 0
    for time, boxes in theirs:
        mine = ours.get(time, [])
        count += len(boxes)
        missed += sum(all(overlap(box, other) < 0.4 for other in mine) for box in boxes)
        only_ours += sum(all(overlap(box, other) < 0.4 for other in boxes) for box in mine)
    return {"name": name, "pictures": len(theirs), "theirs": count, "missed": missed, "only_ours": only_ours}


def _data() -> Path:
    return Path(os.environ.get("VIVA_DATA") or ROOT.parent / "shared" / "data")


def _say(what: str) -> None:
    print(f"bench: face, {what} …", file=sys.stderr, flush=True)
