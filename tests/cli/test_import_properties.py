"""Any imported account gives an empty plan; any declared posts come back from Buffer; pull keeps all other lines."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from bufferctl.config import load
from bufferctl.config.write.as_yaml import one_entry, post_entry
from bufferctl.config.write.yaml_files import yaml_text
from bufferctl.diagnostics import Place
from bufferctl.model import (
    Address,
    Asset,
    Idea,
    Metadata,
    Post,
    SchedulingType,
    Service,
    ShareMode,
    content_of_desired,
    instant,
)
from tests.cli.account import FULLEST, TAGS
from tests.cli.conftest import Project, project_apart
from tests.fuzzing import examples

START = datetime(2029, 12, 4, 9, 0, tzinfo=UTC)
slow = settings(max_examples=examples(15), suppress_health_check=list(HealthCheck))

words = st.sampled_from(["We are live", "#launch", ": yes", "- no", "'", '"', "{a}", "[b]", "&c", "*d", "%", "@e", "|"])
signs = st.sampled_from(
    ["\n", "\n\n", " ", "  ", "\t", "\u2028", "\N{NO-BREAK SPACE}", "😀", "é", "e\u0301", "Ж", "\ufeff"]
)
texts = (
    st.lists(words | signs, min_size=1, max_size=8)
    .map("".join)
    .filter(lambda text: text.strip(" \t\n\u2028\ufeff\xa0"))
)
moments = st.integers(0, 60 * 24 * 90).map(lambda minutes: START + timedelta(minutes=minutes))
kinds = st.sampled_from([(service, number) for service, posts in FULLEST.items() for number in range(len(posts))])


@st.composite
def made(draw: st.DrawFn) -> dict[str, Any]:
    """A post made by a person: one of its network's fullest, with some fields removed and another text."""
    service, number = draw(kinds)
    text, fields = FULLEST[service][number]
    chosen = {name: value for name, value in fields.items() if name == "metadata" or draw(st.integers(0, 4))}
    if not any({"thread", "annotations"} & network.keys() for network in fields.get("metadata", {}).values()):
        text = draw(texts)
    when = draw(st.none() | moments)
    hows: list[dict[str, Any]] = [{}, {}, {"saveToDraft": True}, {"needsApproval": True}, {"mode": "shareNext"}]
    how = dict(draw(st.sampled_from(hows)))
    if when is not None and "mode" not in how:
        how["dueAt"] = when.isoformat()
    tags = draw(st.sets(st.sampled_from(TAGS)))
    kind = draw(st.sampled_from(["automatic", "automatic", "notification"]))
    return {"service": service, "text": text, "tagIds": sorted(tags), "schedulingType": kind, **chosen, **how}


@st.composite
def idea(draw: st.DrawFn) -> dict[str, Any]:
    """An idea."""
    content = {
        "title": draw(st.none() | texts),
        "text": draw(texts),
        "services": sorted(draw(st.sets(st.sampled_from(["twitter", "linkedin", "threads"])))),
        "date": draw(st.none() | moments.map(datetime.isoformat)),
        "tags": [{"id": tag} for tag in sorted(draw(st.sets(st.sampled_from(TAGS))))],
    }
    return {name: value for name, value in content.items() if value}


@slow
@given(posts=st.lists(made(), max_size=8), ideas=st.lists(idea(), max_size=2), one_file=st.booleans())
def test_any_account(posts: list[dict[str, Any]], ideas: list[dict[str, Any]], one_file: bool) -> None:
    """Imported in full, the next plan is empty and Buffer unchanged; without state everything is found again, too."""
    with project_apart() as run:
        person = run.sandbox.person
        for fields in posts:
            channel = run.sandbox.channel(fields["service"])["id"]
            try:
                person.create_post(channel, **{name: value for name, value in fields.items() if name != "service"})
            except ValueError:  # the application refuses it
                continue
        for content in ideas:
            person.create_idea(run.sandbox.organization()["id"], **content)
        before = run.sandbox.posts(), run.sandbox.ideas()
        ran = run("import", "--organization", "Acme", "--layout", "one-file" if one_file else "per-channel")
        assert (ran.code, ran.err) == (0, ""), ran.out + ran.err
        plan = json.loads(run("plan", "--json").out)
        assert {each["action"] for each in plan["changes"]} <= {"no-op", "done"}, plan
        assert len(plan["changes"]) == len(before[0]) + len(before[1])
        if run.state.exists():
            run.state.unlink()
        plan = json.loads(run("plan", "--json").out)
        assert not {each["action"] for each in plan["changes"]} & {"create", "update", "delete"}, plan
        assert (run.sandbox.posts(), run.sandbox.ideas()) == before


