"""Everything that Viva reads from one recording and one text, as a JSON-able dictionary: no web, no
database."""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ml.core.errors import MediaError, VivaError
from ml.core.names import shown_name
from ml.core.readings import FaceReading, Reading, SpeechReading
from ml.core.stored import strict
from ml.media.demux import MediaInfo, probe
from ml.version import version

log = logging.getLogger(__name__)
#: What a recording is, or why that cannot be said; None without a recording.
_Probed = MediaInfo | MediaError | OSError | None
#: The modalities, in the order in which they are read and shown.
MODALITIES = ("face", "speech", "text")
#: What nobody should forget beside any of these figures.
LIMITS = (
    "These figures describe how a recording looks and sounds to three small models, not what a person feels, "
    "thinks or is. A face or a voice that resembles acted anger is no angry person; the models were trained on "
    "posed and acted examples, know little of most cultures, ages and disabilities, and are often wrong. "
    "Personality read from words agrees with questionnaires only slightly better than chance. Don't decide about "
    "anybody by them. In the European Union inferring emotions from a face or a voice at work or in recruitment "
    "is prohibited (AI Act, Article 5(1)(f))."
)
_NOTHING_GIVEN = {
    "face": ("no_media", "No recording was given, so there is no face to read. Name a video file."),
    "speech": ("no_media", "No recording was given, so there is no voice to read. Name a file with sound."),
    "text": ("no_text", "No text was given. Add the written answer or a transcript with --text FILE."),
}


def analyse(
    media: str | Path | None,
    text: str | None,
    progress: Callable[[str, float], None] | None = None,
    fusion: str = "viva",
    info: _Probed = None,
) -> dict[str, Any]:
    """Read the face and the voice of a recording, and a text; any of them may be missing.

    ``progress`` is called with a modality's name and the share of it that is done (0..1). ``fusion`` names how face and
    voice are combined: "viva" is ours, on our two readings (ml/fusion/combine.py); "paper" runs the paper's own
    networks on the recording (ml/fusion/yakaew2021/reading.py), and where these cannot read it, ``reason`` and
    ``reason_code`` have an entry ``fusion`` more. ``info`` is what `probe` said of the recording, or raised, where
    the caller has asked already: a recording is probed once. The result has
    ``face``, ``speech``, ``text`` and ``fusion`` (each a reading's JSON or None), ``reason`` and
    ``reason_code`` (for each modality why it is None, else None), ``media``, ``viva`` and ``created``. A
    modality that fails never takes the others down, so nothing is raised for bad input.
    """
    known = _probed(media) if media is not None and info is None else info
    readings: dict[str, Any] = dict.fromkeys(MODALITIES)
    failures: dict[str, tuple[str | None, str | None]] = {name: (None, None) for name in MODALITIES}
    for name in MODALITIES:
        given = text if name == "text" else media
        if given is None:
            failures[name] = _NOTHING_GIVEN[name]
            continue
        readings[name], failures[name] = _read(name, given, known, progress)
    fused, failure = _fuse(readings["face"], readings["speech"], fusion, media, known)
    if failure is not None:
        failures["fusion"] = failure
    result = {
        "viva": version(),
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "media": None if media is None else _describe(Path(media), known),
        **{name: None if reading is None else reading.to_json() for name, reading in readings.items()},
        "fusion": fused,
        "reason": {name: message for name, (_, message) in failures.items()},
        "reason_code": {name: code for name, (code, _) in failures.items()},
    }
    return strict(result)


def _read(name: str, given: Any, info: _Probed, progress) -> tuple[Reading | None, tuple[str | None, str | None]]:
    """One modality: its reading, or a code and a message that say why there is none."""
    try:
        if name == "text":
            from ml.text.infer import read as read_text

            return read_text(given), (None, None)
        if isinstance(info, Exception):
            raise info
        if name == "face":
            from ml.face.infer import read as read_face

            read: Callable[..., Reading] = read_face
        else:
            from ml.speech.infer import read as read_speech

            read = read_speech
        return read(given, info=info, progress=progress and (lambda share: progress(name, share))), (None, None)
    except VivaError as failure:
        return None, (failure.code, failure.message)
    except Exception as failure:
        log.exception("the %s reading failed", name)
        return None, (
            "failed",
            f"The {name} could not be read because of a fault in Viva ({type(failure).__name__}: {failure}). "
            "Please report it.",
        )
    finally:
        if progress:
            progress(name, 1.0)


def _fuse(
    face: FaceReading | None, speech: SpeechReading | None, fusion: str, media: str | Path | None, info: _Probed
) -> tuple[dict[str, Any] | None, tuple[str, str] | None]:
    """Face and voice together, and where the paper's system was asked for and reads nothing: its code and message."""
    try:
        if fusion == "paper" and media is not None:
            if isinstance(info, Exception):
                raise info
            from ml.fusion.yakaew2021.reading import fuse

            return fuse(media, face, speech, info=info).to_json(), None
        from ml.fusion.combine import combine

        fused = combine(face, speech, fusion)
    except VivaError as failure:
        if fusion == "paper":
            return None, (failure.code, failure.message)
        log.exception("face and voice could not be combined")
        return None, None
    return None if fused is None else fused.to_json(), None


def _probed(path: str | Path) -> _Probed:
    try:
        return probe(path)
    except (MediaError, OSError) as failure:
        return failure


def _describe(path: Path, info: _Probed) -> dict[str, Any]:
    if info is None or isinstance(info, Exception):
        return {"name": shown_name(path), "error": str(info)}
    return {"name": shown_name(path), "bytes": path.stat().st_size, **dataclasses.asdict(info)}
