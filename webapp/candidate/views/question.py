"""The page of one question: think, record or write, look at the takes, choose one."""

from __future__ import annotations

from flask import abort, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from webapp.candidate import operations
from webapp.candidate.forms import WrittenForm
from webapp.candidate.progress import records
from webapp.candidate.views.base import ClosedError, blueprint
from webapp.core.database import db
from webapp.core.extensions import limiter
from webapp.follow_ups import operations as follow_ups
from webapp.follow_ups.models import FollowUpState
from webapp.integrity import operations as integrity
from webapp.integrity.models import FactKind
from webapp.interviews.accommodations import terms_of
from webapp.interviews.answering import (
    answer_to,
    check_may_begin,
    find_answer,
    is_over,
    show_question,
    think_seconds_left,
)
from webapp.interviews.attachments import AttachmentError, files_of_answer
from webapp.interviews.candidate_session import load_interview
from webapp.interviews.models import Answer, Interview, InterviewState, Take
from webapp.questions import given
from webapp.questions.models import Question, QuestionKind
from webapp.recordings.models import RecordingState
from webapp.recordings.takes import counted_takes, keep_take, takes_left

_PATH = "/interview/<interview_id>/questions/<int:position>"


def _load(interview_id: str, position: int) -> tuple[Interview, Question]:
    interview = load_interview(interview_id)
    if interview.state is InterviewState.SUBMITTED or is_over(interview):
        raise ClosedError(interview)
    question = next((q for q in interview.questions if q.position == position), None)
    return interview, question or abort(404)


@blueprint.get(_PATH)
def question(interview_id: str, position: int, given_error: str = "") -> Response | str:
    """One question. One with think time is uncovered by the candidate, who then knows that the clock runs.

    Looking changes nothing: programs look too. That somebody sees the question is said by the page itself (`show`).
    """
    interview, question = _load(interview_id, position)
    if not operations.has_decided(interview):
        return redirect(url_for("candidate.consent", interview_id=interview.id))
    answer = find_answer(interview, question)
    seen = answer is not None and answer.shown_at is not None
    terms = terms_of(interview, question)
    covered = not seen and question.think_seconds > 0
    if not seen and not covered:
        check_may_begin(interview)
    total = len(interview.question_set.questions)
    return render_template(
        "candidate/covered.html" if covered else "candidate/question.html",
        interview=interview,
        question=question,
        answer=answer,
        seen=seen,
        total=total,
        last=_next(interview, question) is None,
        follow_next=_next(interview, question),
        follow_ups=bool(follow_ups.offered(question)) and follow_ups.is_wanted_of(interview),
        was_asked=follow_ups.of_interview(interview).get(question.id),
        recording=question.is_recorded and records(interview),
        wanted=given.wanted_words(question),
        settings=given.settings_of(question),
        code_language=(question.settings or {}).get("language", ""),
        chosen=given.chosen(question, answer.text if answer else None),
        files=files_of_answer(answer),
        given_error=given_error,
        think_left=think_seconds_left(answer) if answer else float(terms.think_seconds if terms.clock else 0),
        form=WrittenForm(formdata=None, text=(answer and answer.text) or ""),
        longest=operations.LONGEST_TEXT,
        noted=integrity.notes(interview),
        **_takes(interview, question, answer),
    )


@blueprint.post(f"{_PATH}/show")
def show(interview_id: str, position: int) -> Response:
    """Note that the question is seen: the think time begins. JSON from the page, a form that uncovers a question."""
    interview, question = _load(interview_id, position)
    answer = show_question(interview, question)
    db.session.commit()
    if request.is_json:
        return jsonify(think_left=think_seconds_left(answer))
    return redirect(url_for("candidate.question", interview_id=interview.id, position=position))


@blueprint.get(f"{_PATH}/terms")
def terms(interview_id: str, position: int) -> Response:
    """What holds for this candidate at this moment, as JSON: an open page takes up what was granted meanwhile."""
    interview, question = _load(interview_id, position)
    answer, held = find_answer(interview, question), terms_of(interview, question)
    whole = float(held.think_seconds) if held.clock else 0.0
    response = jsonify(
        limit=held.limit_seconds,
        takes=held.takes,
        takes_left=takes_left(answer) if answer else held.takes,
        think=held.think_seconds,
        think_left=think_seconds_left(answer) if answer else whole,
        clock=held.clock,
        kind=held.kind.value,
    )
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get(f"{_PATH}/takes")
def takes(interview_id: str, position: int) -> str:
    """The list of takes alone, for the page to put in place when one has been saved."""
    interview, question = _load(interview_id, position)
    answer = find_answer(interview, question)
    return render_template(
        "candidate/_takes.html", interview=interview, question=question, **_takes(interview, question, answer)
    )


def _next(interview: Interview, question: Question) -> int | None:
    """The position of the question that comes after this one; None where that is the overview."""
    here = question.follows.position if question.follows is not None else question.position
    return here + 1 if here < len(interview.question_set.questions) else None