CHANNELS = {
    "bluesky": "acme.bsky.example",
    "facebook": "acme",
    "googlebusiness": "Acme Berlin",
    "instagram": "acme.example",
    "linkedin": "acme-inc",
    "mastodon": "acme@social.example",
    "pinterest": "acme",
    "substack": "acme",
    "threads": "acme.example",
    "tiktok": "acme",
    "twitter": "acme",
    "youtube": "acme",
}
ROOT: dict[str, Any] = {
    "version": 1,
    "timezone": "Europe/Berlin",
    "organizations": [
        {
            "name": "Acme",
            "tags": {"launch": TAGS[0], "event": TAGS[1]},
            "channels": [{"service": service, "name": name} for service, name in CHANNELS.items()],
        }
    ],
}
IMAGE = {"image": {"url": "https://acme.example/a.png", "alt_text": "The console"}}
PLAIN = {"image": {"url": "https://acme.example/b.png"}}
VIDEO = {"video": {"url": "https://acme.example/a.mp4", "title": "A film"}}
EVENT = {"title": "Open day", "start_date": "2029-12-21 09:00+01:00", "end_date": "2029-12-21 17:00+01:00"}
#: Service: possible attachments, and the network's other fields, one of each.
TAKES: dict[str, tuple[list[list[Any]], list[dict[str, Any] | None]]] = {
    "bluesky": ([[], [IMAGE]], [None, {"thread": [{"text": "One"}, {"text": "Two", "assets": [IMAGE]}]}]),
    "facebook": ([[], [IMAGE, PLAIN], [VIDEO]], [None, {"type": "reel"}, {"first_comment": "First: #1"}]),
    "googlebusiness": (
        [[], [PLAIN]],
        [
            {"type": "whats_new", "details_whats_new": {"button": "book", "link": "https://acme.example"}},
            {"type": "event", "details_event": {**EVENT, "is_full_day_event": True}},
            {"type": "offer", "details_offer": {**EVENT, "code": "A: 1"}},
        ],
    ),
    "instagram": ([[IMAGE], [PLAIN, VIDEO]], [None, {"type": "story"}, {"should_share_to_feed": False}]),
    "linkedin": ([[], [IMAGE]], [None, {"link_attachment": {"url": "https://acme.example/post"}}]),
    "mastodon": ([[], [PLAIN, IMAGE]], [None, {"spoiler_text": "- careful"}]),
    "pinterest": ([[IMAGE]], [{"board": "Products"}, {"board_service_id": "9002", "title": "yes"}]),
    "substack": ([[IMAGE]], [None]),
    "threads": ([[], [IMAGE]], [None, {"topic": "launch"}, {"location_id": "1", "location_name": "Berlin"}]),
    "tiktok": ([[VIDEO], [IMAGE]], [None, {"is_ai_generated": True}]),
    "twitter": ([[], [IMAGE, PLAIN]], [None, {"retweet": {"id": "1234"}}, {"is_ai_generated": True}]),
    "youtube": (
        [[VIDEO]],
        [
            {"title": "A film", "category_id": "22"},
            {"title": "no", "category_id": "27", "privacy": "unlisted", "license": "youtube", "embeddable": False},
        ],
    ),
}


