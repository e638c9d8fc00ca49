"""Measure the paper's trained networks on who stayed out, and write them: ONNX graphs with weights of 16 bits."""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime

from ml.core import registry, runtime
from ml.core.statistics import confusion, recalls, wilson
from ml.fusion.yakaew2021.spectrogram import SIDE
from ml.fusion.yakaew2021.stream import SENTIMENTS, PaperStream
from ml.training.fusion.yakaew2021 import data as paper_data
from ml.training.fusion.yakaew2021.equivalent_1d import column, widened
from ml.training.fusion.yakaew2021.fp16 import to_fp16
from ml.training.fusion.yakaew2021.head import apply_head, fit_head

#: Pictures of a clip that is put together, and how many such clips.
PICTURES, CLIPS = 16, 180
#: Faces that the head learns from, and as many others that it is measured on.
FACES = 900


def measure(seen, seen_class, sound, sound_class, clip, head) -> dict:
    """Accuracy on clips that are put together of held-out faces and a held-out actor's clip, class by class.

    Each clip has PICTURES faces of its class, drawn anew, and its pieces of sound; its answer is the aggregated mean's
    last row (alpha 0.1). With the mouth open throughout; face alone and sound alone beside it.
    """
    random = np.random.default_rng(1)
    owners = np.unique(clip)
    truth: list[int] = []
    answers: dict[str, list[int]] = {"visual": [], "audio": [], "audiovisual": []}
    for owner in random.choice(owners, min(CLIPS, len(owners)), replace=False):
        label = sound_class[clip == owner][0]
        faces = seen[random.choice(np.flatnonzero(seen_class == label), PICTURES)]
        pieces = sound[random.choice(np.flatnonzero(clip == owner), PICTURES)]
        truth.append(label)
        for name, rows in (("visual", faces), ("audio", pieces), ("audiovisual", apply_head(head, faces, pieces))):
            stream = PaperStream()
            for row in rows:
                last: Any = stream.push(row)
            answers[name].append(int(last.argmax()))
    out: dict[str, Any] = {"clips": len(truth)}
    for name, found in answers.items():
        matrix = confusion(np.array(truth), np.array(found), len(SENTIMENTS))
        right = int(np.trace(matrix))
        out[name] = {
            "accuracy": right / len(truth),
            "interval": wilson(right, len(truth)),
            "uar": recalls(matrix)[1],
            "confusion_matrix": matrix.tolist(),
        }
    return out


def faces_of(path: Path, copies: Path | None, count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """``count`` faces of a file drawn at random, without those marked in ``copies``: what the written face network
    says of them (count, 3), and their classes."""
    without = None
    if copies is not None and copies.is_file():
        with np.load(copies) as file:
            without = file[next(n for n in file.files if file[n].dtype == bool)]
    faces, classes = paper_data.faces(path, without)
    some = np.random.default_rng(seed).choice(len(faces), count, replace=False)
    # as written just now: until the card is written too, the registry knows the files of the version before
    session = runtime.session_of(registry.weights_folder() / "paper_visual.onnx")
    name = session.get_inputs()[0].name
    parts = [session.run(None, {name: paper_data.enlarged(faces[part])})[0] for part in np.array_split(some, 30)]
    return np.concatenate(parts), classes[some]


def export(narrow, sound: np.ndarray, sound_class: np.ndarray, data: Path, training: dict, run_dir: Path) -> None:
    """Write ``paper_audio.onnx`` (widened from its 1-D equivalent) and ``paper.json``; the others are there already.

    ``sound`` (N, 3) are its answers about pieces with the classes ``sound_class``, which the head learns from. The 1-D
    equivalent measures, three hundred times faster; raises RuntimeError where the written graph answers otherwise.
    """
    folder, random = registry.weights_folder(), np.random.default_rng(0)
    seen, seen_class = faces_of(data / "faces" / "fer2013_train.npz", None, FACES, 4)
    head = fit_head(seen, seen_class, sound, sound_class, random)
    path = folder / "paper_audio.onnx"
    wide = widened(narrow)
    wide(np.zeros((1, SIDE, SIDE, 3), np.float32))  # Keras exports only what has been called
    wide.export(path, format="onnx", verbose=False)
    to_fp16(path)

    copies = data / "faces" / "fer2013_public_duplicates.npz"
    seen, seen_class = faces_of(data / "faces" / "fer2013_public.npz", copies, FACES, 2)
    pieces, piece_class, clip = paper_data.pieces(data, held_out=True, cache=run_dir)
    sound = narrow.predict(column(pieces), batch_size=400, verbose=0)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    some = random.choice(len(pieces), 4, replace=False)
    written = session.run(None, {session.get_inputs()[0].name: paper_data.pictures(pieces[some])})[0]
    difference = float(np.abs(written - sound[some]).max())
    if difference > 0.02:
        raise RuntimeError(f"the written sound network differs from its 1-D equivalent by {difference:.3f}")
    figures = measure(seen, seen_class, sound, piece_class, clip, head)
    figures["face_picture_accuracy"] = float((seen.argmax(axis=1) == seen_class).mean())
    figures["sound_piece_accuracy"] = float((sound.argmax(axis=1) == piece_class).mean())
    figures["written_differs"] = difference
    files = [f"paper_{name}.onnx" for name in ("visual", "audio")]
    if (run_dir / "mouth.json").is_file():
        figures["mouth"] = json.loads((run_dir / "mouth.json").read_text("utf-8"))
        files.append("paper_mouth.onnx")
    card = {
        "name": "paper",
        "version": f"paper-{datetime.date.today():%Y.%m}.2",
        "labels": list(SENTIMENTS),
        "head": {"weights": np.asarray(head[0]).tolist(), "biases": np.asarray(head[1]).tolist()},
        "data": [
            "FER2013 training faces, enlarged from 48 x 48 (angry, sad, neutral, happy)",
            "RAVDESS speech, actors 1-15 (Livingstone & Russo, 2018; CC BY-NC-SA 4.0), 16 kHz brought to 48 kHz",
            "700 faces with mouths labelled open or closed (mouth_open.npz), for research use",
        ],
        "training": {
            **training,
            "branches": "trained apart and then kept; the head alone joins them",
            "sound": "trained on one column of the spectrograms, whose columns are all the same, and widened",
        },
        "figures": {"protocol": "actors 16-20 and FER2013 PublicTest, clips put together class by class", **figures},
        "licence": "CC BY-NC-SA 4.0; the mouth network for research and private practice only, as its data",
        "files": {f: registry.sha256(folder / f) for f in files},
    }
    (folder / "paper.json").write_text(json.dumps(card, indent=1) + "\n", "utf-8")
    print(json.dumps(figures, indent=1))
