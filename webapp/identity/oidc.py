"""OpenID Connect by the authorization code flow with PKCE, on top of Authlib's protocol objects.

Every call of a provider goes through webapp/core/outgoing.py, as its address was entered by a person. Nothing of an ID
token is believed before its signature, issuer, audience, time and nonce are right.
"""

from __future__ import annotations

import base64
import json
import threading
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from authlib.common.security import generate_token
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri, prepare_token_request
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from authlib.oidc.discovery import OpenIDProviderMetadata, get_well_known_url
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from webapp.core import outgoing
from webapp.identity.joining import Claim

#: Signatures that are accepted: those by a key pair, so that our own secret proves nothing.
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519"]
#: Seconds that what a provider says of itself is kept, and how soon its keys are asked for again at the earliest.
KEPT, AGAIN = 3600.0, 20.0
#: Seconds by which clocks may differ, and bytes of an answer.
LEEWAY, READ = 60, 512 * 1024
SCOPE = "openid email profile"


class Refused(Exception):
    """This sign-in is not to be believed, or the provider does not answer; ``code`` says why, for the log."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Client:
    """Us, as a provider knows us. Without a secret we are a public client, which PKCE allows."""

    issuer: str
    client_id: str
    secret: str = field(repr=False)
    redirect_uri: str


@dataclass
class _Known:
    """What a provider says of itself, and its keys."""

    about: dict[str, Any]
    asked_at: float
    keys: KeySet | None = None
    keys_asked_at: float = 0.0


_known: dict[str, _Known] = {}
_lock = threading.Lock()


def forget() -> None:
    """Ask every provider anew."""
    with _lock:
        _known.clear()


def _get(url: str) -> dict[str, Any]:
    try:
        answer = outgoing.get(outgoing.resolve(url), {"Accept": "application/json"}, limit=READ)
    except (outgoing.Forbidden, outgoing.Unreachable) as error:
        raise Refused(f"unreachable: {error}") from None
    return _object(answer)


def _object(answer: outgoing.Answer) -> dict[str, Any]:
    try:
        found = json.loads(answer.text)
    except ValueError:
        raise Refused(f"no JSON, status {answer.status}") from None
    if answer.status != 200 or not isinstance(found, dict):
        raise Refused(f"status {answer.status}")
    return found


def about(issuer: str) -> dict[str, Any]:
    """What the provider ``issuer`` says of itself (OpenID Connect Discovery). Raises Refused."""
    return _provider(issuer).about


def _provider(issuer: str) -> _Known:
    with _lock:
        found = _known.get(issuer)
    if found is None or time.monotonic() - found.asked_at > KEPT:
        metadata = _get(get_well_known_url(issuer, external=True))
        if metadata.get("issuer") != issuer:
            raise Refused("another issuer in its metadata")
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
            if not isinstance(metadata.get(name), str):
                raise Refused(f"no {name}")
        found = _Known(dict(OpenIDProviderMetadata(metadata)), time.monotonic())
        with _lock:
            _known[issuer] = found
    return found


def _keys(issuer: str, *, anew: bool = False) -> KeySet:
    """The keys of a provider; ``anew`` where a token names one that is not among them: it may have changed them."""
    found = _provider(issuer)
    age = time.monotonic() - found.keys_asked_at
    if found.keys is None or age > KEPT or (anew and age > AGAIN):
        try:
            found.keys = KeySet.import_key_set(_usable(_get(found.about["jwks_uri"])))
        except (JoseError, ValueError, KeyError, TypeError):
            raise Refused("its keys cannot be read") from None
        found.keys_asked_at = time.monotonic()
    elif anew:
        raise Refused("key")
    return found.keys


def _usable(found: dict[str, Any]) -> Any:
    """The public keys for signatures among all that a provider lists."""
    keys = [key for key in found["keys"] if key.get("kty") in ("RSA", "EC", "OKP") and key.get("use", "sig") == "sig"]
    return {"keys": [key for key in keys if key.get("crv") not in ("X25519", "X448")]}


def begin(client: Client, *, again: bool = False) -> tuple[str, dict[str, str]]:
    """Where to send the browser, and what to remember meanwhile. ``again``: ask for the password there once more.

    Raises Refused where the provider does not answer.
    """
    kept = {"state": generate_token(43), "nonce": generate_token(43), "verifier": generate_token(64)}
    more = {"prompt": "login", "max_age": "0"} if again else {}
    url = prepare_grant_uri(
        about(client.issuer)["authorization_endpoint"],
        client.client_id,
        "code",
        redirect_uri=client.redirect_uri,
        scope=SCOPE,
        state=kept["state"],
        nonce=kept["nonce"],
        code_challenge=create_s256_code_challenge(kept["verifier"]),
        code_challenge_method="S256",
        **more,
    )
    return url, kept


def finish(client: Client, kept: dict[str, str], *, code: str, iss: str | None, again: bool = False) -> Claim:
    """Who signed in, once the browser is back with ``code``. Raises Refused.

    :param iss: who says that the answer is theirs (RFC 9207), where it says so.
    """
    provider = _provider(client.issuer)
    said = provider.about.get("authorization_response_iss_parameter_supported")
    if (iss is not None or said) and iss != client.issuer:
        raise Refused("issuer of the answer")
    tokens = _exchange(client, kept["verifier"], code)
    if not isinstance(tokens.get("id_token"), str):
        raise Refused("no ID token")
    claims = verified(client, tokens["id_token"], nonce=kept["nonce"], access_token=tokens.get("access_token"))
    if again and not (isinstance(claims.get("auth_time"), int) and time.time() - claims["auth_time"] < 300):
        raise Refused("not signed in anew")
    subject, name = claims["sub"], claims.get("name")
    if not isinstance(subject, str) or not 0 < len(subject) <= 255:
        raise Refused("subject")
    extra = claims if "email" in claims else _user_info(client, tokens, subject)
    email = extra.get("email")
    return Claim(
        subject,
        email if isinstance(email, str) else "",
        extra.get("email_verified") is True,
        str(name or extra.get("name") or "")[:120],
    )


def _exchange(client: Client, verifier: str, code: str) -> dict[str, Any]:
    endpoint = about(client.issuer)["token_endpoint"]
    more = {"redirect_uri": client.redirect_uri, "code": code, "code_verifier": verifier}
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
    if not client.secret:
        more["client_id"] = client.client_id
    elif "client_secret_basic" in about(client.issuer).get(
        "token_endpoint_auth_methods_supported", ["client_secret_basic"]
    ):
        pair = f"{quote(client.client_id, safe='')}:{quote(client.secret, safe='')}"
        headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode("ascii")
    else:
        more |= {"client_id": client.client_id, "client_secret": client.secret}
    body = prepare_token_request("authorization_code", **more)
    try:
        answer = outgoing.post(outgoing.resolve(endpoint), body.encode(), headers, limit=READ)
    except (outgoing.Forbidden, outgoing.Unreachable) as error:
        raise Refused(f"unreachable: {error}") from None
    return _object(answer)


def verified(client: Client, token: str, *, nonce: str, access_token: str | None = None) -> dict[str, Any]:
    """The claims of an ID token that was signed by the provider, for us, now, and for this sign-in. Raises Refused."""
    try:
        try:
            found = jwt.decode(token, _keys(client.issuer), algorithms=ALGORITHMS)
        except (JoseError, ValueError):  # it may have changed its keys
            found = jwt.decode(token, _keys(client.issuer, anew=True), algorithms=ALGORITHMS)
        claims = CodeIDToken(
            found.claims,
            found.header,
            options={
                "iss": {"essential": True, "value": client.issuer},
                "aud": {"essential": True, "value": client.client_id},
            },
            params={"nonce": nonce, "client_id": client.client_id, "access_token": access_token},
        )
        claims.validate(now=int(time.time()), leeway=LEEWAY)
    except JoseError as error:
        raise Refused(f"ID token: {error.error} {error.description or ''}".strip()) from None
    except (ValueError, TypeError, KeyError):
        raise Refused("ID token") from None
    if not nonce or claims.get("nonce") != nonce:
        raise Refused("nonce")
    return dict(claims)


def _user_info(client: Client, tokens: dict[str, Any], subject: str) -> dict[str, Any]:
    """What the provider adds at its userinfo endpoint, about the same person; nothing where it has none."""
    endpoint, token = about(client.issuer).get("userinfo_endpoint"), tokens.get("access_token")
    if not isinstance(endpoint, str) or not isinstance(token, str) or not token.isprintable():
        return {}
    headers = {"Accept": "application/json", "Authorization": f"Bearer {token}"}
    try:
        found = _object(outgoing.get(outgoing.resolve(endpoint), headers, limit=READ))
    except (outgoing.Forbidden, outgoing.Unreachable) as error:
        raise Refused(f"unreachable: {error}") from None
    if found.get("sub") != subject:
        raise Refused("another subject in the user's information")
    return found
