"""Rated interviews read from disk: transcripts with ratings, and the prosody of their questions beside them."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import re
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ml.interview.model import RATINGS
from ml.interview.words import has_words, words_of
from ml.training.interview.transcripts import answers

KEY = "participant&question"
#: Columns of the prosody table, as Praat gave them: seconds, Hz, dB, shares.
PROSODY = (
    "duration", "energy", "min_pitch", "max_pitch", "mean_pitch", "pitch_sd", "pitch_abs", "pitch_quant",
    "pitchUvsVRatio", "diffPitchMaxMin", "diffPitchMaxMean", "diffPitchMaxMode", "intensityMin", "intensityMax",
    "intensityMean", "intensitySD", "intensityQuant", "diffIntMaxMin", "diffIntMaxMean", "diffIntMaxMode", "avgVal1",
    "avgBand2", "avgBand3", "jitter", "shimmer", "numVoiceBreaks", "PercentBreaks", "speakRate", "numPause",
    "maxDurPause", "avgDurPause", "TotDurPause:3", "iInterval", "MaxRising:3", "MaxFalling:3",
)  # fmt: skip


@dataclass(frozen=True)
class Interviews:
    """N interviews. ``turns`` are what each candidate said, ``prosody`` per interview (questions, columns) in the order
    of PROSODY with NaN for what is not known, ``ratings`` (N, 2) or NaN, ``students`` (N,) whom to keep together."""

    participants: list[str]
    students: np.ndarray
    turns: list[list[str]]
    prosody: list[np.ndarray]
    ratings: np.ndarray

    def __len__(self) -> int:
        return len(self.participants)


@dataclass(frozen=True)
class Clips:
    """N clips of 15 s: their words, how much raters would invite the speaker (N,) in 0..1, the source video (N,)."""

    texts: list[str]
    invite: np.ndarray
    videos: np.ndarray


def rows_of(path: Path) -> list[dict[str, str]]:
    """Rows of a .csv or .csv.gz. Raises ValueError where it is neither."""
    csv.field_size_limit(1 << 30)
    try:
        raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        return list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"), newline="")))
    except (OSError, UnicodeDecodeError, csv.Error, EOFError) as failure:
        raise ValueError(f"{path.name} is no table in UTF-8 (.csv or .csv.gz): {failure}") from None


def find(data: Path, name: str) -> Path:
    """``data`` itself where it is a file, else NAME.csv.gz or NAME.csv in it or in its folder ``text``."""
    if data.is_file():
        return data
    for folder in (data, data / "text"):
        for path in (folder / f"{name}.csv.gz", folder / f"{name}.csv"):
            if path.is_file():
                return path
    raise FileNotFoundError(f"there is no {name}.csv.gz in {data}")


def prosody_beside(path: Path) -> Path:
    """The prosody table next to ``path``: NAME_prosody.csv.gz, else the only file there that is called prosody.

    Raises FileNotFoundError.
    """
    stem = re.sub(r"\.csv(\.gz)?$", "", path.name)
    for name in (f"{stem}_prosody.csv.gz", f"{stem}_prosody.csv"):
        if (path.parent / name).is_file():
            return path.parent / name
    others = sorted(other for other in path.parent.glob("*prosody*.csv*") if other != path)
    if len(others) == 1:
        return others[0]
    raise FileNotFoundError(
        f"the prosody of these interviews is not beside {path.name}: expected {stem}_prosody.csv.gz"
    )


def read_interviews(data: Path) -> Interviews:
    """Read transcripts, ratings and prosody, joined by ``participant``.

    Raises ValueError where columns are missing or nobody said a word, FileNotFoundError where a file is.
    """
    path = find(data, "mit_interviews")
    rows = [row for row in rows_of(path) if has_words(" ".join(answers(row.get("transcript") or "")))]
    if not rows:
        raise ValueError(f"{path.name} holds no interview with words in a column 'transcript'")
    for column in ("participant", "student", *RATINGS):
        if column not in rows[0]:
            raise ValueError(f"{path.name} has no column '{column}'")
    by_participant: dict[str, list[list[float]]] = defaultdict(list)
    for row in rows_of(prosody_beside(path)):
        who = re.sub(r"q\d+$", "", (row.get(KEY) or "").strip().lower())
        by_participant[who].append([_number(row.get(column)) for column in PROSODY])
    empty = [[np.nan] * len(PROSODY)]
    return Interviews(
        participants=[row["participant"] for row in rows],
        students=np.array([row["student"] for row in rows]),
        turns=[answers(row["transcript"]) for row in rows],
        prosody=[np.array(by_participant.get(row["participant"].strip().lower(), empty)) for row in rows],
        ratings=np.array([[_number(row[name]) for name in RATINGS] for row in rows]),
    )


def read_clips(data: Path) -> Clips:
    """Read First Impressions' transcripts. Raises ValueError, FileNotFoundError."""
    path = find(data, "first_impressions")
    rows = [row for row in rows_of(path) if has_words(row.get("transcript") or "")]
    if not rows or not {"interview", "video"} <= rows[0].keys():
        raise ValueError(f"{path.name} needs the columns 'transcript', 'interview' and 'video'")
    return Clips(
        texts=[row["transcript"] for row in rows],
        invite=np.array([_number(row["interview"]) for row in rows]),
        videos=np.array([row["video"] for row in rows]),
    )


def fingerprint(turns: list[str]) -> str:
    """Which interview this is, whatever its row is called: the first 12 hexadecimal digits of its words' SHA-256."""
    return hashlib.sha256(" ".join(words_of(" ".join(turns))).encode()).hexdigest()[:12]


def _number(value: str | None) -> float:
    try:
        return float(value or "nan")
    except ValueError:  # Praat writes --undefined--
        return float("nan")
