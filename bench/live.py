"""The live reading on loopback, and the seed's way beside it in the same run: latency, frames a second, memory.

Frames are a talking head's, 640x480, as a browser takes and encodes them; all of it, the senders too, shares this
machine's cores. The seed's way: see bench/live_services.py.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import statistics
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from bench.live_senders import Sender, film, percentile
from bench.measuring import ROOT, BenchFailed, rows

__all__ = ["BenchFailed", "measure", "table"]

#: What is wanted: milliseconds from camera to answer (median, 95 %), frames a second in all, times the seed's.
MEDIAN, SLOWEST, TOTAL, RATIO = 80, 150, 60, 10
#: 95 % of the answers within so many milliseconds with six participants; memory at the end to that at minute 5.
SIX, GROWTH = 100, 1.05
#: Frames of one participant in an hour, at five a second.
HOUR = 5 * 3600
_ONE_THREAD = {name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")}


def measure(
    seconds: float = 20, rounds: int = 2, memory_frames: int = 3000, processes: int | None = None
) -> dict[str, Any]:
    """Latency of one participant over ``seconds``; the most frames a second that all are answered; both ways'
    throughput in turns, ``rounds`` times; memory over ``memory_frames`` of each reader (18,000: a real hour's).

    Raises BenchFailed.
    """
    cv2.setNumThreads(1)
    processes = processes or len(os.sched_getaffinity(0))
    pictures, sound = film(20.0)
    found: dict[str, Any] = {"processes": processes, "jpeg_bytes": None}
    with _service("viva", processes) as viva, _service("seed", processes) as seed:
        jpegs = [Sender.encode(picture) for picture in pictures]
        found["jpeg_bytes"] = round(statistics.mean(map(len, jpegs)))
        _say("one participant, five frames a second")
        found["latency"] = _latency(viva, pictures, sound, seconds)
        found["seed_latency"] = _latency(seed, pictures, None, seconds / 2)
        found["loads"] = _loads(viva, jpegs, sound)
        found["rates"], found["cpu_ms"] = {"viva": [], "seed": []}, {"viva": [], "seed": []}
        for number in range(rounds):
            for name, service in (("viva", viva), ("seed", seed)):
                _say(f"throughput, round {number + 1}, {name}")
                rate, worked = _throughput(service, jpegs, 6.0)
                found["rates"][name].append(rate)
                found["cpu_ms"][name].append(worked)
        _say(f"memory over {memory_frames} frames")
        found["memory"] = _memory(viva, jpegs, sound, memory_frames)
    found["viva"], found["seed"] = (statistics.median(found["rates"][name]) for name in ("viva", "seed"))
    found["ratio"] = found["viva"] / found["seed"]
    worked = {name: statistics.median(values) for name, values in found["cpu_ms"].items()}
    found["cpu_ratio"] = worked["seed"] / worked["viva"]
    whole = [load["answered_per_s"] for load in found["loads"] if load["share"] >= 0.95]
    found["before_thinning"] = max(whole, default=0.0)
    return found


def table(found: dict[str, Any]) -> str:
    """The measurements in plain text."""
    ours, seed, memory = found["latency"], found["seed_latency"], found["memory"]
    worked = {name: statistics.median(values) for name, values in found["cpu_ms"].items()}
    body = [
        (name, f"{one['median']:.0f}", f"{one['p95']:.0f}", f"{one['most']:.0f}", str(one["frames"]))
        for name, one in (("Viva", ours), ("the seed's way", seed))
    ]
    loads = [
        (
            str(load["participants"]),
            f"{load['offered_per_s']:.0f}",
            f"{load['answered_per_s']:.1f}",
            f"{load['share']:.0%}",
            f"{load['median']:.0f}",
            f"{load['p95']:.0f}",
        )
        for load in found["loads"]
    ]
    head = ("participants", "offered/s", "answered/s", "answered", "median ms", "95 % ms")
    return "\n\n".join(
        [
            rows(("one participant, 5 frames a second, camera to answer", "median ms", "95 % ms", "most", "n"), body),
            f"Of Viva's, {ours['server_median']:.1f} ms in the reader (median). Wanted: median at most {MEDIAN} ms, "
            f"95 % at most {SLOWEST} ms.",
            rows(head, loads) + f"\nWanted: 95 % within {SIX} ms with six.",
            f"{found['before_thinning']:.0f} analysed frames a second before it thins out (at least {TOTAL} wanted); "
            f"{found['processes']} reader processes, frames of {found['jpeg_bytes'] / 1024:.0f} KiB",
            f"As fast as it goes: Viva {found['viva']:.1f} frames a second, the seed's way {found['seed']:.1f}: "
            f"{found['ratio']:.1f} times its throughput (at least {RATIO} is wanted)",
            f"By the services' processor time, which other work on the machine disturbs least: "
            f"{worked['viva']:.1f} and {worked['seed']:.1f} ms a frame, {found['cpu_ratio']:.1f} times",
            rows(
                ("memory, MB", f"after {memory['first']:,} frames", f"after {memory['last']:,}", "times"),
                [
                    (kind, f"{one['first_mb']:.1f}", f"{one['last_mb']:.1f}", f"{one['times']:.3f}")
                    for kind, one in (("a reader process", memory["reader"]), ("the service", memory["service"]))
                ],
            ),
            f"An hour at five frames a second has {HOUR:,} frames; at most {GROWTH} times is wanted.",
        ]
    )


def _latency(service: dict, pictures: list[np.ndarray], sound: np.ndarray | None, seconds: float) -> dict[str, float]:
    async def play() -> Sender:
        async with Sender(service["ports"][0], "latency", service["name"]) as sender:
            await sender.paced(pictures, 5.0, seconds, sound)
            return sender

    sender = asyncio.run(play())
    return {
        "median": percentile(sender.latencies, 50),
        "p95": percentile(sender.latencies, 95),
        "most": max(sender.latencies),
        "server_median": percentile(sender.server, 50) if sender.server else 0.0,
        "frames": len(sender.latencies),
    }


def _loads(service: dict, jpegs: list[bytes], sound: np.ndarray, seconds: float = 4.0) -> list[dict[str, float]]:
    """More and more participants, each with five frames a second and a microphone, one of four speaking, until twice
    fewer than 95 % of the frames are answered. The first few, as many as meet in a call, for twice as long."""
    found: list[dict[str, float]] = []
    silence = np.zeros_like(sound)
    most = seconds
    for participants in (1, 2, 4, 6, 8, 12, 14, 16, 18, 20, 24, 32, 40, 48):
        seconds = 2 * most if participants <= 6 else most
        _say(f"{participants} participants")

        async def play(participants: int = participants, seconds: float = seconds) -> list[Sender]:
            async with contextlib.AsyncExitStack() as stack:
                senders = []
                for k in range(participants):
                    one = Sender(service["ports"][0], f"load{participants}-{k}", service["name"])
                    senders.append(await stack.enter_async_context(one))
                turns = [
                    one.paced(
                        jpegs[3 * k % 50 :],
                        5.0,
                        seconds,
                        sound if k % 4 == 0 else silence,
                        begin=k / participants / 5,
                    )
                    for k, one in enumerate(senders)
                ]
                await asyncio.gather(*turns)
                return senders

        senders = asyncio.run(play())
        latencies = [value for sender in senders for value in sender.latencies]
        offered = participants * 5 * seconds
        found.append(
            {
                "participants": participants,
                "offered_per_s": participants * 5.0,
                "answered_per_s": len(latencies) / seconds,
                "share": min(1.0, len(latencies) / offered),
                "median": percentile(latencies, 50),
                "p95": percentile(latencies, 95),
            }
        )
        if participants > 6 and found[-1]["share"] < 0.95 and found[-2]["share"] < 0.95:
            break
    return found


def _throughput(service: dict, jpegs: list[bytes], seconds: float) -> tuple[float, float]:
    """Frames a second of eight senders that wait for nothing but their answers, and the milliseconds of the processor
    that the service's processes take for one. The sender's clock moves on by a fifth
    of a second a frame, so that our detector looks as often as it would in a call."""

    async def play() -> tuple[float, float]:
        async with contextlib.AsyncExitStack() as stack:
            ports = service["ports"]
            senders = [
                await stack.enter_async_context(Sender(ports[k % len(ports)], f"full{k}", service["name"]))
                for k in range(8)
            ]
            await asyncio.gather(*(one.unpaced(jpegs[5 * k :], 1.0) for k, one in enumerate(senders)))
            for one in senders:
                one.latencies.clear()
            before = _worked(service["pids"])
            took = await asyncio.gather(*(one.unpaced(jpegs[5 * k :], seconds) for k, one in enumerate(senders)))
            count = sum(len(one.latencies) for one in senders)
            return count / statistics.mean(took), 1000 * (_worked(service["pids"]) - before) / count

    return asyncio.run(play())


def _memory(service: dict, jpegs: list[bytes], sound: np.ndarray, frames: int) -> dict[str, Any]:
    """Resident memory (MB) of the reader processes (mean) and of the service, after a twelfth of the frames (minute 5
    of an hour) and after all, one participant who speaks in each reader."""
    first = max(1, frames // 12)
    kinds = {"reader": service["readers"], "service": [p for p in service["pids"] if p not in service["readers"]]}

    async def play() -> list[dict[str, float]]:
        async with contextlib.AsyncExitStack() as stack:
            senders = [
                await stack.enter_async_context(Sender(service["ports"][0], f"memory{k}", service["name"]))
                for k in range(len(service["readers"]))
            ]
            held = []
            for count in (first, frames - first):
                await asyncio.gather(*(one.unpaced(jpegs, 1e9, count, sound) for one in senders))
                held.append({kind: statistics.mean(map(_resident, pids)) for kind, pids in kinds.items()})
            return held

    before, after = asyncio.run(play())
    grown = {
        kind: {"first_mb": before[kind], "last_mb": after[kind], "times": after[kind] / before[kind]} for kind in kinds
    }
    return {"first": first, "last": frames, **grown}


@contextlib.contextmanager
def _service(name: str, processes: int) -> Iterator[dict[str, Any]]:
    """One of the two services: its ``name``, ``ports``, ``pids`` and, of ours, the ``readers`` among these."""
    _say(f"starting {name}")
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.live_services", name, str(processes)],
        cwd=ROOT,
        env={**os.environ, **_ONE_THREAD, "TF_CPP_MIN_LOG_LEVEL": "3"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        line = process.stdout.readline()
        if not line:
            raise BenchFailed(f"the service {name} did not start")
        yield {"name": name, **json.loads(line)}
    finally:
        process.stdin.close()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _resident(pid: int) -> float:
    """A process' resident memory in MB."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE") / 2**20


def _worked(pids: list[int]) -> float:
    """Seconds of the processor that processes have had so far."""
    fields = [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in pids]
    return sum(int(one[11]) + int(one[12]) for one in fields) / os.sysconf("SC_CLK_TCK")


def _say(what: str) -> None:
    print(f"bench: live, {what} …", file=sys.stderr, flush=True)
