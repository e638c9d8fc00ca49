"""``./viva translations``: gather the marked messages and bring every language's catalogue up to date.

Writes ``webapp/translations/messages.pot`` (all messages), ``javascript.json`` (those that the front end asks for),
``stored.json`` (those that are stored in English and translated when shown), and merges new messages into each
``<language>/LC_MESSAGES/messages.po``. With ``--check`` nothing is written, and the status is 1 where something would
change, a message is not translated, or a translation does not fit its English. With ``--add LANGUAGE`` a catalogue
is begun.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po, write_po

from webapp.core.catalogue_faults import faults
from webapp.core.translation import FOLDER

ROOT = Path(__file__).resolve().parents[2]
LIVE = ROOT / "webapp" / "live"
#: How many faults of catalogues are printed.
MOST_SHOWN = 20
NOTICE = {"webapp/notices/texts.py", "webapp/notices/keeping.py"}
#: ``N_`` marks what is stored in English and translated when it is shown.
KEYWORDS: dict[str, tuple[Any, ...] | None] = {
    "_": None,
    "_l": None,
    "N_": None,
    "gettext": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
_MARKED = re.compile(r"\b(_|_l|N_|n?gettext|lazy_gettext|n?pgettext)\(")
_JINJA = {"trimmed": "true", "newstyle_gettext": "true", "silent": "false", "encoding": "utf-8"}


def main(arguments: list[str] | None = None) -> int:
    """Run the command; the status is 1 where ``--check`` finds something stale."""
    parser = argparse.ArgumentParser(prog="./viva translations", description="Gather the messages of all pages.")
    parser.add_argument("--check", action="store_true", help="write nothing; status 1 if a catalogue is stale")
    parser.add_argument("--add", metavar="LANGUAGE", help="begin a catalogue, e.g. fr or pt_BR")
    options = parser.parse_args(arguments)
    template, scripts, stored = gather()
    wanted = {FOLDER / "messages.pot": _po(template), FOLDER / "javascript.json": _json(scripts)}
    wanted[FOLDER / "stored.json"] = _json(sorted(stored))
    wanted[FOLDER / "notice.json"] = _json(_of_notice(template))
    found = {path.parent.parent.name for path in FOLDER.glob("*/LC_MESSAGES/messages.po")}
    for name in sorted(found | ({options.add} if options.add else set())):
        path = FOLDER / name / "LC_MESSAGES" / "messages.po"
        wanted[path] = _po(_merged(path, name, template))
    stale = [path for path, text in wanted.items() if not path.is_file() or path.read_bytes() != text]
    if options.check:
        for path in stale:
            print(f"{path.relative_to(ROOT)} is stale. Run: ./viva translations", file=sys.stderr)
        wrong = [f"{name}: {fault}" for name in sorted(found) for fault in _faults(name)]
        for line in wrong[:MOST_SHOWN]:
            print(line, file=sys.stderr)
        if len(wrong) > MOST_SHOWN:
            print(f"and {len(wrong) - MOST_SHOWN} more", file=sys.stderr)
        return 1 if stale or wrong else 0
    for path in stale:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(wanted[path])
    print(f"{len(template)} messages, {len(scripts)} of them for JavaScript, {len(stored)} stored.")
    return 0


def _faults(name: str) -> Iterator[str]:
    with (FOLDER / name / "LC_MESSAGES" / "messages.po").open("rb") as stream:
        return faults(read_po(stream, locale=name))


def gather() -> tuple[Catalog, list[dict[str, str]], set[str]]:
    """All messages, those of JavaScript, and those that ``N_`` marks.

    Ends the command where one singular has two plurals: a catalogue keeps one of them, and the other's number is
    missing from what it says.
    """
    template = Catalog(project="Viva", charset="utf-8", fuzzy=False)
    plurals: dict[tuple[str, str], str] = {}
    scripts: dict[tuple[str, str], dict[str, str]] = {}
    stored: set[str] = set()
    for method, path in _sources():
        words = path.read_text("utf-8")
        if method == "python" and not _MARKED.search(words):
            continue  # to cut it into words takes longer than all else
        options = _JINJA if method == "jinja2" else {}
        for found in extract_from_file(method, path, KEYWORDS, ["Translators:"], options):
            _line, message, comments, context = found
            if isinstance(message, tuple):
                known = plurals.setdefault((context or "", message[0]), message[1])
                if known != message[1]:
                    where = path.relative_to(ROOT)
                    sys.exit(f"{where}: {message[0]!r} has two plurals, {known!r} and {message[1]!r}. Use one of them.")
            template.add(
                message, None, [(path.relative_to(ROOT).as_posix(), 1)], context=context, auto_comments=comments
            )
            if method == "javascript":
                one, *plural = (message,) if isinstance(message, str) else message
                entry = {"message": one, **({"plural": plural[0]} if plural else {})}
                scripts[context or "", one] = {**entry, **({"context": context} if context else {})}
        if method == "python" and "N_(" in words:
            marked = {str(found[1]) for found in extract_from_file(method, path, {"N_": None})}
            stored |= marked
            if path.is_relative_to(LIVE):  # the live service knows no language: the page translates what it says
                scripts.update({("", message): {"message": message} for message in marked})
    return template, [scripts[key] for key in sorted(scripts)], stored


def _of_notice(template: Catalog) -> list[dict[str, str]]:
    """The messages that the notice to candidates is made of: it binds, so that it is confirmed as a whole."""
    found = [message for message in template if message.id and {place for place, _line in message.locations} & NOTICE]
    ids = [[message.id] if isinstance(message.id, str) else [str(each) for each in message.id] for message in found]
    parts = [dict(zip(("message", "plural"), each, strict=False)) for each in ids]
    return sorted(parts, key=lambda each: each["message"])


def _sources() -> Iterator[tuple[str, Path]]:
    for folder in ("webapp", "ml"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "training" not in path.parts:
                yield "python", path
    for path in sorted((ROOT / "templates").rglob("*.html")):
        yield "jinja2", path
    for path in sorted((ROOT / "webapp" / "static" / "js").rglob("*.js")):
        yield "javascript", path


def _po(catalogue: Catalog) -> bytes:
    """The catalogue as text, in an order that changes in small places, without dates and line numbers."""
    stream = BytesIO()
    write_po(stream, catalogue, width=110, sort_output=True, include_lineno=False, ignore_obsolete=True)
    lines = stream.getvalue().splitlines(keepends=True)
    volatile = (
        b'"POT-Creation-Date',
        b'"PO-Revision-Date',
        b'"Generated-By',
        b"# Copyright",
        b"# This file is",
        b"# FIRST",
    )
    return b"".join(line for line in lines if not line.startswith(volatile))


def _json(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()


def _merged(path: Path, name: str, template: Catalog) -> Catalog:
    if path.is_file():
        with path.open("rb") as stream:
            catalogue = read_po(stream, locale=name)
    else:
        catalogue = Catalog(locale=name, project="Viva", charset="utf-8")
    catalogue.update(template, no_fuzzy_matching=True)
    return catalogue


if __name__ == "__main__":
    sys.exit(main())
