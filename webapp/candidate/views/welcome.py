"""What the interview is, how long it takes, and what is recorded and analysed."""

from __future__ import annotations

from flask import render_template

from webapp.candidate import consent_texts, operations
from webapp.candidate.expectations import expectations
from webapp.candidate.progress import duration_minutes, next_place
from webapp.candidate.views.base import blueprint, open_for_answering
from webapp.interviews.answering import deadline_of


@blueprint.get("/interview/<interview_id>")
def welcome(interview_id: str) -> str:
    """What this is, how long it takes, and what is recorded and analysed."""
    interview = open_for_answering(interview_id)
    questions = interview.question_set.questions
    return render_template(
        "candidate/welcome.html",
        interview=interview,
        questions=questions,
        minutes=duration_minutes(questions),
        texts=consent_texts.texts_for(interview),
        ruled_out=consent_texts.ruled_out(interview),
        deadline=deadline_of(interview),
        begun=operations.has_decided(interview),
        next_place=next_place(interview),
        **expectations(interview, questions),
    )
