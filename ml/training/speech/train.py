"""Train the speech model: speaker-independent cross-validation, then calibration on what was held out.

What ships is the mean of EXPORTED networks of the cross-validation, beside a linear discriminant that all speakers
taught, over what two recognisers' first layers hear, and the directions in which each corpus's voices vary.

``./viva train speech --data DIR``, where DIR holds ``speech/ravdess`` (or is that folder) and, where it
has it, ``speech/nemo``: emotions that a corpus lacks are left out of what it teaches. Everything goes to ``--run-dir``
and a second call goes on where the first one stopped.
"""

from __future__ import annotations

import argparse
import os
from dataclasses import dataclass, replace
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "tensorflow")

import keras
import numpy as np
from keras import ops
from scipy.signal import resample_poly
from tqdm import tqdm

from ml.core import runtime
from ml.core.emotions import SPEECH_EMOTIONS
from ml.speech import encoder
from ml.speech.classifier import Discriminant
from ml.speech.encoder import Encoders, encode, means_alone
from ml.speech.familiarity import Corpus
from ml.speech.features import (
    HOP,
    RATE,
    WINDOW_SECONDS,
    chunks,
    frame_power,
    log_mel,
    normalise,
    seconds_to_frames,
    window_starts,
)
from ml.training import runs
from ml.training.speech import discriminant, encoder_graph, encoder_weights
from ml.training.speech import model as network
from ml.training.speech.augment import Batches
from ml.training.speech.calibration import HeldOut, limits
from ml.training.speech.data import Clip, clips, folds, load, speakers, spoken
from ml.training.speech.discriminant import Table
from ml.training.speech.evaluate import speaker_of
from ml.training.speech.export import MULTILINGUAL, describe, export, logits_of, shrinkage

#: Speeds of the variants made beforehand, as resampling ratios (up, down): pitch and tempo change together.
SPEEDS = ((1, 1), (10, 9), (10, 11), (20, 19), (20, 21))
#: Networks whose mean ships, those of the first folds: beside the encoders each more costs time and brings next to
#: nothing. Every actor taught at least one of two. In the other folds the encoders speak alone.
EXPORTED = 2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of ``train`` beside the data folder."""
    parser.add_argument("--run-dir", type=Path, default=Path("runs/speech"), help="checkpoints and cached features")
    parser.add_argument("--epochs", type=int, default=40)
    parser.add_argument("--steps", type=int, default=30, help="batches in an epoch")
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--rate", type=float, default=2e-3, help="highest learning rate")
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--only-fold", type=int, help="train this fold alone, ship nothing (to try options)")
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


def uar(logits: np.ndarray, truth: np.ndarray) -> float:
    """Unweighted average recall of clip-level logits (N, 8)."""
    hits = logits.argmax(axis=1) == truth
    return float(np.mean([hits[truth == label].mean() for label in np.unique(truth)]))


@dataclass(frozen=True)
class Corpora:
    """The clips of all corpora in one order: ``names`` of the corpora, ``found`` clips, ``of`` (N,) the corpus of each,
    ``people`` (N,) unique names, ``truth`` (N,), ``fold`` (N,), features and their variants (`discriminant.Table`)."""

    names: list[str]
    found: list[Clip]
    of: np.ndarray
    people: np.ndarray
    truth: np.ndarray
    fold: np.ndarray
    table: Table


def corpora(data: Path, options: argparse.Namespace) -> Corpora:
    """Read the corpora below ``data``; makes the features. Raises as `train`."""
    folders = {name: find(data, name) for name in discriminant.PLANS}
    if folders["nemo"] == folders["ravdess"]:
        del folders["nemo"]
    encoders = _encoders(options.run_dir)
    found: list[Clip] = []
    of: list[int] = []
    people: list[str] = []
    fold: list[int] = []
    table: Table | None = None
    for number, (name, folder) in enumerate(folders.items()):
        some = clips(folder)
        if len(speakers(some)) < options.folds:
            raise ValueError(
                f"The clips of {name} name {len(speakers(some))} actors; {options.folds} folds need as many. Fill the "
                "manifest's column actor, or ask for fewer with --folds."
            )
        place = {actor: k for k, (_, held) in enumerate(folds(speakers(some), options.folds)) for actor in held}
        of += [number] * len(some)
        people += [speaker_of(clip) for clip in some]
        fold += [place[clip.actor] for clip in some]
        cache = options.run_dir / f"encoded-{name}.npz"
        more = discriminant.aggregate(
            some, cache, lambda samples: encode(frame_power(samples), encoders), discriminant.PLANS[name]
        )
        table = more if table is None else more.after(table, len(found))
        found += some
    truth = np.array([SPEECH_EMOTIONS.index(clip.emotion) for clip in found])
    if table is None:
        raise ValueError("There is no corpus to train on.")
    return Corpora(list(folders), found, np.array(of), np.array(people), truth, np.array(fold), table)


def _encoders(run_dir: Path) -> Encoders:
    """The encoders: tiny.en's made anew, the multilingual one as the repository has it. Raises ModelMissing."""
    path = run_dir / encoder.ENCODER
    if not path.is_file():
        encoder_graph.write(path)
    arrays = encoder_weights.in_integers(encoder_weights.weights())
    return encoder.opened(path, arrays), runtime.session_of(MULTILINGUAL)


