"""`bufferctl state`: showing and repairing the state by hand. No requests, no key."""

from __future__ import annotations

import json
import os
import re
import shlex
from pathlib import Path

import pytest

from bufferctl.state import Lock
from tests.cli.conftest import Begin, Prints, Project
from tests.cli.written import HEAD, ONE

CONFIG = f"""\
{HEAD}          - {{key: launch, due_at: 2029-12-20 09:00, text: We are live}}
          - {{key: teaser, text: Soon}}
    ideas:
      - {{key: hiring, title: How we hire}}
"""
LAUNCH = "Acme/twitter:acme/launch"


def apply(project: Project) -> None:
    """Apply two posts and an idea."""
    project.write("buffer.yaml", CONFIG)
    project.apply()


@pytest.fixture
def applied(begin: Begin, monkeypatch: pytest.MonkeyPatch) -> Project:
    """Two posts and an idea, applied; then neither key nor network."""
    project = begin(apply)
    monkeypatch.delenv("BUFFER_API_KEY")
    return project


def addresses(project: Project) -> list[str]:
    """The addresses in the state."""
    return [each["address"] for each in json.loads(project("state", "list", "--json").out)["objects"]]


def test_list(applied: Project, prints: Prints) -> None:
    """Address, id and origin in columns."""
    prints("state/list", applied("state", "list"))
    assert applied.sandbox.requests == []


def test_list_json(applied: Project) -> None:
    """The same for machines."""
    document = json.loads(applied("state", "list", "--json").out)
    listed = document["objects"]
    assert (document["format_version"], document["kind"]) == ("2.0", "state")
    assert {each["address"] for each in listed} == {LAUNCH, "Acme/twitter:acme/teaser", "Acme/ideas/hiring"}
    assert {each["origin"] for each in listed} == {"created"}


def test_show(applied: Project) -> None:
    """All that is remembered of one, as JSON: its id, where it was declared."""
    shown = json.loads(applied("state", "show", LAUNCH).out)
    ids = {post["text"]: post["id"] for post in applied.sandbox.posts()}
    assert (shown["address"], shown["id"], shown["file"]) == (LAUNCH, ids["We are live"], "buffer.yaml")


def test_rm(applied: Project, prints: Prints, monkeypatch: pytest.MonkeyPatch) -> None:
    """Forgotten here, still in Buffer, and found again by content."""
    prints("state/rm", applied("state", "rm", LAUNCH))
    assert LAUNCH not in addresses(applied)
    assert len(applied.sandbox.posts()) == 2
    monkeypatch.setenv("BUFFER_API_KEY", "sandbox")
    assert "1 already there" in applied.apply().out
    assert LAUNCH in addresses(applied)


def test_rm_of_several(applied: Project) -> None:
    """One change of the state, with a line for each address, named once; the posts stay in Buffer."""
    teaser = "Acme/twitter:acme/teaser"
    serial = json.loads(applied.state.read_bytes())["serial"]
    ran = applied("state", "rm", LAUNCH, teaser, LAUNCH)
    assert (ran.code, [line.split()[1] for line in ran.out.splitlines()]) == (0, [LAUNCH, teaser])
    assert addresses(applied) == ["Acme/ideas/hiring"]
    assert json.loads(applied.state.read_bytes())["serial"] == serial + 1
    assert len(applied.sandbox.posts()) == 2


def test_mv(applied: Project, prints: Prints, monkeypatch: pytest.MonkeyPatch) -> None:
    """Remembered under another key: a file that says so has nothing to do."""
    prints("state/mv", applied("state", "mv", LAUNCH, "Acme/twitter:acme/first"))
    applied.write("buffer.yaml", CONFIG.replace("key: launch", "key: first"))
    monkeypatch.setenv("BUFFER_API_KEY", "sandbox")
    assert "No changes." in applied("plan").out


#: Each by the name of what it prints.
REFUSED = {
    "show-unknown": ("show", "Acme/twitter:acme/lunch"),
    "rm-unknown": ("rm", "nothing"),
    "rm-some-unknown": ("rm", "Acme/twitter:acme/lunch", LAUNCH, "nothing"),
    "mv-unknown": ("mv", "nothing", LAUNCH),
    "mv-to-another-channel": ("mv", LAUNCH, "Acme/linkedin:acme-inc/launch"),
    "mv-to-a-taken-one": ("mv", LAUNCH, "Acme/twitter:acme/teaser"),
    "mv-to-no-address": ("mv", LAUNCH, "first"),
}


