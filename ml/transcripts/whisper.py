"""Whisper (Radford et al., 2022) through faster-whisper and CTranslate2: 8-bit weights, one thread, piece by piece."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from ml.core.errors import ModelMissing
from ml.speech.activity import detect
from ml.speech.features import RATE
from ml.transcripts.codes import UNSPACED
from ml.transcripts.spoken_language import LEAST_SPEECH, PIECES, Heard, english, plain, second_hearing
from ml.transcripts.transcript import Transcript, Word

#: Whisper listens to 30 s at a time. Pieces are cut at the quietest moment of their last seconds.
LONGEST, SEARCHED = 28 * RATE, 8 * RATE
QUIET = RATE // 5  # samples: the moment that must be quiet
LITTLE_SPEECH = 0.3  # s; below, a piece is not listened to: Whisper makes up words for silence
#: Whisper's own thresholds (Radford et al., 2022, 4.5): a mean log probability that is less, a text that compresses
#: more; then it tries again at the next temperature.
UNLIKELY, REPETITIVE, TEMPERATURES = -1.0, 2.4, (0.0, 0.2, 0.6)
WARMEST, FASTEST = 0.4, 7.0  # what comes out warmer, or faster (words a second), was made up
FASTEST_UNSPACED = 14.0  # where each sign counts as a word
REPEATED = 3  # times in a row that the same words are a loop of the model, not speech


class Whisper:
    """A recogniser that reads a model folder; nothing is downloaded. Raises ModelMissing where it does not load.

    ``language`` None lets the model tell it from the first piece with speech.
    """

    def __init__(self, folder: Path, *, name: str = "", language: str | None = None):
        from ctranslate2 import set_random_seed
        from faster_whisper import WhisperModel

        self._seed = set_random_seed
        self.name = name or f"Whisper ({folder.name})"
        try:
            self._model = WhisperModel(
                str(folder), device="cpu", compute_type="int8", cpu_threads=1, num_workers=1, local_files_only=True
            )
        except (RuntimeError, ValueError, OSError) as error:
            raise ModelMissing(
                "model_damaged",
                f"The Whisper model in {folder} does not load ({type(error).__name__}). It must be in CTranslate2's "
                "format; copy the folder again or choose another one.",
            ) from error
        self._language = language if self._model.model.is_multilingual or language else "en"
        self._knows_english_alone = not self._model.model.is_multilingual

    @property
    def multilingual(self) -> bool:
        """Whether it knows other languages than English."""
        return not self._knows_english_alone

    def tell(self, speech: np.ndarray) -> tuple[str, float]:
        """Which language ``speech`` (float32 mono, 16 kHz) is in, as ISO 639 has it, and how likely that is (0..1)."""
        if self._knows_english_alone:
            return "en", 1.0
        language, likelihood, _ = self._model.detect_language(speech * _gain(speech))
        return language, float(likelihood)

    def transcribe(
        self,
        blocks: Iterable[np.ndarray],
        *,
        language: str | None = None,
        progress: Callable[[float], None] | None = None,
    ) -> Transcript:
        """Write down the sound of ``blocks`` (float32 at 16 kHz); ``progress`` is told how many seconds are done.

        ``language`` is the spoken one, where somebody said which; a model that knows English alone does not heed it.
        """
        told = None if self._knows_english_alone else language
        return self.write(pieces(blocks), told, progress=progress, doubtful=True)

    def write(
        self,
        stream: Iterable[tuple[int, np.ndarray]],
        language: str | None,
        *,
        progress: Callable[[float], None] | None = None,
        doubtful: bool = False,
    ) -> Transcript:
        """The same of pieces (first sample's index, samples). ``doubtful``: it is asked whether this is English at all
        where the model knows nothing else."""
        words: list[Word] = []
        language = language or self._language
        spoken = 0.0
        heard: list[Heard] = []
        for start, piece in stream:
            speech = detect(piece).seconds
            spoken += speech
            if speech >= LITTLE_SPEECH:
                segments, language = self._segments(piece, language)
                words += _words(segments, len(piece) / RATE, start / RATE, spaced=language not in UNSPACED)
                if doubtful and self._knows_english_alone and speech >= LEAST_SPEECH and len(heard) < PIECES:
                    heard.append(self._twice(piece, segments))
            if progress:
                progress((start + len(piece)) / RATE)
        return Transcript(words, language, self.name, speech_seconds=round(spoken, 1), english=english(heard))

    def text_of(self, samples: np.ndarray, *, language: str | None = None) -> str:
        """The words of at most half a minute of ``samples`` (float32 mono, 16 kHz), as fast as it goes: without times
        and confidence, and without asking whether this is English at all."""
        if detect(samples).seconds < LITTLE_SPEECH:
            return ""
        told = None if self._knows_english_alone else language
        segments, language = self._segments(samples, told or self._language, times=False)
        fastest = FASTEST_UNSPACED if language in UNSPACED else FASTEST
        heard = " ".join(segment.text for segment in segments if is_understood(segment, fastest)).split()
        return " ".join(word.text for word in unlooped([Word(each, None, None) for each in heard]))

    def _twice(self, piece: np.ndarray, segments: list[Any]) -> Heard:
        """What one piece gave, and what it gives when it is heard once more."""
        again, _ = self._segments(second_hearing(piece), "en", times=False)
        likely = [float(word.probability) for segment in segments for word in segment.words or []]
        first, second = (plain(" ".join(each.text for each in found)) for found in (segments, again))
        return Heard(tuple(likely), first, second)

    def _segments(self, piece: np.ndarray, language: str | None, *, times: bool = True) -> tuple[list[Any], str | None]:
        """The recogniser's segments of one piece (float32 mono, 16 kHz), and their language."""
        self._seed(0)  # the same sound gives the same words
        segments, info = self._model.transcribe(
            piece * _gain(piece),
            language=language,
            beam_size=1,
            best_of=1,
            temperature=list(TEMPERATURES),
            compression_ratio_threshold=REPETITIVE,
            log_prob_threshold=UNLIKELY,
            condition_on_previous_text=False,  # or one mistake feeds the next
            word_timestamps=times,
            without_timestamps=False,
        )
        return list(segments), language or info.language


def _gain(piece: np.ndarray) -> float:
    """What brings a piece to the level at which it is heard."""
    return 0.7 / max(float(np.abs(piece).max()), 1e-4)


def _words(segments: list[Any], limit: float, offset: float, *, spaced: bool = True) -> list[Word]:
    """The words of one piece's segments, of ``limit`` seconds, that begins ``offset`` seconds into the recording.

    ``spaced``: the language puts a space before each word, so that what has none belongs to the word before."""
    words: list[Word] = []
    for segment in segments:
        if not is_understood(segment, FASTEST if spaced else FASTEST_UNSPACED):
            continue
        for word in segment.words or []:
            text, start, end = word.word.strip(), float(word.start), float(word.end)
            if spaced and words and text and not word.word.startswith(" "):  # the rest of a word with a hyphen
                words[-1] = replace(words[-1], text=words[-1].text + text, end=round(offset + min(end, limit), 2))
            elif text and start < limit:
                end = min(max(end, start), limit)
                confidence = round(min(1.0, max(0.0, float(word.probability))), 3)
                words.append(Word(text, round(offset + start, 2), round(offset + end, 2), confidence))
    return unlooped(words)


def is_understood(segment: Any, fastest: float = FASTEST) -> bool:
    """Whether the recogniser's own figures say that it wrote down what was said, and did not make it up.

    Speech in a language that the model does not know comes out as unlikely words, as loops, as more words than anybody
    can say, or only at a high temperature."""
    seconds = max(float(segment.end) - float(segment.start), 0.1)
    return (
        segment.avg_logprob >= UNLIKELY
        and segment.compression_ratio <= REPETITIVE
        and len(segment.words or segment.text.split()) / seconds <= fastest
        and (segment.temperature or 0.0) <= WARMEST
    )


def pieces(blocks: Iterable[np.ndarray]) -> Iterator[tuple[int, np.ndarray]]:
    """Cut a stream into (first sample's index, piece) of at most LONGEST samples, each at a quiet moment."""
    held, start = np.zeros(0, np.float32), 0
    for block in blocks:
        held = np.concatenate([held, np.asarray(block, np.float32)])
        while len(held) >= LONGEST:
            cut = _quietest(held)
            yield start, held[:cut]
            held, start = held[cut:].copy(), start + cut
    if len(held):
        yield start, held


def _quietest(held: np.ndarray) -> int:
    """Where to cut: the middle of the quietest QUIET samples among the last SEARCHED before LONGEST."""
    searched = held[LONGEST - SEARCHED : LONGEST]
    energy = np.add.reduceat(searched.astype(np.float64) ** 2, np.arange(0, len(searched), QUIET // 4))
    around = np.convolve(energy, np.ones(4), mode="valid")
    return LONGEST - SEARCHED + int(around.argmin()) * (QUIET // 4) + QUIET // 2


def unlooped(words: list[Word]) -> list[Word]:
    """``words`` without the loops that Whisper falls into: one to six words said more than REPEATED times in a row."""
    plain = [re.sub(r"\W", "", word.text.lower()) for word in words]
    kept: list[int] = []
    index = 0
    while index < len(words):
        for size in range(1, 7):
            unit, times = plain[index : index + size], 1
            while plain[index + times * size : index + (times + 1) * size] == unit:
                times += 1
            if times > REPEATED:
                kept += range(index, index + size)
                index += times * size
                break
        else:
            kept.append(index)
            index += 1
    return [words[index] for index in kept]
