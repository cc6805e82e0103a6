"""The places of all parts of a YAML text."""

from __future__ import annotations

from bufferctl.config.write.nodes import Mapping, Scalar, Sequence, read_nodes


def test_values_between_brackets() -> None:
    """A `:` or `?` inside an unquoted value, which the C parser refuses, is part of the value as written."""
    text = 'channels: [twitter:acme]\nlink: {url: https://acme.example/?a, "title": "a: b?"}\n'
    root = read_nodes(text)
    channels, link = root.get("channels"), root.get("link")
    assert isinstance(channels, Sequence)
    assert isinstance(link, Mapping)
    values = [*channels.items, *(value for _, value in link.pairs)]
    assert [each.value for each in values if isinstance(each, Scalar)] == [
        "twitter:acme",
        "https://acme.example/?a",
        "a: b?",
    ]
    assert text[link.start : link.end].startswith("{url:")
