"""The document says what there is, and nothing else; and it is sound."""

from __future__ import annotations

import json
import re
import subprocess
import sys

from flask import Flask
from flask.testing import FlaskClient
from openapi_spec_validator import validate

from webapp.api.document import TAGS, document
from webapp.api.scopes import Scope
from webapp.core.settings import ROOT


def operations(found: dict) -> dict[tuple[str, str], dict]:
    return {
        (method.upper(), path): operation
        for path, item in found["paths"].items()
        for method, operation in item.items()
        if method != "parameters"
    }


def test_routes_and_document_say_the_same(app: Flask):
    routes = {
        (method, re.sub(r"<(?:[a-z]+:)?([a-z_]+)>", r"{\1}", rule.rule))
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/")
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }
    assert set(operations(document(app))) == routes
    assert len(routes) >= 100


def test_the_document_is_valid_and_is_served_to_anybody(app: Flask, client: FlaskClient):
    served = client.get("/api/v1/openapi.json")
    assert served.status_code == 200 and served.json == json.loads(json.dumps(document(app)))
    assert served.json["openapi"].startswith("3.1")
    validate(served.json)


def test_every_operation_says_what_a_reader_needs(app: Flask):
    found = operations(document(app))
    names = [operation["operationId"] for operation in found.values()]
    assert len(set(names)) == len(names)
    wrong = []
    for (method, path), operation in found.items():
        answers = operation["responses"]
        public = operation["security"] == []
        good = [code for code in answers if code.startswith("2")]
        faults = {
            "summary": not operation.get("summary") or operation["summary"].endswith("."),
            "tag": operation["tags"][0] not in TAGS,
            "scope": not public and path != "/api/v1/me" and operation.get("x-scope") not in set(Scope),
            "success": not good,
            "401": not public and "401" not in answers,
            "404": "{" in path and "404" not in answers,
            "422": "requestBody" in operation and "422" not in answers,
            "problem": any(
                list(answer.get("content", {})) != ["application/problem+json"]
                for code, answer in answers.items() if code >= "400"
            ),
            "rate": not public and any("RateLimit-Remaining" not in answers[code]["headers"] for code in good),
            "idempotency": (method == "POST")
            is not any(each.get("name") == "Idempotency-Key" for each in operation.get("parameters", ())),
        }  # fmt: skip
        wrong += [(method, path, what) for what, is_wrong in faults.items() if is_wrong]
    assert wrong == []


def test_every_schema_is_used_and_says_what_it_is_of(app: Flask):
    found = document(app)
    used = set(re.findall(r"#/components/schemas/(\w+)", json.dumps(found)))
    schemas = found["components"]["schemas"]
    assert set(schemas) == used
    assert not [name for name in schemas if re.search(r"\d$", name)]  # two of one name


def test_no_list_can_be_sorted_by_an_analysis(app: Flask):
    asked = {
        each["name"]
        for operation in operations(document(app)).values()
        for each in operation.get("parameters", ())
        if each["in"] == "query"
    }
    assert not [name for name in asked if re.search("sort|order|score|rank|emotion|trait", name)]


def test_it_is_printed_without_a_server_a_database_or_the_network(app: Flask, tmp_path):
    code = (
        "import socket, sys\n"
        "def refuse(*_): raise OSError('no network')\n"
        "socket.socket.connect = socket.socket.bind = refuse\n"
        "from flask.cli import main\n"
        "sys.argv = ['flask', '--app', 'webapp', 'openapi']; main()\n"
    )
    env = {"VIVA_HOME": str(tmp_path), "VIVA_DATABASE_URL": "postgresql+psycopg://nobody@127.0.0.1:1/nothing"}
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=env, capture_output=True, text=True, timeout=200)
    assert done.returncode == 0, done.stderr
    assert set(json.loads(done.stdout)["paths"]) == set(document(app)["paths"])
