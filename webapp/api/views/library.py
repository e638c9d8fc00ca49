"""The library of questions and scoring guides."""

from __future__ import annotations

from typing import Any

from flask import abort

from webapp.api.framework import me, operation
from webapp.api.paging import page_of, whole
from webapp.api.schemas.questions import ItemIn, ItemOut, ItemQuery, guide_in, item_shown
from webapp.api.scopes import Scope
from webapp.core.database import db
from webapp.questions import library
from webapp.questions.guide import ScoringGuide
from webapp.questions.library import Draft
from webapp.questions.library_models import LibraryItem

TAG = "Library"
READ, WRITE = Scope.QUESTIONS_READ, Scope.QUESTIONS_WRITE
ITEMS: Any = {"answers": ItemOut, "show": item_shown}


def _item(item_id: str) -> LibraryItem:
    return db.session.get(LibraryItem, item_id) or abort(404)


def _draft(body: dict[str, Any], earlier: LibraryItem | None = None) -> Draft:
    guide = ScoringGuide.from_json(earlier.guide) if earlier is not None and earlier.guide else None
    values = {**body, "guide": guide_in(body["guide"], guide), "tags": library.tags_of(body["tags"])}
    return Draft(**{**values, "rubric": "" if values["guide"] else body["rubric"]})


@operation("GET", "/library", TAG, scope=READ, query=ItemQuery, answers=page_of(ItemOut))
def list_library(query: dict[str, Any]) -> Any:
    """Search the library

    The newest version of everything that has all words of `q` and the `tag`, by title."""
    return whole([item_shown(row) for row in library.search(query.get("q", ""), query.get("tag", ""))])


@operation("POST", "/library", TAG, scope=WRITE, body=ItemIn, status=201, **ITEMS)
def create_library_item(body: dict[str, Any]) -> LibraryItem:
    """Add a question or a scoring guide to the library"""
    return library.save(_draft(body), by=me())


@operation("GET", "/library/<id:item_id>", TAG, scope=READ, **ITEMS)
def get_library_item(item_id: str) -> LibraryItem:
    """Read one version of something in the library"""
    return _item(item_id)


@operation("PUT", "/library/<id:item_id>", TAG, scope=WRITE, body=ItemIn, **ITEMS)
def change_library_item(body: dict[str, Any], item_id: str) -> LibraryItem:
    """Write the next version of something in the library

    `item_id` must be the newest version's."""
    row = _item(item_id)
    return library.save(_draft(body, row), by=me(), earlier=row)


@operation("DELETE", "/library/<id:item_id>", TAG, scope=WRITE, status=204)
def archive_library_item(item_id: str) -> None:
    """Take something out of the library

    Question sets keep what they took."""
    library.archive(library.versions_of(_item(item_id))[0], by=me())
