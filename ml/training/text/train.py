"""Training the text model: word vectors, ten-fold cross-validation, calibration, and the networks that serve.

Every step leaves a file in the run's folder and is skipped where that file exists: stop it and start it again at will.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
from tqdm import tqdm

from ml.core.readings import TRAITS
from ml.text import distilled, lexical, style, topics, vectors
from ml.text.calibration import logit
from ml.text.features import Document, analyse
from ml.text.windows import windows
from ml.training import runs
from ml.training.text import distil, encoder, word_vectors
from ml.training.text.data import Essays, fold_of, read_essays
from ml.training.text.export import export
from ml.training.text.fit_linear import fit_lexical, fit_style, fit_topics, save_lexical, save_style, save_topics
from ml.training.text.validate import LENGTHS
from ml.training.text.windows import random_window

#: The base models that are no network: the module that serves each, and what writes it.
LINEAR: dict[ModuleType, Callable[..., None]] = {
    lexical: save_lexical,
    topics: save_topics,
    style: save_style,
    distilled: distil.save,
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of ``viva train text``."""
    parser.add_argument("--run-dir", type=Path, default=Path("runs/text"), help="where checkpoints are kept")
    parser.add_argument("--folds", type=int, default=10)
    parser.add_argument("--seeds", type=int, default=1, help="networks that are averaged")
    parser.add_argument("--epochs", type=int, default=9)
    parser.add_argument("--rate", type=float, default=3e-3, help="the highest learning rate")
    parser.add_argument(
        "--encoder", type=Path, help="the teacher's folder: model.safetensors, config.json, tokenizer.json"
    )
    parser.add_argument("--vector-threads", type=int, default=2, help="threads that train the word vectors")
    parser.add_argument("--bfloat16", action="store_true", help="mixed precision, for processors that have it")


def train(data: Path, options: argparse.Namespace) -> None:
    """Train from ``data`` (laid out as in data/README.md) and write ``text.*`` into the weights' folder.

    A quarter of an hour on one core that is free. Export needs the TensorFlow backend; on another, the last line
    says what to run. Raises ValueError where the run was begun with other options, or where the teacher's
    weights are needed and not named.
    """
    import keras

    run: Path = options.run_dir
    if options.bfloat16:
        keras.mixed_precision.set_global_policy("mixed_bfloat16")
    essays = read_essays(data)
    runs.begin(run, essays=len(essays), folds=options.folds, epochs=options.epochs, rate=options.rate)
    documents = [analyse(text) for text in tqdm(essays.texts, desc="essays", unit="essay")]
    vocabulary = _vectors(data, run, options.vector_threads)
    encoded = _encoded(essays, run, options.encoder)
    folds = fold_of(essays.authors, options.folds)
    for fold in range(options.folds):
        _fold(fold, folds, essays, documents, vocabulary, encoded, options)
    everything = np.arange(len(essays))
    for seed in range(options.seeds):
        if not (run / f"final{seed}.weights.h5").exists():
            network = fit_network(everything, documents, essays.labels, vocabulary, options, seed, f"final {seed + 1}")
            with runs.whole(run / f"final{seed}.weights.h5") as path:
                network.save_weights(path)
    for base, save in LINEAR.items():
        if not (run / base.FILE).exists():
            with runs.whole(run / base.FILE) as path:
                save(_fit_base(base, everything, documents, essays.labels, encoded), path)
    export(essays, folds, documents, options)


def _vectors(data: Path, run: Path, threads: int) -> vectors.Vocabulary:
    path = run / vectors.FILE
    if not path.exists():
        print("Training word vectors: some minutes …", flush=True)
        trained = word_vectors.train(data, threads=threads)
        with runs.whole(path) as partial:
            word_vectors.save(trained, partial)
    return vectors.load(path)


def _encoded(essays: Essays, run: Path, folder: Path | None) -> encoder.Encoded:
    path = run / "encoded.npz"
    if not path.exists():
        if folder is None:
            raise ValueError("The distilled base model learns from MiniLM: name its folder with --encoder DIR.")
        with runs.whole(path) as partial:
            encoder.save(encoder.Encoder(folder).encode(essays.texts), partial)
    return encoder.load(path)


def fit_network(
    chosen: np.ndarray,
    documents: list[Document],
    labels: np.ndarray,
    vocabulary: vectors.Vocabulary,
    options: argparse.Namespace,
    seed: int,
    title: str,
):
    """A network fitted on the ``chosen`` essays (indices): one random window of each per epoch, batches of 32."""
    import keras

    from ml.training.text.model import build

    keras.utils.set_random_seed(seed)
    rng = np.random.default_rng(seed)
    batch = 32
    steps = len(chosen) // batch
    rows = {i: vocabulary.encode(documents[i].lemmas) for i in chosen}
    network = build()
    schedule = keras.optimizers.schedules.CosineDecay(options.rate, options.epochs * steps)
    network.compile(keras.optimizers.AdamW(schedule, weight_decay=1e-2), "binary_crossentropy")
    with tqdm(total=options.epochs * steps, desc=title, unit="batch", leave=False) as bar:
        for _ in range(options.epochs):
            order = rng.permutation(chosen)
            for step in range(steps):
                picked = order[step * batch : (step + 1) * batch]
                inputs = vocabulary.vectors[np.stack([random_window(rows[i], rng) for i in picked])]
                loss = network.train_on_batch(inputs, labels[picked].astype(np.float32))
                bar.update()
            bar.set_postfix(loss=f"{float(loss):.3f}")
    return network


