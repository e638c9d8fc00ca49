"""The pages by which recruiters invite."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from webapp.accounts.models import Role, User
from webapp.core.database import db, now
from webapp.interviews import batch_work
from webapp.interviews.models import InterviewState, Invitation
from webapp.questions.models import SetState


@pytest.fixture
def recruiter(make, sign_in) -> User:
    return sign_in(make.user(Role.RECRUITER))


@pytest.fixture
def form(recruiter, make) -> dict:
    day = (now() + timedelta(days=10)).date().isoformat()
    return {
        "position": make.position("FR", created_by=recruiter).id,
        "question_set": make.question_set().id,
        "date": day,
        "time": "18:30",
        "zone": "Europe/Paris",
    }


def count() -> int:
    return db.session.scalar(sa.select(sa.func.count(Invitation.id)))


def upload(client: FlaskClient, form: dict, data: bytes, **more):
    return client.post("/invitations/upload", data={**form, "file": (io.BytesIO(data), "people.csv")}, **more)


def invite_all(client: FlaskClient, answer) -> str:
    """Start the list that was just uploaded and have a worker do it; the page that then says what became of it."""
    assert answer.status_code == 302, answer.text
    client.post(f"{answer.location}/start")
    batch_work.run(answer.location.rsplit("/", 1)[1])
    return client.get(answer.location).text


def test_one_person_gets_a_link(client: FlaskClient, form):
    page = client.get("/invitations/new").text
    assert "Viva does not send email" in page and "Art. 5(1)(f)" in page
    answer = client.post("/invitations/new", data={**form, "name": "Kim", "email": ""})
    invitation = db.session.scalar(sa.select(Invitation))
    page = client.get(answer.location).text
    link = re.search(r'value="([^"]+/i/[^"]+)"', page).group(1)
    assert link.startswith("http://viva.test/i/") and "Copy the link and send it" in page
    assert invitation.name == "Kim"


def test_two_equal_posts_make_one_invitation(client: FlaskClient, form):
    for email in ("", "kim@example.org"):
        sent = {**form, "name": "Kim", "email": email}
        first, second = (client.post("/invitations/new", data=sent) for _ in range(2))
        assert first.status_code == second.status_code == 302 and first.location == second.location
    assert count() == 2
    client.post("/invitations/new", data={**form, "name": "Kim Two", "email": ""})
    assert count() == 3


@pytest.mark.parametrize(
    ("name", "email", "stored"),
    [
        (
            "\u200fمریم نیک\u200cخواه\u200f",
            "\u200bmaryam@example.org\ufeff",
            ("مریم نیک\u200cخواه", "maryam@example.org"),
        ),
        ("Kim", "kim@mail.firma.local", ("Kim", "kim@mail.firma.local")),
        ("Kim", "Kim Test <kim@example.org>", ("Kim", "kim@example.org")),
    ],
)
def test_the_form_follows_the_rule_of_the_file(client: FlaskClient, form, name: str, email: str, stored: tuple):
    assert client.post("/invitations/new", data={**form, "name": name, "email": email}).status_code == 302
    invitation = db.session.scalar(sa.select(Invitation))
    assert (invitation.name, invitation.email) == stored


def test_the_deadline_is_in_the_zone_that_was_chosen(client: FlaskClient, form):
    year = now().year + 1
    for zone, day, hour in (
        ("Europe/Paris", f"{year}-01-15", 17),
        ("America/Toronto", f"{year}-01-15", 23),
        ("UTC", f"{year}-01-15", 18),
    ):
        client.post("/invitations/new", data={**form, "name": zone, "date": day, "zone": zone})
        invitation = db.session.scalar(sa.select(Invitation).where(Invitation.name == zone))
        assert invitation.deadline == datetime(year, 1, 15, hour, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", " "),
        ("email", "nonsense"),
        ("position", "0" * 32),
        ("question_set", ""),
        ("date", "soon"),
        ("date", "2020-01-01"),
        ("date", "9999-12-31"),
        ("time", "25:00"),
        ("zone", "Mars/Olympus"),
    ],
)
def test_a_form_with_a_fault_says_which(client: FlaskClient, form, field: str, value: str):
    answer = client.post("/invitations/new", data={**form, "name": "Kim", field: value})
    assert answer.status_code == 422 and f'id="{field}-errors"' in answer.text
    assert count() == 0


def test_somebody_else_s_job_and_unpublished_sets_cannot_be_chosen(client: FlaskClient, form, make):
    for other in (
        {"position": make.position().id},
        {"position": make.position(created_by=db.session.get(User, make.user().id)).id},
        {"question_set": make.question_set(state=SetState.DRAFT).id},
        {"question_set": make.question_set(state=SetState.ARCHIVED).id},
    ):
        answer = client.post("/invitations/new", data={**form, "name": "Kim", **other})
        assert answer.status_code == 422 and "Choose an option from the list" in answer.text
    assert count() == 0


def test_what_is_missing_is_said_with_what_to_do(client: FlaskClient, recruiter, make):
    for path in ("/invitations/new", "/invitations/upload"):
        assert "Create the position first" in client.get(path).text
    make.position(created_by=recruiter)
    for path in ("/invitations/new", "/invitations/upload"):
        assert "needs a published question set" in client.get(path).text


def test_a_csv_gives_a_page_of_links_and_a_file_of_them(client: FlaskClient, form):
    client.post("/invitations/new", data={**form, "name": "Earlier", "email": ""})
    data = "\ufeffEmail;Name\nkim@example.org;Kim\nelodie@example.org;=Élodie()\n".encode()
    finished = invite_all(client, upload(client, form, data))
    page = client.get(re.search(r'href="([^"]+/links[^"]*)"', finished).group(1).replace("&amp;", "&")).text
    assert page.count("data-copy") == 2 and "Earlier" not in page

    download = re.search(r'href="([^"]+links\.csv[^"]*)"', page).group(1).replace("&amp;", "&")
    file = client.get(download)
    assert file.mimetype == "text/csv" and "attachment" in file.headers["Content-Disposition"]
    rows = list(csv.DictReader(io.StringIO(file.data.decode("utf-8-sig"), newline="")))
    assert [row["name"] for row in rows] == ["'=Élodie()", "Kim"]
    assert all(row["link"].startswith("http://viva.test/i/") for row in rows)
    assert len({row["link"] for row in rows}) == 2 and rows[0]["deadline"].endswith("UTC")

    everybody = client.get(f"/invitations/links?position={form['position']}").text
    assert everybody.count("data-copy") == 3


def test_one_bad_line_and_nobody_is_invited_unless_it_is_left_out(client: FlaskClient, form):
    answer = upload(client, form, b"name,email\nKim,kim@example.org\nBad,bad\nKim,kim@example.org\n")
    page = client.get(answer.location).text
    assert 'role="alert"' in page and "Line 3:" in page and "Line 4:" in page and "1 person can be invited" in page
    refused = client.post(f"{answer.location}/start", follow_redirects=True)
    assert "No one was invited" in refused.text and count() == 0
    client.post(f"{answer.location}/start", data={"leave_out": "y"})
    batch_work.run(answer.location.rsplit("/", 1)[1])
    assert count() == 1


def test_who_has_an_invitation_for_the_job_is_not_invited_twice(client: FlaskClient, form, make, recruiter):
    data = b"Kim,KIM@example.org\nJo,jo@example.org\n"
    invite_all(client, upload(client, form, data))
    again = client.get(upload(client, form, b"Jo,Jo@Example.org\nMei,mei@example.org\n").location).text
    assert "Line 1:" in again and "already" in again and "1 person can be invited" in again and count() == 2
    other = {**form, "position": make.position(created_by=recruiter).id}
    invite_all(client, upload(client, other, data))
    assert count() == 4
    for invitation in db.session.scalars(sa.select(Invitation).where(Invitation.position_id == form["position"])):
        invitation.revoked_at = now()
    db.session.commit()
    invite_all(client, upload(client, form, data))
    assert count() == 6


def test_a_csv_that_is_missing_or_too_late_says_so(client: FlaskClient, form):
    assert 'id="file-errors"' in client.post("/invitations/upload", data=form).text
    late = upload(client, {**form, "date": "2020-01-01"}, b"Kim,kim@example.org")
    assert late.status_code == 422 and 'id="date-errors"' in late.text and count() == 0


def test_names_are_written_as_text(client: FlaskClient, form):
    answer = client.post("/invitations/new", data={**form, "name": "<script>x</script>"}, follow_redirects=True)
    assert "<script>x" not in answer.text and "&lt;script&gt;" in answer.text


def test_extending_and_revoking(client: FlaskClient, form, make, recruiter):
    invitation = make.invitation(created_by=recruiter, deadline=now() - timedelta(days=1))
    at = f"/invitations/{invitation.id}"
    assert "/i/" not in client.get(at).text
    refused = client.post(f"{at}/extend", data={**form, "date": "2020-01-01"})
    assert refused.status_code == 422 and "in the past" in refused.text
    assert "/i/" in client.post(f"{at}/extend", data=form, follow_redirects=True).text
    page = client.post(f"{at}/revoke", follow_redirects=True).text
    assert invitation.revoked_at and "/i/" not in page and "Create a new invitation" in page
    assert "was revoked" in client.post(f"{at}/extend", data=form, follow_redirects=True).text


def test_a_submitted_interview_is_not_revoked(client: FlaskClient, recruiter, make):
    invitation = make.invitation(created_by=recruiter)
    make.interview(invitation=invitation, state=InterviewState.SUBMITTED, submitted_at=now())
    page = client.post(f"/invitations/{invitation.id}/revoke", follow_redirects=True).text
    assert "already been submitted" in page and invitation.revoked_at is None and "/reviews/" in page


def test_another_recruiter_s_invitation_is_not_there(client: FlaskClient, form, make, sign_in):
    theirs = make.invitation()
    for method, path in (
        ("GET", f"/invitations/{theirs.id}"),
        ("POST", f"/invitations/{theirs.id}/extend"),
        ("POST", f"/invitations/{theirs.id}/revoke"),
        ("GET", f"/invitations/links?position={theirs.position_id}"),
        ("GET", f"/invitations/links.csv?position={theirs.position_id}"),
        ("GET", "/invitations/nothing"),
        ("GET", "/invitations/links"),
        ("GET", f"/invitations/links?position={form['position']}&at=yesterday"),
        ("GET", f"/invitations/links?position={form['position']}&at=2026-01-01"),
    ):
        answer = client.open(path, method=method, data=form if method == "POST" else None)
        assert answer.status_code == 404, path
    assert theirs.revoked_at is None
    sign_in(make.user(Role.ADMIN))
    assert client.get(f"/invitations/{theirs.id}").status_code == 200


def test_an_admin_s_invitation_to_my_job_is_not_among_my_links(client: FlaskClient, recruiter, make):
    position = make.position(created_by=recruiter)
    make.invitation(position=position, created_by=make.user(Role.ADMIN))
    assert "No open links" in client.get(f"/invitations/links?position={position.id}").text