@st.composite
def declared(draw: st.DrawFn) -> Post:
    """A post that Buffer accepts."""
    service = Service(draw(st.sampled_from(sorted(TAKES))))
    attached, besides = TAKES[service.value]
    raw = draw(st.sampled_from(besides))
    metadata = getattr(Metadata.model_validate({service.value: raw or {}}), service.value, None) if raw else None
    assets = [] if raw and "link_attachment" in raw else draw(st.sampled_from(attached))
    thread = getattr(metadata, "thread", ())
    due_at = draw(st.none() | moments)
    status = draw(st.sampled_from(["", "", "draft", "needs_approval"]))
    return Post(
        Address("Acme", f"{service}:{CHANNELS[service.value]}", "key"),
        service,
        Place(""),
        text=thread[0].text if thread else draw(texts),
        mode=ShareMode.CUSTOM_SCHEDULED if due_at else ShareMode.ADD_TO_QUEUE,
        due_at=due_at,
        scheduling_type=draw(st.sampled_from(SchedulingType)),
        assets=tuple(map(Asset.model_validate, assets)),
        metadata=metadata,
        tags=tuple(sorted(draw(st.sets(st.sampled_from(["launch", "event"]))))),
        draft=status == "draft",
        needs_approval=status == "needs_approval",
    )


def once(post: Post) -> object:
    """What may be declared only once without `repeat_of`: a text at a time. Posts without a time may repeat."""
    return (post.service, post.text.strip() or post.assets, post.due_at) if post.due_at else object()


def saying(item: Post | Idea) -> str:
    """Everything a post declares, except its key and the addresses of its pictures; a board by either of its names.

    YouTube videos are public unless declared otherwise.
    """
    if isinstance(item, Idea):
        return repr(content_of_desired(item))
    content = content_of_desired(item)
    metadata = dict(content.metadata or {})
    if "board_service_id" in metadata:
        metadata["board"] = {"9001": "Products", "9002": "Behind the scenes"}[metadata.pop("board_service_id")]
    usual = {"post"} if item.service is not Service.GOOGLEBUSINESS else set()
    metadata = {name: each for name, each in metadata.items() if not (name == "type" and each in usual)}
    if item.service is Service.YOUTUBE:
        metadata.setdefault("privacy", "public")
    schedule = (item.mode, instant(item.due_at), item.draft, item.needs_approval, item.scheduling_type)
    return repr((item.service, content._replace(metadata=dict(sorted(metadata.items()))), schedule))


def said(folder: Path) -> Counter[str]:
    """The declarations in a folder's files."""
    loaded = load(None, folder)
    assert loaded.desired is not None, loaded.diagnostics
    return Counter(saying(item) for item in loaded.desired.items)


@slow
@given(posts=st.lists(declared(), min_size=1, max_size=6, unique_by=once))
def test_any_desired_set(posts: list[Post]) -> None:
    """Applied, and imported into an empty folder: the same posts, up to their keys."""
    with project_apart() as run:
        zone = ZoneInfo("Europe/Berlin")
        named = [replace(post, address=replace(post.address, key=f"post-{n}")) for n, post in enumerate(posts)]
        entries = [one_entry([(post_entry(post, zone), [post.service.value])]) for post in named]
        run.write("buffer.yaml", yaml_text({**ROOT, "posts": entries}))
        applied = run("apply", "--auto-approve", "--settle", "0")
        assert applied.code == 0, applied.out + applied.err
        wanted, before = said(run.folder), run.sandbox.posts()
        elsewhere = Path(run.folder.parent, "elsewhere")
        elsewhere.mkdir()
        again = Project(elsewhere, run.sandbox)
        ran = again("import", "--organization", "Acme")
        assert ran.code == 0, ran.out + ran.err
        assert said(elsewhere) == wanted
        assert "No changes." in again("plan").out
        assert run.sandbox.posts() == before


plain = st.sampled_from(["We are live", "It is here (really)", "Come and see", "Once more"])
comment = st.sampled_from(["", "", "", " # why", "   # 50% done: yes", "\t# tab"])
between = st.sampled_from(
    ["", "", "", "\n", "    # a line of its own\n", "  # less far in\n\n", "            # further\n"]
)


