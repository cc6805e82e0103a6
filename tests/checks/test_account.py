"""Rules in the commands that ask Buffer: errors that stop the run, limits that the account decides, warnings."""

from __future__ import annotations

import json

import pytest

from tests.cli.conftest import Project, environment, project, services

__all__ = ["environment", "project", "services"]  # fixtures, used here by name

HEAD = """\
version: 1
timezone: Europe/Berlin
managed_since: 2029-12-01T00:00:00Z
organizations:
  - name: Acme
    channels:
      - service: {service}
        name: {name}
        posts:
"""


def declare(project: Project, service: str, text: str, more: str = "") -> None:
    """One post on a channel of Acme."""
    name = project.sandbox.channel(service)["name"]
    project.write(
        "buffer.yaml",
        HEAD.format(service=service, name=f'"{name}"')
        + f"          - {{key: one, due_at: 2029-12-20 09:00, text: {text}}}\n{more}",
    )


def test_errors_stop_before_buffer_is_asked(project: Project) -> None:
    """A text that is too long ends plan and apply with 1, before any request."""
    declare(project, "threads", "x" * 501)
    for command in (("plan",), ("apply", "--auto-approve")):
        ran = project(*command)
        assert (ran.code, ran.out) == (1, "")
        assert "[BC001]" in ran.err
        assert "nothing was done" in ran.err
    assert project.sandbox.requests == []


def test_warnings_are_said_once_and_stop_nothing(project: Project) -> None:
    """The post is sent; its warning is on stderr, once in each command."""
    declare(project, "linkedin", "http://acme.example")
    planned = project("plan")
    assert (planned.code, planned.err.count("[BC102]")) == (0, 1)
    applied = project.apply()
    assert (applied.code, applied.err.count("[BC102]")) == (0, 1)


@pytest.mark.parametrize("command", ["plan", "apply"])
def test_server_that_takes_more(project: Project, command: str) -> None:
    """The Mastodon server allows 1,000, so 501 characters are fine; validate on its own could only warn."""
    sandbox = project.sandbox
    server = {"maxCharacters": 1000, "serverUrl": "https://social.example"}
    sandbox.person.set_channel(sandbox.channel("mastodon")["id"], metadata=server)
    declare(project, "mastodon", "x" * 501)
    validated = project("validate")
    assert (validated.code, "[BC003]" in validated.out) == (0, True)
    ran = project.apply() if command == "apply" else project(command)
    assert (ran.code, ran.err) == (0, "")


@pytest.mark.parametrize("most", [500, 400])
def test_server_that_takes_less(project: Project, most: int) -> None:
    """The server's limit applies: nothing is sent, and the place is shown."""
    sandbox = project.sandbox
    server = {"maxCharacters": most, "serverUrl": "https://social.example"}
    sandbox.person.set_channel(sandbox.channel("mastodon")["id"], metadata=server)
    declare(project, "mastodon", "x" * (most + 1))
    before = sandbox.dump()
    for command in (("plan",), ("apply", "--auto-approve")):
        ran = project(*command)
        assert (ran.code, ran.out, ran.err.count("[BC001]")) == (1, "", 1)
        assert f"Mastodon allows {most} characters and this text has {most + 1}" in ran.err
        assert "buffer.yaml:10:" in ran.err
        assert "nothing was sent to Buffer" in ran.err
    assert sandbox.dump() == before


def test_looking_for_drift_judges_nothing(project: Project) -> None:
    """Buffer is read, even if the texts in the files break rules."""
    declare(project, "mastodon", "Hello")
    project.apply()
    declare(project, "mastodon", "x" * 501)
    declared = project("drift")
    assert (declared.code, "BC00" in declared.err) == (0, False)


def test_validate_can_only_guess_whether_an_account_pays_for_x(project: Project) -> None:
    """It says so."""
    declare(project, "twitter", "x" * 281)
    validated = project("validate")
    assert (validated.code, "if the account pays for X" in validated.out) == (1, True)


def test_account_that_does_not_pay_for_x(project: Project) -> None:
    """Plan reports the error, and what Buffer says of the account."""
    declare(project, "twitter", "x" * 281)
    ran = project("plan")
    assert (ran.code, ran.err.count("[BC002]")) == (1, 1)
    assert "shorten it by 1, or give this network a text of its own" in ran.err
    assert "according to Buffer, this account does not pay for X" in ran.err


