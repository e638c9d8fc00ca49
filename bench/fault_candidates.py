"""Candidates as programs: each opens a link, begins, consents, records two answers by tus and submits."""

from __future__ import annotations

import base64
import hashlib
import http.client
import json
import re
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

OCTETS = "application/offset+octet-stream"
#: Seconds for one answer of the server, and for a recording to be verified while two hundred wait.
PATIENCE, VERIFIED = 60.0, 420.0
_CSRF = re.compile(r'name="csrf-token" content="([^"]+)"')


class Failed(Exception):
    """A candidate met something that nobody should meet; the text says what."""


@dataclass
class Browser:
    """Cookies, the page's token, and every answer that was an error."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)
    token: str = ""
    errors: list[str] = field(default_factory=list)

    def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[int, dict[str, str], bytes]:
        """One request; follows no redirects. Raises Failed for what counts as an error."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        try:
            connection.request(method, path, body, {"Cookie": cookies, "X-CSRFToken": self.token, **headers})
            answer = connection.getresponse()
            content = answer.read()
        except (OSError, http.client.HTTPException) as error:
            raise Failed(f"{method} {urlsplit(path).path[:24]}: {type(error).__name__}") from error
        finally:
            connection.close()
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                key, _, rest = value.partition("=")
                self.cookies[key] = rest.partition(";")[0]
        if answer.status >= 400:
            raise Failed(f"{method} {urlsplit(path).path[:24]}: {answer.status}")
        if found := _CSRF.search(content.decode("utf-8", "replace")):
            self.token = found.group(1)
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, content

    def post(self, path: str, **values: str) -> str:
        """Send a form; where it leads."""
        body = urlencode({"csrf_token": self.token, **values}).encode()
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return self.ask("POST", path, body, **headers)[1].get("location", "")


def pass_through(port: int, link: str, questions: Sequence[str], media: Sequence[bytes]) -> str | None:
    """One candidate's whole way; None where it was submitted, else what went wrong."""
    browser = Browser(port)
    try:
        browser.ask("GET", link)
        welcome = browser.post(link)
        interview = welcome.rsplit("/", 1)[1]
        browser.ask("GET", welcome)
        browser.ask("GET", f"{welcome}/consent")
        browser.post(f"{welcome}/consent", recording="yes")
        recordings = [
            _record(browser, interview, position, question, data)
            for position, (question, data) in enumerate(zip(questions, media, strict=True), 1)
        ]
        for recording in recordings:
            _wait(browser, recording)
        browser.ask("GET", f"{welcome}/review")
        if not browser.post(f"{welcome}/submit").endswith("/arrived"):
            return "not submitted"
    except (Failed, IndexError, KeyError, ValueError) as error:
        return str(error) or type(error).__name__
    return None


def metadata_of(**pairs: str) -> str:
    """tus's Upload-Metadata."""
    return ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in pairs.items())


def _record(browser: Browser, interview: str, position: int, question: str, data: bytes) -> str:
    browser.ask("GET", f"/interview/{interview}/questions/{position}")
    metadata = metadata_of(interview=interview, question=question, filetype="video/mp4")
    tus = {"Tus-Resumable": "1.0.0"}
    _status, headers, _body = browser.ask(
        "POST", "/recordings/uploads", **tus, **{"Upload-Defer-Length": "1", "Upload-Metadata": metadata}
    )
    url, half = urlsplit(headers["location"]).path, len(data) // 2
    browser.ask("PATCH", url, data[:half], **tus, **{"Upload-Offset": "0", "Content-Type": OCTETS})
    rest = {"Upload-Offset": str(half), "Upload-Length": str(len(data)), "Content-Type": OCTETS}
    browser.ask("PATCH", url, data[half:], **tus, **rest)
    recording = url.rsplit("/", 1)[1]
    body = json.dumps({"sha256": hashlib.sha256(data).hexdigest()}).encode()
    browser.ask("POST", f"/recordings/{recording}/finish", body, **{"Content-Type": "application/json"})
    return recording


def _wait(browser: Browser, recording: str) -> None:
    deadline = time.monotonic() + VERIFIED
    while time.monotonic() < deadline:
        state = json.loads(browser.ask("GET", f"/recordings/{recording}")[2])["state"]
        if state == "ready":
            return
        if state == "rejected":
            raise Failed("a recording was rejected")
        time.sleep(2.0)
    raise Failed("a recording was not verified in time")


def crowd(
    port: int, links: Sequence[str], questions: Sequence[str], media: Sequence[bytes], at_once: int
) -> list[str | None]:
    """All candidates, so many at once; for each what went wrong, or None."""
    with ThreadPoolExecutor(at_once) as people:
        return list(people.map(lambda link: pass_through(port, link, questions, media), links))
