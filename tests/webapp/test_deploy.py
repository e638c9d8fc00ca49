"""What is under deploy/, with the Dockerfile and compose.yaml: rendered, and held against the schemas of what will read it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import helm_python as helm
import jsonschema
import kubernetes_validate
import pytest
import sqlalchemy as sa
import yaml
from compose_spec import PyCompose

from launcher.bootstrap import CLUSTER
from launcher.commands import COMMANDS
from launcher.paths import ROOT, VENV
from webapp.core import environment, liveness, queues
from webapp.core.database import db

CHART = ROOT / "deploy" / "helm" / "viva"
KEDA = json.loads((Path(__file__).parent / "keda.schema.json").read_text("utf-8"))
#: The oldest Kubernetes that the chart says it runs on, and a new one.
KUBERNETES = ("1.27.0", "1.33.0")


def rendered(**values: Any) -> dict[tuple[str, str], dict[str, Any]]:
    """Everything that the chart makes, by kind and name."""
    chart = helm.Chart.load(CHART)
    chart.validate_schema(values)
    texts = chart.render(values, name="viva", namespace="hiring")
    found = [one for text in texts.values() for one in yaml.safe_load_all(text) if one]
    return {(one["kind"], one["metadata"]["name"]): one for one in found}


def against_keda(one: dict[str, Any]) -> None:
    jsonschema.validate(one, {**KEDA["definitions"][one["kind"]], "definitions": KEDA["definitions"]})


def pods(objects: dict[tuple[str, str], dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {
        name: one["spec"]["template"]["spec"] for (kind, name), one in objects.items() if kind in ("Deployment", "Job")
    }


@pytest.fixture(scope="module")
def everything() -> dict[tuple[str, str], dict[str, Any]]:
    return rendered(keda={"enabled": True})


def test_the_chart_holds_against_kubernetes_and_keda(everything) -> None:
    said = helm.lint(str(CHART), {"keda": {"enabled": True}}, strict=True)
    assert not said["errors"] and all(one["severity"] == 1 for one in said["messages"]), said  # 1: a recommendation
    for one in everything.values():
        if one["apiVersion"].startswith("keda.sh/"):
            against_keda(one)
            continue
        for version in KUBERNETES:
            kubernetes_validate.validate(one, version, strict=True)


def test_the_schemas_find_what_is_wrong(everything) -> None:
    web = json.loads(json.dumps(everything["Deployment", "viva-web"]))
    web["spec"]["template"]["spec"]["containers"][0]["limits"] = {}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(web, KUBERNETES[-1], strict=True)
    scaled = json.loads(json.dumps(everything["ScaledObject", "viva-analysis"]))
    del scaled["spec"]["triggers"][0]["metadata"]["query"]
    with pytest.raises(jsonschema.ValidationError):
        against_keda(scaled)
    with pytest.raises(helm.HelmError):
        helm.Chart.load(CHART).validate_schema({"workers": {"transcrips": {}}})


def test_a_workers_probe_looks_at_what_the_worker_notes(app, everything) -> None:
    """The file of webapp/core/liveness.py, which its loop renews and its end takes away."""

    class Timer:
        def call_repeatedly(self, seconds: float, renew: Any) -> None:
            self.seconds, self.renew = seconds, renew

    consumer = SimpleNamespace(hostname="quick@pod-1", timer=Timer())
    liveness._watch_worker(sender=consumer)
    sign = liveness.worker_sign(app.config["HOME"], consumer.hostname)
    assert sign.is_file() and consumer.timer.seconds <= 10
    os.utime(sign, (0, 0))
    consumer.timer.renew()
    assert sign.stat().st_mtime > 0
    (container,) = pods(everything)["viva-quick"]["containers"]
    command = container["livenessProbe"]["exec"]["command"][-1]
    assert "--hostname=quick@%h" in container["command"]
    here = command.replace("/data", str(app.config["HOME"])).replace("$(hostname)", "pod-1")
    assert subprocess.run(["sh", "-c", here]).returncode == 0
    os.utime(sign, (0, 0))
    assert subprocess.run(["sh", "-c", here]).returncode == 1
    liveness._leave(sender=consumer)
    assert not sign.exists()


def test_every_part_runs_with_probes_limits_and_no_rights(everything) -> None:
    parts = pods(everything)
    assert set(parts) == {f"viva-{part}" for part in ("web", "live", "clock", "migrate", *queues.QUEUES)}
    for name, pod in parts.items():
        (container,) = pod["containers"]
        assert container["resources"]["limits"]["memory"], name
        assert pod["securityContext"]["runAsNonRoot"] and container["securityContext"]["readOnlyRootFilesystem"]
        assert ("livenessProbe" in container) is (name != "viva-migrate"), name
        unknown = {one["name"] for one in container["env"]} - {one.variable for one in environment.SETTINGS}
        assert not unknown, unknown
    for queue in queues.QUEUES:
        assert f"--queues={queue}" in parts[f"viva-{queue}"]["containers"][0]["command"]
    job = everything["Job", "viva-migrate"]
    assert job["metadata"]["annotations"]["helm.sh/hook"] == "pre-install,pre-upgrade"


def test_several_live_services_have_names_and_paths(everything) -> None:
    """One has no name, and is addressed as ever."""
    for count in (1, 3):
        objects = rendered(live={"replicas": count})
        for one in objects.values():
            kubernetes_validate.validate(one, KUBERNETES[0], strict=True)
        names = {name: [each["value"] for each in pod["containers"][0]["env"] if each["name"] == "VIVA_LIVE_NAME"]
                 for name, pod in pods(objects).items() if name.startswith("viva-live")}  # fmt: skip
        ingress = objects["Ingress", "viva"]["spec"]["rules"][0]["http"]["paths"]
        paths = {each["path"]: each["backend"]["service"]["name"] for each in ingress}
        assert paths.pop("/live/service") == "viva-live" and paths.pop("/") == "viva-web"
        if count == 1:
            assert names == {"viva-live": []} and not paths
            continue
        assert names == {"viva-live": ["1"], "viva-live-2": ["2"], "viva-live-3": ["3"]}
        assert paths == {f"/live/service/{number}": f"viva-live-{number}" for number in (2, 3)}
        for name in names:
            wanted = objects["Service", name]["spec"]["selector"]
            assert wanted == objects["Deployment", name]["spec"]["template"]["metadata"]["labels"]


def test_keda_alone_says_how_many_workers_there_are_and_counts_by_sql_that_runs(app, everything) -> None:
    """The queries are asked of the real tables."""
    assert rendered()["Deployment", "viva-analysis"]["spec"]["replicas"] == 1
    scaled = {name: one for (kind, name), one in everything.items() if kind == "ScaledObject"}
    assert set(scaled) == {"viva-analysis", "viva-transcripts", "viva-quick"}
    for name, one in scaled.items():
        assert one["spec"]["scaleTargetRef"]["name"] == name
        assert "replicas" not in everything["Deployment", name]["spec"]
        with app.app_context():
            assert db.session.execute(sa.text(one["spec"]["triggers"][0]["metadata"]["query"])).scalar() == 0


def test_compose_names_every_part_and_settings_that_exist() -> None:
    text = (ROOT / "compose.yaml").read_text("utf-8")
    plain = yaml.safe_load(text)
    PyCompose.from_yaml(
        yaml.safe_dump({key: value for key, value in plain.items() if not key.startswith("x-")})
    ).validate()
    services = plain["services"]
    assert {"web", "live", "live-2", "clock", "migrate", "database", "broker", "proxy", *queues.QUEUES} == set(services)
    for queue in queues.QUEUES:
        assert services[queue]["command"][services[queue]["command"].index("-Q") + 1] == queue
    known = {one.variable for one in environment.SETTINGS}
    assert set(plain["x-viva"]["environment"]) <= known
    assert services["live-2"]["profiles"] and services["live-2"]["environment"]["VIVA_LIVE_NAME"] == "2"
    assert services["live"]["environment"]["VIVA_LIVE_NAME"] == "${VIVA_LIVE_NAME:-}"
    for name in ("web", "live", "live-2", "clock", *queues.QUEUES):
        assert services[name]["depends_on"]["migrate"]["condition"] == "service_completed_successfully"
        assert services[name]["deploy"]["resources"]["limits"]["memory"]


def test_the_dockerfile_is_sound_and_takes_the_launchers_steps() -> None:
    done = subprocess.run([VENV / "bin" / "hadolint", ROOT / "Dockerfile"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout
    text = (ROOT / "Dockerfile").read_text("utf-8")
    assert f"./viva install --{CLUSTER}" in text and "install" in COMMANDS
    # What the docs ask for of the system.
    documented = re.search(r"apt-get install (libpango.*)", (ROOT / "docs" / "operations.md").read_text("utf-8"))
    assert documented and all(package in text for package in documented[1].split())


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd-analyze: the units were not looked at")
def test_systemd_finds_nothing_wrong_with_the_units(tmp_path: Path) -> None:
    """As installed, but for the folder of the programs, which must be there."""
    for unit in (ROOT / "deploy" / "systemd").iterdir():
        (tmp_path / unit.name).write_text(unit.read_text("utf-8").replace("/srv/viva", str(ROOT)), "utf-8")
    units = [str(path).replace("@.", "@analysis.") for path in sorted(tmp_path.iterdir())]
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", "--generators=no", "--recursive-errors=no", *units],
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "SYSTEMD_UNIT_PATH": f"{tmp_path}:"},
    )
    ours = [line for line in done.stderr.splitlines() if "viva" in line]
    assert not ours, done.stderr


@pytest.mark.skipif(
    shutil.which("caddy") is None, reason="no caddy (apt-get install caddy): its settings were not tried"
)
def test_caddy_takes_its_settings(tmp_path: Path) -> None:
    done = subprocess.run(
        ["caddy", "adapt", "--config", str(ROOT / "deploy" / "Caddyfile"), "--adapter", "caddyfile"],
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "HOME": str(tmp_path), "VIVA_DOMAIN": "viva.example.org", "VIVA_WEB": "web:8000"},
    )
    assert done.returncode == 0, done.stderr
    assert "web:8000" in done.stdout and "127.0.0.1:8001" in done.stdout and "127.0.0.1:8002" in done.stdout
