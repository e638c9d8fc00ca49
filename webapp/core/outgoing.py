"""HTTP to addresses that people enter: the one place that calls them, so that none leads inside.

The name is looked up once and the connection goes to what was found (a second look-up could find something else). An
address that is not public is refused unless the operator allows its network; redirects are not followed; proxies of the
environment are not used; a server that drips is ended.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import current_app

#: Seconds for one step and for all of it, and bytes of an answer that are read.
STEP, WHOLE, READ = 10.0, 25.0, 16 * 1024
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
#: Addresses that hold others inside: a translator on the way may lead from them to a private one.
_TRANSLATED = [ipaddress.ip_network(each) for each in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32")]


class Forbidden(ValueError):
    """This address must not be called; ``code`` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Unreachable(Exception):
    """The other side does not answer, or not as HTTP has it."""


@dataclass(frozen=True)
class Answer:
    """What the other side said: a status, and the beginning of the body."""

    status: int
    text: str


@dataclass(frozen=True)
class Target:
    """An address that may be called, and what its name stands for."""

    scheme: str
    host: str
    port: int
    path: str
    address: str

    @property
    def authority(self) -> str:
        """What the Host header says."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.scheme == "https" else 80) else f"{host}:{self.port}"


def check(url: str) -> tuple[str, str, int, str]:
    """Scheme, host, port and path of an address that may be entered. Raises Forbidden."""
    try:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        raise Forbidden("url") from None
    host = (parts.hostname or "").rstrip(".")
    if parts.scheme not in ("https", "http") or not host or not url.isascii() or not url.isprintable() or " " in url:
        raise Forbidden("url")
    if parts.username is not None or parts.password is not None:
        raise Forbidden("password")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return parts.scheme, host, port, path


def resolve(url: str) -> Target:
    """Where ``url`` leads now. Raises Forbidden where it must not be called, Unreachable where its name is unknown."""
    scheme, host, port, path = check(url)
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Unreachable("name") from None
    addresses = [ipaddress.ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]
    networks = [ipaddress.ip_network(each, strict=False) for each in current_app.config["WEBHOOK_NETWORKS"]]
    allowed = [address for address in addresses if _is_allowed(address, networks)]
    if len(allowed) != len(addresses) or not allowed:
        raise Forbidden("private")  # one that leads inside is enough: the next look-up may choose it
    if scheme == "http" and not all(_is_in(address, networks) for address in allowed):
        raise Forbidden("plain")  # what is said about people travels in the clear in networks that were named alone
    return Target(scheme, host, port, path, str(allowed[0]))


def _is_allowed(address: Address, networks: Iterable[ipaddress.IPv4Network | ipaddress.IPv6Network]) -> bool:
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    if _is_in(address, networks):
        return True
    return address.is_global and not address.is_multicast and not _is_in(address, _TRANSLATED)


def _is_in(address: Address, networks: Iterable[ipaddress.IPv4Network | ipaddress.IPv6Network]) -> bool:
    return any(address.version == network.version and address in network for network in networks)


def post(target: Target, body: bytes, headers: Mapping[str, str], *, limit: int = READ) -> Answer:
    """Send ``body`` to where ``target`` was found to lead, and read so many bytes of the answer. Raises Unreachable.
    Touches no database."""
    return _ask("POST", target, body, headers, limit)


def get(target: Target, headers: Mapping[str, str], *, limit: int = READ) -> Answer:
    """What is where ``target`` was found to lead: so many bytes of it. Raises Unreachable. Touches no database."""
    return _ask("GET", target, None, headers, limit)


def send(method: str, target: Target, body: bytes, headers: Mapping[str, str]) -> Answer:
    """Send ``body`` by another method, such as PATCH. Raises Unreachable. Touches no database."""
    return _ask(method, target, body, headers, READ)


def _ask(method: str, target: Target, body: bytes | None, headers: Mapping[str, str], limit: int) -> Answer:
    connection = _Connection(target)
    watch = threading.Timer(WHOLE, connection.cut)
    watch.daemon = True
    watch.start()
    try:
        connection.request(method, target.path, body, {"Host": target.authority, "Connection": "close", **headers})
        answer = connection.getresponse()
        text = answer.read(limit).decode("utf-8", "replace")
        return Answer(answer.status, text)
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise Unreachable(type(error).__name__) from None
    finally:
        watch.cancel()
        connection.close()


class _Connection(http.client.HTTPConnection):
    """A connection to the address that was looked up, whatever its name stands for by now."""

    def __init__(self, target: Target) -> None:
        super().__init__(target.host, target.port, timeout=STEP)
        self._target = target

    def connect(self) -> None:
        """Connect, and with TLS check the certificate against the name."""
        plain = socket.create_connection((self._target.address, self._target.port), STEP)
        if self._target.scheme == "https":
            context = ssl.create_default_context()
            try:
                self.sock = context.wrap_socket(plain, server_hostname=self._target.host)
            except BaseException:
                plain.close()
                raise
        else:
            self.sock = plain

    def cut(self) -> None:
        """End it, whoever waits for it."""
        if self.sock is not None:
            with suppress(OSError):
                self.sock.shutdown(socket.SHUT_RDWR)
