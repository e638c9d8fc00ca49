"""An application with an empty database, people to sign in as, and makers of everything else."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from types import CodeType
from typing import Any

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from jinja2.bccache import Bucket, BytecodeCache
from werkzeug.routing import Rule

from ml.transcripts.transcript import Transcript, Word
from tests.webapp import on_servers
from webapp import create_app
from webapp.accounts import models as account_models
from webapp.accounts.models import Organisation, Role, User
from webapp.accounts.operations import enrol, first_organisation
from webapp.clips.models import CaptionState, Clip, ClipState
from webapp.core.database import db, now
from webapp.core.extensions import limiter
from webapp.interviews import batches
from webapp.interviews.attachments import attach
from webapp.interviews.batch_models import InvitationBatch
from webapp.interviews.models import Answer, Attachment, Consent, Interview, Invitation, SavedView, Take
from webapp.organisations.models import Team, TeamRole
from webapp.organisations.operations import first_team, put_in_team
from webapp.policy import Mode, Purpose
from webapp.positions.models import Position
from webapp.questions.models import Question, QuestionKind, QuestionSet, SetState

PASSWORD = "correct horse battery staple"

#: Passwords are hashed with the least work here, so that tests spend their time on something else.
account_models._hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
account_models._NOBODY = account_models._hasher.hash("nobody has this password")

#: What builds a route's addresses, compiled once in each process: nine tenths of the time of making an application.
_BUILDERS: dict[tuple[object, ...], Any] = {}
_compile_builder = Rule._compile_builder


def _compile_once(rule: Rule, append_unknown: bool = True) -> Any:
    key = (rule.rule, rule.subdomain, rule.host, repr(rule.defaults), append_unknown)
    if key not in _BUILDERS:
        _BUILDERS[key] = _compile_builder(rule, append_unknown)
    return _BUILDERS[key]


Rule._compile_builder = _compile_once


class _CompiledTemplates(BytecodeCache):
    """Templates compiled once in each process: half of the time of a page in an application that has shown none."""

    def __init__(self) -> None:
        self._codes: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._codes.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        assert bucket.code is not None
        self._codes[bucket.key, bucket.checksum] = bucket.code


_TEMPLATES = _CompiledTemplates()


class Client(FlaskClient):
    """A browser whose every request has an application context of its own, as on a server.

    It shares with the test what has been committed and nothing else: neither the session of the database, so that a
    view that forgets to commit is found out, nor ``g``, where Flask-Login remembers who somebody is.
    """

    def open(self, *args: Any, **kwargs: Any) -> Any:
        db.session.commit()
        with self.application.app_context():
            response = super().open(*args, **kwargs)
        db.session.expire_all()
        return response


#: The file of an empty database, made once in each process: copying it takes a tenth of the time of creating tables.
_EMPTY = bytearray()


def _create_tables() -> None:
    path = Path(str(db.engine.url.database))
    if _EMPTY:
        path.write_bytes(_EMPTY)
        return
    db.create_all()
    with tempfile.TemporaryDirectory() as folder, db.engine.connect() as connection:
        copy = Path(folder) / "empty.db"
        connection.exec_driver_sql("VACUUM INTO ?", (str(copy),))
        _EMPTY.extend(copy.read_bytes())
    _EMPTY[18] = _EMPTY[19] = 2  # a file in WAL mode already, which each connection else makes it


@contextmanager
def application(home: Path) -> Iterator[Flask]:
    """An application on a data folder of its own, in an application context. Messages to workers go nowhere."""
    with on_servers.settings() as settings:
        app = create_app(
            {
                "HOME": home,
                "TESTING": True,
                "SECRET_KEY": "test",
                "WTF_CSRF_ENABLED": False,
                "RATELIMIT_ENABLED": False,
                "BROKER_URL": "memory://",
                "KEEP_WEIGHTS": False,
                "SERVER_NAME": "viva.test",
                # Tests of readings are not about when a reviewer may see them; tests of reviews are.
                "BLIND_REVIEW": False,
                **settings,
            }
        )
        app.test_client_class = Client
        app.jinja_env.bytecode_cache = _TEMPLATES
        with app.app_context():
            if db.engine.name == "sqlite":
                _create_tables()
            else:
                on_servers.create_tables()
            yield app
            db.session.remove()
            db.engine.dispose()


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    """An application for each test."""
    with application(tmp_path / "home") as app:
        yield app


@pytest.fixture
def limits(app: Flask) -> Iterator[None]:
    """Rate limits count, from nothing."""
    app.config["RATELIMIT_ENABLED"] = limiter.enabled = True
    limiter.init_app(app)
    limiter.reset()
    yield
    limiter.reset()
    limiter.enabled = False


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


class Make:
    """Makes rows with sensible values; keyword arguments override them. Everything is flushed and committed."""

    def __init__(self) -> None:
        self._count = 0

    def _save(self, row: Any) -> Any:
        db.session.add(row)
        db.session.commit()
        return row

    def user(self, role: Role = Role.RECRUITER, **values: Any) -> User:
        self._count += 1
        user = User(
            **{
                "email": f"{role}{self._count}@viva.test",
                "name": f"{role.title()} {self._count}",
                "role": role,
                **values,
            }
        )
        user.set_password(PASSWORD)
        if role is not Role.GUEST and "organisation_id" not in values:
            user.organisation_id = first_organisation().id
        enrol(user)
        return self._save(user)

    def organisation(self, name: str = "Another organisation") -> Organisation:
        return self._save(Organisation(name=name))

    def team(self, *people: tuple[User, TeamRole], **values: Any) -> Team:
        """A team whose members see everything in it, of the first person's organisation."""
        self._count += 1
        organisation_id = people[0][0].organisation_id if people else first_organisation().id
        team = self._save(Team(**{"name": f"Team {self._count}", "organisation_id": organisation_id, **values}))
        for person, role in people:
            put_in_team(team, person, role)
        return self._save(team)

    def attachment(self, position: Position, by: User) -> Attachment:
        """A file of a new invitation for ``position``."""
        row = attach(self.invitation(position=position, created_by=by), "cv.pdf", b"%PDF-1.7\n%%EOF", by=by)
        return self._save(row)

    def batch(self, position: Position, by: User, **values: Any) -> InvitationBatch:
        """A list of people that waits to be started."""
        row = batches.receive(
            b"name,email\nList Person,list@zebra.test\n", "people.csv", position=position, by=by, time_zone="",
            **{"question_set": self.question_set(created_by=by), "deadline": now() + timedelta(days=3), **values},
        )  # fmt: skip
        db.session.commit()
        return row

    def clip(self, by: User, **values: Any) -> Clip:
        """A clip that is ready, with captions that nobody has read."""
        words = Transcript([Word("Hello", 0.0, 0.5, 0.9), Word("there.", 0.5, 1.0, 0.4)], "en", "Heard")
        whose = {"organisation_id": by.organisation_id or first_organisation().id, "created_by_id": by.id}
        facts = {"state": ClipState.READY, "seconds": 2.0, "suffix": "webm", "has_video": True}
        written = {"caption_state": CaptionState.UNREAD, "captions": words.to_json()}
        return self._save(Clip(**{**whose, **facts, **written, **values}))

    def view(self, user: User, **values: Any) -> SavedView:
        """Saved filters of the list of interviews."""
        self._count += 1
        return self._save(SavedView(**{"user_id": user.id, "name": f"View {self._count}", "query": "q=x", **values}))

    def position(self, country: str = "CA", **values: Any) -> Position:
        city = {"CA": "Montréal", "FR": "Lyon"}.get(country, "Somewhere")
        by = values.pop("created_by", None) or self.user()
        team = values.pop("team", None) or first_team(by.organisation_id)
        values = {"team": team, "organisation_id": team.organisation_id, "created_by": by, **values}
        return self._save(Position(**{"title": "Data engineer", "city": city, "country": country, **values}))

    def question_set(
        self, kinds: str = "video video text", state: SetState = SetState.PUBLISHED, **values: Any
    ) -> QuestionSet:
        by = values.pop("created_by", None) or self.user(Role.ADMIN)
        values = {"organisation_id": by.organisation_id, "created_by": by, **values}
        row = QuestionSet(**{"title": "First interview", "state": state, **values})
        if state is not SetState.DRAFT:
            row.published_at = now()
        for position, kind in enumerate(kinds.split(), 1):
            row.questions.append(
                Question(
                    position=position,
                    kind=QuestionKind(kind),
                    prompt=f"Question {position}?",
                    think_seconds=0,
                    rubric="An example.",
                )
            )
        return self._save(row)

    def invitation(self, country: str = "CA", **values: Any) -> Invitation:
        by = values.pop("created_by", None) or self.user()
        position = values.pop("position", None) or self.position(country, created_by=by)
        return self._save(
            Invitation(
                **{
                    "position": position,
                    "organisation_id": position.organisation_id,
                    "question_set": values.pop("question_set", None) or self.question_set(),
                    "name": "Kim Tremblay",
                    "email": "kim@viva.test",
                    "deadline": now() + timedelta(days=7),
                    "created_by": by,
                    **values,
                }
            )
        )

    def interview(self, country: str = "CA", consents: str = "recording text voice face", **values: Any) -> Interview:
        invitation = values.pop("invitation", None) or self.invitation(country)
        interview = Interview(
            **{
                "mode": Mode.ASSESSMENT,
                "invitation": invitation,
                "position": invitation.position,
                "question_set": invitation.question_set,
                "candidate_name": invitation.name,
                "organisation_id": invitation.organisation_id,
                **values,
            }
        )
        return self._with_consents(interview, consents)

    def practice(
        self, candidate: User | None = None, consents: str = "recording text voice face", **values: Any
    ) -> Interview:
        candidate = candidate or self.user(Role.CANDIDATE)
        interview = Interview(
            **{
                "mode": Mode.PRACTICE,
                "candidate": candidate,
                "question_set": values.pop("question_set", None) or self.question_set(),
                "candidate_name": candidate.name,
                **values,
            }
        )
        return self._with_consents(interview, consents)

    def _with_consents(self, interview: Interview, consents: str) -> Interview:
        for purpose in Purpose:
            interview.consents.append(
                Consent(purpose=purpose, granted=purpose in consents.split(), text_version="test")
            )
        return self._save(interview)

    def answer(self, interview: Interview, question: Question, **values: Any) -> Answer:
        return self._save(Answer(interview=interview, question=question, shown_at=now(), **values))

    def take(self, answer: Answer, **values: Any) -> Take:
        return self._save(Take(answer=answer, **{"number": len(answer.takes) + 1, **values}))


@pytest.fixture
def make(app: Flask) -> Make:
    return Make()


@pytest.fixture
def sign_in(client: FlaskClient):
    """Sign a user in on the test client: ``sign_in(make.user(Role.ADMIN))``."""

    def sign_in(user: User) -> User:
        client.post("/sign-out")
        answer = client.post("/sign-in", data={"email": user.email, "password": PASSWORD})
        assert answer.status_code == 302, answer.text
        return user

    return sign_in


@pytest.fixture
def open_interview(client: FlaskClient) -> Callable[[Interview], Interview]:
    """Let the test client's session answer an interview, as its link would."""

    def grant(interview: Interview) -> Interview:
        with client.session_transaction() as session:
            session["interviews"] = [*session.get("interviews", []), interview.id]
        return interview

    return grant
