"""The words of a mail: ours, or what an organisation says instead, filled in safely.

An organisation's words are Jinja, of which we take little: variables by their names, a few filters, and ``{% if %}``
within a paragraph. They run in a sandbox, on texts alone. Each paragraph is a template by itself and is made into HTML
only after it was filled in, so that nothing in a name or a title can become a link or a tag.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from flask_babel import gettext as _
from jinja2 import StrictUndefined, TemplateSyntaxError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment, SecurityError
from markupsafe import Markup, escape

from webapp.core.database import db
from webapp.core.translation import writing_in
from webapp.messages.kinds import KINDS, VARIABLES, Kind
from webapp.messages.models import Wording

#: Characters of a subject and of a body.
LONGEST_SUBJECT, LONGEST_BODY = 200, 8000
_BUTTON = re.compile(r"\[([^\]]+)\]\(\{\{\s*(\w+)\s*\}\}\)")
_ALLOWED = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.If, nodes.Filter, nodes.Const, nodes.Not,
    nodes.And, nodes.Or, nodes.Compare, nodes.Operand,
)  # fmt: skip
_FILTERS = frozenset({"upper", "lower", "title", "capitalize", "trim", "default"})

_environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False)
_environment.globals.clear()


class WordingError(ValueError):
    """These words cannot be used; the message says why and where, for a person."""


@dataclass(frozen=True)
class Paragraph:
    """A paragraph that was filled in; ``link`` where it is a button."""

    text: str
    link: str | None = None


@dataclass(frozen=True)
class Letter:
    """A mail in words."""

    subject: str
    paragraphs: tuple[Paragraph, ...]
    #: The addresses of ours that stand in it; no others become links.
    links: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """As plain text."""
        return "\n\n".join(f"{each.text}:\n{each.link}" if each.link else each.text for each in self.paragraphs) + "\n"


def words_of(kind: Kind, language: str, organisation_id: str | None) -> tuple[str, str]:
    """Subject and body of ``kind`` in ``language``: the organisation's where there are any, else ours."""
    query = sa.select(Wording).where(
        Wording.kind == kind.key, Wording.language == language, Wording.organisation_id == organisation_id
    )
    own = db.session.scalar(query)
    return (own.subject, own.body) if own is not None else ours(kind, language)


def ours(kind: Kind, language: str) -> tuple[str, str]:
    """Our own subject and body in ``language``."""
    with writing_in(language):
        return str(kind.subject), "\n\n".join(str(paragraph) for paragraph in kind.paragraphs)


def fill_in(kind: Kind, subject: str, body: str, values: Mapping[str, str]) -> Letter:
    """The words with ``values`` put in; paragraphs that are empty then are left out. Raises WordingError."""
    known = {name: values.get(name, "") for name in kind.names}
    paragraphs = []
    for line, source in _paragraphs(body):
        if button := _BUTTON.fullmatch(source):
            label, name = _filled(button[1], known, line), button[2]
            if name not in known:
                raise WordingError(_("Line %(line)s: there is no variable “%(name)s”.", line=line, name=name))
            paragraphs.append(Paragraph(label, known[name]))
        elif text := _filled(source, known, line).strip():
            paragraphs.append(Paragraph(text))
    title = " ".join(_filled(subject, known, 0).split())
    links = tuple(known[name] for name in ("status_link", "link") if known.get(name))
    return Letter(title[: 2 * LONGEST_SUBJECT], tuple(paragraphs), links)


def check(kind: Kind, subject: str, body: str) -> None:
    """Raise WordingError unless these words can be filled in, whatever the values."""
    if not subject.strip() or "\n" in subject.strip():
        raise WordingError(_("Enter a subject of one line."))
    if len(subject) > LONGEST_SUBJECT:
        raise WordingError(_("The subject is longer than %(number)s characters.", number=LONGEST_SUBJECT))
    if not body.strip():
        raise WordingError(_("Enter a text."))
    if len(body) > LONGEST_BODY:
        raise WordingError(_("The text is longer than %(number)s characters.", number=LONGEST_BODY))
    fill_in(kind, subject, body, samples(kind))
    needed = [name for name in ("link", "code") if name in kind.variables]
    if needed and not any(re.search(r"\{\{\s*" + name, body) for name in needed):
        raise WordingError(
            _("Without {{ %(name)s }} people cannot do what this message asks of them. Add it.", name=needed[0])
        )


def samples(kind: Kind) -> dict[str, str]:
    """Examples of the variables of ``kind``, in the language that is spoken now."""
    return {name: str(VARIABLES[name][1]) for name in kind.names}


def as_html(paragraph: Paragraph, links: tuple[str, ...]) -> Markup:
    """A paragraph that is no button, with its lines, and with our own ``links`` to click."""
    lines = []
    for line in paragraph.text.splitlines():
        found = re.split("(" + "|".join(map(re.escape, links)) + ")", line) if links else [line]
        parts = (
            Markup('<a href="{0}">{0}</a>').format(part) if n % 2 else escape(part) for n, part in enumerate(found)
        )
        lines.append(Markup().join(parts))
    return Markup("<br>").join(lines)


def _paragraphs(body: str) -> list[tuple[int, str]]:
    """Each paragraph with the number of the line at which it begins."""
    found: list[tuple[int, str]] = []
    lines: list[str] = []
    for number, line in enumerate([*body.replace("\r\n", "\n").split("\n"), ""], 1):
        if line.strip():
            lines.append(line.rstrip())
        elif lines:
            found.append((number - len(lines), "\n".join(lines)))
            lines = []
    return found


def _filled(source: str, values: Mapping[str, str], line: int) -> str:
    where = _("Line %(line)s", line=line) if line else _("Subject")
    try:
        _check_syntax(_environment.parse(source), values)
        return _environment.from_string(source).render(values)
    except TemplateSyntaxError as error:
        raise WordingError(f"{where}: {error.message}") from None
    except WordingError as error:
        raise WordingError(f"{where}: {error}") from None
    except (SecurityError, TypeError, ValueError, ArithmeticError, LookupError, AttributeError) as error:
        raise WordingError(f"{where}: {error}") from None


def _check_syntax(tree: nodes.Template, values: Mapping[str, str]) -> None:
    for node in _walk(tree):
        if isinstance(node, nodes.Filter) and node.name not in _FILTERS:
            raise WordingError(_("the filter “%(name)s” cannot be used here.", name=node.name))
        if not isinstance(node, _ALLOWED):
            what = type(node).__name__.lower()
            raise WordingError(_("only variables and if can be used here, not “%(what)s”.", what=what))
        if isinstance(node, nodes.Name) and node.name not in values:
            raise WordingError(_("there is no variable “%(name)s”.", name=node.name))


def _walk(node: nodes.Node) -> list[nodes.Node]:
    return [node, *(each for child in node.iter_child_nodes() for each in _walk(child))]


def kind_named(key: str) -> Kind | None:
    """The kind of mail of that name; None where there is none."""
    return KINDS.get(key)
