"""The last step of training: calibrate on the held-out scores, measure, and write the files that serve."""

from __future__ import annotations

import argparse
import datetime
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np

from ml import registry, runs
from ml.readings import TRAITS
from ml.text import lexical, style, topics, vectors
from ml.text.calibration import HALVES, Calibration, combine, logit, platt, sigmoid
from ml.text.data import Essays, fold_of, read_essays, short_hash
from ml.text.evaluate import measure
from ml.text.features import Document, analyse, content_words
from ml.text.train import LENGTHS
from ml.text.windows import WINDOW

SEEN = "text_seen.txt"
#: The fewest words are where the lower end of the accuracy's interval lies this far above the majority's accuracy.
CLEARLY = 0.02


def ship(essays: Essays, folds: np.ndarray, documents: list[Document], options: argparse.Namespace) -> None:
    """Write ``text.onnx``, ``text.keras``, vectors, n-grams, hashes of the essays seen, and ``text.json``.

    Needs Keras on TensorFlow; elsewhere it prints what to run instead, and changes nothing.
    """
    import keras

    if keras.backend.backend() != "tensorflow":
        print(
            "Trained. Export needs TensorFlow: KERAS_BACKEND=tensorflow python -m ml.text.ship "
            f"--run-dir {options.run_dir} --seeds {options.seeds} --data DATA"
        )
        return
    run, target = options.run_dir, registry.weights_folder()
    target.mkdir(parents=True, exist_ok=True)
    words = np.array([len(document.words) for document in documents])
    held = gather(run, folds, options.seeds)
    calibration = calibrate(held, essays.labels, words, np.ones(len(essays), bool), errors=True)
    figures = cross_fitted(held, essays.labels, words, folds)
    figures |= _baselines(run, essays.labels, documents, folds)
    figures["onnx_difference"] = _export(run, target, options.seeds)
    for name in (vectors.FILE, lexical.FILE, topics.FILE, style.FILE):
        shutil.copyfile(run / name, target / name)
    (target / SEEN).write_text("\n".join(sorted(map(short_hash, essays.texts))) + "\n")
    files = ("text.onnx", "text.keras", vectors.FILE, lexical.FILE, topics.FILE, style.FILE, SEEN)
    stamp = datetime.datetime.now(datetime.UTC)
    card: dict[str, Any] = {
        "name": "text",
        "version": f"text-{stamp:%Y.%m.%d.%H%M}",
        "files": {name: registry.sha256(target / name) for name in files},
        "labels": list(TRAITS),
        "networks": options.seeds,
        "minimum_words": figures["minimum_words"],
        "calibration": calibration.to_json(),
        "data": [
            "Essays (Pennebaker & King 1999), 2,220 essays with Big Five labels",
            "word vectors without labels: 6 million words of film reviews, the essays, ChaLearn First Impressions "
            "transcripts (CC BY-NC 4.0), MIT mock interviews",
        ],
        "figures": figures,
        "licence": "research use; see MODEL_CARD.md",
    }
    (target / "text.json").write_text(json.dumps(card, indent=1) + "\n", "utf-8")
    print(json.dumps({key: value for key, value in figures.items() if key != "by_words"}, indent=1))


def gather(run: Path, folds: np.ndarray, seeds: int) -> dict[str, np.ndarray]:
    """The folds as one: per cut (N, halves, 5), each half's scores; NaN where too short."""
    merged: dict[str, np.ndarray] = {}
    for fold in range(folds.max() + 1):
        for row, half in enumerate(HALVES):
            names = [f"network{seed}" for seed in range(seeds)] if half == "network" else [half]
            for name in names:
                with np.load(run / f"fold{fold}-{name}.npz") as file:
                    for cut in set(file.files) - {"held"}:
                        scores = merged.setdefault(cut, np.zeros((len(folds), len(HALVES), len(TRAITS))))
                        scores[file["held"], row] += file[cut] / len(names)
    return merged


def cuts_of(held: dict[str, np.ndarray], fewest: int = 20) -> dict[str, np.ndarray]:
    """The cuts that at least ``fewest`` essays are long enough for, with the essays' indices; the whole comes last."""
    usable = {cut: np.flatnonzero(~np.isnan(held[cut]).any(axis=(1, 2))) for cut in [*map(str, LENGTHS), "all"]}
    return {cut: found for cut, found in usable.items() if len(found) >= fewest or cut == "all"}


