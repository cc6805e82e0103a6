"""Checks the settings of a repository, as far as the token of a job may see them."""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus
from urllib.parse import quote

from pydantic import AliasPath, BaseModel, Field

from bufferctl.ci.http import Api
from bufferctl.errors import ForgeError
from bufferctl.value import value

#: The environments, or environment scopes, of the two keys.
PLAN, PUBLISH = "buffer-plan", "buffer-publish"
_KEY = "BUFFER_API_KEY"


@value()
class Found:
    """A setting that was checked. `is_fine` is None if the token may not see it; `hint` says what to do."""

    message: str
    is_fine: bool | None = True
    hint: str = ""


class _GitHubRepository(BaseModel):
    default_branch: str


class _GitHubBranch(BaseModel):
    protected: bool = False
    checks: list[str] = Field([], validation_alias=AliasPath("protection", "required_status_checks", "contexts"))


class _BranchPolicy(BaseModel):
    protected_branches: bool = False


class _Environment(BaseModel):
    deployment_branch_policy: _BranchPolicy | None = None


class _Named(BaseModel):
    name: str


class _Policies(BaseModel):
    branch_policies: list[_Named]


def on_github(api: Api, name: str) -> Iterator[Found]:
    """Checks the published branch and the two environments. `name` is the repository's. Raises ForgeError."""
    branch = api.get(f"../{name}", _GitHubRepository).default_branch
    protection = api.get(f"branches/{quote(branch, safe='')}", _GitHubBranch)
    if not protection.protected:
        yield Found(
            f"{branch} is not protected, so whoever may push there publishes",
            is_fine=False,
            hint="Protect it (Settings, Branches).",
        )
    elif not any(each.rpartition("/")[2].strip() == "plan" for each in protection.checks):
        hint = "Require the check `posts / plan` (Settings, Branches)."
        yield Found(f"{branch} is protected, but a request can be merged before its plan", is_fine=False, hint=hint)
    else:
        yield Found(f"{branch} is protected, and the check of the plan is required")
    for each in (PLAN, PUBLISH):
        yield _environment(api, each, branch)


def _environment(api: Api, name: str, branch: str) -> Found:
    try:
        found = api.get(f"environments/{name}", _Environment)
        policy = found.deployment_branch_policy
        if name == PLAN:
            return Found(f"There is an environment {name}")
        if policy is None:
            hint = f"Under Deployment branches, allow only {branch} (Settings, Environments)."
            return Found(f"Every branch may use the environment {name}, and so its key", is_fine=False, hint=hint)
        if policy.protected_branches:
            return Found(f"Only protected branches may use the environment {name}")
        policies = api.get(f"environments/{name}/deployment-branch-policies", _Policies).branch_policies
    except ForgeError as error:
        if error.status == HTTPStatus.NOT_FOUND:
            hint = f"Create it (Settings, Environments), with the secret {_KEY}."
            return Found(f"There is no environment {name}, so its jobs have no key", is_fine=False, hint=hint)
        return _unseen(error, f"the environment {name}", "`permissions: {actions: read}`")
    names = [each.name for each in policies]
    if names == [branch]:
        return Found(f"Only {branch} may use the environment {name}")
    hint = f"Under Deployment branches, allow only {branch} (Settings, Environments)."
    return Found(f"{', '.join(names)} may use the environment {name}, and so its key", is_fine=False, hint=hint)


def _unseen(error: ForgeError, what: str, needs: str) -> Found:
    """A finding that the token may not see something. Raises the error if it is another one."""
    if error.status not in {HTTPStatus.FORBIDDEN, HTTPStatus.UNAUTHORIZED}:
        raise error
    return Found(f"This job's token may not see {what}", is_fine=None, hint=f"Look yourself; it needs {needs}.")


class _Project(BaseModel):
    default_branch: str
    only_allow_merge_if_pipeline_succeeds: bool = False


class _Level(BaseModel):
    access_level: int | None = None


class _Protected(BaseModel):
    push_access_levels: list[_Level] = []


class _Schedule(BaseModel):
    ref: str
    active: bool


class _Variable(BaseModel):
    key: str
    environment_scope: str = "*"
    protected: bool = False
    masked: bool = False


def on_gitlab(api: Api, number: str) -> Iterator[Found]:
    """Checks the published branch, its schedule, and the variables. `number` is the project's. Raises ForgeError."""
    project = api.get(f"../{number}", _Project)
    branch = project.default_branch
    yield _protected(api, branch)
    if project.only_allow_merge_if_pipeline_succeeds:
        yield Found("A request can be merged only after its plan")
    else:
        hint = "Settings, Merge requests, Pipelines must succeed."
        yield Found("A request can be merged before its plan", is_fine=False, hint=hint)
    yield _scheduled(api, branch)
    yield from _variables(api)


def _protected(api: Api, branch: str) -> Found:
    hint = "Settings, Repository, Protected branches: nobody is allowed to push."
    try:
        found = api.get(f"protected_branches/{quote(branch, safe='')}", _Protected)
    except ForgeError as error:
        if error.status == HTTPStatus.NOT_FOUND:
            return Found(f"{branch} is not protected, so whoever may push there publishes", is_fine=False, hint=hint)
        return _unseen(error, f"how {branch} is protected", "the role Maintainer")
    if any(each.access_level for each in found.push_access_levels):
        return Found(f"{branch} is protected, but some may push there and so publish", is_fine=False, hint=hint)
    return Found(f"Nobody may push to {branch}")


def _scheduled(api: Api, branch: str) -> Found:
    try:
        schedules = list(api.pages("pipeline_schedules", _Schedule))
    except ForgeError as error:
        return _unseen(error, "pipeline schedules", "the role Developer")
    if any(each.active and each.ref.removeprefix("refs/heads/") == branch for each in schedules):
        return Found(f"There is a pipeline schedule of {branch}")
    hint = "Create one for every hour (Build, Pipeline schedules)."
    return Found(f"No schedule runs on {branch}, so nobody hears of what fails", is_fine=False, hint=hint)


def _variables(api: Api) -> Iterator[Found]:
    try:
        variables = list(api.pages("variables", _Variable))
    except ForgeError as error:
        yield _unseen(error, "the variables", "the role Maintainer")
        return
    where = "Settings, CI/CD, Variables"
    for scope in (PLAN, PUBLISH):
        for key in (_KEY, "GITLAB_TOKEN"):
            found = next((each for each in variables if (each.key, each.environment_scope) == (key, scope)), None)
            if found is None:
                yield Found(
                    f"There is no {key} in the environment scope {scope}", is_fine=False, hint=f"Add it ({where})."
                )
                continue
            is_open = scope == PUBLISH and not found.protected
            if is_open:
                message = f"{key} in the environment scope {scope} is not protected, so every branch gets it"
                yield Found(message, is_fine=False, hint=f"Protect it ({where}).")
            if not found.masked:
                message = f"{key} in the environment scope {scope} is not masked, so the log of a job may show it"
                yield Found(message, is_fine=False, hint=f"Mask it ({where}).")
            if found.masked and not is_open:
                yield Found(f"There is a {key} in the environment scope {scope}")
