"""Face and voice of a recording together: one track of expression and of valence, from the two readings.

``viva`` is ours, learned (stream.py): the very filter that a live room pushes rows into, fed with a whole recording's.
``paper`` is the rule of the lightweight-networks paper on the same tracks: mouth closed, the face alone; mouth open,
the mean of both; an exponentially weighted mean with alpha 0.1 over steps of 30 ms; three classes.

A window of the voice counts from when it ends, since before that nobody has heard it: the track of a file is the track
that a live room would have seen.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from ml.core.emotions import SEVEN
from ml.core.naming import dominant
from ml.core.readings import Estimate, FaceReading, FusedReading, SpeechReading, Track
from ml.core.statistics import block_bootstrap
from ml.fusion.agreement import agreement
from ml.fusion.rows import STATES, to_seven, to_states
from ml.fusion.stream import TICK, FusionStream, Moment
from ml.fusion.yakaew2021.stream import SENTIMENTS, PaperStream, to_sentiments
from ml.fusion.yakaew2021.stream import STEP as PICTURE

#: Seconds between the points of the track.
STEP = 0.5
#: Seconds within which expressions are not independent of each other (the bootstrap's blocks).
BLOCK = 5.0
#: Seconds that a window of the voice overlaps the next at most; a row holds until the next one may come.
LONGEST_HOLD = 3.0
#: After so many seconds without speech the last window's row counts no more.
SILENT = 2.0
#: The ways of combining, by name.
FUSIONS = ("viva", "paper")


def combine(face: FaceReading | None, speech: SpeechReading | None, fusion: str = "viva") -> FusedReading | None:
    """Combine two readings of the same recording; None where neither holds a single row.

    The track has a row every half second (the middles of the half seconds), the mean of the filter's moments in it; the
    distribution is the mean over the track with the interval of a block bootstrap. ``weights`` are the shares (0..1) of
    the whole evidence that came from each side, ``coverage`` the share of the track with any. ``dominant`` is named
    where its interval lies above that of every other class. ``valence`` has, for each row, (low, value, high) in -1..1;
    ``agreement`` what agreement.py says. Raises ValueError for another name of ``fusion``, ModelMissing.
    """
    if fusion not in FUSIONS:
        raise ValueError(f"there is no fusion {fusion!r}; there are {', '.join(FUSIONS)}")
    length = max([reading.seconds for reading in (face, speech) if reading is not None], default=0.0)
    found = list(_paper(face, speech, length) if fusion == "paper" else moments(face, speech, length))
    labels = SENTIMENTS if fusion == "paper" else SEVEN
    if not any(moment.probabilities is not None for moment in found):
        return None
    return aggregate(found, labels, length, fusion, agreement(face, speech))


def aggregate(
    found: list[Moment], labels: tuple[str, ...], length: float, fusion: str, facts: list[dict]
) -> FusedReading:
    """The reading that moments, at least one with probabilities, of ``length`` seconds amount to; ``facts`` are what
    agreement.py says."""
    track, valence, rows = _on_grid(found, labels, length)
    distribution = _distribution(rows, labels)
    coverage = len(rows) / len(track.times)
    shares = np.array([moment.shares for moment in found]).sum(axis=0)
    return FusedReading(
        track=track,
        distribution=distribution,
        dominant=dominant(distribution, coverage),
        weights={n: float(s / shares.sum()) for n, s in zip(("face", "speech"), shares, strict=True)},
        coverage=coverage,
        fusion=fusion,
        valence=valence,
        agreement=facts,
    )


def moments(
    face: FaceReading | None, speech: SpeechReading | None, length: float, stream: FusionStream | None = None
) -> Iterator[Moment]:
    """Push two readings' rows through a `FusionStream`, in the order in which they would have come. ``stream`` is
    another than a new one with what ships."""
    stream = stream or FusionStream()
    stream.voice_hold = _hold(speech)
    for time, what in events(face, speech):
        yield from stream.push(min(time, length), **what)
    yield from stream.finish(np.ceil(length / STEP - 1e-9) * STEP)


def events(face: FaceReading | None, speech: SpeechReading | None) -> list[tuple[float, dict]]:
    """What there is to push and when: (seconds, arguments of `FusionStream.push`), in order of time."""
    found: list[tuple[float, dict]] = []
    if face is not None and face.track is not None:
        found += [(time, {"face": row}) for time, row in _rows(face.track)]
        if face.mouth is not None:
            place = face.mouth.labels.index("open")
            rows = zip(face.mouth.times, face.mouth.probabilities, strict=True)
            found += [(time, {"mouth": row[place]}) for time, row in rows if row is not None]
    if speech is not None and speech.track is not None:
        found += [(time + speech.window_seconds / 2, {"voice": row}) for time, row in _rows(speech.track)]
        found += [(time, {"speech": False}) for time in _silences(speech)]
    return sorted(found, key=lambda pair: pair[0])


def _silences(speech: SpeechReading) -> list[float]:
    """When the candidate has said nothing for SILENT seconds, where the reading says who spoke when."""
    spoken = sorted((start, end) for start, end, kind in getattr(speech, "activity", None) or [] if kind == "speech")
    following = [*(start for start, _ in spoken[1:]), speech.seconds]
    return [end + SILENT for (_, end), then in zip(spoken, following, strict=False) if then - end > SILENT]


def _rows(track: Track) -> list[tuple[float, np.ndarray]]:
    known = [(time, row) for time, row in zip(track.times, track.probabilities, strict=True) if row is not None]
    if not known:
        return []
    rows = np.array([row for _, row in known], float)
    rows = rows if track.labels == STATES else to_states(track.labels, rows)
    rows /= np.maximum(rows.sum(axis=1, keepdims=True), 1e-9)
    return [(time, row) for (time, _), row in zip(known, rows, strict=True)]


def _hold(speech: SpeechReading | None) -> float:
    """Seconds for which a voice's row holds: until the next window ends."""
    if speech is None or speech.track is None or len(speech.track.times) < 2:
        return LONGEST_HOLD
    return float(np.clip(np.median(np.diff(np.sort(speech.track.times))), TICK, LONGEST_HOLD))


