"""Questions that are answered by choosing, a number, a date, a file or code; what is wanted, and who decides about it."""

from __future__ import annotations

import io
import socket
import struct
import threading

import pytest
import sqlalchemy as sa

from webapp.accounts.models import Role
from webapp.analysis.models import Analysis
from webapp.candidate import operations
from webapp.core.database import db
from webapp.core.translation import writing_in
from webapp.core.virus_scan import InfectedError, Scan, scan
from webapp.interviews.attachments import scan_again
from webapp.interviews.models import Attachment
from webapp.questions import given
from webapp.questions.models import Beforehand, QuestionKind, SetState

PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\n%%EOF"
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


@pytest.fixture
def interview(make, open_interview):
    """One question of each kind."""
    questions = make.question_set("single multiple number date file code", state=SetState.DRAFT)
    settings = (
        {"choices": ["Yes", "No"], "wanted": ["Yes"]},
        {"choices": ["French", "Polish", "Arabic"]},
        {"least": 3, "unit": "years"},
        None,
        None,
        {"language": "python"},
    )
    for question, kept in zip(questions.questions, settings, strict=True):
        question.settings, question.theme = kept, f"Theme {question.position}"
    questions.state, questions.beforehand = SetState.PUBLISHED, Beforehand.THEMES
    return open_interview(make.interview(invitation=make.invitation(question_set=questions)))


def page(interview, position, rest=""):
    return f"/interview/{interview.id}/questions/{position}{rest}"


def text_of(interview, position):
    db.session.expire_all()
    return next((each.text for each in interview.answers if each.question.position == position), None)


def test_each_kind_is_answered_and_says_what_is_wrong(client, interview):
    sent = [(1, "Yes", "Yes"), (2, ["Arabic", "French"], "French\nArabic"), (3, "12,5", "12.5 years"),
            (4, "2026-12-24", "2026-12-24")]  # fmt: skip
    for position, value, stored in sent:
        assert client.post(page(interview, position, "/given"), data={"given": value}).location.endswith(
            f"/{position + 1}"
        )
        assert text_of(interview, position) == stored
        assert f'value="{stored.split()[0]}"' in client.get(page(interview, position)).text.replace(
            "French\n", "French "
        )
    for position, value in ((1, "Maybe"), (1, ["Yes", "No"]), (2, "Klingon"), (3, "many"), (4, "tomorrow")):
        refused = client.post(page(interview, position, "/given"), data={"given": value})
        assert refused.status_code == 422 and 'role="alert"' in refused.text
    assert text_of(interview, 1) == "Yes"
    assert "Wanted for this position: Yes." in client.get(page(interview, 1)).text
    assert (
        "at least 3 years" in client.get(page(interview, 3)).text
        and "nobody is rejected" in client.get(page(interview, 3)).text
    )
    code = client.get(page(interview, 6)).text
    assert ('data-code="python"' in code and "code.js" in code.replace("-", ".", 1)) or "code-" in code


def test_numbers_and_dates_are_written_in_the_readers_language(app, interview):
    _one, _several, number, day, *_rest = interview.question_set.questions
    stored = given.checked(number, ["1234567,25"])
    assert stored == "1234567.25 years" and given.checked(number, ["١٢٫٥"]) == "12.5 years"
    found = {}
    for language in ("en", "fr", "de", "ar"):
        with writing_in(language):
            found[language] = given.in_words(number, stored), given.in_words(day, "2026-12-24")
            assert given.checked(number, given.chosen(number, stored)) == stored  # the form takes back what it shows
    assert found["en"] == ("1,234,567.25 years", "24 December 2026")
    assert found["fr"] == ("1\u202f234\u202f567,25 years", "24 décembre 2026")
    assert found["de"][0] == "1.234.567,25 years" and found["de"][1].startswith("24. ")
    assert found["ar"][0] == "1,234,567.25 years" and found["ar"][1].endswith("2026")
    assert given.in_words(number, "many") == "many" and given.in_words(day, "soon") == "soon"


def test_what_is_wanted_is_a_fact_for_people_and_rejects_nobody(client, make, interview, sign_in):
    first, _second, third, *_rest = interview.question_set.questions
    assert [given.is_met(first, text) for text in ("Yes", "No", "", None)] == [True, False, None, None]
    assert [given.is_met(third, text) for text in ("3 years", "2.5 years")] == [True, False]
    client.post(page(interview, 1, "/given"), data={"given": "No"})
    operations.submit(interview, incomplete=True)
    db.session.commit()
    assert db.session.scalars(sa.select(Analysis)).all() == []  # no program reads what was chosen
    assert interview.outcome is None
    sign_in(interview.invitation.created_by)
    text = client.get(f"/reviews/{interview.id}/answers/1").text
    assert "Not what is wanted" in text and "You decide what follows from it." in text
    report = client.get(f"/reports/{interview.id}").text
    assert [f'class="tag">{name}<' in report for name in ("One choice", "Several choices", "Code")] == [True] * 3


def test_themes_or_questions_are_read_beforehand_where_the_set_says_so(client, interview):
    text = client.get(f"/interview/{interview.id}").text
    assert "What the questions are about" in text and "Theme 2" in text and "Question 2?" not in text


