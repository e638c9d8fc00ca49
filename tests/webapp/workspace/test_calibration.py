"""Calibration: agreed scores, rounds, severity and drift with intervals, for the reviewer and their lead alone."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from scipy import stats

from webapp.accounts.models import Role
from webapp.core.database import db, now
from webapp.organisations.models import TeamRole
from webapp.organisations.operations import put_in_team
from webapp.reviews import calibration
from webapp.reviews.calibration_models import CalibrationCard, GoldInterview
from webapp.reviews.models import Decision, Scorecard
from webapp.reviews.operations import ReviewError


@pytest.fixture
def lead(make, interview):
    """The owner of the team that the recruiter is in; no admin."""
    person = make.user(name="Ada Lindqvist")
    put_in_team(interview.position.team, person, TeamRole.OWNER)
    db.session.commit()
    return person


@pytest.fixture
def gold(client, sign_in, lead, interview, recruiter):
    """The lead's scorecard, three threes, is the reference; the recruiter is signed in."""
    sign_in(lead)
    client.post(f"/reviews/{interview.id}/gold")
    assert db.session.scalars(sa.select(GoldInterview)).all() == [], "without a scorecard there is no reference"
    for number, data in ((1, {"score-c1": "3", "score-c2": "3"}), (2, {"score-": "3"})):
        client.post(f"/reviews/{interview.id}/answers/{number}", data=data)
    client.post(f"/reviews/{interview.id}/submit")
    client.post(f"/reviews/{interview.id}/gold")
    sign_in(recruiter)
    return db.session.scalars(sa.select(GoldInterview)).one()


def rate(client, gold, *scores):
    return client.post(
        f"/reviews/calibration/{gold.id}",
        data={f"score {place}": score for place, score in zip(sorted(gold.scores), scores, strict=False)},
    )


def test_a_round_is_kept_and_told_to_two_people_alone(client, make, sign_in, gold, lead, recruiter):
    page = client.get("/reviews/calibration").text
    assert "Score a calibration interview" in page and "Interviews for calibration" not in page
    form = client.get(f"/reviews/calibration/{gold.id}").text
    assert "Problem solving" in form and "checked" not in form
    assert rate(client, gold, 2, 2).status_code == 422, "a score is missing"
    assert rate(client, gold, 2, 2, 1).status_code == 302
    row = db.session.scalars(sa.select(CalibrationCard)).one()
    assert (row.reviewer_id, row.round, sorted(row.scores.values())) == (recruiter.id, 1, [1, 2, 2])
    page = client.get("/reviews/calibration").text
    assert "not enough data" in page and "Score a calibration interview" not in page, (
        "the next one is due in some weeks"
    )
    # It counts in no review.
    assert {card.reviewer_id for card in db.session.scalars(sa.select(Scorecard))} == {lead.id}
    assert db.session.scalars(sa.select(Decision)).all() == []
    sign_in(lead)
    assert "Rosa Moreau" in client.get("/reviews/calibration").text
    assert client.get(f"/reviews/calibration/people/{recruiter.id}").status_code == 200
    for stranger in (make.user(), make.user(Role.ADMIN)):  # a colleague of the team, and an admin who does not lead it
        sign_in(stranger)
        assert client.get(f"/reviews/calibration/people/{recruiter.id}").status_code == 404
        assert "Rosa Moreau" not in client.get("/reviews/calibration").text
        assert not calibration.may_see(stranger, recruiter)


@pytest.mark.parametrize("role", [None, *TeamRole])
def test_who_leads_whom(make, role):
    """Every role in a team, and none for an admin, against every role, in the same team and in another."""
    viewer = make.user(Role.ADMIN if role is None else Role.RECRUITER)
    team, other, theirs = make.team(), make.team(), make.organisation().id
    if role is not None:
        put_in_team(team, viewer, role)
    leads = {TeamRole.OWNER: set(TeamRole), TeamRole.HIRING_MANAGER: {"recruiter", "reviewer", "observer"}}
    for each in TeamRole:
        inside, outside = make.user(), make.user()
        put_in_team(team, inside, each)
        put_in_team(other, outside, each)
        assert calibration.may_see(viewer, inside) is (each in leads.get(role, ())), each
        assert not calibration.may_see(viewer, outside)
        assert calibration.may_see(inside, inside)
    assert not calibration.may_see(viewer, make.user(organisation_id=theirs))
    assert not calibration.is_lead_of(viewer, viewer)
    viewer.active = False
    assert calibration.led_by(viewer) == set()


def test_severity_and_drift_with_intervals(gold, recruiter):
    places = sorted(gold.scores)
    for back, scores in ((200, (3, 3, 3)), (130, (3, 4, 3)), (1, (1, 1, 2))):
        row = calibration.submit(gold, recruiter, dict(zip(places, scores, strict=True)))
        row.submitted_at = now() - timedelta(days=back)
    db.session.flush()
    result = calibration.result_of(recruiter)
    assert result.severity.n == 9 and result.severity.value == pytest.approx(-4 / 9)
    assert result.severity.low < 0 < result.severity.high and not result.severity.is_clear
    assert result.apart == pytest.approx(6 / 9) and result.drift is None, "three scores are too few for a round's drift"
    assert [round(mean.value, 2) for mean in result.rounds] == [0, 0.33, -1.67]


def test_drift_is_a_difference_of_means():
    before, last = [0, 0, 1, 0, -1, 0], [-1, -2, -1, -2, -1]
    drift = calibration._drift([before, last])
    assert drift.value == pytest.approx(-1.4) and drift.is_clear
    welch = stats.ttest_ind(last, before, equal_var=False).confidence_interval()
    assert (drift.low, drift.high) == pytest.approx((welch.low, welch.high))


def test_who_may_score_it(client, make, sign_in, gold, lead, recruiter, interview):
    with pytest.raises(ReviewError):
        calibration.submit(gold, lead, gold.scores)
    with pytest.raises(ReviewError):
        calibration.submit(gold, recruiter, dict.fromkeys(gold.scores, 6))
    sign_in(make.user())
    assert client.get(f"/reviews/calibration/{gold.id}").status_code == 404
    sign_in(recruiter)
    assert client.post(f"/reviews/{interview.id}/gold").location.endswith(interview.id), "only a lead"
    client.post(f"/reviews/{interview.id}/skip")
    assert client.get(f"/reviews/calibration/{gold.id}").status_code == 404, "who has seen the readings is not blind"
    assert calibration.due(recruiter) is None


def test_due_again_after_some_weeks_the_longest_ago_first(gold, recruiter):
    assert calibration.due(recruiter).id == gold.id
    row = calibration.submit(gold, recruiter, gold.scores)
    assert calibration.due(recruiter) is None
    row.submitted_at = now() - calibration.EVERY - timedelta(days=1)
    db.session.flush()
    assert calibration.due(recruiter).id == gold.id
    gold.retired_at = now()
    db.session.flush()
    assert calibration.due(recruiter) is None
