"""A plan's files become public before the first write: what is uploaded, what is waited for, and what is held."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import pytest

from bufferctl.apply import Published, publish
from bufferctl.errors import InterruptError
from bufferctl.model import Asset, CreatePost, DeletePost, Image, MediaFile
from bufferctl.model.media_file import Obstacle
from bufferctl.plan import Action, Cause, Change, Outcome, Plan, Status
from tests.apply.fake import START, post
from tests.apply.machine import ENDPOINT, slot

GONE = Obstacle("returns 404 Not Found", "Publish it.", may_pass=True)
WRONG = Obstacle("has other bytes", "Upload it again.")
FULL = Obstacle("was not uploaded", "Make room.")


def url(key: str) -> str:
    return f"https://acme.example/{key}.png"


def planned(*keys: str, stored: bool = True) -> Plan:
    """A plan that creates a post with a picture of 2,000 bytes for each key; `text` has none."""
    changes = []
    for key in keys:
        file = MediaFile(path=f"media/{key}.png", digest="0" * 32, type="png", size=2_000, stored=stored, url=url(key))
        item = post(key, assets=(Asset(image=Image(file=file)),) if key != "text" else ())
        write = CreatePost(item, "c0")
        changes.append(Change(item.address, Action.CREATE, Cause.NEW, slot(item), desired=item, write=write))
    return Plan(START, ENDPOINT, tuple(changes))


@dataclass
class Site:
    """A publisher, a clock and a listener. `answers`: by key, the second from which it answers; the rest does at once.

    `refused`: what cannot be uploaded. `wrong`: what answers otherwise. `stops`: the second at which somebody asks to.
    """

    answers: Mapping[str, float] = field(default_factory=dict)
    refused: Sequence[str] = ()
    wrong: Sequence[str] = ()
    stops: float = 9e9
    time: float = 0.0
    uploads: list[str] = field(default_factory=list)
    requests: list[list[str]] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    announced: list[float] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)

    def upload(self, files: Sequence[MediaFile], *, stopping: Callable[[], bool]) -> Mapping[str, Obstacle]:
        assert not stopping()
        self.uploads += [file.path for file in files]
        self.time += 1
        return {url(key): FULL for key in self.refused}

    def ask(self, files: Sequence[MediaFile]) -> Mapping[str, Obstacle]:
        self.requests.append([file.path[6] for file in files])
        late = {url(key): GONE for key, at in self.answers.items() if self.time < at}
        found = {**late, **{url(key): WRONG for key in self.wrong}}
        return {file.url: found[file.url] for file in files if file.url in found}

    def listed(self) -> str:
        return "https://acme.example/"

    def asked(self) -> bool:
        return self.time >= self.stops

    def now(self) -> float:
        return self.time

    def wait(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.time += seconds

    sleep = wait

    def outcome(self, outcome: Outcome) -> None:
        raise AssertionError(outcome)

    def waiting(self, seconds: float, why: str) -> None:
        self.said.append(why)
        self.announced.append(seconds)


def published(site: Site, plan: Plan, *answered: str, max_wait: float = 100) -> Published:
    return publish(plan, site, frozenset(map(url, answered)), site, site, max_wait)


def keys(found: Published) -> list[str]:
    return [change.address.key for change in found.plan.changes]


def test_a_plan_without_files_needs_nothing() -> None:
    """Nor does one where nothing makes files public."""
    assert published(Site(), planned("text")) == Published(planned("text"))
    site = Site()
    assert publish(planned("a"), None, frozenset(), site, site, 100) == Published(planned("a"))


@pytest.mark.parametrize(("names", "said"), [("a", "1 file (2 kB)"), ("ab", "2 files (4 kB)")])
def test_files_are_uploaded_and_said_to_be(names: str, said: str) -> None:
    """Their number and size; then whether anyone can list them."""
    site = Site()
    found = published(site, planned(*names, "text"))
    assert (site.uploads, site.said) == ([f"media/{key}.png" for key in names], [f"Uploading {said}"])
    assert found == Published(planned(*names, "text"), (), frozenset(map(url, names)), "https://acme.example/")


def test_what_something_else_publishes_is_not_uploaded() -> None:
    """It is asked for alone, and lists nothing."""
    site = Site()
    plan = planned("a", stored=False)
    assert published(site, plan) == Published(plan, (), frozenset({url("a")}), "")
    assert (site.uploads, site.said) == ([], [])


def test_what_answered_before_is_uploaded_only_where_it_no_longer_does() -> None:
    """The one that is gone, with the new one; only these are asked for again."""
    site = Site(answers={"b": 1})
    assert keys(published(site, planned("a", "b", "c"), "a", "b")) == ["a", "b", "c"]
    assert site.uploads == ["media/c.png", "media/b.png"]
    assert site.requests == [["a", "b"], ["c", "b"]]


def test_what_cannot_be_made_public_holds_its_post_alone() -> None:
    """With the reason and what to do: not uploaded, or other bytes there; neither is waited for."""
    site = Site(refused="a", wrong="b")
    found = published(site, planned("a", "b", "c", "text"))
    assert (keys(found), found.public, site.waits) == (["c", "text"], frozenset({url("c")}), [])
    assert site.requests == [["b", "c"]]
    assert [(each.change.address.key, each.status, each.message, each.hint) for each in found.held] == [
        ("a", Status.HELD, "media/a.png was not uploaded, so this was not sent", "Make room."),
        ("b", Status.HELD, "media/b.png has other bytes, so this was not sent", "Upload it again."),
    ]


@pytest.mark.parametrize(
    ("answers", "max_wait", "waits", "sent"),
    [
        (0, 100, [], True),
        (3, 100, [2], True),
        (4, 100, [2, 4], True),
        (90, 100, [2, 4, 8, 16, 30, 30], True),
        (90, 20, [2, 4, 8, 6], False),
        (90, 14.5, [2, 4, 8, 0.5], False),
        (90, 0, [], False),
    ],
)
def test_a_site_that_is_being_built_is_waited_for(
    answers: float, max_wait: float, waits: list[float], sent: bool
) -> None:
    """Longer each time, half a minute at most, and no longer than it may; an upload takes a second."""
    site = Site(answers={"a": answers})
    found = published(site, planned("a", "b"), max_wait=max_wait)
    assert (site.waits, keys(found)) == (waits, ["a", "b"] if sent else ["b"])
    assert site.said[1:] == ["media/a.png returns 404 Not Found, so it is asked for again"] * len(waits)
    assert site.announced == [0, *waits]


@pytest.mark.parametrize(("stops", "requests"), [(1, []), (2, [["a"], ["a"]])])
def test_somebody_who_asks_to_stop_is_heard(stops: float, requests: list[list[str]]) -> None:
    """After the upload, before any file is asked for, and while waiting: nothing was sent."""
    site = Site(answers={"a": 90}, stops=stops)
    with pytest.raises(InterruptError, match="before anything was sent"):
        published(site, planned("a"))
    assert site.requests == requests


def test_what_sends_no_file_is_never_held() -> None:
    """A delete, and what stays as it is: whatever cannot be made public, they need none of it."""
    plan = planned("a", "text")
    (first, _) = plan.changes
    kept = replace(first, slot=slot(post("kept")), action=Action.NO_OP, write=None)
    gone = replace(first, slot=slot(post("gone")), action=Action.DELETE, desired=None, write=DeletePost("p1", "c0"))
    found = published(Site(refused="a"), replace(plan, changes=(*plan.changes, kept, gone)))
    assert [change.slot.key for change in found.plan.changes] == ["text", "kept", "gone"]