@st.composite
def written(draw: st.DrawFn, number: int) -> list[tuple[str, str]]:
    """An entry as a person may write it: parts of the file, each with its field name (or none)."""
    text = f"{draw(plain)} {number}"
    block = draw(st.sampled_from(["|", "|-", ">", ">-"]))
    style = draw(st.sampled_from(["plain", "'", '"', "block", "lines"]))
    behind = draw(comment)
    forms = {
        "plain": f"text: {text}{behind}\n",
        "'": f"text: '{text}'{behind}\n",
        '"': f'text: "{text}"{behind}\n',
        "block": f"text: {block}{behind}\n      {text}\n",
        "lines": f"text: {text}\n      and more\n",
    }
    tags = draw(st.sampled_from(["[launch]", "[ launch ]", "\n      - launch", "\n    - launch"]))
    fields = [
        ("key", f"key:  post-{number}{draw(comment)}\n"),
        ("channels", "channels: [twitter]\n"),
        ("due_at", f"due_at: {draw(st.sampled_from(['', '  ']))}2029-12-{10 + number} 09:00{draw(comment)}\n"),
        ("tags", f"tags: {tags}{draw(comment)}\n".replace(": \n", ":\n")),
        ("text", forms[style]),
    ]
    parts: list[tuple[str, str]] = []
    for place, (name, line) in enumerate(draw(st.permutations(fields))):
        lead = "" if place == 0 else draw(between)
        if parts and parts[-1][1].startswith(("text: |", "text: >")):
            lead = lead.lstrip(" ")  # indented further than the text, it would be text
        parts += [("", lead), ("", "  - " if place == 0 else "    "), (name, line)]
    return [part for part in parts if part[1]]


@st.composite
def edited(draw: st.DrawFn) -> dict[str, Any]:
    """A person's change to a post in Buffer."""
    text = draw(texts)
    changes = {"text": text, "dueAt": "2029-12-24T10:30:00Z", "tagIds": [TAGS[1]]}
    chosen = draw(st.sets(st.sampled_from(sorted(changes))))
    return {name: changes[name] for name in sorted(chosen)}


@slow
@given(st.data(), st.booleans(), st.booleans())
def test_pull_keeps_all_other_lines(data: st.DataObject, crlf: bool, bom: bool) -> None:
    """In any order, with any comments and quotes: only the lines that people changed in Buffer change."""
    numbers = range(data.draw(st.integers(1, 4)))
    entries = [data.draw(written(number)) for number in numbers]
    edits = [data.draw(edited()) for _ in numbers]
    parts = [(name, number, text) for number, entry in enumerate(entries) for name, text in entry]
    parts = [("", 0, "# Posts\n\nposts:\n"), *parts, ("", 0, "# the end\n")]
    parts = [(name, number, text.replace("\n", "\r\n") if crlf else text) for name, number, text in parts]
    with project_apart() as run:
        run.write("buffer.yaml", yaml_text(ROOT))
        path = run.write("posts/a.yaml", "")
        mark = b"\xef\xbb\xbf" if bom else b""
        path.write_bytes(mark + "".join(text for *_, text in parts).encode())
        applied = run("apply", "--auto-approve", "--settle", "0")
        assert applied.code == 0, applied.out + applied.err
        run.sandbox.clock.advance(hours=2)
        posts = {post["dueAt"][:10]: post["id"] for post in run.sandbox.posts()}
        for number, fields in enumerate(edits):
            run.sandbox.person.edit_post(posts[f"2029-12-{10 + number}"], **fields)
        assume(twins(run.sandbox.posts()) == 0)  # files with two equal posts are refused
        ran = run("pull")
        assert ran.code == 0, ran.out + ran.err
        after = path.read_bytes()
        assert after.startswith(mark)
        _held(parts, edits, after.removeprefix(mark).decode())
        again = run("plan", "--strict")
        assert (again.code, "No changes." in again.out) == (0, True), again.out + again.err


