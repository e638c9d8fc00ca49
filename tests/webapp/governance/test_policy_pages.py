"""An admin widens the policy on their word, never in the Union, and the log says who did."""

from __future__ import annotations

import json

import pytest
import sqlalchemy as sa

from webapp.accounts.models import Role
from webapp.core.database import db, now
from webapp.governance.models import AuditEntry
from webapp.policy import Modality, decide_for, operations
from webapp.policy.models import Attestation

GROUND = "Counsel examined the law of the place in October 2026 and found that it allows this with consent."
WORD = {"place": "GB", "modality": "face", "statement": GROUND}


@pytest.fixture
def admin(make, sign_in):
    return sign_in(make.user(Role.ADMIN, name="Ada Admin"))


def test_an_attestation_is_on_record_logged_and_works_until_it_ends(client, make, admin):
    interview = make.interview("GB")
    page = client.post("/policy/attestations", data=WORD, follow_redirects=True).text
    assert "United Kingdom" in page and GROUND in page and "Ada Admin" in page
    assert decide_for(interview, Modality.FACE) and not decide_for(interview, Modality.SPEECH)
    row = db.session.scalars(sa.select(Attestation)).one()
    client.post(f"/policy/attestations/{row.id}/end")
    assert not decide_for(interview, Modality.FACE)
    logged = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.action.startswith("attest"))).all()
    assert [(entry.action, entry.actor_id) for entry in logged] == [
        ("attested", admin.id),
        ("attestation ended", admin.id),
    ]
    assert json.loads(logged[0].facts) == {"attestation": row.id, "place": "GB", "modality": "face"}


@pytest.mark.parametrize("place", ["FR", "NO", "RE", "DE", "XX", "CA", "US", ""])
def test_nobody_attests_in_the_union_nor_where_it_is_allowed_already(client, admin, place):
    assert client.post("/policy/attestations", data=WORD | {"place": place}).status_code == 422
    with pytest.raises(operations.PolicyError):
        operations.attest(place=place, modality=Modality.FACE, statement=GROUND, by=admin)
    assert db.session.scalars(sa.select(Attestation)).all() == []


@pytest.mark.parametrize("place", ["FR-ARA", "DE-BY", "US-TX"])
def test_parts_of_these_neither(admin, place):
    with pytest.raises(operations.PolicyError):
        operations.attest(place=place, modality=Modality.FACE, statement=GROUND, by=admin)


def test_yes_is_no_ground(client, admin):
    answer = client.post("/policy/attestations", data=WORD | {"statement": "yes"})
    assert answer.status_code == 422 and "on what ground" in answer.text


def test_a_bias_audit_is_on_record_and_one_of_tomorrow_is_not(client, admin):
    audit = {
        "audited_on": now().date().isoformat(),
        "first_used_on": "2026-01-01",
        "auditor": "Audit & Sons",
        "summary_url": "https://example.org/audit",
    }
    page = client.post("/policy/audits", data=audit, follow_redirects=True).text
    assert "Audit &amp; Sons" in page
    assert client.post("/policy/audits", data=audit | {"audited_on": "2999-01-01"}).status_code == 422
    assert client.post("/policy/audits", data=audit | {"summary_url": "javascript:alert(1)"}).status_code == 422
    assert len(operations.audits()) == 1
