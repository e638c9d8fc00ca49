"""Fit what tells English from other speech: how sure a recogniser is of its words, and whether they stay.

Speech: nEMO (Polish, nine actors), RAVDESS (English, twenty), and eSpeak NG's voices saying answers in English (from
mock interviews) and in fourteen other languages. Two limits are chosen; every figure is of speakers, corpora or
languages that had no part in choosing them.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from ml.core.registry import weights_folder
from ml.media.synthetic import speak
from ml.speech.activity import detect
from ml.training.speech.data import load, trimmed
from ml.training.transcripts.languages import ANSWERS
from ml.transcripts import recogniser, spoken_language
from ml.transcripts.whisper import Whisper

RATE = spoken_language.RATE
#: Speech (s) from which an answer counts in the figures, and the longest that is heard.
COUNTED, LONGEST = 5.0, 13.0
#: Limits that are tried, and so far they stay from every clip they were chosen by.
DIFFERENCES, SURENESS = np.arange(0.3, 0.95, 0.01), np.arange(0.3, 0.8, 0.01)


@dataclass(frozen=True)
class Row:
    """What was heard of one clip: ``sure`` and ``difference`` as `spoken_language.Heard.features` has them."""

    corpus: str
    speaker: str
    language: str
    seconds: float
    sure: float
    difference: float


def clips(data: Path, each: int) -> Iterator[tuple[str, str, str, Callable[[], np.ndarray]]]:
    """(corpus, speaker, language, sound) of ``each`` clips a corpus and foreign language, always the same."""
    chance = np.random.default_rng(0)
    for corpus, language in (("nemo", "pl"), ("ravdess", "en")):
        with (data / "speech" / corpus / "manifest.csv").open(encoding="utf-8-sig", newline="") as stream:
            rows = list(csv.DictReader(stream))
        speakers = sorted({row["actor"] for row in rows})
        for number in range(each):
            speaker = speakers[number % len(speakers)]
            theirs = [row["file"] for row in rows if row["actor"] == speaker]
            chosen = chance.choice(len(theirs), chance.integers(2, 5), replace=False)
            paths = [data / "speech" / corpus / theirs[place] for place in chosen]
            yield corpus, speaker, language, partial(_joined, paths)
    for language, text in ANSWERS.items():
        for part, voice in enumerate(("", "+f3", "+m2")):
            said = _some(text, part, chance)
            yield f"espeak {language}", language + voice, language, partial(speak, said, RATE, language + voice)
    with gzip.open(data / "text" / "mit_interviews.csv.gz", "rt", encoding="utf-8", errors="replace") as stream:
        texts = [max(row.values(), key=lambda value: len(value or "")) for row in csv.DictReader(stream)]
    voices = ("en-us", "en-us+f3", "en-us+m1", "en-us+f2", "en-us+m3", "en-us+f4", "en-us+m4")
    for number, text in enumerate(texts[:each]):
        sentences = [s for s in re.split(r"(?<=[.?!])\s+", text) if 30 < len(s) < 220 and ":" not in s]
        said = " ".join(chance.permutation(sentences)[:3])
        voice = voices[number % len(voices)]
        yield "espeak en", f"interview {number}", "en", partial(speak, said, RATE, voice)


def _joined(paths: list[Path]) -> np.ndarray:
    pause = np.zeros(int(0.3 * RATE), np.float32)
    return np.concatenate([part for path in paths for part in (trimmed(load(path)), pause)])


def _some(text: str, part: int, chance: np.random.Generator) -> str:
    sentences = [each for each in re.split(r"(?<=[.。۔।])\s*", text) if each.strip()]
    return " ".join(sentences[2 * part : 2 * part + int(chance.integers(2, 4))] or sentences[:2])


def hear(whisper: Whisper, sound: np.ndarray) -> tuple[float, float, float]:
    """(seconds of speech, sure, difference) of one clip."""
    piece = sound[: int(LONGEST * RATE)].astype(np.float32)
    heard = whisper._twice(piece, whisper._segments(piece, "en")[0])
    sure, changed = heard.features
    return detect(piece).seconds, float(sure), float(changed)


def fit(rows: list[Row]) -> tuple[float, float]:
    """The limits (difference, sure) between which and the nearest clips of either kind there is most room."""
    english = np.array([row.language == "en" for row in rows])
    difference, sure = (np.array([getattr(row, name) for row in rows]) for name in ("difference", "sure"))
    best = max(
        ((most, least) for most in DIFFERENCES for least in SURENESS),
        key=lambda limits: _room(english, difference, sure, *limits),
    )
    return round(float(best[0]), 3), round(float(best[1]), 3)


def _room(english: np.ndarray, difference: np.ndarray, sure: np.ndarray, most: float, least: float) -> tuple:
    inside = np.minimum(most - difference, sure - least)  # above 0: taken for English
    right = np.where(english, inside > 0, inside <= 0)
    balanced = right[english].mean() + right[~english].mean()
    return round(float(balanced), 6), float(np.minimum(np.abs(inside), 0.15).mean())


def measure(rows: list[Row], chosen: Callable[[Row], tuple[float, float]]) -> dict[str, Any]:
    """How many of the clips that count are told right, each by the limits that ``chosen`` has for it."""
    counted = [row for row in rows if row.seconds >= COUNTED or row.language == "en"]
    taken = {row: row.difference <= chosen(row)[0] and row.sure >= chosen(row)[1] for row in counted}
    english, foreign = ([row for row in counted if (row.language == "en") is is_en] for is_en in (True, False))
    return {
        "english": len(english),
        "english_refused": round(float(np.mean([not taken[row] for row in english])), 4) if english else None,
        "foreign": len(foreign),
        "foreign_told": round(float(np.mean([not taken[row] for row in foreign])), 4) if foreign else None,
    }


def held_out(rows: list[Row], group: Callable[[Row], str], folds: int | None = None) -> dict[str, Any]:
    """The figures where each group's limits come from the others, in so many folds (None: one a group)."""
    names = sorted({group(row) for row in rows})
    np.random.default_rng(1).shuffle(names)
    count = folds or len(names)
    limits = {}
    for fold in range(count):
        held = set(names[fold::count])
        found = fit([row for row in rows if group(row) not in held])
        limits.update(dict.fromkeys(held, found))
    return measure(rows, lambda row: limits[group(row)])


