"""`bufferctl apply` as a user has it: nothing twice, nothing lost, no unmanaged post touched."""

from __future__ import annotations

import json
import os
from collections.abc import Collection
from pathlib import Path
from typing import Any

import httpx2
import pytest

from bufferctl.state import Lock
from tests.cli.conftest import Prints, Project
from tests.cli.written import HEAD
from tests.conftest import long
from tests.near import answer_near


@pytest.fixture
def services() -> Collection[str]:
    """All: the whole output names the account's channels."""
    return ()


def declare(project: Project, *posts: str) -> None:
    """Write a buffer.yaml with posts of the Twitter channel, each the inside of a flow mapping."""
    project.write("buffer.yaml", HEAD + "".join(f"          - {{{post}}}\n" for post in posts))


ONE = "key: one, due_at: 2029-12-20 09:00, text: The first"
TWO = "key: two, due_at: 2029-12-21 09:00, text: The second"
QUEUED = "key: queued, text: In the queue"


def writes(project: Project) -> int:
    """The number of write requests so far."""
    return sum(seen.kind == "mutation" for seen in project.sandbox.requests)


def apply(project: Project, *more: str) -> Any:
    """Apply without asking and without waiting."""
    return project("apply", "--auto-approve", "--settle", "0", *more)


def bindings(project: Project) -> dict[str, dict[str, Any]]:
    """The ids in the state, by address."""
    return {each["address"]: each for each in json.loads(project("state", "list", "--json").out)["objects"]}


def test_without_a_terminal(project: Project) -> None:
    """Nobody to ask and no --auto-approve: the plan, exit 64, and nothing sent."""
    declare(project, ONE)
    ran = project("apply")
    assert (ran.code, ran.planned, ran.outcomes) == (64, ["+ one"], [])
    assert "Cannot ask for confirmation without a terminal, so nothing was sent." in ran.err
    assert (writes(project), project.sandbox.posts(), project.state.exists()) == (0, [], False)


def test_without_a_terminal_as_json(project: Project) -> None:
    """--json changes what is printed, here the error, never the exit code."""
    declare(project, ONE)
    ran = project("apply", "--json")
    assert (ran.code, json.loads(ran.out)["kind"], writes(project)) == (64, "error", 0)


def test_full(project: Project) -> None:
    """A long text is folded in the question; with --full it is shown whole."""
    lines = "".join(f"              Line {n}.\n" for n in range(30))
    entry = f"          - key: long\n            due_at: 2029-12-20 09:00\n            text: |\n{lines}"
    project.write("buffer.yaml", HEAD.replace("twitter", "linkedin").replace("acme\n", "acme-inc\n", 1) + entry)
    shown = [project("apply", "--settle", "0", *full) for full in ((), ("--full",))]
    assert ["Line 29." in ran.out + ran.err for ran in shown] == [False, True]


def test_nothing_to_send_asks_nothing(project: Project) -> None:
    """If nothing would be sent, there is no question: exit 0."""
    declare(project, ONE)
    apply(project)
    assert project("apply").code == 0
    project.state.unlink()
    assert project("apply").code == 0


def test_each_outcome(project: Project, prints: Prints) -> None:
    """The plan, each post with its new id, a total, and the result of the second read."""
    declare(project, ONE, TWO, QUEUED)
    prints("apply/outcomes", apply(project))


def test_json(project: Project, prints: Prints) -> None:
    """One document on stdout: the plan, the outcomes with ids, the remaining changes."""
    declare(project, ONE)
    ran = apply(project, "--json")
    prints("apply/json", ran)
    document = json.loads(ran.out)
    (post,) = project.sandbox.posts()
    (outcome,) = document["outcomes"]
    assert (document["format_version"], outcome["status"], outcome["id"]) == ("2.0", "done", post["id"])
    assert document["left"]["changes"] == [{**document["left"]["changes"][0], "action": "no-op"}]


def test_again(project: Project, prints: Prints) -> None:
    """Running it again does nothing: no write, and the same account and state."""
    declare(project, ONE, QUEUED)
    apply(project)
    account, state, sent = project.sandbox.dump(), project.state.read_bytes(), writes(project)
    prints("apply/again", apply(project))
    assert (project.sandbox.dump(), project.state.read_bytes(), writes(project)) == (account, state, sent)


