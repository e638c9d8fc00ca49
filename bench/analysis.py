"""How long an analysis takes on one core, and whether its memory stays bounded.

The recording is our own talking face (640×480, VP8 and Opus), twenty seconds repeated packet by packet.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from bench.long_media import repeat
from bench.measuring import BenchFailed, rows, run
from ml.media.synthetic import ANSWERS, talking_face

_MODALITY = """
name, given = sys.argv[1:]
started = time.perf_counter()
if name == "text":
    from ml.text.infer import read
    from ml.media.synthetic import WRITTEN_ANSWER as given
elif name == "face":
    from ml.face.infer import read
else:
    from ml.speech.infer import read
answer["import_seconds"] = time.perf_counter() - started
started, worked = time.perf_counter(), time.process_time()
read(given)
answer["seconds"] = time.perf_counter() - started
answer["cpu_seconds"] = time.process_time() - worked
"""
_WHOLE = """
from ml.analyse import analyse
started = time.perf_counter()
result = analyse(sys.argv[1], None)
answer["seconds"] = time.perf_counter() - started
answer["reason"] = result["reason"]
"""


def measure(minutes: tuple[float, float] = (3, 30)) -> dict[str, Any]:
    """Seconds for each modality on one minute, and peak memory on a short and a long recording (``minutes``).

    A modality that cannot be read has a ``reason``; raises BenchFailed where none can.
    """
    with tempfile.TemporaryDirectory(prefix="viva-bench-") as name:
        folder = Path(name)
        base = talking_face(folder / "base.webm", ANSWERS["project"], 20)
        minute = _repeated(base, folder, 1)
        found: dict[str, Any] = {"modalities": {}, "memory": []}
        for modality in ("face", "speech", "text"):
            print(f"bench: {modality} …", file=sys.stderr, flush=True)
            try:
                found["modalities"][modality] = run(_MODALITY, modality, str(minute))
            except BenchFailed as failure:
                found["modalities"][modality] = {"reason": str(failure)}
        read = [part for part in found["modalities"].values() if "reason" not in part]
        if not read:
            raise BenchFailed(next(iter(found["modalities"].values()))["reason"])
        found["seconds"] = sum(part["seconds"] + part["import_seconds"] for part in read)
        found["times_real_time"] = 60 / found["seconds"]
        found["cpu_seconds"] = sum(part["cpu_seconds"] for part in read)
        for length in minutes:
            print(f"bench: memory for {length:g} minutes …", file=sys.stderr, flush=True)
            answer = run(_WHOLE, str(_repeated(base, folder, length)))
            found["memory"].append({"minutes": length, **answer})
        found["memory_ratio"] = found["memory"][1]["peak_mb"] / found["memory"][0]["peak_mb"]
    return found


def table(found: dict[str, Any]) -> str:
    """The measurements in plain text."""
    body = [
        (name, "", part["reason"], "", "")
        if "reason" in part
        else (
            name,
            f"{part['import_seconds']:.1f}",
            f"{part['seconds']:.1f}",
            f"{part['cpu_seconds']:.1f}",
            f"{part['peak_mb']:.0f}",
        )
        for name, part in found["modalities"].items()
    ]
    body.append(("all, with imports", "", f"{found['seconds']:.1f}", f"{found['cpu_seconds']:.1f}", ""))
    head = ("one minute of 640×480 with sound, one core", "import s", "seconds", "of the processor", "peak MB")
    parts = [rows(head, body), f"{found['times_real_time']:.1f} times as fast as the recording plays"]
    body = [(f"{m['minutes']:g}", f"{m['seconds']:.0f}", f"{m['peak_mb']:.0f}") for m in found["memory"]]
    parts.append(rows(("face and voice, minutes", "seconds", "peak MB"), body))
    short, long = (f"{m['minutes']:g}" for m in found["memory"])
    parts.append(
        f"{long} minutes take {found['memory_ratio']:.2f} times the memory of {short} (at most 1.10 is wanted)"
    )
    return "\n\n".join(parts) + "\n"


def _repeated(base: Path, folder: Path, minutes: float) -> Path:
    target = folder / f"{minutes:g}.webm"
    if not target.exists():
        repeat(base, target, 60 * minutes)
    return target
