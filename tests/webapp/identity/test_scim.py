"""SCIM: judged by scim2-tester, and what a directory must not do."""

from __future__ import annotations

import flask_migrate
import pytest
import scim2_tester
import sqlalchemy as sa
from scim2_client.engines.wsgi import WSGISCIMClient
from scim2_tester import Status

from webapp.accounts.models import Role, User
from webapp.core.database import db
from webapp.identity import operations
from webapp.identity.models import DirectoryEntry
from webapp.organisations.models import Team, TeamRole
from webapp.organisations.operations import put_in_team

PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
USER = "urn:ietf:params:scim:schemas:core:2.0:User"


@pytest.fixture
def admin(make):
    return make.user(Role.ADMIN)


@pytest.fixture
def scim(app, admin):
    """Ask as the directory of the first organisation: ``scim("GET", "/Users")``."""
    token = operations.new_token(by=admin)
    db.session.commit()
    browser = app.test_client()

    def ask(method: str, path: str, body=None, token: str = token):
        headers = {"Authorization": f"Bearer {token}"}
        answer = browser.open(f"/scim/v2{path}", method=method, json=body, headers=headers)
        assert answer.mimetype in ("application/scim+json", "text/html"), answer.text
        return answer

    ask.token = token
    return ask


def person(name: str = "kim", **values) -> dict:
    return {
        "schemas": [USER], "userName": f"{name}@viva.test", "displayName": name.title(), "active": True,
        "emails": [{"value": f"{name}@viva.test", "primary": True, "type": "work"}], **values,
    }  # fmt: skip


def test_scim2_tester_finds_nothing_wrong(app, scim):
    def wsgi(environ, start):
        with app.app_context():
            return app.wsgi_app(environ, start)

    client = WSGISCIMClient(
        wsgi, base_url="http://viva.test/scim/v2", headers={"Authorization": f"Bearer {scim.token}"}
    )
    client.discover()
    results = scim2_tester.check_server(client)
    bad = [f"{each.title}: {each.reason}" for each in results if each.status in (Status.ERROR, Status.CRITICAL)]
    assert not bad, "\n".join(bad)
    assert sum(each.status is Status.SUCCESS for each in results) > 60


@pytest.mark.parametrize("token", ["", "x", "viva_scim_x", "é"])
def test_nothing_without_the_token(scim, token):
    for path in ("/Users", "/Schemas", "/nowhere"):
        answer = scim("GET", path, token=token)
        assert answer.status_code == 401 and answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_new_token_ends_the_one_before_and_no_token_is_stored(scim, admin):
    row = operations.token_of(admin.organisation_id)
    assert scim.token not in str(vars(row))
    operations.new_token(by=admin)
    assert scim("GET", "/Users").status_code == 401


def test_a_session_is_no_token(client, sign_in, admin):
    sign_in(admin)
    assert client.get("/scim/v2/Users").status_code == 401


def test_somebody_comes_changes_and_leaves(app, client, scim):
    made = scim("POST", "/Users", person())
    assert made.status_code == 201 and made.headers["Location"].endswith(made.json["id"])
    user = db.session.get(User, made.json["id"])
    assert (user.email, user.name, user.role, user.active) == ("kim@viva.test", "Kim", Role.RECRUITER, True)
    where = f"/Users/{user.id}"
    changes = [{"op": "replace", "path": "displayName", "value": "Kim T."}]
    assert scim("PATCH", where, {"schemas": [PATCH], "Operations": changes}).json["displayName"] == "Kim T."
    off = [{"op": "Replace", "value": {"active": False}}]
    assert scim("PATCH", where, {"schemas": [PATCH], "Operations": off}).json["active"] is False
    assert not db.session.get(User, user.id).active
    assert scim("PUT", where, person(active=True)).json["active"] is True
    assert scim("DELETE", where).status_code == 204 and scim("GET", where).status_code == 404
    assert not db.session.get(User, user.id).active
    again = scim("POST", "/Users", person())
    assert again.status_code == 201 and again.json["id"] == user.id and db.session.get(User, user.id).active