def train(data: Path, options: argparse.Namespace) -> None:
    """Cross-validate, calibrate and write ``speech.*`` into the weights folder.

    Raises MediaError where there are no clips, ModelMissing where the encoder's package is not installed, ValueError
    where there are fewer actors than folds or where the run was begun with other options.
    """
    count = len(clips(find(data, "ravdess")))
    kept = ("epochs", "steps", "batch", "rate", "folds", "seed")
    runs.begin(options.run_dir, clips=count, **{name: getattr(options, name) for name in kept})
    all_of_it = corpora(data, options)
    table, truth, people, of, fold = (getattr(all_of_it, n) for n in ("table", "truth", "people", "of", "fold"))
    frames, voices = [], []
    for number, name in enumerate(all_of_it.names):
        some = [clip for clip, own in zip(all_of_it.found, of, strict=True) if own == number]
        frames += variants(some, options.run_dir / f"{name}.npz")
    for number in range(len(all_of_it.names)):
        known = sorted(set(truth[of == number]))
        voices += [(frames[i], truth[i], known, number) for i in np.flatnonzero(of == number)]
    plain = table.features[table.plain]
    held_out = HeldOut.empty([clip.path.name for clip in all_of_it.found], people, truth, of)
    held_out.fold[:] = fold
    members, parts = [], {}
    for k in range(options.folds):
        if options.only_fold not in (None, k):
            continue
        inside, rows = fold == k, fold[table.clip] != k
        if k < EXPORTED:
            others = [voice for voice, out in zip(voices, inside, strict=True) if not out]
            model = fit(others, options, f"fold{k}", options.seed * 100 + k)
            members.append(model)
            held_out.network[inside] = logits_of(model, [windows_of(frames[i][0]) for i in np.flatnonzero(inside)])
        clip = table.clip[rows]
        alone, against = discriminant.encoded_pair(table.features[rows], truth[clip], people[clip], of[clip])
        held_out.alone[inside] = alone(plain[inside])
        held_out.against[inside], held_out.bias[inside] = against(plain[inside]), against.bias
        spaces = directions_of(table.features[rows], of[clip], len(all_of_it.names))
        for number, space in enumerate(spaces):
            held_out.distances[inside, number] = space.distance(means_alone(plain[inside]))
        parts[k] = alone, spaces
        together = held_out.together()
        for number, name in enumerate(all_of_it.names):
            own = inside & (of == number)
            every, net, heard = (uar(p[own], truth[own]) for p in (together, held_out.network, held_out.alone))
            print(f"fold {k}: {name}: UAR {every:.3f} (network {net:.3f}, encoders {heard:.3f})", flush=True)
    if options.only_fold is None:
        limit = limits(held_out.distances, of)
        seconds = np.array([len(made[0]) for made in frames]) * HOP / RATE
        card = describe(held_out, all_of_it, seconds, options)
        held_out.save(options.run_dir / "held_out.npz", card)
        save_folds(options.run_dir / "folds.npz", parts, limit)
        whole = table.clip
        pair = discriminant.encoded_pair(table.features, truth[whole], people[whole], of[whole])
        spaces = directions_of(table.features, of[whole], len(all_of_it.names))
        familiar = {n: replace(s, limit=float(v)) for n, s, v in zip(all_of_it.names, spaces, limit, strict=True)}
        members = members[:EXPORTED]
        shrunk = shrinkage(members, [windows_of(frames[i][0]) for i in range(0, len(frames), 25)])
        export(members, pair, familiar, card, shrunk, options.run_dir / encoder.ENCODER)


def directions_of(features: np.ndarray, of: np.ndarray, count: int) -> list[Corpus]:
    """The directions of each corpus's voices, in the corpora's order."""
    return [discriminant.directions(features[of == number]) for number in range(count)]


def save_folds(path: Path, parts: dict[int, tuple[Discriminant, list[Corpus]]], limit: np.ndarray) -> None:
    """Write each fold's discriminant and directions, by which speakers of the training data can be read fairly."""
    arrays: dict[str, np.ndarray] = {}
    for k, (alone, spaces) in parts.items():
        arrays |= {f"{k}/weight": alone.weight.astype(np.float32), f"{k}/bias": alone.bias}
        for number, space in enumerate(spaces):
            arrays |= {f"{k}/{number}/{n}": getattr(space, n).astype(np.float16) for n in ("middle", "spread", "basis")}
    with runs.whole(path) as partial:
        np.savez(partial, allow_pickle=True, limit=limit, **arrays)
