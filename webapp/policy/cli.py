"""The command ``./viva policy explain``: which rules hold at a place on a day, without a database."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any, NoReturn

from webapp.policy.acts import VERSION
from webapp.policy.codes import UnknownPlaceError, name_of, parse
from webapp.policy.facts import KnownFacts
from webapp.policy.law import CURABLE, Situation, in_force, judge, upcoming
from webapp.policy.rules import Decision, Modality, Rule


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one sentence."""

    def error(self, message: str) -> NoReturn:
        print(f"viva: {message[:1].upper()}{message[1:].rstrip('.')}. See {self.prog} --help.", file=sys.stderr)
        raise SystemExit(2)


def main(arguments: Sequence[str] | None = None) -> int:
    """Explain. 0: explained; 2: a place, a day or a number that is none."""
    parser = _Parser(prog="./viva policy", description="What the law of a place asks, as Viva knows it.")
    commands = parser.add_subparsers(dest="command", required=True, parser_class=_Parser)
    explain = commands.add_parser("explain", help="say which analyses may run at a place on a day, and why")
    explain.add_argument("--place", required=True, metavar="CODE", help="the position's: CA, US-IL, US-NY-NYC")
    explain.add_argument("--date", type=_day, default=datetime.now(UTC).date(), metavar="YYYY-MM-DD")
    explain.add_argument("--candidate-place", metavar="CODE", help="where the candidate lives")
    explain.add_argument("--employer-seat", metavar="CODE", help="where the employer is established")
    explain.add_argument("--staff", type=_count, metavar="N", help="how many people the employer has; not said: many")
    explain.add_argument("--audit", type=_day, metavar="YYYY-MM-DD", help="the day of the last bias audit")
    explain.add_argument("--told", type=_day, metavar="YYYY-MM-DD", help="the day on which the candidate was told")
    explain.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args(arguments)
    try:
        situation = Situation(
            place=parse(options.place),
            on=options.date,
            candidate=parse(options.candidate_place) if options.candidate_place is not None else "",
            seat=parse(options.employer_seat) if options.employer_seat is not None else "",
            staff=options.staff,
        )
    except UnknownPlaceError as failure:
        print(f"viva: {failure}", file=sys.stderr)
        return 2
    found = explained(situation, KnownFacts(audit=options.audit, told=options.told))
    print(json.dumps(found, ensure_ascii=False, indent=2) if options.json else in_words(found))
    return 0


def explained(situation: Situation, facts: KnownFacts) -> dict[str, Any]:
    """What holds in ``situation``, as JSON. A signature that the candidate can still give, and a wait that can still be
    kept, do not stop an analysis here; the rules say that they are needed."""
    return {
        "place": situation.place,
        "place_name": name_of(situation.place),
        "date": situation.on.isoformat(),
        "candidate_place": situation.candidate or None,
        "employer_seat": situation.seat or None,
        "staff": situation.staff,
        "version": VERSION,
        "modalities": {modality.value: _modality(judge(modality, situation, facts)) for modality in Modality},
        "rules": [rule_json(rule) for rule in in_force(situation)],
        "upcoming": [rule_json(rule) for rule in upcoming(situation)],
    }


def _modality(decision: Decision) -> dict[str, Any]:
    if decision:
        return {"allowed": True, "code": "allowed", "reason": "With the candidate's own consent to it."}
    if decision.code in CURABLE:
        needs = {
            "release_missing": "With the candidate's own consent to it and a written release.",
            "waiver_missing": "With the candidate's own consent to it and a signed waiver.",
            "notice_too_short": "With the candidate's own consent to it, 10 business days after they were told.",
        }
        return {"allowed": True, "code": decision.code.replace("_missing", "_needed"), "reason": needs[decision.code]}
    return {"allowed": False, "code": decision.code, "reason": decision.reason}


def rule_json(rule: Rule) -> dict[str, Any]:
    """A rule for programs. ``status`` is ``announced`` where its day had not come at the last check."""
    return {
        "id": rule.id,
        "name": rule.name,
        "citation": rule.citation,
        "in_force": rule.in_force.isoformat(),
        "until": rule.until.isoformat() if rule.until else None,
        "last_checked": rule.last_checked.isoformat(),
        "status": "announced" if rule.is_announced else "in force",
        "source": rule.source,
        "places": list(rule.places),
        "staff": rule.staff or None,
        "stops": sorted({modality.value for stop in rule.stops for modality in stop.modalities}),
        "requires": [{"duty": each.duty.value, "value": each.value, "text": each.text} for each in rule.requires],
    }


def in_words(found: dict[str, Any]) -> str:
    """The same for people."""
    lines = [f"{found['place_name']} ({found['place']}) on {found['date']}", ""]
    for name, modality in found["modalities"].items():
        lines.append(f"  {name:7} {'may run' if modality['allowed'] else 'does not run'}. {modality['reason']}")
    for title, key in (("In force", "rules"), ("Coming", "upcoming")):
        for rule in found[key]:
            announced = ", announced" if rule["status"] == "announced" else ""
            lines += ["", f"{title}: {rule['name']} ({rule['citation']})"]
            lines.append(f"  since {rule['in_force']}{announced}; checked {rule['last_checked']}; {rule['source']}")
            lines += [f"  - {each['text']}" for each in rule["requires"]]
    return "\n".join([*lines, "", "This describes what Viva does; it is not legal advice."])


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no day such as 2026-12-01") from None


def _count(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is no number of people")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
