"""The law, row by row, as somebody read it in the acts: scenarios.csv is written by hand and knows nothing of our rules."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from webapp.policy import Modality
from webapp.policy.facts import KnownFacts
from webapp.policy.law import Situation, in_force, judge, upcoming
from webapp.policy.rules import Duty

FILE = Path(__file__).with_name("scenarios.csv")
PURPOSES = {"face": Modality.FACE, "voice": Modality.SPEECH, "text": Modality.TEXT}


def rows() -> list[dict[str, str]]:
    lines = [line for line in FILE.read_text("utf-8").splitlines() if line and not line.startswith("#")]
    names, *rest = lines
    columns = names.split(";")  # the last one, the citation, may hold semicolons of its own
    return [dict(zip(columns, line.split(";", len(columns) - 1), strict=True)) for line in rest]


ROWS = rows()


def situation_of(row: dict[str, str]) -> Situation:
    return Situation(
        place=row["place"],
        on=date.fromisoformat(row["date"]),
        candidate=row["candidate"],
        seat=row["seat"],
        staff=int(row["staff"]) if row["staff"] else None,
    )


def facts_of(row: dict[str, str]) -> KnownFacts:
    said = dict(part.partition("=")[::2] for part in row["facts"].split())
    place, _, modality = said.get("attested", "").partition(":")
    return KnownFacts(
        audit=date.fromisoformat(said["audit"]) if "audit" in said else None,
        told=date.fromisoformat(said["told"]) if "told" in said else None,
        release="release" in said,
        waiver="waiver" in said,
        attestations=frozenset({(place, Modality(modality))} if place else ()),
    )


def found_for(row: dict[str, str]) -> str:
    ask, situation = row["ask"], situation_of(row)
    if ask in PURPOSES:
        return judge(PURPOSES[ask], situation, facts_of(row)).code
    if ask.startswith("rule:"):
        wanted = ask.removeprefix("rule:")
        for rule in in_force(situation):
            if rule.id == wanted:
                return "announced" if rule.is_announced else "in force"
        return "later" if any(rule.id == wanted for rule in upcoming(situation)) else "none"
    asked = [each for rule in in_force(situation) for each in rule.requires if each.duty is Duty(ask)]
    values = [each.value for each in asked if each.value is not None]
    return str(max(values)) if values else "yes" if asked else "no"


@pytest.mark.parametrize("row", ROWS, ids=lambda row: "-".join(filter(None, list(row.values())[1:9])))
def test_the_law_as_somebody_read_it(row):
    assert found_for(row) == row["expected"], row


def test_the_table_is_as_long_as_it_must_be_and_each_row_has_its_citation():
    assert len(ROWS) >= 150
    assert sum(row["edge"] == "x" for row in ROWS) >= 40
    assert all(row["citation"] for row in ROWS)
    keys = [tuple(list(row.values())[1:8]) for row in ROWS]
    assert len(set(keys)) == len(keys), sorted(key for key in keys if keys.count(key) > 1)


#: Where face and voice could run before the rules knew states: policy/engine.py of November 2026.
BEFORE = {"CA", "US"}


@pytest.mark.parametrize("row", [row for row in ROWS if row["ask"] in ("face", "voice")], ids=str)
def test_no_row_allows_face_or_voice_in_more_places_than_before_without_an_attestation(row):
    if row["expected"] == "allowed" and row["place"].upper()[:2] not in BEFORE:
        assert "attested=" in row["facts"]


def test_the_last_day_of_the_year_of_an_audit_and_the_day_of_a_notice():
    from webapp.policy.facts import business_days, federal_holidays

    assert business_days(date(2026, 6, 1), date(2026, 6, 12)) == 9
    assert business_days(date(2026, 6, 1), date(2026, 6, 15)) == 10
    # As the Office of Personnel Management lists them for 2026
    assert federal_holidays(2026) == (
        date(2026, 1, 1), date(2026, 1, 19), date(2026, 2, 16), date(2026, 5, 25), date(2026, 6, 19), date(2026, 7, 3),
        date(2026, 9, 7), date(2026, 10, 12), date(2026, 11, 11), date(2026, 11, 26), date(2026, 12, 25),
    )  # fmt: skip
