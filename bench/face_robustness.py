"""How the face reading holds out as pictures get worse: a curve for each disturbance.

The faces are photographs with FER2013's labels (PublicTest, the same number of each class, each enlarged and put into a
larger picture) and real people without labels (photographs and films), for whom the reading of the undisturbed picture
stands in for a label. A disturbance is done to the picture that holds the face; then face, landmarks and cut are found
in it as in use. PublicTest's own faces are 48 pixels wide: enlarged, they have no more detail than that.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from bench.disturbances import ALL, Scene
from bench.measuring import ROOT, BenchFailed, rows
from ml.core.errors import ModelMissing
from ml.face import classifier, detector, features
from ml.media import demux
from ml.media.animated_portrait import AnimatedPortrait

__all__ = ["BenchFailed", "measure", "table"]

#: Faces are this wide before anything is done to them, in pixels.
WIDTH = 150.0


def measure(each: int = 12) -> dict[str, Any]:
    """``each`` labelled faces of each class, and about 30 people; raises BenchFailed without the face model.

    For each disturbance and level: the share of faces found afresh, the share kept by somebody who knew where the face
    was, accuracy and unweighted average recall of those read, and how many agree with the undisturbed picture.
    """
    data = Path(os.environ.get("VIVA_DATA") or ROOT.parent / "shared" / "data")
    groups = {"people": people(data / "media")}
    labels = np.zeros(0, int)
    if (data / "faces" / "fer2013_public.npz").is_file():
        groups["labelled"], labels = labelled(data / "faces" / "fer2013_public.npz", each)
    try:
        plain = {name: _read(scenes) for name, scenes in groups.items()}
    except ModelMissing as missing:
        raise BenchFailed(missing.message) from missing
    found: dict[str, Any] = {"n": {name: len(scenes) for name, scenes in groups.items()}, "curves": []}
    if len(labels):
        found["undisturbed"] = _scores(plain["labelled"][2].argmax(1), labels)
    for name, unit, disturb, levels in ALL:
        print(f"bench: face, {name} …", file=sys.stderr, flush=True)
        for level in levels:
            row: dict[str, Any] = {"name": name, "unit": unit, "level": level}
            fresh, kept = [], []
            for group, scenes in groups.items():
                afresh, still, p = _read([disturb(scene, level) for scene in scenes])
                fresh, kept = [*fresh, *afresh], [*kept, *still]
                read = np.array(still) | np.array(afresh)
                agree = (p.argmax(1) == plain[group][2].argmax(1))[read]
                row[f"agreement_{group}"] = float(agree.mean()) if read.any() else None
                if group == "labelled":
                    row |= _scores(p.argmax(1)[read], labels[read])
            row["found"], row["kept"] = float(np.mean(fresh)), float(np.mean(kept))
            found["curves"].append(row)
    return found


def table(found: dict[str, Any]) -> str:
    """The curves in plain text."""
    body = [
        (
            row["name"],
            f"{row['level']} {row['unit']}" if row["unit"] != "part" else str(row["level"]),
            *(_percent(row.get(key)) for key in ("found", "kept", "accuracy", "uar")),
            *(_percent(row.get(f"agreement_{group}")) for group in ("labelled", "people")),
        )
        for row in found["curves"]
    ]
    head = ("disturbance", "level", "found", "kept", "accuracy", "recall", "agrees, labelled", "agrees, people")
    counts = ", ".join(f"{n} {name}" for name, n in found["n"].items())
    parts = [f"faces found in the undisturbed picture: {counts}"]
    if "undisturbed" in found:
        plain = found["undisturbed"]
        parts.append(f"undisturbed: accuracy {_percent(plain['accuracy'])}, mean recall {_percent(plain['uar'])}")
    parts.append(rows(head, body))
    parts.append(
        "found: by a search of the whole picture; kept: by a look around where the face was, as while it is followed.\n"
        "accuracy and mean recall over the seven classes, of labelled faces found or kept; agrees: says the same as of "
        "the undisturbed picture."
    )
    return "\n\n".join(parts) + "\n"


def labelled(path: Path, each: int) -> tuple[list[Scene], np.ndarray]:
    """PublicTest's first ``each`` faces of each class that are found, in pictures of 320 pixels; and their classes."""
    with np.load(path) as file:
        x, y = file["x"], file["y"].astype(int)
    scenes, labels = [], []
    for label in range(7):
        wanted = each
        for row in np.flatnonzero(y == label):
            side = round(WIDTH / 0.85)
            face = cv2.resize(x[row], (side, side), interpolation=cv2.INTER_CUBIC)
            edge = (320 - side) // 2
            picture = cv2.copyMakeBorder(face, edge, edge, edge, edge, cv2.BORDER_REFLECT)
            scene = _scene(picture)
            if scene is not None and abs(scene.centre - 160).max() < 60:
                scenes.append(scene)
                labels.append(label)
                wanted -= 1
            if wanted == 0:
                break
    return scenes, np.array(labels)


