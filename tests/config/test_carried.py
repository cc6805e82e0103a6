"""Every field of the files arrives where it is used: in what is declared, sent, read, compared, shown and taken over.

So a field that misses one of the places fails here; what Buffer returns goes through the sandbox.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path

import pytest
from PIL import Image

from bufferctl.api import Buffer, connect
from bufferctl.api.wire_forms import create_idea, create_post
from bufferctl.config import load
from bufferctl.config.format import (
    ORDER,
    ChannelEntry,
    FreezeEntry,
    IdeaEntry,
    IncludedFile,
    MediaEntry,
    OrganizationEntry,
    PostFields,
    RootFile,
    SharedIdeaEntry,
    SharedPostEntry,
)
from bufferctl.config.format.models import GitStateEntry, PolicyEntry, StateEntry
from bufferctl.config.write.as_yaml import idea_entry, post_entry
from bufferctl.intake.pulling import fields_to_take
from bufferctl.model import (
    CreateIdea,
    CreatePost,
    Desired,
    Done,
    Idea,
    LiveChannel,
    LiveIdea,
    LivePost,
    MediaSettings,
    Policy,
    Post,
    Service,
    Settings,
    Slot,
    StateSettings,
    Tag,
    content_of_desired,
    content_of_live,
)
from bufferctl.plan import Action, Cause, Change
from bufferctl.reconcile import differences
from bufferctl.reconcile.differences import idea_differences
from bufferctl.render.json_documents import ContentForm, values_of
from bufferctl.render.shown import shown
from bufferctl.sandbox import Sandbox
from tests.sandbox.near import Near
from tests.whole import at_default

ROOT = """\
version: 1
organizations:
  - name: Acme
    channels: [{service: linkedin, name: acme}]
