"""SAML against nanoidp, and against answers that are wrong in one way each; nanoidp's OpenID Connect too."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree
from signxml import XMLSigner

from tests.webapp.identity.conftest import OURS, Visitor
from webapp.accounts.factor_models import PendingStep
from webapp.accounts.models import UserSession
from webapp.core.database import db
from webapp.identity import operations, saml
from webapp.identity.models import Identity, Protocol
from webapp.identity.oidc import Refused
from webapp.identity.operations import Draft


def is_in(client) -> bool:
    return client.get("/profile").status_code == 200


@pytest.fixture
def kim(make):
    return make.user(email="kim@viva.test", name="Kim")


class TestNanoIdp:
    @pytest.fixture
    def provider(self, nanoidp, admin):
        draft = Draft("Nano", nanoidp.entity_id, sign_in_url=nanoidp.sign_in_url, certificates=nanoidp.certificate)
        row = operations.add_provider(Protocol.SAML, draft, by=admin)
        db.session.commit()
        return row

    def posted(self, client, provider, **query):
        """Go there and come back with the form that it has the browser post: our path, and its fields."""
        away = client.get(f"/sso/{provider.id}", query_string=query).location
        action, values = Visitor().until_posted(away, username="kim", password="secret")
        return action.removeprefix(OURS.rstrip("/")), values

    def test_signing_in(self, app, client, provider, kim):
        path, values = self.posted(client, provider, next="/positions/?x=1")
        assert path == f"/sso/{provider.id}/answer"
        # the form comes from another site: without our cookies
        answer = app.test_client().post(path, data=values)
        assert (answer.status_code, answer.location) == (303, "/sso/finish")
        assert client.get("/sso/finish").location == "/positions/?x=1" and is_in(client)
        assert db.session.scalars(sa.select(Identity)).one().subject == "kim@viva.test"
        assert db.session.scalar(sa.select(UserSession.user_id)) == kim.id

    def test_an_answer_counts_once_and_in_the_browser_that_asked(self, app, client, provider, kim):
        path, values = self.posted(client, provider)
        assert client.post(path, data=values).status_code == 303
        assert client.post(path, data=values).status_code == 400
        stranger = app.test_client()
        stranger.get("/sso/finish")
        assert not is_in(stranger)
        client.get("/sso/finish")
        assert is_in(client)
        client.post("/sign-out")
        client.get("/sso/finish")
        assert not is_in(client)

    def test_an_answer_to_another_sign_in_is_refused(self, client, provider, kim):
        _path, stolen = self.posted(client, provider)
        path, values = self.posted(client, provider)
        assert client.post(path, data={**values, "SAMLResponse": stolen["SAMLResponse"]}).status_code == 303
        assert client.get("/sso/finish").location == "/sign-in" and not is_in(client)

    def test_another_key_is_refused_and_a_second_one_beside_it_is_not(self, client, provider, kim, nanoidp):
        provider.certificates = Forger().certificate
        path, values = self.posted(client, provider)
        client.post(path, data=values)
        assert client.get("/sso/finish").location == "/sign-in" and not is_in(client)
        provider.certificates += nanoidp.certificate
        path, values = self.posted(client, provider)
        client.post(path, data=values)
        client.get("/sso/finish")
        assert is_in(client)

    def test_our_metadata(self, client, provider):
        found = etree.fromstring(client.get(f"/sso/{provider.id}/metadata").data)
        assert found.get("entityID") == f"{OURS}sso/{provider.id}/metadata"

    def test_openid_connect(self, client, admin, nanoidp, kim):
        draft = Draft("Nano", nanoidp.issuer, client_id="viva", client_secret="a-long-enough-secret")
        provider = operations.add_provider(Protocol.OIDC, draft, by=admin)
        db.session.commit()
        db.session.add(Identity(provider_id=provider.id, subject="kim", user_id=kim.id))
        db.session.commit()
        away = client.get(f"/sso/{provider.id}").location
        back = Visitor().until_ours(away, username="kim", password="secret")
        client.get(back.removeprefix(OURS.rstrip("/")))
        assert is_in(client)


@pytest.mark.parametrize("data", [{}, {"SAMLResponse": "x"}, {"SAMLResponse": "x", "RelayState": "x"}])
def test_what_answers_nothing_is_refused(client, data):
    assert client.post("/sso/x/answer", data=data).status_code == 400
    assert db.session.scalar(sa.select(PendingStep)) is None


class Forger:
    """Somebody with a key, who signs what they like."""

    def __init__(self) -> None:
        self.key = rsa.generate_private_key(65537, 2048)
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "idp")])
        begin = datetime.now(UTC) - timedelta(days=1)
        made = x509.CertificateBuilder(
            name, name, self.key.public_key(), x509.random_serial_number(), begin, begin + timedelta(days=9)
        )
        self.certificate = made.sign(self.key, SHA256()).public_bytes(Encoding.PEM).decode()

    def signed(self, element):
        return XMLSigner(
            signature_algorithm="rsa-sha256",
            digest_algorithm="sha256",
            c14n_algorithm="http://www.w3.org/2001/10/xml-exc-c14n#",
        ).sign(element, key=self.key, cert=self.certificate, reference_uri=element.get("ID"))


ANSWER = f"{OURS}sso/p/answer"
US = f"{OURS}sso/p/metadata"


@pytest.fixture(scope="module")
def idp():
    return Forger()


@pytest.fixture
def party(idp):
    return saml.Party("https://idp.test", "https://idp.test/sso", idp.certificate, US, ANSWER)


def stamp(minutes: float) -> str:
    return (datetime.now(UTC) + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")


def assertion(**values: str):
    """An assertion about kim, with other values where the test says so."""
    known = {
        "issuer": "https://idp.test", "subject": "kim", "audience": US, "recipient": ANSWER, "request": "_r",
        "format": "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent", "until": stamp(5), "confirmed": stamp(5),
        "method": "urn:oasis:names:tc:SAML:2.0:cm:bearer", "id": "_a", "at": stamp(-1),
    }  # fmt: skip
    v = {**known, **values}
    return etree.fromstring(
        f'<a:Assertion xmlns:a="urn:oasis:names:tc:SAML:2.0:assertion" ID="{v["id"]}" Version="2.0" '
        f'IssueInstant="{stamp(0)}"><a:Issuer>{v["issuer"]}</a:Issuer><a:Subject><a:NameID Format="{v["format"]}">'
        f'{v["subject"]}</a:NameID><a:SubjectConfirmation Method="{v["method"]}"><a:SubjectConfirmationData '
        f'Recipient="{v["recipient"]}" InResponseTo="{v["request"]}" NotOnOrAfter="{v["confirmed"]}"/>'
        f'</a:SubjectConfirmation></a:Subject><a:Conditions NotBefore="{stamp(-5)}" NotOnOrAfter="{v["until"]}">'
        f"<a:AudienceRestriction><a:Audience>{v['audience']}</a:Audience></a:AudienceRestriction></a:Conditions>"
        f'<a:AuthnStatement AuthnInstant="{v["at"]}"/><a:AttributeStatement><a:Attribute Name="mail">'
        f"<a:AttributeValue>kim@viva.test</a:AttributeValue></a:Attribute></a:AttributeStatement></a:Assertion>"
    )


def response(*inside, destination: str = ANSWER, status: str = "Success"):
    root = etree.fromstring(
        f'<p:Response xmlns:p="urn:oasis:names:tc:SAML:2.0:protocol" ID="_p" Version="2.0" IssueInstant="{stamp(0)}" '
        f'Destination="{destination}"><p:Status><p:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:{status}"/>'
        "</p:Status></p:Response>"
    )
    root.extend(inside)
    return root


def finish(party, root, request: str = "_r", **more):
    return saml.finish(party, base64.b64encode(etree.tostring(root)).decode(), request, **more)


def test_a_signed_assertion_is_believed(party, idp):
    found = finish(party, response(idp.signed(assertion())))
    assert (found.subject, found.email, found.verified) == ("kim", "kim@viva.test", True)


def test_so_is_a_signed_response(party, idp):
    assert finish(party, idp.signed(response(assertion()))).subject == "kim"


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"issuer": "https://evil.test"}, "issuer"),
        ({"audience": "https://other.test"}, "audience"),
        ({"until": stamp(-9)}, "time"),
        ({"until": "never"}, "time"),
        ({"confirmed": stamp(-9)}, "confirmation"),
        ({"recipient": "https://other.test"}, "confirmation"),
        ({"request": "_other"}, "confirmation"),
        ({"method": "urn:oasis:names:tc:SAML:2.0:cm:sender-vouches"}, "confirmation"),
        ({"format": "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"}, "subject"),
        ({"subject": ""}, "subject"),
    ],
)
def test_what_is_wrong_though_it_is_signed(party, idp, values, why):
    with pytest.raises(Refused, match=why):
        finish(party, response(idp.signed(assertion(**values))))


def test_confirming_needs_a_sign_in_of_just_now(party, idp):
    assert finish(party, response(idp.signed(assertion())), again=True)
    with pytest.raises(Refused, match="sign-in"):
        finish(party, response(idp.signed(assertion(at=stamp(-30)))), again=True)


@pytest.mark.parametrize("more", [{"status": "Requester"}, {"destination": "https://other.test"}])
def test_a_signed_response_that_is_no_success_or_for_somebody_else(party, idp, more):
    with pytest.raises(Refused):
        finish(party, idp.signed(response(assertion(), **more)))


def test_no_signature(party):
    with pytest.raises(Refused, match="signature"):
        finish(party, response(assertion()))


def test_another_key(party):
    with pytest.raises(Refused, match="signature"):
        finish(party, response(Forger().signed(assertion())))


def test_what_was_changed_after_it_was_signed(party, idp):
    signed = idp.signed(assertion())
    signed.find("{*}Subject/{*}NameID").text = "boss"
    with pytest.raises(Refused, match="signature"):
        finish(party, response(signed))


@pytest.mark.parametrize("before", [True, False])
def test_a_forged_assertion_beside_the_signed_one_is_as_if_it_were_not_there(party, idp, before):
    """Signature wrapping."""
    signed, forged = idp.signed(assertion()), assertion(subject="boss", id="_b")
    assert finish(party, response(*((forged, signed) if before else (signed, forged)))).subject == "kim"


def test_nor_is_one_that_holds_the_signed_one(party, idp):
    forged = assertion(subject="boss", id="_b")
    signed = idp.signed(assertion())
    signature = signed.find("{*}Signature")
    forged.insert(0, signature)
    extension = etree.SubElement(forged, "Extension")
    extension.append(signed)
    try:
        found = finish(party, response(forged))
    except Refused:
        return
    assert found.subject == "kim"


def test_a_comment_inside_a_name_changes_nothing(party, idp):
    signed = idp.signed(assertion(subject="kim<!-- -->.evil"))
    assert finish(party, response(signed)).subject == "kim.evil"


def test_no_external_entities(party):
    bomb = b'<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><p:Response xmlns:p="urn:oasis:names:tc:SAML:2.0:protocol">&x;</p:Response>'
    with pytest.raises(Refused):
        saml.finish(party, base64.b64encode(bomb).decode(), "_r")


@pytest.mark.parametrize("garbled", ["", "x", "AAAA", base64.b64encode(b"<x/>").decode()])
def test_garbled(party, garbled):
    with pytest.raises(Refused):
        saml.finish(party, garbled, "_r")


def test_a_page_for_it(client, admin, sign_in, idp):
    sign_in(admin)
    values = {"name": "SAML", "issuer": "urn:idp", "sign_in_url": "javascript:alert(1)", "certificates": "x"}
    page = client.post("/people/single-sign-on/new/saml", data=values).text
    assert "Enter an address like" in page and "BEGIN CERTIFICATE" in page
    values |= {"sign_in_url": "https://idp.test/sso?x=1", "certificates": idp.certificate, "active": "y"}
    page = client.post("/people/single-sign-on/new/saml", data=values, follow_redirects=True).text
    assert "Assertion consumer service" in page
    provider = operations.providers()[0]
    client.post("/sign-out")
    assert client.get(f"/sso/{provider.id}").location.startswith("https://idp.test/sso?x=1&SAMLRequest=")
