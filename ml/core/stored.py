"""Dataclasses that become strict JSON and come back from it, in whatever version they were stored."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from typing import Any, ClassVar, Self


def strict(value: Any) -> Any:
    """``value`` as strict JSON (RFC 8259): dataclasses become objects, numpy becomes Python, and what is no finite
    number null."""
    if isinstance(value, Stored):
        return value.to_json()
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: strict(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): strict(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [strict(item) for item in value]
    if hasattr(value, "tolist"):  # a numpy array or scalar
        return strict(value.tolist())
    return None if isinstance(value, float) and not math.isfinite(value) else value


@dataclass(frozen=True)
class Stored:
    """What is kept in the database. Subclasses are frozen dataclasses.

    ``schema_version`` rises whenever stored rows change their shape; rows from before it was written are version 1.
    ``revive`` maps names of fields to what makes their values of JSON; ``absent`` is the JSON of a field in a row of
    before it existed, where that is not the field's default.
    """

    schema_version: ClassVar[int] = 1
    revive: ClassVar[Mapping[str, Callable[[Any], Any]]] = {}
    absent: ClassVar[Mapping[str, Any]] = {}

    def to_json(self) -> dict[str, Any]:
        """Strict JSON with ``schema_version``."""
        return {
            "schema_version": self.schema_version,
            **{field.name: strict(getattr(self, field.name)) for field in fields(self)},
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """The value behind JSON of this version or any before it; keys that this version does not know are left out.

        Raises ValueError where a field that every version has is missing.
        """
        values: dict[str, Any] = {}
        for field in fields(cls):
            if field.name in stored or field.name in cls.absent:
                value = stored.get(field.name, cls.absent.get(field.name))
                revive = cls.revive.get(field.name)
                values[field.name] = revive(value) if revive and value is not None else value
            elif field.default is MISSING and field.default_factory is MISSING:
                raise ValueError(f"this is no {cls.__name__}: it has no {field.name}")
        return cls(**values)
