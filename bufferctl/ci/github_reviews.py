"""GitHub: who reviewed a pull request, who may write, and who wrote it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from http import HTTPStatus
from urllib.parse import quote

from pydantic import AliasPath, AwareDatetime, BaseModel, Field

from bufferctl.ci.forge import Authors, Review, is_robots
from bufferctl.ci.http import Api
from bufferctl.errors import ForgeError

#: The type of an account that is neither a robot nor an organization.
PERSON = "User"
#: What a review says; the others say nothing. One that was dismissed takes back what its author said before.
_SAYS = {"APPROVED": True, "CHANGES_REQUESTED": False, "DISMISSED": None}
#: Who may push, of `admin`, `write`, `read` and `none`.
_WRITERS = frozenset({"admin", "write"})
#: An email of GitHub's own, with the id of the account.
_PRIVATE = re.compile(r"(\d+)\+[^@]+@users\.noreply\.github\.com", re.IGNORECASE)
#: Only GraphQL names the accounts of co-authors.
_AUTHORS = """
query($owner: String!, $name: String!, $number: Int!, $after: String) {
  repository(owner: $owner, name: $name) {
    pullRequest(number: $number) {
      commits(first: 100, after: $after) {
        totalCount
        nodes { commit { oid authors(first: 100) { totalCount nodes { email user { databaseId } } } } }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
}
"""


class User(BaseModel):
    """An account. `type`: `User`, `Bot` or `Organization`."""

    id: int
    login: str
    type: str = ""


class _Review(BaseModel):
    id: int
    user: User | None = None  # an account that was deleted
    state: str
    commit_id: str | None = None
    submitted_at: AwareDatetime | None = None


class _Permission(BaseModel):
    permission: str
    user: User | None = None


class _Opened(BaseModel):
    user: User | None = None
    commits: int = 0


class _Author(BaseModel):
    email: str | None = None
    account: int | None = Field(None, validation_alias=AliasPath("user", "databaseId"))


class _Commit(BaseModel):
    id: str = Field(validation_alias=AliasPath("commit", "oid"))
    number_of_authors: int = Field(validation_alias=AliasPath("commit", "authors", "totalCount"))
    authors: list[_Author] = Field(validation_alias=AliasPath("commit", "authors", "nodes"))


class _Commits(BaseModel):
    """A page of the commits of a pull request."""

    total: int = Field(validation_alias=AliasPath("repository", "pullRequest", "commits", "totalCount"))
    nodes: list[_Commit] = Field(validation_alias=AliasPath("repository", "pullRequest", "commits", "nodes"))
    has_more: bool = Field(
        validation_alias=AliasPath("repository", "pullRequest", "commits", "pageInfo", "hasNextPage")
    )
    end: str | None = Field(
        None, validation_alias=AliasPath("repository", "pullRequest", "commits", "pageInfo", "endCursor")
    )


def reviews(api: Api, number: int) -> list[Review]:
    """The reviews of a pull request, oldest first. Raises ForgeError."""
    found = [each for each in api.pages(f"pulls/{number}/reviews", _Review) if each.state in _SAYS]
    found.sort(key=lambda each: (each.submitted_at or api.answered_at, each.id))
    return [
        Review(
            person=str(each.user.id) if each.user else "",
            name=each.user.login if each.user else "somebody whose account is gone",
            approves=_SAYS[each.state],
            at=each.submitted_at,
            commit=each.commit_id or "",
            is_robot=each.user is not None and each.user.type != PERSON,
        )
        for each in found
    ]


def may_write(api: Api, review: Review) -> bool:
    """Whether the account of a review may push now. Raises ForgeError."""
    try:
        found = api.get(f"collaborators/{quote(review.name, safe='')}/permission", _Permission)
    except ForgeError as error:
        if error.status == HTTPStatus.NOT_FOUND:
            return False
        raise
    is_same = found.user is not None and str(found.user.id) == review.person  # somebody may have taken the name
    return is_same and found.permission in _WRITERS


def authors(api: Api, graphql: str, repository: str, number: int) -> Authors:
    """The people who opened a pull request, or wrote a commit of it.

    `graphql` is the URL of that API. Raises ForgeError.
    """
    opened = api.get(f"pulls/{number}", _Opened)
    ids = {str(opened.user.id)} if opened.user else set[str]()
    unknown = [] if opened.user else ["the account that opened it"]
    listed = total = 0
    for page in _pages(api, graphql, repository, number):
        listed, total = listed + len(page.nodes), page.total
        for commit in page.nodes:
            for author in commit.authors:
                private = _PRIVATE.fullmatch(author.email or "")
                if author.account is not None:
                    ids.add(str(author.account))
                elif private:
                    ids.add(private[1])
                elif not is_robots(author.email or ""):
                    unknown.append(author.email or f"an author of {commit.id[:7]} without an email")
            if len(commit.authors) < commit.number_of_authors:
                unknown.append(f"more authors of {commit.id[:7]} than GitHub lists")
    if listed < max(total, opened.commits, 1):
        unknown.append("commits that GitHub does not list")
    return Authors(frozenset(ids), tuple(dict.fromkeys(unknown)))


def _pages(api: Api, graphql: str, repository: str, number: int) -> Iterator[_Commits]:
    owner, _, name = repository.partition("/")
    after = None
    while True:
        page = api.ask(graphql, _AUTHORS, _Commits, owner=owner, name=name, number=number, after=after)
        yield page
        if not page.has_more:
            return
        after = page.end
