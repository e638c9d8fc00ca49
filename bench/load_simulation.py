"""What a day of very many interviews takes: a queueing model that is fed by measured times of service.

Analyses wait in two lines, faces and voices in one and words in the other, each with workers of its own, and whoever
is free takes the first that waits. Workers that are more than there are cores share these (processor sharing;
Kleinrock, Queueing Systems, volume 2, 1976). The model predicts the measured crowd of three workers from those of one
and two before anything else that it says is believed.
"""

from __future__ import annotations

import heapq
import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bench.load_costs import Crowd, Task

#: Which line an analysis waits in.
WORDS = "text"
#: How far the prediction of the measured crowd may be off; how busy a server or a database may be in the busiest hour.
OFF, BUSY = 0.15, 0.5
#: What is assumed of a day: the part of it that falls into the busiest hour, answers of an interview and their seconds,
#: and how long (s) analyses may wait at most in 95 of 100 cases.
PEAK, ANSWERS, ANSWER, WAIT = 0.125, 3, 120.0, 600.0
DAYS = (1_000, 10_000, 100_000, 1_000_000)
#: What is assumed of prices, in dollars: an hour of a core, a month of a gigabyte; and for how many months it is kept.
CORE_HOUR, GIGABYTE_MONTH, MONTHS = 0.045, 0.023, 6
#: What there is one of: a broker, which has one core; a database, of which one rents so many cores and bytes at most.
ONE_BROKER, ONE_DATABASE, ONE_DISK = 1, 96, 64e12


@dataclass
class Job:
    """One analysis in the model: when it comes (s), how long it takes alone (s), and its line."""

    comes: float
    service: float
    words: bool


def simulate(jobs: Sequence[Job], workers: tuple[int, int], cores: float, slowed: float = 1.0) -> list[float]:
    """When each job is done (s). ``workers``: of faces and voices, and of words; ``cores`` are shared by all who work.

    ``slowed``: the rate (0..1) at which anybody works while others do, for they share caches and memory as well.
    """
    order = sorted(range(len(jobs)), key=lambda index: jobs[index].comes)
    coming, waiting = deque(order), (deque[int](), deque[int]())
    left: dict[int, float] = {}
    done, now = [math.nan] * len(jobs), 0.0
    while coming or left:
        rate = min(1.0, cores / len(left)) * (slowed if len(left) > 1 else 1.0) if left else 1.0
        ends = now + min(left.values()) / rate if left else math.inf
        comes = jobs[coming[0]].comes if coming else math.inf
        step = min(ends, comes)
        for index in left:
            left[index] -= (step - now) * rate
        now = step
        for index in [each for each, rest in left.items() if rest <= 1e-9]:
            del left[index]
            done[index] = now
        while coming and jobs[coming[0]].comes <= now:
            waiting[jobs[coming[0]].words].append(coming.popleft())
        for words in (False, True):
            while waiting[words] and sum(jobs[index].words == words for index in left) < workers[words]:
                index = waiting[words].popleft()
                left[index] = jobs[index].service
    return done


def p95_wait(comes: np.ndarray, service: np.ndarray, workers: int) -> float:
    """Seconds that 95 of 100 wait at most, where each worker has a core of its own: first come, first served."""
    free, waits = [0.0] * workers, np.empty(len(comes))
    for index, (moment, takes) in enumerate(zip(comes, service, strict=True)):
        begins = max(moment, free[0])
        heapq.heapreplace(free, begins + takes)
        waits[index] = begins - moment
    return float(np.quantile(waits, 0.95))


def enough(comes: np.ndarray, service: np.ndarray, wait: float = WAIT) -> int:
    """The fewest workers with which 95 of 100 wait no longer than ``wait`` seconds."""
    low, high = 0, max(1, math.ceil(service.sum() / (comes[-1] - comes[0]))) * 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if p95_wait(comes, service, middle) <= wait else (middle, high)
    return high


def check(crowds: Sequence[Crowd], cores: int, idle: float) -> dict[str, Any]:
    """The prediction of the crowd of three workers against its measurement.

    Times of service are those of one worker. What working side by side costs is taken from the crowd of two.
    """
    one, two, three = (max((c for c in crowds if c.workers == n), key=lambda c: c.interviews) for n in (1, 2, 3))
    free = cores - idle
    low, high = 0.2, 1.0
    for _step in range(30):
        slowed = (low + high) / 2
        low, high = (slowed, high) if _predict(one, two, (1, 1), free, slowed)[0] >= two.seconds else (low, slowed)
    seconds, mean = _predict(one, three, (2, 1), free, slowed)
    off = max(abs(seconds / three.seconds - 1), abs(mean / three.mean - 1))
    return {
        "measured_seconds": round(three.seconds, 1),
        "predicted_seconds": round(seconds, 1),
        "measured_mean": round(three.mean, 1),
        "predicted_mean": round(mean, 1),
        "slowed": round(slowed, 3),
        "off": round(off, 3),
        "believed": off <= OFF,
    }


