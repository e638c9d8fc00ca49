"""Searching: who is found by what, what is shown of it, and who may find whom."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from tests import postgres
from tests.webapp.conftest import Make
from tests.webapp.search.corpus import PEOPLE, QUERIES, answered, fill
from webapp import create_app
from webapp.accounts.models import Role
from webapp.candidate import operations as candidate
from webapp.core.database import db, now
from webapp.interviews.models import InterviewState
from webapp.interviews.operations import create_invitation
from webapp.policy import Purpose
from webapp.search import find, operations
from webapp.search.find import search
from webapp.search.models import SearchDocument, SearchEntry
from webapp.transcripts.operations import correct


def names(user, text: str, **options) -> set[str]:
    return {entry.invitation.name for entry in search(user, text, **options).entries} & set(PEOPLE)


@pytest.fixture
def recruiter(make):
    return fill(make)


def test_everybody_is_found_by_what_they_said_and_by_nothing_else(recruiter):
    assert {text: names(recruiter, text) for text in QUERIES} == QUERIES


@pytest.mark.full
def test_postgresql_finds_the_same(tmp_path: Path):
    with postgres.running() as address:
        app: Flask = create_app(
            {
                "HOME": tmp_path / "home",
                "TESTING": True,
                "SECRET_KEY": "test",
                "BROKER_URL": "memory://",
                "SERVER_NAME": "viva.test",
                "SQLALCHEMY_DATABASE_URI": address,
            }
        )
        with app.app_context():
            import flask_migrate

            flask_migrate.upgrade()
            try:
                recruiter = fill(Make())
                assert {text: names(recruiter, text) for text in QUERIES} == QUERIES
                kept = db.session.scalar(sa.select(sa.func.count()).select_from(SearchDocument))
                invitation = search(recruiter, "kafka").entries[0].invitation
                db.session.execute(sa.delete(type(invitation.interview)))
                db.session.commit()
                assert db.session.scalar(sa.select(sa.func.count()).select_from(SearchDocument)) < kept
                assert names(recruiter, "lock") == set()
            finally:
                db.session.remove()
                db.engine.dispose()


def make_one(make, said: str, written: str = "", **values):
    recruiter = make.user()
    invitation = make.invitation(question_set=make.question_set("video text"), created_by=recruiter, **values)
    return recruiter, answered(make, invitation, said, written)


def marked(pieces) -> list[str]:
    return [piece.text for piece in pieces if piece.marked]


def test_the_words_are_shown_with_their_moment(make):
    recruiter, _ = make_one(make, "one two three FOUR, five six", "he wrote four")
    written, spoken = search(recruiter, "four").entries[0].passages[1], search(recruiter, "four").entries[0].passages[0]
    assert (marked(spoken.pieces), spoken.seconds, spoken.spoken) == (["FOUR"], 1.5, True)
    assert (marked(written.pieces), written.seconds, written.spoken) == (["four"], None, False)


def test_long_texts_are_shown_around_the_place(make):
    recruiter, _ = make_one(make, "before " * 100 + "needle here " + "after " * 100)
    passage = search(recruiter, "needle*").entries[0].passages[0]
    assert "".join(piece.text for piece in passage.pieces) == (
        "… " + "before " * 12 + "needle here " + "after " * 21 + "after …"
    )
    assert passage.seconds == 50.0


def test_the_page_leads_to_the_moment(make, client, sign_in):
    recruiter, interview = make_one(make, "one two three <b>four</b> five")
    sign_in(recruiter)
    page = client.get("/search?q=four").text
    assert f"/reviews/{interview.id}/answers/1#t=1.5" in page
    assert "&lt;b&gt;<mark>four</mark>&lt;/b&gt;" in page


@pytest.mark.parametrize("text", ["", "   ", "-kafka", "nobody"])
def test_a_page_without_results_says_so(make, client, sign_in, text):
    sign_in(make.user())
    assert client.get("/search", query_string={"q": text}).status_code == 200


def test_only_those_who_may_see_an_interview_find_it(make, client, sign_in):
    recruiter, interview = make_one(make, "a secret word")
    assert names_of(recruiter, "secret") == names_of(make.user(Role.ADMIN), "secret") == [interview.candidate_name]
    for role in Role:
        if role is not Role.ADMIN:
            assert names_of(make.user(role), "secret") == []
            assert names_of(make.user(role), interview.candidate_name) == []
    sign_in(make.user(Role.CANDIDATE))
    assert client.get("/search?q=secret").status_code in (403, 404)


def names_of(user, text: str) -> list[str]:
    return [entry.invitation.name for entry in search(user, text).entries]


def indexed() -> str:
    """Everything that the index holds, by the database's own full-text index."""
    is_sqlite = db.engine.dialect.name == "sqlite"
    asked = "select term from search_vocabulary" if is_sqlite else "select word from ts_stat(:documents)"
    values = {} if is_sqlite else {"documents": "select vector from search_documents"}
    return " ".join(db.session.execute(sa.text(asked), values).scalars())


@pytest.fixture
def vocabulary(app):
    if db.engine.dialect.name == "sqlite":
        db.session.execute(
            sa.text("create virtual table temp.search_vocabulary using fts5vocab(main, search_words, 'row')")
        )


