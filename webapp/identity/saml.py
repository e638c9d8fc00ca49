"""SAML 2.0: we are a service provider that asks by redirect and is answered by POST.

Only what a signature covers is read: signxml verifies one by a certificate that an admin entered, and hands back the
very element that was signed. Everything is taken from there, so that an assertion that somebody added beside it is as
if it were not there.
"""

from __future__ import annotations

import base64
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from xml.sax.saxutils import escape, quoteattr

from cryptography.x509 import load_pem_x509_certificates
from lxml import etree
from signxml import SignatureConfiguration, XMLVerifier
from signxml.exceptions import SignXMLException

from webapp.core.database import new_id, now
from webapp.identity.joining import Claim
from webapp.identity.oidc import Refused

_P, _A = "{urn:oasis:names:tc:SAML:2.0:protocol}", "{urn:oasis:names:tc:SAML:2.0:assertion}"
_POST = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
_BEARER = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
_SUCCESS = "urn:oasis:names:tc:SAML:2.0:status:Success"
_TRANSIENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"
#: What address and name are called by the usual providers.
_EMAIL = {"email", "mail", "emailaddress", "urn:oid:0.9.2342.19200300.100.1.3"}
_NAME = {"displayname", "name", "cn", "urn:oid:2.16.840.1.113730.3.1.241"}
#: By how much clocks may differ, and characters of a response that are read.
LEEWAY, LONGEST = timedelta(seconds=60), 400_000


@dataclass(frozen=True)
class Party:
    """A provider and we, by our names and addresses."""

    entity_id: str
    sign_in_url: str
    certificates: str
    ours: str
    answer_url: str


def check_certificates(pem: str) -> None:
    """Raises ValueError where there is no certificate in it."""
    if not load_pem_x509_certificates(pem.encode()):
        raise ValueError(pem)


def begin(party: Party, *, relay: str, again: bool = False) -> tuple[str, str]:
    """Where to send the browser, and the id of our request."""
    request_id = f"_{new_id()}"
    moment, force = now().strftime("%Y-%m-%dT%H:%M:%SZ"), ' ForceAuthn="true"' if again else ""
    xml = (
        f'<p:AuthnRequest xmlns:p="{_P[1:-1]}" xmlns:a="{_A[1:-1]}" ID="{request_id}" Version="2.0" '
        f'IssueInstant="{moment}" Destination={quoteattr(party.sign_in_url)} ProtocolBinding="{_POST}" '
        f"AssertionConsumerServiceURL={quoteattr(party.answer_url)}{force}>"
        f"<a:Issuer>{escape(party.ours)}</a:Issuer></p:AuthnRequest>"
    )
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = base64.b64encode(packer.compress(xml.encode()) + packer.flush()).decode("ascii")
    mark = "&" if "?" in party.sign_in_url else "?"
    return f"{party.sign_in_url}{mark}{urlencode({'SAMLRequest': packed, 'RelayState': relay})}", request_id


def finish(party: Party, response: str, request_id: str, *, again: bool = False) -> Claim:
    """Who signed in, by a response in base64 to the request ``request_id``. Raises Refused."""
    try:
        xml = base64.b64decode(response[:LONGEST], validate=False)
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)
        root = etree.fromstring(xml, parser)
    except (ValueError, etree.XMLSyntaxError):
        raise Refused("no XML") from None
    if root.getroottree().docinfo.doctype or root.tag != f"{_P}Response":
        raise Refused("no response")
    return _claim(party, _signed(party, xml), request_id, again=again)


def _signed(party: Party, xml: bytes) -> Any:
    """The assertion that was signed, by itself or with the response around it. Raises Refused."""
    found: Any = None
    for certificate in load_pem_x509_certificates(party.certificates.encode()):
        for where in (".", f"./{_A}Assertion/"):
            try:
                results = XMLVerifier().verify(
                    xml,
                    x509_cert=certificate,
                    expect_config=SignatureConfiguration(location=where, expect_references=1),
                )
            except (SignXMLException, ValueError, TypeError, KeyError, etree.LxmlError):
                continue
            found = (results[0] if isinstance(results, list) else results).signed_xml
            break
        if found is not None:
            break
    if found is None:
        raise Refused("signature")
    if found.tag == f"{_P}Response":
        if _attribute(found, f"{_P}Status/{_P}StatusCode", "Value") != _SUCCESS:
            raise Refused("no success")
        if found.get("Destination") not in (None, party.answer_url):
            raise Refused("destination")
        assertions = found.findall(f"{_A}Assertion")
        if len(assertions) != 1:
            raise Refused("not one assertion")
        found = assertions[0]
    if found.tag != f"{_A}Assertion":
        raise Refused("something else was signed")
    return found