def test_refused(applied: Project, prints: Prints) -> None:
    """The problem and the nearest address, and the state stays as it was: exit 64."""
    before = applied.state.read_bytes()
    for name, arguments in REFUSED.items():
        ran = applied("state", *arguments)
        prints(f"state/{name}", ran)
        assert (ran.code, applied.state.read_bytes()) == (64, before), name


@pytest.mark.parametrize("arguments", [("list",), ("show", LAUNCH), ("rm", LAUNCH), ("mv", LAUNCH, LAUNCH)])
def test_no_state_yet(project: Project, prints: Prints, arguments: tuple[str, ...]) -> None:
    """Before the first apply: said, exit 1."""
    project.write("buffer.yaml", CONFIG)
    prints("state/none-yet", project("state", *arguments))


def test_mending_needs_the_lock(applied: Project) -> None:
    """What an apply under way remembers is not pulled away beneath it: `rm` and `mv` wait for it, or refuse."""
    before = applied.state.read_bytes()
    with Lock(Path(os.environ["XDG_STATE_HOME"], "bufferctl"), applied.sandbox.url).held(0):
        for arguments in (("rm", LAUNCH), ("mv", LAUNCH, "Acme/twitter:acme/first")):
            ran = applied("state", *arguments)
            assert (ran.code, "Another run is using this account" in ran.err) == (1, True)
    assert applied.state.read_bytes() == before


@pytest.mark.parametrize("root", [("-f", "other.yaml"), ()], ids=["by root file", "by its file alone"])
def test_what_another_root_file_left_open_stays_its_own(project: Project, root: tuple[str, ...]) -> None:
    """Mending a state that is named takes over nothing that an apply of the folder's own root file left."""
    other = ("-f", "other.yaml", "--state", "other.json")
    project.write("other.yaml", CONFIG)
    project("apply", "--auto-approve", "--settle", "0", *other)
    project.write("buffer.yaml", f"{HEAD}          - {{key: start, due_at: 2029-12-22 09:00, text: Another}}\n")
    project.sandbox.set_faults("cut-after@createPost,rate-limit@posts#2+")
    project("apply", "--auto-approve", "--settle", "0", "--max-wait", "0")
    project.sandbox.set_faults()
    project("state", "rm", LAUNCH, *root, "--state", "other.json")
    assert "No earlier run was cut off" in project("doctor", *other).out


