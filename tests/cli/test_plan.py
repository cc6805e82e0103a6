"""`bufferctl plan` as a user has it: its output, how it is narrowed, and its exit code."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Collection
from io import StringIO
from pathlib import Path

import pytest

from bufferctl.cli.console import Console
from tests.cli.conftest import Prints, Project, Ran
from tests.cli.written import HEAD, ONE, TWO


@pytest.fixture
def services() -> Collection[str]:
    """All: the whole output names the account's channels."""
    return ()


@pytest.fixture
def campaign(project: Project) -> Project:
    """Three files: a text for two channels, a queue post with an idea, and the root."""
    project.write(
        "buffer.yaml",
        """\
version: 1
timezone: Europe/Berlin
managed_since: 2029-12-01T00:00:00Z
organizations:
  - name: Acme
    channels:
      - {service: twitter, name: acme}
      - {service: linkedin, name: acme-inc}
    ideas:
      - {key: hiring, title: How we hire}
""",
    )
    project.write(
        "posts/launch.yaml",
        """\
posts:
  - key: launch
    due_at: 2029-12-10 09:00
    channels: [twitter, linkedin]
    assets:
      - image: {url: https://acme.example/a.png, alt_text: The console}
    text: |
      We are live: https://acme.example #opensource

      One
      two
      three
      four
""",
    )
    project.write("posts/more/queue.yaml", "posts:\n  - {key: queued, channels: [twitter], text: Next}\n")
    return project


def everything(project: Project) -> dict[str, bytes]:
    """Every file of the project and of the user's state folder."""
    root: Path = project.folder.parent
    return {str(path.relative_to(root)): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}


def addresses(ran: Ran) -> list[str]:
    """The addresses of a plan's changes, in order."""
    return [change["address"] for change in json.loads(ran.out)["changes"]]


def test_text(campaign: Project, prints: Prints) -> None:
    """By channel: what, when and why; long texts folded; a summary and the requests it takes."""
    prints("plan/text", campaign("plan"))


def test_json(campaign: Project, prints: Prints) -> None:
    """The same for machines, in Terraform's words, with a format version; nothing else on stdout."""
    ran = campaign("plan", "--json")
    prints("plan/json", ran)
    plan = json.loads(ran.out)
    assert plan["format_version"] == "2.0"
    assert plan["kind"] == "plan"
    assert plan["summary"]["create"] == len(plan["changes"]) == 4


@pytest.mark.parametrize("more", [(), ("--json",)])
def test_writes_nothing(campaign: Project, more: tuple[str, ...]) -> None:
    """Neither a file here nor anything in Buffer: not before the first apply, and not after it.

    The one exception is in the user's state folder: where the state was kept, so that another place is asked about.
    """

    def files() -> dict[str, bytes]:
        return {name: data for name, data in everything(campaign).items() if "/bufferctl/places/" not in name}

    for _ in range(2):
        before, account = files(), campaign.sandbox.dump()
        assert campaign("plan", *more).code == 0
        assert files() == before
        assert campaign.sandbox.dump() == account
        campaign.apply()
        campaign.write("posts/launch.yaml", "posts:\n  - {key: other, channels: [twitter], text: Other}\n")


@pytest.mark.parametrize("more", [(), ("--json",)])
def test_detailed_exitcode(campaign: Project, more: tuple[str, ...]) -> None:
    """2 if something is pending, 0 if not, with any output; and 0 in both cases without the option."""
    assert campaign("plan", "--detailed-exitcode", *more).code == 2
    assert campaign("plan", *more).code == 0
    campaign.apply()
    assert campaign("plan", "--detailed-exitcode", *more).code == 0


