"""Going back to an earlier version: its weights are kept, it reads new answers, and the page says where it cannot."""

from __future__ import annotations

import json
import shutil

import pytest

from ml.core import registry
from tests.webapp.registry.test_switching import admin, analysis
from webapp.accounts.models import Role
from webapp.analysis import kept_weights, runner, versions
from webapp.analysis.models import AnalysisState
from webapp.core.database import db
from webapp.policy import Modality
from webapp.policy.models import NEWEST
from webapp.policy.switches import switch
from webapp.registry import receivers

__all__ = ["admin", "analysis"]

TEXT = (
    "Last spring our team had to move a shop's whole stock to a new warehouse within a week. I asked everybody what "
    "worried them most, wrote a plan on one page, and changed it twice when a lorry broke down. I enjoy quiet work as "
    "well: afterwards I measured how long each step had taken and taught two colleagues to keep those figures. "
    "Sometimes I get nervous before a deadline, so I begin early and leave time for mistakes. My friends say that I am "
    "curious, that I read too many books about old machines, and that I rarely forget a birthday. "
)


@pytest.fixture
def old(tmp_path):
    """A folder with the weights of an earlier version of the text model."""
    folder = tmp_path / "old"
    folder.mkdir()
    card = registry.describe("text") | {"version": "text-2020.01.1"}
    for name in card["files"]:
        shutil.copyfile(registry.weights_folder() / name, folder / name)
    (folder / "text.json").write_text(json.dumps(card))
    return folder


def test_an_earlier_version_reads_again_after_going_back(app, client, analysis, admin, old):
    mine = admin.organisation_id
    switch(Modality.TEXT, "text-2020.01.1", organisation_id=mine, by=admin)
    db.session.commit()
    installed = registry.describe("text")["version"]
    page = client.get("/models/text").text  # its weights are not here
    assert "models keep FOLDER" in page and f"Read them again with {installed}" in page
    assert kept_weights.weights_for(mine, Modality.TEXT) is None
    answer = app.test_cli_runner().invoke(args=["models", "keep", str(old)])
    assert answer.output.split() == ["text-2020.01.1"]
    page = client.get("/models/text").text
    assert "models keep FOLDER" not in page and "Read them again with text-2020.01.1" in page
    assert client.post("/models/text/read-again").status_code == 302
    db.session.expire_all()
    assert analysis.state is AnalysisState.QUEUED
    analysis.answer.text = TEXT
    db.session.commit()
    runner.run(analysis.id)
    db.session.expire_all()
    assert (analysis.state, analysis.model_version) == (AnalysisState.DONE, "text-2020.01.1")
    assert set(analysis.result["traits"]) == {
        "openness", "conscientiousness", "extraversion", "agreeableness", "neuroticism"
    }  # fmt: skip
    assert [each.version for each in versions.versions_of(analysis)] == ["text-2020.01.1", "text-old"]
    switch(Modality.TEXT, NEWEST, organisation_id=mine, by=admin)
    assert kept_weights.reading_version(mine, Modality.TEXT) == installed


def test_what_is_installed_is_kept_once_and_damaged_weights_are_not(app, old, monkeypatch):
    monkeypatch.setenv("VIVA_WEIGHTS", str(old))
    receivers.keep_weights()
    receivers.keep_weights()
    assert kept_weights.kept(Modality.TEXT) == ["text-2020.01.1"]
    files = {path.name for path in kept_weights.folder_of("text-2020.01.1").iterdir()}
    assert files == {"text.json", *registry.describe("text")["files"]}
    card = json.loads((old / "text.json").read_text()) | {"version": "text-2020.01.2"}
    (old / "text.json").write_text(json.dumps(card))
    assert kept_weights.keep(old) == ["text-2020.01.2"]
    shelf = kept_weights.folder_of("text-2020.01.1").parent / "files"
    assert len(list(shelf.iterdir())) == len(files) + 1  # what both share lies there once
    (old / "text.onnx").write_bytes(b"damaged")
    (old / "text.json").write_text(json.dumps(card | {"version": "text-2020.01.3"}))
    assert kept_weights.keep(old) == []
    for name in ("files", "..", "../home", ""):
        assert kept_weights.folder_of(name) is None


def test_weights_that_cannot_be_used_are_said(analysis, admin, old, client):
    (old / "text.onnx").write_bytes(b"no network")
    card = json.loads((old / "text.json").read_text())
    card["files"]["text.onnx"] = registry.sha256(old / "text.onnx")
    (old / "text.json").write_text(json.dumps(card))
    assert kept_weights.keep(old) == ["text-2020.01.1"]
    switch(Modality.TEXT, "text-2020.01.1", organisation_id=admin.organisation_id, by=admin)
    db.session.commit()
    versions.read_again(admin.organisation_id, Modality.TEXT, "text-2020.01.1", by=admin)
    db.session.commit()
    runner.run(analysis.id)
    db.session.expire_all()
    assert analysis.state is AnalysisState.FAILED and "Switch another one on" in analysis.reason


def test_only_admins_read_again(client, make, sign_in):
    sign_in(make.user(Role.RECRUITER))
    assert client.post("/models/text/read-again").status_code == 403
