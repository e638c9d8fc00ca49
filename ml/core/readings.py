"""The results that every analysis returns, one type on both sides of the database.

`to_json` is what is stored and exported; `from_json` opens it again, whichever version wrote it. Version 1 are all rows
from before a version was written beside them, in several shapes; version 2 says so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from ml.core.stored import Stored

#: The Big Five, in the order of the text model's outputs.
TRAITS = ("openness", "conscientiousness", "extraversion", "agreeableness", "neuroticism")


@dataclass(frozen=True)
class Estimate:
    """A value with its 95 % interval and the number of independent observations behind it."""

    value: float
    low: float
    high: float
    n: int


@dataclass(frozen=True)
class ModelVersion:
    """Which model made a reading. ``version`` is stable for one weights file; ``sha256`` is that file's hash."""

    name: str
    version: str
    sha256: str


@dataclass(frozen=True)
class Track:
    """Class probabilities over time.

    ``times`` are seconds from the recording's start (N,), ``probabilities`` calibrated rows of len(labels) that add up
    to 1, or None where nothing could be read at that time.
    """

    labels: tuple[str, ...]
    times: list[float]
    probabilities: list[list[float] | None]


def to_model(stored: Mapping[str, Any]) -> ModelVersion:
    """A model's version behind its JSON."""
    return ModelVersion(stored["name"], stored["version"], stored["sha256"])


def to_estimate(stored: Mapping[str, Any]) -> Estimate:
    """An estimate behind its JSON."""
    return Estimate(stored["value"], stored["low"], stored["high"], stored["n"])


def to_estimates(stored: Mapping[str, Any]) -> dict[str, Estimate]:
    """Estimates by name behind their JSON."""
    return {name: to_estimate(estimate) for name, estimate in stored.items()}


def to_track(stored: Mapping[str, Any]) -> Track:
    """A track behind its JSON."""
    return Track(tuple(stored["labels"]), stored["times"], stored["probabilities"])


#: Facts of delivery that every speech reading names, None where they could not be measured or an older version did not.
DELIVERY = (
    "pause_count",
    "longest_pause_seconds",
    "syllables_per_second",
    "pitch_median_hz",
    "pitch_range_semitones",
    "loudness_rise_db",
    "speech_share",
    "mean_pause_seconds",
    "pauses_per_minute",
)


def _blinks(stored: Mapping[str, Any]) -> dict[str, Any]:
    rate = stored.get("per_minute")
    found = {"count": None, "times": [], "covered": 0, **stored}
    return {**found, "per_minute": None if rate is None else to_estimate(rate)}


