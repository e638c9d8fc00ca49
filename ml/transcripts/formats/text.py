"""Transcripts in plain text: a name and a time above each turn, a time before each line, or names alone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from ml.transcripts.formats.cues import Cue, unreadable
from ml.transcripts.formats.speakers import is_name, named
from ml.transcripts.formats.timed import seconds_of

_CLOCK = r"(?:(\d{1,2}):)?(\d{1,3}):(\d{2})(?:[.,](\d{1,3}))?"
#: “Rosa Moreau   0:03”, “[Rosa Moreau] 10:00:05”, “0:03” alone: a turn begins below.
_TURN = re.compile(rf"^\s*\[?(?P<name>[^\[\]\d:]{{0,60}}?)\]?\s*[\[(]?{_CLOCK}[\])]?\s*(?:[AaPp][Mm])?:?\s*$")
#: “[00:03] Rosa: text”, “00:00:03 text”, “(0:03) text”.
_BEFORE = re.compile(rf"^\s*[\[(]?{_CLOCK}[\])]?[ \t–-]+(?P<rest>\S.*)$")
#: Times and numbers in columns: the marks of a format that is not known here.
_UNKNOWN = re.compile(r"\d{1,2}:\d{2}:\d{2}|-->|^\s*\{\d+\}\s*\{\d+\}|^\s*\d+([.,]\d+)?[\t;,]\s*\d+([.,]\d+)?[\t;,]")
_COLUMNS = re.compile(r"^\s*(\d+(?:\.\d+)?)\t(\d+(?:\.\d+)?)\t(.*)$")
#: A file is in such a form where at least this share of its lines are.
_MOST = 0.5


def read_text(text: str) -> list[Cue]:
    """The turns or lines of a plain text; without times where it has none.

    Raises CaptionsError (``format``) where most lines hold times in a form that is not known, or markup."""
    lines = [line for line in text.split("\n") if line.strip()]
    if _is_markup(text):
        raise unreadable()
    for read in (_columns, _turns, _times_before):
        if cues := read(lines):
            return named(cues)
    if lines and sum(bool(_UNKNOWN.search(line)) for line in lines) >= _MOST * len(lines):
        raise unreadable()
    return named([Cue(None, None, None, line) for line in lines])


def is_transcript(cues: Sequence[Cue]) -> bool:
    """Whether cues of a document show that it is a transcript: they have times or speakers."""
    return any(cue.speaker or cue.start is not None for cue in cues)


def _is_markup(text: str) -> bool:
    head = text.lstrip()[:200].lower()
    return head.startswith(
        ("{\\rtf", "%pdf", "<?xml", "<!doctype", "<html", "<tt ", "<tt:", "<sami", "<transcript", "<timedtext")
    )


def _seconds(found: re.Match) -> float:
    named = set(found.re.groupindex.values())
    return seconds_of(tuple(group for number, group in enumerate(found.groups(), 1) if number not in named))


def _turns(lines: list[str]) -> list[Cue]:
    """Turns below lines of a name and a time."""
    heads = {index: found for index, line in enumerate(lines) if (found := _TURN.match(line)) and _fits(found["name"])}
    places = sorted(heads)
    if not places or places[0] > 3 or (len(places) == 1 and not heads[places[0]]["name"].strip()):
        return []
    cues = []
    for place, following in pairwise([*places, len(lines)]):
        name = " ".join(heads[place]["name"].strip(" -–,·").split()) or None
        body = " ".join(lines[place + 1 : following])
        if body:
            cues.append(Cue(_seconds(heads[place]), None, name, body))
    return _with_ends(cues)


def _fits(name: str) -> bool:
    name = name.strip(" -–,·")
    return not name or is_name(name)


def _times_before(lines: list[str]) -> list[Cue]:
    """Lines that begin with a time; a line without one goes on with the line before."""
    found = [_BEFORE.match(line) for line in lines]
    if sum(match is not None for match in found) < max(2, _MOST * len(lines)) or found[0] is None:
        return []
    cues: list[Cue] = []
    for line, match in zip(lines, found, strict=True):
        if match:
            cues.append(Cue(_seconds(match), None, None, match["rest"]))
        else:
            cues[-1] = replace(cues[-1], text=f"{cues[-1].text} {line}")
    return _with_ends(cues)


def _columns(lines: list[str]) -> list[Cue]:
    """Whisper's .tsv (milliseconds) and labels as Audacity writes them (seconds): start, end and text in columns."""
    milliseconds = bool(lines) and lines[0].split("\t")[:3] == ["start", "end", "text"]
    found = [_COLUMNS.match(line) for line in (lines[1:] if milliseconds else lines)]
    matches = [match for match in found if match is not None]
    if not matches or len(matches) < len(found):
        return []
    unit = 1000.0 if milliseconds else 1.0
    return [Cue(float(match[1]) / unit, float(match[2]) / unit, None, match[3]) for match in matches]


def _with_ends(cues: list[Cue]) -> list[Cue]:
    """Each turn ends where the next begins; the last one's end is not known."""
    starts: list[float | None] = [cue.start for cue in cues[1:]]
    return [
        replace(cue, end=after if after is not None and cue.start is not None and after >= cue.start else None)
        for cue, after in zip(cues, [*starts, None], strict=True)
    ]
