"""The pieces on their own: comments that no text breaks out of, the token's path, the state's branch."""

from __future__ import annotations

import base64
import dataclasses
import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import cmarkgfm  # type: ignore[import-untyped]  # it comes without types
import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bufferctl.ci.applied import End
from bufferctl.ci.child import Ran, bufferctl, git_access
from bufferctl.ci.forge import ChangeRequest, CommentKind, first_parents, marker, title, variable, with_marker
from bufferctl.ci.gitlab import GitLab
from bufferctl.ci.http import Api
from bufferctl.ci.job import connect
from bufferctl.ci.merged import left_over
from bufferctl.ci.plan import keep_artifact
from bufferctl.diagnostics import Place
from bufferctl.errors import ForgeError
from bufferctl.git import git
from bufferctl.render.markdown_text import fenced
from bufferctl.state.git_store import GitStore
from tests.stores import git as stores

GITHUB = {"GITHUB_ACTIONS": "true", "GITHUB_REPOSITORY": "acme/posts", "GITHUB_TOKEN": "t"}
GITLAB = {"GITLAB_CI": "true", "CI_API_V4_URL": "https://git.example/api/v4", "CI_PROJECT_ID": "7"}


@given(st.text())
def test_nothing_breaks_out_of_a_block(text: str) -> None:
    """With any text, the comment is one code block for GitHub's own parser."""
    html = cmarkgfm.github_flavored_markdown_to_html(f"{fenced(text)}\n\nend\n")
    assert html.startswith('<pre lang="text"><code>')
    assert html.endswith("</code></pre>\n<p>end</p>\n")
    assert html.count("<pre") == 1


@pytest.mark.parametrize("directory", ["north", "a/b c", "--> <script>", "x-->", "a--b", "ä"])
def test_a_marker_is_one_hidden_line(directory: str) -> None:
    """With any folder name, it is one comment, which the name cannot end."""
    first = marker(CommentKind.PLAN, directory)
    assert first.startswith("<!-- bufferctl:plan ")
    assert first.count("--") == 2
    assert ">" not in first[:-1]


def test_a_report_keeps_one_marker() -> None:
    """The report's own marker is replaced by the marker of its folder."""
    assert (
        with_marker(marker(CommentKind.PLAN, "north"), "<!-- bufferctl:plan -->\nText\n")
        == "<!-- bufferctl:plan north -->\nText\n"
    )


@pytest.mark.parametrize(
    ("kind", "directory", "first"),
    [
        (CommentKind.PLAN, "north", "### Buffer plan: `north`"),
        (CommentKind.PLAN, "", ""),
        (CommentKind.NEEDS_YOU, "", ""),
        (CommentKind.UNSENT, "", "### Not applied within an hour"),
        (CommentKind.SENT, "", "### Published late"),
    ],
)
def test_the_first_line_that_people_see(kind: CommentKind, directory: str, first: str) -> None:
    """The folder, if there are several; nothing where the text or the title says what it is."""
    assert title(kind, directory) == first


@pytest.mark.parametrize("name", ["head", "base", "before", "after"])
def test_a_request_names_commits(name: str) -> None:
    """No other text is taken for one, since git gets it."""
    request = ChangeRequest(7, "1" * 40, base="2" * 40, before="3" * 40, after="4" * 40)
    with pytest.raises(ForgeError, match="'main' is not a commit id"):
        dataclasses.replace(request, **{name: "main"})  # type: ignore[arg-type]  # each of them is a text


@pytest.mark.parametrize(
    ("environment", "head"),
    [
        ({"CI_COMMIT_SHA": "1" * 40, "CI_MERGE_REQUEST_SOURCE_BRANCH_SHA": "2" * 40}, "2" * 40),
        ({"CI_COMMIT_SHA": "1" * 40}, "1" * 40),
    ],
)
def test_the_head_of_a_merge_request(environment: dict[str, str], head: str) -> None:
    """That of its branch, where the pipeline runs on a merge; else the commit that it runs on."""
    with GitLab({**GITLAB, "CI_MERGE_REQUEST_IID": "7", **environment}) as forge:
        request = forge.request()
    assert request
    assert request.head == head


def test_requests_that_were_left_come_in_the_order_of_their_merges() -> None:
    """Those merged at one instant by their number."""
    at = datetime(2030, 1, 1, tzinfo=UTC)
    waiting = tuple(ChangeRequest(number, "1" * 40, merged_at=at) for number in (9, 7))
    unsent = (ChangeRequest(8, "1" * 40, merged_at=at - timedelta(hours=1)),)
    assert [each.number for each in left_over(End(0, waiting=waiting, unsent=unsent))] == [8, 7, 9]