def test_deactivating_ends_sessions(app, client, scim, make, sign_in):
    user = sign_in(make.user())
    off = [{"op": "replace", "path": "active", "value": False}]
    scim("PATCH", f"/Users/{user.id}", {"schemas": [PATCH], "Operations": off})
    assert client.get("/profile").status_code == 302


def test_who_was_here_before_is_found_by_their_address(scim, make):
    user = make.user(email="lee@viva.test")
    found = scim("GET", "/Users?filter=userName%20eq%20%22lee@viva.test%22").json
    assert [each["id"] for each in found["Resources"]] == [user.id]
    assert scim("POST", "/Users", person("lee")).status_code == 409


def test_a_user_name_that_is_an_address_is_enough(scim):
    body = person()
    del body["emails"]
    assert scim("POST", "/Users", body).json["emails"][0]["value"] == "kim@viva.test"
    assert scim("POST", "/Users", {**body, "userName": "no address"}).status_code == 400


def test_the_last_admin_stays(scim, admin):
    off = [{"op": "replace", "path": "active", "value": False}]
    answer = scim("PATCH", f"/Users/{admin.id}", {"schemas": [PATCH], "Operations": off})
    assert answer.status_code == 403 and "last admin" in answer.json["detail"]
    assert scim("DELETE", f"/Users/{admin.id}").status_code == 403
    assert db.session.get(User, admin.id).active


def test_another_organisation_its_candidates_and_guests_are_not_there(scim, make):
    theirs = make.user(email="them@viva.test", organisation_id=make.organisation().id)
    others = [theirs, make.user(Role.CANDIDATE), make.user(Role.GUEST)]
    assert len(scim("GET", "/Users").json["Resources"]) == 1  # the admin
    for user in others:
        for method, body in (("GET", None), ("PUT", person()), ("DELETE", None)):
            assert scim(method, f"/Users/{user.id}", body).status_code == 404
    # nor can their address be taken
    assert scim("POST", "/Users", person("them")).status_code == 409
    assert db.session.scalar(sa.select(DirectoryEntry)) is None


@pytest.mark.parametrize(
    ("body", "status"),
    [([], 400), ("x", 400), ({}, 400), (person(displayName="a\nb"), 400), (person(emails=[{"value": "x"}]), 400)],
)
def test_garbled(scim, body, status):
    assert scim("POST", "/Users", body).status_code == status


def test_pages(scim):
    for name in ("a", "b", "c"):
        scim("POST", "/Users", person(name))
    found = scim("GET", "/Users?startIndex=2&count=2&sortBy=userName").json
    assert (found["totalResults"], found["itemsPerPage"], found["startIndex"]) == (4, 2, 2)
    assert [each["userName"] for each in found["Resources"]] == ["admin1@viva.test", "b@viva.test"]
    assert scim("GET", "/Users?filter=nonsense").status_code == 400


GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"


def group(name: str = "Sales", *members, **values) -> dict:
    return {"schemas": [GROUP], "displayName": name, "members": [{"value": each.id} for each in members], **values}


def roles(team_id: str) -> dict:
    db.session.expire_all()
    return {each.user_id: each.role for each in db.session.get(Team, team_id).members}


