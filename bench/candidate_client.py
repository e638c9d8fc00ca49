"""A candidate as a program that loses connections, reloads, presses twice and opens two tabs, and keeps a ledger.

What the server confirmed goes into the ledger, outside of Viva: the checksum of each recording whose bytes arrived, and
each written answer. At every step something may go wrong first; then the candidate goes on as the page does.
"""

from __future__ import annotations

import hashlib
import http.client
import json
import math
import re
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from urllib.parse import urlencode

import numpy as np

from bench.fault_candidates import OCTETS, Failed, metadata_of

#: Seconds for one answer of the server; until a step that cannot be taken now is given up; until all recordings of one
#: candidate are verified, while hundreds wait.
PATIENCE, STEP, VERIFIED = 30.0, 180.0, 1500.0
#: Answers that say "later", which pages obey.
LATER = frozenset({408, 429, 502, 503, 507})
#: What came of candidates for whom there was no time.
OVER = "out of time"
_CSRF = re.compile(r'name="csrf-token" content="([^"]+)"')
_TUS = {"Tus-Resumable": "1.0.0"}
_JSON = {"Content-Type": "application/json"}


@dataclass
class Ledger:
    """What was confirmed to candidates, and what was done to them."""

    recordings: dict[str, str] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    submitted: set[str] = field(default_factory=set)
    errors: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)
    #: On the monotonic clock: when nobody goes on, whatever they have.
    until: float = math.inf
    begun: int = 0

    @property
    def is_over(self) -> bool:
        """Whether the time of the whole run is used up, or somebody asked it to stop."""
        return time.monotonic() >= self.until

    def begin(self) -> bool:
        """Count a candidate who begins; False where it is too late to."""
        if self.is_over:
            return False
        with self.lock:
            self.begun += 1
        return True

    def fault(self, kind: str) -> None:
        """Count a fault."""
        with self.lock:
            self.faults[kind] += 1

    def error(self, what: str) -> None:
        """Count an answer that nobody should get."""
        with self.lock:
            self.errors[what[:120]] += 1


