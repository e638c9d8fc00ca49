"""Train the face classifier on FER2013: ``./viva train face --data DIR``.

Two heads learn together: what FER2013 called a face, softened by FER+ votes, and the FER+ votes themselves. From
half-way on a share of each target is what the averaged weights themselves say of the unchanged picture
(self-distillation, Zhang et al., ICCV 2019), which takes the edge off wrong labels. The loop stops with its epochs or
with its time, whichever comes first; the learning rate decays with whichever is further along. It goes on where it was
broken off. What is kept is the last exponential moving average of the weights (Polyak & Juditsky 1992): nothing is
chosen on faces that a figure is given for. A part of the training rows (`held_out`) is never learnt; the temperatures
are fitted there.

With ``--begin face.keras`` it sets out from weights that ship. These have seen all rows: ``--perturb`` mixes fresh
ones into them (shrink and perturb, Ash & Adams, NeurIPS 2020), which what they know of single faces does not survive,
and a high rate does the rest. ``--freeze`` leaves the first layers as they are, for a third less time.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from pathlib import Path
from typing import Any

import keras
import numpy as np
from tqdm import tqdm

from ml.core.statistics import softmax
from ml.training.face import data as faces
from ml.training.face.held_out import held_out
from ml.training.face.model import EARLY, HEADS, build
from ml.training.face.norm import FusedBatchNormalization
from ml.training.face.weights import begin


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of ``./viva train face``."""
    parser.add_argument("--run-dir", type=Path, default=Path("runs/face"), help="checkpoints (default runs/face)")
    parser.add_argument("--epochs", type=int, default=60)
    parser.add_argument("--minutes", type=float, default=None, help="stop, annealed, after this much training time")
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--rate", type=float, default=3e-3, help="highest learning rate")
    parser.add_argument(
        "--precision", default="float32", help="Keras dtype policy; mixed_bfloat16 where the CPU knows it"
    )
    parser.add_argument("--distil", type=float, default=0.3, help="share of its own averaged opinion in later targets")
    parser.add_argument(
        "--restart",
        action="store_true",
        help="begin a new phase of the learning rate from the averaged weights",
    )
    parser.add_argument(
        "--votes-share", type=float, default=0.5, help="how much of a label's target comes from FER+'s votes (0 to 1)"
    )
    parser.add_argument("--mixup", type=float, default=0.0, help="Beta(m, m) of mixup on every other batch; 0: none")
    parser.add_argument("--begin", type=Path, default=None, help="a face.keras to set out from")
    parser.add_argument("--perturb", type=float, default=0.0, help="share of fresh weights mixed into those of --begin")
    parser.add_argument("--freeze", action="store_true", help="leave the first layers as they are")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--rows", type=int, default=None, help="train on the first ROWS rows only (to try things out)")


def training_model(options: argparse.Namespace) -> keras.Model:
    """The compiled network, laid out as the backend likes it; its weights fit ``build()`` in order and shape."""
    keras.mixed_precision.set_dtype_policy(options.precision)
    if keras.backend.backend() == "torch":
        model = build(norm=FusedBatchNormalization, data_format="channels_first")
    else:
        model = build()
    keras.mixed_precision.set_dtype_policy("float32")
    if options.begin:
        begin(model, options.begin, options.perturb)
    if options.freeze:
        for layer in model.layers:
            layer.trainable = not layer.name.startswith(EARLY)
    optimiser = keras.optimizers.AdamW(options.rate, weight_decay=0.05)
    optimiser.exclude_from_weight_decay(var_names=["gamma", "beta", "bias"])
    losses = {
        "labels": keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=0.05),
        "votes": keras.losses.CategoricalCrossentropy(from_logits=True),
    }
    model.compile(optimiser, losses, loss_weights={"labels": 1.0, "votes": 0.5})
    optimiser.build(model.trainable_variables)
    return model


def before(model: keras.Model, options: argparse.Namespace, x: np.ndarray) -> dict[str, np.ndarray] | None:
    """What the network of ``--begin`` says of faces (N, 48, 48), to be learnt from: its labels alone, since it may
    not know a class of the votes. Computed once."""
    if not (options.begin and options.distil):
        return None
    cache = options.run_dir / "before.npy"
    if not cache.is_file():
        weights = [np.array(w) for w in model.get_weights()]
        begin(model, options.begin)
        found = opinions(model, [np.array(w) for w in model.get_weights()], x, mirror=False)["labels"]
        model.set_weights(weights)
        np.save(cache, found.astype(np.float16))
    return {"labels": np.load(cache).astype(np.float32)}


