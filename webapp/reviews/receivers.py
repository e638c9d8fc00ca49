"""What this feature does when others say that something happened."""

from __future__ import annotations

from webapp.core import events
from webapp.core.database import db
from webapp.interviews.models import Interview
from webapp.reviews import comments
from webapp.transcripts import store


@events.consents_changed.connect
def forget_words(_app: object, *, interview_id: str) -> None:
    """Words that may not be seen any more are not quoted in comments either."""
    interview = db.session.get(Interview, interview_id)
    if interview is not None:
        gone = {answer.question_id for answer in interview.answers if store.words_of(answer) is None}
        comments.forget_quotes(interview, gone)
