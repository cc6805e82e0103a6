"""The places of all parts of a YAML text."""

from __future__ import annotations

import pytest

from bufferctl.config.write.nodes import Node, read_nodes, walk
from bufferctl.errors import ConfigError


def written(node: Node) -> list[str]:
    """The characters of every text and name in it, and of everything between brackets, in file order."""
    return [each.text for _, each in walk(node) if each.is_scalar or each.flow]


def test_values_between_brackets() -> None:
    """A `:` or `?` inside an unquoted value, which the C parser refuses, is part of the value as written."""
    text = 'channels: [twitter:acme]\nlink: {url: https://acme.example/?a, "title": "a: b?"}\n'
    root = read_nodes(text)
    link = '{url: https://acme.example/?a, "title": "a: b?"}'
    assert written(root) == [
        *("channels", "[twitter:acme]", "twitter:acme"),
        *("link", link, "url", "https://acme.example/?a", '"title"', '"a: b?"'),
    ]
    assert [each.value for _, each in walk(root) if each.style == '"'] == ["title", "a: b?"]


def test_blocks() -> None:
    """A block ends with its last line; only with `+` do the empty lines below belong to it."""
    root = read_nodes(
        "posts:\n  - text: |\n      a\n\n    more: |+\n      b\n\n  - key: c # d\n\ntags:\n- x\n\n# end\n"
    )
    posts, tags = root.get("posts"), root.get("tags")
    assert posts
    assert tags
    assert [each.text for _, each in walk(posts.items[0]) if each.is_block] == ["|\n      a", "|+\n      b\n"]
    assert posts.text.endswith("- key: c")
    assert (tags.text, tags.flow, root.end) == ("- x", False, tags.end)


def test_aliases() -> None:
    """`*name` has nothing in it, whatever it means; what it means is written at its anchor."""
    root = read_nodes("posts:\n  - &a {key: a, text: &t 'x'}\n  - *a\nvars: {x: *t}\n")
    posts = root.get("posts")
    assert posts
    first, second = posts.items
    assert (first.anchor, first.is_mapping, first.text) == ("a", True, "&a {key: a, text: &t 'x'}")
    assert (second.is_alias, second.is_mapping, second.pairs, second.text) == (True, False, [], "*a")
    assert second.value is first.value
    text, alias = first.get("text"), root.inside("vars")
    assert text
    assert alias
    assert (text.anchor, text.style, text.value) == ("t", "'", "x")
    assert [(value.text, value.value) for _, value in alias.pairs] == [("*t", "x")]


@pytest.mark.parametrize("text", ["- a\n", "a: [\n", "a:\n", "a: 1\na: 2\n", "text\n", ""])
def test_what_has_no_fields(text: str) -> None:
    """A list, or a file with an error of YAML, cannot be edited."""
    with pytest.raises(ConfigError):
        read_nodes(text)
