"""Tests of the cases: every field of a post, and the maximum of everything that the network accepts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from bufferctl.checks import text_length
from bufferctl.config import load
from bufferctl.config.format import Handling, PostEntry
from bufferctl.model import NETWORKS, MediaFile, Service
from bufferctl.model.base import Model
from tests.networks.cases import CASES, SERVICES, fullest, posts_of
from tests.networks.edits import kind_of

Field = tuple[str, str]

#: Fields that are expanded before a post exists.
CAMPAIGNS = ("thread", "utm", "timezone", "vars", "repeat")
#: Fields about handling, not content; and the alternative fields for the same content.
ELSEWHERE = {
    *(
        ("PostEntry", name)
        for name in (
            *Handling.model_fields,
            *CAMPAIGNS,
            "cancelled",
            "suspended",
            "freeze",
            "text_file",
            "image",
            "alt",
        )
    ),
    *((kind, "file") for kind in ("Image", "Video", "Document")),
    ("Document", "thumbnail_file"),
    *(("MediaFile", name) for name in MediaFile.model_fields),
}


def given(data: dict[str, Any], model: type[Model]) -> Iterator[Field]:
    """Each field in a case, as its model and name."""
    for name, value in data.items():
        yield model.__name__, name
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, dict):
                yield from given(each, kind_of(model, name))


def possible(model: type[Model]) -> Iterator[Field]:
    """Each field of the format below a model."""
    for name in model.model_fields:
        yield model.__name__, name
        if name in CAMPAIGNS and model is PostEntry:
            continue
        kind = kind_of(model, name)
        if isinstance(kind, type) and issubclass(kind, Model):
            yield from possible(kind)


def test_no_field_is_without_a_case() -> None:
    """Every field of the format, down to the last of a network's metadata, is in a fullest post."""
    there = {field for service in SERVICES for post in posts_of(fullest(service)) for field in given(post, PostEntry)}
    expected = set(possible(PostEntry)) - ELSEWHERE
    assert there - expected == set(), "they are in ELSEWHERE, too"
    assert expected - there == set(), "each has to be in tests/cases/networks/<network>/fullest.yaml, or in ELSEWHERE"


@pytest.mark.parametrize("service", SERVICES)
def test_the_fullest_is_full(service: Service) -> None:
    """The first post has the longest text, and the most images or media, that the network accepts."""
    file = CASES / service / "fullest.yaml"
    desired = load(file, file.parent).desired
    assert desired
    post, row = desired.posts[0], NETWORKS[service]
    used, limit, _ = text_length(post)
    assert used == limit or limit is None
    images = sum(asset.kind == "image" for asset in post.assets)
    assert row.images is None or images == row.images.most
    assert row.media is None or len(post.assets) == row.media.most
