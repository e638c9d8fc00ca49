"""A process that keeps readers: ``python -m ml.live.worker FD``, where FD is a connected stream socket.

One message in, one answer out, in order. A message is ``HEAD`` (see there), the participant's key and a payload; an
answer is its length and JSON. It ends when the other side closes the socket, however that side ended.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import struct
import sys
import time
import traceback
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

        from ml.errors import VivaError
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
    """Load the models and read a picture and a second of sound, so that nobody waits for that. Raises ModelMissing."""
    import cv2
    import numpy as np

    from ml.face import classifier, features, mouth
    from ml.fusion import stream
    from ml.live.reader import Reader
    from ml.speech import classifier as voices
    from ml.speech.survey import survey

    cv2.setNumThreads(1)
    grey = np.zeros((240, 320), np.uint8)
    Reader().picture(grey, 0.0)
    features.landmarks(grey, np.array([80.0, 60, 200, 180]))
    classifier.probabilities(np.zeros((1, 48, 48), np.uint8))
    mouth.probabilities(np.zeros((1, *mouth.SHAPE), np.uint8))
    stream.shipped()
    noise = np.random.default_rng(0).normal(0, 0.05, 24_000).astype(np.float32)
    survey([noise])
    voices.probabilities(noise)


def serve(connection: socket.socket) -> None:
    """Answer until the other side is gone."""
    from ml.errors import VivaError

    try:
        warm_up()
        _send(connection, {"ready": True})
    except VivaError as failure:
        _send(connection, {"error": {"code": failure.code, "message": failure.message}})
        return
    readers, stream = Readers(), connection.makefile("rb")
    while head := stream.read(HEAD.size):
        length, kind, careful, named, at = HEAD.unpack(head)
        body = stream.read(length - (HEAD.size - 4))
        _send(connection, readers.answer(kind, body[:named], body[named:], at, bool(careful)))


def _send(connection: socket.socket, answer: dict[str, Any]) -> None:
    body = json.dumps(answer, allow_nan=False, separators=(",", ":")).encode()
    connection.sendall(LENGTH.pack(len(body)) + body)


def main() -> None:
    # libjpeg writes a line to the standard error stream for each damaged picture; what Python says still gets there.
    sys.stderr = os.fdopen(os.dup(2), "w", buffering=1)
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 2)
    os.close(null)
    with contextlib.suppress(ConnectionError, KeyboardInterrupt), socket.socket(fileno=int(sys.argv[1])) as connection:
        serve(connection)


if __name__ == "__main__":
    main()
