"""The links and texts of a campaign, piece by piece; `test_expand_properties.py` covers whole campaigns."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bufferctl.config import load
from bufferctl.config.format import MentionEntry
from bufferctl.config.resolve.expand.parameters import Parameters
from bufferctl.config.resolve.expand.variables import date_in_text
from bufferctl.model import NETWORKS, thread_of

ROOT = """version: 1
timezone: Europe/Berlin
organizations:
  - name: Acme
    channels:
      - {service: twitter, name: acme}
      - {service: linkedin, name: acme-inc}
"""


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        ("https://acme.example?utm_source=a%20b&utm_medium=x", "https://acme.example"),
        ("https://acme.example/?utm_source=a%20b&utm_medium=x#top", "https://acme.example/#top"),
        ("(https://acme.example/a?utm_source=a%20b&utm_medium=x).", "(https://acme.example/a)."),
        ("https://acme.example/a_(b)?utm_source=a%20b&utm_medium=x, and", "https://acme.example/a_(b), and"),
        ("“https://acme.example/a?utm_source=a%20b&utm_medium=x”!", "“https://acme.example/a”!"),
        ("https://acme.example/?q=1&utm_source=a%20b&utm_medium=x", "https://acme.example/?q=1"),
        ("https://acme.example/?utm_source=mine&utm_medium=x", "https://acme.example/?utm_source=mine"),
        ("https://acme.example/?UTM_Source=1&utm_medium=y#z", "https://acme.example/?UTM_Source=1&utm_medium=y#z"),
        ("HTTPS://Blog.ACME.example:443/a?utm_source=a%20b&utm_medium=x", "HTTPS://Blog.ACME.example:443/a"),
        ("https://acme.example.org https://notacme.example", "https://acme.example.org https://notacme.example"),
        ("acme.example/a ftp://acme.example", "acme.example/a ftp://acme.example"),
        ("https://other.example/?to=https://acme.example", "https://other.example/?to=https://acme.example"),
    ],
)
def test_links_get_what_they_lack(expected: str, text: str) -> None:
    """Before the fragment, percent-encoded, without trailing punctuation; other sites are left alone."""
    parameters = Parameters(("acme.example",), (("utm_source", "a b"), ("utm_medium", "x")))
    assert expected == parameters.text(text)


def posts(folder: Path, text: str, root: str = ROOT) -> dict[str, str]:
    """The text of each post, by channel and key."""
    (folder / "posts").mkdir()
    (folder / "buffer.yaml").write_text(root, encoding="utf-8")
    (folder / "posts/a.yaml").write_text(text, encoding="utf-8")
    loaded = load(None, folder)
    assert loaded.desired, loaded.diagnostics
    return {f"{post.service}/{post.address.key}": post.text for post in loaded.desired.posts}


@pytest.mark.parametrize(
    "fields",
    [
        "text: Hello, due_at: 2030-01-01 09:00",
        "text: Hello, mode: shareNext, tags: [launch], draft: true, ai_assisted: true, protect: true, source: feed",
        "text: Hello, due_at: 2030-01-01T09:00+05:00, scheduling_type: notification, idea: i, repeat_of: b",
        "assets: [{image: {url: https://acme.example/a.png, alt_text: A}}]",
        "assets: [{image: {file: missing.png}}], text: Hello, mode: customScheduled",
        "text: '  ', due_at: 2030-03-31 02:30, mode: addToQueue",
        "text: Hello, due_at: yesterday, draft: maybe, mode: customScheduled",
    ],
)
@pytest.mark.parametrize("top", ["", "tags: [own]\ntimezone: America/New_York\n"])
def test_an_entry_as_it_is_written(tmp_path: Path, fields: str, top: str) -> None:
    """It declares the same as with an empty field that makes every step of the pipeline look: posts and problems."""
    found = []
    for more in ("", ", overrides: {}"):
        folder = tmp_path / f"with{len(more)}"
        (folder / "posts").mkdir(parents=True)
        (folder / "buffer.yaml").write_text(f"{ROOT}media: {{public_url: https://m.example}}\n", encoding="utf-8")
        entry = f"  - {{key: a, channels: [twitter, linkedin], {fields}{more}}}\n"
        (folder / "posts/a.yaml").write_text(f"{top}posts:\n{entry}", encoding="utf-8")
        loaded = load(None, folder)
        problems = [(each.message, each.place, each.hint) for each in loaded.diagnostics]
        found.append((loaded.sound and loaded.sound.posts, problems))
    assert found[0] == found[1]


def test_what_no_channel_uses_is_no_problem(tmp_path: Path) -> None:
    """A time that is missing and `domains` that are missing matter only where no override gives them."""
    entry = """  - key: a
    text: https://acme.example
    mode: customScheduled
    utm: {source: $(service)}
    overrides: {twitter: {due_at: 2030-01-01 09:00, utm: {domains: [acme.example]}}%s}
