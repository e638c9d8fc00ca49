"""Every operation as every role, of one's own things and of another organisation's: the same rules as the pages."""

from __future__ import annotations

import io
import re
from datetime import timedelta

import pytest
from flask import Flask

from tests.webapp import worlds
from tests.webapp.api.test_document import operations
from webapp.accounts.models import Role
from webapp.api.document import document
from webapp.core.database import db, new_id, now
from webapp.governance.models import Erasure
from webapp.organisations.access import RIGHTS, Right
from webapp.organisations.models import TeamRole
from webapp.policy import Modality
from webapp.policy.models import Attestation
from webapp.questions.models import SetState

V, R, D, M, OWN = Right.VIEW, Right.REVIEW, Right.DECIDE, Right.MANAGE, Right.OWN
ADMIN, STAFF = Role.ADMIN, None

#: By operation what it takes: a right in the team, being an admin, or working here at all.
NEEDS = {
    "get_document": STAFF, "get_self": STAFF, "get_policy": STAFF,
    "list_positions": STAFF, "create_position": M, "get_position": V, "change_position": M, "archive_position": M,
    "restore_position": M, "set_position_rules": M, "export_position_csv": V, "export_position_json": V,
    "list_question_sets": STAFF, "get_question_set": STAFF, "create_question_set": ADMIN, "change_question_set": ADMIN,
    "delete_question_set": ADMIN, "publish_question_set": ADMIN, "create_question_set_version": ADMIN,
    "archive_question_set": ADMIN, "add_question": ADMIN, "add_question_from_library": ADMIN, "change_question": ADMIN,
    "set_scoring_guide": ADMIN, "move_question": ADMIN, "delete_question": ADMIN,
    "list_library": STAFF, "create_library_item": STAFF, "get_library_item": STAFF, "change_library_item": STAFF,
    "archive_library_item": STAFF,
    "list_invitations": STAFF, "create_invitation": M, "create_invitations": M, "get_invitation": V,
    "change_invitation": M, "revoke_invitation": M, "release_invitation": M, "list_files": V, "attach_file": M,
    "get_file": V, "delete_file": M, "list_requests": M, "settle_request": M,
    "list_interviews": STAFF, "get_interview": V, "list_answers": V, "note_answer_opened": V, "move_interview": D,
    "get_report": V, "get_media": V, "get_transcript": V, "write_transcript": R, "correct_transcript": R,
    "get_captions": V,
    "get_scorecard": R, "save_scorecard": R, "submit_scorecard": R, "skip_scorecard": R, "take_up_scorecard": R,
    "list_scorecards": V, "list_comments": R, "add_comment": R, "change_comment": R, "delete_comment": R,
    "list_decisions": V, "decide": D, "approve_decision": D,
    "list_people": ADMIN, "add_person": ADMIN, "get_person": ADMIN, "change_person": ADMIN, "deactivate_person": ADMIN,
    "reactivate_person": ADMIN, "list_teams": STAFF, "create_team": ADMIN, "get_team": V, "change_team": OWN,
    "put_in_team": OWN, "take_out_of_team": OWN, "list_keys": ADMIN, "create_key": ADMIN, "revoke_key": ADMIN,
    "list_webhooks": ADMIN, "create_webhook": ADMIN, "get_webhook": ADMIN, "change_webhook": ADMIN,
    "delete_webhook": ADMIN, "show_webhook_secret": ADMIN, "rotate_webhook_secret": ADMIN, "try_webhook": ADMIN,
    "list_deliveries": ADMIN, "replay_webhook": ADMIN,
    "plan_erasure": M, "erase_candidate": M, "hold_candidate": M, "end_hold": ADMIN, "list_erasures": ADMIN,
    "get_erasure": ADMIN, "approve_erasure": ADMIN, "list_attestations": ADMIN, "attest": ADMIN,
    "end_attestation": ADMIN, "list_bias_audits": ADMIN, "get_retention": ADMIN, "set_retention": ADMIN,
    "list_audit_entries": ADMIN, "verify_audit_log": ADMIN,
}  # fmt: skip
#: Of the whole installation: one policy for all organisations that it has.
SHARED = {"end_attestation"}


