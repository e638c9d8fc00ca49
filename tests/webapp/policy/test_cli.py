"""./viva policy explain: one JSON object, without a database."""

from __future__ import annotations

import json

import pytest

from webapp.policy import cli


def explain(capsys, *arguments: str) -> dict:
    assert cli.main(["explain", *arguments, "--json"]) == 0
    said = capsys.readouterr()
    assert said.err == ""
    return json.loads(said.out)


def test_it_says_what_runs_which_rules_hold_and_what_comes(capsys):
    found = explain(capsys, "--place", "US-IL", "--date", "2025-12-31")
    assert (found["place"], found["date"]) == ("US-IL", "2025-12-31")
    assert found["modalities"]["face"] == {
        "allowed": True,
        "code": "release_needed",
        "reason": "With the candidate's own consent to it and a written release.",
    }
    assert found["modalities"]["text"]["code"] == "allowed"
    rules = {rule["id"]: rule for rule in found["rules"]}
    assert set(rules) == {"us-il-aivia", "us-il-bipa"}
    aivia = rules["us-il-aivia"]
    assert aivia["name"] == "Illinois Artificial Intelligence Video Interview Act"
    assert aivia["citation"] == "820 ILCS 42" and aivia["in_force"] == "2020-01-01"
    assert aivia["source"].startswith("https://") and aivia["last_checked"] <= "2026-12-31" and aivia["requires"]
    assert [rule["id"] for rule in found["upcoming"]] == ["us-il-hb-3773"]


def test_a_rule_whose_day_came_after_the_last_check_is_said_as_announced(capsys):
    found = explain(capsys, "--place", "US-CO", "--date", "2027-06-01")
    assert [(rule["id"], rule["status"]) for rule in found["rules"]] == [("us-co-sb-26-189", "announced")]


def test_the_city_is_known_and_wants_an_audit(capsys):
    found = explain(capsys, "--place", "us-ny-nyc", "--date", "2026-06-15")
    assert found["place"] == "US-NY-NYC"
    assert {modality["code"] for modality in found["modalities"].values()} == {"audit_missing"}
    audited = ("--audit", "2026-01-05")
    assert explain(capsys, "--place", "US-NY-NYC", "--date", "2026-06-15", *audited)["modalities"]["face"]["allowed"]


def test_the_stricter_place_wins(capsys):
    for option in ("--candidate-place", "--employer-seat"):
        found = explain(capsys, "--place", "US-TX", option, "DE", "--date", "2026-12-01")
        assert found["modalities"]["face"]["code"] == "prohibited_in_eea"
        assert "eu-ai-act-5-1-f" in {rule["id"] for rule in found["rules"]}


@pytest.mark.parametrize(("staff", "asked"), [("24", False), ("25", True)])
def test_the_size_counts(capsys, staff, asked):
    found = explain(capsys, "--place", "CA-ON", "--date", "2026-12-01", "--staff", staff)
    assert ("ca-on-esa" in {rule["id"] for rule in found["rules"]}) is asked


@pytest.mark.parametrize(
    "arguments",
    [
        ["--place", "XX"],
        ["--place", "US-ZZ"],
        ["--place", ""],
        ["--place", "CA", "--candidate-place", "Q!"],
        ["--place", "CA", "--employer-seat", ""],
        ["--place", "CA", "--date", "2026-02-30"],
        ["--place", "CA", "--staff", "-1"],
        [],
    ],
)
def test_what_cannot_be_read_is_said_in_one_sentence(capsys, arguments):
    try:
        status = cli.main(["explain", *arguments, "--json"])
    except SystemExit as ended:
        status = ended.code
    said = capsys.readouterr()
    assert status == 2 and said.out == ""
    assert said.err.startswith("viva: ") and said.err.count("\n") == 1 and "Traceback" not in said.err


def test_people_can_read_it(capsys):
    assert cli.main(["explain", "--place", "CA-QC", "--date", "2026-12-01"]) == 0
    said = capsys.readouterr().out
    assert "Quebec" in said.replace("é", "e") and "CQLR" in said and "not legal advice" in said
