"""What is read from a forge's answers about a request: who wrote it, who approved it, what a branch has.

The stories of these are in test_approvals.py; here are the answers alone.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import httpx2
import pytest

from bufferctl.ci.forge import Authors, ChangeRequest, Forge, Review
from bufferctl.ci.github import GitHub
from bufferctl.ci.gitlab import GitLab
from bufferctl.errors import ForgeError

HEAD = "a" * 40
REQUEST = ChangeRequest(1, HEAD, "main")
ADA, BOB, CLEO = 11, 12, 13
BEFORE, PUSHED, AFTER = (f"2029-12-03T0{hour}:00:00Z" for hour in (7, 8, 9))

#: Answers by the end of the path: JSON, the status of a refusal, or a function of the request.
Answers = Mapping[str, Any]


def handler(answers: Answers) -> httpx2.MockTransport:
    """A forge with these answers."""

    def answer(request: httpx2.Request) -> httpx2.Response:
        found = next(each for path, each in answers.items() if re.search(f"{path}$", request.url.path))
        found = found(request) if callable(found) else found
        return httpx2.Response(found, json={}) if isinstance(found, int) else httpx2.Response(200, json=found)

    return httpx2.MockTransport(answer)


def gitlab(answers: Answers) -> Forge:
    """A project on GitLab with these answers."""
    given = {"CI_API_V4_URL": "https://gitlab.example/api/v4", "CI_PROJECT_ID": "7", "CI_PROJECT_PATH": "acme/posts"}
    return GitLab(given, transport=handler(answers))


def github(answers: Answers) -> Forge:
    """A repository on GitHub with these answers."""
    return GitHub({"GITHUB_REPOSITORY": "acme/posts", "GITHUB_TOKEN": "t"}, transport=handler(answers))


def page_of(after: dict[str | None, Any]) -> Callable[[httpx2.Request], Any]:
    """The answers to GraphQL, by what the variable `after` says."""
    return lambda request: {"data": after[json.loads(request.read())["variables"]["after"]]}


def on_gitlab(*commits: dict[str, Any], total: int, more: str | None = None) -> dict[str, Any]:
    """A page of commits as GitLab's GraphQL has it; `more`: where the next page begins."""
    page = {"hasNextPage": more is not None, "endCursor": more}
    return {"project": {"mergeRequest": {"commitCount": total, "commits": {"nodes": commits, "pageInfo": page}}}}


def on_github(*commits: dict[str, Any], total: int, more: str | None = None) -> dict[str, Any]:
    """The same as GitHub's GraphQL has it."""
    page = {"hasNextPage": more is not None, "endCursor": more}
    nodes = [{"commit": each} for each in commits]
    return {"repository": {"pullRequest": {"commits": {"totalCount": total, "nodes": nodes, "pageInfo": page}}}}


def written(email: str | None, account: int = 0, message: str = "Write") -> dict[str, Any]:
    """A commit on GitLab: the email of its author, and the account if GitLab knows one."""
    author = {"id": f"gid://gitlab/User/{account}"} if account else None
    return {"sha": HEAD, "message": message, "authorEmail": email, "author": author}


def committed(*authors: tuple[str | None, int | None], number: int = 0) -> dict[str, Any]:
    """A commit on GitHub: the email of each author, and the account if GitHub knows one; `number`: of all of them."""
    nodes = [{"email": email, "user": {"databaseId": account} if account else None} for email, account in authors]
    return {"oid": HEAD, "authors": {"totalCount": number or len(nodes), "nodes": nodes}}


def _users(request: httpx2.Request) -> Any:
    """Only Bob's email is public."""
    return [{"id": BOB, "username": "bob"}] if request.url.params["search"] == "bob@acme.example" else []


@pytest.mark.parametrize(
    ("commit", "ids", "unknown"),
    [
        (written("b@acme.example", BOB), {ADA, BOB}, ()),
        (written("12-bob@users.noreply.gitlab.com"), {ADA, BOB}, ()),
        (written("bob@acme.example"), {ADA, BOB}, ()),
        (written("project_7_bot_1f@noreply.gitlab.com"), {ADA}, ()),
        (written("noreply@agent.example"), {ADA}, ()),
        (written("bob@home.example"), {ADA}, ("bob@home.example",)),
        (written(None), {ADA}, ("an author without an email",)),
        (written("a@acme.example", ADA, "Write\n\nCo-authored-by: Bob <bob@acme.example>"), {ADA, BOB}, ()),
        (written("a@acme.example", ADA, "Write\n\nCo-authored-by: B <b@home.example>"), {ADA}, ("b@home.example",)),
        (written("a@acme.example", ADA, "Write\n\nCo-authored-by: Ada <a@acme.example>"), {ADA}, ()),
    ],
)
def test_authors_on_gitlab(commit: dict[str, Any], ids: set[int], unknown: tuple[str, ...]) -> None:
    """By their account, by GitLab's own addresses, or by a public email; who is no robot and unknown is named."""
    opened = {"author": {"id": ADA, "username": "ada"}}
    answers = {"merge_requests/1": opened, "graphql": page_of({None: on_gitlab(commit, total=1)}), "users": _users}
    with gitlab(answers) as forge:
        found = forge.authors(REQUEST)
    assert found == Authors(frozenset(map(str, ids)), unknown)