def test_state_lost(project: Project) -> None:
    """Without the state file every post is found again by its content, and nothing is created."""
    declare(project, ONE, TWO, QUEUED)
    apply(project)
    account, sent = project.sandbox.dump(), writes(project)
    project.state.unlink()
    ran = apply(project)
    assert (ran.code, ran.outcomes) == (0, [f"{key} already there" for key in ("one", "two", "queued")])
    assert "3 posts in Buffer matched by content alone" in ran.err
    assert (project.sandbox.dump(), writes(project)) == (account, sent)
    assert {each["origin"] for each in bindings(project).values()} == {"recovered"}


def test_a_person_made_it(project: Project) -> None:
    """A post with the same content is recognized and stays untouched, including its updatedAt."""
    channel = project.sandbox.channel("twitter")["id"]
    made = project.sandbox.person.create_post(channel, "The first", dueAt="2029-12-20T09:00:00Z")
    project.sandbox.clock.advance(hours=1)
    declare(project, ONE)
    ran = apply(project)
    assert (ran.code, ran.outcomes) == (0, ["one already there"])
    (post,) = project.sandbox.posts()
    assert (post["id"], post["updatedAt"], writes(project)) == (made["id"], made["updatedAt"], 0)
    assert project("plan", "--detailed-exitcode").code == 0


def test_what_a_person_made_stays(project: Project) -> None:
    """Adopted, then removed from the file: still in Buffer, and the plan says nothing more about it."""
    channel = project.sandbox.channel("twitter")["id"]
    project.sandbox.person.create_post(channel, "The first", dueAt="2029-12-20T09:00:00Z")
    declare(project, ONE, TWO)
    apply(project)
    declare(project, TWO)
    assert apply(project).code == 0
    assert sorted(post["text"] for post in project.sandbox.posts()) == ["The first", "The second"]


def test_two_equal_posts_are_two(project: Project) -> None:
    """Twins with separate keys are two posts, and stay two when the state is lost."""
    declare(project, "key: a, text: Twins", "key: b, text: Twins, repeat_of: a")
    project.apply()
    ids = {post["id"] for post in project.sandbox.posts()}
    assert len(ids) == 2
    project.state.unlink()
    project.apply()
    assert {each["id"] for each in bindings(project).values()} == ids
    assert len(project.sandbox.posts()) == 2


def test_one_of_twins_there(project: Project) -> None:
    """If a person made one of the two, the other is created."""
    project.sandbox.person.create_post(project.sandbox.channel("twitter")["id"], "Twins")
    declare(project, "key: a, text: Twins", "key: b, text: Twins, repeat_of: a")
    apply(project)
    assert len(project.sandbox.posts()) == 2


def test_a_post_that_goes_out_while_its_edit_is_on_the_way(project: Project) -> None:
    """No edit of the file could mend that; the plan that the hint names has nothing left to do."""
    declare(project, "key: a, text: Alpha")
    project.apply()
    declare(project, "key: a, text: Alpha again")
    found = project.sandbox.posts()[0]["id"]

    def published(request: httpx2.Request) -> None:
        if b"mutation" in request.read() and project.sandbox.posts()[0]["status"] != "sent":
            project.sandbox.person.share_now(found)

    answer_near(project.sandbox.url, published)
    ran = project("apply", "--auto-approve", "--settle", "0")
    assert "It was published meanwhile. Run `bufferctl plan` again." in " ".join(ran.out.split())
    assert project.apply().code == 0


@pytest.mark.parametrize("ours", [True, False])
def test_repeat_of_an_id(project: Project, ours: bool) -> None:
    """It names a post in Buffer, a person's or one removed from the files: a second one is wanted, and made once."""
    if ours:
        declare(project, "key: a, text: Once more")
        project.apply()
        project.sandbox.person.share_now(project.sandbox.posts()[0]["id"])
    else:
        project.sandbox.person.create_post(project.sandbox.channel("twitter")["id"], "Once more")
    first = project.sandbox.posts()[0]["id"]
    for _ in range(2):
        declare(project, f"key: b, text: Once more, repeat_of: {first}")
        project.apply()
        assert len(project.sandbox.posts()) == 2


def test_the_same_meant_twice(project: Project) -> None:
    """A post with the text of another key in Buffer, new or edited, is sent once `repeat_of` confirms it."""
    declare(project, "key: a, text: Once more", "key: b, text: Other")
    project.apply()
    project.sandbox.person.share_now(next(p["id"] for p in project.sandbox.posts() if p["text"] == "Once more"))
    declare(project, "key: a, text: News", "key: b, text: Once more", "key: c, text: Once more, repeat_of: a")
    assert project.apply().code == 1
    assert sorted(post["text"] for post in project.sandbox.posts()) == ["Once more", "Once more", "Other"]
    declare(project, "key: a, text: News", "key: b, text: Once more, repeat_of: a", "key: c, text: More, repeat_of: a")
    project.apply()
    assert sorted(post["text"] for post in project.sandbox.posts()) == ["More", "Once more", "Once more"]


