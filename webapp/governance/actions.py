"""Which requests are written into the audit log, and as what.

Everything that somebody with an account on the hiring side asks for about a person is written down unless it is named
here: a page that is added later is not forgotten. What candidates do themselves is named where it is written.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import sqlalchemy as sa

from ml.core.messages import N_
from webapp.analysis.models import Analysis
from webapp.core.database import db
from webapp.interviews.models import Answer, Interview, Take
from webapp.live.models import Room
from webapp.messages.models import Message
from webapp.recordings.models import Recording
from webapp.reviews.calibration_models import GoldInterview
from webapp.scheduling.models import Appointment

SAW, CHANGED, EXPORTED = "saw", "changed", "exported"

#: Names of ids in addresses that lead to a person, and what they name; the first that an address has counts.
SUBJECTS = {
    "answer_id": "answer",
    "recording_id": "recording",
    "analysis_id": "analysis",
    "interview_id": "interview",
    "invitation_id": "invitation",
    "room_id": "room",
    "message_id": "message",
    "appointment_id": "appointment",
    "gold_id": "calibration interview",
    "user_id": "person",
    "person_id": "person",
}
#: Ids that lead to nobody's data. Any other name that ends with ``_id`` is taken for somebody's.
OTHERS = {
    "set_id": "question set",
    "position_id": "position",
    "question_id": "question",
    "attestation_id": "attestation",
    "erasure_id": "erasure",
    "endpoint_id": "endpoint",
    "key_id": "api key",
    "report_id": "bias report",
    "slot_id": "time",
    "link_id": "open link",
    "refusal_id": "refused address",
    "item_id": "library item",
    "passkey_id": "passkey",
    "provider_id": "identity provider",
    "batch_id": "list of people",
    "offer_id": "offer",
    "clip_id": "clip",
}
#: Seen, and not written down: asked for by scripts of a page that is, or showing nothing about anybody.
NOT_SEEN = frozenset(
    {
        "analysis.progress",  # how far the work is
        "interviews.list_progress",
        "clips.state",
        "recordings.poster",  # one still picture, shown in lists of what is written down when it is opened
        "uploads.head",
        "workspace.people",  # names of colleagues
        "workspace.thread_list",  # beside an answer that was opened
        "recordings.show",
    }
)
#: Sent by programs while somebody works, not decided by a person.
NOT_CHANGED = frozenset({"uploads.create", "uploads.patch", "live.token", "candidate.probe", "workspace.played"})
#: What candidates do that belongs into the log beside what others do with their data.
OF_CANDIDATES = frozenset(
    {"candidate.consent", "candidate.consents", "candidate.submit", "candidate.open_link", "practice.delete"}
)

#: What an entry says, for people. Others are shown as they are.
WORDS = {
    SAW: N_("saw"),
    CHANGED: N_("changed"),
    EXPORTED: N_("exported"),
    "decided": N_("decided"),
    "signed in": N_("signed in"),
    "second step failed": N_("gave a wrong code"),
    "second step added": N_("added a second step"),
    "second step removed": N_("removed a second step"),
    "second step taken away": N_("had their second step removed"),
    "second step required": N_("asked everybody for a second step"),
    "second step no longer required": N_("no longer asks everybody for a second step"),
    "identity joined": N_("joined an account to an identity provider"),
    "account made by provider": N_("got an account by an identity provider"),
    "signed in by provider": N_("was let in by an identity provider"),
    "identity provider added": N_("added an identity provider"),
    "identity provider changed": N_("changed an identity provider"),
    "identity provider removed": N_("removed an identity provider"),
    "directory token made": N_("made a token for the directory"),
    "directory token removed": N_("removed the directory's token"),
    "kept by directory": N_("was changed by the directory"),
    "recovery codes made": N_("made recovery codes"),
    "recovery code used": N_("used a recovery code"),
    "signed out": N_("signed out"),
    "sign-in failed": N_("failed to sign in"),
    "confirmation failed": N_("gave a wrong password"),
    "too many attempts": N_("tried too often"),
    "role changed": N_("changed a role"),
    "password changed": N_("changed their password"),
    "password set by link": N_("set their password by a link"),
    "password link shown": N_("was shown a password link"),
    "link shown": N_("was shown an invitation's link"),
    "link released": N_("released a link"),
    "invitation revoked": N_("revoked an invitation"),
    "candidate withdrew": N_("withdrew"),
    "address corrected": N_("corrected an address"),
    "answer noted": N_("noted that a candidate had an answer"),
    "link code asked": N_("asked for a code"),
    "link code wrong": N_("entered a wrong code"),
    "link code right": N_("went on in another browser by a code"),
    "password reset asked": N_("asked for a new password"),
    "signed in in a new browser": N_("signed in in a new browser"),
    "message link shown": N_("was shown a message's link"),
    "message sent again": N_("sent a message again"),
    "message suppressed": N_("suppressed a message"),
    "wording changed": N_("changed the words of a message"),
    "wording reset": N_("took back the words of a message"),
    "times offered": N_("asked a candidate to choose a time"),
    "open link made": N_("made an open link"),
    "open link closed": N_("closed an open link"),
    "list uploaded": N_("uploaded a list of people"),
    "list started": N_("had everybody on a list invited"),
    "list stopped": N_("stopped inviting a list of people"),
    "list continued": N_("went on inviting a list of people"),
    "ats connected": N_("gave an applicant tracking system a key"),
    "ats changed": N_("changed an applicant tracking system"),
    "ats offer added": N_("let applicant tracking systems order an interview"),
    "ats offer removed": N_("no longer lets applicant tracking systems order an interview"),
    "ats order placed": N_("ordered an interview"),
    "ats order cancelled": N_("cancelled an order"),
    "api key made": N_("made an API key"),
    "api key used": N_("used an API key"),
    "api key revoked": N_("revoked an API key"),
    "webhook added": N_("added a webhook"),
    "webhook changed": N_("changed a webhook"),
    "webhook removed": N_("removed a webhook"),
    "webhook secret shown": N_("was shown a webhook's secret"),
    "webhook secret rotated": N_("gave a webhook a new secret"),
    "deactivated": N_("deactivated an account"),
    "reactivated": N_("reactivated an account"),
    "interview begun": N_("began the interview"),
    "attested": N_("attested that an analysis is lawful"),
    "attestation ended": N_("ended an attestation"),
    "audit recorded": N_("recorded a bias audit"),
    "bias report made": N_("made a bias report"),
    "model switched": N_("switched a model"),
    "readings made anew": N_("had answers analysed again by a new model version"),
    "model began to serve": N_("began to use a model"),
    "document signed": N_("signed a document"),
    "employer page changed": N_("changed what candidates see of the organisation"),
    "welcome video changed": N_("changed the welcome video"),
    "practice settings changed": N_("changed what candidates practise with"),
    "practice by mail switched on": N_("let anybody practise by email"),
    "practice by mail switched off": N_("no longer lets anybody practise by email"),
    "organisation changed": N_("changed the organisation"),
    "translation confirmed": N_("confirmed a translation that binds"),
    "translation no longer confirmed": N_("had the English text bind again"),
    "erasure asked": N_("asked to erase"),
    "erased": N_("erased"),
    "retention set": N_("set how long something is kept"),
    "held": N_("set a legal hold"),
    "hold ended": N_("ended a legal hold"),
}


def subject_of(arguments: Mapping[str, object]) -> tuple[str, str]:
    """Kind and id of what an address is about; two empty texts where it is about nothing that has an id."""
    for names in (SUBJECTS, OTHERS):
        for name, kind in names.items():
            if isinstance(value := arguments.get(name), str):
                return kind, value
    for name, value in arguments.items():
        if name.endswith("_id") and isinstance(value, str):
            return name.removesuffix("_id").replace("_", " "), value
    return "", ""


def is_of_somebody(kind: str) -> bool:
    """Whether a subject may be somebody's data."""
    return bool(kind) and kind not in OTHERS.values()


