"""OpenID Connect against oidc-provider: who gets in, and each way in which nobody must."""

from __future__ import annotations

import time
from urllib.parse import parse_qs, urlsplit

import pytest
import sqlalchemy as sa
from joserfc import jwt
from joserfc.jwk import KeySet, OctKey, RSAKey

from tests.webapp.conftest import PASSWORD
from tests.webapp.identity.conftest import OURS, SECRET, Visitor
from webapp.accounts.factor_models import AuthenticatorApp, PendingStep
from webapp.accounts.models import Role, User, UserSession
from webapp.core.database import db, now
from webapp.identity import joining, oidc, operations
from webapp.identity.models import Identity


def away(client, provider, **query) -> str:
    """Where the browser is sent."""
    answer = client.get(f"/sso/{provider.id}", query_string=query)
    assert answer.status_code == 302, answer.text
    return answer.location


def there(url: str, login: str = "kim") -> str:
    return Visitor().until_ours(url, login=login, password="any")


def back(client, url: str) -> str:
    """The page on which the browser ends up, once it is back at ``url``."""
    return client.get(url.removeprefix(OURS.rstrip("/")), follow_redirects=True).text


def is_in(client) -> bool:
    return client.get("/profile").status_code == 200


def changed(**values: str) -> None:
    """Change what was remembered when the browser was sent away."""
    row = db.session.scalars(sa.select(PendingStep)).one()
    row.data = {**row.data, **values}
    db.session.commit()


@pytest.fixture
def kim(make):
    return make.user(email="kim@viva.test", name="Kim")


def test_somebody_with_a_verified_address_gets_into_their_account(client, provider, kim):
    assert "Sign in with Work" in client.get("/sign-in").text
    url = away(client, provider, next="/positions/?x=1")
    asked = parse_qs(urlsplit(url).query)
    assert asked["code_challenge_method"] == ["S256"] and asked["nonce"] and asked["state"]
    answer = client.get(there(url).removeprefix(OURS.rstrip("/")))
    assert answer.location == "/positions/?x=1" and is_in(client)
    assert db.session.scalar(sa.select(UserSession.user_id)) == kim.id
    assert db.session.scalars(sa.select(Identity)).one().subject == "kim"


def test_afterwards_the_providers_own_name_counts_and_the_address_does_not(client, provider, oidc_provider, kim):
    back(client, there(away(client, provider)))
    client.post("/sign-out")
    oidc_provider.know(kim={"email": "other@viva.test"}, lee={"email": "kim@viva.test", "email_verified": False})
    back(client, there(away(client, provider)))
    assert is_in(client)


def test_a_public_client_needs_no_secret(client, provider, kim):
    provider.client_id, provider.client_secret = "public", ""
    db.session.commit()
    back(client, there(away(client, provider)))
    assert is_in(client)


@pytest.mark.parametrize("verified", [False, None, "true", 1])
def test_no_account_is_joined_by_an_unverified_address(client, provider, oidc_provider, kim, verified):
    provider.creates_accounts = True
    oidc_provider.know(lee={"email": "kim@viva.test", "email_verified": verified, "sub": "lee"})
    assert "has not verified" in back(client, there(away(client, provider), "lee"))
    assert not is_in(client) and db.session.scalar(sa.select(Identity)) is None


def test_nor_one_of_another_organisation(client, provider, make):
    make.user(email="kim@viva.test", organisation_id=make.organisation().id)
    provider.creates_accounts = True
    assert "Nobody with your address" in back(client, there(away(client, provider)))
    assert not is_in(client)


@pytest.mark.parametrize("values", [{"active": False}, {"role": Role.GUEST}])
def test_nor_one_that_is_not_active(client, provider, make, values):
    make.user(email="kim@viva.test", organisation_id=provider.organisation_id, **values)
    assert "is not active" in back(client, there(away(client, provider)))


def test_strangers_get_an_account_only_where_an_admin_says_so(client, provider):
    assert "Nobody with your address" in back(client, there(away(client, provider)))
    provider.creates_accounts = True
    db.session.commit()
    back(client, there(away(client, provider)))
    user = db.session.scalars(sa.select(User).where(User.email == "kim@viva.test")).one()
    assert (user.name, user.role, user.organisation_id) == ("Kim at work", Role.RECRUITER, provider.organisation_id)
    assert is_in(client)


class TestSecondStep:
    @pytest.fixture(autouse=True)
    def app_of_kim(self, kim):
        db.session.add(AuthenticatorApp(user_id=kim.id, secret="x"))
        db.session.commit()

    def test_it_is_asked_unless_the_provider_does(self, client, provider):
        assert "Second step" in back(client, there(away(client, provider))) and not is_in(client)

    def test_not_where_the_provider_does(self, client, provider):
        provider.has_second_step = True
        back(client, there(away(client, provider)))
        assert is_in(client) and db.session.scalar(sa.select(UserSession.second_step)) is True


