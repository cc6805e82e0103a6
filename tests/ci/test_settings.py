"""`bufferctl doctor` in a job: the settings of docs/start/team.md, as far as the token may see them."""

from __future__ import annotations

from collections.abc import Iterable

import httpx2
import pytest

from bufferctl.ci.github import GitHub
from bufferctl.ci.gitlab import GitLab
from bufferctl.ci.settings import Found
from bufferctl.cli import run as bufferctl
from tests.ci.conftest import Team
from tests.ci.fake_gitlab import PROJECT
from tests.ci.forges import TOKEN, Served
from tests.ci.sides import OnGitLab, on_gitlab

__all__ = ["on_gitlab"]  # a fixture


def github(team: Team) -> dict[str, bool | None]:
    """What is found on GitHub, and whether it is fine."""
    given = {"GITHUB_REPOSITORY": "acme/posts", "GITHUB_TOKEN": TOKEN}
    with GitHub(given, transport=httpx2.MockTransport(team.github.api)) as forge:
        return checked(forge.settings())


def gitlab(side: OnGitLab) -> dict[str, bool | None]:
    """The same on GitLab."""
    given = {"CI_API_V4_URL": "https://gitlab.example/api/v4", "CI_PROJECT_ID": str(PROJECT), "GITLAB_TOKEN": TOKEN}
    with GitLab(given, transport=httpx2.MockTransport(side.gitlab.api)) as forge:
        return checked(forge.settings())


def checked(found: Iterable[Found]) -> dict[str, bool | None]:
    """The messages; what is not fine says what to do."""
    seen = list(found)
    assert all(each.hint for each in seen if not each.is_fine)
    return {each.message: each.is_fine for each in seen}


def test_nothing_set_up_on_github(team: Team) -> None:
    """An open branch, and no environments."""
    assert github(team) == {
        "main is not protected, so whoever may push there publishes": False,
        "There is no environment buffer-plan, so its jobs have no key": False,
        "There is no environment buffer-publish, so its jobs have no key": False,
    }


def test_all_set_up_on_github(team: Team) -> None:
    """As the page says."""
    team.github.required_checks = ["posts / plan"]
    team.github.environments = {"buffer-plan": [], "buffer-publish": ["main"]}
    assert github(team) == {
        "main is protected, and the check of the plan is required": True,
        "There is an environment buffer-plan": True,
        "Only main may use the environment buffer-publish": True,
    }


def test_half_set_up_on_github(team: Team) -> None:
    """A check that nobody requires, and a key for every branch."""
    team.github.required_checks = ["tests"]
    team.github.environments = {"buffer-plan": [], "buffer-publish": []}
    found = github(team)
    assert found["main is protected, but a request can be merged before its plan"] is False
    assert found["Every branch may use the environment buffer-publish, and so its key"] is False
    team.github.environments = {"buffer-plan": [], "buffer-publish": ["main", "release/*"]}
    assert github(team)["main, release/* may use the environment buffer-publish, and so its key"] is False


def test_what_the_token_may_not_see_on_github(team: Team) -> None:
    """It is said, and is no failure."""
    team.github.environments = None
    assert github(team)["This job's token may not see the environment buffer-publish"] is None


def test_doctor_in_a_job(team: Team, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """It shows them beside its own checks, as warnings; without the token it contacts nobody."""
    team.ada.branch("main")
    monkeypatch.chdir(team.ada.folder)
    with Served(team.github.api) as served:
        given = {"GITHUB_ACTIONS": "true", "GITHUB_REPOSITORY": "acme/posts", "GITHUB_API_URL": served.url}
        given |= {"BUFFER_API_URL": team.sandbox.url, "BUFFER_API_KEY": "sandbox"}
        for name, text in given.items():
            monkeypatch.setenv(name, text)
        bufferctl(["doctor"])
        assert "main is not protected" not in capsys.readouterr().out
        assert team.github.api.asked == []
        monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
        assert bufferctl(["doctor"]) == 0
    assert "warning  main is not protected" in capsys.readouterr().out


def test_nothing_set_up_on_gitlab(on_gitlab: OnGitLab) -> None:
    """An open branch, no schedule, and variables that a Developer may not see."""
    assert gitlab(on_gitlab) == {
        "main is not protected, so whoever may push there publishes": False,
        "A request can be merged before its plan": False,
        "No schedule runs on main, so nobody hears of what fails": False,
        "This job's token may not see the variables": None,
    }


def test_all_set_up_on_gitlab(on_gitlab: OnGitLab) -> None:
    """As the page says."""
    fake = on_gitlab.gitlab
    fake.waits, fake.push_level = True, 0
    fake.schedules = [{"ref": "refs/heads/main", "active": True}]
    fake.variables = [
        {"key": key, "environment_scope": scope, "protected": scope == "buffer-publish", "masked": True}
        for key in ("BUFFER_API_KEY", "GITLAB_TOKEN")
        for scope in ("buffer-plan", "buffer-publish")
    ]
    found = gitlab(on_gitlab)
    assert set(found.values()) == {True}
    assert len(found) == 7
    fake.variables[1]["protected"] = False
    fake.push_level = 40
    found = gitlab(on_gitlab)
    assert [each for each, is_fine in found.items() if is_fine is False] == [
        "main is protected, but some may push there and so publish",
        "BUFFER_API_KEY in the environment scope buffer-publish is not protected, so every branch gets it",
    ]


def test_variables_that_are_not_masked_on_gitlab(on_gitlab: OnGitLab) -> None:
    """Each is named, also one that is not protected either; what `init --ci` asks for is checked."""
    on_gitlab.gitlab.variables = [
        {"key": "BUFFER_API_KEY", "environment_scope": "buffer-plan", "masked": False},
        {"key": "GITLAB_TOKEN", "environment_scope": "buffer-plan", "masked": True},
        {"key": "BUFFER_API_KEY", "environment_scope": "buffer-publish", "protected": True, "masked": True},
        {"key": "GITLAB_TOKEN", "environment_scope": "buffer-publish", "protected": False, "masked": False},
    ]
    found = gitlab(on_gitlab)
    assert {each: is_fine for each, is_fine in found.items() if "environment scope" in each} == {
        "BUFFER_API_KEY in the environment scope buffer-plan is not masked, so the log of a job may show it": False,
        "There is a GITLAB_TOKEN in the environment scope buffer-plan": True,
        "There is a BUFFER_API_KEY in the environment scope buffer-publish": True,
        "GITLAB_TOKEN in the environment scope buffer-publish is not protected, so every branch gets it": False,
        "GITLAB_TOKEN in the environment scope buffer-publish is not masked, so the log of a job may show it": False,
    }
