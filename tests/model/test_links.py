"""Links in texts: where they end, where they lead, and which of their parameters nobody reads."""

from __future__ import annotations

import pytest

from bufferctl.model.plain_text import (
    LINK,
    code_point,
    host_of,
    normal_host,
    replaced,
    split,
    trimmed,
    within,
    without_parameters,
)


@pytest.mark.parametrize(
    ("text", "link"),
    [
        ("see https://a.example/x.", "https://a.example/x"),
        ("https://a.example/x, and", "https://a.example/x"),
        ("(https://a.example/x)", "https://a.example/x"),
        ("https://a.example/x_(y)", "https://a.example/x_(y)"),
        ("(https://a.example/x_(y))", "https://a.example/x_(y)"),
        ("[https://a.example/x]!", "https://a.example/x"),
        ("{https://a.example/{id}}", "https://a.example/{id}"),
        ("**https://a.example/x**", "https://a.example/x"),
        ("“https://a.example/x”", "https://a.example/x"),
        ("<https://a.example/x>", "https://a.example/x"),
        ("HTTP://a.example/?", "HTTP://a.example/"),
        ("https://a.example/x/", "https://a.example/x/"),
    ],
)
def test_where_a_link_ends(text: str, link: str) -> None:
    """Before the punctuation of the sentence around it, with the brackets that it opened itself."""
    (found,) = LINK.findall(text)
    assert trimmed(found) == link


def test_where_a_sentence_ends_can_be_said() -> None:
    """`after`: other characters than the usual ones."""
    assert trimmed("https://a.example/x.", after="") == "https://a.example/x."
    assert trimmed("...") == ""


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://Acme.Example/a", "acme.example"),
        ("http://acme.example:8080", "acme.example"),
        ("https:\\\\acme.example\\a", "acme.example"),
        ("https:acme.example", "acme.example"),
        ("//acme.example", "acme.example"),
        ("acme.example/a", "acme.example"),
        ("https://user@acme.example", "acme.example"),
        ("https://bücher.example", "xn--bcher-kva.example"),
        ("https://acme。example", "acme.example"),
        ("https://acme.example.", "acme.example"),
        ("https://x.example/x", "x.example"),
        ("https://ⓐcme.example", "acme.example"),
        ("https://[::1", ""),
        ("https://", ""),
    ],
)
def test_where_a_link_leads(url: str, host: str) -> None:
    """As browsers read it, in one spelling."""
    assert host_of(url) == host


def test_a_host_that_is_no_domain() -> None:
    """It stays as it is, and is none of ours."""
    assert normal_host("a" * 70 + ".example") == "a" * 70 + ".example"
    assert split("https://[") is None


def test_within() -> None:
    """The domain and its subdomains."""
    assert within("acme.example", "acme.example")
    assert within("www.acme.example", "acme.example")
    assert not within("notacme.example", "acme.example")
    assert not within("acme.example", "www.acme.example")


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("https://a.example/?utm_source=x", "https://a.example/"),
        ("https://a.example/?utm_source=x&id=1", "https://a.example/?id=1"),
        ("https://a.example/?id=1&utm_source=x&utm_medium=y", "https://a.example/?id=1"),
        ("https://a.example/?id=1&utm_source=x&b=2", "https://a.example/?id=1&b=2"),
        ("https://a.example/?utm_source=x. Next", "https://a.example/. Next"),
        ("https://a.example/?utm_source=x.y#top", "https://a.example/#top"),
        ("https://a.example/?id=utm_source", "https://a.example/?id=utm_source"),
        ("no link", "no link"),
    ],
)
def test_without_parameters(text: str, left: str) -> None:
    """What only counts clicks is no difference."""
    assert without_parameters(text) == left


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("https://a.example/?utm_source=x&utm_medium=y", "https://a.example/?utm_medium=y"),
        ("https://a.example/?utm_medium=y&utm_source=x#top", "https://a.example/?utm_medium=y#top"),
        ("https://a.example/?utm_medium=y&utm_source=x&b=2", "https://a.example/?utm_medium=y&b=2"),
        ("https://a.example/?utm_source=x&b=2", "https://a.example/?b=2"),
        ("https://a.example/?utm_source=xy", "https://a.example/?utm_source=xy"),
    ],
)
def test_without_some_parameters(text: str, left: str) -> None:
    """The others stay where they are."""
    assert without_parameters(text, ["utm_source=x"]) == left


def test_characters_by_number() -> None:
    """At least four digits."""
    assert (code_point("a"), code_point("\U0001f600")) == ("U+0061", "U+1F600")
    assert replaced("a\u200bb\nc", lambda _: "-") == "a-b\nc"
