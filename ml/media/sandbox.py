"""Verify a recording and copy it into a playable file in a process of its own, with bounds that the kernel keeps.

What somebody uploads is decoded by a lot of C. Here that may take so much memory and processor time and no more, and
what goes wrong ends a child instead of the worker. Bounds follow from what a recording may be: so many seconds of
pictures of a usual size.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import resource
import signal
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import cv2

from ml.core import children
from ml.core.errors import MediaError
from ml.media import demux, poster

#: Bytes that the child may allocate beyond what Python and FFmpeg take to begin with.
MEMORY = 256 * 1024**2
#: The most pixels a second that a recording may have on average: 1920×1080 at 60 pictures a second.
PIXELS_A_SECOND = 1920 * 1088 * 60
#: Processor seconds: to begin with, and for each second that a recording may last.
BEGIN, EACH = 20, 1.5
#: How many times its processor time it may last: other work on a machine takes its turns.
PATIENCE = 20
#: How a decoder ends that a file breaks.
_BREAKDOWNS = {signal.SIGSEGV, signal.SIGBUS, signal.SIGABRT, signal.SIGFPE, signal.SIGILL}
_ROOT = Path(__file__).resolve().parents[2]


class SandboxFailedError(RuntimeError):
    """The process ended without an answer, for a reason of the machine: it stood still, or it had no memory left."""


class BoundReachedError(SandboxFailedError):
    """The process came to a bound of memory or processor time, or broke down: by what it read, most likely.

    What a bound of time allows depends on how busy the machine is, so this is no verdict: try again, and if it stays so
    set the recording aside.
    """


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

    Raises MediaError as those do, by what is in the file alone: ``too_large`` where the recording has more pixels than
    it may, ``too_long`` where it lasts longer than it may. A poster lies beside the copy where one could be made
    (`poster.path_beside`). Raises OSError where the disk fails us, BoundReachedError where the recording took more
    memory or processor time than it may, and SandboxFailedError where the process ended for a reason that says nothing
    about the recording: try again.
    """
    threads = {name: "1" for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")}
    threads["MALLOC_ARENA_MAX"] = "1"  # an arena reserves address space that counts against the bound
    env = {**os.environ, **threads, "PYTHONPATH": str(_ROOT)}
    what = (str(path), str(target), json.dumps(asdict(bounds)), str(bounds.processor_seconds))
    with children.start("-m", __name__, *what, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env) as child:
        try:
            said, complaints = child.communicate(timeout=PATIENCE * bounds.processor_seconds)
        except subprocess.TimeoutExpired:  # its processor time has a bound of its own: the machine stood still
            raise SandboxFailedError("it did not end") from None
        finally:
            child.kill()  # nothing where it has ended; and where somebody ends this task, its child too
    try:
        answer = json.loads(said)
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
    if "bound" in answer:
        raise BoundReachedError(f"more memory than {MEMORY // 1024**2} MB")
    if child.returncode == -signal.SIGXCPU:
        raise BoundReachedError(f"more than {bounds.processor_seconds} s of processor time")
    how = f"exit status {child.returncode}: {complaints[-300:].decode('utf-8', 'replace')}"
    # SIGKILL is the kernel's answer to want of memory elsewhere, or somebody's who stops a machine.
    raise (BoundReachedError if -child.returncode in _BREAKDOWNS else SandboxFailedError)(how)


def _bounded(seconds: int) -> None:
    """Bound what this process may still allocate and compute."""
    if sys.platform == "linux":
        used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (used + MEMORY, used + MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 2))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main(path: Path, target: Path, bounds: Bounds, processor_seconds: int) -> dict[str, Any]:
    """In the child: the answer as a dictionary."""
    _bounded(processor_seconds)
    try:
        info, copy = demux.verify_and_copy(path, target, pixels=bounds.pixels, seconds=bounds.seconds)
    except MediaError as error:
        return {"code": error.code, "message": error.message}
    except MemoryError:
        return {"bound": "memory"}
    except OSError as error:
        return {"bound": "memory"} if error.errno == errno.ENOMEM else {"errno": error.errno or errno.EIO}
    return {"info": asdict(info), "target": str(copy)}


def _ornament(answer: dict[str, Any]) -> None:
    """Write a poster beside the copy with what is left over of the bounds: a recording without one is as good."""
    if "info" in answer and answer["info"]["has_video"]:
        with contextlib.suppress(MediaError, MemoryError, OSError, ValueError, cv2.error):
            poster.write_poster(Path(answer["target"]))


if __name__ == "__main__":
    found = main(Path(sys.argv[1]), Path(sys.argv[2]), Bounds(**json.loads(sys.argv[3])), int(sys.argv[4]))
    print(json.dumps(found), flush=True)  # before the ornament: what that may come to changes nothing
    _ornament(found)
