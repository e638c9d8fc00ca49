"""Processes that keep readers: ``python -m ml.live.worker FD``, where FD is a connected Unix socket.

This process loads the models once and says so on that socket. Then, for each socket that is sent to it there, it forks
a process which serves that socket and shares the models' memory. On such a socket one message in means one answer out,
in order: a message is ``HEAD`` (see there), the participant's key and a payload; an answer is its length and JSON. All
of them end when the other side closes their socket, however that side ended.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import struct
import sys
import time
import traceback
import warnings
from typing import Any

#: Length of all that follows the length itself, kind, careful, length of the key, milliseconds of the sender's clock.
HEAD = struct.Struct("<IBBHd")
LENGTH = struct.Struct("<I")
FRAME, SOUND, DROP = 1, 2, 3


def pack(kind: int, key: bytes, payload: bytes = b"", at: float = 0.0, careful: bool = False) -> bytes:
    """A message."""
    return HEAD.pack(HEAD.size - 4 + len(key) + len(payload), kind, careful, len(key), at) + key + payload


class Readers:
    """The readers of one process, by participant."""

    def __init__(self) -> None:
        self._readers: dict[bytes, Any] = {}

    def answer(self, kind: int, key: bytes, payload: bytes, at: float, careful: bool) -> dict[str, Any]:
        """What is to be answered to a message: {"reading", "ms"}, {"error": {code, message}} or {}."""
        import numpy as np

        from ml.core.errors import VivaError
        from ml.live.reader import Reader

        if kind == DROP:
            self._readers.pop(key, None)
            return {}
        started = time.perf_counter()
        try:
            reader = self._readers.get(key) or self._readers.setdefault(key, Reader())
            if kind == SOUND:
                reader.sound(np.frombuffer(payload, "<i2"), at)
                return {}
            reading = reader.frame(payload, at, careful)
        except VivaError as failure:
            return {"error": {"code": failure.code, "message": failure.message}}
        except Exception:  # a fault of ours: one participant's reader starts anew, the others go on
            traceback.print_exc()
            self._readers.pop(key, None)
            return {"error": {"code": "failed", "message": "This frame could not be read. The next one may be."}}
        return {"reading": reading, "ms": round(1000 * (time.perf_counter() - started), 2)}


def warm_up() -> None:
    """Load the models and read a picture and some sound, so that nobody waits for that. Raises ModelMissing."""
    import cv2
    import numpy as np

    from ml.face import classifier, features, mouth, quantised
    from ml.fusion import stream
    from ml.live.reader import Reader
    from ml.speech import classifier as voices
    from ml.speech.features import RATE
    from ml.speech.first_pass import first_pass

    cv2.setNumThreads(1)
    grey = np.zeros((240, 320), np.uint8)
    Reader().picture(grey, 0.0)
    features.landmarks(grey, np.array([80.0, 60, 200, 180]))
    for read in (classifier.probabilities, quantised.probabilities):
        read(np.zeros((1, 48, 48), np.uint8))
    mouth.probabilities(np.zeros((1, *mouth.SHAPE), np.uint8))
    stream.shipped()
    at = np.arange(3 * RATE)[:, None] / RATE
    # A buzz that comes and goes passes for speech with the detector of activity, so that all that hears is asked.
    buzz = (np.sin(2 * np.pi * 120 * at * np.arange(1, 25)) / np.arange(1, 25)).sum(1) * np.sin(
        2 * np.pi * 3 * at[:, 0]
    )
    noise = np.random.default_rng(0).normal(0, 0.001, len(at))
    sound = (0.1 * buzz + noise).astype(np.float32)
    first_pass([sound])
    voices.probabilities(sound)


def serve(connection: socket.socket) -> None:
    """Answer until the other side is gone."""
    readers, stream = Readers(), connection.makefile("rb")
    while head := stream.read(HEAD.size):
        length, kind, careful, named, at = HEAD.unpack(head)
        body = stream.read(length - (HEAD.size - 4))
        _send(connection, readers.answer(kind, body[:named], body[named:], at, bool(careful)))


def serve_forks(control: socket.socket) -> None:
    """Load the models; then fork a process for each socket that comes, and answer with its number."""
    from ml.core import registry, runtime
    from ml.core.errors import VivaError

    runtime.pin_onnx()  # the readers are forked, which TensorFlow does not survive
    try:
        warm_up()
    except VivaError as failure:
        _send(control, {"error": {"code": failure.code, "message": failure.message}})
        return
    registry.hold()  # weights that are replaced are for the next start; a card's and a network's halves never meet
    _send(control, {"ready": True})
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for those that end
    # ONNX Runtime keeps a thread that a child does without: with one thread a model runs in the caller's own.
    warnings.filterwarnings("ignore", category=DeprecationWarning, message=".*fork.*")
    while True:
        message, sockets, _, _ = socket.recv_fds(control, 1, 1)
        if not message:
            return
        child = os.fork()
        if child == 0:
            control.close()
            status = 1
            # Never back into the parent's frames, nor through its clean-up.
            try:
                with socket.socket(fileno=sockets[0]) as connection:
                    serve(connection)
                status = 0
            except (ConnectionError, KeyboardInterrupt):
                status = 0
            finally:
                os._exit(status)
        os.close(sockets[0])
        _send(control, {"process": child})


def _send(connection: socket.socket, answer: dict[str, Any]) -> None:
    body = json.dumps(answer, allow_nan=False, separators=(",", ":")).encode()
    connection.sendall(LENGTH.pack(len(body)) + body)


def main() -> None:
    """Fork a reader for each request until the server goes; see the module."""
    # libjpeg writes a line to the standard error stream for each damaged picture; what Python says still gets there.
    sys.stderr = os.fdopen(os.dup(2), "w", buffering=1)
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 2)
    os.close(null)
    with contextlib.suppress(ConnectionError, KeyboardInterrupt), socket.socket(fileno=int(sys.argv[1])) as control:
        serve_forks(control)


if __name__ == "__main__":
    main()
