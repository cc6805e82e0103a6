"""`bufferctl init`: a first buffer.yaml, which works; and never over a file."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Collection
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bufferctl.config import load
from tests.cli.conftest import Prints, Project, Ran
from tests.sandbox.near import Near


@pytest.fixture
def services() -> Collection[str]:
    """All: what is written names every channel."""
    return ()


def test_writes(project: Project, prints: Prints) -> None:
    """The channels of the account and an example draft, and the next steps."""
    prints("init/wrote", project("init"))
    prints("init/file", type(project("schema"))(0, (project.folder / "buffer.yaml").read_text(encoding="utf-8"), ""))


def test_what_it_writes_works(project: Project, prints: Prints) -> None:
    """It validates, plans, and applies: the example is saved as a draft, which nobody sees."""
    project("init")
    assert project("fmt", "--check").code == 0
    prints("init/validate", project("validate"))
    plan = project("plan")
    assert (plan.code, plan.planned) == (0, ["+ first-post"])
    assert "will save as a draft" in plan.out
    project.apply()
    (post,) = project.sandbox.posts()
    assert post["status"] == "draft"


def test_it_begins_the_state(project: Project) -> None:
    """A state that is there already, from files that somebody deleted, stays as it is."""
    project("init")
    begun = project.state.read_bytes()
    project.apply()
    applied = project.state.read_bytes()
    (project.folder / "buffer.yaml").unlink()
    assert project("init").code == 0
    assert begun != applied == project.state.read_bytes()


def _schedule(project: Project, number: int) -> None:
    """Posts that a person schedules in Buffer."""
    channel = project.sandbox.channel("twitter")["id"]
    for each in range(number):
        project.sandbox.person.create_post(channel, f"Post {each}", dueAt="2029-12-20T09:00:00Z")


def test_an_account_with_scheduled_posts(project: Project, prints: Prints) -> None:
    """It says how many there are, that they stay, and the command that writes them into files, which works."""
    _schedule(project, 2)
    channel = project.sandbox.channel("twitter")["id"]
    project.sandbox.person.create_post(channel, "A draft", saveToDraft=True)
    before = project.sandbox.posts()
    ran = project("init")
    prints("init/scheduled", ran)
    assert len(project.sandbox.requests) == 3
    assert project("import").code == 0
    assert "Plan: 1 new post on X.\nApply saves 1 as draft.\nAlso: 3 unchanged." in project("plan").out
    assert project.sandbox.posts() == before


def test_an_account_without_scheduled_posts(project: Project) -> None:
    """One request looks for them, and nothing is said."""
    assert "scheduled" not in project("init").out
    assert len(project.sandbox.requests) == 3


def test_an_account_with_very_many_scheduled_posts(project: Project) -> None:
    """They are not counted to the end, which would take more requests."""
    _schedule(project, 101)
    assert "Buffer has more than 100 scheduled posts that no file has" in project("init").out
    assert len(project.sandbox.requests) == 3


def test_scheduled_posts_that_a_state_tracks(project: Project) -> None:
    """Nothing is said of them: whether they stay is what the next plan shows."""
    project("init")
    _schedule(project, 1)
    (project.folder / "buffer.yaml").unlink()
    assert "scheduled" not in project("init").out


def test_scheduled_posts_that_cannot_be_counted(project: Project) -> None:
    """The files are written all the same."""
    _schedule(project, 1)
    project.sandbox.set_faults("rate-limit@posts")
    ran = project("init")
    assert (ran.code, "scheduled" in ran.out) == (0, False)


def test_never_over_a_file(project: Project, prints: Prints) -> None:
    """An existing buffer.yaml stays as it is, and Buffer gets no request: exit 1."""
    project.write("buffer.yaml", "mine")
    prints("init/there-already", project("init"))
    assert (project.folder / "buffer.yaml").read_text(encoding="utf-8") == "mine"
    assert project.sandbox.requests == []


def test_never_through_a_link(project: Project) -> None:
    """A dangling link is not followed either."""
    (project.folder / "buffer.yaml").symlink_to(project.folder / "elsewhere")
    assert project("init").code == 1
    assert not (project.folder / "elsewhere").exists()


def test_agents_are_told_what_they_may_do(project: Project) -> None:
    """--agents writes AGENTS.md, whose commands exist."""
    assert "Wrote AGENTS.md" in project("init", "--agents").out
    text = (project.folder / "AGENTS.md").read_text(encoding="utf-8")
    commands = re.findall(r"`bufferctl ([a-z -]+)`", text)
    assert commands == ["apply", "schema", "validate --json", "fmt", "plan --offline", "apply"]
    assert {command: project(*command.split()).code for command in commands[1:-1]} == dict.fromkeys(commands[1:-1], 0)
    assert "Never run `bufferctl apply`" in text


def test_agents_are_told_nothing_unasked(project: Project) -> None:
    """Without a terminal and without the option there is no AGENTS.md."""
    project("init")
    assert not (project.folder / "AGENTS.md").exists()


def test_agents_file_that_is_there_stays(project: Project) -> None:
    """Somebody's own is never overwritten."""
    project.write("AGENTS.md", "mine")
    assert project("init", "--agents").code == 0
    assert (project.folder / "AGENTS.md").read_text(encoding="utf-8") == "mine"