@blueprint.get(f"{_PATH}/follow-up")
def follow_up(interview_id: str, position: int) -> Response:
    """What came of this answer's follow-ups so far, as JSON: ``state``, and ``url`` and ``prompt`` of one asked."""
    interview, question = _load(interview_id, position)
    answer = find_answer(interview, question)
    row = follow_ups.of_answer(answer) if answer is not None else None
    if row is None or row.question is None or row.state is not FollowUpState.ASKED:
        return jsonify(state=row.state.value if row is not None else "none")
    url = url_for("candidate.question", interview_id=interview.id, position=row.question.position)
    return jsonify(state="asked", url=url, prompt=row.question.prompt)


@blueprint.post(f"{_PATH}/skip")
def skip(interview_id: str, position: int) -> Response:
    """Go on without answering a follow-up. That has no consequence."""
    interview, question = _load(interview_id, position)
    following = _next(interview, question)
    if question.follows_id is None:
        abort(404)
    follow_ups.skip(interview, question)
    db.session.commit()
    return _go(interview, following)


def _go(interview: Interview, position: int | None) -> Response:
    if position is None:
        return redirect(url_for("candidate.review", interview_id=interview.id))
    return redirect(url_for("candidate.question", interview_id=interview.id, position=position))


def _takes(interview: Interview, question: Question, answer: Answer | None) -> dict[str, object]:
    """What the list of takes shows: everything counted, and the newest rejection if nothing came after it."""
    terms = terms_of(interview, question)
    if answer is None:
        return {"takes": [], "kept": None, "takes_left": terms.takes, "terms": terms}
    shown = [take for take in answer.takes if take.recording is not None]
    last = shown[-1] if shown else None
    refused = last is not None and last.recording is not None and last.recording.state is RecordingState.REJECTED
    return {
        "takes": [take for take in shown if take in counted_takes(answer) or (take is last and refused)],
        "kept": answer.kept_take,
        "takes_left": takes_left(answer),
        "terms": terms,
    }


@blueprint.post(f"{_PATH}/text")
def text(interview_id: str, position: int) -> Response:
    """Save a written answer: JSON while somebody types, a form when they go on."""
    interview, question = _load(interview_id, position)
    answer = show_question(interview, question)
    data = request.get_json() if request.is_json else {"text": WrittenForm().text.data or ""}
    written = data.get("text") if isinstance(data, dict) else None
    if not isinstance(written, str):
        abort(400)
    saved_at = operations.save_text(answer, written)
    db.session.commit()
    if request.is_json:
        return jsonify(saved_at=saved_at.isoformat(), words=len((answer.text or "").split()))
    return _go(interview, _next(interview, question))


@blueprint.post(f"{_PATH}/given", endpoint="given")
@limiter.limit("120 per hour")
def give(interview_id: str, position: int) -> Response | str | tuple[Response | str, int]:
    """Save what was chosen, entered or uploaded, and go on; or say what is wrong with it."""
    interview, asked = _load(interview_id, position)
    if not asked.is_given:
        abort(404)
    answer, removed = show_question(interview, asked), False
    try:
        if asked.kind is QuestionKind.FILE:
            removed = operations.keep_file(answer, request.files.get("file"), request.form.get("remove", ""))
        else:
            operations.save_text(answer, given.checked(asked, request.form.getlist("given")))
    except (given.GivenError, AttachmentError) as refused:
        db.session.rollback()
        return question(interview_id, position, str(refused)), 422
    db.session.commit()
    if removed:
        return redirect(url_for("candidate.question", interview_id=interview.id, position=position))
    return _go(interview, _next(interview, asked))


@blueprint.post(f"{_PATH}/facts")
def facts(interview_id: str, position: int) -> tuple[str, int]:
    """Note a neutral fact. JSON: ``kind`` and ``amount``, seconds away from the page or characters pasted."""
    interview, question = _load(interview_id, position)
    data = request.get_json()
    kind, amount = (data.get("kind"), data.get("amount")) if isinstance(data, dict) else (None, None)
    if not isinstance(kind, str) or kind not in set(FactKind) or type(amount) is not int:
        abort(400)
    try:
        integrity.note(answer_to(interview, question), FactKind(kind), amount)
    except integrity.FactError:
        abort(400)
    db.session.commit()
    return "", 204


@blueprint.post(f"{_PATH}/keep/<take_id>")
def keep(interview_id: str, position: int, take_id: str) -> Response:
    """Choose one take over the others."""
    interview, question = _load(interview_id, position)
    take = db.session.get(Take, take_id)
    if take is None or take.answer.interview_id != interview.id or take.answer.question_id != question.id:
        abort(404)
    keep_take(take)
    db.session.commit()
    flash(_("This is the take that will be submitted."), "info")
    return redirect(url_for("candidate.question", interview_id=interview.id, position=position, _anchor="takes"))
