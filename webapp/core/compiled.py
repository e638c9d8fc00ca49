"""The messages of a language, read from ``webapp/translations/LANGUAGE/LC_MESSAGES/messages.po``.

To read 4,000 messages as text takes a second, and a hundredth of that once they are compiled. So the compiled file lies
beside the text, made where it is missing or older: by ``./viva build``, else by whoever asks first.
"""

from __future__ import annotations

import os
import tempfile
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

FOLDER = Path(__file__).resolve().parents[1] / "translations"


def compiled(name: str) -> Translations:
    """The messages of a language; none where it has no catalogue."""
    text = FOLDER / name / "LC_MESSAGES" / "messages.po"
    if not text.is_file():
        return Translations()
    return Translations(BytesIO(_current(text, name)))


def _current(text: Path, name: str) -> bytes:
    made = text.with_suffix(".mo")
    try:
        if made.stat().st_mtime_ns > text.stat().st_mtime_ns:
            return made.read_bytes()
    except FileNotFoundError:
        pass
    return _make(text, made, name)


def _make(text: Path, made: Path, name: str) -> bytes:
    """Compile a catalogue, and keep it where this may be written; another process may do the same at this moment."""
    stream = BytesIO()
    with text.open("rb") as source:
        write_mo(stream, read_po(source, locale=name))
    try:
        with tempfile.NamedTemporaryFile(dir=made.parent, prefix=".messages-", delete=False) as part:
            part.write(stream.getvalue())
        os.chmod(part.name, 0o644)
        os.replace(part.name, made)
    except OSError:  # an installation that is not ours to write: it is compiled anew by each process
        pass
    return stream.getvalue()


def main() -> None:
    """Compile every language."""
    for path in sorted(FOLDER.glob("*/LC_MESSAGES/messages.po")):
        compiled(path.parent.parent.name)


if __name__ == "__main__":
    main()