def test_another_name(project: Project) -> None:
    """-f names the file."""
    project.write("buffer.yaml", "mine")
    ran = project("init", "-f", "other.yaml")
    assert (ran.code, "Wrote other.yaml" in ran.out) == (0, True)
    assert project("validate", "-f", "other.yaml").code == 0


def test_folder_that_is_not_there(project: Project, prints: Prints) -> None:
    """Reported: exit 1."""
    prints("init/no-folder", project("init", "-f", "nowhere/buffer.yaml"))


def test_empty_account(
    run: Callable[..., Ran], environment: Path, prints: Prints, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No organization at all: reported, nothing written, exit 1."""
    account = {"id": "66a000000000000000000001", "email": "a@b.example", "name": "A", "timezone": "UTC"}
    with Near({"account": account, "organizations": []}) as sandbox:
        monkeypatch.setenv("BUFFER_API_URL", sandbox.url)
        prints("init/empty-account", run("init"))
    assert not (environment / "buffer.yaml").exists()


@pytest.mark.parametrize(
    "organizations",
    [
        [{"name": "Bare", "id": "66a000000000000000000900", "channels": []}],
        [
            {
                "name": 'Odd "names": #1 [x]',
                "id": "66a000000000000000000900",
                "channels": [
                    {"id": "66a000000000000000000901", "service": "mastodon", "name": "a: b # c"},
                    {"id": "66a000000000000000000902", "service": "mastodon", "name": "- 'é' \U0001f600"},
                    {"id": "66a000000000000000000903", "service": "pinterest", "name": "null"},
                ],
            }
        ],
        [
            {"name": "Twice", "id": "66a000000000000000000900", "channels": []},
            {"name": "Twice", "id": "66a000000000000000000910", "channels": []},
        ],
    ],
)
def test_any_account(
    run: Callable[..., Ran], environment: Path, monkeypatch: pytest.MonkeyPatch, organizations: list[dict[str, Any]]
) -> None:
    """No channels, names that YAML would read otherwise, names that are there twice: what it writes plans."""
    account = {"id": "66a000000000000000000001", "email": "a@b.example", "name": "A", "timezone": "UTC"}
    with Near({"account": account, "organizations": organizations}) as sandbox:
        monkeypatch.setenv("BUFFER_API_URL", sandbox.url)
        ran = run("init")
        assert ran.code == 0, ran.err
        planned = run("plan")
        assert planned.code == 0, planned.err + (environment / "buffer.yaml").read_text(encoding="utf-8")


def channel(number: int, name: str, timezone: str | None) -> dict[str, Any]:
    """A channel of an account for the sandbox."""
    fields = {"id": f"66a0000000000000000009{number:02}", "service": "mastodon", "name": name}
    return fields | ({"timezone": timezone} if timezone else {})


@pytest.mark.parametrize(
    ("account_zone", "zones"),
    [
        ("UTC", ["Europe/Berlin"]),
        ("Europe/Berlin", ["Europe/Berlin", "America/New_York", "Europe/Berlin"]),
    ],
)
def test_channels_keep_their_zones(
    run: Callable[..., Ran], environment: Path, monkeypatch: pytest.MonkeyPatch, account_zone: str, zones: list[str]
) -> None:
    """A time without an offset uses the channel's own zone in Buffer, not the account's."""
    account = {"id": "66a000000000000000000001", "email": "a@b.example", "name": "A", "timezone": account_zone}
    channels = [channel(number, f"c{number}", zone) for number, zone in enumerate(zones)]
    organization = {"name": "Acme", "id": "66a000000000000000000900", "channels": channels}
    with Near({"account": account, "organizations": [organization]}) as sandbox:
        monkeypatch.setenv("BUFFER_API_URL", sandbox.url)
        run("init")
    desired = load(environment / "buffer.yaml", environment).desired
    assert desired is not None
    assert [each.timezone for each in desired.channels] == zones


def test_managed_since_is_before_now(project: Project) -> None:
    """Buffer's time minus the settle time, so that a write still in flight is looked for, in its minute."""
    project("init")
    desired = load(project.folder / "buffer.yaml", project.folder).desired
    assert desired is not None
    assert desired.settings.managed_since is not None
    age = project.sandbox.clock.now() - desired.settings.managed_since
    assert timedelta(seconds=30) <= age <= timedelta(seconds=90)


def a_clone(project: Project, origin: str) -> None:
    """The project's folder as a clone of a repository somewhere else."""
    for arguments in (["init", "--quiet", "--initial-branch", "main"], ["remote", "add", "origin", origin]):
        subprocess.run(["git", "-C", str(project.folder), *arguments], check=True)


@pytest.mark.parametrize(
    ("forge", "place"), [("gitlab", "Settings, Access tokens"), ("github", "Settings, Environments")]
)
def test_ci_for_an_origin_without_pages(project: Project, forge: str, place: str) -> None:
    """A folder on this machine: the message names it, and the settings are named by their place in the menu."""
    folder = str(project.folder.parent / "origin.git")
    (project.folder.parent / "origin.git").mkdir()
    a_clone(project, folder)
    project.write("buffer.yaml", "mine")
    assert f"`origin` ({folder}) is neither on GitHub nor on GitLab" in project("init", "--ci").err
    printed = project("init", "--ci", forge).out
    assert (place in printed, "settings/" in printed.partition("Left to set up")[2]) == (True, False)


def test_ci_without_an_origin(project: Project) -> None:
    """The message says that there is none."""
    subprocess.run(["git", "init", "--quiet", str(project.folder)], check=True)
    project.write("buffer.yaml", "mine")
    assert "There is no `origin`" in project("init", "--ci").err


@pytest.mark.parametrize(
    ("origin", "web"),
    [
        ("git@github.com:acme/posts.git", "https://github.com/acme/posts/settings/environments"),
        ("https://ada:token@github.com/acme/posts", "https://github.com/acme/posts/settings/environments"),
        ("ssh://git@gitlab.com:22/acme/team/posts.git", "https://gitlab.com/acme/team/posts/-/settings/ci_cd"),
        ("https://gitlab.acme.example/posts.git", "https://gitlab.acme.example/posts/-/settings/ci_cd"),
    ],
)
def test_ci_for_the_forge_of_origin(project: Project, origin: str, web: str) -> None:
    """The files of that forge and its settings, with the addresses; a second time nothing is written."""
    a_clone(project, origin)
    project.write("buffer.yaml", "mine")
    printed = project("init", "--ci").out
    assert ("workflows/plan.yml" in printed, ".gitlab-ci.yml" in printed) == ("github" in web, "gitlab" in web)
    assert web in printed
    assert "token@" not in printed
    assert "Wrote " not in project("init", "--ci").out
    assert (project.folder / "buffer.yaml").read_text(encoding="utf-8") == "mine"
    assert project.sandbox.requests == []


def test_ci_of_a_forge_that_nobody_knows(project: Project) -> None:
    """It is asked for, and nothing is written; `--ci gitlab` names it."""
    a_clone(project, "https://git.acme.example/posts.git")
    project.write("buffer.yaml", "mine")
    refused = project("init", "--ci")
    assert (refused.code, "is neither on GitHub nor on GitLab" in refused.err) == (1, True)
    assert "https://git.acme.example/posts/-/pipeline_schedules" in project("init", "--ci", "gitlab").out


def test_ci_never_over_a_file(project: Project) -> None:
    """A workflow that exists stays, and what it would have is shown."""
    a_clone(project, "git@github.com:acme/posts.git")
    project.write("buffer.yaml", "mine")
    project.write(".github/workflows/plan.yml", "mine\n")
    printed = project("init", "--ci").out
    assert ".github/workflows/plan.yml already exists and stays as it is. This is what it would have:" in printed
    assert (project.folder / ".github/workflows/plan.yml").read_text(encoding="utf-8") == "mine\n"
    assert "uses: bufferctl/bufferctl/.github/workflows/plan-posts.yml@" in printed


def test_ci_asks_when_a_key_expires(project: Project) -> None:
    """First, since it goes into a file that is pushed: Buffer's API does not return the day."""
    a_clone(project, "git@github.com:acme/posts.git")
    project.write("buffer.yaml", "mine")
    left = project("init", "--ci").out.partition("Left to set up:")[2]
    assert "such as api_key_expires: 2027-01-31" in " ".join(left.partition("environments")[0].split())


def test_ci_for_the_published_branch(project: Project) -> None:
    """That is the remote's default branch."""
    a_clone(project, "git@github.com:acme/posts.git")
    head = ["symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/trunk"]
    subprocess.run(["git", "-C", str(project.folder), *head], check=True)
    project.write("buffer.yaml", "mine")
    assert "Protect trunk" in project("init", "--ci").out
    assert "branches: [trunk]" in (project.folder / ".github/workflows/apply.yml").read_text(encoding="utf-8")


def test_ci_of_another_repository(project: Project, tmp_path: Path) -> None:
    """Its files are written there, beside the root file that is named."""
    a_clone(project, "git@github.com:acme/posts.git")
    project.write("buffer.yaml", "mine")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    Project(elsewhere, project.sandbox)("init", "-f", str(project.folder / "buffer.yaml"), "--ci")
    assert (project.folder / ".github/workflows/apply.yml").exists()
    assert list(elsewhere.iterdir()) == []


def test_ci_of_other_files(project: Project) -> None:
    """Its files are for a buffer.yaml at the top; for another one nothing is written."""
    a_clone(project, "git@github.com:acme/posts.git")
    refused = project("init", "-f", "acme.yaml", "--ci")
    assert (refused.code, (project.folder / "acme.yaml").exists()) == (1, False)
    assert "copy the workflows by hand" in refused.err
