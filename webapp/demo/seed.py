"""Put the demonstration into a data folder: once, whole or not at all, and again where it was interrupted."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import current_app

from webapp.accounts.models import Role, User
from webapp.accounts.operations import enrol, first_organisation
from webapp.core.database import db, now
from webapp.demo import content, passwords
from webapp.interviews.models import Invitation
from webapp.interviews.operations import create_invitation, invitation_url
from webapp.positions.operations import create_position
from webapp.questions import operations as sets
from webapp.questions.guide import Competency, clean
from webapp.questions.models import QuestionSet


def seed() -> None:
    """Make what is missing of the demonstration; a worker answers its interviews (tasks.py). Commits."""
    facts = _read()
    if facts is None:
        return
    people = {role: _person(role, name, email, facts) for role, name, email in content.PEOPLE}
    if facts.get("invitation") is None:
        _write(facts)  # the passwords first: an account whose password nobody knows helps nobody
        facts = {**facts, **_rooms(people[Role.ADMIN], people[Role.RECRUITER])}
    db.session.commit()
    _write(facts)


def _file() -> Path:
    return Path(current_app.config["HOME"]) / "demo.json"


def _read() -> dict[str, Any] | None:
    """What an earlier start wrote down: accounts with passwords, the open invitation's path, what is to be answered."""
    try:
        facts = json.loads(_file().read_text("utf-8"))
        kinds: dict[str, Any] = {"accounts": list, "invitation": (str, type(None)), "answered": dict}
        if not isinstance(facts, dict) or not all(isinstance(facts.get(k, 0), kind) for k, kind in kinds.items()):
            raise ValueError("not what an earlier start wrote")
        return facts
    except FileNotFoundError:
        return {"accounts": [], "invitation": None, "answered": {}}
    except (OSError, ValueError, RecursionError):
        # Its passwords are lost; the people and interviews that it made are in the database and stay.
        current_app.logger.warning("%s cannot be read: the demonstration stays as it is, and nothing is added", _file())
        return None


def _write(facts: dict[str, Any]) -> None:
    """Write whole or not at all, for the owner's eyes alone."""
    part = _file().with_suffix(".part")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as stream:
        json.dump(facts, stream, indent=1, ensure_ascii=False)
    os.replace(part, _file())


def _person(role: Role, name: str, email: str, facts: dict[str, Any]) -> User:
    account = next((account for account in facts["accounts"] if account["email"] == email), None)
    if account is None:
        account = {"role": role.value, "name": name, "email": email, "password": passwords.draw()}
        facts["accounts"].append(account)
    user = db.session.scalar(sa.select(User).where(User.email == email))
    if user is None:
        user = User(role=role, name=name, email=email, organisation_id=first_organisation().id)
        user.set_password(account["password"])
        enrol(user)
    return user


def _rooms(admin: User, recruiter: User) -> dict[str, Any]:
    """Question sets, positions and invitations; returns the path of the open one and {invitation id: answers}."""
    published = _question_set(admin, content.SET_TITLE, content.SET_INTRODUCTION, content.QUESTIONS)
    sets.publish(published, by=admin)
    _question_set(admin, content.DRAFT_TITLE, content.DRAFT_INTRODUCTION, content.DRAFT_QUESTIONS)
    positions = {
        key: create_position(title=title, city=city, country=country, region=content.REGIONS[key], by=recruiter)
        for key, (title, city, country) in content.POSITIONS.items()
    }

    def invite(whom: content.DemoInterview) -> Invitation:
        return create_invitation(
            position=positions[whom.position],
            question_set=published,
            name=whom.name,
            email=whom.email,
            deadline=now() + timedelta(days=content.DAYS),
            by=recruiter,
        )

    path = invitation_url(invite(content.OPEN))
    answered = {invite(whom).id: number for number, whom in enumerate(content.ANSWERED)}
    return {"invitation": path[path.index("/i/") :], "answered": answered}


def _question_set(by: User, title: str, introduction: str, questions: tuple[content.DemoQuestion, ...]) -> QuestionSet:
    row = sets.create_set(title=title, introduction=introduction, by=by)
    for question in questions:
        values = asdict(question)
        name, levels = values.pop("competency"), dict(enumerate(values.pop("levels"), 1))
        guide = clean([Competency("", name, levels, question.rubric.splitlines())]) if name else None
        sets.add_question(row, **values, guide=guide, by=by)
    return row