def _tracks(stored: list[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [{**dict.fromkeys(("share", "median_box_px")), "candidate": False, "spans": [], **one} for one in stored]


def _delivery(stored: Mapping[str, Any]) -> dict[str, Any]:
    return {**dict.fromkeys(DELIVERY), **stored}


@dataclass(frozen=True)
class Reading(Stored):
    """What every modality has. ``coverage`` is the share (0..1) of the input that could be read."""

    schema_version: ClassVar[int] = 2
    revive: ClassVar[Mapping[str, Callable[[Any], Any]]] = {
        "model": to_model,
        "track": to_track,
        "mouth": to_track,
        "distribution": to_estimates,
        "blinks": _blinks,
        "tracks": _tracks,
        "delivery": _delivery,
        "traits": to_estimates,
        "ratings": to_estimates,
        "invite": to_estimate,
    }
    absent: ClassVar[Mapping[str, Any]] = {"blinks": {}, "delivery": {}}

    model: ModelVersion
    coverage: float
    warnings: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class FaceReading(Reading):
    """Facial expression over time.

    ``distribution`` maps each emotion to its mean probability over the frames with a face; ``dominant`` is None where
    the evidence is too even or too little to name one. ``blinks`` = {count, times (s), per_minute: Estimate | None};
    ``count`` is None where blinks could not be seen.
    ``people`` = {max_faces, share_with_several (0..1)}. ``mouth_open`` is the share of face frames with an open mouth.

    ``tracks`` has one entry for each person followed, the one read (``candidate``) first: {id, first, last (s),
    share (0..1 of the pictures looked at), candidate (bool), median_box_px (of the recording's own pixels), spans:
    [[first, last], ...] in which the person was seen}. Nobody is recognised: an id means "the same face as just
    before". ``mouth`` is the candidate's mouth over time, labels ("closed", "open"); None where no model reads it.

    ``state`` is "read", or "limited" where something about the input weakens the whole reading; ``codes`` says what,
    one for each of ``warnings``: ``several_faces``, ``low_coverage``, ``frozen``, ``rigid``, ``small_face``,
    ``dark``, ``low_rate``, ``eyes_covered``, ``mouth_covered``, ``unfamiliar``.
    """

    seconds: float = 0.0
    frames: int = 0
    frames_with_face: int = 0
    track: Track | None = None
    distribution: dict[str, Estimate] = field(default_factory=dict)
    dominant: str | None = None
    blinks: dict[str, Any] = field(default_factory=dict)
    mouth_open: float | None = None
    people: dict[str, Any] = field(default_factory=dict)
    tracks: list[dict[str, Any]] = field(default_factory=list)
    mouth: Track | None = None
    state: str = "read"
    codes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class SpeechReading(Reading):
    """Vocal expression over time, and plain facts of delivery.

    ``track`` has one row a window (its centre), None where the window holds too little speech. ``delivery`` =
    {pause_count, longest_pause_seconds, syllables_per_second, pitch_median_hz, pitch_range_semitones,
    loudness_rise_db, speech_share (0..1), mean_pause_seconds, pauses_per_minute}, each a number or None (older readings
    have loudness_range_db, another measure).
    ``activity`` = [[from, to, kind], ...] in seconds, kind "speech", "second" (a second voice) or "other" (no voice).
    ``second_voice`` = [[from, to], ...] where a second voice perhaps speaks. ``quality`` = {clipped_share, noise_db,
    speech_db, speech_over_noise_db, highest_hz} of the recording. ``sure_seconds``: seconds of speech whose emotion is
    sure enough to be named (ml/speech/classifier.py); None in readings of before that was known.
    """

    seconds: float = 0.0
    speech_seconds: float = 0.0
    window_seconds: float = 0.0
    track: Track | None = None
    distribution: dict[str, Estimate] = field(default_factory=dict)
    dominant: str | None = None
    delivery: dict[str, Any] = field(default_factory=dict)
    activity: list[list[Any]] = field(default_factory=list)
    second_voice: list[list[float]] = field(default_factory=list)
    quality: dict[str, Any] = field(default_factory=dict)
    sure_seconds: float | None = None


@dataclass(frozen=True)
class TextReading(Reading):
    """Big Five from words: per trait the probability (0..1) of scoring in the upper half, with its interval.

    ``coverage`` is the share of words that the vocabulary knows. ``statistics`` = {words, sentences,
    words_per_sentence,
    distinct_words, type_token_ratio, most_frequent: [[lemma, count], ...]}. ``moved`` = per trait [[word, change of the
    probability by it (-1..1), times], ...], the largest first; ``accuracy`` = {value, margin, majority} (0..1): how
    often the model is right about texts of this length.
    """

    traits: dict[str, Estimate] = field(default_factory=dict)
    statistics: dict[str, Any] = field(default_factory=dict)
    moved: dict[str, list[list[Any]]] = field(default_factory=dict)
    accuracy: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class ContentReading(Reading):
    """What an answer holds. ``points``: per rubric point {point, found, quote, start, end, similarity}
    (ml/content/rubric.py). ``parts``: per sentence that tells a part of a story {part, text, start, end, strength};
    ``missing`` the parts that none tells, empty where there is no story. ``start`` and ``end`` are characters of the
    text as it was given.

    ``habits`` = {words, fillers, filler_words: [[word, count], ...], hedges, vague}.
    """

    points: list[dict[str, Any]] = field(default_factory=list)
    parts: list[dict[str, Any]] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    habits: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class RatersReading(Reading):
    """``ratings`` maps ``overall`` and ``excited`` (1..7) to what the mean of several raters would probably be; the
    interval holds the raters' mean in 95 of 100 interviews, ``n`` is the number of words. ``invite`` is the same for
    "would you invite this person", 0..1, from words alone, or None.

    ``parts`` are what moved ``overall``, the strongest first: {feature, value, average, effect (points)}.
    """

    ratings: dict[str, Estimate] = field(default_factory=dict)
    invite: Estimate | None = None
    parts: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True)
class FusedReading(Stored):
    """Face and voice together on the seven classes that both know: one track, and how much each side weighed (0..1).

    ``fusion`` names the way of combining (ml/fusion/combine.py). ``valence`` has a row for each of the track's, [low,
    value, high] from unpleasant (-1) to pleasant (1), None where nothing could be read. ``agreement`` are facts in
    order of time: {start, end (s), face, speech (tones), agrees, firm} (ml/fusion/agreement.py); None in readings of
    before they were looked for.
    """

    schema_version: ClassVar[int] = 2
    revive: ClassVar[Mapping[str, Callable[[Any], Any]]] = {"track": to_track, "distribution": to_estimates}
    absent: ClassVar[Mapping[str, Any]] = {"agreement": None}

    track: Track
    distribution: dict[str, Estimate]
    dominant: str | None
    weights: dict[str, float]
    coverage: float
    fusion: str = "viva"
    valence: list[list[float] | None] = field(default_factory=list)
    agreement: list[dict[str, Any]] | None = field(default_factory=list)


#: The reading of each modality.
READINGS: dict[str, type[FaceReading] | type[SpeechReading] | type[TextReading]] = {
    "face": FaceReading,
    "speech": SpeechReading,
    "text": TextReading,
}


def open_reading(modality: str, stored: Mapping[str, Any]) -> FaceReading | SpeechReading | TextReading:
    """The reading of "face", "speech" or "text" behind its stored JSON."""
    return READINGS[modality].from_json(stored)