@pytest.mark.parametrize(
    ("commit", "ids", "unknown"),
    [
        (committed(("b@acme.example", BOB)), {ADA, BOB}, ()),
        (committed(("12+bob@users.noreply.github.com", None)), {ADA, BOB}, ()),
        (committed(("noreply@agent.example", None)), {ADA}, ()),
        (committed(("bob@home.example", None)), {ADA}, ("bob@home.example",)),
        (committed((None, None)), {ADA}, ("an author of aaaaaaa without an email",)),
        (committed(("a@acme.example", ADA), ("c@acme.example", CLEO)), {ADA, CLEO}, ()),
        (committed(("a@acme.example", ADA), number=2), {ADA}, ("more authors of aaaaaaa than GitHub lists",)),
    ],
)
def test_authors_on_github(commit: dict[str, Any], ids: set[int], unknown: tuple[str, ...]) -> None:
    """By their account or GitHub's own addresses; who is no robot and unknown is named."""
    opened = {"user": {"id": ADA, "login": "ada"}, "commits": 1}
    with github({"pulls/1": opened, "graphql": page_of({None: on_github(commit, total=1)})}) as forge:
        found = forge.authors(REQUEST)
    assert found == Authors(frozenset(map(str, ids)), unknown)


def test_all_pages_of_commits_are_read() -> None:
    """Bob wrote one on the second page, which begins where the first one ends."""
    ours = {None: on_gitlab(written("a", ADA), total=2, more="x"), "x": on_gitlab(written("b", BOB), total=2)}
    theirs = {None: on_github(committed(("a", ADA)), total=2, more="y"), "y": on_github(committed(("b", BOB)), total=2)}
    both = Authors(frozenset({str(ADA), str(BOB)}))
    with gitlab({"merge_requests/1": {"author": {"id": ADA, "username": "a"}}, "graphql": page_of(ours)}) as forge:
        assert forge.authors(REQUEST) == both
    with github({"pulls/1": {"user": {"id": ADA, "login": "a"}, "commits": 2}, "graphql": page_of(theirs)}) as forge:
        assert forge.authors(REQUEST) == both


@pytest.mark.parametrize(
    ("is_there", "total", "unknown"),
    [
        (False, 1, ("the account that opened it",)),
        (True, 2, ("commits that {} does not list",)),
        (True, 1, ()),
    ],
)
def test_what_nobody_knows_of_the_authors(*, is_there: bool, total: int, unknown: tuple[str, ...]) -> None:
    """An account that is gone, and commits that the forge counts and does not list."""
    author, user = {"id": ADA, "username": "a"}, {"id": ADA, "login": "a"}
    ours = {"graphql": page_of({None: on_gitlab(written("b", BOB), total=total)})}
    theirs = {"graphql": page_of({None: on_github(committed(("b", BOB)), total=total)})}
    with gitlab({"merge_requests/1": {"author": author if is_there else None}, **ours}) as forge:
        assert forge.authors(REQUEST).unknown == tuple(each.format("GitLab") for each in unknown)
    with github({"pulls/1": {"user": user if is_there else None, "commits": 1}, **theirs}) as forge:
        assert forge.authors(REQUEST).unknown == tuple(each.format("GitHub") for each in unknown)


def reviewed_on_gitlab(head: str, approved_at: str | None, reviewer: str = "", *, bot: bool = False) -> list[Review]:
    """What GitLab says of Bob's approval and Cleo's state as a reviewer; `head`: of the newest version."""
    versions = [
        {"id": 1, "head_commit_sha": "c" * 40, "created_at": BEFORE},
        {"id": 2, "head_commit_sha": head, "created_at": PUSHED},
    ]
    approved = {"user": {"id": BOB, "username": "bob"}, "approved_at": approved_at}
    cleo = {"user": {"id": CLEO, "username": "cleo"}, "state": reviewer, "created_at": AFTER}
    answers = {
        "versions": versions,
        "approvals": {"approved_by": [approved]},
        "reviewers": [cleo],
        r"users/\d+": {"bot": bot},
    }
    with gitlab(answers) as forge:
        return forge.reviews(REQUEST)


