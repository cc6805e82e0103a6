"""`bufferctl shift`: dates in people's files move by days, and no other character changes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.cli.conftest import Prints, Project, Ran, project_apart, run_in
from tests.cli.written import root_file
from tests.fuzzing import examples

ROOT = root_file("twitter", "linkedin", "googlebusiness")
#: A date in every possible place, in every spelling.
CAMPAIGN = """\
# The launch of 2031-03-04, as decided on 2031-01-10.
starts: 2031-03-04   # a Tuesday
channels: [twitter, linkedin]
posts:
  - key: teaser
    due_at: start-3d 09:00
    text: On 2031-03-04 we go live.
  - key: launch
    due_at: "2031-03-04 09:00"
    text: We are live
    overrides:
      linkedin: {due_at: 2031-03-04T10:00:00+01:00, text: "We are live, too"}
  - key: tip
    due_at: 2031-03-05 12:00
    text: A tip
    repeat:
      every: 1 week
      times: 3
      each:
        2: {due_at: '2031-03-13 18:00', text: Another tip}
        3: {text: The last tip}
  - key: open-day
    channels: [googlebusiness]
    text: Come and see
    due_at: 2031-03-06 09:00
    metadata:
      googlebusiness:
        type: event
        details_event: {title: X, is_full_day_event: false, start_date: 2031-03-20 10:00, end_date: 2031-03-21 18:00}
"""
MOVED = """\
# The launch of 2031-03-04, as decided on 2031-01-10.
starts: 2031-03-11   # a Tuesday
channels: [twitter, linkedin]
posts:
  - key: teaser
    due_at: start-3d 09:00
    text: On 2031-03-04 we go live.
  - key: launch
    due_at: "2031-03-11 09:00"
    text: We are live
    overrides:
      linkedin: {due_at: 2031-03-11T10:00:00+01:00, text: "We are live, too"}
  - key: tip
    due_at: 2031-03-12 12:00
    text: A tip
    repeat:
      every: 1 week
      times: 3
      each:
        2: {due_at: '2031-03-20 18:00', text: Another tip}
        3: {text: The last tip}
  - key: open-day
    channels: [googlebusiness]
    text: Come and see
    due_at: 2031-03-13 09:00
    metadata:
      googlebusiness:
        type: event
        details_event: {title: X, is_full_day_event: false, start_date: 2031-03-27 10:00, end_date: 2031-03-28 18:00}
"""


@pytest.fixture(name="shift")
def shifting(environment: Path, monkeypatch: pytest.MonkeyPatch, run: Callable[..., Ran]) -> Callable[..., Ran]:
    """Write posts/a.yaml, a campaign, and posts/b.yaml; returns a function that shifts posts/a.yaml, without a key."""
    monkeypatch.delenv("BUFFER_API_KEY")
    (environment / "posts").mkdir()
    (environment / "buffer.yaml").write_text(ROOT, encoding="utf-8")
    (environment / "posts" / "a.yaml").write_text(CAMPAIGN, encoding="utf-8")
    other = "posts:\n  - {key: other, due_at: 2031-03-04 12:00, channels: [twitter], text: Another}\n"
    (environment / "posts" / "b.yaml").write_text(other, encoding="utf-8")

    def shifted(*options: str) -> Ran:
        return run("shift", "posts/a.yaml", "--auto-approve", *options)

    return shifted


def a(folder: Path) -> str:
    """The content of posts/a.yaml, with its line ends."""
    return (folder / "posts" / "a.yaml").read_bytes().decode()


def b(folder: Path) -> str:
    """The content of posts/b.yaml."""
    return (folder / "posts" / "b.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize("options", [("--by", "1w"), ("--by", "7 days"), ("--to", "2031-03-11")])
def test_every_date_moves(environment: Path, shift: Callable[..., Ran], options: tuple[str, ...]) -> None:
    """With `--all`, `starts`, times (in overrides and `each` too) and events move; no other character or file does."""
    before = b(environment)
    ran = shift("--all", *options)
    assert (ran.code, a(environment), b(environment)) == (0, MOVED, before)
    assert "Moved 8 dates 7 days later." in ran.out


def test_starts_alone_moves(environment: Path, shift: Callable[..., Ran], run: Callable[..., Ran]) -> None:
    """Like an edit of `starts`: dates of their own are fixed, which the output and `list` say."""
    before = json.loads(run("list", "--json", "posts/a.yaml").out)["posts"]
    ran = shift("--by", "1w")
    assert (ran.code, a(environment)) == (0, CAMPAIGN.replace("starts: 2031-03-04", "starts: 2031-03-11"))
    assert ran.err == "note: fixed dates, which only --all moves: launch, tip-1, tip-3, tip-2, open-day\n"
    after = json.loads(run("list", "--json", "posts/a.yaml").out)["posts"]
    fixed = [(post["address"], post["local"]) for post in before if post["fixed"]]
    assert fixed == [(post["address"], post["local"]) for post in after if post["fixed"]]
    assert len(fixed) == len(before) - 2
    assert "09:00 CET  launch  X, LinkedIn, fixed\n" in run("list", "posts/a.yaml").out


#: What comes after `launch` is counted from `starts`, but for one date.
ROOM = """starts: 2031-03-04
channels: [twitter]
posts:
  - {key: tip, due_at: start-7d 12:00, text: Tip $(number), repeat: {every: 1 week, times: 3}}
  - {key: teaser, due_at: start-3d 09:00, text: Soon}
  - {key: launch, due_at: start+0d 09:00, text: We are live}
  - {key: thanks, due_at: start+9d 09:00, text: Thanks}
  - {key: fair, due_at: 2031-03-20 09:00, text: At the fair}