def test_a_group_is_a_team_and_its_members_are_in_it(scim, make):
    ada, bo = make.user(), make.user()
    made = scim("POST", "/Groups", group("Sales", ada, externalId="g-1"))
    assert made.status_code == 201 and made.json["externalId"] == "g-1"
    team = db.session.get(Team, made.json["id"])
    assert team.name == "Sales" and roles(team.id) == {ada.id: TeamRole.RECRUITER}
    where = f"/Groups/{team.id}"
    put_in_team(team, ada, TeamRole.HIRING_MANAGER)  # an admin's choice stays
    add = [{"op": "add", "path": "members", "value": [{"value": bo.id}]}]
    assert scim("PATCH", where, {"schemas": [PATCH], "Operations": add}).status_code == 200
    assert roles(team.id) == {ada.id: TeamRole.HIRING_MANAGER, bo.id: TeamRole.RECRUITER}
    out = [{"op": "remove", "path": f'members[value eq "{bo.id}"]'}]
    assert scim("PATCH", where, {"schemas": [PATCH], "Operations": out}).status_code == 200
    assert list(roles(team.id)) == [ada.id]
    assert scim("PUT", where, group("Sales North", bo)).json["displayName"] == "Sales North"
    assert list(roles(team.id)) == [bo.id]
    found = scim("GET", "/Groups?filter=displayName%20eq%20%22Sales%20North%22").json
    assert [each["id"] for each in found["Resources"]] == [team.id]
    assert scim("POST", "/Groups", group("Sales North")).status_code == 409
    assert scim("DELETE", where).status_code == 204 and scim("GET", where).status_code == 404
    assert db.session.get(Team, team.id) is not None and roles(team.id) == {}
    again = scim("POST", "/Groups", group("Sales North", ada))
    assert again.status_code == 201 and again.json["id"] == team.id


def test_a_team_keeps_its_last_owner(scim, make):
    owner = make.user()
    team = make.team((owner, TeamRole.OWNER))
    refused = scim("PUT", f"/Groups/{team.id}", group(team.name))
    assert refused.status_code == 403 and "last owner" in refused.json["detail"]
    assert scim("DELETE", f"/Groups/{team.id}").status_code == 204
    assert roles(team.id) == {owner.id: TeamRole.OWNER}


def test_groups_and_members_of_another_organisation_are_not_there(scim, make):
    other = make.organisation()
    theirs = make.user(email="them@viva.test", organisation_id=other.id)
    team = make.team((theirs, TeamRole.OWNER))
    assert team.id not in [each["id"] for each in scim("GET", "/Groups").json.get("Resources", [])]
    for method, body in (("GET", None), ("PUT", group()), ("DELETE", None)):
        assert scim(method, f"/Groups/{team.id}", body).status_code == 404
    for member in (theirs, make.user(Role.CANDIDATE), make.user(Role.GUEST)):
        assert scim("POST", "/Groups", group("Mixed", member)).status_code == 400
    assert scim("POST", "/Groups", group("two\nlines")).status_code == 400


def test_one_search_finds_people_and_teams(scim, make):
    make.user()
    scim("POST", "/Groups", group("Sales"))
    body = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"]}
    kinds = {each["meta"]["resourceType"] for each in scim("POST", "/.search", body).json["Resources"]}
    assert kinds == {"User", "Group"}


def test_the_groups_migration_goes_up_and_down(app):
    db.session.remove()
    db.drop_all()
    flask_migrate.upgrade(revision="7d3a5e90c1b4")
    with db.engine.begin() as connection:
        run = connection.exec_driver_sql
        run("INSERT INTO organisations (id, name, created_at) VALUES ('o', 'Org', '2026-01-01')")
        run("INSERT INTO teams (id, organisation_id, name, created_at) VALUES ('t', 'o', 'Sales', '2026-01-01')")
        run("INSERT INTO directory_groups VALUES ('t', 'o', 'g-1', '2026-01-02', NULL)")
    flask_migrate.downgrade(revision="3fa9c1d27b64")
    assert "directory_groups" not in sa.inspect(db.engine).get_table_names()
    flask_migrate.upgrade(revision="7d3a5e90c1b4")
    with db.engine.begin() as connection:
        assert connection.exec_driver_sql("SELECT name FROM teams WHERE id = 't'").scalar() == "Sales"
        assert connection.exec_driver_sql("SELECT count(*) FROM directory_groups").scalar() == 0