class Average:
    """Exponential moving average of a list of arrays, quicker at first so that the start is forgotten."""

    def __init__(self, arrays: list[np.ndarray], decay: float = 0.999):
        self.arrays, self.decay, self.updates = [np.array(a) for a in arrays], decay, 0

    def update(self, arrays: list[np.ndarray]) -> None:
        """Take the weights after another step."""
        self.updates += 1
        decay = min(self.decay, (1 + self.updates) / (10 + self.updates))
        for mean, new in zip(self.arrays, arrays, strict=True):
            mean *= decay
            mean += (1 - decay) * new


def opinions(
    model: keras.Model, weights: list[np.ndarray], x: np.ndarray, mirror: bool = True
) -> dict[str, np.ndarray]:
    """Probabilities of both heads with other weights put in for the moment, averaged over a face and its mirror image
    where ``mirror``: float32 (N, classes) each, from grey levels (N, 48, 48)."""
    kept = [np.array(w) for w in model.get_weights()]
    model.set_weights(weights)
    rows: dict[str, list[np.ndarray]] = {name: [] for name in HEADS}
    for i in range(0, len(x), 256):
        batch = x[i : i + 256, ..., None].astype(np.float32)
        sides = [batch, batch[:, :, ::-1].copy()] if mirror else [batch]
        outputs = [model.predict_on_batch(side) for side in sides]
        for name in HEADS:
            logits = np.mean([keras.ops.convert_to_numpy(output[name]) for output in outputs], axis=0)
            rows[name].append(softmax(logits).astype(np.float32))
    model.set_weights(kept)
    return {name: np.concatenate(parts) for name, parts in rows.items()}


def mixed(random: np.random.Generator, spread: float, images: np.ndarray, *tables: dict[str, np.ndarray]) -> tuple:
    """A batch blended with itself in another order, each pair in a share from Beta(spread, spread): the images (N, ...)
    and every table of rows that goes with them (mixup, Zhang et al., ICLR 2018)."""
    order, share = random.permutation(len(images)), random.beta(spread, spread, len(images)).astype(np.float32)

    def blend(rows: np.ndarray) -> np.ndarray:
        own = share.reshape(-1, *[1] * (rows.ndim - 1))
        return own * rows + (1 - own) * rows[order]

    return blend(images), *({name: blend(rows) for name, rows in table.items()} for table in tables)


def save(path: Path, state: dict, **lists: list[np.ndarray]) -> None:
    """Write a checkpoint whole or not at all."""
    arrays = {f"{name}_{i}": array for name, values in lists.items() for i, array in enumerate(values)}
    temporary = path.with_suffix(".tmp.npz")
    np.savez(temporary, allow_pickle=True, state=json.dumps(state), **arrays)
    temporary.replace(path)


def restore(path: Path) -> tuple[dict, dict[str, list[np.ndarray]]]:
    """Read what ``save`` wrote."""
    with np.load(path, allow_pickle=False) as file:
        lists: dict[str, list[np.ndarray]] = {}
        for key in sorted((k for k in file.files if k != "state"), key=lambda k: int(k.rsplit("_", 1)[1])):
            lists.setdefault(key.rsplit("_", 1)[0], []).append(file[key])
        return json.loads(str(file["state"])), lists


def _restarted(state: dict, lists: dict[str, list[np.ndarray]]) -> tuple[dict, dict[str, list[np.ndarray]]]:
    """The checkpoint from which a warm restart sets out (Loshchilov & Hutter, SGDR, ICLR 2017): the averaged weights,
    with the clock at nought; the epochs count on, so that the order of the pictures is a new one."""
    fresh = {**state, "seconds": 0.0, "updates": 0, "done": 0.0, "first": state["epoch"]}
    return fresh, {**lists, "weights": lists["average"]}