def calibrate(
    held: dict[str, np.ndarray], labels: np.ndarray, words: np.ndarray, chosen: np.ndarray, *, errors: bool = False
) -> Calibration:
    """Fit the scaling on the ``chosen`` essays' held-out scores; with ``errors`` also what the intervals need."""
    cuts = cuts_of(held)
    # The whole counts as its mean length, or a little more than the longest cut where the essays are short.
    grid = [int(cut) for cut in cuts if cut != "all"]
    grid.append(max(int(words.mean()), *(length + 1 for length in [0, *grid])))
    scale = held["all"][chosen].std(axis=0) + 1e-9
    means = {cut: combine(scores, scale) for cut, scores in held.items()}
    shape = (len(cuts), len(TRAITS))
    platts, spread, error = np.zeros((*shape, 2)), np.zeros(shape), np.zeros(shape)
    for g, (cut, found) in enumerate(cuts.items()):
        usable = found[chosen[found]]
        for trait in range(len(TRAITS)):
            x, y = means[cut][usable, trait], labels[usable, trait]
            platts[g, trait] = platt(x[:, None], y)
            if errors:
                error[g, trait] = _standard_error(x[:, None], y)
    if errors:
        spread = _spreads(means, platts, list(cuts), grid, chosen)
    tables = [scale, platts[..., 0], platts[..., 1], spread, error]
    return Calibration(grid, *(table.round(5).tolist() for table in tables))


def _spreads(
    means: dict[str, np.ndarray], platts: np.ndarray, cuts: list[str], grid: list[int], chosen: np.ndarray
) -> np.ndarray:
    """Standard deviations (cuts, 5) of the log-odds around those of another whole essay by the same author."""
    logits = {cut: means[cut] * platts[g, :, 0] + platts[g, :, 1] for g, cut in enumerate(cuts)}
    apart = np.full(len(TRAITS), 0.0)
    for g, cut in list(enumerate(cuts))[-2::-1]:  # the longest stretches of which enough essays hold two
        moved = ((means[cut] - means[f"next{cut}"]) * platts[g, :, 0])[chosen]
        moved = moved[~np.isnan(moved[:, 0])]
        if len(moved) >= 20:  # as one over the root of the number of words, up to the whole
            apart = moved.std(axis=0) / np.sqrt(2) * np.sqrt(grid[g] / grid[-1])
            break
    found = [np.nanvar((logits["all"] - logits[cut])[chosen], axis=0) for cut in cuts]
    return np.sqrt(np.nan_to_num(found) + apart**2)


def _standard_error(x: np.ndarray, y: np.ndarray, draws: int = 40) -> float:
    """How far the calibrated log-odds move between bootstrap samples of the essays, on average over the essays."""
    rng = np.random.default_rng(0)
    padded = np.column_stack([x, np.ones(len(x))])
    samples = [rng.integers(0, len(x), len(x)) for _ in range(draws)]
    return float(np.std([padded @ platt(x[drawn], y[drawn]) for drawn in samples], axis=0).mean())


def cross_fitted(
    held: dict[str, np.ndarray], labels: np.ndarray, words: np.ndarray, folds: np.ndarray
) -> dict[str, Any]:
    """Figures in which no essay is scored by halves or a calibration that saw its label."""
    cuts = cuts_of(held)
    probabilities = {cut: np.full(labels.shape, np.nan) for cut in cuts}
    alone = {name: np.zeros(labels.shape) for name in HALVES}
    whole = held["all"]
    for fold in range(folds.max() + 1):
        inside = folds != fold
        fitted = calibrate(held, labels, words, inside)
        for cut in cuts:
            for i in cuts[cut][~inside[cuts[cut]]]:
                count = words[i] if cut == "all" else int(cut)
                probabilities[cut][i] = sigmoid(fitted.logit(count, held[cut][i]))
        for row, name in enumerate(HALVES):
            for trait in range(len(TRAITS)):
                scale = platt(whole[inside, row, trait, None], labels[inside, trait])
                alone[name][~inside, trait] = sigmoid(whole[~inside, row, trait] * scale[0] + scale[1])
    by_words, minimum = {}, None
    for cut in cuts:
        known = ~np.isnan(probabilities[cut][:, 0])
        row = _at_length(probabilities[cut][known], labels[known])
        by_words[cut] = row
        if minimum is None and cut != "all" and row["accuracy"] - row["margin"] > row["majority"] + CLEARLY:
            minimum = int(cut)
    result = measure(probabilities["all"], labels)
    return {
        "protocol": f"{folds.max() + 1}-fold cross-validation by author; calibration cross-fitted",
        **result,
        "margin": by_words["all"]["margin"],
        "majority_accuracy": by_words["all"]["majority"],
        "network_alone": _round(alone["network"], labels),
        "tfidf_logistic_regression_alone": _round(alone["lexical"], labels),
        "topics_alone": _round(alone["topics"], labels),
        "style_alone": _round(alone["style"], labels),
        "auc": round(float(np.mean([_auc(probabilities["all"][:, t], labels[:, t]) for t in range(len(TRAITS))])), 4),
        "minimum_words": minimum or LENGTHS[-1],
        "by_words": by_words,
    }


