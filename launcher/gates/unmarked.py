"""Finds what people read and nobody can translate: words in templates and Python that no gettext call marks.

Templates: text between tags, and the attributes that people read, outside of ``{% trans %}`` and of ``{{ }}``; inside
of ``{{ }}``, string literals that read like English. Python under ``webapp``: string literals that read like a
sentence, or stand where something is said (flash, abort, a form's label), and what is marked within an f-string.
JavaScript has a rule of its own (webapp/static/lint).
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from launcher.paths import ROOT

MARKS = {"_", "_l", "N_", "gettext", "lazy_gettext", "ngettext", "pgettext"}

# --- templates -----------------------------------------------------------------------------------------------------
#: The blocks ``main_class`` and ``body_class`` hold names of styles.
_JINJA = re.compile(
    r"\{#.*?#\}|\{%-?\s*trans\b.*?endtrans\s*-?%\}|\{% block (?:main|body)_class %\}[a-z -]*\{% endblock %\}"
    r"|\{%.*?%\}|\{\{.*?\}\}",
    re.DOTALL,
)
_NOT_READ = re.compile(r"<(script|style|code|pre|kbd)\b.*?</\1>", re.DOTALL)
_ATTRIBUTE = re.compile(r'(?<![\w-])(?:title|alt|aria-label|placeholder|label|data-label)="([^"]*)"')
_TAG = re.compile(r"<[^>]*>")
_LITERAL = re.compile(r'"([^"\n]*)"')
_WORDS = re.compile(r"[^\W\d_]{2,}")
_ENGLISH = re.compile(r"^[A-Z][a-z]+(?: |[.,:?!]?$)|[a-z]{2,},? [a-z]{2,}|[A-Za-z]{2,} [a-z]{2,}.*[.:?!]$")
#: A style's classes.
_IS_CLASS = re.compile(r"(?:btn|form|note|tag)-|k?Hz$|dB$")
#: Names that are the same in every language, and units.
NAMES = {"Viva", "WebVTT", "SHA-256", "Hz", "kHz", "dB", "Mac OS"}


def in_template(source: str) -> Iterator[tuple[int, str]]:
    """Line and text of everything in a template that people would read in English alone."""

    def blank(found: re.Match[str]) -> str:
        return re.sub(r"[^\n]", " ", found.group())

    for found in _JINJA.finditer(source):
        piece = found.group()
        if piece.startswith("{#") or re.match(r"\{%-?\s*(?:trans|extends|from|import|include)\b", piece):
            continue
        for literal in _LITERAL.finditer(piece):
            before = piece[: literal.start()]
            if before.rstrip().endswith(("==", "!=")):
                continue  # compared, not shown
            if _ENGLISH.search(literal.group(1)) and not _IS_CLASS.match(literal.group(1)) and not _is_marked(before):
                yield _line(source, found.start() + literal.start()), literal.group(1)
    plain = _NOT_READ.sub(blank, _JINJA.sub(blank, source))
    for attribute in _ATTRIBUTE.finditer(plain):
        if _WORDS.search(attribute.group(1)):
            yield _line(plain, attribute.start()), attribute.group(1).strip()
    text = _TAG.sub(blank, plain)
    for number, line in enumerate(text.splitlines(), 1):
        for phrase in re.split(r"\s{2,}", line.strip()):
            if any(word not in NAMES for word in _WORDS.findall(phrase)):
                yield number, phrase


def _is_marked(before: str) -> bool:
    """Whether what follows ``before`` is an argument of a call that marks."""
    depth = 0
    for place in range(len(before) - 1, -1, -1):
        letter = before[place]
        if letter == ")":
            depth += 1
        elif letter == "(":
            if depth == 0:
                return bool(re.search(r"(?<![\w.])(?:_|n?gettext|pgettext)$", before[:place]))
            depth -= 1
    return False


def _line(source: str, place: int) -> int:
    return source.count("\n", 0, place) + 1


# --- Python --------------------------------------------------------------------------------------------------------
#: Calls whose words are for developers, operators and machines.
_DEVELOPERS = {
    "CheckConstraint", "ForeignKey", "Index", "UniqueConstraint", "mapped_column", "relationship",
    "compile", "execute", "exec_driver_sql", "getattr", "limit", "strftime", "text",
    "ArgumentParser", "add_argument", "print", "option", "ClickException", "BadParameter", "UsageError",
    "KeyError", "LookupError", "RuntimeError", "TypeError", "ValueError",
}  # fmt: skip
_LOGS = {"logger", "log", "_log", "logging"}
_SENTENCE = re.compile(r"^[^\W\d_a-z].*[^\W\d_]{2,},? [^\W\d_]{1,}|[^\W\d_]{2,} [^\W\d_]{2,}.*[.!?…]$")
#: Where a single word is said, too.
_SAYS = {"flash", "abort", "StringField", "PasswordField", "EmailField", "BooleanField", "SelectField", "RadioField"}
_SAYS |= {"TextAreaField", "IntegerField", "FileField", "DateField", "TimeField", "ListField", "SelectChoice"}
#: Files that hold English for another reason; the reason.
EXCEPT = {
    "webapp/cli.py": "commands of the operator",
    "webapp/interviews/cli.py": "commands of the operator",
    "webapp/messages/commands.py": "commands of the operator",
    "webapp/policy/cli.py": "commands of the operator",
    "webapp/organisations/cli.py": "commands of the operator",
    "webapp/governance/cli.py": "commands of the operator",
    "webapp/registry/cli.py": "commands of the operator",
    "webapp/governance/self_test.py": "commands of the operator",
    "webapp/core/environment.py": "settings, for the operator",
    "webapp/core/s3_storage.py": "what the log says, for the operator",
    "webapp/core/sealed_storage.py": "what the log says, for the operator",
    "webapp/core/storage_cli.py": "commands of the operator",
    "webapp/core/storage_moving.py": "commands of the operator",
    "webapp/core/migration_locks.py": "commands of the operator",
    "webapp/core/updating.py": "commands of the operator",
    "webapp/health/metrics.py": "help of metrics, for the operator",
    "webapp/health/readiness.py": "answers for monitors, for the operator",
    "webapp/core/keys.py": "commands of the operator",
    "webapp/registry/technical_file.py": "a document in English, for authorities",
    "webapp/core/catalogues.py": "a command of the developer",
    "webapp/core/server.py": "plain answers of HTTP, below the application",
    "webapp/candidate/consent_texts.py": "texts with versions, one per language",
    "webapp/integrity/texts.py": "texts with versions, one per language",
    "webapp/notices/documents.py": "texts with versions, one per language",
    "webapp/search/schema.py": "statements for databases",
    "webapp/interviews/progress.py": "statements for databases",
    "webapp/reports/progress.py": "statements for databases",
    "webapp/live/consent_texts.py": "texts with versions, one per language",
    "webapp/practice/questions.py": "a question set like those that people write",
    "webapp/practice/operations.py": "a question set like those that people write",
    "webapp/live/recording.py": "a question set like those that people write",
    "webapp/reports/export.py": "a file for programs",
    "webapp/api/document.py": "the API's document, for those who write programs",
    "webapp/api/framework.py": "the API's document, for those who write programs",
    "webapp/api/paging.py": "the API's document, for those who write programs",
    "webapp/api/views/governance.py": "names of the parts of the API's document",
    "webapp/api/views/questions.py": "names of the parts of the API's document",
}
EXCEPT_FOLDERS = {
    "webapp/policy/acts": "names of acts, as one looks them up; what they ask is marked by N_",
    "webapp/backup": "commands of the operator",
    "webapp/api/schemas": "the API's document, for those who write programs; what people read of errors is marked",
    "webapp/demo": "the demonstration's own people and questions",
    "webapp/live/service": "what sockets say is marked by N_; what else is there is for programs",
}


def in_python(source: str) -> Iterator[tuple[int, str]]:
    """Line and text of every literal in a module that people would read in English alone."""
    tree = ast.parse(source)
    parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    for node in sorted(ast.walk(tree), key=lambda each: getattr(each, "lineno", 0)):
        text = _text_of(node)
        if text is None or isinstance(parents.get(node), ast.JoinedStr | ast.FormattedValue | ast.Expr):
            continue
        calls = list(_calls_around(node, parents))
        if calls and calls[0] in MARKS and _is_in_f_string(node, parents):
            yield getattr(node, "lineno", 0), text
            continue
        if any(name in MARKS or name in _DEVELOPERS or name in _LOGS for name in calls):
            continue
        if text in NAMES or re.match(r"[A-Z_]+(?: [A-Z]+)*(?: is|$)", text):  # a setting, SQL, a list of codes
            continue
        said = bool(calls) and calls[0] in _SAYS and bool(re.match(r"[A-Z][a-z]+", text))
        if said or _SENTENCE.search(text):
            yield getattr(node, "lineno", 0), text


def _text_of(node: ast.AST) -> str | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "x".join(str(part.value) for part in node.values if isinstance(part, ast.Constant))
    return None


def _is_in_f_string(node: ast.AST, parents: dict[ast.AST, ast.AST]) -> bool:
    """Whether ``node`` stands within an f-string, where nothing is gathered for translators, marked or not."""
    at = node
    while at in parents:
        at = parents[at]
        if isinstance(at, ast.JoinedStr):
            return True
    return False


def _calls_around(node: ast.AST, parents: dict[ast.AST, ast.AST]) -> Iterator[str]:
    """The names of the calls that ``node`` is an argument of, the nearest first; a logger stands for its methods."""
    at = node
    while at in parents:
        above = parents[at]
        if isinstance(above, ast.Call) and at is not above.func:
            function = above.func
            if isinstance(function, ast.Attribute):
                owner = ast.unparse(function.value).rsplit(".", 1)[-1]
                yield owner if owner in _LOGS else function.attr
            elif isinstance(function, ast.Name):
                yield function.id
        at = above


def find(root: Path = ROOT) -> list[str]:
    """Every unmarked text as ``file:line: text``."""
    found = []
    for path in sorted((root / "templates").rglob("*.html")):
        for line, text in in_template(path.read_text("utf-8")):
            found.append(f"{path.relative_to(root)}:{line}: {text!r}")
    for path in sorted((root / "webapp").rglob("*.py")):
        name = path.relative_to(root).as_posix()
        if name in EXCEPT or any(name.startswith(f"{folder}/") for folder in EXCEPT_FOLDERS):
            continue
        for line, text in in_python(path.read_text("utf-8")):
            found.append(f"{name}:{line}: {text!r}")
    return found


if __name__ == "__main__":
    unmarked = find()
    print("\n".join(unmarked))
    sys.exit(1 if unmarked else 0)