@pytest.mark.parametrize(
    ("environment", "page", "raw"),
    [
        (GITHUB, "https://github.com/acme/posts/blob/abc/", "https://github.com/acme/posts/blob/abc/a.png?raw=true"),
        (
            GITLAB | {"CI_PROJECT_URL": "https://git.example/acme/posts"},
            "https://git.example/acme/posts/-/blob/abc/",
            "https://git.example/acme/posts/-/raw/abc/a.png",
        ),
    ],
    ids=["github", "gitlab"],
)
def test_files_of_a_commit_have_the_addresses_of_their_forge(environment: dict[str, str], page: str, raw: str) -> None:
    """The page of a file at a line, and its raw form."""
    with connect(environment, plan_workflow="") as forge:
        files = forge.files_at("abc")
        shown = f"[`posts/my post.yaml:14:5`](<{page}posts/my%20post.yaml#L14>)"
        assert files.place(Place("posts/my post.yaml", 14, 5)) == shown
        assert files.raw.format(path="a.png") == raw


def test_files_of_a_project_without_an_address_have_none() -> None:
    """Their places are plain text."""
    with connect(GITLAB, plan_workflow="") as forge:
        assert forge.files_at("abc").place(Place("posts/my post.yaml", 14, 5)) == "`posts/my post.yaml:14:5`"


def test_the_line_of_a_branch_leaves_out_what_was_merged_in() -> None:
    """For a merge, the branch is its first parent."""
    parents = {"m2": ["m1", "b"], "b": ["a"], "a": ["m0"], "m1": ["m0"]}
    assert first_parents(parents, "m2") == ["m1", "m2"]


def test_what_a_command_prints_for_the_job_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The line is in neither the log nor the result; one of an annotation is in the log only."""

    def program(_folder: Path, _arguments: object, _environment: object, take: Callable[[str], None]) -> int:
        for line in ("Saved to /tmp/x.json\n", "::error::Wrong\n", "Plan: 1 new post.\n"):
            take(line)
        return 2

    ran = bufferctl(tmp_path, ["plan"], {}, program=program, without="Saved to /tmp/")
    assert ran == Ran(2, "Plan: 1 new post.\n")
    assert capsys.readouterr().out == "::error::Wrong\nPlan: 1 new post.\n"


def test_no_forge() -> None:
    """An error that names the supported forges."""
    with pytest.raises(ForgeError, match="GitHub Actions or GitLab CI"):
        connect({}, plan_workflow="")


def forge(*answers: httpx2.Response | Exception) -> tuple[Api, list[httpx2.Request]]:
    """An API with these answers, one per request, repeating the last one; and the requests it got."""
    asked: list[httpx2.Request] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        asked.append(request)
        found = answers[min(len(asked), len(answers)) - 1]
        if isinstance(found, Exception):
            raise found
        return found

    headers, transport = {"Authorization": "Bearer secret"}, httpx2.MockTransport(answer)
    return Api("https://forge.example/api", headers, hint="Check the permissions.", transport=transport), asked


def test_the_token_goes_to_the_api_alone() -> None:
    """The token is not sent after a redirect."""
    api, asked = forge(httpx2.Response(302, headers={"location": "https://storage.example/1"}), httpx2.Response(200))
    assert api.download("artifact") == b""
    assert [str(request.url) for request in asked] == [
        "https://forge.example/api/artifact",
        "https://storage.example/1",
    ]
    assert [request.headers.get("authorization") for request in asked] == ["Bearer secret", None]


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (httpx2.Response(200, text="<html>"), r"GET x: the answer is not JSON"),
        (httpx2.Response(200, json=[1]), r"GET x: the answer is not in the documented form \(Input should be"),
        (httpx2.Response(404, json={"message": "Not\n Found"}), r"GET /api/x: HTTP 404 Not Found$"),
        (httpx2.Response(502, text="<html>"), r"GET /api/x: HTTP 502 Bad Gateway$"),
        (httpx2.Response(302, headers={"location": "/y"}), r"GET /api/x redirects elsewhere \(HTTP 302\)"),
        (httpx2.ReadTimeout("timed out"), r"GET /api/x: timed out"),
    ],
)
def test_a_refusal_is_one_line(answer: httpx2.Response | Exception, message: str) -> None:
    """The request, the status and the forge's own words."""
    api, _ = forge(answer)
    with pytest.raises(ForgeError, match=message):
        api.get("x", dict[str, int])


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_token_has_a_hint(status: int) -> None:
    """The hint says where to look."""
    api, _ = forge(httpx2.Response(status))
    with pytest.raises(ForgeError) as caught:
        api.get("x", dict[str, int])
    assert (caught.value.hint, caught.value.status) == ("Check the permissions.", status)


