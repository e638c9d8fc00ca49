"""Files that go with a message."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from webapp.messages.models import Message


@dataclass(frozen=True)
class File:
    """A file: its name, media type with parameters, and content."""

    name: str
    kind: str
    data: bytes
    parameters: dict[str, str] = field(default_factory=dict)


_MAKERS: dict[str, Callable[[Message], list[File]]] = {}


def attached_by(kind: str, maker: Callable[[Message], list[File]]) -> None:
    """Say which files go with messages of ``kind``."""
    _MAKERS[kind] = maker


def of(message: Message) -> list[File]:
    """The files that go with ``message``."""
    maker = _MAKERS.get(message.kind)
    return maker(message) if maker else []
