"""Translations of what people agree to: English binds beside them until an admin has confirmed the very words."""

from __future__ import annotations

import flask_migrate
import pytest
import sqlalchemy as sa

from webapp.accounts.models import Role
from webapp.binding import operations, texts
from webapp.binding.models import ConfirmedTranslation
from webapp.candidate import consent_texts
from webapp.core.database import db

FRENCH = {"Accept-Language": "fr"}
PAGE = "/organisation/translations"
KEY = consent_texts.KEY


@pytest.fixture
def admin(make, sign_in):
    return sign_in(make.user(Role.ADMIN))


def confirm(client, language="fr", **values):
    digest = values.pop("digest", texts.digest_of(KEY, language))
    return client.post(
        f"{PAGE}/{KEY}", data={"language": language, "do": "confirm", "digest": digest, **values}, follow_redirects=True
    )


def test_every_text_is_written_in_every_language(app):
    found = {
        (key, name): texts.in_language(key, name) for key in texts.known() for name in ("fr", "de", "es", "ar", "pl")
    }
    assert len(texts.known()) == 5
    assert [where for where, one in found.items() if one is None] == []
    assert all(len(one[1]) == len(texts.known()[key].sentences()) for (key, _name), one in found.items())


def test_an_admin_reads_both_side_by_side_and_confirms(client, admin):
    assert client.get(PAGE).text.count("not reviewed") == 25
    page = client.get(f"{PAGE}/{KEY}?language=ar").text
    assert texts.known()[KEY].sentences()[0] in page and texts.in_language(KEY, "ar")[1][0] in page
    assert operations.binds_in(KEY, "ar", admin.organisation_id) == "en"
    assert "Confirmed. From now on" in confirm(client, "ar").text
    assert operations.binds_in(KEY, "ar", admin.organisation_id) == "ar"
    assert client.get(PAGE).text.count("not reviewed") == 24
    back = client.post(f"{PAGE}/{KEY}", data={"language": "ar", "do": "take_back"}, follow_redirects=True)
    assert "The English text binds again." in back.text
    assert operations.binds_in(KEY, "ar", admin.organisation_id) == "en"


def test_words_that_somebody_did_not_read_are_not_confirmed(client, admin):
    assert "Read it again." in confirm(client, digest="0" * 64).text
    assert db.session.scalar(sa.select(sa.func.count()).select_from(ConfirmedTranslation)) == 0


def test_a_changed_word_has_to_be_confirmed_again(client, admin, monkeypatch):
    confirm(client)
    changed = {KEY: {**texts._translations("fr")[KEY]}}
    first = texts.known()[KEY].sentences()[0]
    changed[KEY]["sentences"] = {**changed[KEY]["sentences"], first: "Autre chose."}
    monkeypatch.setattr(texts, "_translations", lambda name: changed)
    assert operations.binds_in(KEY, "fr", admin.organisation_id) == "en"


def test_a_confirmation_is_one_organisations_alone(client, admin, make, sign_in):
    confirm(client)
    other = make.user(Role.ADMIN, organisation_id=make.organisation().id)
    assert operations.binds_in(KEY, "fr", other.organisation_id) == "en"
    assert operations.binds_in(KEY, "fr", None) == "en"
    sign_in(other)
    assert "Confirm this translation" in client.get(f"{PAGE}/{KEY}?language=fr").text


@pytest.mark.parametrize("role", [Role.RECRUITER, Role.CANDIDATE])
def test_only_admins_confirm(client, make, sign_in, role):
    sign_in(make.user(role))
    assert confirm(client).status_code == 403


def test_what_is_not_there_is_not_found(client, admin):
    for query in ("nothing?language=fr", f"{KEY}?language=en", f"{KEY}?language=xx"):
        assert client.get(f"{PAGE}/{query}").status_code == 404


def test_a_candidate_reads_the_english_too_until_it_is_confirmed(app, client, make, open_interview):
    admin = make.user(Role.ADMIN)
    interview = open_interview(make.interview())
    where = f"/interview/{interview.id}/consents"
    before = client.get(where, headers=FRENCH).text
    assert "binding-english" in before and 'lang="en" dir="ltr"' in before
    operations.confirm(KEY, "fr", texts.digest_of(KEY, "fr"), by=admin)
    db.session.commit()
    after = client.get(where, headers=FRENCH).text
    assert "binding-english" not in after and 'lang="fr"' in after
    with app.test_request_context(headers=FRENCH):
        assert {text.binding for text in consent_texts.texts_for(interview)} == {"fr"}


@pytest.mark.full
def test_the_migration_goes_up_and_down_with_rows(app):
    db.session.remove()
    db.drop_all()
    flask_migrate.upgrade(revision="c90d2e6f8b17")
    with db.engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO users (id, role, name, email, created_at, active, password_hash) "
            "VALUES ('u', 'admin', 'Kim', 'kim@viva.example', '2026-01-01', 1, '')"
        )
        connection.exec_driver_sql("INSERT INTO organisations (id, name, created_at) VALUES ('o', 'O', '2026-01-01')")
    flask_migrate.upgrade(revision="3fa9c1d27b64")
    with db.engine.begin() as connection:
        run = connection.exec_driver_sql
        assert run("SELECT language, last_language FROM users").all() == [("", "")]
        run("UPDATE users SET language = 'ar'")
        row = ("o", "consents", "fr", "1", "d", "2026-12-02", "u")
        run("INSERT INTO confirmed_translations VALUES (?, ?, ?, ?, ?, ?, ?, ?)", ("a", *row))
        with pytest.raises(sa.exc.IntegrityError):
            run("INSERT INTO confirmed_translations VALUES (?, ?, ?, ?, ?, ?, ?, ?)", ("b", *row))
    flask_migrate.downgrade(revision="c90d2e6f8b17")
    with db.engine.begin() as connection:
        assert connection.exec_driver_sql("SELECT name FROM users").scalars().all() == ["Kim"]
        assert "confirmed_translations" not in sa.inspect(connection).get_table_names()
        assert "language" not in {column["name"] for column in sa.inspect(connection).get_columns("users")}
