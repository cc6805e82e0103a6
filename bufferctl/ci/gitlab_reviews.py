"""GitLab: who approved a merge request, who may write, and who wrote it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from http import HTTPStatus

from pydantic import AliasPath, AwareDatetime, BaseModel, Field

from bufferctl.ci.forge import Authors, ChangeRequest, Review, is_robots
from bufferctl.ci.http import Api
from bufferctl.errors import ForgeError
from bufferctl.value import value

#: The level of a Developer, who may push.
_DEVELOPER = 30
#: The state of a member who can sign in.
_ACTIVE = "active"
#: A reviewer's state that is an objection.
_OBJECTS = "requested_changes"
#: How GitLab names a user in GraphQL.
_GLOBAL_ID = re.compile(r"gid://gitlab/User/(\d+)")
_CO_AUTHOR = re.compile(r"^co-authored-by:.*?<([^<>]*)>", re.IGNORECASE | re.MULTILINE)
_AUTHORS = """
query($path: ID!, $number: String!, $after: String) {
  project(fullPath: $path) {
    mergeRequest(iid: $number) {
      commitCount
      commits(first: 100, after: $after) {
        nodes { sha message authorEmail author { id } }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
}
"""


@value()
class Addresses:
    """URLs of the API that are not below the project. `project` is the project's path."""

    users: str
    graphql: str
    project: str


class _User(BaseModel):
    id: int
    username: str


class _Approval(BaseModel):
    user: _User
    approved_at: AwareDatetime | None = None


class _Approvals(BaseModel):
    approved_by: list[_Approval]


class _Reviewer(BaseModel):
    user: _User
    state: str = ""
    created_at: AwareDatetime | None = None


class _Version(BaseModel):
    id: int
    head_commit_sha: str
    created_at: AwareDatetime


class ForgeAccount(BaseModel):
    """An account; one of unknown kind counts as a robot."""

    bot: bool = True


class _Member(BaseModel):
    """`state`: another one than `active` is that of somebody who is blocked, or waits to be let in."""

    access_level: int
    state: str = ""


class _Opened(BaseModel):
    author: _User | None = None  # an account that was deleted


class _Commit(BaseModel):
    sha: str
    message: str | None = None
    email: str | None = Field(None, validation_alias="authorEmail")
    account: str | None = Field(None, validation_alias=AliasPath("author", "id"))


class _Commits(BaseModel):
    """A page of the commits of a merge request."""

    total: int = Field(validation_alias=AliasPath("project", "mergeRequest", "commitCount"))
    nodes: list[_Commit] = Field(validation_alias=AliasPath("project", "mergeRequest", "commits", "nodes"))
    has_more: bool = Field(validation_alias=AliasPath("project", "mergeRequest", "commits", "pageInfo", "hasNextPage"))
    end: str | None = Field(
        None, validation_alias=AliasPath("project", "mergeRequest", "commits", "pageInfo", "endCursor")
    )


def reviews(api: Api, addresses: Addresses, request: ChangeRequest) -> list[Review]:
    """The reviews of a merge request. Raises ForgeError.

    GitLab ties no approval to a commit; an approval that is newer than the last push is for the head.
    """
    here = f"merge_requests/{request.number}"
    newest = next(iter(sorted(api.pages(f"{here}/versions", _Version), key=lambda each: each.id, reverse=True)), None)
    is_head = newest is not None and newest.head_commit_sha == request.head
    pushed_at = newest.created_at if newest and is_head else None
    found = []
    for each in api.get(f"{here}/approvals", _Approvals).approved_by:
        is_after = each.approved_at is not None and pushed_at is not None and each.approved_at > pushed_at
        commit = request.head if is_after else ""  # which does not count as an approval of the head
        is_robot = api.get(f"{addresses.users}/{each.user.id}", ForgeAccount).bot
        approval = Review(
            person=str(each.user.id),
            name=each.user.username,
            approves=True,
            at=each.approved_at,
            commit=commit,
            is_robot=is_robot,
        )
        found.append(approval)
    for other in api.get(f"{here}/reviewers", list[_Reviewer]):
        if other.state == _OBJECTS:
            is_robot = api.get(f"{addresses.users}/{other.user.id}", ForgeAccount).bot
            objection = Review(
                person=str(other.user.id),
                name=other.user.username,
                approves=False,
                at=other.created_at,
                commit="",
                is_robot=is_robot,
            )
            found.append(objection)
    return found


def may_write(api: Api, review: Review) -> bool:
    """Whether the account of a review is a Developer now, or more. Raises ForgeError."""
    try:
        found = api.get(f"members/all/{review.person}", _Member)
    except ForgeError as error:
        if error.status == HTTPStatus.NOT_FOUND:
            return False
        raise
    return found.state == _ACTIVE and found.access_level >= _DEVELOPER


def authors(api: Api, addresses: Addresses, number: int) -> Authors:
    """The people who opened a merge request, or wrote a commit of it. Raises ForgeError."""
    opened = api.get(f"merge_requests/{number}", _Opened)
    ids = {str(opened.author.id)} if opened.author else set[str]()
    commits, total = _commits(api, addresses, number)
    ids |= {_number(each.account) for each in commits} - {""}
    accounts = {each.email: _number(each.account) for each in commits if each.email and _number(each.account)}
    unknown = [] if opened.author else ["the account that opened it"]
    for email in _unnamed(commits) - accounts.keys():
        found = _account_of(api, addresses, email)
        if found is None:
            unknown.append(email or "an author without an email")
        else:
            ids |= {found} - {""}
    if len(commits) < max(total, 1):
        unknown.append("commits that GitLab does not list")
    return Authors(frozenset(ids), tuple(sorted(unknown)))


def _unnamed(commits: Iterable[_Commit]) -> set[str]:
    """The emails of co-authors, and of authors whose account GitLab does not know."""
    found = {each.email or "" for each in commits if not _number(each.account)}
    return found.union(*(_CO_AUTHOR.findall(each.message or "") for each in commits))


def _commits(api: Api, addresses: Addresses, number: int) -> tuple[list[_Commit], int]:
    """All commits that GitLab lists, and how many there are."""
    found: list[_Commit] = []
    after = None
    while True:
        query = {"path": addresses.project, "number": str(number), "after": after}
        page = api.ask(addresses.graphql, _AUTHORS, _Commits, **query)
        found += page.nodes
        if not page.has_more:
            return found, page.total
        after = page.end


def _number(account: str | None) -> str:
    match = _GLOBAL_ID.fullmatch(account or "")
    return match[1] if match else ""


#: GitLab's own emails: of people, with their ids, and of the robots of projects and groups.
_PERSON = re.compile(r"(\d+)-[^@]+@users\.noreply\.[\w.-]+", re.IGNORECASE)
_ROBOT = re.compile(r"(?:project|group)_\d+_bot\w*@noreply\.[\w.-]+", re.IGNORECASE)


def _account_of(api: Api, addresses: Addresses, email: str) -> str | None:
    """The id of the account of an email, empty for a robot's; None if nobody knows."""
    if person := _PERSON.fullmatch(email):
        return person[1]
    if _ROBOT.fullmatch(email) or is_robots(email):
        return ""
    found = api.get(addresses.users, list[_User], search=email) if email else []
    return str(found[0].id) if len(found) == 1 else None  # only a public email is found
