"""The length of a text: compared with reference libraries, and by hand."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
import regex
from hypothesis import example, given
from hypothesis import strategies as st

from bufferctl.checks import text_length, text_lengths
from bufferctl.checks.texts import graphemes, length, longest, utf8, utf16
from bufferctl.checks.weighted import links, weighted_length
from bufferctl.model import NETWORKS, Desired, Post, Service, TextLength
from bufferctl.model.networks import Counting
from tests.checks.posts import VIDEO, image, post

FAMILY = "\N{MAN}\u200d\N{WOMAN}\u200d\N{GIRL}\u200d\N{BOY}"
FLAG = "\U0001f1e9\U0001f1ea"
BOLD = "\N{MATHEMATICAL SANS-SERIF BOLD CAPITAL A}"
URL = "https://acme.com/" + "x" * 83
PIECES = ["a", ".", "acme.com", "https://", "/", " ", "\n", "é", "日", FAMILY, FLAG, BOLD, "e\u0301", "\ufe0f"]
TEXTS = st.text(st.characters(exclude_categories=["Cs"])) | st.lists(st.sampled_from(PIECES)).map("".join)


@pytest.mark.parametrize(
    ("text", "units", "seen", "octets", "on_x"),
    [
        ("", 0, 0, 0, 0),
        ("plain", 5, 5, 5, 5),
        ("a\nb", 3, 3, 3, 3),
        ("a\r\nb", 4, 3, 4, 4),
        (FAMILY, 11, 1, 25, 11),
        (FAMILY * 2 + "a", 23, 3, 51, 23),
        (FLAG * 2, 8, 2, 16, 8),
        ("\N{THUMBS UP SIGN}\N{EMOJI MODIFIER FITZPATRICK TYPE-4}", 4, 1, 8, 4),
        ("日本語", 3, 3, 9, 6),
        ("한국", 2, 2, 6, 4),
        ("e\u0301", 2, 1, 3, 2),
        ("\u0928\u093f", 2, 1, 6, 2),
        (BOLD * 3, 6, 3, 12, 6),
        ("…", 1, 1, 3, 2),
        ("\u2764\ufe0f", 2, 1, 6, 2),
        ("\u2764", 1, 1, 3, 2),
        ("1\ufe0f\u20e3", 3, 1, 7, 3),
        (URL, 100, 100, 100, 100),
        ("http://a.io", 11, 11, 11, 23),
        ("acme.com", 8, 8, 8, 23),
    ],
)
def test_hard_cases(text: str, units: int, seen: int, octets: int, on_x: int) -> None:
    """Counted by hand: UTF-16 units, graphemes, bytes, and on X the larger of units and weight."""
    assert (utf16(text), graphemes(text), utf8(text), length(text, Counting.X)) == (units, seen, octets, on_x)


def test_x_as_its_own_library_counts() -> None:
    """The results of npm's twitter-text for every handwritten text, and for nearly all random ones."""
    vectors = json.loads((Path(__file__).parent / "vectors" / "x.json").read_text(encoding="utf-8"))
    differ = [text for text, weight in vectors["chosen"] if weighted_length(text) != weight]
    assert (len(vectors["chosen"]) > 100, differ) == (True, [])
    differ = [text for text, weight in vectors["by_chance"] if weighted_length(text) != weight]
    assert (len(vectors["by_chance"]) > 1000, len(differ) <= 3) == (True, True), differ


