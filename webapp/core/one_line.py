"""What may stand in a name or a title: one line that reads as it is written."""

from __future__ import annotations

import unicodedata

#: Characters that turn the order of those after them; marks and joiners, which some scripts need, are not among them.
_TURNING = {*range(0x202A, 0x202F), *range(0x2066, 0x206A)}


def is_one_line(text: str) -> bool:
    """Whether ``text`` has no line break, no control character, and nothing that hides how it reads."""
    return not any(unicodedata.category(each) in ("Cc", "Cs", "Zl", "Zp") or ord(each) in _TURNING for each in text)
