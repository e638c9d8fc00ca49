"""What Viva is made of: a page of licences, and the same as CycloneDX."""

from __future__ import annotations

import json
import re

from webapp.accounts.models import Role
from webapp.core.settings import ROOT
from webapp.registry import dependencies


def test_every_package_of_both_kinds_has_a_version_and_nearly_all_a_licence():
    found = dependencies.packages()
    names = {(each.kind, each.name) for each in found}
    assert {("pypi", "flask"), ("pypi", "sqlalchemy"), ("npm", "esbuild")} <= names
    assert all(each.version for each in found)
    unsaid = [each.name for each in found if not each.licence]
    assert len(unsaid) < 0.1 * len(found), unsaid
    locked = set(re.findall(r'^name = "(.+)"$', (ROOT / "uv.lock").read_text(), re.MULTILINE))
    assert len([each for each in found if each.kind == "pypi" and each.name in locked]) > 80


def test_the_command_writes_cyclonedx(app):
    said = json.loads(app.test_cli_runner().invoke(args=["sbom"]).output)
    assert (said["bomFormat"], said["specVersion"]) == ("CycloneDX", "1.6")
    assert re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", said["serialNumber"])
    refs = [each["bom-ref"] for each in said["components"]]
    assert len(refs) == len(set(refs)) > 150
    assert said["dependencies"] == [{"ref": "viva", "dependsOn": refs}]
    flask = next(each for each in said["components"] if each["name"] == "flask")
    assert flask["purl"] == f"pkg:pypi/flask@{flask['version']}" and flask["licenses"]


def test_the_page_lists_them(client, make, sign_in):
    sign_in(make.user(Role.ADMIN))
    page = client.get("/models/licences").text
    assert "sqlalchemy" in page and "esbuild" in page and "MIT" in page
