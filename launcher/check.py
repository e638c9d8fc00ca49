"""``./viva check``: every gate that reads the code without running it, two at a time."""

from __future__ import annotations

import argparse
import difflib
import json
import subprocess
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass

from launcher.bootstrap import ensure_environment, ensure_packages
from launcher.console import Failure
from launcher.gates import GATES, Gate
from launcher.gates.exceptions import allowed, counts
from launcher.paths import ROOT, environment

#: How many gates run at once.
AT_ONCE = 2
#: A gate that takes longer than this many seconds hangs.
LONGEST = 600


@dataclass(frozen=True)
class Result:
    """How one gate ended: whether nothing was found, after how many seconds, and what the tool printed."""

    name: str
    ok: bool
    seconds: float
    output: str


def check(arguments: list[str]) -> int:
    """Run the gates that are named, or all; 1 where one of them finds something."""
    parser = argparse.ArgumentParser(
        prog="./viva check",
        description="Read the code without running it: " + "; ".join(f"{g.name} ({g.looks_for})" for g in GATES) + ".",
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="run these gates alone")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args(arguments)
    chosen = _choose(options.names)
    ensure_environment("check", "train")  # "train": what its packages say of their types counts as well
    ensure_packages()
    began = time.monotonic()
    results = run(chosen, _tell if not options.json else lambda result: None)
    seconds = time.monotonic() - began
    failed = [result for result in results if not result.ok]
    if options.json:
        print(json.dumps(_summary(results, seconds)))
    else:
        print(_closing(results, failed, seconds))
    return 1 if failed else 0


def _choose(names: Sequence[str]) -> list[Gate]:
    known = {gate.name: gate for gate in GATES}
    for name in names:
        if name not in known:
            near = difflib.get_close_matches(name, known, 1)
            hint = f" Did you mean {near[0]}?" if near else ""
            raise Failure(f"There is no gate {name!r}.{hint} These are: {', '.join(known)}.")
    return [gate for gate in GATES if not names or gate.name in names]


def run(gates: Sequence[Gate], tell: Callable[[Result], None]) -> list[Result]:
    """Run ``gates``, AT_ONCE at a time; ``tell`` hears of each as it ends. Results come in the order of ``gates``."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        running = [pool.submit(run_one, gate) for gate in gates]
        for one in as_completed(running):
            tell(one.result())
        return [one.result() for one in running]


def run_one(gate: Gate) -> Result:
    """Run one gate in the repository's root."""
    began = time.monotonic()
    try:
        done = subprocess.run(
            gate.command(),
            cwd=ROOT,
            env=environment(PYTHONDONTWRITEBYTECODE="1", NO_COLOR="1"),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=LONGEST,
        )
        ok, output = done.returncode == 0, done.stdout.decode("utf-8", "replace")
    except subprocess.TimeoutExpired:
        ok, output = False, f"It took longer than {LONGEST} s."
    return Result(gate.name, ok, time.monotonic() - began, output.strip())


def _tell(result: Result) -> None:
    print(f"  {result.name:13} {result.seconds:5.1f} s  {'ok' if result.ok else 'FAILED'}", flush=True)
    if not result.ok or result.name == "exceptions":  # whose numbers are always shown
        print("\n".join(f"    {line}" for line in result.output.splitlines()), flush=True)


def _closing(results: list[Result], failed: list[Result], seconds: float) -> str:
    if failed:
        again = " ".join(result.name for result in failed)
        return f"{len(failed)} of {len(results)} gates failed in {seconds:.0f} s. Run them alone: ./viva check {again}"
    return f"{len(results)} gates passed in {seconds:.0f} s."


def _summary(results: list[Result], seconds: float) -> dict:
    return {
        "ok": all(result.ok for result in results),
        "seconds": round(seconds, 1),
        "gates": {
            result.name: {"ok": result.ok, "seconds": round(result.seconds, 1)}
            | ({} if result.ok else {"output": result.output})
            for result in results
        },
        "counts": counts(),
        "allowed": allowed(),
    }
