"""A transcript: words with times and confidence, and the lines that captions show."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from ml.transcripts.codes import UNSPACED
from ml.transcripts.spoken_language import is_english

#: A word that its recogniser gave less than this probability is marked as uncertain.
UNSURE = 0.5
#: Lines of captions end at a pause (s), and are no longer than this in seconds and characters.
LINE_PAUSE, LINE_SECONDS, LINE_CHARACTERS = 0.8, 6.0, 74
#: People say two to four words a second; a transcript with fewer than this lacks most of what was said.
FEWEST_A_SECOND = 0.8
_SENTENCE_ENDS = (".", "?", "!", "…")


@dataclass(frozen=True)
class Word:
    """One word with its punctuation; ``start`` and ``end`` in seconds from the recording's start, None where nobody
    knows them; ``confidence`` 0..1, None for a word that a person wrote."""

    text: str
    start: float | None
    end: float | None
    confidence: float | None = None


@dataclass(frozen=True)
class Line:
    """A line of captions: its words, and their first and last moment (s), None where its words have no times."""

    words: tuple[Word, ...]
    start: float | None
    end: float | None
    #: What stands between two words: nothing in languages that are written without spaces.
    between: str = " "

    @property
    def text(self) -> str:
        """The words as they are written."""
        return self.between.join(word.text for word in self.words)


@dataclass(frozen=True)
class Transcript:
    """What was said. ``language`` is an ISO 639-1 code or None; ``recogniser`` names who wrote it ("" for a person).

    ``breaks`` are the indices of words that begin a line, where a file or a person gave lines.
    """

    words: list[Word]
    language: str | None = None
    recogniser: str = ""
    breaks: list[int] = field(default_factory=list)
    #: How long somebody speaks (s), as a recogniser heard it; None where nobody measured.
    speech_seconds: float | None = None
    #: How likely the speech is English (0..1), by a recogniser that knows nothing else; None where nobody asked.
    english: float | None = None
    #: How likely ``language`` is the spoken one (0..1), where a program told it from enough speech; None otherwise.
    language_likelihood: float | None = None

    @property
    def understood(self) -> bool:
        """Whether this is what was said: in English, and as many words as so much speech must have."""
        enough = self.speech_seconds is None or len(self.words) >= FEWEST_A_SECOND * self.speech_seconds
        return enough and is_english(self.english)

    @property
    def text(self) -> str:
        """The words as running text."""
        return self._between.join(word.text for word in self.words)

    @property
    def _between(self) -> str:
        return _between(self.language)

    @property
    def timed(self) -> bool:
        """Whether there are words and all have times."""
        return bool(self.words) and all(word.start is not None for word in self.words)

    @property
    def confidence(self) -> float | None:
        """The mean confidence of the recognised words; None where there are none."""
        known = [word.confidence for word in self.words if word.confidence is not None]
        return sum(known) / len(known) if known else None

    def lines(self) -> list[Line]:
        """The words in lines short enough for captions."""
        groups: list[list[Word]] = []
        breaks = set(self.breaks)
        for index, word in enumerate(self.words):
            if groups and not (index in breaks if breaks else _ends(groups[-1], word)):
                groups[-1].append(word)
            else:
                groups.append([word])
        return [Line(tuple(group), group[0].start, group[-1].end, self._between) for group in groups]

    def to_json(self) -> dict[str, Any]:
        """The same as what JSON can hold."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Transcript:
        """The transcript behind `to_json`."""
        return cls(
            [Word(**word) for word in stored["words"]],
            stored.get("language"),
            stored.get("recogniser", ""),
            list(stored.get("breaks") or []),
            stored.get("speech_seconds"),
            stored.get("english"),
            stored.get("language_likelihood"),
        )


def _between(language: str | None) -> str:
    """What stands between two words."""
    return "" if language in UNSPACED else " "


def text_in(stored: dict[str, Any]) -> str:
    """The same as ``text`` of what ``to_json`` gave, without making words of it."""
    return _between(stored.get("language")).join(word["text"] for word in stored["words"])


def moment_in(stored: dict[str, Any], at: int) -> float | None:
    """When the word at character ``at`` of ``text_in`` is said (s); None where nobody knows that."""
    place, between = 0, len(_between(stored.get("language")))
    for word in stored["words"]:
        place += len(word["text"]) + between
        if at < place:
            return word["start"]
    return None


def _ends(line: list[Word], following: Word) -> bool:
    """Whether ``following`` begins a new line."""
    last, length = line[-1], sum(len(word.text) + 1 for word in line)
    if length + len(following.text) > LINE_CHARACTERS:
        return True
    if last.text.endswith(_SENTENCE_ENDS) and length > LINE_CHARACTERS / 3:
        return True
    if last.end is None or following.start is None:
        return last.text.endswith(_SENTENCE_ENDS)
    return following.start - last.end > LINE_PAUSE or following.start - (line[0].start or 0.0) > LINE_SECONDS