@pytest.mark.parametrize("when", ["", *long("due_at: 2029-12-21 09:00, ")])
def test_an_older_state_and_an_edit(project: Project, when: str) -> None:
    """A backup without one of the posts, and an edited text: the post may be an older version, so a person is asked."""
    declare(project, ONE)
    project.apply()
    backup = project.state.read_bytes()
    project.sandbox.clock.advance(hours=1)
    declare(project, ONE, f"key: two, {when}text: The second one of many posts")
    project.apply()
    project.state.write_bytes(backup)
    declare(project, ONE, f"key: two, {when}text: The second one of so many posts")
    ran = project.apply()
    assert (ran.code, len(project.sandbox.posts())) == (1, 2)
    (held,) = [each for each in json.loads(project("plan", "--json").out)["changes"] if each["action"] == "hold"]
    assert (held["reason"], len(held["candidates"])) == ("ambiguous", 1)


@pytest.mark.parametrize("was", ["", ", was: one"])
def test_renamed_key(project: Project, was: str) -> None:
    """An exact match needs no `was`: the id moves in the state, and Buffer gets no request."""
    declare(project, ONE)
    apply(project)
    before, sent = bindings(project)["Acme/twitter:acme/one"]["id"], writes(project)
    declare(project, ONE.replace("key: one", "key: first") + was)
    ran = apply(project)
    assert (ran.code, ran.planned, ran.outcomes) == (0, ["> first"], ["first renamed"])
    assert {name: each["id"] for name, each in bindings(project).items()} == {"Acme/twitter:acme/first": before}
    assert writes(project) == sent


def test_moved_to_another_file(project: Project) -> None:
    """The file is not part of a post's identity: only the file name in the state changes."""
    declare(project, ONE, TWO)
    apply(project)
    sent = writes(project)
    declare(project, TWO)
    project.write("posts/a.yaml", f"posts:\n  - {{{ONE}, channels: [twitter]}}\n")
    assert apply(project).code == 0
    project.folder.joinpath("posts/a.yaml").rename(project.folder / "posts/b.yaml")
    assert apply(project).code == 0
    assert writes(project) == sent
    assert bindings(project)["Acme/twitter:acme/one"]["file"] == "posts/b.yaml"


def test_removed_from_a_file_that_was_renamed(project: Project) -> None:
    """Its other posts are in another file, so none was lost: the removed post is deleted, as usual."""
    project.write("buffer.yaml", HEAD.rpartition("        posts")[0])
    lines = [f"  - {{{post}, channels: [twitter]}}\n" for post in (ONE, TWO)]
    project.write("posts/a.yaml", "posts:\n" + "".join(lines))
    project.apply()
    project.folder.joinpath("posts/a.yaml").rename(project.folder / "posts/b.yaml")
    project.write("posts/b.yaml", "posts:\n" + lines[0])
    assert "1 deleted" in project.apply().out
    project.write("posts/b.yaml", "posts: []\n")
    (held,) = [each for each in json.loads(project("plan", "--json").out)["changes"] if each["action"] == "hold"]
    assert (held["reason"], "posts/b.yaml" in held["message"]) == ("deletes", True)


@pytest.mark.parametrize("named", [["--target", "*/two"], ["--exclude", "*/one"], ["buffer.yaml"]])
def test_removed_and_not_named(project: Project, prints: Prints, named: list[str]) -> None:
    """A run without selected posts deletes a removed post; one with selected posts warns of its publication."""
    declare(project, ONE, TWO)
    project.apply()
    declare(project, TWO)
    ran = project("apply", "--auto-approve", "--settle", "0", *named)
    prints("apply/removed-and-not-named", ran)
    assert len(project.sandbox.posts()) == 2


def test_past_is_never_sent(project: Project) -> None:
    """Due before `managed_since`: counted only. Due since, or within the lead time: held. Exit 1 for the held one."""
    declare(
        project,
        "key: last-year, due_at: 2028-12-03 09:00, text: Last year",
        "key: hours-ago, due_at: 2029-12-03 05:00, text: Hours ago",
        "key: in-a-minute, due_at: 2029-12-03 09:01, text: In a minute",
    )
    ran = apply(project)
    assert (ran.code, ran.planned, ran.outcomes) == (1, ["! hours-ago", "! in-a-minute"], [])
    assert "Also: 1 past." in ran.out
    assert (writes(project), project.sandbox.posts()) == (0, [])