"""
    linkedin = ", linkedin: {mode: shareNext, utm: {}}"
    expected = {"twitter/a": "https://acme.example?utm_source=twitter", "linkedin/a": "https://acme.example"}
    assert expected == posts(tmp_path, f"channels: [twitter, linkedin]\nposts:\n{entry % linkedin}")
    (tmp_path / "posts/a.yaml").write_text(f"channels: [twitter, linkedin]\nposts:\n{entry % ''}", encoding="utf-8")
    assert [each.message for each in load(None, tmp_path).diagnostics] == [
        "`customScheduled` needs a `due_at`",
        "this `utm` names no `domains`, so no link would get its parameters",
    ]


def test_images_in_one_line(tmp_path: Path) -> None:
    """A URL, a file beside or in `media/`; the most specific layer gives image and alt together; variables work."""
    for path in ("media/a.png", "posts/b.png"):
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).touch()
    (tmp_path / "buffer.yaml").write_text(f"{ROOT}media: {{public_url: https://m.example}}\n", encoding="utf-8")
    (tmp_path / "posts/a.yaml").write_text(
        "channels: [twitter, linkedin]\nvars: {site: https://acme.example, what: A cat}\nposts:\n"
        "  - {key: a, text: A, image: $(site)/a.png, alt: $(what), overrides: {linkedin: {image: a.png}}}\n"
        "  - {key: b, text: B, image: [b.png, /media/a.png], alt: [Bees, Ants], overrides: {linkedin: {image: []}}}\n"
        "  - {key: c, text: C, image: a.png, overrides: {linkedin: {assets: [{video: {url: https://a.example/v.mp4}}]}}}\n",
        encoding="utf-8",
    )
    loaded = load(None, tmp_path)
    assert loaded.desired, loaded.diagnostics
    found = {
        f"{post.service}/{post.address.key}": [
            (each.value.url or (each.value.file and each.value.file.path), getattr(each.value, "alt_text", None))
            for each in post.assets
        ]
        for post in loaded.desired.posts
    }
    assert found == {
        "twitter/a": [("https://acme.example/a.png", "A cat")],
        "linkedin/a": [("media/a.png", None)],
        "twitter/b": [("posts/b.png", "Bees"), ("media/a.png", "Ants")],
        "linkedin/b": [],
        "twitter/c": [("media/a.png", None)],
        "linkedin/c": [("https://a.example/v.mp4", None)],
    }


def test_dates_in_texts(tmp_path: Path) -> None:
    """Days from `starts`, and the time of each occurrence by the file's clock; a variable may begin alike."""
    found = posts(
        tmp_path,
        "channels: [twitter, linkedin]\nstarts: 2027-01-11\nvars: {start-up: Acme}\nposts:\n  - key: a\n"
        "    due_at: start+1d 09:05\n    repeat: {every: 8 days, times: 2}\n"
        "    overrides: {linkedin: {due_at: start+2d 15:00}}\n"
        "    text: $(start-up), $(start | d MMM), $(start+10d | d MMMM), $(due_at|EEEE 'at' h:mm a), $$(due_at)\n",
    )
    assert found == {
        "twitter/a-1": "Acme, 11 Jan, 21 January, Tuesday at 9:05 AM, $(due_at)",
        "linkedin/a-1": "Acme, 11 Jan, 21 January, Wednesday at 3:00 PM, $(due_at)",
        "twitter/a-2": "Acme, 11 Jan, 21 January, Wednesday at 9:05 AM, $(due_at)",
        "linkedin/a-2": "Acme, 11 Jan, 21 January, Thursday at 3:00 PM, $(due_at)",
    }


@pytest.mark.parametrize(
    ("expected", "form"),
    [
        ("5 January 2027", "d MMMM y"),
        ("05.01.27", "dd.MM.yy"),
        ("Tue 5/1", "EEE d/M"),
        ("Tue Jan 2027", "E MMM yyyy"),
        ("14:03", "HH:mm"),
        ("2:03 PM", "h:mm a"),
        ("14 o'clock", "H 'o''clock'"),
        ("'27", "''yy"),
        ("02", "hh"),
        ("3", "m"),
    ],
)
def test_letters_of_dates(expected: str, form: str) -> None:
    """CLDR's, in English; words in quotes stay."""
    assert expected == date_in_text(f"$(due_at | {form})", None, datetime(2027, 1, 5, 14, 3, tzinfo=UTC))


