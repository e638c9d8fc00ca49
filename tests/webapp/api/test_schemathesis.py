"""Schemathesis over the whole document, as each of five roles: no 5xx, and no answer that the document does not foresee."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.webapp.api.fuzzing import fuzz
from tests.webapp.api.test_access import more
from webapp.accounts.models import Role
from webapp.core.database import db, new_id
from webapp.organisations.models import TeamRole

#: Who asks; an owner is a recruiter who may also say who is in the team.
ROLES = [Role.ADMIN, TeamRole.RECRUITER, TeamRole.HIRING_MANAGER, TeamRole.REVIEWER, TeamRole.OBSERVER]
SEED = 20261201


@pytest.fixture
def as_it_runs(app: Flask) -> Flask:
    """The application as it answers people: an error that nobody expected is a 500, and reviews are blind."""
    app.testing = False
    app.config["BLIND_REVIEW"] = True
    return app


def _ids(world) -> dict:
    found = {name: value for name, value in more(world, new_id()).items() if name.endswith("_id") or name == "number"}
    found["person_id"] = world.people[TeamRole.OBSERVER].id
    return found


def test_a_short_run(as_it_runs: Flask, key_of, world):
    secret, ids = key_of(world.people[TeamRole.RECRUITER]), _ids(world)
    db.session.commit()
    found, asked = fuzz(as_it_runs, secret, seed=SEED, examples=1, seconds=25, stateful=False, ids=ids, short=True)
    assert found == [], "\n".join(found)
    assert len(asked) >= 40


#: Stage → what is asked, and how many operations that reaches at least. Each takes less than a minute, so that the
#: two or three of a slice take less than three.
STAGES = {
    **{f"edges-{part + 1}": ({"edges": (part, 4), "stateful": False}, 15) for part in range(4)},
    "values": ({"short": True, "stateful": False, "examples": 2}, 100),
    "links": ({"stateful": True, "scenarios": 10}, 15),
}


@pytest.mark.full
@pytest.mark.timeout(300)
@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("role", ROLES)
def test_as_each_role(as_it_runs: Flask, key_of, world, role, stage):
    secret, ids = key_of(world.people[role]), _ids(world)
    db.session.commit()
    options, reached = STAGES[stage]
    found, asked = fuzz(as_it_runs, secret, seed=SEED, seconds=55, ids=ids, **{"examples": 1, **options})
    assert found == [], "\n".join(found)
    assert len(asked) >= reached