def test_state_is_the_owners(project: Project) -> None:
    """The state file has mode 0600, in the first version and the next; no other file is left beside it."""
    declare(project, ONE)
    apply(project)
    assert project.state.stat().st_mode & 0o777 == 0o600
    declare(project, ONE, TWO)
    apply(project)
    assert project.state.stat().st_mode & 0o777 == 0o600
    assert {path.name for path in project.state.parent.iterdir()} <= {
        "state.json",
        "state.json.backup",
        ".gitignore",
    }


def test_state_elsewhere(project: Project) -> None:
    """--state names another file, for `state list` too."""
    declare(project, ONE)
    apply(project, "--state", "there/acme.json")
    assert not project.state.exists()
    assert (project.folder / "there" / "acme.json").is_file()
    assert "created" in project("state", "list", "--state", "there/acme.json").out


def test_state_that_cannot_be_written(project: Project, prints: Prints) -> None:
    """Found before anything is sent."""
    declare(project, ONE)
    project.write("there", "a file, not a folder")
    prints("apply/state-not-writable", apply(project, "--state", "there/state.json"))
    assert (writes(project), project.sandbox.posts()) == (0, [])


@pytest.mark.parametrize(
    ("name", "content"),
    [("damaged", "{"), ("empty", ""), ("newer", '{"format_version": "9.0", "kind": "state"}')],
)
def test_state_that_cannot_be_read(project: Project, prints: Prints, name: str, content: str) -> None:
    """Damaged or from a newer version: refused before anything is sent, with a fix."""
    declare(project, ONE)
    project.write(".bufferctl/state.json", content)
    prints(f"apply/state-{name}", apply(project))
    assert writes(project) == 0


