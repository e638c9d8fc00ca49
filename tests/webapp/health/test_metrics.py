"""/metrics, /readyz and the lines of the log: what an operator is told, and that no person is in it."""

from __future__ import annotations

import json
import logging
import re
import sys
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
import yaml
from flask_migrate import stamp
from prometheus_client.parser import text_string_to_metric_families

from webapp.analysis.models import Analysis, AnalysisState
from webapp.core import counters, leases, liveness, server
from webapp.core.data_folder import LAST_BACKUP
from webapp.core.database import db, now
from webapp.core.requests_log import JsonFormatter
from webapp.health import metrics
from webapp.policy import Modality

ROOT = Path(__file__).resolve().parents[3]
MONITORING = ROOT / "docs" / "monitoring"
TOKEN = {"Authorization": "Bearer secret-token"}


@pytest.fixture
def scrape(app, client):
    app.config["METRICS_TOKEN"] = "secret-token"

    def ask() -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
        answer = client.get("/metrics", headers=TOKEN)
        assert answer.status_code == 200
        families = text_string_to_metric_families(answer.get_data(as_text=True))
        return {(s.name, tuple(sorted(s.labels.items()))): s.value for f in families for s in f.samples}

    return ask


def test_without_the_token_there_is_no_such_page(app, client):
    assert client.get("/metrics").status_code == 404
    app.config["METRICS_TOKEN"] = "secret-token"
    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", headers={"Authorization": "Bearer wrong"}).status_code == 404
    assert client.get("/metrics", headers=TOKEN).status_code == 200


def test_what_waits_and_how_long(app, make, scrape):
    interview = make.interview()
    answer = make.answer(interview, interview.question_set.questions[0])
    row = Analysis(
        interview_id=answer.interview_id, answer_id=answer.id, modality=Modality.TEXT, state=AnalysisState.QUEUED,
        created_at=now() - timedelta(minutes=7),
    )  # fmt: skip
    db.session.add(row)
    db.session.commit()
    found = scrape()
    assert found["viva_queue_depth", (("queue", "transcripts"),)] == 1
    assert found["viva_queue_depth", (("queue", "analysis"),)] == 0
    assert 415 < found["viva_queue_age_seconds", (("queue", "transcripts"),)] < 450
    assert found["viva_queue_depth", (("queue", "outbox"),)] == 0


def test_answers_are_counted_by_route_and_never_by_path(client, scrape):
    for _ in range(3):
        client.get("/i/a-secret-link-of-somebody")
    client.get("/healthz")
    found = scrape()
    labels = (("method", "GET"), ("route", "/healthz"))
    assert found["viva_http_request_seconds_count", labels] == 1
    assert found["viva_http_request_seconds_bucket", (("le", "+Inf"), *labels)] == 1
    assert not [key for key in found if "secret-link" in str(key)]


def test_a_lost_lease_is_counted(app, scrape):
    app.config["HEARTBEAT_SECONDS"] = 0.01

    class Lost:
        model = Analysis

        def renew(self, *_args: object, **_kwargs: object) -> bool:
            return False

    with leases.Heartbeat(Lost(), "0" * 32, "somebody") as heartbeat:
        assert heartbeat._lost.wait(5)
    assert scrape()["viva_lease_losses_total", (("work", "analyses"),)] == 1


def test_what_ended_processes_counted_still_counts(app):
    home = Path(app.config["HOME"])
    counters.add(home, "viva_upload_bytes_total", 5)
    other = counters.folder(home) / "1-1.json"
    other.write_text(json.dumps({json.dumps(["viva_upload_bytes_total", {}]): 7}))
    (counters.folder(home) / "2-1.json").write_text("{broken")
    assert counters.totals(home)["viva_upload_bytes_total", ()] == 12


def test_the_age_of_the_last_backup(app, scrape):
    assert scrape()["viva_backup_age_seconds", ()] == -1
    (Path(app.config["HOME"]) / LAST_BACKUP).write_text((now() - timedelta(hours=2)).isoformat())
    assert 7190 < scrape()["viva_backup_age_seconds", ()] < 7300


