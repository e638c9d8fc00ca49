"""The command ``./viva transcript FILE``: what a file of captions or a transcript says."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from ml.transcripts.formats import CaptionsError, TranscriptFile, read


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("file", type=Path, metavar="FILE", help="captions or a transcript, as a program saved them")
    parser.add_argument("--speaker", metavar="NAME", help="keep what one speaker says")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(options: argparse.Namespace) -> None:
    """Print the cues. Raises CaptionsError and OSError."""
    found = read_file(options.file)
    if options.speaker:
        found = found.of(options.speaker)
    print(json.dumps(found.to_json(), allow_nan=False) if options.json else _lines(found))


def read_file(path: Path) -> TranscriptFile:
    """Read the transcript at ``path``. Raises CaptionsError, also (``missing``) where the file cannot be opened."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise CaptionsError("missing", f"There is no file {path}. Check the path.") from None
    except OSError as failure:
        raise CaptionsError("missing", f"{path} could not be read ({failure.strerror}). Name a text file.") from None
    return read(data)


def _lines(found: TranscriptFile) -> str:
    lines = []
    for cue in found.cues:
        time = "" if cue.start is None else f"{int(cue.start // 60)}:{cue.start % 60:05.2f}  "
        lines.append(f"{time}{f'{cue.speaker}: ' if cue.speaker else ''}{cue.text}")
    return "\n".join(lines)