def test_state_of_another_endpoint(project: Project, prints: Prints, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sandbox's state is never used for another account."""
    declare(project, ONE)
    apply(project)
    monkeypatch.setenv("BUFFER_API_URL", project.sandbox.url.replace("127.0.0.1", "localhost"))
    prints("apply/state-of-another-endpoint", apply(project))
    assert writes(project) == 1


def test_refused_by_buffer(project: Project, prints: Prints) -> None:
    """A typed error is shown at its post, and the others are sent: exit 1."""
    project.sandbox.set_faults("duplicate@createPost#2")
    declare(project, ONE, TWO, QUEUED)
    ran = apply(project)
    prints("apply/refused", ran)
    assert len(project.sandbox.posts()) == 2
    project.sandbox.set_faults()
    project.apply()
    assert len(project.sandbox.posts()) == 3


def test_refused_as_json(project: Project) -> None:
    """The same as JSON: status and message of the refused post, exit 1."""
    project.sandbox.set_faults("duplicate@createPost#1")
    declare(project, ONE)
    ran = apply(project, "--json")
    (outcome,) = json.loads(ran.out)["outcomes"]
    assert (ran.code, outcome["status"], outcome["id"]) == (1, "refused", None)
    assert "already got this one scheduled" in outcome["message"]


def test_limit_of_the_plan(project: Project) -> None:
    """Posts with no room in Buffer's plan wait, the earliest are sent first, and nobody is needed: exit 0."""
    organization = project.sandbox.organization()["id"]
    project.sandbox.person.set_limit(organization, scheduledPosts=2)
    declare(project, ONE, TWO, "key: three, due_at: 2029-12-22 09:00, text: The third")
    ran = apply(project)
    assert (ran.planned, ran.outcomes) == (["+ one", "+ two", "… three"], ["one created", "two created"])
    assert "Your Buffer plan has no room for more scheduled posts" in ran.out
    assert (ran.code, len(project.sandbox.posts())) == (0, 2)


def test_more_than_a_batch(project: Project) -> None:
    """31 posts take two requests, and each is there once."""
    declare(project, *(f"key: p{number}, text: Post {number}" for number in range(31)))
    before = writes(project)
    project.apply()
    assert writes(project) - before == 2
    assert sorted(post["text"] for post in project.sandbox.posts()) == sorted(f"Post {n}" for n in range(31))


@pytest.mark.parametrize(("behind", "code"), [("lag@ideas#2:20s", 0), ("lag@ideas#2-3:20s", 1)])
def test_a_list_that_is_behind_is_read_once_more(project: Project, behind: str, code: int) -> None:
    """0 if the second look shows the new idea, else 1 because it is not shown yet."""
    project.sandbox.set_faults(behind)
    project.write("buffer.yaml", "version: 1\norganizations: [{name: Acme, ideas: [{key: i, title: How we hire}]}]\n")
    ran = apply(project)
    assert ran.code == code, ran.out
    assert ("does not show it" in " ".join(ran.out.split())) == bool(code)
    assert "so it is read once more" in ran.err
    assert len(project.sandbox.ideas()) == 1


def test_narrowed(project: Project) -> None:
    """PATHs and --target narrow what is sent."""
    declare(project, ONE)
    project.write("posts/a.yaml", f"posts:\n  - {{{TWO}, channels: [twitter]}}\n")
    apply(project, "posts")
    assert [post["text"] for post in project.sandbox.posts()] == ["The second"]
    declare(project, ONE, QUEUED)
    apply(project, "--target", "*/queued")
    assert [post["text"] for post in project.sandbox.posts()] == ["The second", "In the queue"]


@pytest.mark.parametrize("narrowed", [["--target", "*/two"], ["--exclude", "*/ideas/*"]])
def test_a_post_of_an_idea_that_is_not_selected(project: Project, narrowed: list[str]) -> None:
    """The plan says already that it is not sent without its idea; together both are."""
    declare(project, f"{TWO}, idea: hiring")
    project.write("posts/a.yaml", "ideas: [{key: hiring, title: How we hire}]\n")
    assert project("plan", *narrowed).planned == ["! two"]
    ran = apply(project, *narrowed)
    assert (ran.code, writes(project)) == (1, 0)
    assert "Resolve the hold on the idea, or select the idea too." in " ".join(ran.out.split())
    assert apply(project).code == 0
    assert len(project.sandbox.ideas()) == len(project.sandbox.posts()) == 1


def test_an_address_is_a_glob_for_itself(project: Project) -> None:
    """Also where a name contains what would be a set in a glob."""
    person, handle = project.sandbox.person, "acme[2]"
    person.set_channel(project.sandbox.channel("twitter")["id"], name=handle)
    declare(project, ONE, TWO)
    text = (project.folder / "buffer.yaml").read_text(encoding="utf-8")
    project.write("buffer.yaml", text.replace("name: acme\n", f"name: {handle}\n"))
    address = f'Acme/"twitter:{handle}"/two'
    apply(project, "--target", address)
    assert [post["text"] for post in project.sandbox.posts()] == ["The second"]
    assert apply(project, "--exclude", address).code == 0


def test_excluded(project: Project) -> None:
    """--exclude sends everything else; the excluded post follows with the next apply."""
    declare(project, ONE, TWO)
    apply(project, "--exclude", "*/one")
    assert [post["text"] for post in project.sandbox.posts()] == ["The second"]
    project.apply()
    assert sorted(post["text"] for post in project.sandbox.posts()) == ["The first", "The second"]


def test_two_organizations(project: Project) -> None:
    """Each post in its own organization; one state, one apply."""
    project.write(
        "buffer.yaml",
        "version: 1\ntimezone: UTC\nmanaged_since: 2029-12-01T00:00:00Z\norganizations:\n"
        "  - {name: Acme, channels: [{service: twitter, name: acme, posts: [{key: a, text: Of Acme}]}]}\n"
        "  - {name: Globex, channels: [{service: twitter, name: globex, posts: [{key: a, text: Of Globex}]}]}\n",
    )
    project.apply()
    assert sorted(bindings(project)) == ["Acme/twitter:acme/a", "Globex/twitter:globex/a"]


def test_locked(project: Project, prints: Prints, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another run holds the lock: the message names it, and nothing is read or sent; `state unlock` releases it."""
    declare(project, ONE)
    monkeypatch.setenv("LOGNAME", "ada")
    with Lock(Path(os.environ["XDG_STATE_HOME"], "bufferctl"), project.sandbox.url).held(0):
        ran = apply(project)
        assert ran.code == 1
        assert "Another run is using this account: ada on" in ran.err
        assert project.sandbox.requests == []
        refused = project("state", "unlock")
        assert (refused.code, "The lock is held by ada on" in refused.err) == (64, True)
        prints("apply/unlocked", project("state", "unlock", "--auto-approve"))
        assert apply(project).code == 0
    prints("apply/unlock-free", project("state", "unlock"))
