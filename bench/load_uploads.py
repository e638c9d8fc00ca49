"""Five hundred candidates upload two megabytes each at once; what was confirmed is looked for by checksum."""

from __future__ import annotations

import hashlib
import json
import math
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np

from bench import fault_clients, invited, serving
from bench.fault_candidates import OCTETS, Browser, Failed, metadata_of
from ml.media import synthetic

BYTES, PARTS = 2_000_000, 4
#: Candidates who open their links at once, before all of them upload at once.
OPENING = 16


@dataclass
class Crowd:
    """What was confirmed (recording → checksum), what was not, and how long each upload took (s)."""

    confirmed: dict[str, str] = field(default_factory=dict)
    failed: Counter[str] = field(default_factory=Counter)
    times: list[float] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)


def run_uploads(candidates: int) -> dict[str, Any]:
    """Counts and seconds of one run on ``./viva up`` as it comes, with SQLite and a folder."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="viva-load-") as name, fault_clients.many_files():
        folder = Path(name)
        clip = synthetic.talking_face(folder / "clip.mp4", synthetic.ANSWERS["project"], 3, seed=1).read_bytes()
        links, questions = invited.prepare(folder / "home", candidates, ("video",))
        crowd = Crowd()
        with serving.viva(folder) as port:
            serving.say(f"{candidates} candidates open their links")
            with ThreadPoolExecutor(OPENING) as some:
                opened = list(some.map(lambda link: _open(port, link, crowd), links))
            people = [(browser, place) for browser, place in opened if browser is not None]
            serving.say(f"{len(people)} candidates upload {BYTES / 1e6:.0f} MB each at once")
            start = threading.Barrier(len(people))
            uploading = time.monotonic()
            threads = [
                threading.Thread(target=_upload, args=(browser, place, questions[0], clip, number, start, crowd))
                for number, (browser, place) in enumerate(people)
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            uploading = time.monotonic() - uploading
        lost = _lost(folder / "home", crowd.confirmed)
    times = sorted(crowd.times)
    return {
        "asked": candidates,
        "confirmed": len(crowd.confirmed),
        "failed": candidates - len(crowd.confirmed),
        "lost": lost,
        "what": dict(crowd.failed.most_common(10)),
        "bytes": BYTES,
        "p95_seconds": round(times[math.ceil(0.95 * len(times)) - 1], 1) if times else None,
        "mb_per_second": round(len(times) * BYTES / 1e6 / uploading, 1),
        "seconds": round(time.monotonic() - began, 1),
    }


def body_of(clip: bytes, number: int) -> bytes:
    """A recording of BYTES of its own: the clip, and a box that players skip."""
    length = BYTES - len(clip)
    return clip + length.to_bytes(4, "big") + b"free" + np.random.default_rng(number).bytes(length - 8)


def _open(port: int, link: str, crowd: Crowd) -> tuple[Browser | None, str]:
    """From the link to the question; None where that failed."""
    browser = Browser(port)
    try:
        browser.ask("GET", link)
        welcome = browser.post(link)
        browser.post(f"{welcome}/consent", recording="yes")
        browser.ask("GET", f"{welcome}/questions/1")
    except (Failed, IndexError) as failure:
        with crowd.lock:
            crowd.failed[str(failure)] += 1
        return None, ""
    return browser, welcome.rsplit("/", 1)[1]


def _upload(
    browser: Browser, interview: str, question: str, clip: bytes, number: int, start: threading.Barrier, crowd: Crowd
) -> None:
    """As the recorder does: begin, send the parts, say what it should be. Nothing is tried twice."""
    data = body_of(clip, number)
    checksum, size = hashlib.sha256(data).hexdigest(), len(data)
    tus = {"Tus-Resumable": "1.0.0"}
    about = metadata_of(interview=interview, question=question, filetype="video/mp4")
    start.wait()
    began = time.monotonic()
    try:
        begin = {**tus, "Upload-Defer-Length": "1", "Upload-Metadata": about}
        url = urlsplit(browser.ask("POST", "/recordings/uploads", **begin)[1]["location"]).path
        for part in _parts(size):
            more = {**tus, "Upload-Offset": str(part.start), "Content-Type": OCTETS, "Upload-Length": str(size)}
            browser.ask("PATCH", url, data[part], **more)
        recording = url.rsplit("/", 1)[1]
        whole = json.dumps({"sha256": checksum}).encode()
        browser.ask("POST", f"/recordings/{recording}/finish", whole, **{"Content-Type": "application/json"})
    except (Failed, KeyError) as failure:
        with crowd.lock:
            crowd.failed[str(failure)] += 1
        return
    with crowd.lock:
        crowd.confirmed[recording] = checksum
        crowd.times.append(time.monotonic() - began)


def _parts(size: int) -> Sequence[slice]:
    step = -(-size // PARTS)
    return [slice(at, min(at + step, size)) for at in range(0, size, step)]


def _lost(home: Path, confirmed: dict[str, str]) -> int:
    """How many confirmed recordings are not there byte for byte, whether a worker has come to them or not."""
    from webapp import create_app
    from webapp.core.database import db
    from webapp.core.storage import storage
    from webapp.recordings.models import Recording

    lost = 0
    with create_app({"HOME": home}).app_context():
        for key, checksum in confirmed.items():
            row = db.session.get(Recording, key)
            data = b""
            if row is not None and row.original_key:
                data = storage.read(row.original_key) or b""
            elif row is not None and storage.uploads.exists(key):
                with storage.uploads.local_path(key) as path:
                    data = path.read_bytes()
            lost += hashlib.sha256(data).hexdigest() != checksum
        db.session.remove()
        db.engine.dispose()
    return lost