def _predict(
    one: Crowd, asked: Crowd, workers: tuple[int, int], cores: float, slowed: float
) -> tuple[float, float]:  # fmt: skip
    """Seconds until all of the crowd ``asked`` are done, and of an interview on average, by the service of ``one``."""
    service = {name: np.mean([t.done - t.begun for t in one.tasks if t.modality == name]) for name in _names(one.tasks)}
    tasks = sorted(asked.tasks, key=lambda task: task.queued)
    jobs = [Job(task.queued - tasks[0].queued, float(service[task.modality]), task.modality == WORDS) for task in tasks]
    done = simulate(jobs, workers, cores, slowed)
    began: dict[str, float] = {}
    ended: dict[str, float] = {}
    for task, job, end in zip(tasks, jobs, done, strict=True):
        began[task.interview] = min(began.get(task.interview, math.inf), job.comes)
        ended[task.interview] = max(ended.get(task.interview, 0.0), end)
    return max(done), float(np.mean([ended[key] - began[key] for key in ended]))


def _names(tasks: Sequence[Task]) -> list[str]:
    return sorted({task.modality for task in tasks})


def growth(crowds: Sequence[Crowd]) -> dict[str, Any]:
    """Straight lines through the crowds of one worker, whose answers have several lengths: what an interview of one
    answer costs, and what each minute of it adds."""
    served = [crowd for crowd in crowds if crowd.workers == 1]
    minutes, many = np.array([crowd.length / 60 for crowd in served]), np.array([crowd.interviews for crowd in served])

    def line(values: Sequence[float]) -> dict[str, float]:
        slope, fixed = np.polyfit(minutes, np.array(values) / many, 1, w=np.sqrt(many))
        return {"fixed": round(max(0.0, float(fixed)), 4), "per_minute": round(max(0.0, float(slope)), 4)}

    roles = sorted({role for crowd in served for role in crowd.cpu})
    return {
        "cpu_seconds": {role: line([crowd.cpu.get(role, 0.0) for crowd in served]) for role in roles},
        "service_seconds": {
            name: line([sum(t.done - t.begun for t in crowd.tasks if t.modality == name) for crowd in served])
            for name in _names(served[0].tasks)
        },
        "stored_bytes": line([crowd.stored for crowd in served]),
        "database_bytes": line([crowd.rows for crowd in served]),
    }


def _of(line: dict[str, float]) -> float:
    """What an answer of the assumed length takes."""
    return line["fixed"] + line["per_minute"] * ANSWER / 60


def day(interviews: int, grown: dict[str, Any], seed: int = 20261203) -> dict[str, Any]:
    """What so many interviews a day take, and cost a day in dollars by the prices that are assumed above."""
    chance, hour = np.random.default_rng(seed), 3600.0
    count = max(20, round(interviews * PEAK))
    comes = np.sort(chance.uniform(0.0, hour, count)).repeat(ANSWERS)
    length = chance.uniform(0.25, 1.75, len(comes)) * ANSWER / 60

    # A worker has a core of its own there: it takes the seconds of a processor, not those of a machine that was shared.
    alone = min(1.0, _of(grown["cpu_seconds"]["analyses"]) / sum(map(_of, grown["service_seconds"].values())))

    def takes(name: str) -> np.ndarray:
        line = grown["service_seconds"][name]
        return alone * (line["fixed"] + line["per_minute"] * length)

    names = [name for name in grown["service_seconds"] if name != WORDS]
    long = np.stack([takes(name) for name in names], axis=1).ravel()
    workers = {
        "analyses": enough(comes.repeat(len(names)), long),
        "transcripts": enough(comes, takes(WORDS)),
    }
    a_second = count / hour
    each = {role: ANSWERS * _of(line) for role, line in grown["cpu_seconds"].items()}
    stored, rows = ANSWERS * _of(grown["stored_bytes"]), ANSWERS * _of(grown["database_bytes"])
    cores = {
        "servers": a_second * each.get("server", 0.0) / BUSY,
        "quick": a_second * sum(each.get(name, 0.0) for name in ("verification", "upkeep", "outbox")) / BUSY,
        "database": a_second * each.get("database", 0.0) / BUSY,
        "broker": a_second * each.get("broker", 0.0) / BUSY,
    }
    # Workers come and go with what waits: they are paid for as long as they work; the others all day.
    worked = interviews * each.get("analyses", 0.0) / 3600 / 0.8
    paid = worked + 24 * sum(max(1, math.ceil(value)) for value in cores.values())
    kept = interviews * (stored + rows) * 30 * MONTHS / 1e9
    limits = {
        "the database's cores": ONE_DATABASE / max(cores["database"], 1e-9),
        "the database's size": ONE_DISK / max(interviews * rows * 30 * MONTHS, 1e-9),
        "the broker": ONE_BROKER / max(cores["broker"], 1e-9),
    }
    first = min(limits, key=lambda name: limits[name])
    return {
        "interviews": interviews,
        "workers": workers,
        "cores": {name: round(value, 2) for name, value in cores.items()},
        "gigabits_a_second": round(a_second * stored * 8 / 1e9, 2),
        "gigabytes_a_day": round(interviews * (stored + rows) / 1e9, 1),
        "gigabytes_kept": round(kept),
        "dollars_a_day": round(paid * CORE_HOUR + kept * GIGABYTE_MONTH / 30, 2),
        "breaks_first": first,
        "breaks_at": round(interviews * limits[first]),
    }