@pytest.fixture
def paying(project: Project) -> Project:
    """An account that pays for X."""
    sandbox = project.sandbox
    sandbox.person.set_channel(sandbox.channel("twitter")["id"], metadata={"subscriptionType": "Premium"})
    return project


def test_account_that_pays_for_x(paying: Project) -> None:
    """281 characters are sent."""
    declare(paying, "twitter", "x" * 281)
    assert paying.apply().code == 0


def test_what_is_too_long_for_an_account_that_pays_for_x(paying: Project) -> None:
    """It allows 25,000."""
    declare(paying, "twitter", "x" * 25_001)
    assert paying("plan").code == 1


def test_an_error_that_is_not_to_be_one(project: Project) -> None:
    """The setting in the file wins: the post is sent, and Buffer refuses it."""
    declare(project, "threads", "x" * 501, "rules: {BC001: warning}\n")
    ran = project("apply", "--auto-approve", "--settle", "0")
    assert (ran.code, "[BC001]" in ran.err) == (1, True)
    assert "Threads posts cannot exceed 500 characters." in ran.out


def test_a_warning_that_is_to_be_an_error(project: Project) -> None:
    """The team's setting turns it into an error, which stops the run."""
    declare(project, "linkedin", "http://acme.example", "rules: {BC102: error}\n")
    assert (project("validate").code, project("plan").code, project.sandbox.requests) == (1, 1, [])


def test_many_warnings_are_counted_before_a_plan(project: Project) -> None:
    """Three of a kind, and the number of the others; validate shows all."""
    name = project.sandbox.channel("linkedin")["name"]
    posts = "".join(
        f"          - {{key: p{day}, due_at: 2029-12-{day} 09:00, text: http://acme.example/{day}}}\n"
        for day in range(10, 20)
    )
    project.write("buffer.yaml", HEAD.format(service="linkedin", name=name) + posts)
    planned = project("plan")
    assert planned.err.count("this link is not https") == 3
    assert "warning: and 7 more like those of link-not-https [BC102]" in planned.err
    assert project("validate").out.count("this link is not https") == 10


def not_https(project: Project, count: int, rules: str = "") -> None:
    """A file with this many posts whose link is not https."""
    name = project.sandbox.channel("linkedin")["name"]
    posts = "".join(
        f"          - {{key: p{number}, due_at: 2029-12-{10 + number // 2} {9 + 8 * (number % 2):02}:00,"
        f" text: http://acme.example/{number}}}\n"
        for number in range(count)
    )
    project.write("buffer.yaml", HEAD.format(service="linkedin", name=name) + posts + rules)


@pytest.mark.parametrize(("count", "shown"), [(20, 20), (21, 3)])
@pytest.mark.parametrize(("rules", "level"), [("", "warning"), ("rules: {BC102: error}\n", "error")])
def test_too_many_findings_are_counted_by_validate(
    project: Project, count: int, shown: int, rules: str, level: str
) -> None:
    """The first three of more than 20, and how many are left."""
    not_https(project, count, rules)
    ran = project("validate")
    assert ran.out.count("this link is not https") == shown
    assert (f"{level}: and {count - 3} more like those of link-not-https [BC102]" in ran.out) is (shown == 3)
    assert ran.out.index("http://acme.example/0") < ran.out.index("http://acme.example/2")
    assert f"{count} errors in 1 file" in ran.out or not rules


def test_json_of_validate_has_all_findings(project: Project) -> None:
    """However many there are."""
    not_https(project, 21)
    assert len(json.loads(project("validate", "--json").out)["problems"]) == 21


def test_too_many_findings_are_counted_in_annotations(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first nine are annotated, since a forge shows ten; the last one counts the others."""
    not_https(project, 21)
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    assert "and 12 more warnings" in project("validate").err


def test_warnings_of_files_that_are_not_named(project: Project) -> None:
    """A PATH limits the warnings to its file; errors elsewhere still stop the run."""
    declare(project, "linkedin", "http://acme.example")
    project.write("posts/more.yaml", "posts: [{key: two, due_at: 2029-12-21 09:00, channels: [linkedin], text: Two}]\n")
    assert project("plan", "posts/more.yaml").err == ""
    declare(project, "linkedin", "x" * 3001)
    assert project("plan", "posts/more.yaml").code == 1
