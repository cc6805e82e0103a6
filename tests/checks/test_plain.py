"""Characters that readers would see unrendered, or not see at all."""

from __future__ import annotations

import pytest

from bufferctl.checks.team_rules import forbidden_in
from bufferctl.checks.visible import Link, links, links_in
from tests.checks.posts import codes, post


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Read [the news](https://acme.example/news)", ["BC108"]),
        ("Look: ![the console](console.png)", ["BC117"]),
        ("![](https://acme.example/a.png) and ![two][image2]", ["BC117", "BC117"]),
        ("Live:https://acme.example", ["BC118"]),
        ("Live. https://acme.example/?u=https://a.example, (https://a.example) \u67e5\u770bhttps://a.example", []),
        ("https://web.archive.org/web/2030/https://acme.example", []),
        ("Read it at https:// acme.example", ["BC118"]),
        ("This is **great**", ["BC108"]),
        ("This is *great*", ["BC108"]),
        ("This is __great__", ["BC108"]),
        ("snake_case_names, 2 * 3 * 4, * a list, **", []),
        ("[1] (see below) and https://acme.com/a_b_c", []),
        ("A <b>bold</b> claim", ["BC109"]),
        ("Fish &amp; chips<br/>", ["BC109"]),
        ("a < b > c, AT&T; <3 and <@acme>", []),
        ("a\u200bb", ["BC107"]),
        ("a\u202eb\u2060\u034f", ["BC107"]),
        ("tag\U000e0041s and a filler \u3164", ["BC107"]),
        ("\u2764\ufe0f \N{MAN}\u200d\N{WOMAN}", []),
        (
            "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
            [],
        ),
        ("Meet {{product}}", ["BC114"]),
        ("Read more: [INSERT LINK]", ["BC114"]),
        ("Hello [your name]", ["BC114"]),
        ("TODO: a better opening", ["BC114"]),
        ("Lorem ipsum dolor sit amet", ["BC114"]),
        ("Lorem Ipsum Dolor", ["BC114"]),
        ("LOREM IPSUM", ["BC114"]),
        ("\u2026", ["BC114"]),
        (" \u2026\n", ["BC114"]),
        ("Read it: https://\u2026", ["BC114"]),
        ("To be continued\u2026", []),
        ("\u2026and then", []),
        ("`${{ secrets.KEY }}`, {x}, {{}}, [1], [urlaub], Speaker TBD, TODO INCLUIDO, our *_todo: this", []),
    ],
)
def test_signs_that_networks_show_as_they_are(text: str, expected: list[str]) -> None:
    """A warning for Markdown, HTML and invisible characters; none for emoji and ordinary characters."""
    assert codes(post("linkedin", text)) == expected


def test_characters_that_nobody_sees_hide_no_word_and_no_link() -> None:
    """They are removed before words and sites are judged."""
    for hidden in ("\u200b", "\u2060", "\u034f", "\u202e", "\U000e0041", "\u3164", "\ufe0f"):
        assert list(forbidden_in(f"so ch{hidden}eap", ("cheap",))) == ["cheap"]
        (link,) = links(post("linkedin", f"https://ev{hidden}il.example/x"))
        assert link.host == "evil.example"


@pytest.mark.parametrize(
    ("text", "hosts"),
    [
        ("//evil.example/x", ["evil.example"]),
        ("see //evil.example", ["evil.example"]),
        ("https:evil.example/x", ["evil.example"]),
        ("https:/evil.example", ["evil.example"]),
        (r"https:\\evil.example", ["evil.example"]),
        ("https://evil.example//a", ["evil.example"]),
        ("a comment // here, and https: alone; either//or", []),
    ],
)
def test_links_as_browsers_read_them(text: str, hosts: list[str]) -> None:
    """Without the scheme, and with other slashes or none."""
    assert [Link(("text",), each).host for each in links_in(text)] == hosts


@pytest.mark.parametrize(
    "url", ["https://acme.example/a.html", "https://acme.example/a.php?x=1", "https://a.example/A.HTM"]
)
def test_a_page_is_no_image(url: str) -> None:
    """A warning, based on its address."""
    assert codes(post("linkedin", "x", assets=[{"image": {"url": url, "alt_text": "A"}}])) == ["BC104"]
    assert codes(post("linkedin", "x", assets=[{"image": {"url": "https://a.html.example/b", "alt_text": "A"}}])) == []