@pytest.mark.parametrize(
    "answer",
    [
        httpx2.Response(502),
        httpx2.Response(429),
        httpx2.Response(403, headers={"retry-after": "1"}),
        httpx2.ReadError("cut"),
        httpx2.ConnectError("refused"),
    ],
)
def test_what_may_pass_is_tried_again(answer: httpx2.Response | Exception) -> None:
    """A busy or restarting server does not fail the job."""
    api, asked = forge(answer, httpx2.Response(200, json={"a": 1}))
    assert api.get("x", dict[str, int]) == {"a": 1}
    assert len(asked) == 2


def test_a_long_wait_is_not_waited() -> None:
    """The message says when to run the job again."""
    api, asked = forge(httpx2.Response(429, headers={"retry-after": "3000"}))
    with pytest.raises(ForgeError) as caught:
        api.get("x", dict[str, int])
    assert (caught.value.hint, len(asked)) == ("Run the job again in 3,000 seconds.", 1)


@pytest.mark.parametrize(
    ("answer", "attempts"),
    [
        (httpx2.Response(502), 1),
        (httpx2.ReadTimeout("timed out"), 1),
        (httpx2.ConnectError("refused"), 3),
        (httpx2.Response(429), 3),
    ],
)
def test_a_comment_is_never_written_twice(answer: httpx2.Response | Exception, attempts: int) -> None:
    """A POST is repeated only if the forge cannot have processed it."""
    api, asked = forge(answer)
    with pytest.raises(ForgeError):
        api.write("POST", "comments", body="Text")
    assert len(asked) == attempts


@pytest.fixture
def project(tmp_path: Path) -> Iterator[tuple[Path, stores.Server]]:
    """A checkout of a repository on a password-protected server."""
    stores.remote(tmp_path / "forge" / "acme" / "posts.git")
    with stores.served(tmp_path / "forge") as server:
        folder = stores.clone(f"{server.address}/acme/posts.git", tmp_path / "checkout")
        yield folder, server


def written(folder: Path, environment: dict[str, str]) -> None:
    """Write the state to its branch, with the git environment of this job."""
    given = {**os.environ, **stores.ENVIRONMENT, **environment}
    store = GitStore(folder, "state.json", environment={**given, **git_access(given, folder)})
    store.swap(b"{}", store.read().version, "apply")


def guarded(server: stores.Server, login: str) -> None:
    """Let the server accept only that login."""
    server.password = base64.b64encode(login.encode()).decode()


def test_the_token_of_github_writes_the_branch(project: tuple[Path, stores.Server]) -> None:
    """In place of the checkout's token, since GitHub refuses two at once."""
    folder, server = project
    guarded(server, "x-access-token:ghs_1")
    header = f"http.{server.address}/.extraheader"
    stores.git(folder, "config", header, "AUTHORIZATION: basic another")
    written(folder, {"GITHUB_SERVER_URL": server.address, "GITHUB_TOKEN": "ghs_1"})
    assert stores.subjects(server.folder / "acme" / "posts.git") == ["apply"]


@pytest.mark.parametrize(
    ("variables", "login"),
    [
        ({"GITLAB_TOKEN": "glpat-1", "CI_JOB_TOKEN": "job-1"}, "oauth2:glpat-1"),
        ({"CI_JOB_TOKEN": "job-1"}, "gitlab-ci-token:job-1"),
    ],
    ids=["an access token", "the job's own"],
)
def test_the_token_of_gitlab_writes_the_branch(
    project: tuple[Path, stores.Server], variables: dict[str, str], login: str
) -> None:
    """In place of the read-only one that GitLab writes into the remote's address."""
    folder, server = project
    guarded(server, login)
    scheme, host = server.address.split("://")
    stores.git(folder, "remote", "set-url", "origin", f"{scheme}://gitlab-ci-token:read-only@{host}/acme/posts.git")
    written(folder, {"GITLAB_CI": "true", "CI_SERVER_URL": server.address, **variables})
    assert stores.subjects(server.folder / "acme" / "posts.git") == ["apply"]


