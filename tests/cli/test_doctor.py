"""`bufferctl doctor`: what is missing or broken, each with its fix; nothing is changed."""

from __future__ import annotations

import json
import os
import platform
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest

from bufferctl import __version__
from bufferctl.errors import BufferctlError
from bufferctl.run.checkup import failed
from bufferctl.sandbox import Clock
from bufferctl.state import Lock
from tests.cli.conftest import Prints, Project, Ran
from tests.near import answered
from tests.sandbox.near import Near
from tests.stores.git import git

FILES = """\
version: 1
timezone: Europe/Berlin
managed_since: 2026-01-01T00:00:00Z
organizations:
  - name: Acme
    channels:
      - {service: twitter, name: acme}
      - {service: linkedin, name: acme-inc}
"""


def made_the_same(ran: Ran) -> Ran:
    """The output without versions and times, which differ between runs; their lines are kept."""
    out = ran.out.replace(__version__, "<version>").replace(platform.python_version(), "<python>")
    return Ran(ran.code, re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d UTC", "<time>", out), ran.err)


@pytest.fixture
def today(environment: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Project]:
    """A project whose Buffer uses the real time and counts requests."""
    with Near(rate_limit="free") as sandbox:
        monkeypatch.setenv("BUFFER_API_URL", sandbox.url)
        yield Project(environment, sandbox)


def test_nothing_set_up(
    environment: Path, run: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch, prints: Prints
) -> None:
    """Exit 4, with the key as the first step and the files next."""
    monkeypatch.delenv("BUFFER_API_KEY")
    prints("doctor/nothing", made_the_same(run("doctor")))
    assert list(environment.iterdir()) == []


def test_each_check_says_what_it_is_about(today: Project) -> None:
    """In JSON, so that a program can tell them apart."""
    today.write("buffer.yaml", FILES)
    checks = json.loads(today("doctor", "--json").out)["checks"]
    assert {each["about"] for each in checks} == {
        "version", "key", "clock", "quota", "organizations", "files", "names", "channels", "state", "lock", "journal",
    }  # fmt: skip


def test_a_state_that_nobody_else_has(today: Project) -> None:
    """A warning until it is committed, and again once an apply has changed it; whatever the remote is called."""
    today.write("buffer.yaml", FILES + "posts: [{key: one, channels: [twitter], draft: true, text: One}]\n")
    today.apply()
    warning = "Nobody else has the newest version of the state file .bufferctl/state.json"
    assert warning not in today("doctor").out.replace("\n         ", " ")
    git(today.folder, "init", "--quiet")
    git(today.folder, "remote", "add", "upstream", "https://acme.example/posts.git")
    assert warning in today("doctor").out.replace("\n         ", " ")
    git(today.folder, "add", "--all")
    git(today.folder, "commit", "--quiet", "--message", "One")
    assert warning not in today("doctor").out.replace("\n         ", " ")
    today.write("buffer.yaml", FILES + "posts: [{key: one, channels: [twitter], draft: true, text: Two}]\n")
    today.apply()
    assert warning in today("doctor").out.replace("\n         ", " ")


def test_all_well(today: Project, prints: Prints) -> None:
    """Exit 0; two requests; nothing is written."""
    today.write("buffer.yaml", FILES)
    prints("doctor/well", made_the_same(today("doctor")))
    assert len(today.sandbox.requests) == 2
    assert [path.name for path in today.folder.iterdir()] == ["buffer.yaml"]


def test_schema(today: Project) -> None:
    """One more request, and what the schema lacks, which is nothing here."""
    today.write("buffer.yaml", FILES)
    ran = today("doctor", "--schema")
    assert "Buffer's API has everything that bufferctl sends and reads" in " ".join(ran.out.split())
    assert (ran.code, len(today.sandbox.requests)) == (0, 3)


class Newer(Near):
    """A Buffer whose schema has another name for a field."""

    def _answer(self, request: httpx2.Request) -> httpx2.Response | None:
        found = super()._answer(request)
        if found is None or b"IntrospectionQuery" not in request.read():
            return found
        return answered(found.status_code, [], found.read().replace(b'"dueAt"', b'"due"'))


def test_a_schema_that_changed(environment: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit 1, with each thing that bufferctl needs and Buffer no longer has."""
    with Newer() as sandbox:
        monkeypatch.setenv("BUFFER_API_URL", sandbox.url)
        project = Project(environment, sandbox)
        project.write("buffer.yaml", FILES)
        ran = project("doctor", "--schema")
    said = "Buffer's API has changed: Cannot query field 'dueAt' on type 'Post'."
    assert (ran.code, said in " ".join(ran.out.split())) == (1, True), ran.out


def test_key_but_no_files(today: Project, prints: Prints) -> None:
    """Exit 1, with `init` as the fix; all channels of the account are checked."""
    prints("doctor/no-files", made_the_same(today("doctor")))


def test_refused_key(today: Project, prints: Prints, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit 4: refused or expired, since Buffer reports both the same way."""
    today.write("buffer.yaml", FILES)
    monkeypatch.setenv("BUFFER_API_KEY", "expired")
    prints("doctor/refused", made_the_same(today("doctor")))


@pytest.mark.parametrize(("days", "verdict"), [(60, "ok"), (7, "warning"), (0, "warning"), (-3, "warning")])
def test_a_key_that_expires(today: Project, days: int, verdict: str) -> None:
    """A warning from a week before the day that the files name, and no failure: Buffer accepts it still."""
    day = datetime.now(UTC).date() + timedelta(days=days)
    today.write("buffer.yaml", f"{FILES}api_key_expires: {day}\n")
    ran = today("doctor", "--json")
    (check,) = [each for each in json.loads(ran.out)["checks"] if "api_key_expires" in each["message"]]
    assert (check["about"], check["verdict"], ran.code) == ("key", verdict, 0)


def test_buffer_out_of_reach(
    environment: Path, run: Callable[..., Ran], prints: Prints, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit 1, since the key is not the cause."""
    (environment / "buffer.yaml").write_text(FILES)
    monkeypatch.setenv("BUFFER_API_URL", "http://somewhere.example")
    prints("doctor/out-of-reach", made_the_same(run("doctor")))


def test_names_keep_their_letters() -> None:
    """A host keeps its spelling at the start of a sentence; a word is capitalized."""
    said = [failed("connection", BufferctlError(text)).message for text in ("no.example cannot be reached", "the key")]
    assert said == ["no.example cannot be reached", "The key"]


def test_channels_that_publish_nothing(today: Project, prints: Prints) -> None:
    """Exit 1 for a disconnected or locked channel in the files; a paused queue is a warning; others are not listed."""
    today.write("buffer.yaml", FILES + "      - {service: facebook, name: acme}\n")
    channels = {name: today.sandbox.channel(name) for name in ("twitter", "linkedin", "facebook", "instagram")}
    today.sandbox.person.set_channel(channels["twitter"]["id"], isDisconnected=True)
    today.sandbox.person.set_channel(channels["linkedin"]["id"], isLocked=True)
    today.sandbox.person.set_channel(channels["facebook"]["id"], isQueuePaused=True)
    today.sandbox.person.set_channel(channels["instagram"]["id"], isDisconnected=True)
    prints("doctor/channels", made_the_same(today("doctor")))


def test_names_that_are_not_there(today: Project, prints: Prints) -> None:
    """Exit 1, with the place in the file and what the account has."""
    today.write("buffer.yaml", FILES + "      - {service: mastodon, name: nobody}\n")
    prints("doctor/names", made_the_same(today("doctor")))


def test_an_organization_that_is_not_there(today: Project) -> None:
    """The problem is reported, without a line about channels: none was found that could be well."""
    today.write("buffer.yaml", FILES.replace("name: Acme", "name: Initech", 1))
    ran = today("doctor")
    assert ran.code == 1
    assert "the account has no organization `Initech`" in ran.out
    assert "all connected" not in ran.out


def test_files_with_errors(today: Project, prints: Prints) -> None:
    """Exit 1, with the number of errors; validate shows them."""
    today.write("buffer.yaml", FILES + "    idea: []\n")
    prints("doctor/invalid", made_the_same(today("doctor")))


def test_files_that_break_a_rule(today: Project) -> None:
    """The same verdict as validate: a post that the network refuses is a problem too."""
    today.write("buffer.yaml", FILES)
    due = f"{datetime.now(UTC) + timedelta(days=3):%Y-%m-%d %H:%M}"
    text = "long " * 100
    today.write("posts/one.yaml", f"posts:\n  - {{key: one, due_at: {due}, channels: [twitter], text: {text}}}\n")
    ran = today("doctor")
    assert "problem  1 error in 1 file, so nothing can be planned." in ran.out
    assert ran.code == 1


@pytest.mark.parametrize(
    ("minutes", "said"), [(10, "10 minutes behind"), (-10, "10 minutes ahead of"), (180, "3 hours behind")]
)
def test_a_clock_that_goes_wrong(
    environment: Path, run: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch, minutes: int, said: str
) -> None:
    """A warning, exit 0."""
    (environment / "buffer.yaml").write_text(FILES)
    with Near(clock=Clock(datetime.now(UTC) + timedelta(minutes=minutes))) as sandbox:
        monkeypatch.setenv("BUFFER_API_URL", sandbox.url)
        ran = run("doctor")
    assert f"warning  This machine's clock is {said} Buffer's" in ran.out
    assert ran.code == 0


def test_a_clock_that_nothing_is_known_of(
    environment: Path, run: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is not called right where Buffer does not say what time it is."""
    (environment / "buffer.yaml").write_text(FILES)
    with Near(sends_date=False) as sandbox:
        monkeypatch.setenv("BUFFER_API_URL", sandbox.url)
        said = " ".join(run("doctor").out.split())
    assert "ok Buffer's answers do not say what time it is, so this machine's clock is used." in said


def used(today: Project, number: int) -> None:
    """So many requests were made."""
    quota, now = today.sandbox.service.quota, today.sandbox.clock.now()
    assert quota
    assert [quota.take(now) for _ in range(number)] == [None] * number


def test_little_quota(today: Project) -> None:
    """A warning, since a plan may no longer fit."""
    today.write("buffer.yaml", FILES)
    used(today, 90)
    ran = today("doctor")
    assert re.search(r"warning  8 of 100 requests left in 15 minutes, all of them again at", ran.out)
    assert re.search(r"ok       158 of 250 requests left in 24 hours", ran.out)
    assert ran.code == 0


def test_no_requests_left(today: Project) -> None:
    """Exit 1, not 5: nothing was stopped partway."""
    used(today, 100)
    ran = today("doctor")
    assert "problem  All requests of the last 15 minutes are used up" in ran.out
    assert ran.code == 1


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("damaged", "{"),
        ("of-another-endpoint", '{"format_version": "3.0", "endpoint": "https://api.buffer.com", "organizations": {}}'),
    ],
)
def test_state_that_cannot_be_used(today: Project, prints: Prints, name: str, text: str) -> None:
    """Exit 1, with its fix."""
    today.write("buffer.yaml", FILES)
    today.write(".bufferctl/state.json", text)
    prints(f"doctor/state-{name}", made_the_same(today("doctor")))


def test_state_of_another_account(today: Project, prints: Prints) -> None:
    """Exit 1: the key does not reach the organization in the state."""
    today.write("buffer.yaml", FILES)
    today.write(
        ".bufferctl/state.json",
        json.dumps(
            {
                "format_version": "3.0",
                "endpoint": today.sandbox.url,
                "organizations": {"strange": {"c": {"objects": {"k": {"id": "p", "origin": "created"}}}}},
            }
        ),
    )
    prints("doctor/state-of-another-account", made_the_same(today("doctor")))


def test_a_state_that_cannot_be_written(today: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit 1, before an apply needs it."""
    today.write("buffer.yaml", FILES + "posts: [{key: one, channels: [twitter], draft: true, text: One}]\n")
    today.apply()
    monkeypatch.setattr(os, "access", lambda *_: False)
    ran = today("doctor")
    assert (ran.code, "cannot be written" in " ".join(ran.out.split())) == (1, True), ran.out


def test_a_lock_that_is_held(today: Project) -> None:
    """A warning with the holder's name; exit 0."""
    today.write("buffer.yaml", FILES)
    with Lock(Path(os.environ["XDG_STATE_HOME"], "bufferctl"), today.sandbox.url).held(0):
        ran = today("doctor")
    assert re.search(r"warning  The lock is held by \S* ?on \S+ \(process", ran.out)
    assert ran.code == 0


def test_after_an_apply(today: Project) -> None:
    """The number of tracked posts is shown."""
    due = f"{datetime.now(UTC) + timedelta(days=3):%Y-%m-%d %H:%M}"
    today.write("posts/one.yaml", f"posts:\n  - {{key: one, due_at: {due}, channels: [twitter], text: One}}\n")
    today.write("buffer.yaml", FILES)
    assert today.apply().code == 0
    assert "ok       The state file .bufferctl/state.json tracks 1 post" in today("doctor").out


def test_what_a_cut_off_apply_left(today: Project, prints: Prints) -> None:
    """A warning, with apply as the fix."""
    due = f"{datetime.now(UTC) + timedelta(days=3):%Y-%m-%d %H:%M}"
    today.write("posts/one.yaml", f"posts:\n  - {{key: one, due_at: {due}, channels: [twitter], text: One}}\n")
    today.write("buffer.yaml", FILES)
    today.sandbox.set_faults("cut-after@createPost,rate-limit@posts#2+")
    today("apply", "--auto-approve", "--settle", "0", "--max-wait", "0")
    today.sandbox.set_faults()
    prints("doctor/cut-off", made_the_same(today("doctor")))


def test_what_an_apply_left_in_a_project_that_was_moved(today: Project) -> None:
    """It is still this project's: they have one state."""
    today.write("buffer.yaml", FILES + "posts: [{key: one, channels: [twitter], text: One}]\n")
    today.apply()
    today.write("posts/two.yaml", "posts: [{key: two, channels: [twitter], text: Two}]\n")
    today.sandbox.set_faults("cut-after@createPost,rate-limit@posts#2+")
    today("apply", "--auto-approve", "--settle", "0", "--max-wait", "0")
    today.sandbox.set_faults()
    moved = replace(today, folder=today.folder.rename(today.folder.with_name("moved")))
    assert "An apply was cut off and left 1 write without an answer" in moved("doctor").out


def test_the_key_in_a_file(today: Project) -> None:
    """It is named, since there may be others."""
    key = today.write("key.txt", "sandbox")
    assert f"Buffer accepts the key in {key}." in " ".join(today("doctor", "--api-key-file", str(key)).out.split())


def test_json(today: Project) -> None:
    """Every finding with its subject, verdict and fix; the same exit code."""
    ran = today("doctor", "--json")
    told = json.loads(ran.out)
    assert (told["kind"], ran.code) == ("doctor", 1)
    files = next(each for each in told["checks"] if each["about"] == "files")
    assert files["verdict"] == "problem"
    assert files["hint"] == "`bufferctl init` writes one; `-f FILE` names another file."
    assert {each["verdict"] for each in told["checks"]} == {"ok", "problem"}


def test_the_key_is_never_shown(today: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither when accepted nor when refused."""
    monkeypatch.setenv("BUFFER_API_KEY", "bk_live_secret-of-mine")
    ran = today("doctor", "--debug")
    assert "secret-of-mine" not in ran.out + ran.err


def test_as_wide_as_the_terminal(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Prose is folded to COLUMNS; a command stays on one line, ready to paste."""
    monkeypatch.setenv("COLUMNS", "44")
    project.write("buffer.yaml", "version: 2\n")
    lines = project("doctor").out.splitlines()
    assert max(map(len, lines)) <= 44
    assert "bufferctl validate" in [line.strip() for line in lines]