def _paper(face: FaceReading | None, speech: SpeechReading | None, length: float) -> Iterator[Moment]:
    """The paper's rule every 30 ms, on rows that hold until the next; a voice without any face has nothing to join."""
    stream, waiting = PaperStream(), events(face, speech)
    held: dict[str, tuple[float, Any]] = {}
    reach = {"face": 0.5, "voice": _hold(speech), "mouth": 0.5}
    usual = face.mouth_open if face is not None else None
    place = 0
    for number in range(max(1, int(length / PICTURE))):
        time = number * PICTURE
        while place < len(waiting) and waiting[place][0] <= time:
            when, what = waiting[place]
            held.update({name: (when, value) for name, value in what.items()})
            place += 1
        now = {name: value for name, (when, value) in held.items() if time - when <= reach[name]}
        seven = {name: to_seven(now[name][None]) for name in ("face", "voice") if name in now}
        rows = {name: to_sentiments(SEVEN, row)[0] for name, row in seven.items()}
        there = rows.get("face") is not None
        mean = stream.push(rows.get("face"), rows.get("voice"), now.get("mouth", usual))
        voiced = there and "voice" in rows and (now.get("mouth", usual) or 0) > 0.5
        row = mean if there else None
        yield Moment(time, row, None if row is None else (float(row[2] - row[0]),) * 3, (float(there), float(voiced)))


def _on_grid(found: list[Moment], labels: tuple[str, ...], length: float):
    """Moments averaged over each STEP: the track, its valence, and the rows that there are (N, K)."""
    count = max(1, int(np.ceil(length / STEP - 1e-9)))
    bins: list[list[Moment]] = [[] for _ in range(count)]
    for moment in found:
        if moment.probabilities is not None:
            bins[min(count - 1, int(moment.time / STEP))].append(moment)
    rows: list[list[float] | None] = []
    valence: list[list[float] | None] = []
    known: list[np.ndarray] = []
    for some in bins:
        if not some:
            rows.append(None)
            valence.append(None)
            continue
        row = np.mean(np.array([moment.probabilities for moment in some]), axis=0)
        known.append(row)
        rows.append([round(float(p), 5) for p in row])
        valence.append([round(float(v), 4) for v in np.mean(np.array([moment.valence for moment in some]), axis=0)])
    times = [round((number + 0.5) * STEP, 3) for number in range(count)]
    return Track(labels=tuple(labels), times=times, probabilities=rows), valence, np.array(known)


def _distribution(rows: np.ndarray, labels: tuple[str, ...]) -> dict[str, Estimate]:
    block = round(BLOCK / STEP)
    low, high = block_bootstrap(rows, block)
    mean, independent = rows.mean(axis=0), max(1, len(rows) // block)
    return {
        label: Estimate(float(mean[k]), float(min(low[k], mean[k])), float(max(high[k], mean[k])), independent)
        for k, label in enumerate(labels)
    }