def test_a_job_of_two_forges_has_the_login_of_the_one_that_it_talks_to(tmp_path: Path) -> None:
    """The variables of both are set: `connect` takes GitHub, and git does as well."""
    both = {
        "GITHUB_ACTIONS": "true",
        "GITHUB_REPOSITORY": "acme/posts",
        "GITHUB_SERVER_URL": "https://github.example",
        "GITHUB_TOKEN": "ghs_1",
        "GITLAB_CI": "true",
        "CI_SERVER_URL": "https://gitlab.example",
        "CI_JOB_TOKEN": "job-1",
    }
    with connect(both, plan_workflow="") as forge:
        assert forge.brand == "GitHub"
    assert "http.https://github.example/.extraheader" in git_access(both, tmp_path).values()


def test_without_a_token_git_is_as_it_was(tmp_path: Path) -> None:
    """Nothing is added."""
    assert git_access({"GITHUB_SERVER_URL": "https://github.example"}, tmp_path) == {}


def test_the_token_is_in_no_file(project: tuple[Path, stores.Server], tmp_path: Path) -> None:
    """No file that is left behind contains it, in any form."""
    folder, server = project
    guarded(server, "x-access-token:ghs_secret-of-mine")
    written(folder, {"GITHUB_SERVER_URL": server.address, "GITHUB_TOKEN": "ghs_secret-of-mine"})
    for path in tmp_path.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            assert b"ghs_secret" not in data
            assert b"eC1hY2Nlc3MtdG9rZW4" not in data  # "x-access-token", encoded for Basic


def test_git_gets_no_secret(tmp_path: Path) -> None:
    """Neither the API key nor a token: an alias, a hook or a credential helper could read it."""
    secrets = {"BUFFER_API_KEY": "key", "GITHUB_TOKEN": "token", "GITLAB_TOKEN": "token"}
    config = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "alias.show-environment", "GIT_CONFIG_VALUE_0": "!env"}
    ran = git(tmp_path, "show-environment", environment={**os.environ, **secrets, **config})
    assert ran.returncode == 0, ran.stderr
    given = {line.partition("=")[0] for line in ran.stdout.splitlines()}
    assert (given & secrets.keys(), "PATH" in given) == (set(), True)


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """A folder with a plan."""
    folder = tmp_path / "work" / "plan"
    folder.mkdir(parents=True)
    (folder / "plan.md").write_text("the plan")
    return folder


def test_an_artifact_is_made_anew(tmp_path: Path, made: Path) -> None:
    """Files that were committed there are removed."""
    (tmp_path / "artifact").mkdir()
    (tmp_path / "artifact" / "plan.json").write_text("committed")
    keep_artifact(made, Path("artifact"), tmp_path)
    assert [path.name for path in (tmp_path / "artifact").iterdir()] == ["plan.md"]


def test_an_artifact_follows_no_link(tmp_path: Path, made: Path) -> None:
    """A link in its place is replaced; a link on the way is refused; nothing is written to their targets."""
    outside, checkout = tmp_path / "outside", tmp_path / "checkout"
    outside.mkdir()
    checkout.mkdir()
    (checkout / "link").symlink_to(outside)
    keep_artifact(made, Path("link"), checkout)
    assert not (checkout / "link").is_symlink()
    (checkout / "way").symlink_to(outside)
    with pytest.raises(ForgeError, match="contains a symbolic link"):
        keep_artifact(made, Path("way/artifact"), checkout)
    assert list(outside.iterdir()) == []


def test_a_missing_token_says_how_a_job_passes_it() -> None:
    """GitHub does not set it automatically."""
    with pytest.raises(ForgeError) as raised:
        variable({}, "GITHUB_TOKEN")
    assert "GITHUB_TOKEN: ${{ github.token }}" in raised.value.hint


@pytest.mark.parametrize("commit", ["--upload-pack=touch /tmp/x;", "HEAD", "main", "a" * 39, "A" * 40])
def test_a_request_names_commits_by_their_id(commit: str) -> None:
    """Whether the forge's event names one, or `applied.json` does: git gets it as an argument."""
    with pytest.raises(ForgeError, match="is not a commit id"):
        ChangeRequest(7, commit)
    with pytest.raises(ForgeError, match="is not a commit id"):
        ChangeRequest(7, "a" * 40, "main", commit)
    with pytest.raises(ForgeError, match="is not a commit id"):
        ChangeRequest(7, "a" * 40, "main", before=commit)
    with pytest.raises(ForgeError, match="is not a commit id"):
        ChangeRequest(7, "a" * 40, "main", after=commit)
    assert ChangeRequest(7, "a" * 64, "main").base == ""
