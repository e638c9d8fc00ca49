"""From stored readings to the fusion of face and voice (ml/fusion), answer by answer."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, TypeVar

from ml.readings import Estimate, FaceReading, ModelVersion, SpeechReading, Track
from webapp.analysis.readers import plain

R = TypeVar("R", FaceReading, SpeechReading)


def revive(kind: type[R], stored: dict[str, Any]) -> R:
    """The dataclass behind a reading's JSON; unknown keys of other versions are left out."""
    values = {field.name: stored[field.name] for field in fields(kind) if field.name in stored}
    values["model"] = ModelVersion(**stored["model"])
    if track := stored.get("track"):
        values["track"] = Track(tuple(track["labels"]), track["times"], track["probabilities"])
    values["distribution"] = {label: Estimate(**e) for label, e in (stored.get("distribution") or {}).items()}
    return kind(**values)


def fuse(face: dict[str, Any] | None, speech: dict[str, Any] | None) -> dict[str, Any] | None:
    """The fused reading's JSON of one answer; None where there is nothing to fuse.

    Raises whatever ml.fusion raises: the caller decides what a report without a fusion looks like.
    """
    if not face and not speech:
        return None
    from ml.fusion.combine import combine

    fused = combine(
        revive(FaceReading, face) if face else None,
        revive(SpeechReading, speech) if speech else None,
    )
    return None if fused is None else plain(fused.to_json())
