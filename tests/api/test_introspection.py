"""Which differences of the service's schema matter: those that an operation of bufferctl depends on."""

from __future__ import annotations

from importlib.resources import files

import pytest
from graphql import build_schema, introspection_from_schema

from bufferctl.api.introspection import schema_differences

SDL = files("bufferctl").joinpath("sandbox", "schema.graphql").read_text(encoding="utf-8")


def differences(old: str, new: str, *, within: str = "") -> tuple[str, ...]:
    """What is said where the service has `new` in place of `old`, after the line `within`."""
    start = SDL.index(within) if within else 0
    assert old in SDL[start:]
    served = SDL[:start] + SDL[start:].replace(old, new, 1)
    return schema_differences(SDL, introspection_from_schema(build_schema(served), input_value_deprecation=True))


@pytest.mark.parametrize(
    ("within", "old", "new", "expected"),
    [
        ("type Post ", "  dueAt: DateTime\n", "", "dueAt"),
        ("type Query ", "posts(after: String, ", "posts(", "Query.posts"),
        ("input CreatePostInput ", "  text: String\n", "", "CreatePostInput.text"),
        (
            "input CreatePostInput ",
            "  text: String\n",
            "  text: String\n  title: String!\n",
            "title",
        ),
        ("enum ShareMode ", "  shareNext\n", "", "shareNext"),
        (
            "union PostActionPayload ",
            "PostActionSuccess | ",
            "",
            "PostActionSuccess",
        ),
    ],
)
def test_what_bufferctl_needs_and_misses(within: str, old: str, new: str, expected: str) -> None:
    """A sentence names what is read or sent, or the member of a union that means success."""
    (said,) = differences(old, new, within=within)
    assert expected in said


@pytest.mark.parametrize(
    ("within", "old", "new"),
    [
        ("", "type Query ", "type Query "),
        ("type Post ", "  notificationStatus: NotificationStatus\n", ""),
        ("type Query ", "  tag(input: TagByIdInput!): Tag\n", ""),
        ("type Post ", "  dueAt: DateTime\n", "  dueAt: DateTime\n  mood: String\n"),
        ("enum ShareMode ", "  shareNext\n", "  shareNext\n  shareLater\n"),
        ("union PostActionPayload ", " | RestProxyError", ""),
    ],
    ids=["equal", "a field that is not read", "a query", "a new field", "a new value", "an error that goes"],
)
def test_what_does_not_matter(within: str, old: str, new: str) -> None:
    """Nothing is said."""
    assert differences(old, new, within=within) == ()


def test_what_is_deprecated_may_go() -> None:
    """`AssetInput.link` ends in December, and bufferctl never sends it."""
    line = next(line for line in SDL[SDL.index("input AssetInput ") :].splitlines() if line.startswith("  link"))
    assert "@deprecated" in line
    assert differences(f"{line}\n", "", within="input AssetInput ") == ()
