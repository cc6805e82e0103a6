"""`bufferctl list`: what is published when, offline and with --live, as text, JSON and a calendar."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from icalendar import Calendar

from tests.cli.conftest import Prints, Project, Ran
from tests.cli.written import root_file
from tests.render.documents import checked

ROOT = root_file("twitter", "linkedin")
POSTS = """\
posts:
  - key: launch
    due_at: 2031-03-04 09:00
    channels: [twitter, linkedin]
    text: |
      We are live: https://acme.example #opensource

      And more.
  - {key: second, due_at: 2031-03-04 17:00, channels: [twitter], text: The second}
  - {key: later, due_at: 2031-03-12 09:00, channels: [linkedin], text: The week after}
  - {key: off, due_at: 2031-03-05 09:00, channels: [twitter], text: Called off, cancelled: true}
  - {key: queued, channels: [twitter], text: Whenever}
"""


@pytest.fixture(name="offline")
def without_buffer(environment: Path, monkeypatch: pytest.MonkeyPatch, run: Callable[..., Ran]) -> Callable[..., Ran]:
    """A project of a user without a key, whose Buffer cannot be reached."""
    monkeypatch.delenv("BUFFER_API_KEY")
    monkeypatch.setenv("BUFFER_API_URL", "https://127.0.0.1:1")
    (environment / "posts").mkdir()
    (environment / "buffer.yaml").write_text(ROOT, encoding="utf-8")
    (environment / "posts" / "a.yaml").write_text(POSTS, encoding="utf-8")
    return run


def keys(ran: Ran) -> list[str]:
    """The keys of a list in JSON, in order, with their channels."""
    assert ran.code == 0, ran.err
    posts = checked(ran.out)["posts"]
    return [f"{post['service']}/{post['address'].rpartition('/')[2]}" for post in posts if post["address"]]


def test_by_day(offline: Callable[..., Ran], prints: Prints) -> None:
    """Days in order; a text for two channels once, with both; canceled posts are left out, the queue comes last."""
    prints("list/by-day", offline("list"))


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ((), ["twitter/launch", "linkedin/launch", "twitter/second", "linkedin/later", "twitter/queued"]),
        (("--week", "2031-W10"), ["twitter/launch", "linkedin/launch", "twitter/second"]),
        (("--week", "2031-03-09"), ["twitter/launch", "linkedin/launch", "twitter/second"]),
        (("--week",), []),
        (("--since", "2031-03-05"), ["linkedin/later", "twitter/queued"]),
        (("--since", "2031-03-05", "--until", "2031-03-12"), ["linkedin/later"]),
        (("--until", "2031-03-04"), ["twitter/launch", "linkedin/launch", "twitter/second"]),
        (("--channel", "linkedin"), ["linkedin/launch", "linkedin/later"]),
        (("--channel", "twitter:acme"), ["twitter/launch", "twitter/second", "twitter/queued"]),
        (("--target", "*/l*"), ["twitter/launch", "linkedin/launch", "linkedin/later"]),
        (("posts", "--target", "*/second"), ["twitter/second"]),
        (("buffer.yaml",), []),
    ],
)
def test_what_is_listed(offline: Callable[..., Ran], options: tuple[str, ...], expected: list[str]) -> None:
    """Days, channels, addresses and files narrow the list, and each other."""
    assert keys(offline("list", *options, "--json")) == expected


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (("--week", "soon"), "--week soon"),
        (("--week", "2031-W60"), "--week 2031-W60"),
        (("--week", "next", "--until", "2031-03-04"), "--week"),
        (("--since", "2031-03-05", "--until", "2031-03-04"), "--since is after --until"),
        (("--channel", "twiter"), "Did you mean twitter"),
        (("--target", "*/lunch"), "--target */lunch"),
        (("--report", "posts.txt"), "must end in .ics"),
        (("nowhere",), "There is no nowhere"),
    ],
)
def test_slips(offline: Callable[..., Ran], options: tuple[str, ...], named: str) -> None:
    """Invalid values are exit 64 and named; nothing is listed."""
    ran = offline("list", *options)
    assert (ran.code, ran.out) == (64, "")
    assert named in ran.err


def test_times_are_those_of_the_channel(environment: Path, offline: Callable[..., Ran], prints: Prints) -> None:
    """In the channel's zone, and on its day; the file's time beside it, where clocks differ."""
    (environment / "buffer.yaml").write_text(
        ROOT.replace("name: acme-inc}", "name: acme-inc, timezone: America/New_York}"), encoding="utf-8"
    )
    (environment / "posts" / "a.yaml").write_text(
        "posts:\n"
        "  - {key: here, due_at: 2031-03-04 05:00, channels: [twitter], text: Here}\n"
        "  - {key: there, due_at: '2031-03-04 05:00+01:00', channels: [linkedin], text: There}\n",
        encoding="utf-8",
    )
    prints("list/zones", offline("list"))


def test_a_long_day_is_folded(environment: Path, offline: Callable[..., Ran]) -> None:
    """Ten of its posts, and the number of the others; --full shows all. Every line fits 80 columns."""
    times = [f"2031-03-04 {hour:02}:{minute}" for hour in range(6, 20) for minute in ("00", "30")]
    posts = [f"  - {{key: p{n}, due_at: {at}, channels: [twitter], text: Post {n}}}\n" for n, at in enumerate(times)]
    (environment / "posts" / "a.yaml").write_text("posts:\n" + "".join(posts), encoding="utf-8")
    out = offline("list").out
    assert "… 18 more posts until 19:30 (--full shows all)" in out
    assert ("p9 " in out, "p10 " in out) == (True, False)
    assert max(map(len, out.splitlines())) <= 80
    assert "p27 " in offline("list", "--full").out


def test_published_by_the_record(project: Project) -> None:
    """Offline, the state tells what is scheduled and, once its time is past, published; the rest is new."""
    project.write("buffer.yaml", ROOT)
    project.write(
        "posts/a.yaml",
        "posts:\n"
        "  - {key: one, due_at: 2029-12-04 09:00, channels: [twitter], text: One}\n"
        "  - {key: two, due_at: 2031-12-04 09:00, channels: [twitter], text: Two}\n",
    )
    project.apply()
    project.sandbox.clock.advance(hours=48)
    project.apply()
    project.write("posts/b.yaml", "posts:\n  - {key: new, due_at: 2031-12-05 09:00, channels: [twitter], text: New}\n")
    listed = checked(project("list", "--json", "--since", "2029-01-01").out)["posts"]
    standings = {post["address"].rpartition("/")[2]: post["standing"] for post in listed}
    assert standings == {"one": "published", "two": "scheduled", "new": "will schedule"}


def test_live(project: Project, prints: Prints) -> None:
    """The status of each in Buffer, its place in the queue, and unmanaged posts; nothing is written."""
    project.write("buffer.yaml", ROOT)
    project.write("posts/a.yaml", POSTS.replace("2031-03-04", "2029-12-04").replace("2031-03-12", "2029-12-12"))
    project.apply()
    twitter = project.sandbox.channel("twitter")["id"]
    project.sandbox.person.create_post(twitter, "Made by hand", dueAt="2029-12-04T12:00:00Z")
    before = project.state.read_bytes()
    prints("list/live", project("list", "--live"))
    assert project.state.read_bytes() == before
    unmanaged = [post for post in checked(project("list", "--live", "--json").out)["posts"] if not post["address"]]
    assert [post["text"] for post in unmanaged] == ["Made by hand"]


@pytest.mark.parametrize("live", [(), ("--live",)], ids=["from the state", "live"])
def test_a_reminder_is_not_called_scheduled(project: Project, live: tuple[str, ...]) -> None:
    """Buffer publishes nothing by itself then, so it says what happens, as plan does."""
    post = "  - {key: one, due_at: 2029-12-20 09:00, channels: [twitter], text: One, scheduling_type: notification}\n"
    project.write("buffer.yaml", ROOT)
    project.write("posts/a.yaml", f"posts:\n{post}")
    project.apply()
    (listed,) = checked(project("list", "--json", *live).out)["posts"]
    assert listed["standing"] == "scheduled as a reminder"


def test_left_the_files(project: Project) -> None:
    """A post that no file declares any more is listed while Buffer would publish it."""
    project.write("buffer.yaml", ROOT)
    project.write("posts/a.yaml", POSTS)
    project.apply()
    project.write("posts/a.yaml", POSTS.replace("key: second,", "key: other,").replace("The second", "Another text"))
    listed = {post["address"]: post for post in checked(project("list", "--live", "--json").out)["posts"]}
    second = listed["Acme/twitter:acme/second"]
    assert (second["standing"], second["status"], second["text"]) == ("will delete", "scheduled", "The second")


def test_calendar(environment: Path, offline: Callable[..., Ran]) -> None:
    """An event for each timed item with its channels, with one UID for any time and text; canceled ones are marked."""

    def events() -> dict[str, Any]:
        assert offline("list", "--report", "posts.ics").code == 0
        calendar = Calendar.from_ical((environment / "posts.ics").read_bytes())
        return {str(event["summary"]): event for event in calendar.walk("VEVENT")}

    before = events()
    assert sorted(before) == [
        "LinkedIn: The week after",
        "X, LinkedIn: We are live: https://acme.example #opensource",
        "X: Called off",
        "X: The second",
    ]
    assert before["X: Called off"]["status"] == "CANCELLED"
    assert before["X: The second"]["dtstart"].dt.isoformat() == "2031-03-04T16:00:00+00:00"
    path = environment / "posts" / "a.yaml"
    path.write_text(path.read_text().replace("17:00", "18:00").replace("The second", "Number two"), encoding="utf-8")
    after = events()
    assert after["X: Number two"]["uid"] == before["X: The second"]["uid"]
    assert len({event["uid"] for event in after.values()}) == len(after)
    assert after["X: Number two"]["dtstart"].dt.isoformat() == "2031-03-04T17:00:00+00:00"


def test_an_event_is_the_same_in_whichever_order_the_channels_are(
    environment: Path, offline: Callable[..., Ran]
) -> None:
    """The same UIDs after an entry's channels changed places, so that a calendar has no post twice."""

    def uids() -> set[str]:
        assert offline("list", "--report", "posts.ics").code == 0
        calendar = Calendar.from_ical((environment / "posts.ics").read_bytes())
        return {str(event["uid"]) for event in calendar.walk("VEVENT")}

    path = environment / "posts" / "a.yaml"
    text = path.read_text(encoding="utf-8")
    before = uids()
    assert "channels: [twitter, linkedin]" in text
    path.write_text(text.replace("channels: [twitter, linkedin]", "channels: [linkedin, twitter]"), encoding="utf-8")
    assert uids() == before


