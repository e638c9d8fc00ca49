"""What /metrics says, in Prometheus' words: what waits by the database, and what processes counted.

What waits is asked of the database, so that it is right however many servers and workers there are. What requests and
workers count is the data folder's own: ask each machine, and add them up.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from flask import Flask
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric

from webapp.core import counters, liveness
from webapp.health import backups, work

#: Counters, by their names, with their help.
HELP = {
    "viva_http_requests_total": "Answers of the web server, by route, method and class of status.",
    "viva_task_seconds_total": "Seconds that finished analyses took, by modality, version and outcome.",
    "viva_tasks_total": "Analyses that ended, by modality, version and outcome.",
    "viva_upload_bytes_total": "Bytes of recordings that arrived.",
    "viva_upload_resumes_total": "Uploads that went on after they had broken off.",
    "viva_live_frames_total": "Frames of live rooms that were read.",
    "viva_lease_losses_total": "Leases that were lost to somebody else while the work went on, by kind of work.",
}
LATENCY = "viva_http_request_seconds"


class _Collector:
    """Asks at each scrape."""

    def __init__(self, app: Flask) -> None:
        self._home = Path(app.config["HOME"])

    def collect(self) -> Iterator[Metric]:
        """Everything there is to say."""
        yield from _waiting()
        yield from self._counted()
        alive = GaugeMetricFamily("viva_part_age_seconds", "Since a part was last heard of.", labels=["part"])
        for name, age in liveness.ages(self._home).items():
            if age is not None:
                alive.add_metric([name], age)
        yield alive
        yield GaugeMetricFamily(
            "viva_backup_age_seconds", "Since the last backup; -1 for none.", value=backups.age(self._home)
        )

    def _counted(self) -> Iterator[Metric]:
        totals = counters.totals(self._home)
        for name, text in HELP.items():
            rows = {labels: value for (found, labels), value in totals.items() if found == name}
            names = sorted({label for labels in rows for label, _value in labels})
            family = CounterMetricFamily(name.removesuffix("_total"), text, labels=names)
            for labels, value in sorted(rows.items()):
                family.add_metric([dict(labels).get(label, "") for label in names], value)
            if not rows and not names:
                family.add_metric([], 0)
            yield family
        yield _latency(totals)


def _latency(totals: dict[tuple[str, tuple[tuple[str, str], ...]], float]) -> HistogramMetricFamily:
    """The histogram of answers by route: buckets count all that took no longer."""
    family = HistogramMetricFamily(LATENCY, "Seconds until an answer was ready, by route.", labels=["method", "route"])
    buckets: dict[tuple[str, str], dict[str, float]] = defaultdict(dict)
    sums: dict[tuple[str, str], float] = {}
    for (name, labels), value in totals.items():
        said = dict(labels)
        if name == f"{LATENCY}_bucket":
            buckets[said["method"], said["route"]][said["le"]] = value
        elif name == f"{LATENCY}_sum":
            sums[said["method"], said["route"]] = value
    for (method, route), found in sorted(buckets.items()):
        # A bucket in which nothing ever fell was never written; it holds what the next smaller one does.
        rows, have = [], 0.0
        for bound in counters.BOUNDS:
            have = max(have, found.get(str(bound), 0.0))
            rows.append((str(bound), have))
        rows.append(("+Inf", max(have, found.get("+Inf", 0.0))))
        family.add_metric([method, route], rows, sum_value=sums.get((method, route), 0.0))
    return family


def _waiting() -> Iterable[Metric]:
    depth = GaugeMetricFamily("viva_queue_depth", "What waits, by queue.", labels=["queue"])
    running = GaugeMetricFamily("viva_queue_running", "What is being worked on, by queue.", labels=["queue"])
    age = GaugeMetricFamily("viva_queue_age_seconds", "How long the oldest has waited, by queue.", labels=["queue"])
    for queue, count in work.counts().items():
        depth.add_metric([queue], count.waiting)
        running.add_metric([queue], count.running)
        age.add_metric([queue], count.oldest)
    return [depth, running, age]


def text(app: Flask) -> bytes:
    """The page."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Collector(app))
    return generate_latest(registry)
