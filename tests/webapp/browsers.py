"""A browser in few lines, for tests that ask real servers."""

from __future__ import annotations

import http.client
import json
import re
from collections.abc import Mapping
from email.message import Message
from types import MappingProxyType


class Browser:
    """Cookies, forms and JSON over HTTP, each request on a connection of its own: any worker may take it.

    Its cookies are for 127.0.0.1, whatever the port: with another ``port`` the same browser asks another server.
    """

    def __init__(self, port: int) -> None:
        self.port, self.cookies, self.csrf = port, {}, ""

    def ask(self, method: str, path: str, body: bytes | None = None, kind: str = "text/html") -> tuple[int, str]:
        """The status and the text of an answer."""
        status, content, _headers = self.send(method, path, body, {"Content-Type": kind})
        return status, content.decode()

    def send(
        self, method: str, path: str, body: bytes | None = None, more: Mapping[str, str] = MappingProxyType({})
    ) -> tuple[int, bytes, Message]:
        """The status, the bytes and the headers of an answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        headers |= {"X-CSRFToken": self.csrf, "Origin": f"http://127.0.0.1:{self.port}", **more}
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        content = answer.read()
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        if found := re.search(rb'name="csrf-token" content="([^"]+)"', content):
            self.csrf = found[1].decode()
        connection.close()
        return answer.status, content, answer.headers

    def form(self, path: str, **fields: str) -> int:
        self.ask("GET", path)
        body = "&".join(f"{name}={value.replace(' ', '+').replace('@', '%40')}" for name, value in fields.items())
        return self.ask("POST", path, body.encode(), "application/x-www-form-urlencoded")[0]

    def json(self, path: str, **values: object) -> dict:
        status, text = self.ask("POST", path, json.dumps(values).encode(), "application/json")
        assert status == 200, (status, text)
        return json.loads(text)