@pytest.mark.parametrize(
    ("due_at", "said"), [("due_at: 2031-03-04 09:00", ""), ("mode: addToQueue", "leaves out 1 post without a time")]
)
def test_calendar_leaves_out_what_has_no_time(
    environment: Path, offline: Callable[..., Ran], due_at: str, said: str
) -> None:
    """It says how many."""
    post = f"posts:\n  - {{key: a, {due_at}, channels: [twitter], text: A}}\n"
    (environment / "posts" / "a.yaml").write_text(post, encoding="utf-8")
    ran = offline("list", "--report", "all.ics")
    assert (ran.code, said in ran.err, bool(said) == ("leaves out" in ran.err)) == (0, True, True)


def test_calendar_has_the_past(environment: Path, offline: Callable[..., Ran]) -> None:
    """A calendar keeps past posts, so that reading it again loses nothing; --week limits it, too."""
    posts = "posts:\n  - {key: old, due_at: 2020-03-04 09:00, channels: [twitter], text: Old}\n"
    (environment / "posts" / "a.yaml").write_text(posts, encoding="utf-8")
    offline("list", "--report", "all.ics")
    offline("list", "--report", "week.ics", "--week")
    assert (environment / "all.ics").read_text().count("BEGIN:VEVENT") == 1
    assert (environment / "week.ics").read_text().count("BEGIN:VEVENT") == 0


