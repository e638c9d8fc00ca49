"""The OpenAPI document: served at /api/v1/openapi.json, and printed by ``./viva openapi`` without a server, a database
or the network."""

from __future__ import annotations

import json
from typing import Any, cast

import click
from flask import Flask, Response, current_app, jsonify

from webapp.api.framework import ViewApi, operation

TAGS = {
    "Positions": "Vacancies, and how people decide at each.",
    "Question sets": "What candidates are asked, and what answers are scored for.",
    "Library": "Questions and scoring guides that are written once and used in many sets.",
    "Invitations": "Candidates who were invited, their files, and what they ask for.",
    "Interviews": "Answers, recordings, transcripts, reports, and where each candidate stands.",
    "Reviews": "Scorecards, comments and decisions.",
    "People": "Accounts of those who work here.",
    "Teams": "Who works with whom, and with which rights.",
    "Keys": "API keys.",
    "Webhooks": "Addresses that are told what happens to interviews.",
    "Exports": "A position's interviews as files.",
    "Erasure": "Erasing candidates, certificates, legal holds.",
    "Policy": "What may be analysed where, and for how long what is kept.",
    "Audit log": "Who saw, changed, exported and decided what.",
    "Document": "This document.",
}


def describe(api: ViewApi) -> None:
    """Say what the tags are."""
    for name, words in TAGS.items():
        cast(Any, api.spec).tag({"name": name, "description": words})


def init_app(app: Flask) -> None:
    """Add the command."""
    app.cli.add_command(openapi)


def document(app: Flask) -> dict[str, Any]:
    """The document of ``app``'s API."""
    api: ViewApi = app.extensions["flask-smorest"]["apis"][""]["ext_obj"]
    found = api.documented()
    found["tags"] = [tag for tag in found["tags"] if tag["name"] in TAGS]
    found["components"]["schemas"].pop(
        "PaginationMetadata", None
    )  # of flask-smorest's own pages, which we have none of
    return found


@operation("GET", "/openapi.json", "Document", scope=None, public=True, content={200: ("application/json",)})
def get_document() -> Response:
    """Read this document"""
    return jsonify(document(current_app))


@click.command("openapi")
def openapi() -> None:
    """Print the REST API's OpenAPI document."""
    click.echo(json.dumps(document(current_app), ensure_ascii=False, indent=1))
