"""What the tests of recordings share: small recordings, a session that may answer, and a tus client in few lines."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from fractions import Fraction
from functools import lru_cache

import av
import numpy as np
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from webapp.core.database import db
from webapp.interviews.models import Interview
from webapp.questions.models import Question
from webapp.recordings.models import Recording

OCTETS = "application/offset+octet-stream"


class Tus:
    """A candidate's browser that speaks tus."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def headers(self, **more: str) -> dict[str, str]:
        return {"Tus-Resumable": "1.0.0", **{name.replace("_", "-"): value for name, value in more.items()}}

    def create(
        self,
        interview: Interview,
        question: Question,
        type: str = "video/webm",
        existing: bool = False,
        blurred: bool = False,
        **headers: str,
    ) -> TestResponse:
        pairs = {"interview": interview.id, "question": question.id, "filetype": type}
        pairs |= ({"existing": "1"} if existing else {}) | ({"blurred": "1"} if blurred else {})
        metadata = ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in pairs.items())
        if "Upload_Length" not in headers:
            headers.setdefault("Upload_Defer_Length", "1")
        return self.client.post("/recordings/uploads", headers=self.headers(Upload_Metadata=metadata, **headers))

    def head(self, url: str) -> TestResponse:
        return self.client.head(url, headers=self.headers())

    def patch(self, url: str, at: int, data: bytes, **headers: str) -> TestResponse:
        return self.client.patch(
            url, data=data, content_type=OCTETS, headers=self.headers(Upload_Offset=str(at), **headers)
        )

    def upload(self, interview: Interview, question: Question, data: bytes, **finish: object) -> Recording:
        """Send ``data`` as a take and say that it is all; the recording then waits for verification."""
        url = self.create(interview, question).headers["Location"]
        assert self.patch(url, 0, data, Upload_Length=str(len(data))).status_code == 204
        recording_id = url.rsplit("/", 1)[1]
        answer = self.client.post(f"/recordings/{recording_id}/finish", json=finish)
        assert answer.status_code == 202, answer.text
        return db.session.get(Recording, recording_id, populate_existing=True)


@pytest.fixture
def tus(client: FlaskClient) -> Tus:
    return Tus(client)


@pytest.fixture(scope="session")
def webm() -> Callable[..., bytes]:
    """Makes a WebM file: ``webm(2.0, video=True, audio=True)``."""
    return lru_cache(_webm)


def _webm(seconds: float = 2.0, *, video: bool = True, audio: bool = True) -> bytes:
    """A WebM file of so many seconds: 160×120 noise at 10 pictures a second and a tone at 48 kHz."""
    target = io.BytesIO()
    with av.open(target, "w", format="webm", options={"live": "1", "cluster_time_limit": "1000"}) as container:
        streams = []
        if video:
            stream = container.add_stream("libvpx", rate=10)
            stream.width, stream.height, stream.pix_fmt = 160, 120, "yuv420p"
            stream.options = {"deadline": "realtime", "cpu-used": "8"}
            streams.append((stream, _pictures(seconds)))
        if audio:
            stream = container.add_stream("libopus", rate=48000, layout="mono")
            streams.append((stream, _sound(seconds)))
        packets = [packet for stream, frames in streams for packet in _encode(stream, frames)]
        for packet in sorted(packets, key=lambda p: p.dts * p.time_base):
            container.mux(packet)
    return target.getvalue()


def _encode(stream, frames):
    for frame in frames:
        yield from stream.encode(frame)
    yield from stream.encode(None)


def _pictures(seconds: float):
    random = np.random.default_rng(0)
    for index in range(round(seconds * 10)):
        picture = np.full((120, 160, 3), (index * 12) % 255, np.uint8)
        picture[40:80, 60:100] = random.integers(0, 255, (40, 40, 3))
        frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
        frame.pts, frame.time_base = index, Fraction(1, 10)
        yield frame


def _sound(seconds: float):
    for start in range(0, round(seconds * 48000), 960):
        tone = 0.3 * np.sin(2 * np.pi * 220 * np.arange(start, start + 960) / 48000)
        frame = av.AudioFrame.from_ndarray((tone * 32767).astype(np.int16)[None], format="s16", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = 48000, start, Fraction(1, 48000)
        yield frame