def people(folder: Path) -> list[Scene]:
    """Our own portrait, and every face in the photographs and three moments of the films in ``folder``."""
    puppet, scenes = AnimatedPortrait(), []
    pictures = [cv2.cvtColor(puppet.draw(mouth=m), cv2.COLOR_RGB2GRAY) for m in (0.0, 1.0)]
    for path in sorted(folder.glob("*.jpg")):
        pictures.append(cv2.imread(str(path), cv2.IMREAD_GRAYSCALE))
    for path in sorted(folder.glob("*.mp4")):
        times = [picture.grey for picture in demux.pictures(path, fps=1)]
        pictures += times[:: max(1, len(times) // 3)][:3]
    for picture in pictures:
        for one in detector.search(picture, detector.FINE):
            scale = WIDTH / (one.box[2] - one.box[0])
            centre = (one.box[:2] + one.box[2:]) / 2
            matrix = np.array([[scale, 0, 160 - scale * centre[0]], [0, scale, 160 - scale * centre[1]]])
            smooth = cv2.GaussianBlur(picture, (0, 0), 0.4 / scale) if scale < 0.5 else picture
            cut = cv2.warpAffine(smooth, matrix, (320, 320), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
            scene = _scene(cut)
            if scene is not None:
                scenes.append(scene)
    return scenes


def _scene(picture: np.ndarray) -> Scene | None:
    found = detector.search(picture)
    return Scene(picture, found[0].box) if found else None


def _read(scenes: list[Scene]) -> tuple[list[bool], list[bool], np.ndarray]:
    """For each scene: found afresh, kept by somebody who knew where it was; and probabilities (N, 8), of nothing known
    where the face was lost."""
    fresh, kept, crops = [], [], []
    for scene in scenes:
        afresh = [one for one in detector.search(scene.picture) if detector.overlap(one.box, scene.box) > 0.3]
        near = detector.search_near(scene.picture, scene.box, tilt=scene.tilt)
        near = [one for one in near if detector.overlap(one.box, scene.box) > 0.3]
        fresh.append(bool(afresh))
        kept.append(bool(near))
        found = near or afresh
        if found:
            points = features.landmarks(scene.picture, found[0].box, scene.tilt)
            crops.append(features.crop(scene.picture, points))
        else:
            crops.append(np.zeros((48, 48), np.uint8))
    return fresh, kept, classifier.probabilities(np.stack(crops), mirror=False, head="labels")


def _scores(predicted: np.ndarray, labels: np.ndarray) -> dict[str, float | None]:
    if not len(labels):
        return {"accuracy": None, "uar": None}
    recalls = [float((predicted[labels == label] == label).mean()) for label in np.unique(labels)]
    return {"accuracy": float((predicted == labels).mean()), "uar": float(np.mean(recalls))}


def _percent(share: float | None) -> str:
    return "" if share is None else f"{share:.0%}"
