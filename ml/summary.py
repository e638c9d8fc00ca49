"""An analysis in words: the facts that the terminal prints and the page shows."""

from __future__ import annotations

from typing import Any

from ml.core.formatting import clock, number, percent
from ml.core.naming import has_interval
from ml.core.readings import Estimate, FaceReading, FusedReading, SpeechReading, TextReading, open_reading

NAMES = {"face": "Face", "speech": "Voice", "text": "Text"}


def estimate(value: Estimate | None, unit: str = "", digits: int = 1) -> str:
    """An estimate as a number with its interval and n."""
    if value is None:
        return "not enough to tell"
    low, high = f"{value.low:.{digits}f}", f"{value.high:.{digits}f}"
    return f"{number(value.value, digits, unit)} ({low} to {high}; n = {value.n})"


def media_facts(media: dict[str, Any]) -> list[tuple[str, str]]:
    """What the file is."""
    if "error" in media:
        return [("File", media["name"]), ("Problem", media["error"])]
    facts = [("File", media["name"]), ("Length", clock(media["seconds"])), ("Size", f"{media['bytes'] / 1e6:.1f} MB")]
    if media["has_video"]:
        facts.append(("Picture", f"{media['width']} × {media['height']}, {media['video_codec']}"))
    facts.append(("Sound", media["audio_codec"] if media["has_audio"] else "none"))
    if media["truncated"]:
        facts.append(("Cut off", "the file ends before its announced end; what there is was read"))
    return facts


def facts(reading: FaceReading | SpeechReading | TextReading) -> list[tuple[str, str]]:
    """What a reading says besides its figures, as (label, value) in words."""
    if isinstance(reading, FaceReading):
        return _face(reading)
    return _speech(reading) if isinstance(reading, SpeechReading) else _text(reading)


def _strongest(reading: FaceReading | SpeechReading | FusedReading) -> tuple[str, str]:
    label = reading.dominant
    return ("Strongest", "too even to name one" if label is None else label)


def _face(reading: FaceReading) -> list[tuple[str, str]]:
    people, blinks = reading.people, reading.blinks
    rows = [
        ("Coverage", f"a face in {percent(reading.coverage)} of {reading.frames} frames"),
        _strongest(reading),
        ("Blinks a minute", estimate(blinks.get("per_minute"))),
        ("Mouth open", f"in {percent(reading.mouth_open, unknown='an unknown share')} of the frames with a face"),
    ]
    if people.get("max_faces", 1) > 1:
        rows.append(
            ("People", f"up to {people['max_faces']}, in {percent(people['share_with_several'])} of the frames")
        )
    return rows


def _speech(reading: SpeechReading) -> list[tuple[str, str]]:
    said = reading.delivery
    pauses = "" if said["longest_pause_seconds"] is None else f", the longest {said['longest_pause_seconds']:.1f} s"
    return [
        ("Coverage", f"{percent(reading.coverage)} of the windows; {reading.speech_seconds:.1f} s of speech"),
        _strongest(reading),
        ("Rate", number(said["syllables_per_second"], 1, "syllables a second")),
        ("Pauses", "not enough to tell" if said["pause_count"] is None else f"{said['pause_count']}{pauses}"),
        ("Pitch", number(said["pitch_median_hz"], 0, "Hz")),
        ("Pitch range", number(said["pitch_range_semitones"], 1, "semitones")),
        ("Loud over middle", number(said["loudness_rise_db"], 1, "dB")),
    ]


def _text(reading: TextReading) -> list[tuple[str, str]]:
    found = reading.statistics
    often = ", ".join(f"{word} ({count})" for word, count in found["most_frequent"][:6])
    return [
        ("Coverage", f"{percent(reading.coverage)} of the words are known"),
        ("Words", f"{found['words']} in {found['sentences']} sentences"),
        ("Words a sentence", number(found["words_per_sentence"])),
        ("Distinct words", f"{found['distinct_words']} (type-token ratio {found['type_token_ratio']:.2f})"),
        ("Most frequent", often or "none"),
    ]


def summary(result: dict[str, Any]) -> str:
    """An analysis for the terminal."""
    lines = block("Recording", media_facts(result["media"])) if result["media"] else []
    for name, title in NAMES.items():
        if result[name] is None:
            lines += [f"{title}: not read", f"  {result['reason'][name]}", ""]
            continue
        reading = open_reading(name, result[name])
        rows = facts(reading)
        if isinstance(reading, TextReading):
            rows += [(trait.capitalize(), _share(value)) for trait, value in reading.traits.items()]
        else:
            ranked = sorted(reading.distribution.items(), key=lambda pair: -pair[1].value)
            rows += [(label, _share(value)) for label, value in ranked[:3]]
        rows += [("Note", warning) for warning in reading.warnings]
        rows.append(("Model", reading.model.version))
        lines += block(title, rows)
    if result["fusion"]:
        fused = FusedReading.from_json(result["fusion"])
        weights = fused.weights
        weighed = f"face {percent(weights['face'])}, voice {percent(weights['speech'])}"
        lines += block("Face and voice together", [_strongest(fused), ("Weighed", weighed)])
    elif result["reason"].get("fusion"):
        lines += ["Face and voice together: not read", f"  {result['reason']['fusion']}", ""]
    lines.append("Estimates with 95 % intervals. They describe a recording, not a person: see the README's limits.")
    return "\n".join(lines)


def _share(value: Estimate) -> str:
    if not has_interval(value):
        return f"{percent(value.value)} (not enough data for an interval; n = {value.n})"
    return f"{percent(value.value)} ({percent(value.low)} to {percent(value.high)}; n = {value.n})"


def block(title: str, rows: list[tuple[str, str]]) -> list[str]:
    """A title, and a line for each (label, value), the values one below the other."""
    width = max(len(label) for label, _ in rows) + 2
    return [title, *(f"  {label:<{width}}{value}" for label, value in rows), ""]
