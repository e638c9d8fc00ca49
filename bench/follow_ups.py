"""How soon after "Saved" the follow-up of an answer of three minutes is decided, on a machine that does nothing else.

Answers of spoken words are sent second by second, a few times as fast as somebody speaks, so that the recogniser has
less time than it would have; the server looks at what has arrived as often for each minute of it
(bench/follow_up_program.py). One candidate answers at a time, through the real server, queue and workers.
"""

from __future__ import annotations

import json
import math
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from bench import chaos_servers, invited, serving
from bench.candidate_client import Candidate, Ledger
from bench.fault_candidates import OCTETS, metadata_of
from bench.long_media import repeat
from bench.measuring import ROOT, BenchFailed, rows

__all__ = ["BenchFailed", "measure", "table"]

#: Seconds of an answer, of the speech that is repeated in it, and how many times as fast as spoken it is sent.
LENGTH, SPOKEN, SPEED = 180, 45, 3.0
#: Seconds within which 95 of 100 are to be decided, and after which we stop looking.
WITHIN, PATIENCE = 5.0, 60.0
#: As `./viva up` has them on two cores.
WORKERS = ("upkeep=1", "quick=2", "outbox=2", "analysis,transcripts=1")
FOLLOW_UPS = "Names what it cost = What did it cost?\nWorks with colleagues = Who else was part of it?"


def measure(interviews: int = 20) -> dict[str, Any]:
    """Seconds from "Saved" until it is decided which follow-up is asked, if any: p95, median and the longest. Raises
    BenchFailed."""
    from ml.media import synthetic

    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="viva-follow-ups-", ignore_cleanup_errors=True) as name:
        folder, home = Path(name), Path(name) / "home"
        serving.say("Recording answers")
        answers = []
        for number, words in enumerate(synthetic.ANSWERS.values()):
            short = synthetic.talking_face(folder / f"{number}.webm", " ".join([words] * 5), SPOKEN, seed=number)
            repeat(short, folder / f"long-{number}.webm", LENGTH)
            answers.append((folder / f"long-{number}.webm").read_bytes())
        with serving.settings({"VIVA_HOME": str(home), "TF_CPP_MIN_LOG_LEVEL": "3"}):
            links, questions = invited.prepare_sets(
                home, interviews + 1, [("video",)], limit=LENGTH + 60, follow_ups=FOLLOW_UPS
            )[0]
            port = chaos_servers.free_port()
            command = [sys.executable, "-P", "-m", "bench.several_processes", str(port), *WORKERS]
            command += ["--server", "bench.follow_up_program"]
            env = os.environ | {"PYTHONPATH": str(ROOT)}
            with serving.running(command, port, folder / "up.log", env=env):
                found = []
                for number, link in enumerate(links):
                    person = Speaking(port, Ledger(), np.random.default_rng(number), chance=0.0)
                    found.append(person.answer(link, questions[0], answers[number % len(answers)]))
                    serving.say(f"{number} of {interviews}: {found[-1][0]:.1f} s, {found[-1][1]}")
    times = sorted(took for took, _state in found[1:])  # the first one had the models loaded
    p95 = times[math.ceil(0.95 * len(times)) - 1]
    return {
        "answers": len(times),
        "asked": sum(state == "asked" for _took, state in found[1:]),
        "length": LENGTH,
        "speed": SPEED,
        "p95_seconds": round(p95, 2),
        "median_seconds": round(times[len(times) // 2], 2),
        "longest_seconds": round(times[-1], 2),
        "first_seconds": round(found[0][0], 2),
        "seconds": round(time.monotonic() - began, 1),
        "missed": [] if p95 <= WITHIN else ["p95_seconds"],
    }


class Speaking(Candidate):
    """A candidate whose recording is sent while it is spoken."""

    def answer(self, link: str, question: str, data: bytes) -> tuple[float, str]:
        """Seconds from "Saved" until it is decided, and what. Raises BenchFailed where it is not."""
        self.ask("GET", link)
        welcome = self.post(link)
        self.post(f"{welcome}/consent", recording="yes", text="yes")
        page = f"{welcome}/questions/1"
        self.ask("GET", page)
        recording = self._speak(welcome.rsplit("/", 1)[1], question, data)
        self._until(f"/recordings/{recording}", {"ready"})
        saved = time.monotonic()
        state = self._until(f"{page}/follow-up", {"asked", "none"})
        return time.monotonic() - saved, state

    def _speak(self, interview: str, question: str, data: bytes) -> str:
        tus = {"Tus-Resumable": "1.0.0"}
        about = metadata_of(interview=interview, question=question, filetype="video/webm")
        begin = {**tus, "Upload-Defer-Length": "1", "Upload-Metadata": about}
        url = self.ask("POST", "/recordings/uploads", **begin)[1]["location"]
        began, at = time.monotonic(), 0
        while at < len(data):
            time.sleep(1.0)
            spoken = (time.monotonic() - began) * SPEED / LENGTH
            part = data[at : max(at + 1, math.ceil(len(data) * spoken))]
            more = {**tus, "Upload-Offset": str(at), "Content-Type": OCTETS}
            at += len(part)
            self.ask("PATCH", url, part, **more, **({"Upload-Length": str(at)} if at == len(data) else {}))
        recording = url.rsplit("/", 1)[1]
        self.ask("POST", f"/recordings/{recording}/finish", b"{}", **{"Content-Type": "application/json"})
        return recording

    def _until(self, path: str, states: set[str]) -> str:
        deadline, state = time.monotonic() + PATIENCE, ""
        while time.monotonic() < deadline:
            state = json.loads(self.ask("GET", path)[2])["state"]
            if state in states:
                return state
            time.sleep(0.1)
        raise BenchFailed(f"{path[:20]} was {state!r} after {PATIENCE:.0f} s.")


def table(found: dict[str, Any]) -> str:
    """The measurements in plain text."""
    return rows(("what", "measured"), [(name, str(value)) for name, value in found.items()]) + "\n"