def _claim(party: Party, assertion: Any, request_id: str, *, again: bool) -> Claim:
    moment = now()
    if _text(assertion, f"{_A}Issuer") != party.entity_id:
        raise Refused("issuer")
    conditions = assertion.find(f"{_A}Conditions")
    audiences = [] if conditions is None else conditions.findall(f"{_A}AudienceRestriction/{_A}Audience")
    if conditions is None or party.ours not in [(each.text or "").strip() for each in audiences]:
        raise Refused("audience")
    if not _holds(conditions, moment, needs_end=False):
        raise Refused("time")
    confirmations = assertion.findall(f"{_A}Subject/{_A}SubjectConfirmation")
    if not any(_confirms(each, party, request_id, moment) for each in confirmations):
        raise Refused("subject confirmation")
    statement = assertion.find(f"{_A}AuthnStatement")
    instant = _moment(statement.get("AuthnInstant")) if statement is not None else None
    if instant is None or (again and moment - instant > timedelta(minutes=5)):
        raise Refused("no sign-in")
    name_id = assertion.find(f"{_A}Subject/{_A}NameID")
    subject = (name_id.text or "").strip() if name_id is not None else ""
    if not 0 < len(subject) <= 255 or name_id.get("Format") == _TRANSIENT:
        raise Refused("subject")
    values = _attributes(assertion)
    email = next((value for name, value in values if name in _EMAIL), "") or (subject if "@" in subject else "")
    # An address in a signed assertion is the organisation's own word about its own people.
    return Claim(subject, email, bool(email), next((value for name, value in values if name in _NAME), ""))


def _confirms(confirmation: Any, party: Party, request_id: str, moment: datetime) -> bool:
    data = confirmation.find(f"{_A}SubjectConfirmationData")
    return (
        confirmation.get("Method") == _BEARER
        and data is not None
        and data.get("Recipient") == party.answer_url
        and data.get("InResponseTo") == request_id
        and _holds(data, moment, needs_end=True)
    )


def _holds(element: Any, moment: datetime, *, needs_end: bool) -> bool:
    """Whether ``moment`` lies between an element's NotBefore and NotOnOrAfter."""
    begins, ends = _moment(element.get("NotBefore")), _moment(element.get("NotOnOrAfter"))
    if ends is None and (needs_end or element.get("NotOnOrAfter") is not None):
        return False
    return (begins is None or moment >= begins - LEEWAY) and (ends is None or moment < ends + LEEWAY)


def _moment(text: str | None) -> datetime | None:
    try:
        found = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _attributes(assertion: Any) -> list[tuple[str, str]]:
    """The names of attributes, without what stands before the last slash, and their first values."""
    found = []
    for attribute in assertion.findall(f"{_A}AttributeStatement/{_A}Attribute"):
        value = _text(attribute, f"{_A}AttributeValue")
        names = (attribute.get("Name") or "", attribute.get("FriendlyName") or "")
        found += [(name.rpartition("/")[2].lower(), value) for name in names if name]
    return found


def _text(element: Any, path: str) -> str:
    found = element.find(path)
    return (found.text or "").strip() if found is not None else ""


def _attribute(element: Any, path: str, name: str) -> str:
    found = element.find(path)
    return (found.get(name) or "") if found is not None else ""


def metadata(ours: str, answer_url: str) -> str:
    """What a provider needs to know of us, as XML."""
    return (
        f'<?xml version="1.0"?>\n<m:EntityDescriptor xmlns:m="urn:oasis:names:tc:SAML:2.0:metadata" '
        f"entityID={quoteattr(ours)}>"
        f'<m:SPSSODescriptor protocolSupportEnumeration="{_P[1:-1]}" WantAssertionsSigned="true">'
        f'<m:AssertionConsumerService Binding="{_POST}" Location={quoteattr(answer_url)} index="0" isDefault="true"/>'
        "</m:SPSSODescriptor></m:EntityDescriptor>\n"
    )
