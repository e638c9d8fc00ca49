"""Each role in a team against each route about its things, and against what the pages show."""

from __future__ import annotations

import pytest
from flask import Flask, url_for
from flask.testing import FlaskClient

from tests.webapp import worlds
from webapp.accounts.models import Role
from webapp.core.database import db, now
from webapp.organisations.access import RIGHTS, Right
from webapp.organisations.models import TeamRole
from webapp.reviews.models import Scorecard, ScorecardState

V, R, D, S, M, OWN = Right.VIEW, Right.REVIEW, Right.DECIDE, Right.SHARE, Right.MANAGE, Right.OWN

#: Method, endpoint, what it takes. The ids in the address are those of the team's own things.
ROUTES = [
    ("GET", "positions.show", V),
    ("GET", "positions.new", M),
    ("POST", "positions.new", M),
    ("GET", "positions.edit", M),
    ("POST", "positions.edit", M),
    ("POST", "positions.archive", M),
    ("POST", "positions.restore", M),
    ("GET", "interviews.inbox", V),
    ("GET", "interviews.new", M),
    ("POST", "interviews.new", M),
    ("GET", "interviews.upload", M),
    ("POST", "interviews.upload", M),
    ("GET", "interviews.batch", M),
    ("GET", "interviews.list_progress", M),
    ("GET", "interviews.failed_lines", M),
    ("POST", "interviews.map_list", M),
    ("POST", "interviews.start_list", M),
    ("POST", "interviews.stop_list", M),
    ("POST", "interviews.continue_list", M),
    ("POST", "interviews.discard_list", M),
    ("GET", "interviews.links", M),
    ("GET", "interviews.links_csv", M),
    ("GET", "interviews.invitation", V),
    ("POST", "interviews.extend", M),
    ("POST", "interviews.release", M),
    ("POST", "interviews.revoke", M),
    ("POST", "interviews.correct_address", M),
    ("POST", "interviews.settle_request", M),
    ("POST", "interviews.give_help", M),
    ("GET", "reports.show", V),
    ("GET", "reports.export", V),
    ("GET", "reports.figures", V),
    ("GET", "reports.versions", V),
    ("GET", "analysis.progress", V),
    ("POST", "analysis.retry", R),
    ("GET", "recordings.play", V),
    ("GET", "recordings.poster", V),
    ("GET", "transcripts.show", V),
    ("POST", "transcripts.correct", R),
    ("POST", "transcripts.give", R),
    ("POST", "transcription.recognise", R),
    ("POST", "transcription.language", R),
    ("GET", "reviews.scorecard", R),
    ("POST", "reviews.save", R),
    ("POST", "reviews.skip", R),
    ("POST", "reviews.take_up", R),
    ("POST", "reviews.opened", V),
    ("POST", "reviews.decide", D),
    ("POST", "points.verdict", R),
    ("POST", "interviews.several", V),  # each candidate by the right that it takes
    ("GET", "reviews.next_anywhere", V),
    ("GET", "reviews.next_here", V),
    ("POST", "interviews.attach", M),
    ("GET", "reviews.file", V),
    ("GET", "reviews.page", V),
    ("GET", "reviews.decision", V),
    ("POST", "reviews.approve", D),
    ("POST", "interviews.remove_attachment", M),
    ("GET", "reviews.settings", M),
    ("POST", "reviews.save_settings", M),
    ("GET", "sharing.index", S),
    ("GET", "sharing.new", S),
    ("POST", "sharing.new", S),
    ("GET", "sharing.show", S),
    ("POST", "sharing.code", S),
    ("POST", "sharing.revoke", S),
    ("GET", "organisations.show", V),
    ("POST", "organisations.change", OWN),
    ("POST", "organisations.put_in", OWN),
    ("POST", "organisations.take_out", OWN),
]
#: Which of these features' routes are not about a team's things.
FEATURES = {"positions", "interviews", "reports", "recordings", "transcripts", "transcription", "reviews", "points",
            "analysis", "sharing", "organisations", "deciding", "pipeline", "guests"}  # fmt: skip
ELSEWHERE = {
    ("GET", "positions.index"),  # lists what one may see
    ("GET", "recordings.show"),  # candidates'
    ("POST", "recordings.finish"),
    ("GET", "transcripts.captions"),  # 404 where there are none
    ("GET", "organisations.index"),
    ("POST", "organisations.new"),  # admins'
    ("POST", "interviews.save_view"),  # one's own
    ("POST", "interviews.delete_view"),
}
GUESTS = {
    (method, f"guests.{name}")
    for method, name in (
        ("GET", "index"),
        ("POST", "index"),
        ("GET", "review"),
        ("POST", "save"),
        ("POST", "opened"),
        ("GET", "captions"),
    )
}