@pytest.mark.parametrize(
    ("head", "approved_at", "commit"),
    [
        (HEAD, AFTER, HEAD),
        (HEAD, PUSHED, ""),
        (HEAD, BEFORE, ""),
        (HEAD, None, ""),
        ("d" * 40, AFTER, ""),
    ],
)
def test_an_approval_on_gitlab_is_of_the_last_push(head: str, approved_at: str | None, commit: str) -> None:
    """Of no commit unless it came after the push of the head that was merged."""
    at = datetime.fromisoformat(approved_at) if approved_at else None
    assert reviewed_on_gitlab(head, approved_at) == [Review(str(BOB), "bob", True, at, commit, is_robot=False)]


@pytest.mark.parametrize(
    ("state", "objects"), [("requested_changes", True), ("reviewed", False), ("unreviewed", False)]
)
def test_an_objection_on_gitlab(state: str, *, objects: bool) -> None:
    """Only a reviewer who requested changes objects."""
    found = reviewed_on_gitlab(HEAD, AFTER, state)
    assert [each.name for each in found if each.approves is False] == ["cleo"] * objects


def test_robots_on_gitlab() -> None:
    """GitLab says so of the account, whether it approves or objects."""
    assert [each.is_robot for each in reviewed_on_gitlab(HEAD, AFTER, "requested_changes", bot=True)] == [True, True]


@pytest.mark.parametrize(
    ("member", "may"),
    [
        ({"access_level": 20, "state": "active"}, False),
        ({"access_level": 30, "state": "active"}, True),
        ({"access_level": 40, "state": "active"}, True),
        ({"access_level": 40, "state": "blocked"}, False),
        (404, False),
    ],
)
def test_who_may_write_on_gitlab(member: Any, *, may: bool) -> None:
    """A Developer or more who can sign in."""
    with gitlab({"members/all/12": member}) as forge:
        assert forge.may_write(Review(str(BOB), "bob", True, None, "", is_robot=False)) is may


@pytest.mark.parametrize(
    ("permission", "may"),
    [
        ({"permission": "admin", "user": {"id": BOB, "login": "bob"}}, True),
        ({"permission": "write", "user": {"id": BOB, "login": "bob"}}, True),
        ({"permission": "read", "user": {"id": BOB, "login": "bob"}}, False),
        ({"permission": "write", "user": {"id": CLEO, "login": "bob"}}, False),
        ({"permission": "write", "user": None}, False),
        (404, False),
    ],
)
def test_who_may_write_on_github(permission: Any, *, may: bool) -> None:
    """Whoever may push, as long as the name is still theirs."""
    with github({"collaborators/bob/permission": permission}) as forge:
        assert forge.may_write(Review(str(BOB), "bob", True, None, "", is_robot=False)) is may


def compared(status: str) -> dict[str, Any]:
    """GitHub's comparison of a commit with a branch."""
    return {"status": status, "merge_base_commit": {"sha": HEAD}}


@pytest.mark.parametrize(
    ("connect", "path", "answer", "has"),
    [
        (gitlab, "repository/compare", {"commits": []}, True),
        (gitlab, "repository/compare", {"commits": [{"id": HEAD}]}, False),
        (gitlab, "repository/compare", 404, False),
        (github, r"compare/.*", compared("ahead"), True),
        (github, r"compare/.*", compared("identical"), True),
        (github, r"compare/.*", compared("behind"), False),
        (github, r"compare/.*", compared("diverged"), False),
        (github, r"compare/.*", 404, False),
    ],
)
def test_whether_a_branch_has_a_commit(
    connect: Callable[[Answers], Forge], path: str, answer: Any, *, has: bool
) -> None:
    """Not where it has other commits instead, or the forge has lost it."""
    with connect({path: answer}) as forge:
        assert forge.has("main", HEAD) is has


@pytest.mark.parametrize("connect", [gitlab, github])
def test_a_refused_question_is_no_answer(connect: Callable[[Answers], Forge]) -> None:
    """What the token may not see is not "no": neither of a branch nor of a person."""
    with connect({"": 403}) as forge:
        with pytest.raises(ForgeError, match="HTTP 403"):
            forge.has("main", HEAD)
        with pytest.raises(ForgeError, match="HTTP 403"):
            forge.may_write(Review(str(BOB), "bob", True, None, "", is_robot=False))
