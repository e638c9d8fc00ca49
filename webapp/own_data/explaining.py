"""What programs read in each answer, for the candidate: which words, which moments, how sure, what it is not for."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from flask_babel import gettext as _
from flask_babel import ngettext

from ml.core.naming import LEAST_PROBABILITY, is_open
from ml.core.readings import FaceReading, SpeechReading, TextReading, Track
from webapp.analysis.models import Analysis, AnalysisState
from webapp.analysis.operations import analyses_of
from webapp.analysis.visible import visible_readings
from webapp.core.pages import clock, decimal, percent
from webapp.core.translation import translate_stored
from webapp.interviews.models import Interview
from webapp.policy import Modality
from webapp.questions.models import Question
from webapp.reports.formatting import emotion, interval, trait

#: So many moments and words are named for each analysis.
_MOST = 3


@dataclass(frozen=True)
class Found:
    """One thing that a program found, as a sentence; of a moment in a face its time (s) and the label named, for the
    picture of it."""

    text: str
    at: float | None = None
    label: str = ""


@dataclass(frozen=True)
class Read:
    """One program's reading of one answer in plain words; ``found`` is empty where there is none, and ``reason`` says
    why."""

    analysis_id: str
    what: str
    model: str
    found: list[Found] = field(default_factory=list)
    sure: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Explained:
    """A question with everything that programs made of its answer."""

    question: Question
    readings: list[Read]


def explained(interview: Interview) -> list[Explained]:
    """Every answer that something was read in, or not, in the order of the questions. The policy decides what may be
    shown, as everywhere."""
    shown = visible_readings(interview)
    by_answer: dict[str, list[Read]] = {}
    for analysis in sorted(analyses_of(interview), key=lambda row: list(Modality).index(row.modality)):
        reading = shown.get(analysis.answer_id, {}).get(analysis.modality)
        result = reading.result if reading else None
        by_answer.setdefault(analysis.answer_id, []).append(_read(analysis, result))
    rows = []
    for answer in sorted(interview.answers, key=lambda each: each.question.position):
        if answer.id in by_answer:
            rows.append(Explained(answer.question, by_answer[answer.id]))
    return rows


def _read(analysis: Analysis, result: FaceReading | SpeechReading | TextReading | None) -> Read:
    what = {
        Modality.FACE: _("Your facial expressions"),
        Modality.SPEECH: _("How your voice sounds"),
        Modality.TEXT: _("Your words"),
    }[analysis.modality]
    if result is None:
        waiting = analysis.state in (AnalysisState.QUEUED, AnalysisState.RUNNING)
        reason = _("Not finished yet.") if waiting else translate_stored(analysis.reason) or _("Nothing was read.")
        return Read(analysis.id, what, "", reason=reason)
    model = _("%(name)s, version %(version)s", name=result.model.name, version=result.model.version)
    if isinstance(result, TextReading):
        return Read(analysis.id, what, model, _of_words(result), _sure_of_words(result))
    found = _of_voice(result) if isinstance(result, SpeechReading) else _of_face(result)
    return Read(analysis.id, what, model, found, _sure_of_moments(result.coverage, result.dominant))


def _of_words(reading: TextReading) -> list[Found]:
    statistics = reading.statistics
    words, sentences = statistics.get("words") or 0, statistics.get("sentences") or 0
    found = [
        _(
            "It counted %(words)s and %(sentences)s.",
            words=ngettext("%(num)s word", "%(num)s words", words),
            sentences=ngettext("%(num)s sentence", "%(num)s sentences", sentences),
        )
    ]
    for name, estimate in reading.traits.items():
        half = _("more likely in the upper half") if estimate.value > 0.5 else _("more likely in the lower half")
        said = _("not enough data to say") if is_open(estimate) else half
        sentence = _("%(trait)s: %(said)s, %(share)s.", trait=trait(name), said=said, share=interval(estimate))
        moved = [
            _("“%(word)s” raised it", word=word) if change > 0 else _("“%(word)s” lowered it", word=word)
            for word, change, _times in reading.moved.get(name, ())[:_MOST]
        ]
        most = _("Words that moved it most: %(words)s.", words=", ".join(moved))
        found.append(f"{sentence} {most}" if moved else sentence)
    return [Found(text) for text in found]


def _sure_of_words(reading: TextReading) -> str:
    known = _("The program knew %(share)s of your words.", share=percent(reading.coverage))
    if not reading.accuracy:
        return known
    right = _(
        "On texts of this length it is right %(share)s of the time; always naming the more common half is right "
        "%(majority)s of the time.",
        share=percent(reading.accuracy["value"]),
        majority=percent(reading.accuracy["majority"]),
    )
    return f"{known} {right}"


def _of_voice(reading: SpeechReading) -> list[Found]:
    pauses = reading.delivery.get("pause_count")
    found = [Found(moment.text) for moment in _moments(reading.track)]
    if pauses is not None:
        found.append(Found(ngettext("It counted %(num)s pause.", "It counted %(num)s pauses.", pauses)))
    if (rate := reading.delivery.get("syllables_per_second")) is not None:
        found.append(Found(_("You spoke about %(number)s syllables a second.", number=decimal(rate, 1))))
    return found


def _of_face(reading: FaceReading) -> list[Found]:
    found = _moments(reading.track)
    if (count := reading.blinks.get("count")) is not None:
        found.append(Found(ngettext("It counted %(num)s blink.", "It counted %(num)s blinks.", count)))
    return found


def _moments(track: Track | None) -> list[Found]:
    """The moments at which one expression was likelier than all others together, the clearest first."""
    rows = [
        (max(row), track.labels[int(np.argmax(row))], time)
        for time, row in zip(track.times, track.probabilities, strict=True)
        if row is not None and max(row) >= LEAST_PROBABILITY
    ] if track else []  # fmt: skip
    if not rows:
        return [Found(_("At no moment was one expression likelier than all others together, so none is named."))]
    best: dict[str, tuple[float, float]] = {}
    for share, label, time in sorted(rows, reverse=True):
        best.setdefault(label, (share, time))
    return [
        Found(
            _(
                "At %(time)s it named “%(label)s”, with %(share)s.",
                time=clock(time),
                label=emotion(label),
                share=percent(share),
            ),
            time,
            label,
        )
        for label, (share, time) in list(best.items())[:_MOST]
    ]


def _sure_of_moments(coverage: float, dominant: str | None) -> str:
    read = _("It could read %(share)s of the recording.", share=percent(coverage))
    if dominant is None:
        whole = _("Over the whole answer the evidence was too even to name one expression.")
        return f"{read} {whole}"
    whole = _("Over the whole answer it named “%(label)s”.", label=emotion(dominant))
    limit = _("It cannot know what you feel.")
    return f"{read} {whole} {limit}"
