"""The library as files: JSON with everything, and CSV with one row a competency."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask_babel import gettext as _

from webapp.core.spreadsheets import read_csv, write_csv
from webapp.questions.guide import LEVELS, Competency, GuideError, ScoringGuide, clean
from webapp.questions.library import Draft, LibraryError, check, tags_of
from webapp.questions.models import QuestionKind

FORMAT = "viva-library-1"
#: Bytes of a file, and items in it.
LARGEST, MOST = 2_000_000, 500
COLUMNS = (
    "title", "question", "kind", "think_seconds", "limit_seconds", "takes_allowed", "tags", "template", "points",
    "choices", "wanted", "least", "unit", "language", "follow_ups",
    "competency", *(f"level_{level}" for level in LEVELS), "evidence", "quotes",
)  # fmt: skip


class ExchangeError(ValueError):
    """This file cannot be read; the message says where and why, for a person."""


def to_json(drafts: Iterable[Draft]) -> bytes:
    """A file with all of ``drafts``."""
    items = [
        {
            "title": draft.title,
            "question": draft.prompt,
            "kind": draft.kind.value,
            "think_seconds": draft.think_seconds,
            "limit_seconds": draft.limit_seconds,
            "takes_allowed": draft.takes_allowed,
            "tags": list(draft.tags),
            "template": draft.is_template,
            "points": draft.rubric.splitlines(),
            "guide": draft.guide.to_json() if draft.guide else None,
            "settings": draft.settings,
            "follow_ups": draft.follow_ups.splitlines(),
        }
        for draft in drafts
    ]
    return json.dumps({"format": FORMAT, "items": items}, ensure_ascii=False, indent=1).encode()


def to_csv(drafts: Iterable[Draft]) -> bytes:
    """A file with a row for each competency; further ones of an item have its first columns empty."""
    rows = []
    for draft in drafts:
        head = [
            draft.title,
            draft.prompt,
            draft.kind.value,
            *(str(value) for value in (draft.think_seconds, draft.limit_seconds, draft.takes_allowed)),
            ", ".join(draft.tags),
            "yes" if draft.is_template else "",
            draft.rubric,
            *_settings_cells(draft.settings or {}),
            draft.follow_ups,
        ]
        competencies = draft.guide.competencies if draft.guide else [Competency("", "")]
        for number, one in enumerate(competencies):
            tail = [
                one.name,
                *(one.levels.get(level, "") for level in LEVELS),
                "\n".join(one.points),
                "\n".join(one.quotes),
            ]
            rows.append([*(head if not number else [""] * len(head)), *tail])
    return write_csv(COLUMNS, rows)


def _settings_cells(kept: Mapping[str, Any]) -> list[str]:
    """Choices, wanted ones, least, unit and language."""
    lines = ["\n".join(kept.get(name, ())) for name in ("choices", "wanted")]
    least = kept.get("least")
    return [*lines, "" if least is None else f"{least:g}", kept.get("unit", ""), kept.get("language", "")]


def _settings_of(row: Mapping[str, str]) -> dict[str, Any] | None:
    """The same out of a row of CSV. Raises ValueError for a number that is none."""
    found: dict[str, Any] = {name: row[name].splitlines() for name in ("choices", "wanted") if row.get(name)}
    found |= {"least": float(row["least"])} if row.get("least") else {}
    return found | {name: row[name] for name in ("unit", "language") if row.get(name)} or None


def read(content: bytes, name: str) -> list[Draft]:
    """The items of a file that ``name`` says the kind of. Raises ExchangeError."""
    if len(content) > LARGEST:
        raise ExchangeError(_("The file is too large: at most %(number)s MB.", number=LARGEST // 1_000_000))
    drafts = _from_json(content) if name.lower().endswith(".json") else _from_csv(content)
    if not drafts:
        raise ExchangeError(_("There is nothing in this file."))
    if len(drafts) > MOST:
        raise ExchangeError(_("At most %(number)s questions at once.", number=MOST))
    return drafts


def _from_json(content: bytes) -> list[Draft]:
    try:
        document = json.loads(content)
        if document["format"] != FORMAT:
            raise ValueError("another format")
        items = document["items"]
        return [_draft(item, _guide(item.get("guide")), number) for number, item in enumerate(items, 1)]
    except ExchangeError:
        raise
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise ExchangeError(_("This is no file of a question library, or it is damaged.")) from None


def _guide(stored: Mapping[str, Any] | None) -> list[Competency]:
    return ScoringGuide.from_json(stored).competencies if stored else []


def _from_csv(content: bytes) -> list[Draft]:
    try:
        rows = read_csv(content)
    except ValueError:
        raise ExchangeError(_("This is no CSV file in UTF-8.")) from None
    header = [cell.strip().lower() for cell in rows[0]] if rows else []
    if "title" not in header:
        raise ExchangeError(_("The first line must name the columns; “title” is missing."))
    items: list[tuple[int, dict[str, str], list[Competency]]] = []
    for line, cells in enumerate(rows[1:], 2):
        row = dict(zip(header, (cell.strip() for cell in cells), strict=False))
        if not any(row.values()):
            continue
        if row.get("title"):
            items.append((line, row, []))
        elif not items:
            raise ExchangeError(_("Line %(line)s: a title is missing.", line=line))
        if competency := _competency(row):
            items[-1][2].append(competency)
    return [_draft(_of_row(row, line), competencies, line) for line, row, competencies in items]


def _of_row(row: Mapping[str, str], line: int) -> dict[str, Any]:
    try:
        settings = _settings_of(row)
    except ValueError:
        raise ExchangeError(_("Line %(line)s: “least” must be a number.", line=line)) from None
    return {**row, "settings": settings, "follow_ups": row.get("follow_ups", "").splitlines()}


def _competency(row: Mapping[str, str]) -> Competency | None:
    levels = {level: row.get(f"level_{level}", "") for level in LEVELS}
    points, quotes = (row.get(name, "").splitlines() for name in ("evidence", "quotes"))
    name = row.get("competency", "")
    return Competency("", name, levels, points, quotes) if name or points or any(levels.values()) else None


def _draft(item: Mapping[str, Any], competencies: Sequence[Competency], place: int) -> Draft:
    try:
        tags, points = item.get("tags", ""), item.get("points", "")
        draft = Draft(
            title=str(item["title"]).strip(),
            prompt=str(item.get("question") or "").strip(),
            kind=QuestionKind(str(item.get("kind") or "video").lower()),
            think_seconds=int(item.get("think_seconds") or 0),
            limit_seconds=int(item.get("limit_seconds") or 120),
            takes_allowed=int(item.get("takes_allowed") or 3),
            rubric="" if competencies else "\n".join(points) if isinstance(points, list) else str(points),
            guide=clean(competencies),
            settings=dict(kept) if (kept := item.get("settings")) else None,
            follow_ups="\n".join(map(str, item.get("follow_ups") or ())),
            tags=tags_of(tags),
            is_template=item.get("template") in (True, "yes", "true", "1"),
        )
        check(draft)
        return draft
    except (GuideError, LibraryError) as fault:
        raise ExchangeError(_("Entry %(place)s: %(fault)s", place=place, fault=str(fault))) from None
    except (KeyError, ValueError, TypeError):
        raise ExchangeError(_("Entry %(place)s has a value that no question can have.", place=place)) from None
