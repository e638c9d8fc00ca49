"""Captions with a line of times each: WebVTT, SubRip, SubViewer (.sbv) and the text that whisper.cpp prints.

The libraries for these formats refuse or lose what programs and people get wrong: a blank line too many or too few,
no header, bare ``<``. Here a line of times begins a cue, and everything up to the next one is its text, but the
number or name that stands above the next times.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from ml.transcripts.formats.cues import CaptionsError, Cue
from ml.transcripts.formats.markup import decode_entities, plain, voices

_CLOCK = r"(?:(\d{1,4}):)?(\d{1,3}):(\d{1,2})(?:[.,:](\d{1,7}))?"
_ARROW = re.compile(rf"^\s*{_CLOCK}\s*-{{1,2}}>\s*{_CLOCK}(?:\s.*)?$")
_COMMA = re.compile(rf"^\s*{_CLOCK},{_CLOCK}\s*$".replace("[.,:]", "[.]"))
_BRACKETS = re.compile(rf"^\s*\[{_CLOCK}\s*-->\s*{_CLOCK}\]\s*(.*)$")
_NUMBER = re.compile(r"\s*\d+\s*$")
_TURN = re.compile(r"\s*\((speaker [\d?]+)\)\s*|\s*\[(SPEAKER_\d+)\]:?\s*")


def seconds_of(parts: tuple[str | None, ...]) -> float:
    """Hours, minutes, seconds and fraction, as a clock's pattern finds them, in seconds."""
    hours, minutes, seconds, fraction = parts
    whole = int(hours or 0) * 3600 + int(minutes or 0) * 60 + int(seconds or 0)
    return whole + (float(f"0.{fraction}") if fraction else 0.0)


def read_timed(text: str) -> tuple[str, list[Cue]] | None:
    """(format, cues whose texts keep their line ends) of a text with lines of times; None where it has none."""
    lines = text.split("\n")
    first = next((line for line in lines if line.strip()), "")
    is_vtt = first.lstrip().upper().startswith("WEBVTT")
    if found := [(i, m) for i, line in enumerate(lines) if (m := _BRACKETS.match(line))]:
        return "whisper", list(_whisper(lines, found))
    for name, pattern in (("vtt" if is_vtt else "srt", _ARROW), ("sbv", _COMMA)):
        if found := [(i, m) for i, line in enumerate(lines) if (m := pattern.match(line))]:
            if name == "srt" and not is_vtt and "," not in lines[found[0][0]] and "." in lines[found[0][0]]:
                name = "srt" if _NUMBER.match(first) else "vtt"  # WebVTT without its first line
            return name, list(_cues(lines, found, name))
    if is_vtt:
        raise CaptionsError("empty", "There are no captions in this file. Choose another file.")
    return None


def _cues(lines: list[str], found: list[tuple[int, re.Match]], name: str) -> Iterator[Cue]:
    ids = _identifiers(lines, [index for index, _ in found], name)
    for place, (index, match) in enumerate(found):
        groups = match.groups()
        end = found[place + 1][0] if place + 1 < len(found) else len(lines)
        body = [line for number, line in enumerate(lines[index + 1 : end], index + 1) if number not in ids]
        if name == "vtt":
            body = _without_notes(body)
        start, stop = seconds_of(groups[:4]), seconds_of(groups[4:8])
        yield from _voiced(start, stop, "\n".join(line.strip() for line in body if line.strip()), name)


def _voiced(start: float, stop: float, text: str, name: str) -> Iterator[Cue]:
    if name == "vtt" and text.startswith("{") and (inner := _teams_metadata(text)):
        yield Cue(start, stop, *inner)
    elif name == "sbv":
        yield Cue(start, stop, None, decode_entities(text.replace("[br]", "\n")))
    elif "<v" in text:
        for speaker, said in voices(text):
            yield Cue(start, stop, speaker, said)
    else:
        yield Cue(start, stop, None, plain(text))


def _teams_metadata(text: str) -> tuple[str | None, str] | None:
    """(speaker, words) of a cue that is a JSON object, as Teams' transcripts with metadata have them."""
    try:
        held = json.loads(text)
        return held.get("speakerName") or None, str(held["spokenText"])
    except (ValueError, KeyError, RecursionError):
        return None


def _identifiers(lines: list[str], times: list[int], name: str) -> set[int]:
    """The lines that are a cue's number or name rather than words: what stands above its times."""

    def above(index: int) -> int | None:
        for at in range(index - 1, -1, -1):
            if lines[at].strip():
                return at
        return None

    if name == "sbv":
        return set()
    first = above(times[0])
    numbered = first is not None and bool(_NUMBER.match(lines[first]))
    named = name == "vtt" and first is not None and first == times[0] - 1 and "WEBVTT" not in lines[first]
    found = set()
    for before, index in zip([-1, *times], times, strict=False):
        at = above(index)
        if at is None or at <= before:
            continue
        line, after_blank = lines[at].strip(), at == 0 or not lines[at - 1].strip()
        is_number = numbered and bool(_NUMBER.match(line))
        is_vtt_name = name == "vtt" and at == index - 1 and after_blank and (named or " " not in line)
        if is_number or is_vtt_name:
            found.add(at)
    return found


def _without_notes(body: list[str]) -> list[str]:
    """A WebVTT cue's lines without the notes, styles and regions that stand between cues."""
    result, skipping = [], False
    for number, line in enumerate(body):
        begins = number == 0 or not body[number - 1].strip()
        if begins and number and re.match(r"(NOTE(\s|$)|STYLE\s*$|REGION\s*$)", line):
            skipping = True
        if not line.strip():
            skipping = False
        if not skipping:
            result.append(line)
    return result


def _whisper(lines: list[str], found: list[tuple[int, re.Match]]) -> Iterator[Cue]:
    for place, (index, match) in enumerate(found):
        groups = match.groups()
        end = found[place + 1][0] if place + 1 < len(found) else len(lines)
        text = "\n".join([groups[8], *(line for line in lines[index + 1 : end] if line.strip())])
        turn = _TURN.match(text)
        speaker = next(filter(None, turn.groups()), None) if turn else None
        yield Cue(seconds_of(groups[:4]), seconds_of(groups[4:8]), speaker, plain(text[turn.end() :] if turn else text))
