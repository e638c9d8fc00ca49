"""Consents are only added, by whatever road somebody comes."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from webapp.core.append_only import AppendOnlyError
from webapp.core.database import db
from webapp.interviews.models import Consent, Interview


@pytest.fixture
def consent(make):
    return make.interview().consents[0]


def test_another_one_can_be_added(consent):
    consent.interview.consents.append(Consent(purpose=consent.purpose, granted=False, text_version="test"))
    db.session.commit()


@pytest.mark.parametrize(("column", "value"), [("granted", False), ("text_version", "x"), ("address", "192.0.2.1")])
def test_none_is_changed(consent, column, value):
    setattr(consent, column, value)
    with pytest.raises(AppendOnlyError):
        db.session.flush()


def test_none_is_removed(consent):
    db.session.delete(consent)
    with pytest.raises(AppendOnlyError):
        db.session.flush()


def test_none_is_taken_out_of_its_interview(consent):
    consent.interview.consents.remove(consent)
    with pytest.raises(AppendOnlyError):
        db.session.flush()


@pytest.mark.parametrize("statement", [sa.update(Consent).values(granted=True), sa.delete(Consent)])
def test_no_statement_does_it_either(consent, statement):
    with pytest.raises(AppendOnlyError):
        db.session.execute(statement)


def test_they_go_with_a_practice_interview_that_its_candidate_deletes(make):
    interview = make.practice()
    db.session.delete(interview)
    db.session.commit()
    assert db.session.scalar(sa.select(sa.func.count(Consent.id))) == 0
    assert db.session.scalar(sa.select(sa.func.count(Interview.id))) == 0
