"""A whole organisation with one row of everything, for tests that ask every route about it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from werkzeug.routing import Rule

from tests.webapp.analysis.samples import answer_all, face_reading
from webapp.accounts.factor_models import Passkey
from webapp.accounts.models import Organisation, Role, User
from webapp.analysis.models import Analysis, AnalysisState
from webapp.api.operations import make_key
from webapp.api.scopes import Scope
from webapp.applying import operations as applying
from webapp.ats import orders as ats_orders
from webapp.clips.models import CaptionState, Clip, ClipState
from webapp.core.database import db, new_id, now
from webapp.core.security_log import record
from webapp.core.storage import storage
from webapp.fairness.operations import make_report
from webapp.governance.models import Erasure
from webapp.identity.models import Protocol, Provider
from webapp.integrations.models import Endpoint
from webapp.interviews.attachments import attach
from webapp.interviews.filters import Filters
from webapp.interviews.models import CandidateRequest, Interview, Outcome, RequestKind
from webapp.interviews.preview_models import Preview, PreviewState
from webapp.interviews.saved_views import save_view
from webapp.messages import outbox
from webapp.messages.models import Channel, Refusal, Wording
from webapp.organisations.models import Team, TeamRole
from webapp.organisations.operations import put_in_team
from webapp.policy import Modality
from webapp.policy.models import Attestation
from webapp.questions import library
from webapp.questions.models import QuestionSet, SetState
from webapp.reviews.calibration_models import GoldInterview
from webapp.reviews.comment_models import Comment
from webapp.reviews.models import Decision
from webapp.scheduling.models import Appointment, Slot
from webapp.sharing import operations as sharing

#: In every name and text of an organisation's rows: what must not be read elsewhere.
MARK = "Zebrafinch"


@dataclass
class World:
    """An organisation, its people by role, and the ids that addresses of its things need."""

    organisation: Organisation
    people: dict[TeamRole | Role, User]
    team: Team
    interview: Interview
    draft: QuestionSet
    ids: dict[str, Any] = field(default_factory=dict)


def build(make: Any, name: str = MARK, *, country: str = "CA") -> World:
    """Make it, with an interview that was submitted and read."""
    organisation = make.organisation(name)
    values = {"organisation_id": organisation.id}
    # Two teams: nobody is put into one by themselves.
    team, _other = (make.team(name=f"{name} {what}", **values) for what in ("team", "other team"))
    admin = make.user(Role.ADMIN, name=f"{name} Admin", **values)
    people: dict[TeamRole | Role, User] = {role: make.user(name=f"{name} {role.value}", **values) for role in TeamRole}
    for role in TeamRole:
        put_in_team(team, people[role], role)
    people[Role.ADMIN] = admin
    position = make.position(country, title=f"{name} position", team=team, created_by=admin)
    questions = make.question_set(title=f"{name} set", created_by=admin)
    draft = make.question_set(title=f"{name} draft", created_by=admin, state=SetState.DRAFT)
    invitation = make.invitation(
        position=position, question_set=questions, created_by=admin, name=f"{name} Candidate", email="one@zebra.test"
    )
    open_one = make.invitation(
        position=position, question_set=questions, created_by=admin, name=f"{name} Open", email="two@zebra.test"
    )
    interview = answer_all(make, make.interview(invitation=invitation))
    answer = next(each for each in interview.answers if each.takes)
    analysis = Analysis(
        interview=interview,
        answer=answer,
        modality=Modality.FACE,
        state=AnalysisState.DONE,
        result=face_reading().to_json(),
    )
    recording = answer.takes[0].recording
    recording.playable_key = recording.original_key
    db.session.add(analysis)
    db.session.commit()
    share, _code = sharing.share(
        position, [interview], name=f"{name} Guest", email="guest@zebra.org", until=now() + timedelta(days=1), by=admin
    )
    file = attach(open_one, f"{name}.pdf", b"%PDF-1.7\n%%EOF", by=admin)
    preview = db.session.scalars(sa.select(Preview).where(Preview.attachment_id == file.id)).one()
    preview.state, preview.texts, preview.total = PreviewState.READY, [f"{name} wrote"], 1
    storage.save(preview.key(1), b"RIFF", organisation_id=organisation.id)
    decision = Decision(interview=interview, outcome=Outcome.HOLD, reason=f"{name} reason", by_id=admin.id)
    db.session.add(decision)
    asked = CandidateRequest(invitation=open_one, kind=next(iter(RequestKind)), text=f"{name} asks")
    db.session.add(asked)
    item = library.save(library.Draft(f"{name} question", f"{name}?"), by=admin)
    comment = Comment(interview=interview, question=questions.questions[0], author_id=admin.id, text=f"{name} comment")
    gold = GoldInterview(interview=interview, scores={f"{questions.questions[0].id} ": 3}, made_by_id=admin.id)
    owner = make.user(Role.CANDIDATE, name=f"{name} Owner", **values)
    passkey = Passkey(user_id=owner.id, name=f"{name} key", credential=f"{name} key", public_key=b"")
    provider = Provider(
        protocol=Protocol.SAML, name=f"{name} login", issuer="https://login.zebra.test", organisation_id=organisation.id,
        active=False,
    )  # fmt: skip
    db.session.add_all([comment, gold, passkey, provider])
    db.session.flush()
    values = {"cap": 5, "days": 7, "ends_at": now() + timedelta(days=7), "origins": ()}
    link = applying.make_link(position=position, question_set=questions, by=admin, **values)
    key, _secret = make_key(
        title=f"{name} key", person=admin, scopes=[Scope.POLICY_READ], expires_at=now() + timedelta(days=1), by=admin
    )
    hook = Endpoint(
        title=f"{name} hook", url="https://hooks.example.org/", created_by_id=admin.id, organisation_id=organisation.id
    )
    db.session.add(hook)
    db.session.flush()
    told = outbox.put(
        kind="webhook.test", channel=Channel.WEBHOOK, cause=new_id(), recipient=hook.id, name=f"{name}",
        organisation_id=organisation.id,
    )  # fmt: skip
    told_off = Refusal(
        organisation_id=organisation.id, address=f"{name}@zebra.test".lower(), kind="", why="bounced", detail=name
    )
    said = Wording(
        organisation_id=organisation.id, kind="reminder", language="en", subject=f"{name} says",
        body=f"{name} says {{{{ link }}}}", changed_by_id=admin.id,
    )  # fmt: skip
    gone = Erasure(
        organisation_id=organisation.id, ground="retention", scope={"interviews": [name]}, kept_classes=[], due_at=now(),
        done_at=now(), counts={"tables": {name: 1}, "files": 1},
    )  # fmt: skip
    word = Attestation(
        organisation_id=organisation.id, place="GB", modality=Modality.FACE, statement=f"{name} says", by_id=admin.id
    )
    at = {"starts_at": now() + timedelta(days=2), "ends_at": now() + timedelta(days=2, minutes=45)}
    slot = Slot(host_id=admin.id, position_id=position.id, organisation_id=organisation.id, **at)
    talk = Appointment(invitation=open_one, host_id=admin.id, organisation_id=organisation.id, **at)
    db.session.add_all([told_off, said, gone, word, slot, talk])
    record("team created", team=team.id, by=admin.id)
    offer = ats_orders.offer(title=f"{name} offer", position=position, question_set=questions, days=7, by=admin)
    batch = make.batch(position, admin, question_set=questions)
    clip = Clip(
        organisation_id=organisation.id, created_by_id=admin.id, state=ClipState.READY, seconds=2.0, suffix="webm",
        caption_state=CaptionState.UNREAD,
        captions={"words": [{"text": name, "start": 0.0, "end": 1.0}], "language": "en"},
    )  # fmt: skip
    db.session.add(clip)
    view = save_view(admin, f"{name} view", Filters(q=name))
    db.session.commit()
    ids = {
        "user_id": people[TeamRole.REVIEWER].id,
        "person_id": people[TeamRole.REVIEWER].id,
        "team_id": team.id,
        "position_id": position.id,
        "set_id": questions.id,
        "question_id": questions.questions[0].id,
        "invitation_id": open_one.id,
        "interview_id": interview.id,
        "answer_id": answer.id,
        "take_id": answer.takes[0].id,
        "recording_id": recording.id,
        "analysis_id": analysis.id,
        "position": 1,
        "share_id": share.id,
        "batch_id": batch.id,
        "offer_id": offer.id,
        "system": "none",
        "view_id": view.id,
        "clip_id": clip.id,
        "link_id": link.id,
        "key_id": key.id,
        "endpoint_id": hook.id,
        "message_id": told,
        "refusal_id": told_off.id,
        "key": said.kind,
        "erasure_id": gone.id,
        "attestation_id": word.id,
        "slot_id": slot.id,
        "appointment_id": talk.id,
        "attachment_id": file.id,
        "decision_id": decision.id,
        "request_id": asked.id,
        "item_id": item.id,
        "comment_id": comment.id,
        "gold_id": gold.id,
        "passkey_id": passkey.id,
        "provider_id": provider.id,
        "protocol": "none",
        "number": 1,
        "kind": "csv",
        "form": "csv",
        "filename": "none",
        "token": "none",
        "report_id": make_report(organisation.id, now().date(), now().date()).id,
        "name": "none",
        "place": "US-IL",
        "slug": organisation.id,
        "link": "none",
        "rest": position.id,
    }
    return World(organisation, people, team, interview, draft, ids)


def address(world: World, rule: Rule) -> dict[str, Any]:
    """What ``rule`` needs to be asked about ``world``; KeyError for an id that no world has: add it to ``build``."""
    return {name: world.ids[name] for name in rule.arguments}