def interview_of(kind: str, subject_id: str) -> str:
    """The interview that a subject belongs to; empty where it belongs to none."""
    if kind == "interview":  # mostly the request has read it already
        return subject_id if db.session.get(Interview, subject_id) else ""
    query = _INTERVIEW.get(kind)
    return (db.session.scalar(query(subject_id)) or "") if query else ""


_INTERVIEW: dict[str, Callable[[str], sa.Select[str]]] = {
    "answer": lambda i: sa.select(Answer.interview_id).where(Answer.id == i),
    "recording": lambda i: (
        sa.select(Answer.interview_id)
        .join(Take, Take.answer_id == Answer.id)
        .join(Recording, Recording.take_id == Take.id)
        .where(Recording.id == i)
    ),
    "analysis": lambda i: sa.select(Analysis.interview_id).where(Analysis.id == i),
    "invitation": lambda i: sa.select(Interview.id).where(Interview.invitation_id == i),
    "message": lambda i: (
        sa.select(Interview.id).join(Message, Message.invitation_id == Interview.invitation_id).where(Message.id == i)
    ),
    "appointment": lambda i: (
        sa.select(Interview.id)
        .join(Appointment, Appointment.invitation_id == Interview.invitation_id)
        .where(Appointment.id == i)
    ),
    "calibration interview": lambda i: sa.select(GoldInterview.interview_id).where(GoldInterview.id == i),
    "room": lambda i: sa.select(sa.func.coalesce(Room.interview_id, "")).where(Room.id == i),
}
