"""Calibrate a text training run on its held-out scores, measure, and write the files that serve."""

from __future__ import annotations

import argparse
import datetime
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np

from ml.core import registry
from ml.core.readings import TRAITS
from ml.text import distilled, lexical, style, topics, vectors
from ml.text.calibration import logit
from ml.text.features import Document, analyse, content_words
from ml.text.windows import WINDOW
from ml.training import runs
from ml.training.text.data import Essays, fold_of, read_essays, short_hash
from ml.training.text.fit_linear import fit_lexical
from ml.training.text.validate import calibrate, cross_fitted, merge_folds

SEEN = "text_seen.txt"


def export(essays: Essays, folds: np.ndarray, documents: list[Document], options: argparse.Namespace) -> None:
    """Write ``text.onnx``, ``text.keras``, vectors, n-grams, hashes of the essays seen, and ``text.json``.

    Needs Keras on TensorFlow; elsewhere it prints what to run instead, and changes nothing.
    """
    import keras

    if keras.backend.backend() != "tensorflow":
        print(
            "Trained. Export needs TensorFlow: KERAS_BACKEND=tensorflow python -m ml.training text_export "
            f"--run-dir {options.run_dir} --seeds {options.seeds} --data DATA"
        )
        return
    run, target = options.run_dir, registry.weights_folder()
    target.mkdir(parents=True, exist_ok=True)
    words = np.array([len(document.words) for document in documents])
    held = merge_folds(run, folds, options.seeds)
    calibration = calibrate(held, essays.labels, words, np.ones(len(essays), bool), errors=True)
    figures = cross_fitted(held, essays.labels, words, folds)
    figures |= _baselines(run, essays.labels, documents, folds)
    figures["onnx_difference"] = _write_network(run, target, options.seeds)
    kept = (vectors.FILE, lexical.FILE, topics.FILE, style.FILE, distilled.FILE)
    for name in kept:
        shutil.copyfile(run / name, target / name)
    (target / SEEN).write_text("\n".join(sorted(map(short_hash, essays.texts))) + "\n")
    files = ("text.onnx", "text.keras", *kept, SEEN)
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
            "teacher of the distilled base model, in training alone: all-MiniLM-L6-v2 (Apache 2.0)",
        ],
        "figures": figures,
        "licence": "research use; see MODEL_CARD.md",
    }
    (target / "text.json").write_text(json.dumps(card, indent=1) + "\n", "utf-8")
    print(json.dumps({key: value for key, value in figures.items() if key != "by_words"}, indent=1))


def _baselines(run: Path, labels: np.ndarray, documents: list[Document], folds: np.ndarray) -> dict[str, float]:
    """What else was tried on the same folds, worked out once a run."""
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
    return json.loads(path.read_text("utf-8"))


def _without_stop_words(labels: np.ndarray, documents: list[Document], folds: np.ndarray) -> float:
    """The baseline's accuracy on content words alone, beside which the words of grammar are kept."""
    texts = [content_words(document) for document in documents]
    right = np.zeros(labels.shape, bool)
    for fold in range(folds.max() + 1):
        fitted = fit_lexical([texts[i] for i in np.flatnonzero(folds != fold)], labels[folds != fold])
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


def _write_network(run: Path, target: Path, seeds: int) -> float:
    """Join the networks into one graph, (batch, WINDOW, 300) -> (batch, seeds, 5); the largest difference in log-odds
    between Keras and ONNX Runtime."""
    import keras
    import onnxruntime

    from ml.training.text.model import build, join

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
    export(read, fold_of(read.authors, chosen.folds), [analyse(text) for text in read.texts], chosen)
