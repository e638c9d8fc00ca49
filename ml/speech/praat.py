"""Our delivery facts beside Praat's, on real speech: ``python -m ml.speech.praat --data DIR``. For tests; needs
praat-parselmouth (GPL), which what serves never imports."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np

from ml.speech import delivery
from ml.speech.data import clips, load
from ml.speech.features import RATE
from ml.speech.survey import survey

#: Facts compared: name, unit.
FACTS = {
    "pitch_median_hz": "Hz",
    "pitch_range_semitones": "semitones",
    "loudness_range_db": "dB",
    "sounding_seconds": "s",
}


def ours(samples: np.ndarray) -> dict[str, float | None]:
    """Our facts of a clip (float32 mono, 16 kHz)."""
    found = survey([samples])
    facts = delivery.facts(found.activity, found.hertz)
    return {name: facts.get(name) for name in FACTS} | {"sounding_seconds": found.activity.seconds}


def praats(samples: np.ndarray) -> dict[str, float | None]:
    """Praat's: To Pitch (ac), To Intensity, To TextGrid (silences), over the stretches that the last calls sounding."""
    import parselmouth
    from parselmouth.praat import call

    sound = parselmouth.Sound(samples.astype(np.float64), RATE)
    pitch = sound.to_pitch_ac(
        time_step=0.01, pitch_floor=delivery.LOWEST_PITCH, pitch_ceiling=delivery.HIGHEST_PITCH, voicing_threshold=0.5
    )
    intensity = sound.to_intensity(minimum_pitch=100, time_step=0.01)
    grid = call(intensity, "To TextGrid (silences)", -25, 0.3, 0.1, "silent", "sounding")
    spans = [
        (call(grid, "Get start time of interval", 1, k), call(grid, "Get end time of interval", 1, k))
        for k in range(1, call(grid, "Get number of intervals", 1) + 1)
        if call(grid, "Get label of interval", 1, k) == "sounding"
    ]

    def inside(times: np.ndarray) -> np.ndarray:
        return np.any([(times >= a) & (times <= b) for a, b in spans], axis=0) if spans else np.zeros(len(times), bool)

    hertz = pitch.selected_array["frequency"]
    voiced = delivery.plausible(np.where(hertz > 0, hertz, np.nan)[inside(pitch.xs())])
    toned = np.isfinite(np.interp(intensity.xs(), pitch.xs(), np.where(hertz > 0, hertz, np.nan)))
    levels = intensity.values[0][inside(intensity.xs()) & toned]
    enough = len(voiced) >= 50
    low, high = np.percentile(voiced, [5, 95]) if enough else (np.nan, np.nan)
    return {
        "pitch_median_hz": float(np.median(voiced)) if enough else None,
        "pitch_range_semitones": 12 * float(np.log2(high / low)) if enough else None,
        "loudness_range_db": float(np.diff(np.percentile(levels, [10, 90]))[0]) if len(levels) >= 50 else None,
        "sounding_seconds": float(sum(b - a for a, b in spans)),
    }


def compare(sounds: list[np.ndarray]) -> dict[str, dict[str, Any]]:
    """Per fact: n, the median absolute difference, its 90th percentile, and the correlation."""
    pairs = [(ours(sound), praats(sound)) for sound in sounds]
    result = {}
    for name in FACTS:
        both = np.array([(a[name], b[name]) for a, b in pairs if a[name] is not None and b[name] is not None], float)
        apart = np.abs(both[:, 0] - both[:, 1])
        result[name] = {
            "n": len(both),
            "unit": FACTS[name],
            "median_difference": round(float(np.median(apart)), 3),
            "difference_90": round(float(np.percentile(apart, 90)), 3),
            "correlation": round(float(np.corrcoef(both.T)[0, 1]), 4),
        }
    return result


def sample(data: Path, every: dict[str, int]) -> dict[str, list[np.ndarray]]:
    """Some clips of RAVDESS and nEMO: every so-many-th of each."""
    return {name: [load(clip.path) for clip in clips(data / "speech" / name)[::step]] for name, step in every.items()}


def main(data: Path, every: int = 10) -> None:
    """Print the differences."""
    for name, found in sample(data, {"ravdess": every, "nemo": 3 * every}).items():
        print(f"{name}, {len(found)} clips")
        for fact, row in compare(found).items():
            print(
                f"  {fact:<24} n {row['n']:>4}  median |difference| {row['median_difference']:>7.3f} {row['unit']}, "
                f"90 % below {row['difference_90']:>7.3f}, correlation {row['correlation']:.3f}"
            )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--every", type=int, default=10)
    arguments = parser.parse_args()
    main(arguments.data, arguments.every)
