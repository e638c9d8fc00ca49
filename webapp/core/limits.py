"""Whose requests are counted together: a person's, an interview's or a call's where one is known, else an address's."""

from __future__ import annotations

import ipaddress

from flask import request, session
from flask_login import current_user


def network_of_client() -> str:
    """The network address that a request comes from, an IPv6 one as its /64."""
    return network_of(request.remote_addr or "127.0.0.1")


def network_of(address: str) -> str:
    """What counts as one client: an IPv4 address, or the /64 of an IPv6 one."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if found.version == 6 and found.ipv4_mapped is None:
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found.ipv4_mapped or found) if found.version == 6 else str(found)


def client_key() -> str:
    """Who asks, for limits: a class behind one router is many, a browser with a session is one."""
    if current_user and current_user.is_authenticated:
        return f"person {current_user.id}"
    for kind in ("interviews", "live"):
        if held := session.get(kind):
            return f"{kind} {list(held)[-1]}"
    return f"address {network_of_client()}"