"""


def test_makes_room_after_a_post(environment: Path, shift: Callable[..., Ran]) -> None:
    """Only what is due after the post moves; a series that began before it and fixed dates stay, and are named."""
    (environment / "posts" / "a.yaml").write_text(ROOM, encoding="utf-8")
    ran = shift("--after", "launch", "--by", "1d")
    assert (ran.code, a(environment)) == (0, ROOM.replace("start+9d", "start+10d"))
    assert ran.err == (
        "note: fixed dates, which only --all moves: fair\n"
        "note: repeated posts that began before it keep their dates: tip-1, tip-2, tip-3\n"
    )
    assert shift("--after", "launch", "--by", "-1d", "--all").code == 0
    assert a(environment) == ROOM.replace("2031-03-20", "2031-03-19")
    ran = shift("--after", "lunch", "--by", "1d")
    assert (ran.code, "Did you mean launch?" in ran.err) == (64, True)


def test_shows_the_edits(shift: Callable[..., Ran], prints: Prints) -> None:
    """The lines that change, then the number of dates."""
    prints("shift/campaign", shift("--all", "--by", "1d"))


def test_without_a_terminal(environment: Path, shift: Callable[..., Ran], run: Callable[..., Ran]) -> None:
    """Exit 64 and nothing written without `--auto-approve`, since nobody can answer."""
    ran = run("shift", "posts/a.yaml", "--by", "1d")
    assert (ran.code, a(environment)) == (64, CAMPAIGN)
    assert "-starts: 2031-03-04" in ran.out


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ((), "one of --by and --to"),
        (("--by", "1d", "--to", "2031-03-11"), "one of --by and --to"),
        (("--by", "soon"), "soon is not a number of days or weeks"),
        (("--by", "6h"), "6h is not a number of days or weeks"),
        (("--to", "monday"), "monday is not a day"),
        (("--by", "99999w"), "cannot be moved"),
    ],
)
def test_slips(environment: Path, shift: Callable[..., Ran], options: tuple[str, ...], named: str) -> None:
    """Exit 64, naming the mistake; nothing is written."""
    ran = shift(*options)
    assert (ran.code, a(environment)) == (64, CAMPAIGN)
    assert named in ran.err


def test_by_nothing(environment: Path, shift: Callable[..., Ran]) -> None:
    """Exit 0 and nothing to do: by zero days, or to the current date."""
    for options in (("--by", "0d"), ("--to", "2031-03-04")):
        ran = shift("--all", *options)
        assert (ran.code, ran.err, a(environment)) == (0, "No date changes.\n", CAMPAIGN)


def test_into_the_past(environment: Path, shift: Callable[..., Ran], prints: Prints) -> None:
    """Refused, naming every post with its own date that would be in the past; nothing is written."""
    prints("shift/past", shift("--all", "--by", "-9000d"))
    assert a(environment) == CAMPAIGN


def test_starts_moves_into_the_past(environment: Path, shift: Callable[..., Ran]) -> None:
    """`starts` may move into the past, with a warning that its posts would be missed."""
    (environment / "posts" / "a.yaml").write_text(CAMPAIGN[: CAMPAIGN.index("  - key: launch")], encoding="utf-8")
    ran = shift("--to", "2020-03-04")
    assert (ran.code, "starts: 2020-03-04 " in a(environment)) == (0, True)
    assert "Acme/twitter:acme/teaser" in ran.err
    assert "would be due in the past" in ran.err


def test_a_time_that_the_clock_skips(environment: Path, shift: Callable[..., Ran]) -> None:
    """Exit 1, naming the post: its new local time does not exist."""
    (environment / "posts" / "a.yaml").write_text(
        "posts:\n  - {key: early, due_at: 2031-03-29 02:30, channels: [twitter], text: Early}\n", encoding="utf-8"
    )
    ran = shift("--by", "1d")
    assert (ran.code, "2031-03-29" in a(environment)) == (1, True)
    assert "Acme/twitter:acme/early: 2031-03-30 02:30 does not exist in Europe/Berlin" in ran.err


def test_published_posts_keep_their_dates(project: Project, prints: Prints) -> None:
    """Published posts keep their dates, the others move, and the next apply needs nobody."""
    project.write("buffer.yaml", ROOT)
    project.write(
        "posts/a.yaml",
        "channels: [twitter]\n"
        "starts: 2029-12-04\n"
        "posts:\n"
        "  - {key: one, due_at: 2029-12-04 09:00, text: One}\n"
        "  - {key: two, due_at: 2029-12-20 09:00, text: Two}\n"
        "  - {key: three, due_at: start+0d 10:00, text: Three}\n"
        "  - {key: four, due_at: start+20d 10:00, text: Four}\n"
        "  - {key: tip, due_at: 2029-12-04 12:00, text: Tip $(number), repeat: {every: 1 week, times: 3}}\n",
    )
    project.apply()
    project.sandbox.clock.advance(hours=30)
    project.apply()
    # The state says that `one`, `three` and `tip-1` are published, whatever this machine's clock says.
    ran = project("shift", "posts/a.yaml", "--all", "--by", "1d", "--auto-approve")
    prints("shift/published", ran)
    ran = project("apply", "--auto-approve", "--settle", "0")
    assert ran.code == 0, ran.out + ran.err
    assert "need" not in ran.out
    due = {post["text"]: post["dueAt"] for post in project.sandbox.posts()}
    assert (due["One"], due["Two"], due["Three"], due["Four"], due["Tip 1"], due["Tip 2"]) == (
        "2029-12-04T08:00:00.000Z",
        "2029-12-21T08:00:00.000Z",
        "2029-12-04T09:00:00.000Z",
        "2029-12-25T09:00:00.000Z",
        "2029-12-04T11:00:00.000Z",
        "2029-12-12T11:00:00.000Z",
    )


def test_an_entry_that_one_of_its_channels_has_published(project: Project) -> None:
    """Its time stays for all of them: the published post keeps its own."""
    entry = "  - {key: one, due_at: 2029-12-04 09:00, text: One, overrides: {linkedin: {draft: true}}}\n"
    posts = f"channels: [twitter, linkedin]\nposts:\n{entry}"
    project.write("buffer.yaml", ROOT)
    project.write("posts/a.yaml", posts)
    project.apply()
    project.sandbox.clock.advance(hours=30)
    project.apply()
    project("shift", "posts/a.yaml", "--all", "--by", "1d", "--auto-approve")
    assert a(project.folder) == posts


def test_all_are_published(project: Project) -> None:
    """Exit 1, since nothing is left to move."""
    project.write("buffer.yaml", ROOT)
    posts = "posts:\n  - {key: one, due_at: 2029-12-04 09:00, channels: [twitter], text: One}\n"
    project.write("posts/a.yaml", posts)
    project.apply()
    project.sandbox.clock.advance(hours=30)
    project.apply()
    ran = project("shift", "posts/a.yaml", "--by", "1d", "--auto-approve")
    assert (ran.code, a(project.folder)) == (1, posts)
    assert "Acme/twitter:acme/one is published" in ran.err


def test_aliases_move_once(environment: Path, shift: Callable[..., Ran]) -> None:
    """A date that is written once and used twice moves only once."""
    posts = (
        "posts:\n"
        "  - {key: one, due_at: &when 2031-03-04 09:00, channels: [twitter], text: One}\n"
        "  - {key: two, due_at: *when, channels: [linkedin], text: Two}\n"
    )
    (environment / "posts" / "a.yaml").write_text(posts, encoding="utf-8")
    assert shift("--by", "1d").code == 0
    assert a(environment) == posts.replace("03-04", "03-05")


@settings(max_examples=examples(40))
@given(days=st.integers(-400, 4000), crlf=st.booleans(), start=st.sampled_from(["", "\ufeff", "---\n", "\n# é 👩\n"]))
def test_there_and_back(days: int, crlf: bool, start: str) -> None:
    """The same bytes after a shift by n and one by -n, unless one of them is refused."""
    text = start + CAMPAIGN
    data = (text.replace("\n", "\r\n") if crlf else text).encode()
    with project_apart() as project:
        project.write("buffer.yaml", ROOT)
        path = project.write("posts/a.yaml", "")
        path.write_bytes(data)
        there = run_in(project.folder, "shift", "posts", "--all", "--by", f"{days}d", "--auto-approve")
        moved = path.read_bytes()
        back = run_in(project.folder, "shift", "posts", "--all", "--by", f"{-days}d", "--auto-approve")
        if there.code or back.code:
            assert "cannot be moved" in there.err + back.err
            assert path.read_bytes() in {data, moved}
            return
        assert path.read_bytes() == data
        assert len(moved) == len(data)