def _held(parts: list[tuple[str, int, str]], edits: list[dict[str, Any]], after: str) -> None:
    """Unchanged lines stay in place; only changed lines may be replaced."""
    names = {"text": "text", "due_at": "dueAt", "tags": "tagIds"}
    kept = [""]
    for name, number, text in parts:
        if name and names.get(name) in edits[number]:
            kept.append("")
        else:
            kept[-1] += text
    assert after.startswith(kept[0])
    at = len(kept[0])
    for text in kept[1:]:
        found = after.find(text, at)
        assert found >= at, (text, after[at:])
        at = found + len(text)
    assert at == len(after)


@st.composite
def shared(draw: st.DrawFn, number: int) -> str:
    """An entry for two channels, with or without an override for one, each line with its own comment."""
    over = draw(st.sampled_from(["", "twitter", "linkedin"]))
    flow = draw(st.booleans())
    fields = [f"due_at: 2029-12-{10 + number} 09:00", "tags: [launch]", f"text: For both {number}"]
    if draw(st.booleans()):
        fields[2] = f"text_file: {number % 2}.md"
    if draw(st.booleans()):
        fields[0] = "draft: true"
    chosen = [field for field in fields if draw(st.booleans()) or field[0] == "t"]
    at = f"due_at: 2029-12-28 09:0{number}"  # another for each, since two entries may share a text
    said = draw(st.sampled_from([at, f"text: Other {number}", "draft: false", "tags: []"]))
    if flow:
        inner = f", overrides: {{{over}: {{{said}}}}}" if over else ""
        return f"  # {number}\n  - {{key: post-{number}, channels: [twitter, linkedin], {', '.join(chosen)}{inner}}}\n"
    lines = [f"  - key: post-{number}  # k{number}", f"    channels: [linkedin, twitter]  # c{number}"]
    lines += [f"    {field}  # {number}.{place}" for place, field in enumerate(chosen)]
    if over:
        lines += ["    overrides:", f"      # o{number}", f"      {over}:", f"        {said}  # s{number}"]
    return "\n".join(lines) + "\n"


def twins(posts: list[dict[str, Any]]) -> int:
    """The number of posts that equal another one on their channel in text and time."""
    return len(posts) - len({(post["channelId"], post["text"], post["dueAt"]) for post in posts})


@slow
@given(st.data())
def test_pull_of_shared_posts(data: st.DataObject) -> None:
    """Any change on any channel is pulled completely, and every comment next to an unchanged value stays."""
    numbers = range(data.draw(st.integers(1, 4)))
    entries = "".join(data.draw(shared(number)) for number in numbers)
    with project_apart() as run:
        run.write("buffer.yaml", yaml_text(ROOT))
        path = run.write("posts/a.yaml", f"posts:\n{entries}")
        for number in range(2):
            run.write(f"posts/{number}.md", f"From a file {number}\n")
        applied = run("apply", "--auto-approve", "--settle", "0")
        assert applied.code == 0, applied.out + applied.err
        run.sandbox.clock.advance(hours=2)
        alike = data.draw(edited())
        for post in run.sandbox.posts():
            fields = data.draw(st.sampled_from([{}, alike, {"delete": True}, None]))
            if fields is None:
                fields = data.draw(edited())
            if "delete" in fields:
                run.sandbox.person.delete_post(post["id"])
            else:
                run.sandbox.person.edit_post(post["id"], **fields)
        before = run.sandbox.posts()
        assume(twins(before) == 0)  # files with two equal posts are refused
        ran = run("pull")
        assert ran.code == 0, f"{path.read_text(encoding='utf-8')}\n{ran.out}{ran.err}"
        again = run("plan", "--strict")
        signs = {each.partition(" ")[0] for each in again.planned}  # deleted posts are no longer tracked
        assert (again.code, signs <= {"x"}) == (0, True), ran.out + ran.err + again.out + again.err
        assert run.sandbox.posts() == before
        comments = [line.partition("#")[2] for line in entries.splitlines() if "#" in line]
        assert [each for each in comments if f"#{each}" not in path.read_text(encoding="utf-8")] == []