def test_nothing_is_found_before_it_is_handed_in(make):
    recruiter = make.user()
    invitation = create_invitation(
        position=make.position(created_by=recruiter),
        question_set=make.question_set("text"),
        name="Kim Tremblay",
        email="kim@viva.test",
        deadline=now() + timedelta(days=1),
        by=recruiter,
    )
    assert names_of(recruiter, "trembl*") == names_of(recruiter, "kim@viva.test") == ["Kim Tremblay"]
    interview = make.interview(invitation=invitation)
    answer = make.answer(interview, interview.question_set.questions[0])
    candidate.save_text(answer, "a draft of mine")
    operations.index_answer(answer)
    assert names_of(recruiter, "draft") == [] and names_of(recruiter, "trembl*") == ["Kim Tremblay"]
    candidate.submit(interview)
    assert names_of(recruiter, "draft") == ["Kim Tremblay"]


def test_practice_is_never_found(make):
    interview = make.practice(state=InterviewState.SUBMITTED, question_set=make.question_set("text"))
    make.answer(interview, interview.question_set.questions[0], text="private words")
    operations.index_answer(interview.answers[0])
    assert db.session.scalar(sa.select(sa.func.count()).select_from(SearchDocument)) == 0


def test_words_go_with_the_consent_in_the_same_transaction(make, vocabulary):
    recruiter, interview = make_one(make, "recognised speech", "typed words")
    assert "recognised" in indexed()
    candidate.record_consents(interview, {Purpose.RECORDING})
    assert names_of(recruiter, "recognised") == [] and names_of(recruiter, "typed") == [interview.candidate_name]
    assert "recognised" not in indexed() and "typed" in indexed()
    db.session.rollback()
    assert names_of(recruiter, "recognised") == [interview.candidate_name]


def test_words_go_with_the_recording(make, vocabulary):
    recruiter, interview = make_one(make, "recognised speech", "typed words")
    candidate.record_consents(interview, {Purpose.TEXT})
    assert names_of(recruiter, "recognised") == []
    assert "recognised" not in indexed()


@pytest.mark.parametrize("how", ["one by one", "at once", "its transcript alone"])
def test_words_go_with_what_is_erased(make, vocabulary, how):
    recruiter, interview = make_one(make, "recognised speech", "typed words")
    if how == "one by one":
        db.session.delete(interview)
        db.session.flush()
    elif how == "at once":
        db.session.execute(sa.text("delete from interviews where id = :id"), {"id": interview.id})
    else:
        db.session.execute(sa.text("delete from transcripts"))
    assert names_of(recruiter, "recognised") == []
    assert "recognised" not in indexed() and ("typed" in indexed()) is (how == "its transcript alone")


def test_a_correction_takes_the_place_of_what_was_recognised(make, vocabulary):
    recruiter, interview = make_one(make, "I fixed the cue")
    answer = next(each for each in interview.answers if each.takes)
    correct(answer, recruiter, 1, ["I fixed the queue"])
    assert names_of(recruiter, "queue") == [interview.candidate_name]
    assert names_of(recruiter, "cue") == [] and "cue" not in indexed().split()


def test_what_was_there_before_the_index_is_indexed_by_the_sweep(make):
    recruiter, interview = make_one(make, "old words")
    db.session.execute(sa.delete(SearchDocument))
    db.session.execute(sa.delete(SearchEntry))
    assert names_of(recruiter, "old") == []
    while operations.index_missing():
        pass
    assert names_of(recruiter, "old") == [interview.candidate_name]
    db.session.execute(sa.update(SearchEntry).values(rules=0))
    assert operations.index_missing() == 1 and operations.index_missing() == 0


def test_results_come_in_pages_the_newest_first(make, client, sign_in, monkeypatch):
    recruiter = make.user()
    position, question_set = make.position(created_by=recruiter), make.question_set("video text")
    for number in range(23):
        values = {"position": position, "question_set": question_set, "created_by": recruiter}
        interview = answered(make, make.invitation(name=f"Person {number}", **values), "same words", "")
        interview.submitted_at = now() - timedelta(days=number)
    db.session.commit()
    first, second = search(recruiter, "same"), search(recruiter, "same", page=2)
    assert (first.total, first.pages, len(first.entries), len(second.entries)) == (23, 2, 20, 3)
    assert [entry.invitation.name for entry in second.entries] == ["Person 20", "Person 21", "Person 22"]
    assert search(recruiter, "same", page=9).page == 2
    sign_in(recruiter)
    page = client.get("/search?q=same").text
    assert "page=2" in page and "23 candidates, the newest" in page
    monkeypatch.setattr(find, "MOST", 21)
    capped, last = search(recruiter, "same"), search(recruiter, "same", page=2)
    assert (capped.total, capped.more, capped.pages, len(last.entries)) == (21, True, 2, 1)
    assert "More than 21 candidates, the newest" in client.get("/search?q=same").text
    monkeypatch.setattr(find, "MOST", 200)
    monkeypatch.setattr(find, "PAGE_SIZE", 2)
    monkeypatch.setattr(find, "FIRST", 5)  # PostgreSQL looks at these alone while they fill the page
    for common in (3_000, 2):  # and goes on one by one beyond them for what is common
        monkeypatch.setattr(find, "COMMON", common)
        found = [search(recruiter, "same", page=number) for number in range(1, 13)]
        names = [entry.invitation.name for each in found for entry in each.entries]
        assert names == [f"Person {at}" for at in range(23)]
        assert [each.page for each in found] == list(range(1, 13)) and all(each.total <= 23 for each in found)
        assert (found[-1].total, found[-1].pages, found[-1].more) == (23, 12, False)