def score_network(network, texts: list[np.ndarray], vocabulary: vectors.Vocabulary) -> np.ndarray:
    """Log-odds (texts, 5), averaged over each text's windows; ``texts`` are vocabulary rows."""
    import keras

    parts = [windows(rows) for rows in texts]
    owner = np.repeat(np.arange(len(parts)), [len(part) for part in parts])
    stacked = np.concatenate(parts)
    result = np.zeros((len(texts), len(TRAITS)))
    for start in range(0, len(stacked), 64):
        batch = slice(start, start + 64)
        outputs = keras.ops.convert_to_numpy(network(vocabulary.vectors[stacked[batch]], training=False))
        np.add.at(result, owner[batch], logit(outputs))
    return result / np.bincount(owner)[:, None]


def _fit_base(base, chosen: np.ndarray, documents: list[Document], labels: np.ndarray, encoded: encoder.Encoded):
    """One of the base models that are no network, fitted on the ``chosen`` essays (indices)."""
    if base is distilled:
        return distil.fit(encoded, np.isin(np.arange(len(labels)), chosen), labels)
    if base is style:
        return fit_style(
            np.stack([style.measures(documents[i].tokens, documents[i].tags) for i in chosen]), labels[chosen]
        )
    fit = fit_lexical if base is lexical else fit_topics
    return fit([documents[i].lemmas for i in chosen], labels[chosen])


def _score_base(fitted, documents: list[Document]) -> np.ndarray:
    if isinstance(fitted, style.Style):
        return fitted.score(np.stack([style.measures(d.tokens, d.tags) for d in documents]))
    if isinstance(fitted, distilled.Distilled):
        return np.array([fitted.score([token.lower() for token in document.tokens]) for document in documents])
    return np.array([fitted.score(document.lemmas) for document in documents])


def piece(document: Document, start: int, words: int | None) -> Document:
    """The document of the words ``start`` .. ``start + words``, marks between them included."""
    is_word = np.array([token[0].isalpha() for token in document.tokens])
    number = np.cumsum(is_word) - is_word
    last = np.inf if words is None else start + words
    return document.part(np.flatnonzero((number >= start) & (number < last)))


def _score_cuts(held: np.ndarray, documents: list[Document], score: Callable) -> dict[str, np.ndarray]:
    """The held-out essays' scores (held, 5): whole ("all"), their first n words ("n") and the n words after ("nextn").

    ``score`` takes documents. A text too short for a cut has NaN there.
    """
    result = {"held": held}
    for name, start, count in [
        ("all", 0, None),
        *((f"{n}", 0, n) for n in LENGTHS),
        *((f"next{n}", n, n) for n in LENGTHS),
    ]:
        full = [i for i, d in enumerate(held) if count is None or len(documents[d].words) >= start + count]
        result[name] = np.full((len(held), len(TRAITS)), np.nan)
        if full:
            result[name][full] = score([piece(documents[held[i]], start, count) for i in full])
    return result


def _fold(
    fold: int,
    folds: np.ndarray,
    essays: Essays,
    documents: list[Document],
    vocabulary: vectors.Vocabulary,
    encoded: encoder.Encoded,
    options: argparse.Namespace,
) -> None:
    """Train on the other folds and score this one; what is there already is left as it is."""
    inside, held = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
    for base in LINEAR:
        path = options.run_dir / f"fold{fold}-{base.FILE.removeprefix('text_')}"
        if not path.exists():
            fitted = _fit_base(base, inside, documents, essays.labels, encoded)
            scores = _score_cuts(held, documents, lambda cut, fitted=fitted: _score_base(fitted, cut))
            with runs.whole(path) as partial:
                np.savez_compressed(partial, allow_pickle=True, **scores)
    for seed in range(options.seeds):
        path = options.run_dir / f"fold{fold}-network{seed}.npz"
        if path.exists():
            continue
        title = f"fold {fold + 1}/{options.folds}, network {seed + 1}/{options.seeds}"
        network = fit_network(inside, documents, essays.labels, vocabulary, options, 100 * (fold + 1) + seed, title)

        def score(cut: list[Document], network=network) -> np.ndarray:
            return score_network(network, [vocabulary.encode(document.lemmas) for document in cut], vocabulary)

        scores = _score_cuts(held, documents, score)
        right = float(np.mean((scores["all"] > 0) == essays.labels[held]))
        tqdm.write(f"{title}: accuracy {right:.3f}, not calibrated")
        with runs.whole(path) as partial:
            np.savez_compressed(partial, allow_pickle=True, **scores)
