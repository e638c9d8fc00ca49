"""Firefox, driven by WebDriver BiDi (https://www.w3.org/TR/webdriver-bidi/) with what a test needs and no more."""

from __future__ import annotations

import base64
import contextlib
import json
import re
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

from websockets.sync.client import connect

#: Cameras and microphones that Firefox makes itself, and nobody who must allow them.
PREFERENCES = {
    "media.navigator.streams.fake": True,
    "media.navigator.permission.disabled": True,
    "media.autoplay.default": 0,
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "app.update.enabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "remote.active-protocols": 1,
    "intl.accept_languages": "en-US",
}
START = 90.0


def firefox_path() -> str | None:
    """Firefox ESR, else Firefox; None where neither is installed."""
    return next((path for name in ("firefox-esr", "firefox") if (path := shutil.which(name))), None)


class Firefox:
    """One headless Firefox with a profile of its own and one page."""

    def __init__(self, folder: Path, *, fake_devices: bool = True) -> None:
        profile = folder / "profile"
        profile.mkdir(parents=True)
        wanted = {**PREFERENCES, "media.navigator.streams.fake": fake_devices}
        lines = [f'user_pref("{name}", {json.dumps(value)});' for name, value in wanted.items()]
        (profile / "user.js").write_text("\n".join(lines))
        self._log = folder / "firefox.log"
        command = [firefox_path() or "", "--headless", "--no-remote", "--profile", str(profile)]
        with self._log.open("wb") as output:
            self._process = subprocess.Popen([*command, "--remote-debugging-port", "0"], stdout=output, stderr=output)
        self._socket = connect(f"{self._address()}/session", max_size=None, open_timeout=30)
        self._number, self.problems = 0, list[str]()
        self.version = self.send("session.new", capabilities={})["capabilities"]["browserVersion"]
        self.send("session.subscribe", events=["log.entryAdded"])
        self.page = self.send("browsingContext.getTree")["contexts"][0]["context"]

    def _address(self) -> str:
        deadline = time.monotonic() + START
        while time.monotonic() < deadline and self._process.poll() is None:
            found = re.search(r"BiDi listening on (ws://\S+)", self._log.read_text("utf-8", "replace"))
            if found:
                return found[1]
            time.sleep(0.2)
        self._process.kill()
        raise RuntimeError(f"Firefox did not start: {self._log.read_text('utf-8', 'replace')[-500:]}")

    def send(self, method: str, **params: Any) -> dict[str, Any]:
        """Carry out a command. Raises RuntimeError with what Firefox says of it."""
        self._number += 1
        self._socket.send(json.dumps({"id": self._number, "method": method, "params": params}))
        while True:
            answer = json.loads(self._socket.recv(timeout=90))
            if answer.get("method") == "log.entryAdded" and answer["params"]["level"] == "error":
                self.problems.append(str(answer["params"]["text"]))
            if answer.get("id") == self._number:
                if answer["type"] == "error":
                    raise RuntimeError(f"{method}: {answer['message']}")
                return answer["result"]

    def open(self, url: str) -> None:
        """Go to an address and wait until it is loaded."""
        self.send("browsingContext.navigate", context=self.page, url=url, wait="complete")

    def run(self, script: str) -> Any:
        """The value of an expression in the page, with a person's click as its cause; promises are waited for."""
        found = self.send(
            "script.evaluate",
            expression=f"(async () => {{ const it = await ({script}); return JSON.stringify("
            "it instanceof Node ? true : it ?? null); })()",
            target={"context": self.page},
            awaitPromise=True,
            userActivation=True,
        )
        if found["type"] != "success":
            raise RuntimeError(f"{script}: {found['exceptionDetails']['text']}")
        return json.loads(found["result"]["value"])

    def until(self, script: str, seconds: float = 60.0) -> Any:
        """The first true value of an expression, also across pages. Fails with what the page shows."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                if found := self.run(script):
                    return found
            except RuntimeError:  # the page is just being left
                pass
            if time.monotonic() > deadline:
                raise AssertionError(f"{script}\n{self.text()}\n{self.problems}")
            time.sleep(0.25)

    def text(self) -> str:
        """What the page shows, as text."""
        return str(self.run("document.location.href + '\\n' + document.querySelector('main').innerText"))

    def click(self, words: str) -> None:
        """Press the button or link that says ``words`` (a regular expression), once it is there and can be pressed."""
        found = (
            "[...document.querySelectorAll('main button, main a, main summary, dialog button')].find((it) => "
            f"new RegExp({json.dumps(words)}).test(it.innerText) && it.offsetParent && !it.disabled)"
        )
        self.until(f"(() => {{ const it = {found}; if (it) it.click(); return Boolean(it); }})()")

    def picture(self, path: Path) -> Path:
        """A picture of the page as PNG."""
        data = self.send("browsingContext.captureScreenshot", context=self.page)["data"]
        path.write_bytes(base64.b64decode(data))
        return path

    def close(self) -> None:
        """End it."""
        with contextlib.suppress(RuntimeError, OSError, TimeoutError):
            self.send("browser.close")
        self._socket.close()
        try:
            self._process.wait(15)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
