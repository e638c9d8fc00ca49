"""How many words the shipped recogniser gets wrong on real speech, and how fast it is on one core.

The words are RAVDESS's two sentences, said by actors in eight emotions. The speed is that on a running answer: a piece
of half a minute costs the same however little is in it. Fillers are said by a synthetic voice, and counted in what the
recogniser wrote: Whisper learnt from subtitles, which leave them out.
"""

from __future__ import annotations

import csv
import os
from pathlib import Path
from typing import Any

from bench.measuring import ROOT, BenchFailed, rows, run
from bench.word_error_rate import plain_words, word_errors

__all__ = ["BenchFailed", "measure", "table"]

SENTENCES = {"1": "kids are talking by the door", "2": "dogs are sitting by the door"}
#: What is counted as a filler, and a text that says eight.
FILLERS = {"um", "uh", "er", "erm", "uhm", "umm", "hmm", "hm", "mm", "ah", "eh"}
HESITANT = (
    "Um, last spring our booking system, uh, kept losing orders on busy evenings. So, um, I wrote a small test that, "
    "er, failed in the same way. Uh, I found two workers, um, writing the same row, and, uh, fixed it, um, with a lock."
)

_HEARD = """
from ml.core.errors import ModelMissing
from ml.media.demux import audio_blocks
from ml.media.synthetic import ANSWERS, speak
from ml.transcripts.recogniser import recogniser
from bench.transcripts import HESITANT
heard = recogniser()
answer.update(name=heard.name, texts=[], confidences=[])
for path in sys.argv[1:]:
    found = heard.transcribe(audio_blocks(path))
    answer["texts"].append(found.text)
    answer["confidences"].append(found.confidence)
said = [speak(text) for text in ANSWERS.values()]
worked = time.process_time()
found = heard.transcribe(said)
answer["times_real_time"] = sum(map(len, said)) / 16000 / (time.process_time() - worked)
answer["synthetic"] = [found.text, " ".join(ANSWERS.values())]
answer["hesitant"] = [heard.transcribe([speak(HESITANT, voice=v)]).text for v in ("en-us", "en-us+f3", "en-us+m3")]
"""


def measure(count: int = 40) -> dict[str, Any]:
    """Word error rate and times real time; a ``reason`` where RAVDESS (VIVA_DATA) is not there. Raises BenchFailed
    without a recogniser."""
    folder = Path(os.environ.get("VIVA_DATA") or ROOT.parent / "shared" / "data") / "speech" / "ravdess"
    manifest = folder / "manifest.csv"
    if not manifest.is_file():
        return {"reason": f"There is no RAVDESS at {folder}: name the folder of real data in VIVA_DATA."}
    with manifest.open(newline="", encoding="utf-8") as stream:
        clips = list(csv.DictReader(stream))
    clips = clips[:: max(1, len(clips) // count)][:count]
    found = run(_HEARD, *(str(folder / clip["file"]) for clip in clips))
    errors = words = exact = 0
    for clip, text in zip(clips, found["texts"], strict=True):
        said = SENTENCES[clip["statement_id"]].split()
        wrong = word_errors(said, plain_words(text))
        errors, words, exact = errors + wrong, words + len(said), exact + (wrong == 0)
    text, truth = (plain_words(part) for part in found["synthetic"])
    written = sum(word in FILLERS for each in found["hesitant"] for word in plain_words(each))
    said = len(found["hesitant"]) * sum(word in FILLERS for word in plain_words(HESITANT))
    return {
        "recogniser": found["name"],
        "clips": len(clips),
        "actors": len({clip["actor"] for clip in clips}),
        "word_error_rate": errors / words,
        "exact": exact / len(clips),
        "fillers": {"said": said, "written": written},
        "synthetic_word_error_rate": word_errors(truth, text) / len(truth),
        "times_real_time": found["times_real_time"],
        "peak_mb": found["peak_mb"],
    }


def table(found: dict[str, Any]) -> str:
    """The measurements in plain text."""
    if "reason" in found:
        return found["reason"] + "\n"
    head = ("speech", "word error rate", "sentences without an error")
    actors = f"{found['clips']} clips of {found['actors']} actors"
    body = [
        (actors, f"{100 * found['word_error_rate']:.1f} %", f"{100 * found['exact']:.0f} %"),
        ("a synthetic voice", f"{100 * found['synthetic_word_error_rate']:.1f} %", ""),
    ]
    speed = f"{found['times_real_time']:.1f} times real time on one core, {found['peak_mb']:.0f} MB"
    fillers = f"{found['fillers']['written']} of {found['fillers']['said']} fillers (um, er) were written down"
    return f"{found['recogniser']}\n\n{rows(head, body)}\n\n{fillers}\n\n{speed}\n"