@dataclass
class Candidate:
    """One candidate's browser."""

    port: int
    ledger: Ledger
    random: np.random.Generator
    #: How likely something goes wrong before a step.
    chance: float = 0.25
    cookies: dict[str, str] = field(default_factory=dict)
    token: str = ""

    def once(self, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[int, dict[str, str], bytes]:
        """One request, whatever the answer. Raises OSError or HTTPException where none comes."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        try:
            connection.request(method, path, body, {"Cookie": cookies, "X-CSRFToken": self.token, **headers})
            answer = connection.getresponse()
            content = answer.read()
        finally:
            connection.close()
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                key, _, rest = value.partition("=")
                self.cookies[key] = rest.partition(";")[0]
        if found := _CSRF.search(content.decode("utf-8", "replace")):
            self.token = found.group(1)
        if answer.status >= 500 and answer.status not in LATER:
            self.ledger.error(f"{method} {path[:11]}: {answer.status}")
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, content

    def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[int, dict[str, str], bytes]:
        """One request, again while the server is away or says "later". Raises Failed."""
        until, wait, last = time.monotonic() + STEP, 0.5, "?"
        while time.monotonic() < until:
            self._go_on()
            try:
                answer = self.once(method, path, body, **headers)
            except (OSError, http.client.HTTPException) as error:
                last = type(error).__name__
            else:
                if answer[0] not in LATER and answer[0] < 500:
                    return answer
                last = str(answer[0])
            time.sleep(wait * self.random.uniform(0.5, 1.5))
            wait = min(wait * 2, 8.0)
        raise Failed(f"{method} {path[:11]}: {last} for {STEP:.0f} s")

    def _go_on(self) -> None:
        if self.ledger.is_over:
            raise Failed(OVER)

    def post(self, path: str, **values: str) -> str:
        """Send a form, now and then twice at the same moment; where it leads. Raises Failed."""
        headers = {"Content-Type": "application/x-www-form-urlencoded"}

        def send() -> tuple[int, dict[str, str], bytes]:
            return self.ask("POST", path, urlencode({"csrf_token": self.token, **values}).encode(), **headers)

        status, answer, _body = self._twice(send) if self._goes_wrong("double submit") else send()
        if status >= 400:
            raise Failed(f"POST {path[:11]}: {status}")
        return answer.get("location", "")

    def whole_way(self, link: str, questions: list[str], media: list[bytes]) -> str | None:
        """From the link to the end; None where it was submitted, else what went wrong."""
        if not self.ledger.begin():
            return OVER
        try:
            self.ask("GET", link)
            welcome = self.post(link)
            interview = welcome.rsplit("/", 1)[1]
            self.ask("GET", welcome)
            self.ask("GET", f"{welcome}/consent")
            self.post(f"{welcome}/consent", recording="yes")
            recordings = [
                self._record(interview, place, question, data)
                for place, (question, data) in enumerate(zip(questions, media, strict=False), 1)
            ]
            self._write(welcome, len(media) + 1, interview)
            for recording in recordings:
                self._wait(recording)
            self.ask("GET", f"{welcome}/review")
            if not self.post(f"{welcome}/submit").endswith("/arrived"):
                return "not submitted"
        except (Failed, IndexError, KeyError, ValueError) as error:
            return str(error) or type(error).__name__
        with self.ledger.lock:
            self.ledger.submitted.add(interview)
        return None

    def _goes_wrong(self, kind: str) -> bool:
        if self.random.random() >= self.chance:
            return False
        self.ledger.fault(kind)
        return True

    def _twice(self, send: Callable[[], tuple[int, dict[str, str], bytes]]) -> tuple[int, dict[str, str], bytes]:
        """The same request from two threads; the better answer, as somebody sees the page that comes last."""
        with ThreadPoolExecutor(2) as both:
            answers = [each.result() for each in (both.submit(send), both.submit(send))]
        return min(answers, key=lambda answer: answer[0])

    def _record(self, interview: str, place: int, question: str, data: bytes) -> str:
        page = f"/interview/{interview}/questions/{place}"
        self.ask("GET", page)
        if self._goes_wrong("reload"):
            self.ask("GET", page)
        metadata = metadata_of(interview=interview, question=question, filetype="video/mp4")
        begin = {**_TUS, "Upload-Defer-Length": "1", "Upload-Metadata": metadata}
        status, headers, body = self.ask("POST", "/recordings/uploads", **begin)
        if status != 201:
            raise Failed(f"begin: {status} {body[:80]!r}")
        url = headers["location"]
        self._send(url, data)
        recording = url.rsplit("/", 1)[1]
        checksum = hashlib.sha256(data).hexdigest()
        finish = json.dumps({"sha256": checksum}).encode()
        again = self._goes_wrong("double submit")
        ask = partial(self.ask, "POST", f"/recordings/{recording}/finish", finish, **_JSON)
        status, _headers, body = self._twice(ask) if again else ask()
        if status >= 400:
            raise Failed(f"finish: {status} {body[:80]!r}")
        with self.ledger.lock:
            self.ledger.recordings[recording] = checksum
        return recording

    def _send(self, url: str, data: bytes) -> None:
        """All bytes in three pieces; after whatever goes wrong the server is asked how much it has."""
        piece, until = len(data) // 3 + 1, time.monotonic() + STEP
        while time.monotonic() < until:
            status, headers, _body = self.ask("HEAD", url, **_TUS)
            at = int(headers["upload-offset"])
            if status == 200 and at == len(data):
                return
            part = data[at : at + piece]
            more = {**_TUS, "Upload-Offset": str(at), "Content-Type": OCTETS, "Upload-Length": str(len(data))}
            if self._goes_wrong("drop"):
                self._drop(url, part, more)
            elif self._goes_wrong("two tabs"):
                self._twice(partial(self.ask, "PATCH", url, part, **more))
            else:
                self.ask("PATCH", url, part, **more)
        raise Failed("an upload did not end")

    def _drop(self, url: str, part: bytes, headers: dict[str, str]) -> None:
        """Begin to send a piece, and lose the connection in the middle of it."""
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        lines = [f"PATCH {url} HTTP/1.1", "Host: 127.0.0.1", f"Content-Length: {len(part)}", f"Cookie: {cookies}"]
        lines += [f"X-CSRFToken: {self.token}", *(f"{name}: {value}" for name, value in headers.items())]
        try:
            with socket.create_connection(("127.0.0.1", self.port), PATIENCE) as connection:
                connection.sendall("\r\n".join([*lines, "", ""]).encode() + part[: len(part) // 2])
        except OSError:
            return  # the server is away: as good a drop as any

    def _write(self, welcome: str, place: int, interview: str) -> None:
        """A written answer, saved while it is typed, as the page does it."""
        page = f"{welcome}/questions/{place}"
        self.ask("GET", page)
        text = ""
        for number in range(3):
            text += f"Sentence {number} of {interview}. "
            if self._goes_wrong("reload"):
                self.ask("GET", page)
            status, _headers, body = self.ask("POST", f"{page}/text", json.dumps({"text": text}).encode(), **_JSON)
            if status != 200:
                raise Failed(f"text: {status} {body[:80]!r}")
            with self.ledger.lock:
                self.ledger.texts[interview] = text

    def _wait(self, recording: str) -> None:
        deadline = time.monotonic() + VERIFIED
        while time.monotonic() < deadline:
            state = json.loads(self.ask("GET", f"/recordings/{recording}")[2])["state"]
            if state == "ready":
                return
            if state == "rejected":
                raise Failed("a recording was rejected")
            time.sleep(3.0)
        raise Failed("a recording was not verified in time")