#: What cannot be done with the things of the tests, whoever asks.
REFUSED_ANYWAY = {
    "get_transcript": {404}, "get_captions": {404}, "get_scorecard": {404}, "revoke_key": {404}, "hold_candidate": {422},
    "approve_erasure": {422}, "correct_transcript": {422}, "submit_scorecard": {422}, "take_up_scorecard": {422},
    "decide": {422}, "approve_decision": {422}, "create_webhook": {422}, "change_webhook": {422},
    "erase_candidate": {422}, "change_library_item": {422}, "archive_library_item": {422}, "delete_comment": {422},
}  # fmt: skip
#: Operations on question sets that are for published ones.
PUBLISHED = {"create_question_set_version", "archive_question_set"}


def bodies(ids: dict) -> dict[str, dict]:
    """Something that each operation takes."""
    until = (now() + timedelta(days=5)).isoformat()
    invited = {"position_id": ids["position_id"], "question_set_id": ids["set_id"], "deadline": until}
    question = {"kind": "text", "prompt": "Why?"}
    return {
        "create_position": {"title": "T", "city": "C", "country": "FR", "team_id": ids["team_id"]},
        "change_position": {"title": "T"},
        "set_position_rules": {"four_eyes": False, "blind_review": False},
        "create_question_set": {"title": "T"}, "change_question_set": {"title": "T"}, "add_question": question,
        "add_question_from_library": {"item_id": ids["item_id"]}, "change_question": {"prompt": "Why?"},
        "set_scoring_guide": {"competencies": [{"name": "Craft", "levels": {"1": "None"}}]},
        "move_question": {"places": 1},
        "create_library_item": {"title": "T", "prompt": "Why?"}, "change_library_item": {"title": "T", "prompt": "W?"},
        "create_invitation": {**invited, "name": "New One", "email": "new@viva-people.org"},
        "create_invitations": {**invited, "people": [{"name": "New Two", "email": "two@viva-people.org"}]},
        "change_invitation": {"deadline": until},
        "move_interview": {"review_state": "in_review"},
        "write_transcript": {"text": "I said so."}, "correct_transcript": {"version": 1, "lines": ["I said so."]},
        "save_scorecard": {"summary": "Good."}, "add_comment": {"text": "Look."}, "change_comment": {"resolved": True},
        "decide": {"outcome": "hold", "reason": "Because."}, "approve_decision": {"approved": True},
        "add_person": {"name": "P", "email": "p@viva-people.org", "role": "recruiter"}, "change_person": {"role": "recruiter"},
        "create_team": {"name": "A new team"}, "change_team": {"name": "Another name"}, "put_in_team": {"role": "reviewer"},
        "create_key": {"title": "K", "scopes": ["policy:read"], "expires_at": until},
        "create_webhook": {"title": "W", "url": "https://127.0.0.1/"}, "change_webhook": {"title": "W"},
        "erase_candidate": {"name": "Nobody of this name"}, "hold_candidate": {"reason": "A court."},
        "attest": {"place": "GB", "modality": "face", "statement": "Examined by our lawyers in November 2026."},
        "set_retention": {"media": 30},
    }  # fmt: skip


def more(world, key_id: str) -> dict[str, str]:
    """The ids of the world's other things, those that only admins ask for."""
    admin = world.people[Role.ADMIN]
    erasure = Erasure(
        ground="request", scope={}, kept_classes=[], by_id=admin.id, due_at=now(), done_at=now(), organisation_id=admin.organisation_id
    )  # fmt: skip
    attestation = Attestation(place="GB", modality=Modality.FACE, statement="A ground.", by_id=admin.id)
    db.session.add_all([erasure, attestation])
    db.session.commit()
    ids = {"erasure_id": erasure.id, "attestation_id": attestation.id, "key_id": key_id}
    return {**{name: value for name, value in world.ids.items()}, **ids}


