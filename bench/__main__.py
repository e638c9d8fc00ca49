"""The command line of the benchmarks: ``./viva bench [NAME]``.

Standard output holds the answer and nothing else; progress goes to standard error.
"""

from __future__ import annotations

import argparse
import importlib
import inspect
import json
import sys
from pathlib import Path
from typing import Any

from ml.console import BadInput, run

#: The benchmarks: modules of ``bench`` with ``measure() -> dict`` and ``table(dict) -> str``; they raise BenchFailed.
BENCHES = tuple(
    sorted(path.stem for path in Path(__file__).parent.glob("*.py") if "\ndef measure(" in path.read_text("utf-8"))
)

#: Those that are about faults, work or a model that is fetched on request, not about speed alone: run by their name.
FAULTS = frozenset({"candidates", "chaos", "faults", "follow_ups", "front", "languages", "load", "messages", "review"})


#: What a bench may be told, for those whose ``measure`` takes it.
OPTIONS: dict[str, tuple[type, str]] = {
    "interviews": (int, "how many interviews"),
    "browsers": (int, "how many of them in Chromium"),
    "limit": (int, "seconds after which nobody goes on, and what there is is printed"),
    "pause": (float, "seconds on average between two faults of the server"),
    "seed": (int, "the seed of what is drawn by chance"),
    "part": (str, "one part of it alone"),
}


def main(arguments: list[str] | None = None) -> int:
    """Measure; returns the exit status: 0, 1 where a bound does not hold, 2 where nothing could be measured, 130 for
    Ctrl-C."""
    parser = argparse.ArgumentParser(prog="./viva bench", description="Measure speed and memory.")
    parser.add_argument("name", nargs="?", choices=BENCHES, help="one of the benchmarks (default: all)")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    for name, (kind, what) in OPTIONS.items():
        parser.add_argument(f"--{name}", type=kind, help=f"{what} ({', '.join(_takers(name))})")
    parser.set_defaults(run=_measure)
    return run(parser, sys.argv[1:] if arguments is None else arguments)


def _takers(option: str) -> list[str]:
    """The benches whose ``measure`` has a parameter of that name; by their text, since importing all takes seconds."""
    texts = {name: (Path(__file__).parent / f"{name}.py").read_text("utf-8") for name in BENCHES}
    return [
        name for name, text in texts.items() if f" {option}: " in text.partition("\ndef measure(")[2].split("->")[0]
    ]


def _told(options: argparse.Namespace, name: str, bench: Any) -> dict[str, Any]:
    """The options that were given. Raises BadInput for one that this bench does not take."""
    given = {option: getattr(options, option) for option in OPTIONS if getattr(options, option) is not None}
    for option, value in given.items():
        if option not in inspect.signature(bench.measure).parameters:
            raise BadInput(f"The benchmark {name} has no option --{option}.")
        if not isinstance(value, str) and (value < 0 or (value == 0 and option not in ("browsers", "seed"))):
            raise BadInput(f"--{option} has to be more than 0.")
    return given


def _measure(options: argparse.Namespace) -> int:
    results: dict[str, Any] = {}
    for name in [options.name] if options.name else [each for each in BENCHES if each not in FAULTS]:
        bench = importlib.import_module(f"bench.{name}")
        try:
            results[name] = bench.measure(**_told(options, name, bench))
        except bench.BenchFailed as failure:
            raise BadInput(f"The benchmark {name} could not be run: {failure}") from failure
        if not options.json:
            print(bench.table(results[name]), flush=True)
    if options.json:
        whole = results.get(options.name or "", {})
        print(json.dumps(whole if "complete" in whole else results, allow_nan=False))
    return 0 if all(result.get("complete", True) and not result.get("missed") for result in results.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