def test_the_most_specific_wins(tmp_path: Path) -> None:
    """Entry, its overrides, `each`, and the overrides in `each`, from the weakest to the strongest."""
    found = posts(
        tmp_path,
        "channels: [twitter, linkedin]\nposts:\n  - key: a\n    due_at: 2027-01-11 09:00\n    text: entry $(number)\n"
        "    overrides: {linkedin: {text: override $(number)}}\n    repeat:\n      every: 1 week\n      times: 3\n"
        "      each:\n        2: {text: each}\n        3: {text: each, overrides: {linkedin: {text: inner}}}\n",
    )
    assert found == {
        "twitter/a-1": "entry 1",
        "linkedin/a-1": "override 1",
        "twitter/a-2": "each",
        "linkedin/a-2": "each",
        "twitter/a-3": "each",
        "linkedin/a-3": "inner",
    }


def test_variables_are_merged_by_name(tmp_path: Path) -> None:
    """A post's own value overrides the file's, and the file's overrides the root's; values are inserted literally."""
    found = posts(
        tmp_path,
        "channels: [twitter]\nvars: {b: file, c: file}\nposts:\n  - key: k\n"
        "    text: $(a) $(b) $(c) $(key) $(channel)\n    vars: {c: $(a)}\n",
        f"{ROOT}vars: {{a: root, b: root}}\n",
    )
    assert found == {"twitter/k": "root file $(a) k acme"}


def test_no_parameters_means_none(tmp_path: Path) -> None:
    """`utm: {}` removes the file's parameters, on a single channel too."""
    found = posts(
        tmp_path,
        "channels: [twitter, linkedin]\nutm: {domains: [acme.example], source: $(service)}\nposts:\n"
        "  - {key: a, text: 'https://acme.example', overrides: {linkedin: {utm: {}}}}\n"
        "  - {key: b, text: 'https://acme.example/b', utm: {campaign: x}, channels: [twitter]}\n",
    )
    assert found == {
        "twitter/a": "https://acme.example?utm_source=twitter",
        "linkedin/a": "https://acme.example",
        "twitter/b": "https://acme.example/b?utm_source=twitter&utm_campaign=x",
    }


MENTIONS = """version: 1
timezone: Europe/Berlin
mentions:
  acme: {name: Acme Robotics, twitter: "@acme", bluesky: acme.example, mastodon: acme@social.example}
organizations:
  - name: Acme
    mentions:
      ada: {name: Ada Lovelace, twitter: ada}
    channels:
      - {service: twitter, name: acme}
      - {service: bluesky, name: acme}
      - {service: mastodon, name: acme}
      - {service: linkedin, name: acme-inc}
"""


def test_a_mention_is_the_handle_of_each_network(tmp_path: Path) -> None:
    """The name on a network without handles, and on one for which `mentions` has none; $$( stays text."""
    entry = "{key: a, channels: [twitter, bluesky, mastodon, linkedin], text: 'By $(@acme), $(@ada), $$(@acme).'}"
    assert posts(tmp_path, f"posts:\n  - {entry}\n", MENTIONS) == {
        "twitter/a": "By @acme, @ada, $(@acme).",
        "bluesky/a": "By @acme.example, Ada Lovelace, $(@acme).",
        "mastodon/a": "By @acme@social.example, Ada Lovelace, $(@acme).",
        "linkedin/a": "By Acme Robotics, Ada Lovelace, $(@acme).",
    }


def test_a_mention_in_other_texts(tmp_path: Path) -> None:
    """The handle in a thread, a text file and a first comment; the name in an alt text."""
    (tmp_path / "a.txt").write_text("From a file, with $(@acme)", encoding="utf-8")
    posts(
        tmp_path,
        """
posts:
  - key: thread
    channels: [twitter]
    text: One
    thread: ["Two, $(@acme)", {text: "Three, $(@acme)"}]
    image: https://acme.example/a.png
    alt: The robots of $(@acme)
  - {key: file, channels: [bluesky], text_file: ../a.txt}
  - {key: comment, channels: [linkedin], text: A, metadata: {linkedin: {first_comment: By $(@acme)}}}
""",
        MENTIONS,
    )
    loaded = load(None, tmp_path)
    assert loaded.desired
    thread, file, comment = loaded.desired.posts
    assert [part.text for part in thread_of(thread.metadata)] == ["One", "Two, @acme", "Three, @acme"]
    assert thread.assets[0].image
    assert thread.assets[0].image.alt_text == "The robots of Acme Robotics"
    assert file.text == "From a file, with @acme.example"
    assert getattr(comment.metadata, "first_comment", "") == "By Acme Robotics"


def test_the_networks_of_mentions() -> None:
    """A mention has a handle for exactly the networks on which a text mentions by handle."""
    assert {each.value for each, row in NETWORKS.items() if row.handles} == MentionEntry.model_fields.keys() - {"name"}
