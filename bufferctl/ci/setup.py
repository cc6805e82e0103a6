"""The files and settings that a repository needs before its pull or merge requests are planned and published.

The files are those of the examples, which name a release of bufferctl by its commit.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from importlib.resources import files
from pathlib import Path

from bufferctl import DOCS
from bufferctl.errors import ConfigError
from bufferctl.git import git
from bufferctl.model.desired import GIT_REMOTE
from bufferctl.value import value

GITHUB, GITLAB = "github", "gitlab"
#: By forge: the path of each file, and the example that it is.
EXAMPLES: Mapping[str, tuple[tuple[str, str], ...]] = {
    GITHUB: (
        (".github/workflows/plan.yml", "github-actions/.github/workflows/plan.yml"),
        (".github/workflows/apply.yml", "github-actions/.github/workflows/apply.yml"),
    ),
    GITLAB: ((".gitlab-ci.yml", "gitlab/.gitlab-ci.yml"),),
}
#: A remote: `https://HOST/PATH`, `ssh://git@HOST/PATH`, or `git@HOST:PATH`; also with a user or a port.
_REMOTE = re.compile(r"(?:\w+://)?(?:[^@/]+@)?(?P<host>[^/:]+)(?::\d+)?[/:]/?(?P<path>.+?)(?:\.git)?/?")


@value()
class Setting:
    """One thing that a person sets up, and the page for it: its address, or its place in the menu."""

    what: str
    where: str


@value()
class Repository:
    """A repository on a forge. `web` is its page, empty if unknown. `branch` is the published branch."""

    forge: str
    web: str
    branch: str

    @property
    def files(self) -> dict[str, str]:
        """The text of each file that it needs, by its path."""
        found = {path: _example(name) for path, name in EXAMPLES[self.forge]}
        return {path: text.replace("branches: [main]", f"branches: [{self.branch}]") for path, text in found.items()}

    def page(self, path: str, menu: str) -> str:
        """The address of a page of the repository, or, if that is unknown, where people find it in the menu."""
        return f"{self.web}/{path}" if self.web else menu

    @property
    def settings(self) -> tuple[Setting, ...]:
        """The settings that a person makes, in order."""
        return tuple(_SETTINGS[self.forge](self))


def repository_of(folder: Path, forge: str = "") -> Repository:
    """The repository that `origin` names.

    `forge` is needed if its URL does not show the forge. Raises ConfigError if the forge is unknown.
    """
    url = git(folder, "config", "--get", operands=[f"remote.{GIT_REMOTE}.url"]).stdout.strip()
    found = _REMOTE.fullmatch(url)
    host, path = (found["host"].lower(), found["path"]) if found else ("", "")
    named = {name for name in (GITHUB, GITLAB) if name in host.split(".")}
    if not forge and len(named) != 1:
        where = f"`origin` ({host or url}) is neither on GitHub nor on GitLab" if url else "There is no `origin`"
        raise ConfigError(
            where,
            hint="Name the forge: `bufferctl init --ci gitlab`, or github.",
        )
    head = git(folder, "symbolic-ref", "--short", operands=[f"refs/remotes/{GIT_REMOTE}/HEAD"]).stdout.strip()
    branch = head.removeprefix(f"{GIT_REMOTE}/") or "main"
    return Repository(forge or named.pop(), f"https://{host}/{path}" if path and not Path(url).exists() else "", branch)


def _example(name: str) -> str:
    """An example's text: from the package, or the checkout that this runs in."""
    packaged = files("bufferctl.ci").joinpath("examples", name)
    if packaged.is_file():
        return packaged.read_text(encoding="utf-8")
    return (Path(__file__).parents[2] / "examples" / name).read_text(encoding="utf-8")


#: What Buffer's API does not return.
_EXPIRY = Setting(
    "The day on which the first of the two keys expires, such as api_key_expires: 2027-01-31; an issue reminds you",
    "buffer.yaml",
)


def _on_github(repository: Repository) -> list[Setting]:
    branch = repository.branch
    environments = repository.page("settings/environments", "Settings, Environments")
    branches = repository.page("settings/branches", "Settings, Branches")
    write = f"Environment buffer-publish for {branch} alone (Deployment branches), with the secret BUFFER_API_KEY"
    return [
        _EXPIRY,
        Setting("Environment buffer-plan, with the secret BUFFER_API_KEY: a key that can only read", environments),
        Setting(f"{write}: a key that can write", environments),
        Setting(
            f"Protect {branch}: require a pull request, an approval (dismiss stale ones), and the check posts / plan",
            branches,
        ),
    ]


def _on_gitlab(repository: Repository) -> list[Setting]:
    branch = repository.branch
    tokens = repository.page("-/settings/access_tokens", "Settings, Access tokens")
    variables = repository.page("-/settings/ci_cd", "Settings, CI/CD, Variables")
    protected = repository.page("-/settings/repository", "Settings, Repository, Protected branches")
    checks = repository.page("-/settings/merge_requests", "Settings, Merge requests")
    schedules = repository.page("-/pipeline_schedules", "Build, Pipeline schedules")
    plan = "Variables of the environment scope buffer-plan, masked"
    publish = "Variables of the environment scope buffer-publish, masked and protected"
    return [
        _EXPIRY,
        Setting("Access token for plans: role Reporter, scopes api and read_repository", tokens),
        Setting("Access token for publishing: role Developer, scopes api and write_repository", tokens),
        Setting(f"{plan}: BUFFER_API_KEY (can only read), GITLAB_TOKEN (Reporter)", variables),
        Setting(f"{publish}: BUFFER_API_KEY (can write), GITLAB_TOKEN (Developer)", variables),
        Setting(f"Protect {branch}: nobody is allowed to push", protected),
        Setting("Pipelines must succeed", checks),
        Setting(f"Pipeline schedule of {branch}, every hour", schedules),
    ]


_SETTINGS: Mapping[str, Callable[[Repository], list[Setting]]] = {GITHUB: _on_github, GITLAB: _on_gitlab}
#: The page that has all of it in order.
PAGE = f"{DOCS}/start/team.md"
