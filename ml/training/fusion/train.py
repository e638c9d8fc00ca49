"""Train how face and voice meet in time, and the head on action units that it is measured with.

``python -m ml.training fusion --data DIR``, where DIR holds ``speech/ravdess``,
``speech/ravdess_action_units.csv`` and ``faces/fer2013_public.npz``. Takes the shipped face and speech models as they
are, and the members of the speech model's cross-validation from its run: train it again when they change.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np

from ml.core import registry
from ml.core.emotions import SPEECH_EMOTIONS
from ml.training.fusion import evaluate, fit_stream, units
from ml.training.fusion.assemble import Bank
from ml.training.fusion.pairs import Pairs, action_units, fold_voice, gather


def folds_of(speech_run: Path) -> dict[str, int]:
    """The fold of each of RAVDESS's people in the speech model's cross-validation. Raises FileNotFoundError."""
    path = speech_run / "held_out.npz"
    if not path.is_file():
        raise FileNotFoundError(f"there is no {path}. Train the voice first (./viva train speech --data DIR)")
    with np.load(path) as file:
        return {
            str(p): int(k) for p, k in zip(file["actors"], file["fold"], strict=True) if str(p).startswith("ravdess/")
        }


def voices_of(speech_run: Path) -> dict[str, np.ndarray]:
    """The members' discriminants and RAVDESS's directions, as ``fusion.npz`` keeps them."""
    with np.load(speech_run / "folds.npz") as file:
        found = {"voice/limit": file["limit"][0]}
        for key in file.files:
            fold, *rest = key.split("/")
            if rest in (["weight"], ["bias"]):
                found[f"{fold}/voice/{rest[0]}"] = file[key].astype(np.float32)
            elif rest[:1] == ["0"]:
                found[f"{fold}/voice/{rest[1]}"] = file[key].astype(np.float16)
    return found


def train(data: Path, speech_run: Path) -> None:
    """Cross-validate, learn on everybody, write ``fusion.npz`` and ``fusion.json``.

    Raises MediaError, ValueError, FileNotFoundError where the data are not there.
    """
    table = data / "speech" / "ravdess_action_units.csv"
    columns, _ = action_units(table)
    folds, arrays = folds_of(speech_run), voices_of(speech_run)
    members = {k: fold_voice(arrays, k) for k in sorted(set(folds.values()))}

    def hear(**options) -> Pairs:
        return gather(data, table, lambda person: members[folds[person]], columns=columns, **options)

    clean = hear()
    some = set(sorted(folds)[:: max(1, len(folds) // evaluate.PEOPLE_IN_NOISE)])
    chosen = {name for name, person in zip(clean.names, clean.people, strict=True) if person in some}
    noisy = {name: hear(noise_db=level, only=chosen) for name, level in evaluate.NOISES.items()}
    fold = np.array([folds[person] for person in clean.people])
    heads = {str(k): units.fit(*_of(clean, fold != k)) for k in members}
    heads["all"] = units.fit(*_of(clean, fold >= 0))
    seen, seen_class = fit_stream.pictures(data)
    odd = np.arange(len(seen)) % 2 == 1
    settings = {}
    for k in (*members, "all"):
        inside = fold != k
        own = clean.only(inside)
        inner = {str(j): units.fit(*_of(clean, inside & (fold != j))) for j in members if j != k}
        faces = evaluate.by_heads(own, inner, folds)  # by heads that met neither them nor the fold left out
        voices, voice_class = fit_stream.voice_rows(own)
        bank = Bank(seen[~odd], seen_class[~odd], voices, voice_class)
        settings[str(k)] = fit_stream.learn(own, faces, bank)
        print(k, {n: v for n, v in settings[str(k)].to_json().items() if not n.endswith("_map")}, flush=True)

    def reader(pairs: Pairs) -> dict[str, np.ndarray]:
        """Each clip by head, voice and settings that never met its person."""
        return evaluate.by_folds(pairs, evaluate.by_heads(pairs, heads, folds), settings, folds)

    figures = evaluate.figures(clean, noisy, reader)
    out = fold == max(members)
    voices, voice_class = fit_stream.voice_rows(clean.only(out))
    test = Bank(seen[odd], seen_class[odd], voices, voice_class)
    arrays |= {key: value for name, head in heads.items() for key, value in units.pack(head, name).items()}
    arrays |= {f"{name}/settings": np.array(json.dumps(s.to_json())) for name, s in settings.items() if name != "all"}
    stored = {f"bank/{name}": getattr(test, name) for name in Bank.__dataclass_fields__}
    arrays |= {k: v.astype(np.int8 if k.endswith("_class") else np.float16) for k, v in stored.items()}
    folder = registry.weights_folder()
    np.savez_compressed(folder / "fusion.npz", allow_pickle=True, **arrays)
    card = {
        "name": "fusion",
        "version": registry.next_version("fusion"),
        "labels": list(SPEECH_EMOTIONS),
        "data": [
            "RAVDESS speech, actors 1-20 (Livingstone & Russo, 2018; CC BY-NC-SA 4.0)",
            "action units (OpenFace) of the same clips' video",
            "for pictures of faces: the shipped face model on FER2013 PublicTest",
        ],
        "action_units": columns,
        "folds": folds,
        "stream": {
            "settings": settings["all"].to_json(),
            "figures": fit_stream.figures(settings[str(max(members))], test),
            "face": registry.version_of("face").version,
            "speech": registry.version_of("speech").version,
        },
        "figures": {
            "protocol": f"{len(members)} folds grouped by actor; the served stream at each clip's end, with voice, "
            "head on action units, calibrations and powers that never met the actor",
            **figures,
        },
        "licence": "CC BY-NC-SA 4.0",
        "files": {"fusion.npz": registry.sha256(folder / "fusion.npz")},
    }
    (folder / "fusion.json").write_text(json.dumps(card, indent=1) + "\n", "utf-8")
    for task in ("eight", "three"):
        print(task, {k: round(figures[task][k], 4) for k in ("accuracy", "uar", "face_uar", "speech_uar")}, flush=True)
    print(json.dumps(figures["degraded"], indent=1))


def _of(pairs: Pairs, some: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return pairs.units[some], pairs.people[some], pairs.truth[some]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--speech-run", type=Path, default=Path("runs/speech"), help="the voice's training run")
    options = parser.parse_args()
    train(options.data, options.speech_run)
