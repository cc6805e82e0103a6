"""A campaign equals its posts written out by hand: same posts, same plan, same digests.

The posts are written out here from the parts of the campaign, without searching for variables or links.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bufferctl.config import load
from bufferctl.diagnostics import Place, Severity
from bufferctl.digests import change_digest, plan_digest
from bufferctl.model import Desired, Post, State, content_of_desired, fingerprint
from bufferctl.reconcile import offline

ROOT: dict[str, Any] = {
    "version": "1",
    "timezone": "Europe/Berlin",
    "managed_since": "2026-01-01T00:00:00Z",
    "organizations": [
        {
            "name": "Acme",
            "channels": [
                {"service": "twitter", "name": "acme"},
                {"service": "bluesky", "name": "acme.example"},
                {"service": "linkedin", "name": "acme-inc"},
            ],
        }
    ],
}
NAMES = {"twitter": "acme", "bluesky": "acme.example", "linkedin": "acme-inc"}
NOW = datetime(2026, 6, 1, tzinfo=UTC)

#: Parts of a text: plain text, a variable, a literal `$(`, a link to our site up to its fragment.
LITERAL = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=8).filter(
    lambda text: "$" not in text and "://" not in text and "\ufeff" not in text and text == text.strip()
)
PARTS = st.one_of(
    st.tuples(st.just("text"), LITERAL),
    st.tuples(st.just("text"), st.sampled_from(["$5", "$$", "${{ x }}", "{{ .V }}", "$(date +%F)", "(", ")."])),
    st.tuples(st.just("sign"), st.just("$(")),
    st.tuples(st.just("variable"), st.sampled_from(["product", "tip", "number", "service", "key", "channel"])),
    st.tuples(st.just("link"), st.sampled_from(["", "/a", "/a?b=1", "/a?utm_source=x", "/?"])),
)
VALUES = st.one_of(LITERAL, st.sampled_from(["$(tip)", "$$(", "Console & more", "a\nb"]))


@dataclass(frozen=True)
class Entry:
    """One entry of a campaign, in parts."""

    key: str
    day: int
    hour: int
    parts: tuple[tuple[str, str], ...]
    own: tuple[tuple[str, str], ...]
    thread: bool
    times: int
    every: int
    each: dict[int, dict[str, Any]]


ENTRIES = st.builds(
    Entry,
    key=st.sampled_from(["a", "b", "c", "d-1", "e"]),
    day=st.integers(-40, 400),
    hour=st.integers(8, 20),
    parts=st.lists(PARTS, min_size=1, max_size=6).map(tuple),
    own=st.lists(PARTS, max_size=3).map(tuple),
    thread=st.booleans(),
    times=st.integers(0, 4),
    every=st.integers(1, 30),
    each=st.dictionaries(
        st.integers(1, 4),
        st.fixed_dictionaries({}, optional={"tip": VALUES, "cancelled": st.just(True), "hour": st.integers(8, 20)}),
        max_size=2,
    ),
)


def as_written(parts: tuple[tuple[str, str], ...], number: str | None) -> str:
    """The text of the campaign. `$(number)` only appears if there is a number."""
    said = {"text": "{}", "sign": "$$(", "variable": "$({})", "link": "https://www.acme.example{}#part"}
    return " ".join(
        ["Hello", *(said[kind].format(part) for kind, part in parts if number is not None or part != "number")]
    )


def as_meant(parts: tuple[tuple[str, str], ...], values: dict[str, str], parameters: dict[str, str]) -> str:
    """The text of one post, as written in a file: a `$(` in it becomes `$$(`."""
    found = ["Hello"]
    for kind, part in parts:
        if kind == "variable":
            found += [values[part].replace("$(", "$$(")] if part in values else []
        elif kind == "link":
            query = part.partition("?")[2]
            lacking = [f"{name}={value}" for name, value in parameters.items() if f"{name}=" not in query]
            joint = "" if part.endswith("?") else "&" if "?" in part else "?"
            found.append(f"https://www.acme.example{part}{joint}{'&'.join(lacking)}#part")
        else:
            found.append("$$(" if kind == "sign" else part)
    return " ".join(found)


@st.composite
def campaigns(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, Any]]:
    """A campaign file, and a file with its posts written out."""
    starts = draw(st.dates(date(2027, 1, 1), date(2028, 12, 31)))
    variables = {"product": draw(VALUES), "tip": draw(VALUES)}
    entries = draw(st.lists(ENTRIES, min_size=1, max_size=3, unique_by=lambda entry: entry.key))
    campaign: dict[str, Any] = {
        "starts": starts.isoformat(),
        "channels": ["twitter", "bluesky", "linkedin"],
        "tags": ["launch"],
        "vars": variables,
        "utm": {"domains": ["acme.example"], "source": "$(service)", "campaign": "a b"},
        "posts": [as_entry(entry) for entry in entries],
    }
    posts = [post for entry in entries for post in written_out(entry, starts, variables)]
    return campaign, {"posts": posts}


def as_entry(entry: Entry) -> dict[str, Any]:
    """An entry in the form of a campaign."""
    number = "1" if entry.times else None
    found: dict[str, Any] = {
        "key": entry.key,
        "due_at": f"start{entry.day:+}d {entry.hour:02}:00",
        "text": as_written(entry.parts, number),
        "overrides": {"linkedin": {"text": as_written(entry.own, number)}},
    }
    if entry.thread:
        found["thread"] = ["More", {"text": as_written(entry.own, number)}]
        found["overrides"]["linkedin"] |= {"thread": []}
    if entry.times:
        each = {str(number): said for number, said in entry.each.items() if number <= entry.times}
        found["repeat"] = {
            "every": f"{entry.every} day{'s' * (entry.every > 1)}",
            "times": str(entry.times),
            "each": {number: as_each(said) for number, said in each.items()},
        }
    return found


def as_each(said: dict[str, Any]) -> dict[str, Any]:
    """The overrides of one occurrence."""
    found: dict[str, Any] = {"cancelled": "true"} if "cancelled" in said else {}
    if "tip" in said:
        found["vars"] = {"tip": said["tip"]}
    if "hour" in said:
        found["due_at"] = f"2030-05-05 {said['hour']:02}:30"
    return found


def written_out(entry: Entry, starts: date, variables: dict[str, str]) -> Iterator[dict[str, Any]]:
    """Each post of an entry, for one channel."""
    for number in range(1, entry.times + 1) if entry.times else (0,):
        said = entry.each.get(number, {}) if number else {}
        key = f"{entry.key}-{number}" if number else entry.key
        day = starts + timedelta(days=entry.day + max(0, number - 1) * entry.every)
        due = f"2030-05-05 {said['hour']:02}:30" if "hour" in said else f"{day} {entry.hour:02}:00"
        for service, name in NAMES.items():
            values = {**variables, "service": service, "key": key, "channel": name}
            values |= {"number": str(number)} if number else {}
            values |= {"tip": said["tip"]} if "tip" in said else {}
            parameters = {"utm_source": service, "utm_campaign": "a%20b"}
            parts = entry.own if service == "linkedin" else entry.parts
            post: dict[str, Any] = {"key": key, "channels": [service], "due_at": due, "tags": ["launch"]}
            post["text"] = as_meant(parts, values, parameters)
            if entry.thread and service != "linkedin":
                more = [{"text": "More"}, {"text": as_meant(entry.own, values, parameters)}]
                post["metadata"] = {service: {"thread": [{"text": post["text"]}, *more]}}
            post |= {"cancelled": "true"} if "cancelled" in said else {}
            yield post


def loaded(folder: Path, posts: dict[str, Any]) -> Desired | tuple[str, ...]:
    """The declarations of the files, or the errors if there are any. Equal texts at one time do not matter here."""
    (folder / "posts").mkdir(exist_ok=True)
    (folder / "buffer.yaml").write_text(json.dumps(ROOT), encoding="utf-8")
    (folder / "posts/a.yaml").write_text(json.dumps(posts, ensure_ascii=False), encoding="utf-8")
    found = load(None, folder)
    is_error = [each for each in found.diagnostics if each.severity is Severity.ERROR]
    errors = tuple(each.message for each in is_error if "same time" not in each.message)
    return errors or found.desired or ()


def bare(post: Post) -> Post:
    """The post without its place and spelling in the file."""
    return replace(post, place=Place(""), expansion=None, repeat_of=())


@given(campaigns())
def test_a_campaign_is_its_posts_written_out(files: tuple[dict[str, Any], dict[str, Any]]) -> None:
    """The same posts, fingerprints and digests."""
    with tempfile.TemporaryDirectory() as name:
        made, by_hand = (loaded(Path(name), each) for each in files)
    if not isinstance(made, Desired) or not isinstance(by_hand, Desired):
        assert (made, by_hand) == ((), ())  # two posts with the same text at the same time are refused in both forms
        return
    posts, hand = ({post.address: bare(post) for post in each.posts} for each in (made, by_hand))
    assert posts == hand
    assert [fingerprint(each, content_of_desired(each)) for each in posts.values()] == [
        fingerprint(hand[address], content_of_desired(hand[address])) for address in posts
    ]
    plans = [offline(each, State(), endpoint="https://acme.example", now=NOW) for each in (made, by_hand)]
    assert plan_digest(plans[0]) == plan_digest(plans[1])
    assert {change_digest(each) for each in plans[0].changes} == {change_digest(each) for each in plans[1].changes}
