"""The rules as data: well formed, versioned, and never acting backwards."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from webapp.candidate.operations import record_consents
from webapp.core.database import db
from webapp.policy import Modality, Purpose, decide_for, law_for
from webapp.policy import law as law_module
from webapp.policy.acts import RULES, VERSION, digest
from webapp.policy.models import Attestation, BiasAudit
from webapp.policy.rules import Rule, Stop

#: Change a rule: change the version, and put both here.
HELD = ("2026-12-01.1", "b67e0f56ad9fd5e515443747c724c36624472589a3698f684b99b51d0dc5a557")


def test_whoever_changes_a_rule_changes_the_version():
    assert (VERSION, digest()) == HELD


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"places": ("US-ZZ",)}, "no such places"),
        ({"source": "http://example.org"}, "no https"),
        ({"until": date(2020, 1, 1)}, "ends before"),
        ({"requires": (), "stops": ()}, "asks for nothing"),
        ({"citation": ""}, "lacks"),
    ],
)
def test_a_rule_that_is_not_well_formed_is_refused(change, said):
    with pytest.raises(ValueError, match=said):
        replace(RULES[0], **change)


def test_every_rule_was_checked_against_a_source():
    assert all(isinstance(rule, Rule) and rule.last_checked >= date(2026, 11, 1) for rule in RULES)


ALL = frozenset(Purpose)


@pytest.fixture
def rules(monkeypatch):
    """Lets a test have other rules from here on."""
    return lambda *changed: monkeypatch.setattr(law_module, "RULES", tuple(changed))


STOP = Rule(
    id="test-stop",
    name="An act",
    citation="Act 1",
    places=("CA",),
    in_force=date(2020, 1, 1),
    last_checked=date(2026, 11, 30),
    source="https://example.org/",
    stops=(Stop((Modality.FACE,), "stopped_by_test", "Stopped."),),
)


def test_what_was_stopped_when_consent_was_given_stays_stopped(make, rules):
    interview = make.interview("CA", consents="")
    rules(STOP)
    record_consents(interview, ALL)
    db.session.commit()
    assert interview.law_then["face"]["code"] == "stopped_by_test" and interview.law_then["face"]["version"] == VERSION
    rules()
    assert decide_for(interview, Modality.FACE).code == "stopped_by_test"
    assert law_for(interview, Modality.FACE).code == "stopped_by_test"
    assert law_for(make.interview("CA"), Modality.FACE)


def test_what_is_stopped_now_is_stopped_whatever_held_then(make, rules):
    interview = make.interview("CA", consents="")
    record_consents(interview, ALL)
    db.session.commit()
    assert interview.law_then["face"]["code"] == "allowed" and decide_for(interview, Modality.FACE)
    rules(STOP)
    assert decide_for(interview, Modality.FACE).code == "stopped_by_test"


def test_a_new_consent_under_new_rules_counts_by_them(make, rules):
    interview = make.interview("CA", consents="")
    rules(STOP)
    record_consents(interview, ALL)
    rules()
    interview.law_then = {key: value for key, value in interview.law_then.items() if key != "face"}
    record_consents(interview, ALL - {Purpose.FACE})
    record_consents(interview, ALL)
    assert interview.law_then["face"]["code"] == "allowed" and decide_for(interview, Modality.FACE)


def test_an_attestation_widens_one_place_and_one_analysis_until_it_ends(make, app):
    interview = make.interview("GB")
    assert decide_for(interview, Modality.FACE).code == "place_not_cleared"
    row = Attestation(place="GB", modality=Modality.FACE, statement="Counsel's opinion of 1 May.", by_id=make.user().id)
    db.session.add(row)
    db.session.commit()
    assert decide_for(interview, Modality.FACE)
    assert decide_for(interview, Modality.SPEECH).code == "place_not_cleared"
    row.ended_at = row.made_at
    db.session.commit()
    assert decide_for(interview, Modality.FACE).code == "place_not_cleared"


def test_in_the_union_an_attestation_in_the_database_changes_nothing(make, app):
    interview = make.interview("FR")
    db.session.add(Attestation(place="FR", modality=Modality.FACE, statement="We think so.", by_id=make.user().id))
    db.session.commit()
    assert decide_for(interview, Modality.FACE).code == "prohibited_in_eea"


def test_new_york_city_runs_nothing_without_an_audit_and_a_notice(make, app, monkeypatch):
    interview = make.interview("US")
    interview.position.region = "US-NY-NYC"
    db.session.commit()
    for modality in Modality:
        assert decide_for(interview, modality).code == "audit_missing"
    audit = {"auditor": "A", "summary_url": "https://example.org/", "first_used_on": date(2026, 1, 1)}
    today = law_today()
    db.session.add(BiasAudit(rule_id="us-ny-nyc-ll-144", audited_on=today, by_id=make.user().id, **audit))
    db.session.commit()
    assert decide_for(interview, Modality.TEXT).code == "notice_too_short"
    assert law_for(interview, Modality.TEXT)  # it is asked, and waits
    monkeypatch.setattr(type(interview), "told_on", date(2026, 1, 2))
    assert decide_for(interview, Modality.TEXT)


def law_today() -> date:
    from webapp.core.database import now

    return now().date()


@pytest.mark.parametrize(("setting", "value"), [("EMPLOYER_SEAT", "IE")])
def test_the_employers_seat_counts(make, app, setting, value):
    interview = make.interview("CA")
    assert decide_for(interview, Modality.FACE)
    app.config[setting] = value
    assert decide_for(interview, Modality.FACE).code == "prohibited_in_eea"


def test_the_candidates_home_counts(make):
    interview = make.interview("CA")
    interview.candidate_place = "US-IL"
    db.session.commit()
    assert decide_for(interview, Modality.FACE).code == "release_missing"
    interview.candidate_place = "FR"
    db.session.commit()
    assert decide_for(interview, Modality.FACE).code == "prohibited_in_eea"
