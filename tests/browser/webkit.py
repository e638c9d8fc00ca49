"""WebKitGTK's MiniBrowser, driven by WebDriver (https://www.w3.org/TR/webdriver2/) with what a test needs and no more."""

from __future__ import annotations

import base64
import contextlib
import http.client
import json
import os
import shutil
import socket
import subprocess
import time
from pathlib import Path
from typing import Any

START = 60.0


def is_there() -> bool:
    """Whether WebKit's driver, its MiniBrowser and a display without a screen are installed."""
    return mini_browser() is not None and all(map(shutil.which, ("WebKitWebDriver", "Xvfb")))


def mini_browser() -> str | None:
    """Where Debian keeps MiniBrowser, which is on no PATH."""
    return next((str(path) for path in Path("/usr/lib").glob("*/webkit2gtk-4.*/MiniBrowser")), None)


class WebKit:
    """One MiniBrowser with one page, on a display of its own."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        self._ends = contextlib.ExitStack()
        with (folder / "webkit.log").open("wb") as output:
            read, write = os.pipe()
            display = ["Xvfb", "-displayfd", str(write), "-screen", "0", "1280x900x24", "-nolisten", "tcp"]
            self._start(display, output, pass_fds=[write])
            os.close(write)
            with os.fdopen(read) as said:
                env = {**os.environ, "DISPLAY": f":{said.readline().strip()}", "HOME": str(folder)}
            with socket.socket() as free:
                free.bind(("127.0.0.1", 0))
                self._port = free.getsockname()[1]
            self._start(["WebKitWebDriver", f"--port={self._port}", "--host=127.0.0.1"], output, env=env)
        self._session = ""
        options = {"binary": mini_browser(), "args": ["--automation"]}
        wanted = {"capabilities": {"alwaysMatch": {"webkitgtk:browserOptions": options}}}
        deadline = time.monotonic() + START
        while True:
            try:
                answer = self.send("POST", "/session", wanted)
                break
            except OSError:
                if time.monotonic() > deadline:
                    self.close()
                    raise
                time.sleep(0.2)
        self.version = answer["capabilities"]["browserVersion"]
        self._session = f"/session/{answer['sessionId']}"
        self.send("POST", "/timeouts", {"script": 120_000, "pageLoad": 60_000})

    def _start(self, command: list[str], output: Any, **how: Any) -> None:
        process = subprocess.Popen(command, stdout=output, stderr=output, start_new_session=True, **how)
        self._ends.callback(process.wait)
        self._ends.callback(process.terminate)

    def send(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """One command of WebDriver; its value. Raises RuntimeError with WebDriver's own words."""
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=180)
        with contextlib.closing(connection):
            data = None if body is None else json.dumps(body).encode()
            connection.request(method, self._session + path, data, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            value = json.load(answer)["value"]
        if answer.status != 200:
            raise RuntimeError(f"{value.get('error')}: {value.get('message')}")
        return value

    def open(self, address: str) -> None:
        """Go to a page and wait until it is loaded."""
        self.send("POST", "/url", {"url": address})

    def run(self, expression: str) -> Any:
        """The value of a JavaScript expression, a promise's when it is fulfilled."""
        script = f"const done = arguments[0]; Promise.resolve({expression}).then(done, (it) => done(String(it)));"
        return self.send("POST", "/execute/async", {"script": script, "args": []})

    def until(self, expression: str, seconds: float = 30) -> None:
        """Wait until an expression is true. Raises AssertionError with what the page says."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            with contextlib.suppress(RuntimeError):  # between two pages there is nothing to ask
                if self.run(f"Boolean({expression})"):
                    return
            time.sleep(0.2)
        raise AssertionError(f"never came true: {expression}\n{self.text()}")

    def text(self) -> str:
        """Where we are, and the words of the page."""
        return self.run("location.href + '\\n' + document.body.innerText")

    def click(self, words: str) -> None:
        """Click the button or link whose words match a regular expression, once it is there and may be used."""
        found = f"""[...document.querySelectorAll('button, a, summary')].find((it) => it.checkVisibility() &&
            !it.disabled && /{words}/.test(it.innerText.trim()))"""
        self.until(found)
        self.run(f"({found}).click()")

    def picture(self, path: Path) -> None:
        """Save what is seen as a PNG."""
        path.write_bytes(base64.b64decode(self.send("GET", "/screenshot")))

    def close(self) -> None:
        """End the browser, its driver and its display."""
        with contextlib.suppress(RuntimeError, OSError):
            if self._session:
                self.send("DELETE", "")
        self._ends.close()
