"""What one browser may send to ``/reading``: the form of its messages, their size and their rate."""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass

from ml.live.jpeg import MOST_BYTES
from webapp.live.service.session import TokenBucket

#: A message's head, little endian: kind, flags, reserved, sequence, milliseconds of the sender's clock.
HEAD = struct.Struct("<BBHId")
FRAME, SOUND = 1, 2
MOMENT = 1
#: The largest message in bytes, and the longest block of sound: a second at 16 kHz, 16 bits.
LARGEST, MOST_SOUND = HEAD.size + MOST_BYTES, 32_000
#: Frames that are read, bytes, seconds of sound, messages of any kind, and messages that make no sense: how many a
#: second in the long run, and how many at once.
FRAMES, BYTES, SECONDS = (15.0, 15.0), (6e6, 12e6), (1.3, 8.0)
MESSAGES, GARBAGE = (60.0, 120.0), (0.2, 10.0)


class Garbage(ValueError):
    """A message that makes no sense; the text says to a person what is wrong."""


@dataclass(frozen=True)
class Packet:
    """One message of a browser. ``at``: milliseconds of its clock; ``moment``: it says that this frame is for one."""

    kind: int
    moment: bool
    sequence: int
    at: float
    payload: bytes


def parse(message: bytes | str) -> Packet:
    """Take a message apart. Raises Garbage."""
    if isinstance(message, str):
        raise Garbage("Frames and sound are sent as bytes.")
    if len(message) <= HEAD.size:
        raise Garbage("The message is too short.")
    kind, flags, _reserved, sequence, at = HEAD.unpack_from(message)
    if kind not in (FRAME, SOUND):
        raise Garbage("The message is neither a frame nor sound.")
    if not math.isfinite(at) or not 0 <= at < 1e15:
        raise Garbage("The message's time is none.")
    payload = bytes(message[HEAD.size :])
    if kind == SOUND and (len(payload) > MOST_SOUND or len(payload) % 2):
        raise Garbage("A block of sound has 16-bit samples, a second of them at most.")
    return Packet(kind, bool(flags & MOMENT), sequence, at, payload)


class Limiter:
    """Counts what one connection sends."""

    def __init__(self) -> None:
        self._messages, self._garbage = TokenBucket(*MESSAGES), TokenBucket(*GARBAGE)
        self._frames, self._bytes, self._seconds = TokenBucket(*FRAMES), TokenBucket(*BYTES), TokenBucket(*SECONDS)

    def floods(self) -> bool:
        """Take note of a message of any kind; whether there are far too many."""
        return not self._messages.take()

    def lets_in(self, packet: Packet) -> bool:
        """Whether a frame or a block of sound comes seldom enough to be read."""
        if packet.kind == SOUND:
            return self._seconds.take(len(packet.payload) / MOST_SOUND)
        return self._frames.take() and self._bytes.take(len(packet.payload))

    def had_enough(self) -> bool:
        """Take note of a message that makes no sense; whether there were too many."""
        return not self._garbage.take()