def _at_length(probabilities: np.ndarray, labels: np.ndarray) -> dict[str, Any]:
    """Accuracy (95 % margin over essays), the majority's, and the mean confidence of one length."""
    right = ((probabilities > 0.5) == labels).mean(axis=1)
    share = labels.mean(axis=0)
    return {
        "n": len(right),
        "accuracy": round(float(right.mean()), 4),
        "margin": round(float(1.96 * right.std() / np.sqrt(len(right))), 4),
        "majority": round(float(np.maximum(share, 1 - share).mean()), 4),
        "mean_confidence": round(float(np.abs(probabilities - 0.5).mean() + 0.5), 4),
    }


def _auc(scores: np.ndarray, truth: np.ndarray) -> float:
    """How often one who scored high is rated above one who did not."""
    from scipy.stats import rankdata

    yes = truth == 1
    pairs = yes.sum() * (~yes).sum()
    return (rankdata(scores)[yes].sum() - yes.sum() * (yes.sum() + 1) / 2) / pairs if pairs else float("nan")


def _baselines(run: Path, labels: np.ndarray, documents: list[Document], folds: np.ndarray) -> dict[str, float]:
    """What else was tried on the same folds, worked out once a run; with the seed's network where it was compared."""
    path = run / "baselines.json"
    if not path.is_file():
        found = {
            "tfidf_without_stop_words": _without_stop_words(labels, documents, folds),
            "mean_vector_logistic_regression": _mean_vectors(
                labels, documents, folds, vectors.load(run / vectors.FILE)
            ),
        }
        with runs.whole(path) as partial:
            partial.write_text(json.dumps(found) + "\n", "utf-8")
    found = json.loads(path.read_text("utf-8"))
    if (run / "seed.json").is_file():
        found["seed_network"] = json.loads((run / "seed.json").read_text("utf-8"))
    return found


def _without_stop_words(labels: np.ndarray, documents: list[Document], folds: np.ndarray) -> float:
    """The baseline's accuracy on content words alone, beside which the words of grammar are kept."""
    texts = [content_words(document) for document in documents]
    right = np.zeros(labels.shape, bool)
    for fold in range(folds.max() + 1):
        fitted = lexical.fit([texts[i] for i in np.flatnonzero(folds != fold)], labels[folds != fold])
        for i in np.flatnonzero(folds == fold):
            right[i] = (fitted.score(texts[i]) > 0) == labels[i]
    return round(float(right.mean()), 4)


def _mean_vectors(
    labels: np.ndarray, documents: list[Document], folds: np.ndarray, vocabulary: vectors.Vocabulary
) -> float:
    """The accuracy of logistic regression on the mean word vector: the network without its convolutions and LSTM."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    means = np.stack([vocabulary.vectors[vocabulary.encode(document.lemmas)].mean(axis=0) for document in documents])
    right = np.zeros(labels.shape, bool)
    for fold in range(folds.max() + 1):
        inside = folds != fold
        for trait, column in enumerate(labels.T):
            model = make_pipeline(StandardScaler(), LogisticRegression(C=1e-3)).fit(means[inside], column[inside])
            right[~inside, trait] = model.predict(means[~inside]) == column[~inside]
    return round(float(right.mean()), 4)


def _round(p: np.ndarray, labels: np.ndarray) -> float:
    return round(float(((p > 0.5) == labels).mean()), 4)


def _export(run: Path, target: Path, seeds: int) -> float:
    """Join the networks into one graph, (batch, WINDOW, 300) -> (batch, seeds, 5); the largest difference in log-odds
    between Keras and ONNX Runtime."""
    import keras
    import onnxruntime

    from ml.text.model import build, join

    keras.mixed_precision.set_global_policy("float32")
    networks = []
    for seed in range(seeds):
        network = build()
        network.load_weights(run / f"final{seed}.weights.h5")
        networks.append(network)
    joined = join(networks)
    x = np.random.default_rng(0).standard_normal((5, WINDOW, vectors.DIMENSIONS)).astype(np.float32)
    expected = keras.ops.convert_to_numpy(joined(x, training=False))
    joined.save(target / "text.keras")
    joined.export(str(target / "text.onnx"), format="onnx", verbose=False)
    session = onnxruntime.InferenceSession(target / "text.onnx", providers=["CPUExecutionProvider"])
    found = session.run(None, {session.get_inputs()[0].name: x})[0]
    return float(np.abs(logit(found) - logit(expected)).max())


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--run-dir", type=Path, default=Path("runs/text"))
    parser.add_argument("--folds", type=int, default=10)
    parser.add_argument("--seeds", type=int, default=1)
    chosen = parser.parse_args()
    read = read_essays(chosen.data)
    ship(read, fold_of(read.authors, chosen.folds), [analyse(text) for text in read.texts], chosen)
