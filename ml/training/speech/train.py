"""Train the speech model: actor-independent cross-validation, then calibration on what was held out.

The mean of EXPORTED networks of the cross-validation is exported, beside linear discriminants trained on all actors,
over hand-made features and over those of a recogniser's first layers.

``./viva train speech --data DIR``, where DIR holds ``speech/ravdess`` (or is that folder) and, with
``--extra``, ``speech/nemo``. Everything goes to ``--run-dir`` and a second call goes on where the first one stopped.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "tensorflow")

import keras
import numpy as np
from keras import ops
from scipy.signal import resample_poly
from tqdm import tqdm

from ml.core.readings import SPEECH_EMOTIONS
from ml.speech import encoder
from ml.speech.features import WINDOW_SECONDS, chunks, frame_power, log_mel, normalise, seconds_to_frames, window_starts
from ml.training import runs
from ml.training.speech import discriminant, encoder_graph
from ml.training.speech import model as network
from ml.training.speech.augment import Batches
from ml.training.speech.calibration import HeldOut
from ml.training.speech.data import Clip, clips, folds, load, speakers, spoken
from ml.training.speech.export import describe, export, logits_of, shrinkage

#: Speeds of the variants made beforehand, as resampling ratios (up, down): pitch and tempo change together.
SPEEDS = ((1, 1), (10, 9), (10, 11), (20, 19), (20, 21))
#: Networks whose mean is exported: beside the encoder each more costs time and brings next to nothing. Every actor was
#: trained on by at least one of two.
EXPORTED = 2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of ``train`` beside the data folder."""
    parser.add_argument("--run-dir", type=Path, default=Path("runs/speech"), help="checkpoints and cached features")
    parser.add_argument("--epochs", type=int, default=40)
    parser.add_argument("--steps", type=int, default=30, help="batches in an epoch")
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--rate", type=float, default=2e-3, help="highest learning rate")
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--only-fold", type=int, help="train this fold alone, export nothing (to try options)")
    parser.add_argument("--extra", action="store_true", help="add nEMO's speakers to the training side")
    parser.add_argument("--seed", type=int, default=0)


def find(data: Path, name: str) -> Path:
    """The folder of a data set below ``data``, or ``data`` itself."""
    for folder in (data / "speech" / name, data / name):
        if (folder / "manifest.csv").is_file():
            return folder
    return data


def variants(found: list[Clip], cache: Path) -> list[list[np.ndarray]]:
    """Per clip its trimmed log-mel frames, float16 (frames, MELS) in dB, at every speed; computed once."""
    if cache.is_file():
        with np.load(cache) as stored:
            if list(stored["names"]) == [clip.path.name for clip in found]:
                flat, lengths = stored["frames"], stored["lengths"]
                parts = np.split(flat, np.cumsum(lengths)[:-1])
                return [parts[i : i + len(SPEEDS)] for i in range(0, len(parts), len(SPEEDS))]
    result = []
    for clip in tqdm(found, desc=f"features {cache.stem}"):
        samples = spoken(load(clip.path))
        result.append([log_mel(resample_poly(samples, up, down)).astype(np.float16) for up, down in SPEEDS])
    parts = [part for clip in result for part in clip]
    cache.parent.mkdir(parents=True, exist_ok=True)
    names, lengths = [clip.path.name for clip in found], [len(part) for part in parts]
    with runs.whole(cache) as path:
        np.savez(path, names=names, frames=np.concatenate(parts), lengths=lengths)
    return result


@keras.saving.register_keras_serializable("viva")
def known_crossentropy(y_true, logits):
    """Cross-entropy over the classes that a clip's data set has; the others are marked with -1 in ``y_true``."""
    logits = ops.where(y_true < 0, -1e9, ops.cast(logits, "float32"))
    return -ops.sum(ops.maximum(y_true, 0) * ops.log_softmax(logits, axis=-1), axis=-1)


def fit(voices, options: argparse.Namespace, name: str, seed: int) -> keras.Model:
    """Train one network, or read it where it is trained already; goes on from the last whole epoch."""
    done, partial = options.run_dir / f"{name}.weights.h5", options.run_dir / f"{name}.keras"
    keras.utils.set_random_seed(seed)
    model = network.build()
    if done.is_file():
        model.load_weights(done)
        return model
    total = options.epochs * options.steps
    rate = keras.optimizers.schedules.CosineDecay(
        options.rate / 20, total - total // 10, warmup_target=options.rate, warmup_steps=total // 10, alpha=0.01
    )
    optimizer = keras.optimizers.AdamW(rate, weight_decay=0.02, clipnorm=1.0, use_ema=True, ema_momentum=0.99)
    model.compile(optimizer=optimizer, loss=known_crossentropy, jit_compile=False)
    if partial.is_file():
        model = keras.saving.load_model(partial)
    batches = Batches(voices, options.steps, options.batch, seed)
    first = int(model.optimizer.iterations) // options.steps
    bar = tqdm(
        range(first, options.epochs), desc=name, initial=first, total=options.epochs, unit="epoch", mininterval=5
    )
    for epoch in bar:
        losses = [float(model.train_on_batch(*batches.batch(epoch, step))) for step in range(options.steps)]
        bar.set_postfix(loss=f"{np.mean(losses):.3f}")
        if epoch % 5 == 4:
            with runs.whole(partial) as path:
                model.save(path)
    model.optimizer.finalize_variable_values(model.trainable_variables)
    with runs.whole(done) as path:
        model.save_weights(path)
    partial.unlink(missing_ok=True)
    return model


