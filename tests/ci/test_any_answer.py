"""For any answer of a forge, each method returns or raises ForgeError: a job ends with a message, never a traceback."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bufferctl.ci.forge import ChangeRequest, Forge
from bufferctl.ci.github import GitHub
from bufferctl.ci.gitlab import GitLab
from bufferctl.errors import ForgeError

REQUEST = ChangeRequest(1, "5" * 40, "main")
#: Fields of answers, with any value.
_ENTRY = ("id", "number", "iid", "sha", "head", "base", "ref", "commit", "commits", "parents", "user", "author")
_RUN = ("state", "merged_at", "artifacts", "workflow_run", "expired", "path", "message", "type")
NAMES = st.sampled_from((*_ENTRY, *_RUN))
ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=6),
    max_leaves=30,
)


def github(transport: httpx2.BaseTransport) -> Forge:
    """A repository on GitHub."""
    return GitHub({"GITHUB_REPOSITORY": "acme/posts", "GITHUB_TOKEN": "t"}, transport=transport)


def gitlab(transport: httpx2.BaseTransport) -> Forge:
    """A project on GitLab."""
    environment = {"CI_API_V4_URL": "https://gitlab.example/api/v4", "CI_PROJECT_ID": "7", "GITLAB_TOKEN": "t"}
    return GitLab(environment, transport=transport)


def _questions(forge: Forge) -> Iterable[Callable[[], object]]:
    yield lambda: list(forge.comments(1))
    yield lambda: forge.newest("main")
    yield lambda: forge.history("1" * 40, "2" * 40)
    yield lambda: forge.merged("2" * 40, "main")
    yield lambda: forge.reviewed_plan(REQUEST, "bufferctl-plan")
    yield lambda: forge.open_issue("<!-- bufferctl:drift -->")


@pytest.mark.parametrize("connect", [github, gitlab])
@given(answers=st.lists(ANY, min_size=1, max_size=4), status=st.sampled_from([200, 200, 200, 302, 404, 500]))
def test_any_answer(connect: Callable[[httpx2.BaseTransport], Forge], answers: list[object], status: int) -> None:
    """In the wrong form, with missing fields, with any status."""
    for number in range(6):
        left = list(answers)

        def answer(_: httpx2.Request, left: list[object] = left) -> httpx2.Response:
            return httpx2.Response(status, json=left.pop() if len(left) > 1 else left[0], headers={"location": "/"})

        with connect(httpx2.MockTransport(answer)) as forge, suppress(ForgeError):
            list(_questions(forge))[number]()


@pytest.mark.parametrize("event", ["", "[", "[]", '{"pull_request": 1}', '{"pull_request": {"number": "x"}}'])
def test_any_event(tmp_path: Path, event: str) -> None:
    """The event that started the run can have any form, too."""
    path = tmp_path / "event.json"
    path.write_text(event, encoding="utf-8")
    environment = {"GITHUB_REPOSITORY": "acme/posts", "GITHUB_TOKEN": "t", "GITHUB_EVENT_PATH": str(path)}
    with GitHub(environment) as forge, suppress(ForgeError):
        assert forge.request() is None
