"""Each leaf of what is sent, on each network: set, changed, removed, changed by a person, adopted, pulled.

The list is Buffer's (tests/leaves.py), not ours. All leaves of a network are the posts of one project, so that each
step is one run for all of them.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Collection, Iterable
from datetime import datetime, timedelta
from typing import Any

import pytest

from bufferctl.api.wire_forms import create_idea, create_post
from bufferctl.config import load
from bufferctl.model import NETWORKS, CreateIdea, CreatePost, Service, Tag
from bufferctl.model.metadata import CATEGORIES
from tests.cli.conftest import Project, parameter
from tests.conftest import long
from tests.leaves import LEAVES, Data, Leaf
from tests.never_twice.files import lose_state

SERVICES = sorted({leaf.service for leaf in LEAVES if leaf.service})
each_service = pytest.mark.parametrize("service", SERVICES)
#: One of those with the most leaves. The others have leaves of the same forms.
_MANY = ("instagram",)
each_form = pytest.mark.parametrize(
    "service", [each if each in _MANY else pytest.param(each, marks=pytest.mark.long) for each in SERVICES]
)
#: Leaves that are about when and how a post goes out: people's changes of these have rules of their own.
SCHEDULE = {"dueAt", "mode", "schedulingType", "saveToDraft", "needsApproval"}
#: The idea of a post cannot change (notes: Writing); a draft's id counts only when a post is created.
AT_CREATION = {"ideaId", "draftId"}
#: What plan looks up by a name in the files.
RESOLVED = {".tagIds[]", ".ideaId", ".metadata.pinterest.boardServiceId"}
#: Buffer does not return all that a mention needs, so pull leaves it out.
_INCOMPLETE = "metadata.linkedin.annotations"
#: Of a card, Buffer scrapes these: without a state, nobody knows whether it kept what the file gave.
_SCRAPED = ("linkAttachment.title", "linkAttachment.description", "linkAttachment.thumbnail.url")
Entries = dict[str, Data]


@pytest.fixture
def services(request: pytest.FixtureRequest) -> Collection[str]:
    """The network that a test is about."""
    service = parameter(request, "service")
    return [service] if service else []


def leaves_of(service: Service) -> dict[str, Leaf]:
    """The leaves of a network by the keys of their posts."""
    return {f"leaf-{number}": leaf for number, leaf in enumerate(LEAVES) if leaf.service is service}


def entries(leaves: dict[str, Leaf], made: Callable[[Leaf], Data | None]) -> Entries:
    """An entry for each leaf of which there is one, each with a text and a time of its own."""
    found = {key: made(leaf) for key, leaf in leaves.items()}
    return {key: apart(key, entry) for key, entry in found.items() if entry is not None}


def apart(key: str, entry: Data) -> Data:
    """The entry under its key, its text and its time unlike those of others."""
    number = int(key.removeprefix("leaf-"))
    found: Data = json.loads(json.dumps(entry)) | {"key": key}
    mark = f" ({number})"
    found["text"] += mark
    for network in found.get("metadata", {}).values():
        if "thread" in network:
            network["thread"][0]["text"] += mark
    if "due_at" in found:
        due = datetime.fromisoformat(found["due_at"]) + timedelta(minutes=number)
        found["due_at"] = f"{due:%Y-%m-%d %H:%M}"
    return found


class Account:
    """A project with one post a leaf."""

    def __init__(self, project: Project, service: Service) -> None:
        self.project, self.leaves = project, leaves_of(service)
        tags = [tag["id"] for tag in project.sandbox.organization()["tags"]]
        channel = project.sandbox.channel(service)["id"]
        known = {"channelId": channel, "status": "draft", "text": "Somebody's draft", "tagIds": tags}
        if NETWORKS[service].needs_media:
            known["assets"] = [{"image": {"url": "https://media.acme.example/x.png"}}]
        project.sandbox.seed(posts=[known])

    def write(self, entries: Entries) -> None:
        """Declare these posts."""
        leaf = next(iter(self.leaves.values()))
        root = json.loads(leaf.in_a_file(*entries.values())) | {"managed_since": "2029-12-01T00:00:00Z"}
        self.project.write("buffer.yaml", json.dumps(root, indent=1))

    def plan(self) -> dict[str, dict[str, Any]]:
        """The changes of a plan by key."""
        changes = json.loads(self.project("plan", "--json").out)["changes"]
        return {each["key"]: each for each in changes if each["key"].startswith("leaf-")}

    def apply(self) -> None:
        """Apply, with a second plan that is empty."""
        ran = self.project.apply()
        assert ran.code == 0, ran.out + ran.err

    def ids(self) -> dict[str, str]:
        """The posts in Buffer by key."""
        recorded = json.loads(self.project("state", "list", "--json").out)["objects"]
        return {each["address"].rpartition("/")[2]: each["id"] for each in recorded}

    def wire(self, entries: Entries) -> dict[str, Data]:
        """The inputs that would create such posts, by key, tags as ids."""
        before = (self.project.folder / "buffer.yaml").read_text(encoding="utf-8")
        self.write(entries)
        desired = load(self.project.folder / "buffer.yaml", self.project.folder).desired
        assert desired
        ids = {tag["name"]: tag["id"] for tag in self.project.sandbox.organization()["tags"]}
        found = {
            post.address.key: create_post(CreatePost(post, "c", tuple(ids[name] for name in post.tags)))
            for post in desired.posts
        }
        self.project.write("buffer.yaml", before)
        return found

    def touch(self, inputs: dict[str, Data]) -> None:
        """A person makes the posts of these keys what the inputs say."""
        ids = self.ids()
        for key, wanted in inputs.items():
            metadata = next(iter((wanted.get("metadata") or {}).values()), None)
            fields = {"text": wanted["text"], "assets": wanted["assets"], "tagIds": wanted.get("tagIds", [])}
            self.project.sandbox.person.edit_post(ids[key], metadata=metadata, **fields)


def unsaid(account: Account, found: dict[str, dict[str, Any]], keys: Iterable[str]) -> list[str]:
    """Leaves whose change names no field of theirs, nor what they are part of."""
    missing = []
    for key in keys:
        leaf, change = account.leaves[key], found.get(key)
        named = [each["path"] for each in change["differences"]] if change else []
        own = [str(part) for part in leaf.at if isinstance(part, str)]
        at = ".".join(map(str, leaf.at[2:] if leaf.at[0] == "metadata" else leaf.at))
        if not any(at.startswith(path.removeprefix("metadata.")) or own[-1] in path for path in named):
            missing.append(f"{leaf}: {named} {(change or {}).get('message')}")
    return missing


#: Where edits keep what they omit: a network with fields of its own. In `make test-all` every network, both ways.
_USUAL = [*((Service(each), False) for each in _MANY), (Service.YOUTUBE, True)]
_REST = [(service, keeps) for service in SERVICES for keeps in (False, True) if (service, keeps) not in _USUAL]


@pytest.mark.parametrize(("service", "keeps"), [*_USUAL, *long(*_REST)], ids=str)
def test_set_changed_removed(project: Project, service: Service, keeps: bool) -> None:
    """Each is a difference that names it, and after each apply there is nothing left to do.

    `keeps`: whether edits keep the fields that they omit.
    """
    project.sandbox.core.options.edits_keep_fields = keeps
    account = Account(project, service)
    account.write(entries(account.leaves, Leaf.entry))
    account.apply()
    changed = entries(account.leaves, Leaf.changed)
    account.write(changed)
    same = {"groupId"} | AT_CREATION
    keys = [key for key, leaf in account.leaves.items() if leaf.path not in same]
    assert unsaid(account, account.plan(), keys) == []
    account.apply()
    account.write(entries(account.leaves, Leaf.entry))
    account.apply()
    removed = entries(account.leaves, Leaf.removed)
    account.write({**entries(account.leaves, Leaf.entry), **removed})
    found = account.plan()
    legal = [key for key, change in found.items() if change["reason"] == "legal-statement"]
    assert [account.leaves[key].path for key in legal] == ["metadata.youtube.madeForKids"] * (service == "youtube")
    keys = [key for key in removed if account.leaves[key].path not in {*AT_CREATION, "mode"} and key not in legal]
    assert unsaid(account, found, keys) == []
    account.write({**entries(account.leaves, Leaf.entry), **{k: e for k, e in removed.items() if k not in legal}})
    account.apply()


@each_form
def test_changed_by_a_person_then_pulled(project: Project, service: Service) -> None:
    """Whatever Buffer returns is drift that names it, and pull writes it into the file, dropping nothing."""
    account = Account(project, service)
    account.write(entries(account.leaves, Leaf.entry))
    account.apply()
    theirs = {
        key: entry
        for key, entry in entries(account.leaves, Leaf.changed).items()
        if account.leaves[key].returned and account.leaves[key].path not in SCHEDULE | AT_CREATION
    }
    account.touch(account.wire(theirs))
    found = account.plan()
    assert {key for key, change in found.items() if change["reason"] == "changed-in-buffer"} == theirs.keys()
    assert unsaid(account, found, theirs) == []
    before = account.wire(entries(account.leaves, Leaf.entry))
    unwritable = {key for key in theirs if account.leaves[key].path.startswith(_INCOMPLETE)}
    account.touch({key: before[key] for key in unwritable})
    ran = project("pull")
    assert ran.code == 0, ran.out + ran.err
    again = project("plan", "--detailed-exitcode")
    assert again.code == 0, again.out
    after = account.wire(entries(account.leaves, Leaf.changed))
    lost = {}
    desired = load(project.folder / "buffer.yaml", project.folder).desired
    assert desired
    for post in desired.posts:
        key = post.address.key
        kept = _fields(before[key]) & _fields(after[key]) - RESOLVED
        lost[str(account.leaves[key])] = kept - _fields(create_post(CreatePost(post, "c")))
    assert {leaf: fields for leaf, fields in lost.items() if fields} == {}


@each_form
def test_adopted_only_if_equal(project: Project, service: Service) -> None:
    """Without a state: what is equal in all that can be read is already there, the rest is asked about, nothing new."""
    account = Account(project, service)
    account.write(entries(account.leaves, Leaf.entry))
    account.apply()
    theirs = {
        key: entry
        for key, entry in entries(account.leaves, Leaf.changed).items()
        if account.leaves[key].returned and account.leaves[key].path not in SCHEDULE | AT_CREATION
    }
    account.touch(account.wire(theirs))
    lose_state(project)
    found = account.plan()
    assert {key for key, change in found.items() if change["action"] == "create"} == set()
    adopted = {key for key, change in found.items() if change["action"] == "adopt"}
    paths = {account.leaves[key].path for key in adopted & theirs.keys()}
    assert {path for path in paths if not path.endswith(_SCRAPED)} == set()


#: A column of the ideas board: moving an idea along it is progress (design: Actions).
_PROGRESS = "group."


def test_each_leaf_of_an_idea(project: Project) -> None:
    """Set, then changed by a person: drift that names it, taken over by pull; an edit in the file is held by name."""
    leaves = {f"leaf-{number}": leaf for number, leaf in enumerate(LEAVES) if leaf.service is None}
    some = next(iter(leaves.values()))

    def declare(made: Callable[[Leaf], Data]) -> dict[str, Data]:
        found = {key: made(leaf) | {"key": key} for key, leaf in leaves.items()}
        for key, entry in found.items():
            entry["title"] += f" ({key})"
        root = json.loads(some.in_a_file(*found.values())) | {"managed_since": "2029-12-01T00:00:00Z"}
        root["organizations"][0]["tags"] = {tag["name"]: tag["id"] for tag in project.sandbox.organization()["tags"]}
        project.write("buffer.yaml", json.dumps(root, indent=1))
        return found

    def wire() -> dict[str, Data]:
        desired = load(project.folder / "buffer.yaml", project.folder).desired
        assert desired
        tags = {
            tag["name"]: Tag(tag["id"], tag["name"], tag["color"]) for tag in project.sandbox.organization()["tags"]
        }
        ideas = {idea.address.key: idea for idea in desired.ideas}
        made = {key: CreateIdea(idea, "o", tuple(tags[name] for name in idea.tags)) for key, idea in ideas.items()}
        return {key: create_idea(write)["content"] for key, write in made.items()}

    declare(Leaf.entry)
    assert project.apply().code == 0
    recorded = json.loads(project("state", "list", "--json").out)["objects"]
    ids = {each["address"].rpartition("/")[2]: each["id"] for each in recorded}
    declare(Leaf.changed)
    theirs = {
        key: content
        for key, content in wire().items()
        if leaves[key].returned and not leaves[key].path.startswith(_PROGRESS)
    }
    changes = json.loads(project("plan", "--json").out)["changes"]
    assert {each["action"] for each in changes} <= {"hold", "no-op"}  # the API cannot edit ideas
    declare(Leaf.entry)
    for key, content in theirs.items():
        project.sandbox.person.edit_idea(ids[key], **content)
    changes = {each["key"]: each for each in json.loads(project("plan", "--json").out)["changes"]}
    assert {key for key, each in changes.items() if each["reason"] == "changed-in-buffer"} == theirs.keys()
    assert project("pull").code == 0
    again = project("plan", "--detailed-exitcode")
    assert again.code == 0, again.out


def _fields(value: object, above: str = "") -> set[str]:
    """The paths of all values that are set."""
    if isinstance(value, dict):
        return {path for name, each in value.items() for path in _fields(each, f"{above}.{name}")}
    if isinstance(value, list):
        return {path for each in value for path in _fields(each, f"{above}[]")} or ({above} if value else set())
    return set() if value in (None, False, "") else {above}


#: Forms of a plan for people and programs.
_FORMS = ("md", "html", "json")


def printed_forms(project: Project) -> dict[str, str]:
    """A plan in each form, one line each, links and markup taken out besides."""
    ran = project("plan", "--full", *(f"--report=p.{form}" for form in _FORMS))
    assert ran.code == 0, ran.err
    texts = {"text": ran.out} | {form: (project.folder / f"p.{form}").read_text(encoding="utf-8") for form in _FORMS}
    return {form: _bare(text) for form, text in texts.items()}


#: What marks the words that an edit takes away, and those that it adds, in a terminal and elsewhere.
_GONE, _COME = (
    re.compile(r"\[-(.*?)-\]|<del>(.*?)</del>", re.DOTALL),
    re.compile(r"{\+(.*?)\+}|<ins>(.*?)</ins>", re.DOTALL),
)


def _bare(text: str) -> str:
    """A form without spaces: as it is, as it was before the edits that it shows, and as it will be."""
    text = re.sub(r"[\u2502\u200b]", "", html.unescape(text))
    both = (_COME.sub("", _GONE.sub(r"\1\2", text)), _GONE.sub("", _COME.sub(r"\1\2", text)))
    without_links = [re.sub(r"<[^>]*>", "", re.sub(r"\[([^\]]*)\]\(<[^>]*>\)", r"\1", each)) for each in both]
    return re.sub(r"\s|\\(?=[^a-z\s])", "", " ".join([text, *both, *without_links]))


def texts_in(value: object) -> list[str]:
    """The texts of a sample that forms print as they are: no dates, nor what is a word of the format."""
    values = value if isinstance(value, list) else [value]
    texts = [each for each in values if isinstance(each, str) and not re.match(r"\d{4}-\d\d-\d\d", each)]
    return [each.replace(" ", "") for each in texts if re.search(r"[^a-z]", each, re.IGNORECASE)]


def test_an_edit_of_an_idea_shows_old_and_new(project: Project) -> None:
    """Both values of each leaf are in every form, so that people know which edit to make in Buffer."""
    leaves = {f"leaf-{number}": leaf for number, leaf in enumerate(LEAVES) if leaf.service is None}
    some = next(iter(leaves.values()))
    for made in (Leaf.entry, Leaf.changed):
        found = [made(leaf) | {"key": key} for key, leaf in leaves.items()]
        for entry in found:
            entry["title"] += f" ({entry['key']})"
        root = json.loads(some.in_a_file(*found)) | {"managed_since": "2029-12-01T00:00:00Z"}
        root["organizations"][0]["tags"] = {tag["name"]: tag["id"] for tag in project.sandbox.organization()["tags"]}
        project.write("buffer.yaml", json.dumps(root, indent=1))
        if made is Leaf.entry:
            assert project.apply().code == 0
    changes = {each["key"]: each for each in json.loads(project("plan", "--json").out)["changes"]}
    unshown = {str(leaves[key]) for key, each in changes.items() if key in leaves and not each["differences"]}
    assert unshown == {"idea.group.groupId"}  # the sandbox has one column, so that the samples are equal
    missing = []
    for form, text in printed_forms(project).items():
        for leaf in (each for each in leaves.values() if str(each) not in unshown):
            for which, entry in (("old", leaf.entry()), ("new", leaf.changed())):
                value: Any = entry
                for step in leaf.at:
                    value = value[step]
                missing += [f"{form} {which} {leaf}: {each}" for each in texts_in(value) if each not in text]
    assert missing == []


@each_form
def test_an_edit_shows_old_and_new(project: Project, service: Service) -> None:
    """Both values of each leaf are in every form, whether Buffer returns it or not."""
    account = Account(project, service)
    account.write(entries(account.leaves, Leaf.entry))
    account.apply()
    account.write(entries(account.leaves, Leaf.changed))
    missing = []
    for form, text in printed_forms(project).items():
        for leaf in account.leaves.values():
            if leaf.path in AT_CREATION | {"text", "groupId"}:
                continue
            for which, entry in (("old", leaf.entry()), ("new", leaf.changed())):
                found: Any = entry
                for step in leaf.at:
                    found = found[step]
                if leaf.path == "metadata.youtube.categoryId":
                    name = CATEGORIES[found].partition(" ")[0]  # people read its name, programs its id
                    found = name if name in text else found
                missing += [f"{form} {which} {leaf}: {each}" for each in texts_in(found) if each not in text]
    assert missing == []
