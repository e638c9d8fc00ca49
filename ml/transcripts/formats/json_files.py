"""Transcripts in JSON: Whisper and its relatives, Teams, Zoom, YouTube, and whatever else has a list of texts.

Every such file holds a list of objects with words in them, some with times and speakers; they differ in what they call
these. The list is searched for by the names below, so that a new program's file is read without a reader of its own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from ml.transcripts.formats.cues import Cue, unreadable
from ml.transcripts.formats.markup import plain, voices

_LISTS = (
    "cues", "segments", "transcription", "entries", "utterances", "phrases", "recognizedphrases", "recognizedPhrases",
    "captions", "subtitles", "timeline", "transcript", "transcripts", "events", "monologues", "paragraphs", "sentences",
    "audio_segments", "chunks", "items", "lines", "results", "messages", "data",
)  # fmt: skip
_TEXTS = (
    "text",
    "spokenText",
    "displayText",
    "transcript",
    "utterance",
    "caption",
    "content",
    "sentence",
    "display",
    "line",
    "message",
)
_STARTS = (
    "start",
    "startTime",
    "start_time",
    "startOffset",
    "start_offset",
    "begin",
    "from",
    "ts",
    "offset",
    "start_ts",
    "startMs",
    "start_ms",
    "tStartMs",
    "timestamp",
    "time",
)
_ENDS = ("end", "endTime", "end_time", "endOffset", "end_offset", "to", "end_ts", "endMs", "end_ms", "tEndMs")
_SPEAKERS = (
    "speaker",
    "speakerName",
    "speakerDisplayName",
    "speaker_name",
    "speaker_label",
    "speakerLabel",
    "username",
    "user_name",
    "userName",
    "name",
    "displayName",
    "participant",
    "speakerId",
    "speaker_id",
)
_CLOCK = re.compile(r"(?:(\d+):)?(\d+):(\d+(?:[.,]\d+)?)")
_SECONDS = re.compile(r"(?:PT)?(?:(\d+)H)?(?:(\d+)M)?(\d+(?:\.\d+)?)\s*[sS]?")


def read_json(text: str) -> list[Cue]:
    """The cues of a transcript in JSON, or in lines of JSON. Raises CaptionsError (``format``)."""
    try:
        held = json.loads(text)
    except RecursionError:
        raise unreadable() from None
    except ValueError:
        held = _lines(text)
    try:
        found = _list_of(held)
        if found is None:
            whole = _first(held, _TEXTS) if isinstance(held, dict) else None
            if isinstance(whole, str) and whole.strip():
                return [Cue(None, None, None, plain(whole))]
            raise unreadable()
        milliseconds = _in_milliseconds(found)
        return [cue for each in found for cue in _cues(each, milliseconds)]
    except RecursionError:
        raise unreadable() from None


def _lines(text: str) -> list[Any]:
    try:
        return [json.loads(line) for line in text.splitlines() if line.strip()]
    except (ValueError, RecursionError):
        raise unreadable() from None


def _list_of(held: Any, depth: int = 0) -> list[dict] | None:
    """The list whose objects hold words: by its name where it has a known one, and not deeper than needed."""
    if depth > 8:
        return None
    if isinstance(held, list):
        if held and all(isinstance(each, dict) for each in held) and any(_words_of(each) for each in held):
            return held
        deeper = [_list_of(each, depth + 1) for each in held if isinstance(each, dict)]
        together = [each for part in deeper if part for each in part]
        return together or None
    if isinstance(held, dict):
        names = [name for name in _LISTS if name in held] + [name for name in held if name not in _LISTS]
        for name in names:
            if name != "words" and isinstance(held[name], list | dict) and (found := _list_of(held[name], depth + 1)):
                return found
        if isinstance(words := held.get("words"), list) and all(isinstance(word, dict) for word in words):
            return _in_lines(words)
    return None


def _in_lines(words: list[dict]) -> list[dict] | None:
    """Words with times, in lines that a transcript would show."""
    from ml.transcripts.transcript import Transcript, Word

    try:
        found = [
            Word(
                str(_first(word, ("text", "word", "punctuated_word"))).strip(),
                _time(_first(word, _STARTS)),
                _time(_first(word, _ENDS)),
            )
            for word in words
        ]
    except ValueError:
        return None
    return [{"text": line.text, "start": line.start, "end": line.end} for line in Transcript(found).lines()] or None


def _first(held: dict, names: tuple[str, ...]) -> Any:
    return next((held[name] for name in names if held.get(name) is not None), None)


def _words_of(each: dict) -> str | None:
    """The words of one object; pieces (YouTube's segs, Rev's elements, Google's alternatives) are put together."""
    found = _first(each, _TEXTS)
    if isinstance(found, str):
        return found
    if isinstance(segs := each.get("segs"), list):
        return "".join(str(seg.get("utf8", "")) for seg in segs if isinstance(seg, dict))
    if isinstance(elements := each.get("elements"), list):
        return "".join(str(element.get("value", "")) for element in elements if isinstance(element, dict))
    for name in ("alternatives", "nBest", "NBest"):
        best = each.get(name)
        if isinstance(best, list) and best and isinstance(best[0], dict):
            said = _first(best[0], (*_TEXTS, "Display"))
            return said if isinstance(said, str) else None
    return None


def _cues(each: dict, milliseconds: bool) -> Iterator[Cue]:
    said = _words_of(each)
    if not said or not said.strip():
        return
    times = each.get("offsets") if isinstance(each.get("offsets"), dict) else None
    if times is not None:  # whisper.cpp, in milliseconds
        start, end = (_time(times.get(name), 1000.0) for name in ("from", "to"))
    elif isinstance(each.get("timestamp"), list) and len(each["timestamp"]) == 2:  # Transformers' chunks
        start, end = (_time(moment) for moment in each["timestamp"])
    else:
        start, end = (_moment(each, names, milliseconds) for names in (_STARTS, _ENDS))
    if end is None and start is not None:
        for name, unit in (("dDurationMs", 1000.0), ("duration", 1000.0 if milliseconds else 1.0), ("dur", 1.0)):
            if (length := _time(each.get(name), unit)) is not None:
                end = start + length
                break
    speaker = _speaker(each)
    if "<v" in said:
        yield from (Cue(start, end, name or speaker, text) for name, text in voices(said))
    else:
        yield Cue(start, end, speaker, plain(said))


def _moment(each: dict, names: tuple[str, ...], milliseconds: bool) -> float | None:
    for name in names:
        if each.get(name) is not None:
            unit = 1000.0 if milliseconds or name.casefold().endswith("ms") else 1.0
            return _time(each[name], unit)
    return None


def _time(value: Any, unit: float = 1.0) -> float | None:
    """Seconds of a number, a clock, “1.5s” or an ISO 8601 duration; None for dates and all else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return round(value / unit, 3) if 0 <= value < 1e9 else None
    if isinstance(value, str):
        if found := _CLOCK.fullmatch(value.strip()):
            hours, minutes, seconds = found.groups()
            return round(int(hours or 0) * 3600 + int(minutes) * 60 + float(seconds.replace(",", ".")), 3)
        if found := _SECONDS.fullmatch(value.strip()):
            hours, minutes, seconds = found.groups()
            plain_number = not (hours or minutes or value.strip()[-1] in "sS" or value.startswith("PT"))
            return round(
                int(hours or 0) * 3600 + int(minutes or 0) * 60 + float(seconds) / (unit if plain_number else 1), 3
            )
    return None


def _in_milliseconds(found: list[dict]) -> bool:
    """Whether plain numbers are milliseconds: all whole, and pieces of a sentence that would last minutes."""
    lengths = []
    for each in found:
        start, end = _first(each, _STARTS), _first(each, _ENDS)
        if not all(isinstance(value, int) and not isinstance(value, bool) for value in (start, end)):
            return False
        lengths.append((end - start) / max(1, len((_words_of(each) or "").split())))
    return bool(lengths) and sorted(lengths)[len(lengths) // 2] > 30


def _speaker(each: dict) -> str | None:
    found = _first(each, _SPEAKERS)
    if isinstance(found, dict):
        found = _first(found, ("name", "displayName", "username", "id", "label"))
    if found is None and isinstance(users := each.get("users"), list) and users and isinstance(users[0], dict):
        found = _first(users[0], ("username", "name", "user_name"))
    if isinstance(found, bool) or not isinstance(found, str | int):
        return None
    text = " ".join(plain(str(found)).split())
    return (f"Speaker {text}" if isinstance(found, int) else text) or None
