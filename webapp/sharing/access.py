"""What a guest's browser may see: the interviews of the links that it is bound to, without the questions hidden there.

Guests have no account that signs in. A browser holds one secret in a cookie of its own; each link holds its hash.
"""

from __future__ import annotations

import hmac
import secrets

from flask import Response, abort, current_app, g, has_request_context, request
from flask_babel import gettext as _

from webapp.core.database import db
from webapp.interviews.models import Answer, Interview, InterviewState
from webapp.questions.models import Question
from webapp.sharing import operations
from webapp.sharing.models import Share

#: The name of the cookie; like the others it gets a prefix where the server is reached by TLS alone.
COOKIE = "viva_guest"


def secret_here() -> str:
    """What this browser holds, or what it is about to be given."""
    return request.cookies.get(COOKIE, "")[:100] or str(g.setdefault("guest_secret", secrets.token_urlsafe(32)))


def keep(secret: str) -> None:
    """Have the response of this request give the browser its secret."""
    g.guest_secret, g.guest_bound = secret, True


def remember(response: Response) -> Response:
    """Send the browser its secret, where it was just bound."""
    if g.pop("guest_bound", False) and (secret := g.get("guest_secret")):
        response.set_cookie(
            COOKIE,
            secret,
            max_age=int(operations.LONGEST.total_seconds()),
            httponly=True,
            samesite="Lax",
            secure=current_app.config["SESSION_COOKIE_SECURE"],
        )
    return response


def is_bound_here(share: Share) -> bool:
    """Whether the link is open, and bound to the browser that asks."""
    if not has_request_context() or not share.is_open or share.browser is None:
        return False
    held = request.cookies.get(COOKIE, "")[:100]
    return bool(held) and hmac.compare_digest(share.browser, operations.browser_hash(held))


def load_share(token: str) -> Share:
    """The link of ``token``, if this browser is bound to it: 404 where there is none, 410 where it is over."""
    share = operations.share_of_token(token) or abort(404)
    if not share.is_open:
        abort(410, _("This link is no longer open. Ask the person who sent it for a new one."))
    if not is_bound_here(share):
        abort(403, _("Enter your code first: open the link that you were sent."))
    return share


def load_shared(token: str, interview_id: str) -> tuple[Share, Interview]:
    """The link and one of its interviews; 404 for any other."""
    share = load_share(token)
    interview = next((each for each in share.interviews if each.id == interview_id), None)
    if interview is None or interview.state is not InterviewState.SUBMITTED:
        abort(404)
    return share, interview


def questions_for(share: Share, interview: Interview) -> list[Question]:
    """The questions that the guest may review, in order."""
    return [each for each in interview.question_set.questions if each.id not in share.hidden_questions]


def share_that_shows(answer: Answer) -> Share | None:
    """An open link, bound to the browser that asks, which shows this answer; None where there is none."""
    if not has_request_context() or not (held := request.cookies.get(COOKIE, "")[:100]):
        return None
    query = (
        db.select(Share)
        .join(Share.interviews)
        .where(Interview.id == answer.interview_id, Share.browser == operations.browser_hash(held))
    )
    for share in db.session.scalars(query):
        if is_bound_here(share) and answer.question_id not in share.hidden_questions:
            return share
    return None