def test_the_nonce_has_to_be_ours(client, provider, kim):
    url = away(client, provider)
    changed(nonce="another")
    assert "failed" in back(client, there(url)) and not is_in(client)


def test_the_code_is_worth_nothing_without_the_verifier(client, provider, kim):
    """PKCE: a code that somebody else got hold of."""
    url = away(client, provider)
    changed(verifier="v" * 64)
    assert "failed" in back(client, there(url)) and not is_in(client)


def test_the_state_has_to_be_ours(app, client, provider, kim):
    url = there(away(client, provider))
    other = app.test_client()
    assert "began in another browser" in back(other, url) and not is_in(other)
    away(other, provider)
    assert "began in another browser" in back(other, url) and not is_in(other)
    changed_url = url.replace("state=", "state=x")
    assert "began in another browser" in back(client, changed_url) and not is_in(client)


def test_an_answer_counts_once(app, client, provider, kim):
    url = there(away(client, provider))
    thief = app.test_client()
    thief.set_cookie("viva_session", client.get_cookie("viva_session", domain="viva.test").value, domain="viva.test")
    back(client, url)
    back(thief, url)
    assert is_in(client) and not is_in(thief)


@pytest.mark.parametrize("iss", ["", "&iss=https%3A%2F%2Fevil.test"])
def test_the_answer_has_to_name_its_issuer(client, provider, kim, iss):
    """RFC 9207: another provider's answer that was mixed up with this one's."""
    url = there(away(client, provider))
    assert "failed" in back(client, url.split("&iss=")[0] + iss) and not is_in(client)


def test_another_issuer_in_the_metadata(client, provider, oidc_provider):
    provider.issuer = oidc_provider.issuer.replace("127.0.0.1", "localhost")
    db.session.commit()
    assert away(client, provider) == "/sign-in"
    assert "failed" in client.get("/sign-in").text


class TestTokens:
    """A token that oidc-provider made, and what must be right about it."""

    @pytest.fixture
    def token(self, client, provider, kim, monkeypatch):
        """``token`` and its ``nonce``, and us as its client."""
        seen = {}

        def noted(mine, text, *, nonce, access_token=None):
            seen.update(client=mine, token=text, nonce=nonce)
            raise oidc.Refused("noted")

        with monkeypatch.context() as patched:
            patched.setattr(oidc, "verified", noted)
            back(client, there(away(client, provider)))
        return seen

    def asked(self, token, **values):
        mine = {**vars(token["client"]), **values.pop("client", {})}
        return oidc.verified(
            oidc.Client(**mine), values.get("text", token["token"]), nonce=values.get("nonce", token["nonce"])
        )

    def resigned(self, token, key, header=None, **claims):
        """The same with other claims, signed by ``key``."""
        found = jwt.decode(token["token"], oidc._keys(token["client"].issuer))
        return jwt.encode(header or {"alg": "RS256", "kid": found.header["kid"]}, {**found.claims, **claims}, key)

    @pytest.fixture
    def own_key(self, token):
        """A key that we have, as if it were the provider's."""
        key = RSAKey.generate_key(2048, {"kid": "own", "use": "sig"})
        known = oidc._known[token["client"].issuer]
        known.keys, known.keys_asked_at = KeySet([key]), time.monotonic()
        return key

    def test_it_is_right(self, token):
        assert self.asked(token)["sub"] == "kim"

    @pytest.mark.parametrize("nonce", ["another", ""])
    def test_another_nonce(self, token, nonce):
        with pytest.raises(oidc.Refused, match="nonce"):
            self.asked(token, nonce=nonce)

    def test_another_issuer(self, token):
        known = oidc._known[token["client"].issuer]
        oidc._known["https://evil.test"] = known
        with pytest.raises(oidc.Refused, match="iss"):
            self.asked(token, client={"issuer": "https://evil.test"})

    def test_another_audience(self, token):
        with pytest.raises(oidc.Refused, match="aud"):
            self.asked(token, client={"client_id": "another"})

    def test_another_key_of_the_same_name(self, token):
        kid = oidc._keys(token["client"].issuer).keys[0].kid
        with pytest.raises(oidc.Refused, match="key"):
            self.asked(token, text=self.resigned(token, RSAKey.generate_key(2048, {"kid": kid})))

    @pytest.mark.parametrize(
        ("claims", "why"),
        [
            ({"exp": int(time.time()) - 3600}, "exp"),
            ({"iat": int(time.time()) + 3600}, "future"),
            ({"aud": ["viva", "another"], "azp": "another"}, "azp"),
            ({"aud": ["viva", "another"]}, "azp"),
            ({"nonce": None}, "nonce"),
            ({"iss": "https://evil.test"}, "iss"),
        ],
    )
    def test_claims_that_are_wrong(self, token, own_key, claims, why):
        own = dict(jwt.decode(token["token"], self.original_keys(token)).claims)
        signed = jwt.encode({"alg": "RS256", "kid": "own"}, {**own, **claims}, own_key)
        with pytest.raises(oidc.Refused, match=why):
            self.asked(token, text=signed)
        assert self.asked(token, text=jwt.encode({"alg": "RS256", "kid": "own"}, own, own_key))

    def original_keys(self, token):
        keys = oidc._get(oidc.about(token["client"].issuer)["jwks_uri"])
        return KeySet.import_key_set(keys)

    def test_our_own_secret_signs_nothing(self, token):
        signed = self.resigned(token, OctKey.import_key(SECRET), {"alg": "HS256"})
        with pytest.raises(oidc.Refused):
            self.asked(token, text=signed)

    def test_no_signature_is_none(self, token):
        body = token["token"].split(".")[1]
        with pytest.raises(oidc.Refused):
            self.asked(token, text=f"eyJhbGciOiJub25lIn0.{body}.")

    @pytest.mark.parametrize("garbled", ["", "x", "a.b.c", "." * 5])
    def test_garbled(self, token, garbled):
        with pytest.raises(oidc.Refused):
            self.asked(token, text=garbled)


