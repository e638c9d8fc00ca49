"""People, teams, positions, and one interview made by the operations that candidates and workers call.

bench/load_copies.py makes a hundred thousand of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from bench import review_data
from bench.serving import say
from ml.media import synthetic

#: Who asks for pages: the first are admins, who see everything; the others see two teams of eight.
PEOPLE, ADMINS, TEAMS, POSITIONS = 8, 2, 8, 24


@dataclass
class Setting:
    """Ids of what is there: the organisation, people, positions, the invitation and the interview."""

    organisation: str
    people: list[str]
    positions: list[str]
    invitation: str
    interview: str


def prepare(home: Path, url: str) -> Setting:
    """Migrations, people, teams, positions, and the one interview that the others are copies of."""
    import flask_migrate

    from webapp import create_app
    from webapp.core.database import db

    app = create_app({"HOME": home, "SQLALCHEMY_DATABASE_URI": url})
    with app.app_context():
        flask_migrate.upgrade()
        setting = _people()
        say("One interview, as candidates and workers make it")
        setting.invitation, setting.interview = _play(setting)
        db.session.remove()
        db.engine.dispose()
    return setting


def _people() -> Setting:
    from webapp.accounts.models import Role, User
    from webapp.accounts.operations import enrol, first_organisation
    from webapp.core.database import db
    from webapp.organisations import operations as organisations
    from webapp.organisations.models import TeamRole
    from webapp.positions.operations import create_position, give_to_team

    organisation = first_organisation().id
    people = []
    for number in range(PEOPLE):
        role = Role.ADMIN if number < ADMINS else Role.RECRUITER
        person = User(role=role, name=f"Person {number}", email=email(number), organisation_id=organisation)
        person.set_password(review_data.PASSWORD)
        enrol(person)
        people.append(person)
    teams = [organisations.create_team(f"Team {number}", by=people[0]) for number in range(TEAMS)]
    for number, person in enumerate(people[ADMINS:]):
        for step in range(2):
            organisations.put_in_team(teams[(number + step) % TEAMS], person, TeamRole.RECRUITER)
    positions = []
    for number in range(POSITIONS):
        position = create_position(title=f"Support engineer {number}", city="Montréal", country="CA", by=people[0])
        give_to_team(position, teams[number % TEAMS], by=people[0])
        positions.append(position.id)
    db.session.commit()
    return Setting(organisation, [person.id for person in people], positions, "", "")


def email(number: int) -> str:
    """The address by which a person signs in."""
    return f"person{number}@viva.example"


def _play(setting: Setting) -> tuple[str, str]:
    """The prototype: five answers recorded, verified, read and reported on; its invitation's id and its own."""
    from webapp.accounts.models import User
    from webapp.analysis import runner
    from webapp.analysis.models import Analysis
    from webapp.candidate import operations as candidate
    from webapp.core.database import db, now
    from webapp.interviews.answering import show_question
    from webapp.interviews.operations import create_invitation
    from webapp.policy import Purpose
    from webapp.positions.models import Position
    from webapp.questions import operations as sets
    from webapp.questions.guide import Competency, ScoringGuide
    from webapp.questions.models import QuestionKind
    from webapp.recordings.takes import begin_take
    from webapp.reports import operations as reports
    from webapp.search import operations as index
    from webapp.transcripts import store
    from webapp.transcripts.models import Origin

    by = db.session.get(User, setting.people[0])
    position = db.session.get(Position, setting.positions[0])
    if by is None or position is None:
        raise LookupError("The people are gone")
    chosen = sets.create_set(title="First conversation", introduction="", by=by)
    levels = {1: "Nothing of it", 3: "About half of it", 5: "All of it, with an example"}
    for number in range(5):
        guide = ScoringGuide([Competency("c1", f"Competency {number}", levels, ["Gives a concrete example."])])
        sets.add_question(
            chosen, kind=QuestionKind.VIDEO, prompt=f"Tell us about a problem that you solved ({number}).",
            think_seconds=0, limit_seconds=90, takes_allowed=3, guide=guide, by=by,
        )  # fmt: skip
    sets.publish(chosen, by=by)
    invitation = create_invitation(
        position=position, question_set=chosen, name="Zoë Roy", email="zoe@viva.example",
        deadline=now() + timedelta(days=7), by=by,
    )  # fmt: skip
    interview = candidate.open_interview(invitation)
    candidate.record_consents(interview, set(Purpose))
    words = synthetic.ANSWERS["project"].split()
    for question in interview.question_set.questions:
        answer = show_question(interview, question)
        review_data.record(begin_take(answer), synthetic.ANSWERS["project"], 6, seed=1)
        db.session.refresh(answer)
        store.add(answer, spoken(words), Origin.TYPED, by_machine=False)
    candidate.submit(interview)
    db.session.commit()
    ids = interview.id, invitation.id
    for analysis_id in db.session.scalars(db.select(Analysis.id).where(Analysis.interview_id == ids[0])).all():
        runner.run(analysis_id)
    if reports.build(ids[0]) is None:
        raise RuntimeError("The prototype's report was not built")
    index.index_missing()
    db.session.commit()
    _review(ids[0], setting.people[1])
    db.session.commit()
    return ids[1], ids[0]


def _review(interview_id: str, reviewer: str) -> None:
    """A scorecard with a score for each answer, and the decision."""
    from webapp.core.database import db, now
    from webapp.interviews.models import Interview, Outcome
    from webapp.positions.models import ReviewState
    from webapp.reviews.models import Decision, Rating, Scorecard, ScorecardState

    interview = db.session.get(Interview, interview_id)
    if interview is None:
        raise LookupError("The prototype is gone")
    card = Scorecard(
        interview_id=interview_id, reviewer_id=reviewer, state=ScorecardState.SUBMITTED, summary="A clear account.",
        closed_at=now(),
    )  # fmt: skip
    card.ratings = [Rating(question_id=each.id, competency="c1", score=4) for each in interview.questions]
    db.session.add(card)
    db.session.add(
        Decision(
            interview_id=interview_id,
            outcome=Outcome.HOLD,
            reason="The answers against the guide.",
            by_id=reviewer,
            final_at=now(),
        )
    )
    interview.review_state, interview.outcome = ReviewState.DECIDED, Outcome.HOLD


def spoken(words: Sequence[str]) -> Any:
    """A transcript of ``words``, four in a second."""
    from ml.transcripts.transcript import Transcript, Word

    return Transcript([Word(text, number * 0.28, number * 0.28 + 0.25) for number, text in enumerate(words)], "en")
