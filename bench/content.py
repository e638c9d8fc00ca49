"""How well rubric points and story parts are found, on labelled answers that ship with the code; and how fast.

Compared with words in common alone: what share of a point's content lemmas the whole answer has.
"""

from __future__ import annotations

import time
from typing import Any

from bench.measuring import BenchFailed
from ml.core.errors import ModelMissing
from ml.text.features import STOP_WORDS, analyse, is_word

#: Common words' threshold: half of a point's words.
HALF = 0.5


def measure() -> dict[str, Any]:
    """Precision and recall of touched points and of story parts, tuning half and held-out half; answers a second."""
    from ml.training.content import labelled

    try:
        return {
            half: {"points": _points(answers), "parts": _parts(answers)}
            for half, answers in (("tuning", labelled.TUNING), ("held_out", labelled.HELD_OUT))
        }
    except ModelMissing as missing:
        raise BenchFailed(str(missing)) from missing


def table(result: dict[str, Any]) -> str:
    """The figures as lines."""
    lines = ["Rubric points and story parts (labelled answers of our own)"]
    for half, figures in result.items():
        points, parts = figures["points"], figures["parts"]
        lines += [
            f"  {half}: {points['n']} points, precision {points['precision']:.2f}, recall {points['recall']:.2f}, "
            f"right sentence quoted {points['right_quote']:.2f}; words in common alone: precision "
            f"{points['common_words']['precision']:.2f}, recall {points['common_words']['recall']:.2f}",
            f"  {half}: {parts['n']} sentences, accuracy {parts['accuracy']:.2f} "
            f"({', '.join(f'{k} {v:.2f}' for k, v in parts['recall'].items())})",
            f"  {half}: {points['milliseconds']:.1f} ms an answer for points, {parts['milliseconds']:.1f} for parts",
        ]
    return "\n".join(lines)


def _points(answers: tuple) -> dict[str, Any]:
    from ml.content.rubric import match

    match("Warm up.", ["Warm up"])
    truth, found, placed, common = [], [], [], []
    began = time.perf_counter()
    results = [match(answer.text, [point for point, _ in answer.points]) for answer in answers]
    seconds = time.perf_counter() - began
    for answer, points in zip(answers, results, strict=True):
        starts = _starts(answer)
        for (text, number), point in zip(answer.points, points, strict=True):
            truth.append(number is not None)
            found.append(point.found)
            common.append(_in_common(text, answer.text) >= HALF)
            if point.found and number is not None:
                placed.append(point.start <= starts[number] < point.end)
    return {
        "n": len(truth),
        **_merit(truth, found),
        "right_quote": sum(placed) / max(1, len(placed)),
        "common_words": _merit(truth, common),
        "milliseconds": 1000 * seconds / len(answers),
    }


def _parts(answers: tuple) -> dict[str, Any]:
    from ml.content.star import PARTS, mark

    names = {part[0].upper(): part for part in PARTS}
    pairs = []
    began = time.perf_counter()
    marked = [{part.start: part.part for part in mark(answer.text)} for answer in answers]
    seconds = time.perf_counter() - began
    for answer, told in zip(answers, marked, strict=True):
        for start, (label, _) in zip(_starts(answer), answer.sentences, strict=True):
            pairs.append((names.get(label), told.get(start)))
    return {
        "n": len(pairs),
        "accuracy": sum(a == b for a, b in pairs) / len(pairs),
        "recall": {
            part: _merit([a == part for a, _ in pairs], [b == part for _, b in pairs])["recall"] for part in PARTS
        },
        "precision": {
            part: _merit([a == part for a, _ in pairs], [b == part for _, b in pairs])["precision"] for part in PARTS
        },
        "milliseconds": 1000 * seconds / len(answers),
    }


def _starts(answer: Any) -> list[int]:
    starts, at = [], 0
    for _, sentence in answer.sentences:
        starts.append(at)
        at += len(sentence) + 1
    return starts


def _in_common(point: str, answer: str) -> float:
    wanted, said = _lemmas(point), _lemmas(answer)
    return len(wanted & said) / max(1, len(wanted))


def _lemmas(text: str) -> set[str]:
    document = analyse(text)
    pairs = zip(document.tokens, document.lemmas, strict=True)
    return {lemma for token, lemma in pairs if is_word(token) and lemma not in STOP_WORDS}


def _merit(truth: list[bool], found: list[bool]) -> dict[str, float]:
    hits = sum(a and b for a, b in zip(truth, found, strict=True))
    return {"precision": hits / max(1, sum(found)), "recall": hits / max(1, sum(truth))}