@pytest.fixture
def world(make):
    return worlds.build(make)


def test_every_route_about_a_teams_things_is_in_the_matrix(app: Flask):
    routes = {
        (method, rule.endpoint)
        for rule in app.url_map.iter_rules()
        if rule.endpoint.split(".")[0] in FEATURES
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }
    assert routes - ELSEWHERE - GUESTS == {(method, endpoint) for method, endpoint, _right in ROUTES}


@pytest.mark.parametrize("role", [*TeamRole, Role.ADMIN, None])
def test_each_role_at_each_route(app: Flask, client: FlaskClient, make, sign_in, world, role):
    rules = {rule.endpoint: rule for rule in app.url_map.iter_rules()}
    outsider = make.user(organisation_id=world.organisation.id)
    sign_in(world.people[role] if role else outsider)
    rights = set(Right) if role is Role.ADMIN else RIGHTS[role] if role else set()
    wrong = []
    for method, endpoint, right in ROUTES:
        values = worlds.address(world, rules[endpoint])
        if endpoint.startswith("interviews.links"):
            values["position"] = world.ids["position_id"]
        status = client.open(url_for(endpoint, **values), method=method, data={} if method == "POST" else None)
        about_something = bool(rules[endpoint].arguments) or endpoint.startswith("interviews.links")
        if right in rights:
            fine = status.status_code in {200, 204, 206, 302, 400, 422} or (
                status.status_code == 404 and endpoint in {"points.verdict"}  # not before one's own scorecard
            )
        elif role is None and about_something:
            fine = status.status_code == 404
        elif role is None and endpoint in {"interviews.several", "reviews.next_anywhere"}:
            fine = status.status_code == 302 and status.location == "/interviews"
        elif endpoint in {"interviews.inbox"}:
            fine = status.status_code == 200 and worlds.MARK not in status.text.split("<main", 1)[1]
        else:
            fine = status.status_code in {403, 404}
        if not fine:
            wrong.append((method, endpoint, status.status_code))
    assert wrong == []


#: A page, what is in it, and what it takes to read that.
FIELDS = [
    ("/invitations/{invitation_id}", "/i/", M),  # the candidate's secret link
    ("/invitations/{invitation_id}", "two@zebra.test", M),
    ("/invitations/{invitation_id}", "Zebrafinch asks", M),  # what the candidate asked for
    ("/invitations/{invitation_id}", "Attach a CV", M),
    ("/invitations/{invitation_id}", "Revoke this invitation", M),
    ("/invitations/{invitation_id}", "Zebrafinch.pdf", V),
    ("/positions/{position_id}", "Zebrafinch Candidate", V),
    ("/positions/{position_id}", "Stages and rules", M),
    ("/positions/{position_id}", "Share with a guest", S),
    ("/positions/{position_id}", "move-in_review", D),
    ("/positions/{position_id}", "extend-7", M),
    ("/positions/{position_id}", "Review next", R),
    ("/positions/{position_id}", "Archive this position", M),
    ("/teams/{team_id}", "Add a member", OWN),
    ("/interviews", "Invite a candidate", M),
    ("/reports/{interview_id}", "Fill in your scorecard", R),
    ("/reports/{interview_id}", "Secret of a colleague", None),  # before one's own scorecard is in, nobody
]


@pytest.mark.parametrize("role", [*TeamRole, Role.ADMIN])
def test_each_role_at_each_field(app: Flask, client: FlaskClient, make, sign_in, world, role):
    app.config["BLIND_REVIEW"] = True
    colleague = make.user(Role.ADMIN, organisation_id=world.organisation.id)
    db.session.add(
        Scorecard(
            interview=world.interview, reviewer=colleague, state=ScorecardState.SUBMITTED, closed_at=now(),
            summary="Secret of a colleague",
        )
    )  # fmt: skip
    db.session.commit()
    sign_in(world.people[role])
    rights = set(Right) if role is Role.ADMIN else RIGHTS[role]
    pages = {path: client.get(path.format(**world.ids)).text for path, *_rest in FIELDS}
    wrong = [(path, what) for path, what, right in FIELDS if (what in pages[path]) is not (right in rights)]
    assert wrong == []
