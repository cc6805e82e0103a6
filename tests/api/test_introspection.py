"""Which differences of the service's schema matter: those that an operation of bufferctl depends on."""

from __future__ import annotations

from importlib.resources import files

from graphql import build_schema, introspection_from_schema

from bufferctl.api.introspection import schema_differences

SDL = files("bufferctl").joinpath("sandbox", "schema.graphql").read_text(encoding="utf-8")


def differences(*changes: tuple[str, str, str]) -> tuple[str, ...]:
    """What is said where the service has, after a line, something else in place of a text: (line, text, other)."""
    served = SDL
    for within, old, new in changes:
        before, line, rest = served.partition(within)
        assert old in rest
        served = before + line + rest.replace(old, new, 1)
    schema = build_schema(
        served, assume_valid=True
    )  # which the texts of the changes are, and takes a third of the time
    return schema_differences(SDL, introspection_from_schema(schema, input_value_deprecation=True))


def test_what_bufferctl_needs_and_misses() -> None:
    """A sentence each names what is read or sent, or the member of a union that means success."""
    said = differences(
        ("type Post ", "  dueAt: DateTime\n", ""),
        ("type Query ", "posts(after: String, ", "posts("),
        ("input CreatePostInput ", "  text: String\n", "  title: String!\n"),
        ("enum ShareMode ", "  shareNext\n", ""),
        ("union PostActionPayload ", "PostActionSuccess | ", ""),
    )
    names = ("dueAt", "Query.posts", "CreatePostInput.text", "title", "shareNext", "PostActionSuccess")
    assert sorted(name for each in said for name in names if name in each) == sorted(names)


def test_what_does_not_matter() -> None:
    """Nothing of a field that is not read, a query, a new field, a new value, an error that goes, or what stays."""
    said = differences(
        ("type Post ", "  notificationStatus: NotificationStatus\n", ""),
        ("type Query ", "  tag(input: TagByIdInput!): Tag\n", ""),
        ("type Post ", "  dueAt: DateTime\n", "  dueAt: DateTime\n  mood: String\n"),
        ("enum ShareMode ", "  shareNext\n", "  shareNext\n  shareLater\n"),
        ("union PostActionPayload ", " | RestProxyError", ""),
    )
    assert said == ()


def test_what_is_deprecated_may_go() -> None:
    """`AssetInput.link` ends in December, and bufferctl never sends it."""
    line = next(line for line in SDL[SDL.index("input AssetInput ") :].splitlines() if line.startswith("  link"))
    assert "@deprecated" in line
    assert differences(("input AssetInput ", f"{line}\n", "")) == ()
