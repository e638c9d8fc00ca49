"""Mouths of FER2013's training faces, labelled for this project: many more mouths than the 700 faces hold.

``mouth_labels.csv`` names a row of FER2013's training file, ``open`` or ``closed``, and whether that was ``sure``. The
labels come from a vision-language model that saw enlarged faces and nothing else, not from people; faces were chosen
mostly where a network trained on the 700 alone was undecided. No picture is kept here.
"""

from __future__ import annotations

import csv
from pathlib import Path

import cv2
import numpy as np

from ml.face import detector, features
from ml.training.face import mouth_data
from ml.training.face.data import faces_folder

LABELS = Path(__file__).with_name("mouth_labels.csv")
#: What a label is taken for: the chance that the mouth is what it says.
TRUST = {"sure": 0.97, "unsure": 0.75}
#: Side in pixels to which a face is enlarged, and what is added around it, so that detector and landmarks work.
SIDE, EDGE = 192, 64
#: Where the face lies in an enlarged picture: left, top, right, bottom.
USUAL = np.array([EDGE + 8.0, EDGE + 16.0, EDGE + 192.0, EDGE + 192.0])


def labels() -> tuple[np.ndarray, np.ndarray]:
    """Rows of FER2013's training file, int (N,), and how likely each mouth is open, float32 (N,)."""
    with LABELS.open(newline="", encoding="utf-8") as file:
        found = [
            (int(one["row"]), TRUST[one["certainty"]] if one["mouth"] == "open" else 1 - TRUST[one["certainty"]])
            for one in csv.DictReader(file)
        ]
    return np.array([row for row, _ in found]), np.array([target for _, target in found], np.float32)


def mouths(data: Path, versions: int) -> tuple[np.ndarray, np.ndarray]:
    """The labelled mouths in many versions, uint8 (N, versions, H, W), and how likely each is open, float32 (N,).

    Faces that the detector does not find when enlarged are left out. Raises FileNotFoundError where ``data`` holds no
    FER2013.
    """
    rows, targets = labels()
    with np.load(faces_folder(data) / "fer2013_train.npz") as file:
        place = {int(row): index for index, row in enumerate(file["row"])}
        faces = file["x"][[place[int(row)] for row in rows]]
    pictures, points, kept = [], [], []
    for index, face in enumerate(faces):
        large = cv2.resize(face, (SIDE, SIDE), interpolation=cv2.INTER_CUBIC)
        picture = cv2.copyMakeBorder(large, EDGE, EDGE, EDGE, EDGE, cv2.BORDER_REPLICATE)
        found = detector.search_near(picture, USUAL)
        if found:
            pictures.append(picture)
            points.append(features.landmarks(picture, max(found, key=lambda one: one.score).box))
            kept.append(index)
    marks, sure = np.stack(points), np.ones(len(kept), bool)
    labelled = mouth_data.Faces(pictures, marks, marks, sure, targets[kept] > 0.5)
    return mouth_data.varied(labelled, versions), targets[kept]