def test_an_admin_writes_such_a_question(client, make, sign_in):
    sign_in(make.user(Role.ADMIN))
    draft = make.question_set("text", state=SetState.DRAFT)
    values = {"prompt": "A licence?", "kind": "single", "think_seconds": "0", "limit_seconds": "60", "takes_allowed": "1",
              "choices": "Yes\nNo\n", "wanted": "Perhaps", "theme": "Driving"}  # fmt: skip
    assert client.post(f"/questions/{draft.id}/add", data=values).status_code == 422
    assert client.post(f"/questions/{draft.id}/add", data=values | {"wanted": "Yes"}).status_code == 302
    question = draft.questions[1]
    assert (question.kind, question.theme) == (QuestionKind.SINGLE, "Driving")
    assert given.settings_of(question) == given.Settings(("Yes", "No"), ("Yes",))
    assert "Yes\nNo" in client.get(f"/questions/{draft.id}/questions/{question.id}").text
    client.post(f"/questions/{draft.id}/edit", data={"title": "T", "beforehand": "questions"})
    db.session.expire_all()
    assert draft.beforehand is Beforehand.QUESTIONS


@pytest.mark.parametrize(("kinds", "shown"), [("text audio video", "video"), ("audio", "audio"), ("text single", None)])
def test_a_practice_question_with_the_very_recorder_is_sent_nowhere(client, make, open_interview, kinds, shown):
    invitation = make.invitation(question_set=make.question_set(kinds))
    interview = open_interview(make.interview(invitation=invitation, consents=""))
    text = client.get(f"/interview/{interview.id}/practice-question").text
    assert "Nothing is sent or stored" in text and interview.answers == []
    assert (f'data-kind="{shown}"' in text) == (shown is not None)
    body = text.split("<main", 1)[1]
    body = body.partition("</main>")[0]
    assert "<form" not in body and "data-uploads" not in body and 'name="text"' not in body
    assert "practice-question" in client.get(f"/interview/{interview.id}").text


# Files


class Scanner:
    """Speaks ClamAV's INSTREAM, and knows EICAR's test file by its bytes."""

    def __init__(self, path):
        self.path, self.seen = str(path), []
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.bind(self.path)
        self._socket.listen()
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with connection, connection.makefile("rb") as stream:
                assert stream.read(10) == b"zINSTREAM\0"
                content = b""
                while size := struct.unpack("!I", stream.read(4))[0]:
                    content += stream.read(size)
                self.seen.append(len(content))
                connection.sendall(b"stream: Eicar-Test FOUND\0" if EICAR in content else b"stream: OK\0")

    def stop(self):
        self._socket.close()


@pytest.fixture
def scanner(app, tmp_path):
    there = Scanner(tmp_path / "clamd.ctl")
    app.config["CLAMD"] = there.path
    yield there
    there.stop()


def upload(client, interview, content=PDF, name="cv.pdf"):
    return client.post(page(interview, 5, "/given"), data={"file": (io.BytesIO(content), name)})


def test_a_file_is_the_answer_and_lies_beside_it(client, interview, scanner, sign_in):
    assert upload(client, interview).location.endswith("/questions/6")
    row = db.session.scalars(sa.select(Attachment)).one()
    assert (row.name, row.scan, row.added_by_id, text_of(interview, 5)) == ("cv.pdf", Scan.CLEAN, None, "cv.pdf")
    assert scanner.seen == [len(PDF)]
    upload(client, interview, PDF + b"\n%%EOF", "new.pdf")  # takes the place of the first
    assert [each.name for each in db.session.scalars(sa.select(Attachment))] == ["new.pdf"]
    assert upload(client, interview, b"MZ\x90 a program", "cv.pdf").status_code == 422
    kept = db.session.scalars(sa.select(Attachment)).one()
    client.post(page(interview, 5, "/given"), data={"remove": kept.id})
    assert text_of(interview, 5) is None and db.session.scalars(sa.select(Attachment)).all() == []


def test_what_the_scanner_knows_is_refused(client, interview, scanner):
    refused = upload(client, interview, PDF.replace(b"<<>>", b"<<" + EICAR + b">>"))
    assert refused.status_code == 422 and "virus scanner refuses" in refused.text
    assert db.session.scalars(sa.select(Attachment)).all() == []
    with pytest.raises(InfectedError):
        scan(EICAR)


def test_a_scanner_that_is_down_means_quarantine_not_passed(app, client, interview, tmp_path, sign_in):
    app.config["CLAMD"] = str(tmp_path / "nobody.ctl")
    upload(client, interview)
    row = db.session.scalars(sa.select(Attachment)).one()
    assert row.scan is Scan.QUARANTINED
    assert "Waits for the virus scanner" in client.get(page(interview, 5)).text
    staff = client.application.test_client()
    by = interview.invitation.created_by
    staff.post("/sign-in", data={"email": by.email, "password": "correct horse battery staple"})
    assert staff.get(f"/reviews/files/{row.id}").status_code == 423
    assert scan_again() == 0
    there = Scanner(tmp_path / "clamd.ctl")
    app.config["CLAMD"] = there.path
    assert scan_again() == 1
    db.session.commit()
    assert staff.get(f"/reviews/files/{row.id}").status_code == 200
    there.stop()


def test_no_scanner_is_said_so(app):
    assert scan(PDF) is Scan.UNSCANNED
