"""A database with open invitations, for the benches that play candidates."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

PROMPTS = ("What did you solve?", "What did you learn?", "Why this position?")


def prepare(home: Path, candidates: int, kinds: Sequence[str] = ("video", "video")) -> tuple[list[str], list[str]]:
    """A database with as many open invitations; their links' paths, and the questions' ids."""
    return prepare_sets(home, candidates, [kinds])[0]


def prepare_sets(
    home: Path, candidates: int, sets_of: Sequence[Sequence[str]], *, limit: int = 90, follow_ups: str = ""
) -> list[tuple[list[str], list[str]]]:
    """The same for each of several sets of questions, given as the questions' kinds; ``limit``: seconds of an answer;
    ``follow_ups``: those of each recorded question, which the organisation has switched on."""
    import flask_migrate

    from webapp import create_app
    from webapp.accounts.models import Role, User
    from webapp.accounts.operations import enrol, first_organisation
    from webapp.core.database import db, now
    from webapp.employer.operations import page_of
    from webapp.interviews.operations import create_invitation, invitation_url
    from webapp.positions.operations import create_position
    from webapp.questions import operations as sets
    from webapp.questions.models import QuestionKind

    app = create_app({"HOME": home})
    with app.app_context():
        flask_migrate.upgrade()
        by = User(role=Role.ADMIN, name="Ada Lindqvist", email="ada@viva.example")
        by.organisation_id = first_organisation().id
        by.lock_password()
        enrol(by)
        position = create_position(title="Support engineer", city="Montréal", country="CA", by=by)
        if follow_ups:
            page = page_of(by.organisation_id)
            page.follow_ups_since = now()
            db.session.add(page)
        until = now() + timedelta(days=7)
        found = []
        for kinds in sets_of:
            chosen = sets.create_set(title="A few questions", introduction="", by=by)
            for kind, prompt in zip(kinds, PROMPTS, strict=False):
                sets.add_question(
                    chosen, kind=QuestionKind(kind), prompt=prompt, rubric="", think_seconds=0, limit_seconds=limit,
                    takes_allowed=3, by=by,
                )  # fmt: skip
            for question in chosen.questions if follow_ups else ():
                question.follow_ups = follow_ups
            sets.publish(chosen, by=by)
            made = [
                create_invitation(
                    position=position, question_set=chosen, name=f"Candidate {n}", email="", deadline=until, by=by
                )
                for n in range(candidates)
            ]
            db.session.commit()
            found.append(([invitation_url(each) for each in made], [question.id for question in chosen.questions]))
        db.session.remove()
        db.engine.dispose()
    return found
