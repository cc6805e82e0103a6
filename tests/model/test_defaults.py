"""What a field is where nothing gives it: off, none and empty, but for a few."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator
from dataclasses import MISSING, fields, is_dataclass
from importlib import import_module
from typing import Any

from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from bufferctl import model
from bufferctl.model.networks import Counting, RuleSource


def defaults(kind: type) -> Iterator[tuple[str, Any]]:
    """The fields of a dataclass or a model that need not be given, with what they are then."""
    if is_dataclass(kind):
        yield from ((each.name, each.default) for each in fields(kind) if each.default is not MISSING)
    elif issubclass(kind, BaseModel):
        found = ((name, each.default) for name, each in kind.model_fields.items())
        yield from ((name, value) for name, value in found if value is not PydanticUndefined)


def kinds() -> Iterator[type]:
    """Every class of the room."""
    for module in pkgutil.iter_modules(model.__path__, f"{model.__name__}."):
        for kind in vars(import_module(module.name)).values():
            if isinstance(kind, type) and kind.__module__ == module.name:
                yield kind


def test_what_is_not_given_is_off_or_empty() -> None:
    """But for these."""
    given = {f"{kind.__name__}.{name}": value for kind in kinds() for name, value in defaults(kind)}
    assert {name: value for name, value in given.items() if isinstance(value, bool | int | float | str) and value} == {
        "Claim.is_here": True,
        "DraftPost.taken_from": "queue",
        "FacebookMetadata.type": "post",
        "Intent.settle": 30,
        "InstagramMetadata.should_share_to_feed": True,
        "InstagramMetadata.type": "post",
        "LiveChannel.timezone": "UTC",
        "Network.counting": Counting.UTF16,
        "Network.counting_source": RuleSource.BUFFER,
        "Network.takes_posts": True,
        "Post.freeze": True,
        "Post.mode": "addToQueue",
        "Post.scheduling_type": "automatic",
        "Question.may_be_ours": True,
        "Settings.max_deletes": 5,
        "Settings.prune": True,
        "StateSettings.branch": "bufferctl-state",
        "StateSettings.remote": "origin",
        "Unknown.answered": True,
        "Wanted.sent_pages": 10,
    }
