"""Verify a recording and copy it into a playable file in a process of its own, with bounds that the kernel keeps.

What somebody uploads is decoded by a lot of C. Here that may take so much memory and processor time and no more, and
what goes wrong ends a child instead of the worker. Bounds follow from what a recording may be: so many seconds of
pictures of a usual size.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import signal
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

import cv2

from ml.core.errors import MediaError
from ml.media import demux, poster

#: Bytes that the child may allocate beyond what Python and FFmpeg take to begin with.
MEMORY = 256 * 1024**2
#: The most pixels a second that a recording may have on average: 1920×1080 at 60 pictures a second.
PIXELS_A_SECOND = 1920 * 1088 * 60
#: Processor seconds: to begin with, and for each second that a recording may last.
BEGIN, EACH = 20, 1.5
_ROOT = Path(__file__).resolve().parents[2]


class SandboxFailedError(RuntimeError):
    """The process ended without an answer: killed for want of memory elsewhere, or by what it read."""


@dataclass(frozen=True)
class Bounds:
    """What a recording may be: its length in seconds, and the pixels of all its pictures."""

    seconds: float
    pixels: float

    @classmethod
    def of(cls, seconds: float) -> Bounds:
        """The bounds of a recording that may last ``seconds``."""
        return cls(seconds, (seconds + 10) * PIXELS_A_SECOND / 2)

    @property
    def processor_seconds(self) -> int:
        """How long decoding and copying may take."""
        return round(BEGIN + EACH * self.seconds)


def verify_and_copy(path: Path, target: Path, bounds: Bounds) -> tuple[demux.MediaInfo, Path]:
    """What :func:`demux.verify` says of ``path``, and where its playable copy is: ``target`` with a suffix.

    Raises MediaError as those do; ``too_large`` where the recording needs more memory, time or pixels than it may,
    ``too_long`` where it lasts longer than it may. A poster lies beside the copy where one could be made
    (`poster.path_beside`). Raises OSError where the disk fails us, and SandboxFailedError where
    the process ended for a reason that says nothing certain about the recording: try again.
    """
    command = [sys.executable, "-P", "-m", __name__, str(path), str(target), json.dumps(asdict(bounds))]
    command.append(str(bounds.processor_seconds))
    threads = {name: "1" for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")}
    threads["MALLOC_ARENA_MAX"] = "1"  # an arena reserves address space that counts against the bound
    env = {**os.environ, **threads, "PYTHONPATH": str(_ROOT)}
    try:
        done = subprocess.run(  # noqa: S603
            command, capture_output=True, env=env, timeout=4 * bounds.processor_seconds, check=False
        )
    except subprocess.TimeoutExpired:  # its processor time has a bound of its own: the machine stood still
        raise SandboxFailedError("it did not end") from None
    try:
        answer = json.loads(done.stdout)
    except ValueError:
        answer = {}
    if "info" in answer:
        return demux.MediaInfo(**answer["info"]), Path(answer["target"])
    for leftover in path.parent.glob(f".remux-{os.path.basename(target)}-*"):
        leftover.unlink(missing_ok=True)
    if "errno" in answer:
        raise OSError(answer["errno"], os.strerror(answer["errno"]))
    if "code" in answer:
        raise MediaError(answer["code"], answer["message"])
    if done.returncode == -signal.SIGXCPU:
        raise _too_large(path)
    raise SandboxFailedError(f"exit status {done.returncode}: {done.stderr[-300:].decode('utf-8', 'replace')}")


def _too_large(path: Path) -> MediaError:
    return MediaError("too_large", f"{path.name} takes more memory or time to read than a recording may.")


def _bounded(seconds: int) -> None:
    """Bound what this process may still allocate and compute."""
    if sys.platform == "linux":
        used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (used + MEMORY, used + MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 2))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main(path: Path, target: Path, bounds: Bounds, processor_seconds: int) -> dict[str, object]:
    """In the child: the answer as a dictionary."""
    _bounded(processor_seconds)
    try:
        info, copy = demux.verify_and_copy(path, target, pixels=bounds.pixels, seconds=bounds.seconds)
    except MediaError as error:
        return {"code": error.code, "message": error.message}
    except MemoryError:
        refusal = _too_large(path)
        return {"code": refusal.code, "message": refusal.message}
    except OSError as error:
        return {"errno": error.errno or 5}
    # A poster is an ornament: a recording without one is as good. What is left over of the bounds is enough for it.
    with contextlib.suppress(MediaError, MemoryError, OSError, ValueError, cv2.error):
        if info.has_video:
            poster.write_poster(copy)
    return {"info": asdict(info), "target": str(copy)}


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), Path(sys.argv[2]), Bounds(**json.loads(sys.argv[3])), int(sys.argv[4]))))