def test_errors_in_the_files(environment: Path, offline: Callable[..., Ran]) -> None:
    """Files with errors list nothing: exit 1, with the problems."""
    (environment / "posts" / "a.yaml").write_text("posts:\n  - {key: a, chanels: [twitter]}\n", encoding="utf-8")
    ran = offline("list")
    assert (ran.code, ran.out) == (1, "")
    assert "posts/a.yaml" in ran.err


def test_posts_that_break_a_rule_are_listed(environment: Path, offline: Callable[..., Ran]) -> None:
    """Until they are corrected they are in the files all the same."""
    (environment / "buffer.yaml").write_text(ROOT + "policy: {forbidden_words: [second]}\n", encoding="utf-8")
    assert offline("validate").code == 1
    assert keys(offline("list", "--week", "2031-W10", "--json")) == [
        "twitter/launch",
        "linkedin/launch",
        "twitter/second",
    ]


def test_each_text_of_an_entry_is_listed(environment: Path, offline: Callable[..., Ran]) -> None:
    """A channel with its own text shows that, with its name; the others show theirs."""
    entry = (
        "{key: launch, due_at: 2031-03-04 09:00, channels: [twitter, linkedin], text: We are live,"
        " overrides: {linkedin: {text: We are open source}}}"
    )
    (environment / "posts" / "a.yaml").write_text(f"posts: [{entry}]\n", encoding="utf-8")
    listed = offline("list").out
    assert "      X: We are live\n      LinkedIn: We are open source\n" in listed


def test_another_time_of_an_entry_is_listed(environment: Path, offline: Callable[..., Ran]) -> None:
    """On the same day: behind the network that has it, as people write it."""
    entry = (
        "{key: launch, due_at: 2031-03-04 09:00, channels: [twitter, linkedin], text: We are live,"
        " overrides: {linkedin: {due_at: 2031-03-04 11:00}}}"
    )
    (environment / "posts" / "a.yaml").write_text(f"posts: [{entry}]\n", encoding="utf-8")
    assert "      X: We are live\n      LinkedIn, Tue 4 Mar 2031 11:00 CET: We are live\n" in offline("list").out


