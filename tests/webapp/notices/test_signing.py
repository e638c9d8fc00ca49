"""Notices that are kept, documents that are signed, and what both let happen."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from webapp.accounts.models import Role
from webapp.candidate.operations import open_interview
from webapp.core import append_only
from webapp.core.database import db, now
from webapp.interviews.models import Consent
from webapp.interviews.notice_models import Document, NoticeShown, NoticeText, Signature, Way
from webapp.notices import operations, texts
from webapp.organisations.models import OrganisationProfile
from webapp.policy import Modality, Purpose, decide_for
from webapp.policy.models import BiasAudit

ALL = {"recording": "yes", "text": "yes", "voice": "yes", "face": "yes"}


@pytest.fixture
def begun(client, make):
    """Somebody who opened their link, for a position at a place."""

    def begun(place: str = "CA", **values):
        position = make.position(place[:2], region=place if "-" in place else "", **values)
        interview = open_interview(make.invitation(position=position))
        db.session.commit()
        with client.session_transaction() as session:
            session["interviews"] = [interview.id]
        return interview

    return begun


def signed(interview, kind: Document = Document.RELEASE) -> Signature:
    return operations.sign(interview, kind, name="Kim Tremblay", day=now().date(), read=True)


def test_illinois_is_signed_with_name_and_date_and_then_analysed(client, begun):
    interview = begun("US-IL")
    answer = client.post(f"/interview/{interview.id}/consent", data={**ALL, "place": "US-IL"})
    assert answer.headers["Location"].endswith("/sign")
    assert decide_for(interview, Modality.FACE).code == "release_missing"
    page = client.get(f"/interview/{interview.id}/sign").text
    assert "Written release" in page and "740 ILCS 14/15(b)" in page
    typed = {"kind": "release", "name": "Kim Tremblay", "day": now().date().isoformat(), "read": "yes"}
    for wrong in ({"name": " "}, {"day": "2020-01-01"}, {"day": "x"}, {"read": ""}):
        assert client.post(f"/interview/{interview.id}/sign", data=typed | wrong).status_code == 422
    assert interview.signatures == []
    client.post(f"/interview/{interview.id}/sign", data=typed)
    row = interview.signatures[0]
    assert (row.typed_name, row.typed_date, row.text_language) == ("Kim Tremblay", now().date(), "en")
    assert "Written release" in row.text and interview.position.title in row.text
    assert decide_for(interview, Modality.FACE) and decide_for(interview, Modality.SPEECH)
    assert "/check" in client.get(f"/interview/{interview.id}/sign").headers["Location"]
    assert "Kim Tremblay" in client.get(f"/interview/{interview.id}/consents").text


def test_who_does_not_sign_goes_on_without(client, begun):
    interview = begun("US-IL")
    client.post(f"/interview/{interview.id}/consent", data={**ALL, "place": "US-IL"})
    client.post(f"/interview/{interview.id}/sign", data={"refuse": "yes"})
    assert interview.consented == {Purpose.RECORDING, Purpose.TEXT}
    assert operations.to_sign(interview) == []


def test_maryland_wants_a_waiver_for_the_face_alone(client, begun):
    interview = begun("US-MD")
    client.post(f"/interview/{interview.id}/consent", data={"recording": "yes", "voice": "yes", "place": "US-MD"})
    assert operations.to_sign(interview) == [] and decide_for(interview, Modality.SPEECH)
    client.post(f"/interview/{interview.id}/consents", data=ALL)
    assert [text.kind for text in operations.to_sign(interview)] == [Document.WAIVER]
    signed(interview, Document.WAIVER)
    assert decide_for(interview, Modality.FACE)


def test_both_are_asked_where_both_laws_hold(begun, client):
    interview = begun("US-MD")
    client.post(f"/interview/{interview.id}/consent", data={**ALL, "place": "US-IL"})
    assert {text.kind for text in operations.to_sign(interview)} == {Document.RELEASE, Document.WAIVER}
    signed(interview)
    assert decide_for(interview, Modality.SPEECH) and decide_for(interview, Modality.FACE).code == "waiver_missing"


def test_a_signature_ends_with_the_consents_and_does_not_come_back(begun, client):
    interview = begun("US-IL")
    client.post(f"/interview/{interview.id}/consent", data={**ALL, "place": "US-IL"})
    signed(interview)
    db.session.commit()
    client.post(f"/interview/{interview.id}/consents", data={**ALL, "voice": "", "confirmed": "yes"})
    assert decide_for(interview, Modality.FACE)  # the other half still stands
    client.post(f"/interview/{interview.id}/consents", data={"text": "yes", "confirmed": "yes"})
    answer = client.post(f"/interview/{interview.id}/consents", data=ALL)
    assert answer.headers["Location"].endswith("/sign")
    assert decide_for(interview, Modality.FACE).code == "release_missing"


def test_the_law_where_the_candidate_lives_counts_too(client, begun):
    interview = begun("US-TX")
    assert 'name="face"' in client.get(f"/interview/{interview.id}/consent").text
    again = client.post(f"/interview/{interview.id}/consent", data={**ALL, "place": "FR"})
    assert again.status_code == 200 and "law where you live" in again.text
    assert 'name="face"' not in again.text and interview.consents == []
    client.post(f"/interview/{interview.id}/consent", data={**ALL, "place": "FR"})
    assert interview.candidate_place == "FR" and Purpose.FACE not in interview.consented
    client.post(f"/interview/{interview.id}/place", data={"place": "US-IL"})
    assert interview.candidate_place == "US-IL"


def test_who_would_rather_not_say_is_not_measured(client, begun):
    interview = begun("US-TX")
    assert client.post(f"/interview/{interview.id}/consent", data={**ALL, "place": ""}).status_code == 422
    assert client.post(f"/interview/{interview.id}/consent", data={**ALL, "place": "US"}).status_code == 422
    client.post(f"/interview/{interview.id}/consent", data={**ALL, "place": "ZZ"})
    assert decide_for(interview, Modality.FACE, Purpose).code == "place_not_cleared"
    assert decide_for(interview, Modality.TEXT, Purpose)


def test_moving_to_a_stricter_place_deletes_what_it_forbids(client, begun, make):
    from tests.webapp.analysis.samples import answer_all, face_reading
    from webapp.analysis.models import Analysis, AnalysisState

    interview = answer_all(make, begun("US-TX"))
    answer = next(each for each in interview.answers if each.takes)
    db.session.add(
        Analysis(interview=interview, answer=answer, modality=Modality.FACE, state=AnalysisState.DONE,
                 result=face_reading().to_json())
    )  # fmt: skip
    db.session.commit()
    client.post(f"/interview/{interview.id}/place", data={"place": "FR"})
    assert {row.result for row in db.session.scalars(sa.select(Analysis))} == {None}


def test_the_notice_says_what_holds_and_is_kept_as_it_was_shown(client, begun, make):
    interview = begun("CA-ON")
    page = client.get(f"/interview/{interview.id}/consent").text
    for words in ("Viva", "within 45 days", "eight expressions", "Employment Standards Act", "Whom to ask"):
        assert words in page, words
    client.post(f"/interview/{interview.id}/consent", data={**ALL, "place": "CA-ON"})
    client.post(f"/interview/{interview.id}/consent", data={**ALL, "place": "CA-ON"})
    rows = interview.invitation.notices
    assert [(row.way, row.text.version[:4], row.text.language) for row in rows] == [(Way.PAGE, "2026", "en")]
    said = {part["heading"]: part["lines"] for part in rows[0].text.body}
    assert any("eight expressions" in line for line in said["How it is assessed"])
    assert interview.candidate_name not in str(rows[0].text.body)
    assert interview.told_on == now().date()
    client.post(f"/interview/{interview.id}/place", data={"place": "FR"})
    assert "eight expressions" not in str(texts.notice(interview.invitation))
    assert db.session.scalar(sa.select(sa.func.count()).select_from(NoticeText)) == 1


def test_new_york_city_is_analysed_ten_business_days_after_the_notice(begun, make):
    interview = begun("US-NY-NYC")
    audit = {"audited_on": now().date(), "first_used_on": now().date(), "auditor": "A", "summary_url": "https://a.b/"}
    mine = BiasAudit(rule_id="us-ny-nyc-ll-144", by_id=interview.invitation.created_by_id, **audit)
    db.session.add(mine)
    interview.consents.append(Consent(purpose=Purpose.TEXT, granted=True, text_version="1"))
    row = operations.tell(interview.invitation, Way.MAIL)
    db.session.commit()
    assert decide_for(interview, Modality.TEXT).code == "notice_too_short"
    db.session.execute(sa.update(NoticeShown.__table__).values(shown_at=now() - timedelta(days=21)))
    db.session.commit()
    assert decide_for(interview, Modality.TEXT)
    operations.came_back(interview.invitation)
    db.session.commit()
    assert decide_for(interview, Modality.TEXT).code == "notice_too_short" and row.way is Way.MAIL


def test_another_organisations_audit_and_attestation_count_for_nothing_here(begun, make):
    interview = begun("US-NY-NYC")
    other = make.user(Role.ADMIN, organisation_id=make.organisation().id)
    audit = {"audited_on": now().date(), "first_used_on": now().date(), "auditor": "A", "summary_url": "https://a.b/"}
    row = BiasAudit(rule_id="us-ny-nyc-ll-144", by_id=other.id, organisation_id=other.organisation_id, **audit)
    db.session.add(row)
    interview.consents.append(Consent(purpose=Purpose.TEXT, granted=True, text_version="1"))
    db.session.commit()
    assert decide_for(interview, Modality.TEXT).code == "audit_missing"
    row.organisation_id = interview.organisation_id
    db.session.commit()
    assert decide_for(interview, Modality.TEXT).code == "notice_too_short"


def test_neither_is_ever_changed(begun):
    interview = begun("US-IL")
    interview.consents.append(Consent(purpose=Purpose.FACE, granted=True, text_version="1"))
    row = signed(interview)
    shown = operations.tell(interview.invitation, Way.PAGE)
    db.session.commit()
    row.typed_name = "Somebody else"
    with pytest.raises(append_only.AppendOnlyError):
        db.session.flush()
    db.session.rollback()
    shown.shown_at = now() - timedelta(days=30)
    with pytest.raises(append_only.AppendOnlyError):
        db.session.flush()
    db.session.rollback()


def test_the_public_page_has_schedule_audits_and_contact(client, make, begun):
    interview = begun("US-IL")
    admin = make.user(Role.ADMIN)
    organisation_id = interview.organisation_id
    path = f"/about/{organisation_id}"
    assert "There is none on record" in client.get(path).text
    db.session.add_all(
        [
            OrganisationProfile(organisation_id=organisation_id, slug="example", contact_email="ask@example.org"),
            BiasAudit(
                rule_id="us-ny-nyc-ll-144", audited_on=date(2026, 5, 4), first_used_on=date(2026, 1, 2), auditor="Audit Co",
                summary_url="https://example.org/audit", by_id=admin.id, organisation_id=organisation_id,
            ),
        ]
    )  # fmt: skip
    db.session.commit()
    page = client.get("/about/example").text
    for words in ("740 ILCS 14/15(a)", "3 years after the last contact", "Audit Co", "4 May 2026",
                  "2 January 2026", "ask@example.org", "Illinois"):  # fmt: skip
        assert words in page, words
    assert client.get("/about/nobody").status_code == 404


def test_an_admin_says_whom_candidates_ask(client, make, sign_in, begun):
    interview = begun()
    sign_in(make.user(Role.ADMIN))
    said = {"name": "Example Ltd", "slug": "example", "contact_name": "Ann Ask", "contact_email": "ask@example.org"}
    assert client.post("/organisation", data=said | {"slug": "Not good"}).status_code == 422
    assert client.post("/organisation", data=said | {"website": "javascript:alert(1)"}).status_code == 422
    assert "Saved" in client.post("/organisation", data=said, follow_redirects=True).text
    assert "Ann Ask, ask@example.org, at Example Ltd" in str(texts.notice(interview.invitation))