def train(data: Path, options: argparse.Namespace) -> None:
    """Train on ``data`` (the data root or its faces folder), go on from ``options.run_dir``, then write the
    weights.

    Raises FileNotFoundError where FER2013 is not there.
    """
    folder = faces.faces_folder(data)
    options.run_dir.mkdir(parents=True, exist_ok=True)
    checkpoint = options.run_dir / "checkpoint.npz"
    x, y, row = (part[: options.rows] for part in faces.load(folder / "fer2013_train.npz"))
    votes = faces.votes_of(row, folder / "ferplus_votes.npz")
    held = held_out(x)
    valid_x, valid_y, valid_votes = x[held], y[held], votes[held]
    x, y, votes = x[~held], y[~held], votes[~held]
    targets = {"labels": faces.soft_targets(y, votes, options.votes_share), "votes": faces.believed(votes)}
    voted = faces.worth(votes)

    keras.utils.set_random_seed(options.seed)
    model = training_model(options)
    opinion = before(model, options, x)
    average = Average(model.get_weights())
    state: dict[str, Any] = {"epoch": 0, "seconds": 0.0, "updates": 0, "done": 0.0, "first": 0}
    if checkpoint.is_file():
        state, lists = restore(checkpoint)
        if options.restart:
            state, lists = _restarted(state, lists)
        model.set_weights(lists["weights"])
        average.arrays, average.updates = lists["average"], state["updates"]
        for variable, value in zip(model.optimizer.variables, lists["optimiser"], strict=True):
            variable.assign(value)
        print(f"Going on from epoch {state['epoch']}.")
    print(f"{model.count_params():,} parameters, {len(x):,} training rows.")

    steps, distilled = len(x) // options.batch, 0.0
    first = state.get("first", 0)
    while state["epoch"] - first < options.epochs and (not options.minutes or state["seconds"] < 60 * options.minutes):
        random = np.random.default_rng((options.seed, state["epoch"]))
        order = random.permutation(len(x))
        started, losses = time.monotonic(), []
        own = options.distil and not options.begin and state["done"] >= 0.5
        if own and (opinion is None or state["done"] >= distilled + 0.15):
            distilled = state["done"]
            opinion = opinions(model, average.arrays, x, mirror=False)
        bar = tqdm(range(steps), desc=f"epoch {state['epoch'] + 1}", mininterval=5, ncols=90)
        for step in bar:
            elapsed = state["seconds"] + time.monotonic() - started
            done = (state["epoch"] - first + step / steps) / options.epochs
            if options.minutes:
                done = max(done, elapsed / (60 * options.minutes))
            state["done"] = done
            if done >= 1:
                break
            warm = min(1.0, ((state["epoch"] - first) * steps + step + 1) / 300)
            model.optimizer.learning_rate = options.rate * warm * (0.005 + 0.995 * (1 + math.cos(math.pi * done)) / 2)
            batch = order[step * options.batch : (step + 1) * options.batch]
            images = faces.augment(x[batch], random)
            wanted = {name: values[batch] for name, values in targets.items()}
            if opinion is not None:
                share = options.distil
                wanted |= {name: (1 - share) * wanted[name] + share * opinion[name][batch] for name in opinion}
            weight = {"labels": np.ones(len(batch), np.float32), "votes": voted[batch]}
            if options.mixup and step % 2:
                images, wanted, weight = mixed(random, options.mixup, images, wanted, weight)
            losses.append(float(np.ravel(model.train_on_batch(images, wanted, sample_weight=weight))[0]))
            average.update(model.get_weights())
            if step % 20 == 0:
                bar.set_postfix(loss=f"{np.mean(losses[-100:]):.3f}", refresh=False)
        seen = opinions(model, average.arrays, valid_x, mirror=False)
        score = float((seen["labels"].argmax(1) == valid_y).mean()) if len(valid_y) else 0.0
        agreed = valid_votes.sum(1) > 0
        agreement = float((seen["votes"].argmax(1) == valid_votes.argmax(1))[agreed].mean()) if agreed.any() else 0.0
        state["epoch"] += 1
        state["seconds"] += time.monotonic() - started
        state["updates"] = average.updates
        spent = f"{state['seconds'] / 60:.1f} min"
        tqdm.write(
            f"epoch {state['epoch']}: loss {np.mean(losses or [0]):.4f}, held out {score:.4f}, "
            f"FER+ {agreement:.4f}, {spent}"
        )
        optimiser = [keras.ops.convert_to_numpy(v) for v in model.optimizer.variables]
        save(checkpoint, state, weights=model.get_weights(), average=average.arrays, optimiser=optimiser)

    from ml.training.face.export import averaged, export

    export(folder, *averaged(checkpoint))