def test_a_list_of_earlier_posts_is_not_empty(environment: Path, offline: Callable[..., Ran]) -> None:
    """It says how many there are, and how to see them."""
    (environment / "posts" / "a.yaml").write_text(
        "posts: [{key: old, due_at: 2025-03-04 09:00, channels: [twitter], text: Old}]\n", encoding="utf-8"
    )
    assert "No posts from today on, 1 earlier (--since 2025-03-04 shows all)." in offline("list").out


def test_cancelled_posts_are_not_earlier_ones(environment: Path, offline: Callable[..., Ran]) -> None:
    """Neither now nor ever: there are no posts."""
    (environment / "posts" / "a.yaml").write_text(
        "posts: [{key: off, due_at: 2099-03-04 09:00, channels: [twitter], text: Off, cancelled: true}]\n"
    )
    assert offline("list").out.startswith("No posts. ")


def test_validate_counts_what_list_shows(environment: Path, offline: Callable[..., Ran]) -> None:
    """Without the channels on which a post is cancelled."""
    (environment / "posts" / "a.yaml").write_text(
        "channels: [twitter, linkedin]\nposts:\n"
        "  - {key: a, due_at: 2099-03-04 09:00, text: On one, cancelled: [linkedin]}\n"
        "  - {key: b, due_at: 2099-03-05 09:00, text: Everywhere}\n"
    )
    assert "2 posts on 2 networks (3 counting each channel)" in offline("list").out
    assert offline("validate").out.startswith("Valid: 2 posts on 2 networks (3 counting each channel).")


def test_what_has_no_time_is_counted_where_days_are_named(environment: Path, offline: Callable[..., Ran]) -> None:
    """A list up to some day lacks posts of the queue, and says so; without a last day it has them."""
    (environment / "posts" / "a.yaml").write_text(
        "posts:\n  - {key: queued, channels: [twitter], text: Whenever}\n"
        "  - {key: timed, channels: [twitter], text: Then, due_at: 2099-03-04 09:00}\n"
    )
    some = offline("list", "--until", "2099-12-31").out
    assert "1 post on 1 network, 1 more without a time (leave out the last day to" in some
    assert "Whenever" not in some
    assert "2 posts on 1 network (2 counting" not in (every := offline("list").out)
    assert "Whenever" in every


def test_full_cuts_no_text(environment: Path, offline: Callable[..., Ran]) -> None:
    """The last word of a long text is there with --full alone."""
    (environment / "posts" / "a.yaml").write_text(
        f"posts: [{{key: long, channels: [linkedin], due_at: 2099-03-04 09:00, text: {'word ' * 60}END}}]\n"
    )
    assert "END" not in offline("list").out
    assert "END" in offline("list", "--full").out


def test_networks_with_one_text_are_named_together(environment: Path, offline: Callable[..., Ran]) -> None:
    """Those whose options differ, too: the text is what they share."""
    root = root_file("twitter", "linkedin", "googlebusiness")
    (environment / "buffer.yaml").write_text(root, encoding="utf-8")
    written = """\
posts:
  - key: launch
    due_at: 2031-03-04 09:00
    channels: [twitter, googlebusiness, linkedin]
    text: We are live
    metadata: {googlebusiness: {type: whats_new, details_whats_new: {button: none}}}
    overrides: {linkedin: {text: Another text}}
"""
    (environment / "posts" / "a.yaml").write_text(written, encoding="utf-8")
    assert tuple(line.strip() for line in offline("list").out.splitlines()[2:4]) == (
        "X, Google Business: We are live",
        "LinkedIn: Another text",
    )


def test_what_somebody_changed_in_buffer_is_listed_as_it_goes_out(project: Project) -> None:
    """At the time and with the text that it has there; the files' are in the plan, as what it does not have."""
    project.write("buffer.yaml", root_file("twitter"))
    project.write("posts/a.yaml", "posts: [{key: a, channels: [twitter], due_at: 2029-12-16 09:00, text: Hello A}]")
    project.apply()
    (there,) = project.sandbox.posts()
    project.sandbox.person.edit_post(there["id"], text="Hello B", dueAt="2029-12-06T09:00:00Z")
    (listed,) = checked(project("list", "--live", "--week", "--json").out)["posts"]
    assert (listed["due_at"], listed["text"]) == ("2029-12-06T09:00:00Z", "Hello B")
    assert "Hello B" in project("list", "--live").out
