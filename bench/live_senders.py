"""What stands for browsers in ``bench/live.py``: a camera, its encoder, and the end of a socket."""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from typing import Self

import cv2
import numpy as np
from websockets.asyncio.client import connect

from ml.media.synthetic import ANSWERS, face_frames, speak
from webapp.live.service import limits

#: Frames a second of the film, and the milliseconds of a sender's clock between two.
FPS, STEP = 5, 200.0
_RATE = 16_000


def film(seconds: float) -> tuple[list[np.ndarray], np.ndarray]:
    """A talking head: pictures, RGB (480, 640, 3), five a second, forth and back; sound, int16 at 16 kHz."""
    said = np.resize(speak(ANSWERS["project"]), round(seconds * _RATE))
    pictures = list(face_frames(said, _RATE, fps=FPS))
    return pictures + pictures[::-1], (32767 * said).astype("<i2")


def percentile(values: list[float], share: float) -> float:
    """A percentile; NaN of nothing."""
    return float(np.percentile(values, share)) if values else float("nan")


class Sender:
    """One participant: a frame in flight at most. ``latencies`` are milliseconds from the picture to the answer,
    ``server`` what the reader says that it took."""

    def __init__(self, port: int, key: str, way: str):
        self.latencies: list[float] = []
        self.server: list[float] = []
        self._port, self._key, self._ours = port, key, way == "viva"
        self._sequence = 0

    @staticmethod
    def encode(picture: np.ndarray) -> bytes:
        """An RGB picture as a browser's JPEG of quality 0.8."""
        return cv2.imencode(".jpg", picture[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 80])[1].tobytes()

    async def __aenter__(self) -> Self:
        self._connection = await connect(f"ws://127.0.0.1:{self._port}/reading", compression=None, max_size=1 << 21)
        if self._ours:
            await self._connection.send(json.dumps({"type": "join", "token": self._key}))
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self._connection.close()

    async def paced(
        self,
        pictures: list[np.ndarray] | list[bytes],
        rate: float,
        seconds: float,
        sound: np.ndarray | None,
        *,
        begin: float = 0.0,
    ) -> None:
        """Take ``rate`` pictures a second (those already encoded are sent as they are) and a block of sound each half
        second. A picture that is due while the one before is not answered is left out, as a browser does."""
        await asyncio.sleep(begin)
        started, due, heard = time.perf_counter(), 0, 0
        source = itertools.cycle(pictures)
        while (now := time.perf_counter() - started) < seconds:
            if now < due / rate:
                await asyncio.sleep(due / rate - now)
            due = max(due + 1, int((time.perf_counter() - started) * rate))
            while sound is not None and (heard + 1) * 0.5 <= time.perf_counter() - started:
                await self._speak(sound, heard, 500.0 * heard)
                heard += 1
            at = 1000 * (time.perf_counter() - started)
            await self._ask(next(source), at)

    async def unpaced(
        self, jpegs: list[bytes], seconds: float, count: int | None = None, sound: np.ndarray | None = None
    ) -> float:
        """Send the next frame as soon as the last is answered, with a clock of five frames a second, for ``seconds`` or
        ``count`` frames; returns the seconds it took."""
        started, done = time.perf_counter(), 0
        source = itertools.cycle(jpegs)
        while time.perf_counter() - started < seconds and done != count:
            if sound is not None and self._sequence % 5 == 0:
                for half in (0, 1):
                    number = 2 * (self._sequence // 5) + half
                    await self._speak(sound, number, STEP * self._sequence + 500.0 * half - 1000)
            await self._ask(next(source), STEP * (self._sequence + 1))
            done += 1
        return time.perf_counter() - started

    async def _speak(self, sound: np.ndarray, block: int, at: float) -> None:
        size = _RATE // 2
        start = block * size % (len(sound) - size)
        head = limits.HEAD.pack(limits.SOUND, 0, 0, 0, max(0.0, at))
        await self._connection.send(head + sound[start : start + size].tobytes())

    async def _ask(self, picture: np.ndarray | bytes, at: float) -> None:
        begun = time.perf_counter()
        frame = picture if isinstance(picture, bytes) else self.encode(picture)
        self._sequence += 1
        if not self._ours:
            await self._connection.send(frame)
            await self._connection.recv()
        else:
            await self._connection.send(limits.HEAD.pack(limits.FRAME, 0, 0, self._sequence, at) + frame)
            answer = json.loads(await self._connection.recv())
            if answer["type"] == "busy":
                return
            if answer["type"] != "reading" or not answer["faces"]:
                raise RuntimeError(f"no reading came: {str(answer)[:200]}")
            self.server.append(answer["ms"])
        self.latencies.append(1000 * (time.perf_counter() - begun))
