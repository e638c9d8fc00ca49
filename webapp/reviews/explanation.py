"""What a candidate may be told of a decision: who decided on what, which part analyses had, the main reasons, and what
they can do. Made from the record that was kept with the decision, so that it says what was known then."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import ngettext

from webapp.core.database import db
from webapp.reviews.formatting import ANCHORS, OUTCOMES
from webapp.reviews.models import Decision, Rating, Scorecard

#: Reasons from the scorecard: so many of the lowest scores.
_REASONS = 3


@dataclass(frozen=True)
class Reason:
    """One question's score, with what it stands for and the note beside it."""

    question: str
    score: int | None
    anchor: str
    note: str


@dataclass(frozen=True)
class Explanation:
    """Sentences for the candidate, in the language of the page."""

    outcome: str
    #: Whether models had any part, and which.
    analyses: str
    data: list[str]
    reason: str
    reasons: list[Reason]


def explanation_of(decision: Decision) -> Explanation:
    """The explanation of a decision; one from before records were kept says less, and says that."""
    return Explanation(
        outcome=str(OUTCOMES[decision.outcome]),
        analyses=_analyses(decision),
        data=_data(decision),
        reason=decision.reason,
        reasons=_reasons(decision),
    )


def _analyses(decision: Decision) -> str:
    kept = decision.record
    if kept is None:
        return _("Which analyses were available was not recorded at the time.")
    readings = kept["analyses"]["readings"]
    if not readings:
        return _("No automated analyses were used.")
    words = {"text": _("words"), "speech": _("voice"), "face": _("face")}
    kinds = ", ".join(sorted({words.get(each["modality"], each["modality"]) for each in readings}))
    models = ", ".join(sorted({f"{each['model']} {each['model_version']}" for each in readings}))
    order = (
        _("The person who decided rated your answers before seeing any of them.")
        if kept["analyses"]["scored_before_seeing"]
        else _("The person who decided could see them while rating your answers.")
    )
    return _(
        "Automated analyses of your %(kinds)s were available beside your answers (%(models)s). They give no score and "
        "decide nothing. %(order)s",
        kinds=kinds,
        models=models,
        order=order,
    )


def _data(decision: Decision) -> list[str]:
    kept = decision.record
    if kept is None:
        return []
    answers = kept["answers"]
    recorded = sum(1 for each in answers if each["recording_sha256"])
    written = sum(1 for each in answers if each["written"])
    withdrawn = sum(1 for each in answers if each["withdrawn"])
    opened = sum(1 for each in answers if decision.by_id in each["opened"])
    found = []
    if recorded:
        found.append(ngettext("%(num)s recorded answer", "%(num)s recorded answers", recorded))
    if written:
        found.append(ngettext("%(num)s written answer", "%(num)s written answers", written))
    if withdrawn:
        found.append(ngettext("%(num)s answer withdrawn by you", "%(num)s answers withdrawn by you", withdrawn))
    found.append(
        ngettext("%(num)s answer opened by the person who decided", "%(num)s answers opened by the person who decided",
                 opened)
    )  # fmt: skip
    found.append(
        ngettext(
            "%(num)s person's scorecard", "scorecards of %(num)s people", len({c["by"] for c in kept["scorecards"]})
        )
    )
    return found


def _reasons(decision: Decision) -> list[Reason]:
    """The lowest scores of the scorecard on which the person decided, with their notes."""
    kept = decision.record
    own = [each["id"] for each in kept["scorecards"] if each["by"] == decision.by_id] if kept else []
    card = db.session.get(Scorecard, own[-1]) if own else None
    if card is None:
        return []
    rated: list[Rating] = sorted(
        (rating for rating in card.ratings if rating.score is not None),
        key=lambda rating: (rating.score or 0, rating.question.position),
    )
    return [
        Reason(rating.question.prompt, rating.score, str(ANCHORS.get(rating.score or 0, "")), rating.note)
        for rating in rated[:_REASONS]
    ]
