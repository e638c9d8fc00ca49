"""What the candidate said in a transcript: "Interviewer: ...|Interviewee: ..." (mit_interviews), or plain text."""

from __future__ import annotations

import re

_TURN = re.compile(r"\s*(interviewer|interviewee)\s*:", re.IGNORECASE)
_REMARK = re.compile(r"[\[(][^\])]{0,80}[\])]")


def answers(transcript: str) -> list[str]:
    """The candidate's turns, each one's continuation lines joined to it; the interviewer's words and remarks in
    brackets ("(both laugh)") are left out. A text without speakers is one turn."""
    turns: list[list[str]] = []
    speaker = "interviewee"
    for line in transcript.split("|"):
        found = _TURN.match(line)
        if found:
            speaker, line = found[1].lower(), line[found.end() :]
        words = _REMARK.sub(" ", line).strip()
        if speaker != "interviewee" or not words:
            continue
        if found or not turns:
            turns.append([])
        turns[-1].append(words)
    return [" ".join(turn) for turn in turns]