def windows_of(decibels: np.ndarray) -> list[np.ndarray]:
    """The windows of a clip's frames (N, MELS) in dB, as the network reads them."""
    size = seconds_to_frames(WINDOW_SECONDS)
    frames = decibels.astype(np.float32)
    return [chunks(normalise(frames[start : start + size])) for start in window_starts(len(frames))]


def unlabelled(data: Path, options: argparse.Namespace) -> list[list[np.ndarray]]:
    """Windows of 200 clips of speakers that no network knows (nEMO), or [] where there are none."""
    folder = find(data, "nemo")
    if options.extra or folder == find(data, "ravdess"):
        return []
    found = clips(folder)
    return [windows_of(log_mel(spoken(load(clip.path)))) for clip in found[:: max(1, len(found) // 200)]]


def uar(logits: np.ndarray, truth: np.ndarray) -> float:
    """Unweighted average recall of clip-level logits (N, 8)."""
    hits = logits.argmax(axis=1) == truth
    return float(np.mean([hits[truth == label].mean() for label in np.unique(truth)]))


def train(data: Path, options: argparse.Namespace) -> None:
    """Cross-validate, calibrate and write ``speech.*`` into the weights folder.

    Raises MediaError where there are no clips, ModelMissing where the encoder's package is not installed, ValueError
    where there are fewer actors than folds or where the run was begun with other options.
    """
    found = clips(find(data, "ravdess"))
    if len(speakers(found)) < options.folds:
        raise ValueError(
            f"The clips name {len(speakers(found))} actors; {options.folds} folds need as many. Fill the manifest's "
            "column actor, or ask for fewer with --folds."
        )
    kept = ("epochs", "steps", "batch", "rate", "folds", "extra", "seed")
    runs.begin(options.run_dir, clips=len(found), **{name: getattr(options, name) for name in kept})
    encoded = encoded_clips(found, options.run_dir)  # first, since a package may be missing
    frames = variants(found, options.run_dir / "ravdess.npz")
    truth = np.array([SPEECH_EMOTIONS.index(clip.emotion) for clip in found])
    everything = list(range(len(SPEECH_EMOTIONS)))
    spoken = [(part, label, everything) for part, label in zip(frames, truth, strict=True)]
    more = extra_voices(data, options) if options.extra else []
    actors = np.array([clip.actor for clip in found])
    features = discriminant.aggregate(found, options.run_dir / "functionals.npz")
    held_out = HeldOut.empty([clip.path.name for clip in found], actors, truth)
    members = []
    for fold, (_, held) in enumerate(folds(speakers(found), options.folds)):
        if options.only_fold not in (None, fold):
            continue
        inside = np.isin(actors, held)
        others = [voice for voice, out in zip(spoken, inside, strict=True) if not out]
        model = fit(others + more, options, f"fold{fold}", options.seed * 100 + fold)
        held_out.fold[inside] = fold
        held_out.network[inside] = logits_of(model, [windows_of(frames[i][0]) for i in np.flatnonzero(inside)])
        hand, heard = pairs(features[~inside], encoded[~inside], truth[~inside], actors[~inside])
        held_out.hand[inside] = hand[0](features[inside, 0])
        held_out.heard[inside] = heard[0](encoded[inside, 0])
        alone, against = discriminant.joined(hand, heard)
        both_kinds = np.concatenate([features[inside, 0], encoded[inside, 0]], axis=1)
        held_out.alone[inside] = alone(both_kinds)
        held_out.against[inside], held_out.bias[inside] = against(both_kinds), against.bias
        members.append(model)
        parts = (held_out.together(), held_out.network, held_out.hand, held_out.heard)
        every, *each = (uar(part[inside], truth[inside]) for part in parts)
        print(
            f"fold {fold}: actors {', '.join(held)}: UAR {every:.3f} (network {each[0]:.3f}, hand-made features "
            f"{each[1]:.3f}, encoder {each[2]:.3f})",
            flush=True,
        )
    if options.only_fold is None:
        card = describe(held_out, found, options)
        held_out.save(options.run_dir / "held_out.npz", card, features[:, 0])
        pair = discriminant.joined(*pairs(features, encoded, truth, actors))
        members = members[:EXPORTED]
        shrunk = shrinkage(members, unlabelled(data, options))
        export(members, pair, card, shrunk, options.run_dir / encoder.ENCODER)


def encoded_clips(found: list[Clip], run_dir: Path) -> np.ndarray:
    """`discriminant.aggregate` of the encoder's features; makes the encoder first. Raises ModelMissing."""
    path = run_dir / encoder.ENCODER
    if not path.is_file():
        encoder_graph.write(path)
    session = encoder.opened(path)
    return discriminant.aggregate(
        found,
        run_dir / "encoded.npz",
        lambda samples: encoder.encode(frame_power(samples), session),
        discriminant.PLACES_HEARD,
    )


def pairs(features: np.ndarray, encoded: np.ndarray, truth: np.ndarray, actors: np.ndarray):
    """`discriminant.pair` over hand-made features and over the encoder's."""
    return (
        discriminant.pair(features, truth, actors),
        discriminant.pair(encoded, truth, actors, discriminant.SHRINKAGE_HEARD),
    )


def extra_voices(data: Path, options: argparse.Namespace) -> list:
    """nEMO's clips as further training voices; the emotions that it lacks are left out of its loss."""
    found = clips(find(data, "nemo"))
    known = sorted({SPEECH_EMOTIONS.index(clip.emotion) for clip in found})
    frames = variants(found, options.run_dir / "nemo.npz")
    return [(part, SPEECH_EMOTIONS.index(c.emotion), known) for part, c in zip(frames, found, strict=True)]
