"""Forbidden words, detection of links, and comparison of sites."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bufferctl.checks.team_rules import forbidden_in
from bufferctl.checks.visible import Link, links_in, visible_texts
from bufferctl.model.plain_text import normal_host, within
from tests.checks.posts import post


@pytest.mark.parametrize(
    ("word", "text", "expected"),
    [
        ("cheap", "CHEAP! Cheaper, cheaply.", ["CHEAP"]),
        ("cheap", "#cheap cheap-flights", ["cheap"]),
        ("cheap", "by @cheap", []),
        ("cheap", "see https://acme.example/cheap?cheap=cheap", []),
        ("cheap", "\U0001d5f0\U0001d5f5\U0001d5f2\U0001d5ee\U0001d5fd and \uff43\uff48\uff45\uff41\uff50", ["cheap"]),
        ("cheap", "che\u00adap", ["cheap"]),
        ("world class", "a World\n  class team", ["World\n  class"]),
        ("world class", "world, class", []),
        ("straße", "STRASSE, Strasse", ["STRASSE", "Strasse"]),
        ("café", "cafe\u0301", ["caf\xe9"]),
        ("don't", "Don\u2019t!", ["Don't"]),
        ("C++", "We use C++.", ["C++"]),
        ("$$$", "make $$$ now", ["$$$"]),
        ("最低", "史上最低価格", ["最低"]),
        ("ไทย", "ภาษาไทยดี", ["ไทย"]),
        ("ΣΑΣ", "σας", ["σας"]),
        ("[a-z]+", "abc", []),
        ("cheap", "", []),
    ],
)
def test_forbidden_words(word: str, text: str, expected: list[str]) -> None:
    """Whole words, in any case and any Unicode form; not in links and account names."""
    assert list(forbidden_in(text, (word,))) == expected


def test_several_words() -> None:
    """Each as spelled in the text, in order, each once; the longest wins."""
    assert list(forbidden_in("Free, world class, world, free, Free", ("world", "world class", "free"))) == [
        "Free",
        "world class",
        "world",
        "free",
    ]


#: Without letters whose uppercase is two letters, or has a dot (ΐ, İ): the library only finds them as written.
LETTERS = st.characters(categories=["Lu", "Ll", "Nd"]).filter(lambda one: len(one.upper()) == len(one.lower()) == 1)
WORDS = st.text(LETTERS, min_size=1, max_size=8)


@given(WORDS, st.text(max_size=20), st.text(max_size=20))
def test_a_word_between_spaces_is_found(word: str, before: str, after: str) -> None:
    """With any surrounding text, and in capitals too."""
    before, after = (each.replace("@", "") for each in (before, after))
    for written in (word, word.upper(), unicodedata.normalize("NFD", word)):
        assert forbidden_in(f"{before} . {written} . {after}", (word,)), written


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("See https://acme.example.", ["https://acme.example"]),
        ("(https://acme.example/a_(b))", ["https://acme.example/a_(b)"]),
        ("[x](https://acme.example/a)", ["https://acme.example/a"]),
        ("“https://acme.example/a”, said she", ["https://acme.example/a"]),
        ("HTTPS://ACME.EXAMPLE/A", ["HTTPS://ACME.EXAMPLE/A"]),
        ("go to acme.com/shop now", ["acme.com/shop"]),
        ("mail ada@acme.com", []),
        ("wait...what", []),
        ("https://a.example https://a.example", ["https://a.example"]),
        ("https://a.example/?q=b.com", ["https://a.example/?q=b.com"]),
        ("https:// nothing", []),
    ],
)
def test_links(text: str, expected: list[str]) -> None:
    """As networks detect them, without trailing punctuation."""
    assert links_in(text) == expected


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://Acme.Example:8443/x", "acme.example"),
        ("https://acme.example@evil.example/", "evil.example"),
        ("https://evil.example\\@acme.example/", "evil.example"),
        ("https://evil.example/acme.example", "evil.example"),
        ("https://evil.example?acme.example", "evil.example"),
        ("https://bücher.example", "xn--bcher-kva.example"),
        ("https://xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("https://acme。example", "acme.example"),
        ("https://acme.example.", "acme.example"),
        ("acme.com/x", "acme.com"),
        ("https://[::1", ""),
        ("https://", ""),
    ],
)
def test_host(url: str, host: str) -> None:
    """The host that a browser would open, in one spelling; none if it is unclear."""
    assert Link(("text",), url).host == host


def test_within() -> None:
    """The domain and its subdomains, not other names with the same ending."""
    assert within("acme.example", "acme.example")
    assert within("a.b.acme.example", "acme.example")
    assert not within("notacme.example", "acme.example")
    assert not within("example", "acme.example")
    assert not within("", "acme.example")


@given(st.text())
def test_any_text_has_links_that_lead_somewhere_or_nowhere(text: str) -> None:
    """No text makes it fail, and each host is ASCII."""
    for link in links_in(text):
        assert link in text
        assert isinstance(Link(("text",), link).host, str)
    normal_host(text)


def test_a_choice_is_no_text() -> None:
    """Only what is written is searched: not that it is a reel, nor what its button does."""
    reel = post("instagram", "New", metadata={"type": "reel", "first_comment": "More soon"})
    assert [each.text for each in visible_texts(reel)] == ["New", "More soon"]
    news = {"type": "whats_new", "details_whats_new": {"button": "shop", "link": "https://acme.example"}}
    assert [each.text for each in visible_texts(post("googlebusiness", metadata=news))] == ["https://acme.example"]


def test_a_file_is_no_text() -> None:
    """Its name and its address are not searched: readers see the picture."""
    paper = {"file": "cheap/d.pdf", "title": "Prices", "thumbnail_file": "cheap/d.png"}
    there = post("linkedin", "New", assets=[{"document": paper}])
    assert [each.text for each in visible_texts(there)] == ["New", "Prices"]