"""
#: A value of each field that is not its default, as it is written.
POST = {
    "text": "Hello",
    "text_file": "text.txt",
    "mode": "shareNext",
    "due_at": "2026-12-01T09:00Z",
    "scheduling_type": "notification",
    "draft": "true",
    "needs_approval": "true",
    "tags": "[launch]",
    "image": "https://acme.example/a.png",
    "alt": "A, image: 'https://acme.example/a.png'",
    "assets": "[{video: {url: 'https://acme.example/a.mp4', title: A}}]",
    "metadata": "{linkedin: {first_comment: First}}",
    "idea": "origin",
    "ai_assisted": "true",
    "source": "newsletter",
    "draft_id": "d1",
    "was": "before",
    "existing": "id-1",
    "repeat_of": "other",
    "cancelled": "true",
    "protect": "true",
    "suspended": "Earthquake",
    "freeze": "false",
}
IDEA = {
    "title": "Hello",
    "text": "More",
    "text_file": "text.txt",
    "services": "[linkedin]",
    "tags": "[launch]",
    "date": "2026-12-01T09:00Z",
    "media": "[{type: image, url: 'https://acme.example/a.png'}]",
    "group": "{group_id: g1}",
    "ai_assisted": "true",
    "cta": "Buy",
    "template_id": "t1",
    **{name: POST[name] for name in ("was", "existing", "repeat_of", "cancelled", "protect")},
}
SETTINGS = {
    "managed_since": "2026-12-01T09:00Z",
    "prune": "false",
    "max_deletes": "2",
    "notify": "['@dana']",
    "api_key_expires": "2027-01-31",
    "link_shorteners": "[go.acme.example]",
    "rules": "{BC101: error}",
    "policy": "{required_tags: [launch]}",
    "media": "{public_url: 'https://media.acme.example'}",
    "state": "git",
    "suspended": "Earthquake",
}
A_BUCKET = "store: 's3://b/c'"
MEDIA = {
    "public_url": "public_url: 'https://media.acme.example'",
    "store": f"public_url: 'https://a.example', {A_BUCKET}",
    "endpoint": f"public_url: 'https://a.example', {A_BUCKET}, endpoint: 'https://s3.acme.example'",
}
STATE = {"store": A_BUCKET, "endpoint": f"{A_BUCKET}, endpoint: 'https://s3.acme.example'"}
GIT = {"remote": "git: {remote: upstream}", "branch": "git: {branch: saved}"}
POLICY = {
    "freeze": "[{from: 2026-12-24, to: 2026-12-26}]",
    "link_domains": "[acme.example]",
    "utm": "[{domains: [acme.example], parameters: [utm_source]}]",
    "forbidden_words": "[cheap]",
    "posts_per_day": "{linkedin: 2}",
    "minimum_lead": "2h",
    "spacing": "15m",
    "required_tags": "[launch]",
    "watch": "[rival.example]",
    "approvals": "1",
}
ORGANIZATION = {
    "name": "Acme",
    "id": "o1",
    "timezone": "Europe/Berlin",
    "tags": "{launch: t1}",
    "suspended": "Earthquake",
    "policy": "{approvals: 2}",
}
CHANNEL = {"service": "linkedin", "name": "acme", "id": "c1", "timezone": "Europe/Berlin", "suspended": "Earthquake"}
FREEZE = {"from": "2026-12-24", "to": "2026-12-26", "reason": "holidays", "channels": "[linkedin]"}
#: What a file says for all of its posts, and what it says of itself.
FILE = {name: POST[name] for name in ("cancelled", "draft", "freeze", "protect", "suspended", "tags")}
OF_A_FILE = {"channels", "organization", "timezone", "starts", "vars", "utm", "posts", "ideas"}
#: What the root file has besides settings, and the field that an entry is found by.
STRUCTURE = {
    "version", "timezone", "organizations", "include", "organization", "vars", "utm", "mentions", "posts", "ideas",
}  # fmt: skip
#: Handling: it decides what is sent, and is never sent itself.
NOT_SENT = {"was", "existing", "repeat_of", "cancelled", "protect", "suspended", "freeze"}
#: Expansion uses them up: posts have none of them. What adds to a post's content must add nothing to one that import
#: writes (`_post` in config/write/additions.py); pull cannot write back what it made (`_why_not` in intake/pulling.py).
USED_UP = {"key", "organization", "channels", "timezone", "vars", "repeat", "overrides", "thread", "utm"}
#: Buffer takes them, and no query asks for them.
NOT_RETURNED = {"idea", "ai_assisted", "source", "draft_id"}
NOT_RETURNED_OF_IDEAS = {"group", "cta", "template_id"}  # of a group its id alone, which people change on the board
#: When it goes out is shown apart from its content, and how, only of what the files declare.
SCHEDULE, HANDLING = {"mode", "due_at", "draft"}, {"scheduling_type", "needs_approval"}


def declared(folder: Path, text: str) -> Desired:
    """What the files declare, whether or not other entries are missing."""
    (folder / "text.txt").write_text("From a file", encoding="utf-8")
    (folder / "buffer.yaml").write_text(ROOT + "timezone: UTC\n" * ("timezone" not in text) + text, encoding="utf-8")
    loading = load(folder / "buffer.yaml", folder)
    desired = loading.desired or loading.sound
    assert desired, loading.diagnostics
    return desired


def two_posts(folder: Path, name: str, value: str) -> tuple[Post, Post]:
    """A post with a field, and the same post without it."""
    text = "" if name.startswith("text") else ", text: Hello"
    entry = f"posts:\n  - {{key: a, channels: [linkedin], {name}: {value}{text}}}\n"
    entry += "  - {key: other, channels: [linkedin], text: Other}\n"
    post, bare = declared(folder, entry + "ideas: [{key: origin, title: I}]\n").posts
    return post, replace(bare, text="" if name_of(name) == "text" else post.text)


def name_of(name: str) -> str:
    """Where the models keep a field: the text of a file is a text, an image an asset."""
    return {"text_file": "text", "image": "assets", "alt": "assets"}.get(name, name)


def test_each_field_has_a_sample() -> None:
    """The fields of posts, ideas, policies and of the root file."""
    assert set(POST) == set(PostFields.model_fields)
    assert set(SharedPostEntry.model_fields) == {*POST, *USED_UP}
    assert set(IDEA) == set(IdeaEntry.model_fields) - {"key"}
    assert set(SETTINGS) == set(RootFile.model_fields) - STRUCTURE
    assert set(POLICY) == set(PolicyEntry.model_fields)
    assert set(MEDIA) == set(MediaEntry.model_fields)
    assert set(STATE) == set(StateEntry.model_fields) - {"git"}
    assert set(GIT) == set(GitStateEntry.model_fields)
    assert set(ORGANIZATION) == set(OrganizationEntry.model_fields) - {"channels", "ideas", "mentions"}
    assert set(CHANNEL) == set(ChannelEntry.model_fields) - {"posts"}
    assert set(FREEZE) == set(FreezeEntry.model_fields)
    assert set(FILE) == set(IncludedFile.model_fields) - OF_A_FILE


def test_what_is_set_of_an_organization_a_channel_and_a_freeze_is_carried(tmp_path: Path) -> None:
    """All of it arrives: no field of what is declared is left at its default."""
    freeze, channel = (", ".join(f"{name}: {value}" for name, value in each.items()) for each in (FREEZE, CHANNEL))
    root = f"version: 1\ntimezone: UTC\npolicy: {{freeze: [{{{freeze}}}]}}\n"
    root += f"organizations:\n  - channels: [{{{channel}}}]\n"
    root += "".join(f"    {name}: {value}\n" for name, value in ORGANIZATION.items())
    (tmp_path / "buffer.yaml").write_text(root, encoding="utf-8")
    desired = load(tmp_path / "buffer.yaml", tmp_path).desired
    assert desired
    declared = (*desired.organizations, *desired.channels, *desired.settings.policy.freeze)
    assert [(type(each).__name__, at_default(each)) for each in declared] == [
        ("Organization", []),
        ("Channel", []),
        ("Freeze", []),
    ]


@pytest.mark.parametrize(("name", "value"), FILE.items())
def test_what_a_file_sets_is_carried(tmp_path: Path, name: str, value: str) -> None:
    """To each of its posts."""
    (tmp_path / "posts").mkdir()
    entry = "posts:\n  - {key: a, channels: [linkedin], text: Hello}\n"
    (tmp_path / "posts" / "a.yaml").write_text(f"{name}: {value}\n{entry}", encoding="utf-8")
    (post,) = declared(tmp_path, "").posts
    assert getattr(post, name) != {each.name: each.default for each in fields(Post)}[name]


@pytest.mark.parametrize(("name", "value"), SETTINGS.items())
def test_a_setting_is_carried(tmp_path: Path, name: str, value: str) -> None:
    """From the root file to `Settings`, under the same name."""
    settings = declared(tmp_path, f"{name}: {value}\n").settings
    assert getattr(settings, name) != getattr(Settings(), name)


@pytest.mark.parametrize(("name", "value"), MEDIA.items())
def test_a_setting_of_media_is_carried(tmp_path: Path, name: str, value: str) -> None:
    """From `media` to `MediaSettings`, under the same name."""
    Image.new("RGB", (600, 400)).save(tmp_path / "a.png")
    post = "posts:\n  - {key: a, channels: [linkedin], text: Hello, image: ./a.png, alt: A}\n"
    media = declared(tmp_path, f"media: {{{value}}}\n{post}").settings.media
    assert getattr(media, name) != getattr(MediaSettings(""), name)


@pytest.mark.parametrize(("name", "value"), [*STATE.items(), *GIT.items()])
def test_a_setting_of_the_state_is_carried(tmp_path: Path, name: str, value: str) -> None:
    """From `state` to `StateSettings`, under the same name."""
    state = declared(tmp_path, f"state: {{{value}}}\n").settings.state
    assert getattr(state, name) != getattr(StateSettings(), name)


@pytest.mark.parametrize(("name", "value"), POLICY.items())
def test_a_policy_is_carried(tmp_path: Path, name: str, value: str) -> None:
    """From `policy` to `Policy`, under the same name."""
    policy = declared(tmp_path, f"policy: {{{name}: {value}}}\n").settings.policy
    assert getattr(policy, name) != getattr(Policy(), name)


@pytest.mark.parametrize(("name", "value"), POST.items())
def test_a_field_of_a_post_is_carried(tmp_path: Path, name: str, value: str) -> None:
    """From its entry to the post, to the input of createPost, and back to an entry."""
    post, bare = two_posts(tmp_path, name, value)
    default = {each.name: each.default for each in fields(Post)}[name_of(name)]
    assert getattr(post, name_of(name)) != default
    assert (name if name in {"image", "alt"} else name_of(name)) in post_entry(post)
    if name not in NOT_SENT:
        ids = {"idea_id": "i1"} if name == "idea" else {"tag_ids": ("t1",)} if name == "tags" else {}
        assert create_post(CreatePost(post, "c1", **ids)) != create_post(CreatePost(bare, "c1"))


@pytest.fixture(scope="module")
def account() -> Iterator[tuple[Sandbox, Buffer]]:
    """A Buffer whose channels take requests for approval."""
    with Near() as sandbox, connect(sandbox.url, sandbox.key) as buffer:
        sandbox.person.set_channel(sandbox.channel("linkedin")["id"], requiresApproval=True)
        yield sandbox, buffer


@pytest.mark.parametrize("name", [each for each in POST if each not in NOT_SENT | NOT_RETURNED])
def test_a_field_of_a_post_reads_back(account: tuple[Sandbox, Buffer], tmp_path: Path, name: str) -> None:
    """Buffer is asked for it: a post that has it differs from an entry without, is shown so, and pull takes it."""
    sandbox, buffer = account
    post, bare = two_posts(tmp_path, name, POST[name])
    home = LiveChannel(sandbox.channel("linkedin")["id"], "o1", Service.LINKEDIN, "acme")
    tags = [each["id"] for each in sandbox.dump()["organizations"][0]["tags"] if each["name"] in post.tags]
    write, plain = CreatePost(post, home.id, tuple(tags)), CreatePost(replace(bare, text=bare.text or "Other"), home.id)
    live, other = (each.live for each in buffer.send([write, plain]) if isinstance(each, Done))
    assert isinstance(live, LivePost)
    change = Change(bare.address, Action.HOLD, Cause.DRIFT, Slot("o1", home.id, "a"), desired=bare, live=live)
    assert fields_to_take(change, home)[name_of(name)]
    assert not fields_to_take(replace(change, desired=post), home)
    for one, without in ((post, bare), (live, other)):
        assert shown(one) != shown(without) or name in SCHEDULE or (one is live and name in HANDLING)
        assert values_of(ContentForm, one) != values_of(ContentForm, without) or name in HANDLING


@pytest.mark.parametrize(("name", "value"), IDEA.items())
def test_a_field_of_an_idea_is_carried(tmp_path: Path, name: str, value: str) -> None:
    """From its entry to the idea, to the input of createIdea, and back to an entry."""
    title = "" if name == "title" else ", title: Idea"
    desired = declared(tmp_path, f"ideas:\n  - {{key: a, {name}: {value}{title}}}\n  - {{key: other, title: Idea}}\n")
    idea, bare = desired.ideas
    default = {each.name: each.default for each in fields(Idea)}[name_of(name)]
    assert getattr(idea, name_of(name)) != default
    assert name_of(name) in idea_entry(idea)
    if name not in NOT_SENT | {"tags"}:  # an idea's tags are sent with their ids and colors
        assert create_idea(CreateIdea(idea, "o1")) != create_idea(CreateIdea(bare, "o1"))


@pytest.mark.parametrize(
    "name", [each for each in IDEA if each not in NOT_SENT | {"text_file"} | NOT_RETURNED_OF_IDEAS]
)
def test_a_field_of_an_idea_reads_back(account: tuple[Sandbox, Buffer], tmp_path: Path, name: str) -> None:
    """Buffer is asked for it: an idea that has it differs from an entry without, is shown so, and pull takes it."""
    sandbox, buffer = account
    organization = sandbox.dump()["organizations"][0]
    title = "" if name == "title" else ", title: Idea"
    entry = f"ideas:\n  - {{key: a, {name}: {IDEA[name]}{title}}}\n  - {{key: other, title: Idea}}\n"
    idea, bare = declared(tmp_path, entry).ideas
    tags = [Tag(each["id"], each["name"], each["color"]) for each in organization["tags"] if each["name"] in idea.tags]
    writes = [CreateIdea(idea, organization["id"], tuple(tags)), CreateIdea(bare, organization["id"])]
    live, other = (each.live for each in buffer.send(writes) if isinstance(each, Done))
    assert isinstance(live, LiveIdea)
    found = (*differences(content_of_desired(bare), content_of_live(live)), *idea_differences(bare, live))
    slot = Slot(organization["id"], "ideas", "other")
    change = Change(bare.address, Action.HOLD, Cause.DRIFT, slot, desired=bare, live=live, differences=found)
    assert fields_to_take(change, None)[name]
    for one, without in ((idea, bare), (live, other)):
        assert shown(one) != shown(without)


def test_every_field_of_an_entry_has_a_place() -> None:
    """`fmt` lays them all out, and a new entry has them all."""
    assert set(ORDER) == {*SharedPostEntry.model_fields, *SharedIdeaEntry.model_fields}