def test_new_keys_are_taken_over(client, provider, oidc_provider, kim, monkeypatch):
    back(client, there(away(client, provider)))
    client.post("/sign-out")
    oidc_provider.rotate()
    assert "failed" in back(client, there(away(client, provider)))  # asked a moment ago: no flood of questions
    monkeypatch.setattr(oidc, "AGAIN", 0.0)
    back(client, there(away(client, provider)))
    assert is_in(client)


def test_confirming_who_one_is(client, app, provider, admin, oidc_provider):
    oidc_provider.know(boss={"email": admin.email, "email_verified": True}, kim={"email": "kim@viva.test"})
    back(client, there(away(client, provider), "boss"))
    db.session.execute(sa.update(UserSession).values(confirmed_at=now() - app.config["CONFIRMED_FOR"]))
    page = client.get("/people/security", follow_redirects=True).text
    assert "Confirm with Work" in page
    url = away(client, provider, confirm=1, next="/people/security")
    assert "prompt=login" in url
    answer = client.get(there(url, "boss").removeprefix(OURS.rstrip("/")))
    assert answer.location == "/people/security"
    assert client.get("/people/security").status_code == 200


def test_somebody_else_does_not_confirm_for_one(client, app, provider, admin, kim):
    client.post("/sign-in", data={"email": admin.email, "password": PASSWORD})
    db.session.execute(sa.update(UserSession).values(confirmed_at=now() - app.config["CONFIRMED_FOR"]))
    assert "another account" in back(client, there(away(client, provider, confirm=1)))
    assert client.get("/people/security").status_code == 302


def test_a_provider_that_is_away_says_so(app, client, provider):
    app.config["WEBHOOK_NETWORKS"] = []
    assert away(client, provider) == "/sign-in"


def test_two_first_sign_ins_at_once_join_once(provider, kim):
    claim = joining.Claim("kim", "kim@viva.test", True)
    assert joining.account_of(provider, claim).id == joining.account_of(provider, claim).id == kim.id
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Identity)) == 1


class TestPages:
    @pytest.fixture(autouse=True)
    def signed_in(self, client, admin, sign_in):
        sign_in(admin)

    def test_a_provider_is_added_once_it_answers(self, client, oidc_provider):
        values = {"name": "Work", "issuer": oidc_provider.issuer + "/x", "client_id": "viva", "active": "y"}
        assert "cannot be used" in client.post("/people/single-sign-on/new/oidc", data=values).text
        values |= {"issuer": oidc_provider.issuer, "client_secret": SECRET}
        answer = client.post("/people/single-sign-on/new/oidc", data=values, follow_redirects=True)
        assert "has been added" in answer.text and SECRET not in answer.text
        row = operations.providers()[0]
        assert SECRET not in row.client_secret and operations.client_of(row).secret == SECRET

    def test_an_empty_secret_keeps_the_one_that_is_there(self, client, provider, oidc_provider):
        values = {
            "name": "New name",
            "issuer": oidc_provider.issuer,
            "client_id": "viva",
            "client_secret": "",
            "active": "y",
        }
        assert client.post(f"/people/single-sign-on/{provider.id}", data=values).status_code == 302
        assert provider.name == "New name" and operations.client_of(provider).secret == SECRET

    def test_another_issuer_joins_nobody_any_more(self, client, provider, kim, oidc_provider):
        db.session.add(Identity(provider_id=provider.id, subject="kim", user_id=kim.id))
        provider.issuer = "https://old.test"
        values = {"name": "Work", "issuer": oidc_provider.issuer, "client_id": "viva", "active": "y"}
        client.post(f"/people/single-sign-on/{provider.id}", data=values)
        assert db.session.scalar(sa.select(Identity)) is None

    def test_removing_it(self, client, provider):
        client.post(f"/people/single-sign-on/{provider.id}/remove")
        assert operations.providers() == []
