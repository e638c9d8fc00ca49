"""The link of an invitation: signed, of one use, and of nothing else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from itsdangerous import URLSafeSerializer

from webapp.accounts.models import Role
from webapp.core.database import db, now
from webapp.interviews import access, operations
from webapp.interviews.models import InterviewState, Invitation
from webapp.interviews.operations import InvitationError
from webapp.policy import Mode
from webapp.questions.models import SetState


def token(invitation: Invitation) -> str:
    return operations.invitation_url(invitation).rsplit("/", 1)[1]


def test_a_link_finds_its_invitation(app: Flask, make):
    invitation, _other = make.invitation(), make.invitation()
    assert operations.invitation_of_token(token(invitation)) is invitation


def test_the_address_is_the_public_one_else_the_request_s(app: Flask, make):
    invitation = make.invitation()
    assert operations.invitation_url(invitation).startswith("/i/")
    with app.test_request_context(base_url="http://127.0.0.1:5000/"):
        assert operations.invitation_url(invitation).startswith("http://127.0.0.1:5000/i/")
        app.config["PUBLIC_URL"] = "https://viva.example.org/"
        assert operations.invitation_url(invitation).startswith("https://viva.example.org/i/")


def test_garbled_tokens_find_nothing(app: Flask, make):
    good = token(make.invitation())
    payload, signature = good.rsplit(".", 1)
    for bad in (
        "",
        "x",
        ".",
        good[:-1],
        good + "x",
        good.upper(),
        payload,
        f"{payload}.{signature[::-1]}",
        "é" + good,
        "%00",
        make.invitation().id,
    ):
        assert operations.invitation_of_token(bad) is None, bad


def test_tokens_of_another_use_or_another_secret_find_nothing(app: Flask, make):
    invitation = make.invitation()
    for secret, salt in (("test", "viva.set-password"), ("other", "viva.invitation"), ("test", "itsdangerous")):
        assert operations.invitation_of_token(URLSafeSerializer(secret, salt=salt).dumps(invitation.id)) is None
    ours = URLSafeSerializer("test", salt="viva.invitation")
    for content in (["a"], {"id": invitation.id}, None, 7, "0" * 32):
        assert operations.invitation_of_token(ours.dumps(content)) is None


def test_open_until_over_revoked_or_submitted(app: Flask, make):
    assert operations.is_open(make.invitation())
    assert not operations.is_open(make.invitation(deadline=now() - timedelta(seconds=1)))
    revoked = make.invitation()
    operations.revoke(revoked)
    assert not operations.is_open(revoked)
    assert operations.is_open(make.interview().invitation)
    assert not operations.is_open(make.interview(state=InterviewState.SUBMITTED, submitted_at=now()).invitation)


def test_revoking_twice_keeps_the_first_moment(app: Flask, make):
    invitation = make.invitation()
    operations.revoke(invitation)
    first = invitation.revoked_at
    operations.revoke(invitation)
    assert invitation.revoked_at == first


def test_extending_opens_an_expired_link_again(app: Flask, make):
    invitation = make.invitation(deadline=now() - timedelta(days=1))
    operations.extend(invitation, now() + timedelta(days=1), by=invitation.created_by)
    assert operations.is_open(invitation)


def test_what_cannot_be_extended_or_revoked(app: Flask, make):
    later = now() + timedelta(days=1)
    revoked = make.invitation()
    operations.revoke(revoked)
    submitted = make.interview(state=InterviewState.SUBMITTED, submitted_at=now()).invitation
    opened = make.invitation()
    for invitation, deadline in (
        (revoked, later),
        (submitted, later),
        (opened, now()),
        (opened, now() + timedelta(days=400)),
    ):
        with pytest.raises(InvitationError):
            operations.extend(invitation, deadline, by=opened.created_by)
    with pytest.raises(InvitationError, match="submitted"):
        operations.revoke(submitted)


def test_who_can_be_invited_to_what(app: Flask, make):
    by = make.user()
    good = {
        "position": make.position(created_by=by),
        "question_set": make.question_set(),
        "name": "Kim",
        "email": "",
        "deadline": now() + timedelta(days=1),
    }
    assert operations.create_invitation(**good, by=by).created_by is by
    for wrong in (
        {"position": make.position(archived_at=now())},
        {"question_set": make.question_set(state=SetState.DRAFT)},
        {"question_set": make.question_set(state=SetState.ARCHIVED)},
        {"name": "  "},
        {"deadline": now() - timedelta(minutes=1)},
    ):
        with pytest.raises(InvitationError):
            operations.create_invitation(**{**good, **wrong}, by=by)


def test_who_may_review(app: Flask, make):
    interview = make.interview()
    owner = interview.invitation.created_by
    assert access.may_review(owner, interview)
    assert access.may_review(make.user(Role.ADMIN), interview)
    assert not access.may_review(make.user(Role.RECRUITER), interview)
    assert not access.may_review(make.user(Role.CANDIDATE), interview)
    owner.active = False
    db.session.commit()
    assert not access.may_review(owner, interview)


def test_practice_is_for_nobody_but_its_candidate(app: Flask, make):
    candidate = make.user(Role.CANDIDATE)
    practice = make.practice(candidate)
    assert practice.mode is Mode.PRACTICE
    for user in (make.user(Role.ADMIN), make.user(Role.RECRUITER), candidate):
        assert not access.may_review(user, practice)
        assert db.session.scalars(operations.interviews_of(user)).all() == []


def test_a_recruiter_who_became_a_candidate_reviews_nothing(app: Flask, make):
    interview = make.interview()
    interview.invitation.created_by.role = Role.CANDIDATE
    assert not access.may_review(interview.invitation.created_by, interview)
