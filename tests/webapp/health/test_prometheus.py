"""The rules and the dashboard in a real Prometheus: each rule fires when it should, and each picture has its numbers."""

from __future__ import annotations

import http.client
import json
import os
import re
import subprocess
import sys
import time
import urllib.parse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from flask import Flask

from tests import servers
from webapp.core import counters, liveness
from webapp.core.settings import ROOT

pytestmark = pytest.mark.full
MONITORING = ROOT / "docs" / "monitoring"
ALERTS = MONITORING / "alerts.yaml"
RULES = {rule["alert"]: rule for rule in yaml.safe_load(ALERTS.read_text("utf-8"))["groups"][0]["rules"]}
TOKEN = "what Prometheus says"


@dataclass(frozen=True)
class Case:
    """Series of three hours, a value a minute as promtool writes them, with which a rule fires and does not."""

    loud: dict[str, str]
    quiet: dict[str, str]
    labels: dict[str, str] | None = None


def waits(queue: str, bound: int) -> Case:
    """The rule looks at one queue, and at whichever machine says the most."""
    name = f'viva_queue_age_seconds{{queue="{queue}",instance="%s"}}'
    return Case(
        {name % "a": f"{bound + 1}+0x200", name % "b": "0+0x200"},
        {name % "a": f"{bound}+0x200", 'viva_queue_age_seconds{queue="other",instance="a"}': "99999+0x200"},
    )


#: What an installation without any trouble says, so that "there is no such series" is no reason for silence.
AT_REST = {'up{job="viva",instance="a"}': "1+0x200", 'up{job="viva",instance="b"}': "1+0x200"}
CASES = {
    "VivaAway": Case(
        {'up{job="viva",instance="a"}': "0+0x200"},
        {'up{job="other",instance="c"}': "0+0x200"},
        {"job": "viva", "instance": "a"},
    ),
    "VivaAnalysesWait": waits("analysis", 1800),
    "VivaTranscriptsWait": waits("transcripts", 1800),
    "VivaCandidatesWait": waits("quick", 120),
    "VivaMailWaits": waits("outbox", 3600),
    "VivaPartSilent": Case(
        {'viva_part_age_seconds{part="clock"}': "5+60x200", 'viva_part_age_seconds{part="quick"}': "5+0x200"},
        {'viva_part_age_seconds{part="clock"}': "120+0x200"},
        {"part": "clock"},
    ),
    "VivaErrors": Case(
        {'viva_http_requests_total{status="2xx"}': "0+97x200", 'viva_http_requests_total{status="5xx"}': "0+3x200"},
        {'viva_http_requests_total{status="2xx"}': "0+99x200", 'viva_http_requests_total{status="5xx"}': "0+1x200"},
    ),
    "VivaSlow": Case(
        {
            'viva_http_request_seconds_bucket{route="/a",le="1.0"}': "0+90x200",
            'viva_http_request_seconds_bucket{route="/a",le="2.5"}': "0+100x200",
            'viva_http_request_seconds_bucket{route="/a",le="+Inf"}': "0+100x200",
        },
        {
            'viva_http_request_seconds_bucket{route="/a",le="1.0"}': "0+96x200",
            'viva_http_request_seconds_bucket{route="/a",le="2.5"}': "0+100x200",
            'viva_http_request_seconds_bucket{route="/a",le="+Inf"}': "0+100x200",
        },
    ),
    "VivaAnalysesFail": Case(
        {'viva_tasks_total{outcome="done"}': "0+8x200", 'viva_tasks_total{outcome="failed"}': "0+1x200"},
        {'viva_tasks_total{outcome="done"}': "0+10x200", 'viva_tasks_total{outcome="failed"}': "0+1x200"},
    ),
    "VivaLeasesLost": Case(
        {'viva_lease_losses_total{work="analyses"}': "0+1x200"},
        {'viva_lease_losses_total{work="analyses"}': "0+0.1x200"},
    ),
    "VivaBackupOld": Case(
        {'viva_backup_age_seconds{instance="a"}': "129601+60x200", 'viva_backup_age_seconds{instance="b"}': "-1+0x200"},
        {'viva_backup_age_seconds{instance="a"}': "9999999+60x200", 'viva_backup_age_seconds{instance="b"}': "60+60x200"},
    ),
}  # fmt: skip


