"""Samples that are whole: a new field of what they are made of fails the test that uses one, until it has a value."""

from __future__ import annotations

from dataclasses import MISSING, Field, fields
from typing import Any


def at_default(sample: Any) -> list[str]:
    """The fields of a value, or of a named tuple, that have their default, so that nobody sees whether they arrive."""
    if isinstance(sample, tuple):
        defaults: dict[str, Any] = getattr(sample, "_field_defaults", {})
        return [name for name, default in defaults.items() if getattr(sample, name) == default]
    return [each.name for each in fields(sample) if _has_default(each) and getattr(sample, each.name) == _default(each)]


def _has_default(field: Field[Any]) -> bool:
    return field.default is not MISSING or field.default_factory is not MISSING


def _default(field: Field[Any]) -> Any:
    return field.default_factory() if field.default_factory is not MISSING else field.default