def _without(rows: list[Row], held: list[Row]) -> dict[str, Any]:
    limits = fit([row for row in rows if row not in held])
    return measure(held, lambda _row: limits)


def card(rows: list[Row]) -> dict[str, Any]:
    """The model's card: limits, and what was measured with them."""
    most, least = fit(rows)
    families = {
        "nemo": [row for row in rows if row.corpus == "nemo"],
        "ravdess": [row for row in rows if row.corpus == "ravdess"],
        "espeak": [row for row in rows if row.corpus.startswith("espeak")],
    }
    return {
        "version": "1",
        "most_difference": most,
        "least_sure": least,
        "data": "nEMO, RAVDESS (CC BY-NC-SA 4.0); eSpeak NG's voices saying parts of mock interviews and our own texts",
        "recogniser": "Whisper tiny.en",
        "measured": {
            "all": measure(rows, lambda _row: (most, least)),
            "speakers held out": held_out(rows, lambda row: f"{row.corpus} {row.speaker}", 5),
            "language held out": held_out(rows, lambda row: row.language if row.language != "en" else row.corpus),
            **{f"without {name}": _without(rows, held) for name, held in families.items() if held},
        },
        "files": {},
    }


def main() -> None:
    """Hear the clips that were not heard before, fit, and write the card."""
    parser = argparse.ArgumentParser(prog="python -m ml.training spoken_language", description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="folder of the real data")
    parser.add_argument("--heard", type=Path, default=Path("runs/spoken_language.jsonl"), help="what was heard before")
    parser.add_argument("--each", type=int, default=40, help="clips a corpus (default: %(default)s)")
    options = parser.parse_args()
    options.heard.parent.mkdir(parents=True, exist_ok=True)
    rows = (
        [Row(**json.loads(line)) for line in options.heard.read_text("utf-8").splitlines()]
        if (options.heard.is_file())
        else []
    )
    found = recogniser.recogniser()
    if not isinstance(found, Whisper):
        raise ValueError("Only Whisper's own figures are fitted.")
    everything = list(clips(options.data, options.each))
    with options.heard.open("a", encoding="utf-8") as stream:
        for number, (corpus, speaker, language, sound) in enumerate(everything[len(rows) :], len(rows) + 1):
            row = Row(corpus, speaker, language, *hear(found, sound()))
            rows.append(row)
            stream.write(json.dumps(asdict(row)) + "\n")
            stream.flush()
            print(f"{number} of {len(everything)}: {row}", flush=True)
    path = weights_folder() / f"{spoken_language.NAME}.json"
    path.write_text(json.dumps(card(rows), indent=1) + "\n", "utf-8")
    print(f"Written: {path}")


if __name__ == "__main__":
    main()
