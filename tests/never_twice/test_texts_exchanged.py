"""An apply is cut off by Buffer's quota between two writes, of which one frees the text that the other takes."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

import httpx2
import pytest

from bufferctl.sandbox import Clock
from tests.cli.conftest import NOW, Project, account_of
from tests.conftest import long
from tests.never_twice.files import texts
from tests.sandbox.near import Near

ROOT = """version: 1
timezone: UTC
managed_since: 2029-12-01T00:00:00Z
organizations:
  - {name: Acme, channels: [{service: twitter, name: acme}]}
posts:
"""
FAR, SOON = "2030-02-01 09:00", "2029-12-03 09:12"
#: The quota of the plan `team`; what an apply takes until its first write was sent.
QUOTA, UNTIL_WRITTEN = 100, 2


@pytest.fixture
def project(environment: Path, services: Collection[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Project]:
    """An account with a quota."""
    with Near(account_of(services), clock=Clock.at(NOW), rate_limit="team") as sandbox:
        monkeypatch.setenv("BUFFER_API_URL", sandbox.url)
        yield Project(environment, sandbox)


def write(project: Project, **posts: tuple[str, str]) -> None:
    """The files: each post with its text and its time."""
    entry = "  - {{key: {}, channels: [twitter], text: {}, due_at: {}}}\n"
    project.write("buffer.yaml", ROOT + "".join(entry.format(key, *posts[key]) for key in posts))


def cut_off(project: Project) -> None:
    """Apply with requests for one write only, then again, once what was due soon is out."""
    before = len(project.sandbox.requests)
    quota = project.sandbox.service.quota
    assert quota
    while len(quota.windows[0].taken) < QUOTA - UNTIL_WRITTEN:
        quota.take(project.sandbox.clock.now())
    assert project("apply", "--auto-approve", "--settle", "0", "--max-wait", "0").code == 5
    assert [each.status for each in project.sandbox.requests[before:] if each.writes] == [200]
    project.sandbox.clock.advance(minutes=16)
    assert project.apply().code == 0
    assert "No changes." in project("plan").out


@pytest.mark.parametrize("soon_first", [True, False])
def test_two_posts_exchange_their_texts(project: Project, soon_first: bool) -> None:
    """Each text once: what is due soon is sent first, wherever it stands in the files."""
    before = {"a": ("Alpha", FAR), "b": ("Beta", SOON)}
    after = {"a": ("Beta", FAR), "b": ("Alpha", SOON)}
    order = ["b", "a"] if soon_first else ["a", "b"]
    write(project, **{key: before[key] for key in order})
    project.apply()
    write(project, **{key: after[key] for key in order})
    cut_off(project)
    assert texts(project) == {"Alpha": 1, "Beta": 1}


@pytest.mark.parametrize("left", [1, 2])
def test_both_are_due_before_the_quota_returns(project: Project, left: int) -> None:
    """Where only one of the two can still be changed, neither is: each text goes out once, and the run says so."""
    write(project, a=("Alpha", SOON), b=("Beta", "2029-12-03 09:13"))
    project.apply()
    write(project, a=("Beta", SOON), b=("Alpha", "2029-12-03 09:13"))
    quota = project.sandbox.service.quota
    assert quota
    while len(quota.windows[0].taken) < QUOTA - left - UNTIL_WRITTEN + 1:
        quota.take(project.sandbox.clock.now())
    ran = project("apply", "--auto-approve", "--settle", "0", "--max-wait", "0")
    said = " ".join(ran.out.split())
    assert ("with `b`, which goes out before Buffer's quota allows changing it" in said) == (left == 1)
    project.sandbox.clock.advance(minutes=16)
    assert texts(project) == {"Alpha": 1, "Beta": 1}
    assert {each["status"] for each in project.sandbox.posts()} == {"sent"}


class Slow(Near):
    """A Buffer that takes 25 seconds to answer each write."""

    def _answer(self, request: httpx2.Request) -> httpx2.Response | None:
        if b"mutation" in request.read():
            self.clock.advance(seconds=25)
        return super()._answer(request)


@pytest.mark.parametrize(
    ("due", "is_sent"),
    [
        (("09:02:05", "09:02:20"), False),
        (("09:02:30", "09:05"), True),
        *long((("09:02:05", "09:02:05"), False), (("09:05", "09:05"), True)),
    ],
)
def test_both_are_due_soon(
    environment: Path, monkeypatch: pytest.MonkeyPatch, due: Sequence[str], is_sent: bool
) -> None:
    """Where Buffer may answer the first edit too late for the second, neither is sent, and the run says so."""
    with Slow(account_of(("twitter",)), clock=Clock.at(NOW)) as sandbox:
        monkeypatch.setenv("BUFFER_API_URL", sandbox.url)
        project = Project(environment, sandbox)
        first, second = (f"2029-12-03 {each}" for each in due)
        write(project, a=("Alpha", first), b=("Beta", second))
        sandbox.clock.advance(minutes=-10)
        project.apply()
        sandbox.clock.set(NOW)
        write(project, a=("Beta", first), b=("Alpha", second))
        ran = project("apply", "--auto-approve", "--settle", "0")
        said = " ".join(ran.out.split())
        assert (ran.code, "with `b`, which goes out too soon" in said) == ((0, False) if is_sent else (1, True))
        sandbox.clock.advance(minutes=16)
        assert texts(project) == {"Alpha": 1, "Beta": 1}
        assert {each["status"] for each in project.sandbox.posts()} == {"sent"}


def test_a_post_takes_the_text_of_one_that_is_removed(project: Project) -> None:
    """Once: the delete is sent first, and not in a second request, behind thirty edits."""
    days = {f"k{day}": f"2030-03-{day:02} 09:00" for day in range(1, 32)}
    write(project, a=("Alpha", FAR), b=("Beta", SOON), **{key: (f"{key} one", at) for key, at in days.items()})
    project.apply()
    write(project, a=("Beta", FAR), **{key: (f"{key} two", at) for key, at in days.items()})
    cut_off(project)
    assert texts(project)["Beta"] == 1