def ask(call, who, method: str, path: str, name: str, ids: dict):
    address = re.sub(r"{([a-z_]+)}", lambda found: str(ids[found[1]]), path).removeprefix("/api/v1")
    values = {"json": body} if (body := bodies(ids).get(name)) else {}
    if name == "attach_file":
        values = {"data": {"file": (io.BytesIO(b"%PDF-1.7\n%%EOF"), "cv.pdf")}}
    if name == "get_policy":
        address += "?place=FR"
    return call(who, method, address, **values)


def test_every_operation_is_in_the_matrix(app: Flask):
    assert {each["operationId"] for each in operations(document(app)).values()} == set(NEEDS)


_LONG = pytest.mark.full
_ROLES = [pytest.param(role, marks=() if role is TeamRole.REVIEWER else _LONG)
          for role in (*TeamRole, Role.ADMIN)]  # fmt: skip


@pytest.mark.parametrize("role", _ROLES)
def test_each_role_at_each_operation(app: Flask, call, key_of, make, world, role):
    person = world.people[role]
    rights = set(Right) if role is Role.ADMIN else RIGHTS[role]
    secret = key_of(person)
    ids = more(world, new_id())
    wrong = []
    #: What goes, or is closed, comes last.
    late = ("delete", "archive", "revoke", "take_out", "deactivate", "change_person", "erase", "release")
    found = sorted(operations(document(app)).items(), key=lambda each: each[1]["operationId"].startswith(late))
    for (method, path), operation in found:
        name = operation["operationId"]
        own = dict(ids)
        if "/question-sets/" in path and NEEDS[name] is ADMIN and name not in PUBLISHED:
            draft = make.question_set(title="A draft", created_by=world.people[Role.ADMIN], state=SetState.DRAFT)
            own["set_id"], own["question_id"] = draft.id, draft.questions[0].id
        answer = ask(call, secret, method, path, name, own)
        needs = NEEDS[name]
        allowed = needs is STAFF or (role is Role.ADMIN if needs is ADMIN else needs in rights)
        good = {int(code) for code in operation["responses"] if code < "400"} | REFUSED_ANYWAY.get(name, set())
        refused = {403, 404} | (
            {422} if name in ("create_position", "create_invitation", "create_invitations") else set()
        )
        if answer.status_code not in (good if allowed else refused):
            wrong.append(f"{name}: {answer.status_code} {answer.text[:200]}")
    assert wrong == [], "\n".join(wrong)


@pytest.mark.parametrize("role", [Role.ADMIN, pytest.param(TeamRole.OWNER, marks=_LONG)])
def test_another_organisations_things_are_not_there(app: Flask, call, key_of, make, world, role):
    ours = worlds.build(make, "Ours")
    ids = more(world, new_id())
    secret = key_of(ours.people[role])
    wrong = []
    for (method, path), operation in operations(document(app)).items():
        name = operation["operationId"]
        if name in SHARED:
            continue
        answer = ask(call, secret, method, path, name, ids)
        hidden = answer.status_code in {403, 404, 422} or ("{" not in path)
        if not hidden or worlds.MARK in answer.text:
            wrong.append((name, answer.status_code))
    assert wrong == []


def test_cookies_open_nothing(app: Flask, client, sign_in, world):
    sign_in(world.people[Role.ADMIN])
    ids = more(world, new_id())
    for (method, path), operation in operations(document(app)).items():
        address = re.sub(r"{([a-z_]+)}", lambda found: str(ids[found[1]]), path)
        status = client.open(address, method=method).status_code
        assert status == (200 if operation["security"] == [] else 401), operation["operationId"]
