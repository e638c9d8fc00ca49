"""What an export leaves out, and how a name is taken out of a text."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from webapp.interviews.anonymity import code_name
from webapp.interviews.models import Interview
from webapp.search.folding import tokens

#: The parts that can be left out, as forms and addresses call them, and in words.
PARTS = {
    "name": _l("The candidate's name"),
    "reviewers": _l("The names of reviewers"),
    "words": _l("Transcripts and written answers"),
    "notes": _l("Notes and reasons"),
    "analyses": _l("Analyses by models"),
}
#: Parts of names that are too short or too common to be taken out of a text.
_SHORTEST = 3


@dataclass(frozen=True)
class Redaction:
    """Which `PARTS` are left out of the export of one interview."""

    interview: Interview
    without: frozenset[str] = frozenset()

    @classmethod
    def of(cls, interview: Interview, parts: Collection[str]) -> Redaction:
        """With those of ``parts`` that there are."""
        return cls(interview, frozenset(parts) & PARTS.keys())

    def leaves_out(self, part: str) -> bool:
        """Whether ``part`` is left out."""
        return part in self.without

    @property
    def candidate(self) -> str:
        """The candidate's name, or a code that tells this one from others and says nothing."""
        if not self.leaves_out("name"):
            return self.interview.candidate_name
        return code_name(self.interview)

    def reviewer(self, name: str) -> str:
        """A colleague's name, or that there is one."""
        return _("a reviewer") if self.leaves_out("reviewers") else name

    def text(self, text: str | None) -> str:
        """``text`` without the candidate's name, where that is left out. Only the name as it is written in the
        invitation is found, with or without accents; nicknames and inflected forms are not."""
        if not text or not self.leaves_out("name"):
            return text or ""
        names = {
            token.term
            for token in tokens(self.interview.candidate_name)
            if token.end - token.start >= _SHORTEST or not text.isascii()
        }
        removed = _("[name]")
        parts, done = [], 0
        for token in tokens(text):
            if token.term in names:
                parts += [text[done : token.start], removed]
                done = token.end
        return re.sub(rf"({re.escape(removed)})(\s+{re.escape(removed)})+", r"\1", "".join([*parts, text[done:]]))
