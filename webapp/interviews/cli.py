"""The command ``./viva invite FILE --dry-run``: who a list would invite, without a database."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from webapp.interviews.people_csv import MAX_BYTES, UnreadableFileError, check_people


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the people and the errors. 0: no errors; 1: some; 2: the file cannot be read."""
    parser = argparse.ArgumentParser(prog="./viva invite", description="Check a list of people to invite.")
    parser.add_argument(
        "file", type=Path, metavar="FILE", help="a CSV, workbook (.xlsx) or vCard file with names and email addresses"
    )
    parser.add_argument("--dry-run", action="store_true", help="say who would be invited; nobody is")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args(arguments)
    if not options.dry_run:
        return _refused("People are invited on the page “Invite with a list”. Here a file is only checked: --dry-run.")
    try:
        with options.file.open("rb") as stream:
            people, problems = check_people(stream.read(MAX_BYTES + 1))
    except OSError as failure:
        return _refused(f"{options.file} could not be read ({failure.strerror}).")
    except UnreadableFileError as failure:
        return _refused(str(failure))
    if options.json:
        found = {
            "people": [{"name": each.name, "email": each.email, "row": each.line} for each in people],
            "errors": [
                {"row": each.line, "column": each.column, "value": each.value, "cause": each.message}
                for each in problems
            ],
        }
        print(json.dumps(found))
    else:
        for person in people:
            print(f"{person.name} <{person.email}>")
        for problem in problems:
            print(problem, file=sys.stderr)
    return 1 if problems else 0


def _refused(message: str) -> int:
    print(f"viva: {message}", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
