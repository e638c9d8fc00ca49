"""An authenticator in software: makes a passkey and signs with it, as a browser hands it on, or wrongly on request."""

from __future__ import annotations

import hashlib
import json
import secrets
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from webauthn.helpers import bytes_to_base64url


class Authenticator:
    """One passkey at ``origin``, which counts its uses."""

    def __init__(self, origin: str = "https://viva.test") -> None:
        self.origin, self.rp = origin, origin.split("//")[1].split(":")[0]
        self.key, self.id, self.count = ec.generate_private_key(ec.SECP256R1()), secrets.token_bytes(16), 0
        self.user = b""

    def _client_data(self, kind: str, options: dict[str, Any]) -> bytes:
        return json.dumps({"type": kind, "challenge": options["challenge"], "origin": self.origin}).encode()

    def _data(self, verified: bool, more: bytes = b"") -> bytes:
        flags = 0x01 | (0x04 if verified else 0) | (0x40 if more else 0)
        return hashlib.sha256(self.rp.encode()).digest() + bytes([flags]) + self.count.to_bytes(4, "big") + more

    def create(self, options: dict[str, Any], verified: bool = True) -> str:
        """What navigator.credentials.create() gives."""
        self.user = options["user"]["id"]
        numbers = self.key.public_key().public_numbers()
        x, y = (number.to_bytes(32, "big") for number in (numbers.x, numbers.y))
        cose = cbor2.dumps({1: 2, 3: -7, -1: 1, -2: x, -3: y})
        attested = bytes(16) + len(self.id).to_bytes(2, "big") + self.id + cose
        made = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": self._data(verified, attested)})
        client = self._client_data("webauthn.create", options)
        return self._sent({"attestationObject": made, "clientDataJSON": client}, transports=["internal"])

    def get(self, options: dict[str, Any], verified: bool = True, handle: bool = True) -> str:
        """What navigator.credentials.get() gives."""
        self.count += 1
        client, data = self._client_data("webauthn.get", options), self._data(verified)
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(SHA256()))
        sent = {"authenticatorData": data, "clientDataJSON": client, "signature": signature}
        return self._sent(sent, **({"userHandle": self.user} if handle else {}))

    def _sent(self, response: dict[str, bytes], **more: Any) -> str:
        encoded = {name: bytes_to_base64url(value) for name, value in response.items()}
        key = bytes_to_base64url(self.id)
        return json.dumps({"id": key, "rawId": key, "type": "public-key", "response": {**encoded, **more}})
