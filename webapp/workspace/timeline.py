"""One answer over time, in rows on one axis: what was said and how fast, and, where it may be seen, what was read."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext as _
from scipy.special import gammaincinv

from ml.core.readings import FusedReading, SpeechReading, Track
from ml.face import abstain
from ml.transcripts.transcript import Transcript
from webapp.core.pages import decimal, percent
from webapp.reports.formatting import emotion

#: Words are counted over this many seconds at least, and in this many stretches at most.
PACE_SECONDS, MOST_STRETCHES = 5.0, 60
#: Points of a line that are drawn at most.
POINTS = 200


@dataclass(frozen=True)
class Span:
    """A stretch from ``start`` to ``end`` (s): a style's name, and what it says in words."""

    start: float
    end: float
    style: str
    words: str


@dataclass(frozen=True)
class Band:
    """A line with its interval: at ``time`` (s) a value between ``low`` and ``high``, all shares (0..1) of the row."""

    time: float
    low: float
    value: float
    high: float


@dataclass(frozen=True)
class Row:
    """One row: spans, or runs of a line with its interval, with a name, and what it shows in a sentence."""

    name: str
    about: str
    spans: list[Span] = field(default_factory=list)
    runs: list[list[Band]] = field(default_factory=list)
    #: What top and bottom of a line mean.
    top: str = ""
    bottom: str = ""
    #: The same in words, for the table: [from (s), to (s), words].
    table: list[tuple[float, float, str]] = field(default_factory=list)


def words_row(words: Transcript | None, seconds: float) -> Row | None:
    """How many words a minute, with the interval of such a count, beside where nothing was said; None without times."""
    if words is None or not words.timed or seconds <= 0:
        return None
    count = max(1, min(MOST_STRETCHES, int(seconds // PACE_SECONDS)))
    step = seconds / count
    found, table = [], []
    starts = [word.start or 0.0 for word in words.words]
    rates = []
    for index in range(count):
        n = sum(index * step <= start < (index + 1) * step for start in starts)
        # The interval of a Poisson count (Garwood 1936).
        low = float(gammaincinv(n, 0.025)) if n else 0.0
        high = float(gammaincinv(n + 1, 0.975))
        rates.append([each * 60 / step for each in (low, n, high)])
    top = max(120.0, *(30 * math.ceil(high / 30) for _low, _value, high in rates))
    for index, (low, value, high) in enumerate(rates):
        found.append(Band((index + 0.5) * step, low / top, value / top, min(1.0, high / top)))
        said = _(
            "%(value)s words a minute (%(low)s to %(high)s)", value=decimal(value), low=decimal(low), high=decimal(high)
        )
        table.append((index * step, (index + 1) * step, said))
    return Row(
        _("Words"),
        _("Words a minute, with the interval of so short a count"),
        runs=[found],
        top=_("%(number)s/min", number=decimal(top)),
        bottom="0",
        table=table,
    )


def fused_row(fused: FusedReading | None) -> Row | None:
    """From unpleasant to pleasant in face and voice, with its interval; None where it was not read."""
    if fused is None or not fused.valence:
        return None
    every = -(-len(fused.valence) // POINTS)
    runs: list[list[Band]] = [[]]
    for time, row in list(zip(fused.track.times, fused.valence, strict=False))[::every]:
        if row is None:
            runs.append([])
        else:
            low, value, high = (min(1.0, max(0.0, (each + 1) / 2)) for each in row)
            runs[-1].append(Band(time, low, value, high))
    return Row(
        _("Expression"),
        _("From unpleasant to pleasant in face and voice together, with its interval of 95 percent"),
        runs=[run for run in runs if run],
        top=_("pleasant"),
        bottom=_("unpleasant"),
    )


def track_row(name: str, track: Track | None) -> Row | None:
    """The expression that can be named from moment to moment, hatched where none can; None without a track."""
    if track is None:
        return None
    spans = [
        Span(
            one["start"],
            one["end"],
            f"emo-{_style(one['label'])}" if one["label"] else "tl-unsure",
            f"{emotion(one['label'])}, {percent(one['value'])}" if one["label"] else _("not enough data"),
        )
        for one in abstain.stretches(track)
    ]
    return Row(
        name,
        _("The expression it is closest to, hatched where there is not enough data to name one"),
        spans=spans,
        table=[(span.start, span.end, span.words) for span in spans],
    )


def sound_row(speech: SpeechReading | None) -> Row | None:
    """Where somebody speaks; None where nobody listened for it."""
    if speech is None or not speech.activity:
        return None
    names = {"speech": _("speech"), "second": _("perhaps a second voice"), "other": _("no voice")}
    spans = [Span(start, end, f"tl-{kind}", names.get(kind, kind)) for start, end, kind in speech.activity]
    return Row(
        _("Sound"),
        _("Where somebody speaks"),
        spans=spans,
        table=[(each.start, each.end, each.words) for each in spans],
    )


def rows_of(results: dict[str, Any], fused: FusedReading | None, words: Transcript | None, seconds: float) -> list[Row]:
    """All rows that there are: expression, face, voice, sound, words. ``results`` are readings by modality."""
    face, speech = results.get("face"), results.get("speech")
    rows = [
        fused_row(fused),
        track_row(_("Face"), face.track if face else None),
        track_row(_("Voice"), speech.track if speech else None),
        sound_row(speech),
        words_row(words, seconds),
    ]
    return [row for row in rows if row]


def path_of(run: Sequence[Band], seconds: float, height: float) -> dict[str, str]:
    """A run of a line as two SVG paths in a box of 1000 by ``height``: ``band`` (the interval) and ``line``."""

    def at(time: float, share: float) -> str:
        return f"{1000 * time / seconds:.1f} {height * (1 - share):.1f}"

    upper = [at(one.time, one.high) for one in run]
    lower = [at(one.time, one.low) for one in reversed(run)]
    return {
        "band": f"M{' L'.join([*upper, *lower])}Z",
        "line": f"M{' L'.join(at(one.time, one.value) for one in run)}",
    }


def _style(label: str) -> str:
    return {"fearful": "fear", "surprised": "surprise"}.get(label, label)
