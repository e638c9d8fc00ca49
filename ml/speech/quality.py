"""How good a recording's sound is: facts about the microphone and the room, none about the person."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from ml.core.messages import N_
from ml.speech.activity import LEVELS_DB, Activity
from ml.speech.bitset import Flags
from ml.speech.features import MELS, RATE, mel_frequencies
from ml.speech.spooled_array import StreamingQuantiles, parts

CLIPPED, CLIPPED_SHARE = 0.99, 0.001
NOISY_DB = 15.0  # speech over noise; below, the voice stands out little
QUIET_DB = -50.0  # dBFS of speech; a microphone that is turned down or far away
HEARD_DB = -45.0  # dBFS; quieter than this nothing counts as a sound that the microphone was meant to take
NARROW_HZ = 5_000.0  # a telephone's band ends below 4 kHz; what brings it to 16 kHz leaves images for a while above
BELOW_TOP_DB = 62.0  # a band this far below the loudest holds nothing
TELEPHONE_HZ = 4_000.0  # half of 8,000 samples a second, where what is below NARROW_HZ really ends


def band_centres() -> np.ndarray:
    """The middles of the mel bands in Hz (MELS,)."""
    return mel_frequencies(MELS + 2)[1:-1]


def highest_hertz(spectrum: np.ndarray) -> float | None:
    """Up to which frequency speech's mean log-mel spectrum (MELS,) in dB holds anything; None where nothing spoke."""
    if not np.isfinite(spectrum).all():
        return None
    highest = float(band_centres()[np.flatnonzero(spectrum > spectrum.max() - BELOW_TOP_DB)[-1]])
    return round(min(highest, TELEPHONE_HZ) if highest < NARROW_HZ else highest)


def facts(activity: Activity, heard: Flags, clipped: float, spectrum: np.ndarray) -> dict[str, Any]:
    """The ``quality`` of a SpeechReading; ``heard`` (bool, 10 ms) is where anything like speech sounds,
    anybody's: ``clipped_share`` of samples (0..1), ``noise_db`` and ``speech_db`` (dBFS),
    ``speech_over_noise_db`` and ``highest_hz``, None where there is too little to tell."""
    speaks = bool(activity.speech.any())
    rest, power = StreamingQuantiles(*LEVELS_DB), 0.0
    for part in parts(len(heard)):
        decibels = activity.decibels[part]
        rest.add(decibels[~heard[part]])
        power += float((10 ** (decibels[activity.speech[part]].astype(np.float64) / 10)).sum())
    loud = float(10 * np.log10(power / activity.speech.sum())) if speaks else None
    # Without a pause the quietest twentieth is speech too, and says nothing of the noise.
    noise = rest.percentiles(50)[0] if len(rest) >= 30 else (activity.noise_db if len(rest) else None)
    return {
        "clipped_share": round(float(clipped), 5),
        "noise_db": None if noise is None else round(noise, 1),
        "speech_db": None if loud is None else round(loud, 1),
        "speech_over_noise_db": None if noise is None or loud is None else round(loud - noise, 1),
        "highest_hz": highest_hertz(spectrum) if speaks else None,
    }


def warnings(found: dict[str, Any]) -> list[str]:
    """What a person should know about the recording before they read on."""
    messages = []
    if found["clipped_share"] > CLIPPED_SHARE:
        messages.append(
            N_(
                "The sound is clipped (the microphone was set too loud or too near), which distorts what is "
                "read from it."
            )
        )
    over = found["speech_over_noise_db"]
    if over is not None and over < NOISY_DB:
        messages.append(N_("The background is loud; the voice stands out little, so the reading is less certain."))
    if found["speech_db"] is not None and found["speech_db"] < QUIET_DB:
        messages.append(N_("The voice is very quiet: the microphone was far away or turned down."))
    if found["highest_hz"] is not None and found["highest_hz"] < NARROW_HZ:
        messages.append(
            N_(
                "The sound ends near %(highest_hz)s kHz, as on a telephone. The network has heard little "
                "of that kind, so the reading is less certain."
            )
            % {"highest_hz": f"{found['highest_hz'] / 1000:.1f}"}
        )
    return messages


def sounds(blocks: Iterable[np.ndarray]) -> bool:
    """Whether a stream of samples (float32 mono, 16 kHz) has a second of anything that people would hear."""
    loud, step = 0, RATE // 10
    for block in blocks:
        whole = block[: len(block) // step * step].reshape(-1, step).astype(np.float64)
        loud += int((np.square(whole).mean(1) > 10 ** (HEARD_DB / 10)).sum())
        if loud >= 10:
            return True
    return False
