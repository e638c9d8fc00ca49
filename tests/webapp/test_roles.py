"""Each role against each route of the hiring side: who is let in, who is sent away, and how."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask, url_for
from flask.testing import FlaskClient

from webapp.accounts.factor_models import Passkey
from webapp.accounts.models import Role
from webapp.api.models import ApiKey
from webapp.applying.models import OpenLink
from webapp.core.database import db, new_id, now
from webapp.fairness.operations import make_report
from webapp.governance.models import Erasure
from webapp.identity.models import Protocol, Provider
from webapp.integrations.models import Endpoint
from webapp.interviews.models import CandidateRequest, InterviewState, RequestKind
from webapp.messages import outbox
from webapp.messages.models import Channel, Message, Refusal
from webapp.policy import Modality
from webapp.policy.models import Attestation
from webapp.questions.library import Draft, save
from webapp.questions.models import SetState
from webapp.reviews.models import Decision, Outcome
from webapp.scheduling.models import Appointment, Slot

STAFF = {Role.RECRUITER, Role.ADMIN}
ADMINS = {Role.ADMIN}
EVERYBODY = set(Role) - {Role.GUEST}  # who never signs in

#: method, endpoint, the names of the ids it needs, who is let in.
ROUTES = [
    ("GET", "accounts.people", "", ADMINS),
    ("GET", "accounts.new_person", "", ADMINS),
    ("POST", "accounts.new_person", "", ADMINS),
    ("GET", "accounts.person", "user", ADMINS),
    ("POST", "accounts.person", "user", ADMINS),
    ("GET", "accounts.password_link", "user", ADMINS),
    ("POST", "accounts.deactivate", "user", ADMINS),
    ("POST", "accounts.reactivate", "user", ADMINS),
    ("POST", "accounts.remove_second_step", "user", ADMINS),
    ("GET", "accounts.rules", "", ADMINS),
    ("POST", "accounts.rules", "", ADMINS),
    ("GET", "accounts.two_step", "", EVERYBODY),
    ("GET", "accounts.set_up_app", "", EVERYBODY),
    ("POST", "accounts.set_up_app", "", EVERYBODY),
    ("POST", "accounts.remove_app", "", EVERYBODY),
    ("POST", "accounts.passkey_creation", "", EVERYBODY),
    ("POST", "accounts.add_passkey", "", EVERYBODY),
    ("POST", "accounts.remove_passkey", "passkey", EVERYBODY),
    ("POST", "accounts.new_codes", "", EVERYBODY),
    ("GET", "identity.index", "", ADMINS),
    ("GET", "identity.new", "protocol", ADMINS),
    ("POST", "identity.new", "protocol", ADMINS),
    ("GET", "identity.edit", "provider", ADMINS),
    ("POST", "identity.edit", "provider", ADMINS),
    ("POST", "identity.remove", "provider", ADMINS),
    ("POST", "identity.new_token", "", ADMINS),
    ("POST", "identity.remove_token", "", ADMINS),
    ("GET", "accounts.confirm", "", EVERYBODY),
    ("POST", "accounts.confirm", "", EVERYBODY),
    ("POST", "accounts.end_sessions", "", EVERYBODY),
    ("GET", "health.health", "", ADMINS),
    ("GET", "health.administration", "", ADMINS),
    ("GET", "health.settings", "", ADMINS),
    ("GET", "health.storage", "", ADMINS),
    ("GET", "organisation.settings", "", ADMINS),
    ("POST", "organisation.settings", "", ADMINS),
    ("GET", "binding.index", "", ADMINS),
    ("GET", "binding.show", "text", ADMINS),
    ("POST", "binding.show", "text", ADMINS),
    ("GET", "governance.audit", "", ADMINS),
    ("POST", "governance.verify", "", ADMINS),
    ("GET", "erasing.keeping", "", ADMINS),
    ("POST", "erasing.keeping", "", ADMINS),
    ("POST", "erasing.keeping_at_place", "", ADMINS),
    ("POST", "erasing.forget_place", "place", ADMINS),
    ("GET", "erasing.candidate", "invitation", STAFF),
    ("POST", "erasing.candidate", "invitation", STAFF),
    ("POST", "erasing.hold", "invitation", STAFF),
    ("GET", "erasing.certificate_page", "erasure", STAFF),
    ("GET", "erasing.certificate", "erasure", STAFF),
    ("POST", "erasing.approve", "erasure", ADMINS),
    ("GET", "policy.show", "", ADMINS),
    ("GET", "fairness.index", "", ADMINS),
    ("POST", "fairness.make", "", ADMINS),
    ("GET", "fairness.show", "report", ADMINS),
    ("GET", "fairness.table", "report", ADMINS),
    ("GET", "fairness.pdf", "report", ADMINS),
    ("GET", "fairness.illinois", "", ADMINS),
    ("GET", "registry.index", "", ADMINS),
    ("GET", "registry.show", "model", ADMINS),
    ("POST", "registry.switching", "model", ADMINS),
    ("POST", "registry.read_again", "model", ADMINS),
    ("GET", "registry.figures", "", ADMINS),
    ("GET", "registry.technical", "", ADMINS),
    ("GET", "registry.licences", "", STAFF),
    ("GET", "ledger.show", "", ADMINS),
    ("GET", "ledger.export", "", ADMINS),
    ("POST", "policy.attest", "", ADMINS),
    ("POST", "policy.audit", "", ADMINS),
    ("POST", "policy.end", "attestation", ADMINS),
    ("GET", "governance.export_csv", "", ADMINS),
    ("GET", "governance.export_json", "", ADMINS),
    ("GET", "accounts.profile", "", EVERYBODY),
    ("POST", "accounts.profile", "", EVERYBODY),
    ("GET", "questions.index", "", STAFF),
    ("GET", "questions.show", "set", STAFF),
    ("GET", "questions.preview", "set", STAFF),
    ("GET", "questions.new", "", ADMINS),
    ("POST", "questions.new", "", ADMINS),
    ("GET", "questions.edit", "draft", ADMINS),
    ("POST", "questions.edit", "draft", ADMINS),
    ("GET", "questions.add_question", "draft", ADMINS),
    ("POST", "questions.add_question", "draft", ADMINS),
    ("GET", "questions.edit_question", "draft question", ADMINS),
    ("POST", "questions.edit_question", "draft question", ADMINS),
    ("POST", "questions.move_question", "draft question", ADMINS),
    ("GET", "questions.clip", "draft question", ADMINS),
    ("POST", "questions.clip", "draft question", ADMINS),
    ("GET", "questions.sign", "draft question", ADMINS),
    ("POST", "questions.sign", "draft question", ADMINS),
    ("GET", "clips.show", "clip", ADMINS),
    ("GET", "clips.state", "clip", ADMINS),
    ("POST", "clips.captions", "clip", ADMINS),
    ("POST", "questions.delete_question", "draft question", ADMINS),
    ("POST", "questions.publish", "draft", ADMINS),
    ("POST", "questions.delete", "draft", ADMINS),
    ("POST", "questions.new_version", "set", ADMINS),
    ("POST", "questions.archive", "set", ADMINS),
    ("GET", "library.index", "", STAFF),
    ("GET", "library.new", "", STAFF),
    ("POST", "library.new", "", STAFF),
    ("GET", "library.item", "item", STAFF),
    ("POST", "library.item", "item", STAFF),
    ("POST", "library.change", "item", STAFF),
    ("POST", "library.use", "item", ADMINS),
    ("GET", "library.export", "kind", STAFF),
    ("GET", "library.clip", "item", ADMINS),
    ("POST", "library.clip", "item", ADMINS),
    ("GET", "library.sign", "item", ADMINS),
    ("POST", "library.sign", "item", ADMINS),
    ("POST", "library.bring", "", STAFF),
    ("GET", "positions.index", "", STAFF),
    ("GET", "positions.new", "", STAFF),
    ("POST", "positions.new", "", STAFF),
    ("GET", "positions.show", "position", STAFF),
    ("GET", "positions.edit", "position", STAFF),
    ("POST", "positions.edit", "position", STAFF),
    ("POST", "positions.archive", "position", STAFF),
    ("POST", "positions.restore", "position", STAFF),
    ("GET", "interviews.inbox", "", STAFF),
    ("POST", "interviews.several", "", STAFF),
    ("POST", "interviews.save_view", "", STAFF),
    ("POST", "interviews.delete_view", "view", STAFF),
    ("POST", "interviews.attach", "invitation", STAFF),
    ("POST", "interviews.remove_attachment", "attachment", STAFF),
    ("GET", "interviews.new", "", STAFF),
    ("POST", "interviews.new", "", STAFF),
    ("GET", "interviews.upload", "", STAFF),
    ("POST", "interviews.upload", "", STAFF),
    ("GET", "interviews.batch", "batch", STAFF),
    ("GET", "interviews.list_progress", "batch", STAFF),
    ("GET", "interviews.failed_lines", "batch", STAFF),
    ("POST", "interviews.map_list", "batch", STAFF),
    ("POST", "interviews.start_list", "batch", STAFF),
    ("POST", "interviews.stop_list", "batch", STAFF),
    ("POST", "interviews.continue_list", "batch", STAFF),
    ("POST", "interviews.discard_list", "batch", STAFF),
    ("GET", "interviews.links", "", STAFF),
    ("GET", "interviews.links_csv", "", STAFF),
    ("GET", "interviews.invitation", "invitation", STAFF),
    ("POST", "interviews.extend", "invitation", STAFF),
    ("POST", "interviews.release", "invitation", STAFF),
    ("POST", "interviews.revoke", "invitation", STAFF),
    ("POST", "interviews.correct_address", "invitation", STAFF),
    ("POST", "interviews.settle_request", "invitation request", STAFF),
    ("GET", "api_keys.index", "", ADMINS),
    ("GET", "api_keys.new", "", ADMINS),
    ("POST", "api_keys.new", "", ADMINS),
    ("POST", "api_keys.revoke", "key", ADMINS),
    ("POST", "interviews.give_help", "invitation", STAFF),
    ("GET", "employer.edit", "", ADMINS),
    ("POST", "employer.edit", "", ADMINS),
    ("POST", "employer.logo", "", ADMINS),
    ("GET", "employer.welcome_video", "", ADMINS),
    ("POST", "employer.welcome_video", "", ADMINS),
    ("GET", "practice_settings.edit", "", ADMINS),
    ("POST", "practice_settings.edit", "", ADMINS),
    ("GET", "integrations.index", "", ADMINS),
    ("GET", "integrations.new", "", ADMINS),
    ("POST", "integrations.new", "", ADMINS),
    ("GET", "integrations.show", "endpoint", ADMINS),
    ("GET", "integrations.edit", "endpoint", ADMINS),
    ("POST", "integrations.edit", "endpoint", ADMINS),
    ("POST", "integrations.secret", "endpoint", ADMINS),
    ("POST", "integrations.rotate", "endpoint", ADMINS),
    ("POST", "integrations.test", "endpoint", ADMINS),
    ("POST", "integrations.replay", "endpoint", ADMINS),
    ("POST", "integrations.replay_one", "endpoint hook", ADMINS),
    ("POST", "integrations.delete", "endpoint", ADMINS),
    ("GET", "scheduling.times", "", STAFF),
    ("POST", "scheduling.times", "", STAFF),
    ("POST", "scheduling.withdraw_slot", "slot", STAFF),
    ("POST", "scheduling.cancel_appointment", "appointment", STAFF),
    ("GET", "scheduling.host_calendar", "appointment", STAFF),
    ("POST", "scheduling.ask_for_time", "invitation", STAFF),
    ("GET", "applying.links", "position", STAFF),
    ("POST", "applying.links", "position", STAFF),
    ("GET", "applying.link", "position open_link", STAFF),
    ("POST", "applying.close", "position open_link", STAFF),
    ("GET", "messages.index", "", ADMINS),
    ("POST", "messages.all_again", "", ADMINS),
    ("POST", "messages.test", "", ADMINS),
    ("POST", "messages.lift", "refusal", ADMINS),
    ("GET", "messages.show", "message", ADMINS),
    ("GET", "messages.as_mail", "message", ADMINS),
    ("POST", "messages.link", "message", ADMINS),
    ("POST", "messages.again", "message", ADMINS),
    ("POST", "messages.suppress", "message", ADMINS),
    ("GET", "messages.wordings", "", ADMINS),
    ("GET", "messages.wording", "wording", ADMINS),
    ("POST", "messages.wording", "wording", ADMINS),
    ("GET", "messages.notices", "", STAFF),
    ("POST", "messages.read", "", STAFF),
    ("GET", "messages.letter", "decided", STAFF),
    ("POST", "messages.letter", "decided", STAFF),
    ("POST", "messages.answered", "decided", STAFF),
]
OURS = (
    "clips",
    "employer",
    "practice_settings",
    "identity",
    "binding",
    "organisation",
    "ledger",
    "fairness",
    "registry",
    "erasing",
    "governance",
    "policy",
    "accounts",
    "questions",
    "library",
    "positions",
    "interviews",
    "health",
    "messages",
    "integrations",
    "api_keys",
    "scheduling",
    "applying",
)


def test_every_route_of_the_hiring_side_is_in_the_matrix(app: Flask):
    public = {
        "erasing.own_data", "governance.activity", "accounts.sign_in", "accounts.sign_out", "accounts.set_password", "accounts.forgot_password", "accounts.choose_language",
        "accounts.second_step", "accounts.passkey_options", "accounts.passkey",
        "health.healthz", "health.readyz", "health.metrics", "messages.unsubscribe", "scheduling.choose", "scheduling.book", "scheduling.cancel",
        "scheduling.calendar", "applying.apply", "applying.embedded", "applying.confirm",
    }  # fmt: skip
    routes = {
        (method, rule.endpoint)
        for rule in app.url_map.iter_rules()
        if rule.endpoint.split(".")[0] in OURS and rule.endpoint not in public
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }
    assert routes == {(method, endpoint) for method, endpoint, *_rest in ROUTES}


@pytest.mark.parametrize("role", [None, *(role for role in Role if role is not Role.GUEST)])
def test_each_role_at_each_route(app: Flask, client: FlaskClient, make, sign_in, role: Role | None):
    wrong = []
    for method, endpoint, needed, allowed in ROUTES:
        somebody = make.user(role or Role.ADMIN)
        draft = make.question_set(state=SetState.DRAFT)
        position = make.position(created_by=somebody)
        attestation = Attestation(place="GB", modality=Modality.FACE, statement="A ground.", by_id=somebody.id)
        erasure = Erasure(
            ground="request",
            scope={},
            kept_classes=[],
            by_id=somebody.id,
            due_at=now(),
            organisation_id=somebody.organisation_id,
        )
        provider = Provider(
            protocol=Protocol.OIDC, name="P", issuer="https://p.test", organisation_id=somebody.organisation_id
        )
        db.session.add_all([attestation, erasure, provider])
        invitation = make.invitation(position=position, created_by=somebody)
        decided = make.interview(
            invitation=make.invitation(position=position, created_by=somebody), state=InterviewState.SUBMITTED,
            submitted_at=now(),
        )  # fmt: skip
        asked = CandidateRequest(invitation=invitation, kind=RequestKind.PERSON, text="Call me.")
        refusal = Refusal(address="x@viva.test", kind="", why="bounced")
        decision = Decision(interview=decided, outcome=Outcome.HOLD, reason="Because.", by_id=somebody.id)
        there = Endpoint(
            title="ATS", url="https://hooks.example.org/", created_by_id=somebody.id, organisation_id=position.organisation_id
        )  # fmt: skip
        at = {"starts_at": now() + timedelta(days=2), "ends_at": now() + timedelta(days=2, minutes=45)}
        whose = {"organisation_id": position.organisation_id}
        slot = Slot(host_id=somebody.id, position_id=position.id, **whose, **at)
        talk = Appointment(invitation=invitation, host_id=somebody.id, **whose, **at)
        open_link = OpenLink(
            position=position, question_set=invitation.question_set, created_by_id=somebody.id, cap=1,
            ends_at=now() + timedelta(days=9),
        )  # fmt: skip
        key = ApiKey(
            organisation_id=position.organisation_id, title="K", person_id=somebody.id, created_by_id=somebody.id,
            hash=new_id(), begins_with="viva_", scopes=[], expires_at=now() + timedelta(days=1),
        )  # fmt: skip
        db.session.add_all([asked, refusal, decision, there, slot, talk, open_link, key])
        db.session.flush()
        hook = outbox.put(kind="webhook.test", channel=Channel.WEBHOOK, cause=new_id(), recipient=there.id)
        message = db.session.get(Message, outbox.put(kind="test", cause=new_id(), recipient="x@viva.test"))
        bias = make_report(somebody.organisation_id, now().date(), now().date())
        ids = {
            "report": {"report_id": bias.id},
            "model": {"name": "text"},
            "message": {"message_id": message.id},
            "endpoint": {"endpoint_id": there.id},
            "hook": {"message_id": hook},
            "key": {"key_id": key.id},
            "slot": {"slot_id": slot.id},
            "appointment": {"appointment_id": talk.id},
            "open_link": {"link_id": open_link.id},
            "request": {"request_id": asked.id},
            "refusal": {"refusal_id": refusal.id},
            "wording": {"key": "receipt"},
            "text": {"key": "consents"},
            "decided": {"interview_id": decided.id},
            "user": {"user_id": make.user(Role.CANDIDATE).id},
            "set": {"set_id": make.question_set().id},
            "draft": {"set_id": draft.id},
            "question": {"question_id": draft.questions[0].id},
            "position": {"position_id": position.id},
            "attachment": {"attachment_id": make.attachment(position, somebody).id},
            "batch": {"batch_id": make.batch(position, somebody).id},
            "view": {"view_id": make.view(somebody).id},
            "erasure": {"erasure_id": erasure.id},
            "attestation": {"attestation_id": attestation.id},
            "item": {"item_id": save(Draft("A", "Why?"), by=somebody).id},
            "kind": {"kind": "csv"},
            "place": {"place": "US-IL"},
            "passkey": {},
            "clip": {"clip_id": make.clip(somebody).id},
            "protocol": {"protocol": "oidc"},
            "provider": {"provider_id": provider.id},
            "invitation": {"invitation_id": invitation.id},
        }
        values = {name: value for need in needed.split() for name, value in ids[need].items()}
        if endpoint.startswith("interviews.links"):
            values["position"] = position.id
        if role:
            sign_in(somebody)
        if "passkey" in needed:  # only now: it is a second step
            passkey = Passkey(user_id=somebody.id, name="Key", credential=new_id(), public_key=b"")
            db.session.add(passkey)
            db.session.flush()
            values["passkey_id"] = passkey.id
        data = {
            "questions.move_question": {"to": "down"},
            "library.change": {"then": "archive"},
            "interviews.give_help": {"kind": "takes"},
            "library.use": {"question_set": draft.id},
        }.get(endpoint, {})
        answer = client.open(url_for(endpoint, **values), method=method, data=data if method == "POST" else None)
        db.session.execute(db.delete(Refusal))
        db.session.execute(db.delete(Endpoint))
        db.session.commit()
        if role is None:
            right = answer.status_code == 302 and "/sign-in" in answer.location
        elif role in allowed:
            right = answer.status_code in {200, 302, 422} and "/sign-in" not in (answer.location or "")
        else:
            right = answer.status_code == 403
        if not right:
            wrong.append((method, endpoint, answer.status_code))
    assert wrong == []
