"""The queueing model of `./viva bench load` against results that are known."""

from __future__ import annotations

import numpy as np
import pytest

from bench import load_simulation as simulation
from bench.load_costs import Crowd, Task
from bench.load_simulation import Job


def test_one_worker_takes_one_after_the_other():
    jobs = [Job(0.0, 2.0, False), Job(0.0, 3.0, False), Job(10.0, 1.0, False)]
    assert simulation.simulate(jobs, (1, 1), cores=2) == pytest.approx([2.0, 5.0, 11.0])


def test_words_wait_for_no_face():
    jobs = [Job(0.0, 10.0, False), Job(0.0, 1.0, True)]
    assert simulation.simulate(jobs, (1, 1), cores=2) == pytest.approx([10.0, 1.0])


def test_workers_that_are_more_than_the_cores_share_them():
    jobs = [Job(0.0, 2.0, False), Job(0.0, 2.0, False), Job(0.0, 2.0, True)]
    # Three at two thirds of the speed: each is done after three seconds.
    assert simulation.simulate(jobs, (2, 1), cores=2) == pytest.approx([3.0, 3.0, 3.0])
    assert simulation.simulate(jobs[:2], (2, 1), cores=2, slowed=0.5) == pytest.approx([4.0, 4.0])


def test_waits_are_those_of_the_formula():
    """M/D/1 at a load of 0.8: the mean wait is ρ/(2(1-ρ)) of a service; its 95th percentile is about three times that."""
    chance = np.random.default_rng(1)
    comes = np.cumsum(chance.exponential(1.0, 200_000))
    service = np.full(len(comes), 0.8)
    free, waits = 0.0, []
    for moment in comes:  # Lindley's recursion, one worker
        waits.append(max(0.0, free - moment))
        free = max(free, moment) + 0.8
    assert np.mean(waits) == pytest.approx(0.8 * 0.8 / (2 * 0.2), rel=0.05)
    assert simulation.p95_wait(comes, service, 1) == pytest.approx(np.quantile(waits, 0.95))


def test_enough_workers_are_just_enough():
    comes, service = np.linspace(0.0, 3600.0, 2000), np.full(2000, 30.0)
    workers = simulation.enough(comes, service, wait=60.0)
    assert simulation.p95_wait(comes, service, workers) <= 60.0 < simulation.p95_wait(comes, service, workers - 1)


def crowd(workers: int, service: float, done: dict[str, float]) -> Crowd:
    tasks = [Task(name, "face", 0.0, end - service, end) for name, end in done.items()]
    return Crowd(workers, 20, len(tasks), tasks, {}, 0, 0)


def test_a_prediction_that_is_off_is_not_believed():
    one = crowd(1, 2.0, {"a": 2.0, "b": 4.0, "c": 6.0, "d": 8.0})
    two = crowd(
        2, 2.0, {"a": 2.0, "b": 4.0, "c": 6.0, "d": 8.0}
    )  # its second worker has only words, of which none come
    three = crowd(3, 2.0, {"a": 2.0, "b": 2.0, "c": 4.0, "d": 4.0})
    assert simulation.check([one, two, three], 2, 0.0)["believed"]
    slow = crowd(3, 2.0, {"a": 2.0, "b": 3.0, "c": 5.0, "d": 6.0})
    found = simulation.check([one, two, slow], 2, 0.0)
    assert not found["believed"] and found["off"] > simulation.OFF


def test_what_a_day_takes_grows_with_it():
    crowds = [
        Crowd(1, length, 1, [Task("a", name, 0.0, 0.0, length / 20) for name in ("face", "speech", "text")],
              {"server": 0.2, "database": 0.1, "broker": 0.01, "analyses": length / 7}, 10_000 * length, 1000 * length)
        for length in (20, 40, 80)
    ]  # fmt: skip
    grown = simulation.growth(crowds)
    assert grown["service_seconds"]["face"] == pytest.approx({"fixed": 0.0, "per_minute": 3.0}, abs=0.01)
    small, large = (simulation.day(number, grown) for number in (1_000, 100_000))
    assert large["workers"]["analyses"] > 50 * small["workers"]["analyses"] / 2
    assert large["breaks_first"] == "the broker" and large["breaks_at"] == pytest.approx(small["breaks_at"], rel=0.05)
