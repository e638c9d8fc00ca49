"""How many words the multilingual recogniser gets wrong in other languages than English, beside Whisper tiny.en.

Real speech is nEMO's: 200 clips of acted Polish by nine actors, with the language given, since most are shorter than
what a language is told from. The language is then told of each actor's clips one after another. For other languages
there is no real speech here: sentences of eSpeak NG's voices are smoke tests, and named so.
"""

from __future__ import annotations

import csv
import os
from pathlib import Path
from typing import Any

from bench.measuring import ROOT, BenchFailed, rows, run
from bench.word_error_rate import plain_words, word_errors

__all__ = ["BenchFailed", "measure", "table"]

#: What must hold on nEMO: the word error rate, and how much of tiny.en's it may be.
MOST_ERRORS, MOST_OF_TINY = 0.35, 0.5
#: What eSpeak NG's voices say.
SMOKE = {
    "fr": "Bonjour, je travaille depuis cinq ans dans une petite entreprise et j'aime beaucoup mon travail.",
    "de": "Guten Tag, ich arbeite seit fünf Jahren in einer kleinen Firma und mag meine Arbeit sehr.",
    "es": "Buenos días, trabajo desde hace cinco años en una pequeña empresa y me gusta mucho mi trabajo.",
    "ar": "صباح الخير، أعمل منذ خمس سنوات في شركة صغيرة وأحب عملي كثيرا.",
}

_HEARD = """
import csv, itertools
import numpy as np
from bench.languages import SMOKE
from ml.media.demux import audio_blocks
from ml.media.synthetic import speak
from ml.transcripts import multilingual
from ml.transcripts.recogniser import _english
from ml.transcripts.languages import ByLanguage
from ml.transcripts.whisper import Whisper, pieces
folder = multilingual.join()
base, tiny = Whisper(folder, name=multilingual.NAME), _english()
answer.update(name=base.name, texts=[], tiny=[], told=[], smoke={})
sounds = [np.concatenate(list(audio_blocks(path))) for path in sys.argv[1:]]
worked = time.process_time()
for sound in sounds:
    answer["texts"].append(base.transcribe([sound], language="pl").text)
answer["seconds_each"] = (time.process_time() - worked) / max(1, len(sounds))
for sound in sounds:
    answer["tiny"].append(tiny.write(pieces([sound]), "en").text)
told = ByLanguage(base, None)
actors = [os.path.basename(path).split("_")[0] for path in sys.argv[1:]]
for actor in sorted(set(actors)):
    sound = np.concatenate([one for one, who in zip(sounds, actors) if who == actor][:6])
    found = told.transcribe([sound])
    answer["told"].append([actor, found.language, found.language_likelihood])
for language, text in SMOKE.items():
    found = told.transcribe([speak(text, voice=language)])
    answer["smoke"][language] = [found.language, found.text]
long = np.resize(np.concatenate(sounds[:30]), 60 * 16000) if sounds else speak(SMOKE["de"], voice="de")
worked = time.process_time()
base.transcribe([long], language="pl")
answer["times_real_time"] = len(long) / 16000 / (time.process_time() - worked)
"""


def measure(count: int = 200) -> dict[str, Any]:
    """Word error rates, languages told, times real time; a ``reason`` where nEMO (VIVA_DATA) is not there.

    Raises BenchFailed where the multilingual model is not installed.
    """
    folder = Path(os.environ.get("VIVA_DATA") or ROOT.parent / "shared" / "data") / "speech" / "nemo"
    if not (folder / "manifest.csv").is_file():
        reason = f"There is no nEMO at {folder}: name the folder of real data in VIVA_DATA."
        return {"reason": reason, "complete": False}
    with (folder / "manifest.csv").open(newline="", encoding="utf-8") as stream:
        clips = list(csv.DictReader(stream))
    clips = [clips[round(index * len(clips) / count)] for index in range(count)]  # all actors, spread evenly
    found = run(_HEARD, *(str(_file(folder, clip["file"])) for clip in clips))
    said = [plain_words(clip["text"]) for clip in clips]
    words = sum(map(len, said))
    errors, tiny = (
        sum(word_errors(truth, plain_words(text)) for truth, text in zip(said, found[key], strict=True)) / words
        for key in ("texts", "tiny")
    )
    smoke = {
        language: {
            "told": told,
            "word_error_rate": _rate(SMOKE[language], text),
        }
        for language, (told, text) in found["smoke"].items()
    }
    missed = [
        name
        for name, holds in (
            (f"word_error_rate <= {MOST_ERRORS}", errors <= MOST_ERRORS),
            (f"word_error_rate <= {MOST_OF_TINY} of tiny.en's", errors <= MOST_OF_TINY * tiny),
        )
        if not holds
    ]
    return {
        "complete": True,
        "recogniser": found["name"],
        "clips": len(clips),
        "speakers": len({clip["actor"] for clip in clips}),
        "words": words,
        "word_error_rate": errors,
        "tiny_word_error_rate": tiny,
        "told_polish": sum(language == "pl" for _, language, _ in found["told"]),
        "told_of": len(found["told"]),
        "synthetic_smoke": smoke,
        "seconds_a_clip": found["seconds_each"],
        "times_real_time": found["times_real_time"],
        "peak_mb": found["peak_mb"],
        "missed": missed,
    }


def _rate(said: str, heard: str) -> float:
    truth = plain_words(said)
    return word_errors(truth, plain_words(heard)) / len(truth)


def _file(folder: Path, name: str) -> Path:
    return folder / name if (folder / name).is_file() else next(folder.rglob(name))


def table(found: dict[str, Any]) -> str:
    """The measurements in plain text."""
    if "reason" in found:
        return found["reason"] + "\n"
    head = ("speech", "word error rate", "Whisper tiny.en")
    real = f"Polish (nEMO), {found['clips']} clips of {found['speakers']} actors"
    body = [(real, f"{found['word_error_rate']:.2f}", f"{found['tiny_word_error_rate']:.2f}")]
    for language, smoke in found["synthetic_smoke"].items():
        name = f"{language}, a synthetic voice (smoke test), told: {smoke['told']}"
        body.append((name, f"{smoke['word_error_rate']:.2f}", ""))
    told = f"Polish was told of {found['told_polish']} of {found['told_of']} actors"
    speed = f"{found['times_real_time']:.1f} times real time on one core, {found['peak_mb']:.0f} MB"
    return f"{found['recogniser']}\n\n{rows(head, body)}\n\n{told}; {speed}\n"