@given(TEXTS)
def test_units_and_bytes_are_those_of_the_encodings(text: str) -> None:
    """As many as Python's own encoders write."""
    assert (utf16(text), utf8(text)) == (len(text.encode("utf-16-le")) // 2, len(text.encode()))


@given(st.lists(st.sampled_from(["\U0001f1e9", "\U0001f1ea", *PIECES])).map("".join))
def test_flags_are_counted_in_pairs(text: str) -> None:
    """The same as the regex library, which takes quadratic time."""
    assert graphemes(text) == len(regex.findall(r"\X", text))


@given(TEXTS)
def test_graphemes_are_those_of_regex(text: str) -> None:
    r"""As many as regex finds with \X."""
    assert graphemes(text) == len(regex.findall(r"\X", text))


@given(TEXTS, st.sampled_from(Counting))
@example("\U0001d160\ufb2c", Counting.X)
def test_nothing_counts_more_than_was_foreseen(text: str, counting: Counting) -> None:
    """The shortcut for short texts is safe: no text is longer than `longest` says."""
    assert length(text, counting) <= longest(text, counting)


@given(TEXTS)
def test_links_are_in_order_and_apart(text: str) -> None:
    """Links on X never overlap, and each contains a dot."""
    found = list(links(text))
    assert all("." in text[start:end] for start, end in found)
    assert found == sorted(found)
    assert all(one[1] <= other[0] for one, other in pairwise(found))


@pytest.mark.parametrize(
    ("counting", "text", "expected"),
    [
        (Counting.BREAKS, "a\nb\n", 6),
        (Counting.LINKS_24, f"see {URL}.", 29),
        (Counting.LINKS_24, "http://a.io http://b.io", 49),
        (Counting.LINKS_23, f"{URL}, {URL}", 48),
        (Counting.LINKS_23, "HTTPS://A.IO", 23),
        (Counting.LINKS_23, "https:// alone", 14),
        (Counting.UTF16, f"{URL}", 100),
    ],
)
def test_links_and_line_breaks(counting: Counting, text: str, expected: int) -> None:
    """A link of any length has the same weight, and trailing punctuation is not part of it."""
    assert length(text, counting) == expected


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        (post("twitter", "x" * 53), TextLength(53, 280)),
        (post("tiktok", "a", assets=[VIDEO]), TextLength(1, 2200)),
        (post("tiktok", "a", assets=[image()]), TextLength(1, 4000)),
        (post("substack", "abc"), TextLength(3, None)),
        (post("bluesky", FAMILY), TextLength(1, 300)),
    ],
)
def test_limits_of_a_post(item: Post, expected: TextLength) -> None:
    """The number and the limit, as reports show it; TikTok's limit depends on the media."""
    assert text_length(item) == expected


def test_the_limit_of_an_account_that_pays() -> None:
    """The channel's own."""
    assert text_length(post("twitter", "x" * 53), max_characters=25_000) == TextLength(53, 25_000)


def test_letters_that_are_two_bytes_count_once() -> None:
    """Only Bluesky has a limit in bytes, beside its own."""
    assert [each for each, network in NETWORKS.items() if network.bytes] == [Service.BLUESKY]
    assert {text_length(post(each, "é" * 9)).used for each in ("googlebusiness", "facebook", "twitter")} == {9}


def test_lengths_of_everything() -> None:
    """By address; the channel's own limit overrides the table."""
    toot, tweet = post("mastodon", "a b"), post("twitter", "c")
    lengths = text_lengths(Desired(posts=(toot, tweet)), {toot.address: 1000})
    assert (lengths(toot.address), lengths(tweet.address)) == (TextLength(3, 1000), TextLength(1, 280))
    assert lengths(replace(toot.address, key="another")) is None


def test_long_texts_are_counted_quickly() -> None:
    """Runs of letters and dots of 100,000 characters are checked for links without trying every start."""
    for text in ("a" * 100_000, "a." * 50_000, "日." * 50_000, "日" * 100_000 + ".com", "a-" * 50_000 + "_.com"):
        assert weighted_length(text) > 0
    for text in ("https://acme.com/" + "(" * 50_000, "https://acme.com/?" + "=" * 50_000 + "!", "@a.com" * 20_000):
        assert weighted_length(text) > 0


def test_every_service_has_a_row() -> None:
    """The table is complete."""
    from bufferctl.model import Service

    assert set(NETWORKS) == set(Service)