def test_two_addresses_of_one_post(applied: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """A merge of two files that were renamed apart: nothing is planned or sent until one address is forgotten."""
    monkeypatch.setenv("BUFFER_API_KEY", "sandbox")
    values = json.loads(applied.state.read_text(encoding="utf-8"))
    for channels in values["organizations"].values():
        for keys in (home["objects"] for home in channels.values()):
            if "launch" in keys:
                keys["start"] = {**keys["launch"], "address": "Acme/twitter:acme/start"}
    applied.state.write_text(json.dumps(values), encoding="utf-8")
    for command in (["plan"], ["apply", "--auto-approve"], ["pull"], ["import"]):
        ran = applied(*command)
        assert ran.code == 1
        assert f"two addresses, {LAUNCH} and Acme/twitter:acme/start" in ran.err
    assert applied("state", "rm", "Acme/twitter:acme/start").code == 0
    assert "No changes." in applied("plan").out


def test_a_beginning_in_the_future(project: Project) -> None:
    """The hint is the line to write, also for somebody who never posted: with it, plan goes on."""
    files = HEAD + ONE
    project.write("buffer.yaml", files.replace("2029-12-01T00:00:00Z", "2031-12-01T00:00:00Z"))
    ran = project("plan")
    assert ran.code == 1
    found = re.search(r"`(managed_since: \S+Z)`", " ".join(ran.err.split()))
    assert found, ran.err
    project.write("buffer.yaml", files.replace("managed_since: 2029-12-01T00:00:00Z", found[1]))
    assert "1 new post" in project("plan").out


TWO = """\
version: 1
timezone: Europe/Berlin
organizations:
  - name: Acme
    channels:
      - {service: twitter, name: acme}
      - {service: linkedin, name: acme-inc}
"""


def test_begin_with_one_channel(project: Project) -> None:
    """What is on the other channels is not listed; the root file says from when on bufferctl was there."""
    project.write("buffer.yaml", TWO)
    for service in ("twitter", "linkedin"):
        channel = project.sandbox.channel(service)["id"]
        project.sandbox.seed([{"channelId": channel, "text": f"On {service}", "via": "api"}])
    ran = project("state", "begin", "twitter:acme", "--auto-approve")
    assert ran.code == 0, ran.err
    assert ("On twitter" in ran.out, "On linkedin" in ran.out) == (True, False)
    assert "\nmanaged_since: 2029-12-03T08:59:00Z\n" in (project.folder / "buffer.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize(("seeded", "more"), [(10, ""), (12, "  and 2 more\n")])
def test_begin_names_ten_and_counts_the_others(project: Project, seeded: int, more: str) -> None:
    """What a person confirms fits a screen, and says how much more it is about."""
    project.write("buffer.yaml", TWO)
    channel = project.sandbox.channel("twitter")["id"]
    project.sandbox.seed([{"channelId": channel, "text": f"Number {each}", "via": "api"} for each in range(seeded)])
    ran = project("state", "begin", "--auto-approve")
    assert ran.out.startswith(f"Buffer has {seeded} posts that no file declares:\n")
    assert (ran.out.count("  Number "), "".join(re.findall(r"  and .*\n", ran.out))) == (10, more)


def test_begin_keeps_the_time_that_the_files_have(project: Project) -> None:
    """`managed_since` stays as somebody wrote it."""
    files = f"managed_since: 2029-12-01T00:00:00Z\n{TWO}"
    project.write("buffer.yaml", files)
    assert project("state", "begin", "--auto-approve").code == 0
    assert (project.folder / "buffer.yaml").read_text(encoding="utf-8") == files


def test_begin_with_a_channel_that_no_file_declares(project: Project) -> None:
    """It is named, with those that there are, and nothing is begun."""
    project.write("buffer.yaml", TWO)
    ran = project("state", "begin", "bluesky:acme", "--auto-approve")
    assert ran.code == 64
    assert "No file declares the channel bluesky:acme" in ran.err
    assert "The files declare: linkedin:acme-inc, twitter:acme." in " ".join(ran.err.split())
    assert not project.state.exists()


def command_in(hint: str) -> list[str]:
    """The arguments of the command on the last line of a hint."""
    name, *arguments = shlex.split(hint.strip().splitlines()[-1])
    assert name == "bufferctl", hint
    return arguments


def test_an_older_file_is_pushed_as_the_hint_says(applied: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """The hint names the file; afterwards plan finds what the older one lacks."""
    applied.write("old state.json", applied("state", "pull").out)
    assert applied("state", "rm", LAUNCH).code == 0
    ran = applied("state", "push", "old state.json")
    assert (ran.code, applied(*command_in(ran.err)).code) == (1, 0)
    assert LAUNCH in addresses(applied)
    monkeypatch.setenv("BUFFER_API_KEY", "sandbox")
    assert "No changes." in applied("plan").out


@pytest.mark.parametrize("command", [("log",), ("restore", "x")])
def test_the_earlier_version_of_a_state_file(applied: Project, command: tuple[str, ...]) -> None:
    """A file keeps one, which the command of the hint restores."""
    assert applied("state", "rm", LAUNCH).code == 0
    ran = applied("state", *command)
    assert (ran.code, applied(*command_in(ran.err)).code) == (1, 0)
    assert LAUNCH in addresses(applied)


def test_a_state_that_is_moved_from_nowhere(applied: Project) -> None:
    """It is said that there is none, not how to replace the one that is here."""
    ran = applied("state", "migrate", "--from", "nowhere.json")
    assert (ran.code, "There is no state to move" in ran.err) == (1, True)


@pytest.mark.parametrize(
    ("said", "source"),
    [
        ("az://acme/state.json cannot be opened", "az://acme/"),
        ("There is no state to move", "az"),
        ("There is no state to move", "http://acme.example"),
    ],
)
def test_a_state_that_is_moved_from_a_bucket(
    applied: Project, monkeypatch: pytest.MonkeyPatch, said: str, source: str
) -> None:
    """It is read from there, and a name without `://`, or of another kind, is a file's."""
    for name in [each for each in os.environ if each.startswith("AZURE_")]:  # without them nothing is contacted
        monkeypatch.delenv(name)
    ran = applied("state", "migrate", "--from", source)
    assert (ran.code, said in ran.err) == (1, True), ran.err