def test_every_metric_of_alerts_and_dashboard_is_told_and_each_alert_has_its_runbook(app, scrape):
    liveness.note(app.config["HOME"], liveness.CLOCK)
    rules = yaml.safe_load((MONITORING / "alerts.yaml").read_text("utf-8"))["groups"][0]["rules"]
    panels = json.loads((MONITORING / "dashboard.json").read_text("utf-8"))["panels"]
    asked = [rule["expr"] for rule in rules] + [target["expr"] for panel in panels for target in panel["targets"]]
    told = {name for name, _labels in scrape()} | set(metrics.HELP)
    told |= {f"{metrics.LATENCY}_{end}" for end in ("bucket", "sum", "count")}
    assert {name for expr in asked for name in re.findall(r"viva_\w+", expr)} <= told
    runbook = (MONITORING / "README.md").read_text("utf-8")
    assert [rule["alert"] for rule in rules] == re.findall(r"^### (\w+)", runbook, re.M)
    assert all(rule["annotations"]["runbook"].endswith(f"#{rule['alert'].lower()}") for rule in rules)


def test_ready_says_which_part_is_wrong(app, client):
    first = client.get("/readyz")
    assert first.status_code == 503  # the tests' tables were made without migrations
    assert "migration" in first.json["parts"]["migrations"]
    assert [part for part, said in first.json["parts"].items() if said != "ok"] == ["migrations"]
    stamp()
    assert client.get("/readyz").json == {"status": "ready", "parts": dict.fromkeys(first.json["parts"], "ok")}
    app.extensions["loading"] = True
    assert client.get("/readyz").json["parts"]["pages"].startswith("The pages are being loaded")
    server.load_templates(app)
    assert client.get("/readyz").status_code == 200
    app.extensions["celery"].conf.broker_url = "redis://127.0.0.1:1/0"
    pytest.importorskip("redis")
    app.extensions["celery"].conf.broker_read_url = "redis://127.0.0.1:1/0"
    app.config["STORAGE"] = "s3://nowhere"
    app.config["S3_ENDPOINT"] = "http://127.0.0.1:1"
    third = client.get("/readyz")
    assert third.status_code == 503
    assert "broker does not answer" in third.json["parts"]["broker"]
    assert "127.0.0.1" not in third.get_data(as_text=True)


@pytest.mark.parametrize(
    ("revision", "ready"),
    [
        ("bfc41ba78b6e", False),  # the first one
        ("a_later_one_", True),  # the new version's job has migrated: the old one stays until it is replaced
    ],
)
def test_a_database_that_is_behind_is_not_ready_and_one_that_is_ahead_is(app, client, revision, ready):
    stamp()
    with db.engine.begin() as connection:
        connection.execute(sa.text("update alembic_version set version_num = :revision"), {"revision": revision})
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json["parts"]["migrations"] == "ok") == (200 if ready else 503, ready)


def test_each_answer_has_the_id_of_its_request(client):
    assert re.fullmatch(r"[0-9a-f]{32}", client.get("/healthz").headers["X-Request-Id"])
    assert (
        client.get("/healthz", headers={"X-Request-Id": "from-the-proxy-1"}).headers["X-Request-Id"]
        == "from-the-proxy-1"
    )
    forged = client.get("/healthz", headers={"X-Request-Id": "short"}).headers["X-Request-Id"]
    assert re.fullmatch(r"[0-9a-f]{32}", forged)


def test_a_line_is_json_with_the_request_and_without_people(app):
    formatter = JsonFormatter()
    with app.test_request_context("/interviews/secret?name=Ada", headers={"X-Request-Id": "abcdefgh-1"}):
        try:
            raise ValueError("Key (email)=(ada@example.org) exists")
        except ValueError:
            record = logging.LogRecord(
                "viva", logging.ERROR, __file__, 1, "mail to %s", ("ada@example.org",), sys.exc_info()
            )
        text = formatter.format(record)
    line = json.loads(text)
    assert (line["level"], line["request"], line["logger"]) == ("error", "abcdefgh-1", "viva")
    assert "ValueError" in line["exception"]
    assert "ada" not in text.lower().replace("traceback", "")
    assert "secret" not in text