def test_detailed_exitcode_does_not_hide_an_error(campaign: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a key it is 4, never 2."""
    monkeypatch.delenv("BUFFER_API_KEY")
    assert campaign("plan", "--detailed-exitcode").code == 4


def test_adopting_is_not_pending(campaign: Project) -> None:
    """What is already there needs no write: 0."""
    campaign.apply()
    campaign.state.unlink()
    ran = campaign("plan", "--detailed-exitcode")
    assert ran.code == 0, ran.out
    assert "will" not in ran.out


def test_target(campaign: Project) -> None:
    """Only addresses that match one of the globs."""
    assert addresses(campaign("plan", "--json", "--target", "Acme/twitter:*/launch")) == ["Acme/twitter:acme/launch"]
    several = campaign("plan", "--json", "--target", "*/queued", "--target", "Acme/ideas/*")
    assert sorted(addresses(several)) == ["Acme/ideas/hiring", "Acme/twitter:acme/queued"]


def test_exclude(campaign: Project) -> None:
    """Every address except those that match one of the globs, even if --target names them."""
    left = campaign("plan", "--json", "--exclude", "*/linkedin:*/*", "--exclude", "Acme/ideas/*")
    assert sorted(addresses(left)) == ["Acme/twitter:acme/launch", "Acme/twitter:acme/queued"]
    both = campaign("plan", "--json", "--target", "*/launch", "--exclude", "Acme/twitter:*")
    assert addresses(both) == ["Acme/linkedin:acme-inc/launch"]


@pytest.mark.parametrize(
    ("option", "name"), [("--target", "target-fits-nothing"), ("--exclude", "exclude-fits-nothing")]
)
def test_glob_that_fits_nothing(campaign: Project, prints: Prints, option: str, name: str) -> None:
    """A glob without a match is a typo: exit 64, with the nearest address, rather than a plan without it."""
    prints(f"plan/{name}", campaign("plan", option, "Acme/twiter:acme/launch"))


@pytest.mark.parametrize("option", ["--recreate", "--reapply"])
def test_address_that_no_file_declares(campaign: Project, prints: Prints, option: str) -> None:
    """The same for the options that override a hold of one address."""
    prints("plan/address-not-declared", campaign("plan", option, "Acme/twitter:acme/lunch"))


def test_a_confirmation_names_an_address_in_full(campaign: Project) -> None:
    """A pattern would confirm what nobody read, and a slip nothing: exit 64."""
    ran = campaign("plan", "--confirm-removed", "Acme/*/launch")
    assert (ran.code, "There is no Acme/*/launch to confirm." in ran.err) == (64, True)


def test_narrowed_to_what_is_done(campaign: Project, prints: Prints) -> None:
    """The message "No changes." refers to the selected posts, and says so."""
    campaign.apply()
    campaign.write("posts/launch.yaml", "posts: []\n")
    prints("plan/narrowed-no-changes", campaign("plan", "--target", "*/queued"))


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("posts/launch.yaml", ["Acme/linkedin:acme-inc/launch", "Acme/twitter:acme/launch"]),
        ("posts/more", ["Acme/twitter:acme/queued"]),
        ("posts", ["Acme/linkedin:acme-inc/launch", "Acme/twitter:acme/launch", "Acme/twitter:acme/queued"]),
        ("buffer.yaml", ["Acme/ideas/hiring"]),
    ],
)
def test_paths_narrow(campaign: Project, path: str, expected: list[str]) -> None:
    """A file or a folder narrows the plan to what is declared there."""
    assert sorted(addresses(campaign("plan", "--json", path))) == expected


def test_path_that_is_not_included(campaign: Project, prints: Prints) -> None:
    """An existing file that is not included is a typo too: exit 64 rather than "No changes."."""
    campaign.write("drafts/a.yaml", "posts: []\n")
    prints("plan/path-not-included", campaign("plan", "drafts/a.yaml"))
    assert campaign.sandbox.requests == []


def test_paths_never_change_what_exists(campaign: Project) -> None:
    """A narrowed apply deletes neither posts of other files nor posts removed from them."""
    campaign.apply()
    campaign.write("posts/more/queue.yaml", "posts:\n  - {key: another, channels: [twitter], text: Another}\n")
    campaign.write("posts/launch.yaml", "posts: []\n")
    assert addresses(campaign("plan", "--json", "posts/more")) == ["Acme/twitter:acme/another"]
    ran = campaign("apply", "--auto-approve", "--settle", "0", "posts/more")
    assert (ran.planned, ran.outcomes) == (["+ another"], ["another created"])
    assert "Acme/twitter:acme/queued is removed from the files or cancelled, and will be published" in ran.err
    assert (ran.code, len(campaign.sandbox.posts())) == (0, 4)
    whole = campaign("plan")
    assert whole.planned == ["- queued", "! launch"]
    assert "posts/launch.yaml is gone or no longer has any posts; its 2 posts are not" in whole.out


def test_the_hint_of_a_guard_works(campaign: Project) -> None:
    """The command in the hint of a held delete does delete, with or without other deletes."""
    campaign.apply()
    campaign.write("posts/launch.yaml", "posts: []\n")
    campaign.write("posts/more/queue.yaml", "posts:\n  - {key: another, channels: [twitter], text: Another}\n")
    said = re.search(r"--max-deletes \d+", campaign("plan").out)
    assert said
    ran = campaign("plan", *said[0].split(), "--strict")
    assert (ran.code, "and deletes 3" in ran.out) == (0, True), ran.out


def test_paths_from_a_folder_below(campaign: Project) -> None:
    """PATHs are relative to the working folder, and the root file is found above it."""
    below = type(campaign)(campaign.folder / "posts" / "more", campaign.sandbox)
    assert addresses(below("plan", "--json", "queue.yaml")) == ["Acme/twitter:acme/queued"]
    assert len(addresses(below("plan", "--json"))) == 4


def test_strict(campaign: Project) -> None:
    """A change that needs a person: reported, and exit 0; with --strict 1; apply would exit 1 too."""
    campaign.apply()
    (launch, *_) = [post for post in campaign.sandbox.posts() if "live" in post["text"]]
    campaign.sandbox.person.edit_post(launch["id"], text="We are LIVE")
    ran = campaign("plan")
    assert ran.code == 0
    assert "Somebody changed it in Buffer" in ran.out
    strict = campaign("plan", "--strict")
    assert strict.planned == ["! launch"]
    assert (strict.code, strict.out) == (1, ran.out)
    assert campaign("plan", "--strict", "--detailed-exitcode").code == 1


def test_colour(campaign: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """None in a pipe; with FORCE_COLOR the same text in color; NO_COLOR and --no-color win."""
    plain = campaign("plan").out
    assert "\x1b" not in plain
    monkeypatch.setenv("FORCE_COLOR", "1")
    colored = campaign("plan").out
    assert "\x1b[32m+\x1b[0m" in colored
    assert campaign("plan", "--no-color").out == plain
    monkeypatch.setenv("NO_COLOR", "1")
    assert campaign("plan").out == plain


@pytest.mark.parametrize(("term", "colored"), [("xterm", True), ("dumb", False)])
def test_a_dumb_terminal_gets_no_color(monkeypatch: pytest.MonkeyPatch, term: str, colored: bool) -> None:
    """`TERM=dumb` is a terminal that would show the codes."""
    monkeypatch.setenv("TERM", term)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    assert Console.create().out.enabled == colored


def test_a_long_reading_is_said_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """A line after a second, erased once it is over; nothing where reading is quick."""
    said = threading.Event()
    screen = StringIO()

    def write(text: str) -> int:
        said.set()
        return StringIO.write(screen, text)

    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(screen, "isatty", lambda: True)
    monkeypatch.setattr(screen, "write", write)
    monkeypatch.setattr("sys.stderr", screen)
    with Console.create().reading():
        pass
    assert screen.getvalue() == ""
    with Console.create().reading():
        assert said.wait(300)
    assert screen.getvalue() == "Reading what is in Buffer…\r\x1b[K"


def test_a_long_wait_is_said_once_where_there_is_no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """A line after a second, so that no job is silent; not again for the next request, nor inside a longer wait."""
    said = threading.Event()
    log = StringIO()

    def write(text: str) -> int:
        said.set()
        return StringIO.write(log, text)

    monkeypatch.setattr(log, "write", write)
    monkeypatch.setattr("sys.stderr", log)
    console = Console.create()
    with console.reading(), console.answering():
        assert said.wait(300)
    with console.busy(), console.answering():
        pass
    assert log.getvalue() == "Reading what is in Buffer…\n"


def test_text_from_files_cannot_draw_on_the_terminal(project: Project) -> None:
    """Characters that reverse the direction of text are shown by number."""
    project.write(
        "buffer.yaml",
        'version: 1\norganizations:\n  - name: Acme\n    ideas:\n      - {key: odd, title: "a \\u202e b"}\n',
    )
    ran = project("plan")
    assert "a ⟨U+202E⟩ b" in ran.out
    assert "\u202e" not in ran.out


def test_unknown_tags_are_named(project: Project) -> None:
    """All of a post, also where several posts wait for different ones."""
    one, two = ONE.replace("}", ", tags: [launch, spring]}"), TWO.replace("}", ", tags: [summer]}")
    project.write("buffer.yaml", HEAD + one + two)
    printed = project("plan").out
    assert "the tags “launch” and “spring”" in printed
    assert "the tag “summer”" in printed


def test_errors_in_the_files(campaign: Project, prints: Prints) -> None:
    """Every problem at its place, and nothing is asked of Buffer."""
    campaign.write("posts/launch.yaml", "posts:\n  - {key: launch, time: 2029-12-10 09:00, channels: [x], text: Hi}\n")
    prints("plan/errors-in-the-files", campaign("plan"))
    assert campaign.sandbox.requests == []


def test_no_root_file(project: Project, prints: Prints) -> None:
    """An empty folder: the missing file, and how to begin."""
    prints("plan/no-root-file", project("plan"))


def test_another_root_file(campaign: Project) -> None:
    """-f names the root file; the nearest one above is ignored."""
    campaign.write(
        "other.yaml",
        "version: 1\ninclude: []\norganizations: [{name: Acme, ideas: [{key: o, title: O}]}]\n",
    )
    assert addresses(campaign("plan", "--json", "-f", "other.yaml")) == ["Acme/ideas/o"]


def test_debug_tells_the_requests(campaign: Project) -> None:
    """--debug: a line a request on stderr, what is asked for and how it was answered; stdout stays the same."""
    ran = campaign("plan", "--debug")
    requests = len(campaign.sandbox.requests)
    assert len(re.findall(r"^\w+: 200, \d+ ms$", ran.err, re.MULTILINE)) == requests
    assert campaign("plan").out == ran.out
    assert "Bearer" not in ran.err


ZONES = """\
version: 1
timezone: Europe/Berlin
managed_since: 2029-12-01T00:00:00Z
organizations:
  - name: Globex
    channels:
      - service: twitter
        name: globex
        posts:
          - {key: a, due_at: 2030-01-07 09:00, text: A}
"""


@pytest.mark.parametrize(
    ("before", "after", "is_warned"),
    [
        ("", "", True),
        ("name: globex", "name: globex\n        timezone: Europe/Berlin", False),  # said of the channel: meant
        ("09:00", "09:00+01:00", False),  # the time has its own offset
        ("timezone: Europe/Berlin", "timezone: America/New_York", False),
        ("timezone: Europe/Berlin", "timezone: America/Toronto", False),  # the same time
    ],
)
def test_a_channel_in_another_zone_than_the_files_say(
    project: Project, before: str, after: str, is_warned: bool
) -> None:
    """A New York channel in Berlin files was planned at 03:00 there, without a warning."""
    project.write("buffer.yaml", ZONES.replace(before, after))
    ran = project("plan")
    assert (ran.code, "09:00 of Globex/twitter:globex/a is 03:00 there" in ran.err) == (0, is_warned), ran.err


def test_a_wrong_year_is_named_once(project: Project) -> None:
    """A new project counts it as past; the first plan names it with its place, later ones do not."""
    post = "{key: slip, due_at: 2025-12-20 09:00, text: Slip}"
    project.write(
        "buffer.yaml",
        "version: 1\ntimezone: UTC\norganizations:\n  - name: Acme\n    channels:\n"
        f"      - {{service: twitter, name: acme, posts: [{post}]}}\n",
    )
    said = project("plan").err
    assert "buffer.yaml:6:" in said
    assert "1 post is due in the past, and Buffer has no equal post" in said
    assert "Acme/twitter:acme/slip" in said
    project("apply", "--auto-approve", "--settle", "0")
    assert "due in the past" not in project("plan").err