def promtool(*arguments: object) -> str:
    """What promtool says, which must be content."""
    command = [servers.program("promtool", "prometheus"), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def of_promtool(name: str, series: dict[str, str], expected: list[tuple[int, bool]], labels: dict[str, str]) -> Any:
    """A test for promtool: at these seconds the rule fires, or does not."""
    rule = RULES[name]
    fired = {"exp_labels": rule["labels"] | labels, "exp_annotations": rule["annotations"]}
    return {
        "interval": "1m",
        "name": name,
        "input_series": [{"series": one, "values": values} for one, values in (AT_REST | series).items()],
        "alert_rule_test": [
            {"eval_time": f"{at}s", "alertname": name, "exp_alerts": [fired] if fires else []} for at, fires in expected
        ],
    }


def seconds(text: str) -> int:
    """``10m`` → 600."""
    return int(text[:-1]) * {"m": 60, "h": 3600}[text[-1]]


def test_promtool_reads_the_rules_and_each_fires_when_it_should_and_only_then(tmp_path: Path):
    assert f"{len(RULES)} rules found" in promtool("check", "rules", ALERTS)
    assert list(CASES) == list(RULES)
    tests = []
    for name, case in CASES.items():
        after, labels = seconds(RULES[name]["for"]), case.labels or {}
        tests.append(of_promtool(name, case.loud, [(after - 60, False), (10_800, True)], labels))
        tests.append(of_promtool(name, case.quiet, [(10_800, False)], labels))
    tests.append(of_promtool("VivaBackupOld", {"viva_backup_age_seconds": "-1+0x200"}, [(10_800, True)], {}))
    nothing = of_promtool("VivaAway", {}, [(10_800, True)], {"job": "viva"})
    tests.append(nothing | {"input_series": []})
    (tmp_path / "tests.yaml").write_text(yaml.safe_dump({"rule_files": [str(ALERTS)], "tests": tests}), "utf-8")
    assert "SUCCESS" in promtool("test", "rules", tmp_path / "tests.yaml")


@pytest.fixture
def viva(app: Flask, tmp_path: Path) -> Iterator[int]:
    """A web server whose processes have counted everything once."""
    port, log = servers.free_port(), (tmp_path / "said").open("wb")
    env = {
        "VIVA_SECRET_KEY": "test", "VIVA_DATABASE_URL": app.config["SQLALCHEMY_DATABASE_URI"],
        "VIVA_HOME": str(app.config["HOME"]), "VIVA_METRICS_TOKEN": TOKEN,
    }  # fmt: skip
    command = [sys.executable, "-m", "webapp.core.server", "--listen", f"127.0.0.1:{port}"]
    process = subprocess.Popen(command, cwd=ROOT, env=os.environ | env, stdout=log, stderr=log)
    try:
        servers.answering(port, 120)
        yield port
    finally:
        process.terminate()
        process.wait(20)
        log.close()


def settings(folder: Path, port: int) -> Path:
    """The settings of docs/monitoring/README.md, with this server's address and token, and asked each second."""
    written = re.search(r"```yaml\n(scrape_configs:.*?)```", (MONITORING / "README.md").read_text("utf-8"), re.S)
    assert written is not None
    found = yaml.safe_load(written[1])
    (job,) = found["scrape_configs"]
    assert (job["scheme"], found["rule_files"]) == ("https", [ALERTS.name])
    job |= {"scheme": "http", "static_configs": [{"targets": [f"127.0.0.1:{port}"]}]}
    job["authorization"]["credentials"] = TOKEN
    found |= {"rule_files": [str(ALERTS)], "global": {"scrape_interval": "1s", "evaluation_interval": "1s"}}
    (folder / "prometheus.yaml").write_text(yaml.safe_dump(found), "utf-8")
    promtool("check", "config", folder / "prometheus.yaml")
    return folder / "prometheus.yaml"


def ask(address: str, path: str, **values: str) -> Any:
    """What Prometheus' API answers."""
    connection = http.client.HTTPConnection(address.removeprefix("http://"), timeout=20)
    connection.request("GET", f"/api/v1/{path}?{urllib.parse.urlencode(values)}")
    said = json.load(connection.getresponse())
    connection.close()
    assert said["status"] == "success", said
    return said["data"]


def count_everything(home: Path) -> None:
    """What workers, uploads and live rooms count, once more each."""
    task = {"modality": "face", "version": "1", "outcome": "done"}
    counters.add(home, "viva_tasks_total", labels=task)
    counters.add(home, "viva_task_seconds_total", 3.0, labels=task)
    for name in ("viva_upload_bytes_total", "viva_upload_resumes_total", "viva_live_frames_total"):
        counters.add(home, name)
    counters.add(home, "viva_lease_losses_total", labels={"work": "analyses"})
    counters.flush(home)


def test_a_prometheus_has_what_rules_and_dashboard_ask_for(app: Flask, viva: int, tmp_path: Path):
    home = Path(app.config["HOME"])
    liveness.note(home, liveness.CLOCK)
    panels = json.loads((MONITORING / "dashboard.json").read_text("utf-8"))["panels"]
    asked = [target["expr"] for panel in panels for target in panel["targets"]]
    with servers.prometheus(settings(tmp_path, viva)) as address:
        empty, deadline = asked, time.monotonic() + 60
        while empty and time.monotonic() < deadline:  # rates need two values
            count_everything(home)
            time.sleep(1)
            empty = [expr for expr in asked if not ask(address, "query", query=expr)["result"]]
        (target,) = ask(address, "targets")["activeTargets"]
        assert (target["health"], target["lastError"]) == ("up", "")
        assert empty == []
        rules = {rule["name"]: rule for rule in ask(address, "rules")["groups"][0]["rules"]}
        assert {name: (rule["health"], rule.get("lastError")) for name, rule in rules.items()} == dict.fromkeys(
            RULES, ("ok", None)
        )
        # This installation has no backup, and nothing else is wrong with it.
        assert {name for name, rule in rules.items() if rule["state"] != "inactive"} == {"VivaBackupOld"}
        series = set(ask(address, "label/__name__/values"))
        assert {name for rule in RULES.values() for name in re.findall(r"viva_\w+", rule["expr"])} <= series
