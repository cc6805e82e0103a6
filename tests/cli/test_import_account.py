"""`bufferctl import` of a whole account: all of it becomes YAML, Buffer is not changed, and the next plan is empty."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from collections.abc import Collection
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bufferctl.model import Address, LiveAsset, LiveChannel, LivePost, PostStatus, Service
from bufferctl.model.from_live import post_from_live
from tests.cli.account import DUE, fill
from tests.cli.conftest import WEEK, Prints, Project

NAMES = {"twitter": "acme", "linkedin": "acme-inc"}


@pytest.fixture
def services() -> Collection[str]:
    """All: a whole account is imported."""
    return ()


def made(project: Project, text: str, service: str = "twitter", **fields: Any) -> str:
    """A post that a person made in organization Acme; its id."""
    return str(project.sandbox.person.create_post(project.sandbox.channel(service)["id"], text, **fields)["id"])


def files(project: Project) -> dict[str, str]:
    """Every YAML file of the project."""
    paths = sorted(project.folder.rglob("*.yaml"))
    return {path.relative_to(project.folder).as_posix(): path.read_text(encoding="utf-8") for path in paths}


def objects(project: Project) -> list[dict[str, Any]]:
    """The state's entry for each object."""
    listed: list[dict[str, Any]] = json.loads(project("state", "list", "--json").out)["objects"]
    return listed


def known(project: Project) -> dict[str, tuple[str, str]]:
    """Id and origin by address, as in the state."""
    return {each["address"]: (each["id"], each["origin"]) for each in objects(project)}


def imported(project: Project, *arguments: str) -> Any:
    """Import; then a plan is empty, nobody is needed, and Buffer is unchanged."""
    before, ideas = project.sandbox.posts(), project.sandbox.ideas()
    ran = project("import", *arguments)
    again = project("plan", "--strict", "--detailed-exitcode")
    assert (again.code, "No changes." in again.out) == (0, True), ran.out + ran.err + again.out + again.err
    assert (project.sandbox.posts(), project.sandbox.ideas()) == (before, ideas)
    return ran


def few_imported(project: Project) -> list[dict[str, Any]]:
    """Import some posts into a project that was applied; the posts in Buffer."""
    few(project)
    project.write("buffer.yaml", CHANNELS)
    project.apply()
    imported(project)
    return project.sandbox.posts()


def few(project: Project) -> list[str]:
    """Some posts of each kind; their ids."""
    project.sandbox.person.create_idea(project.sandbox.organization()["id"], title="How we hire", services=["linkedin"])
    image = {"image": {"url": "https://acme.example/a.png", "metadata": {"altText": "The console"}}}
    return [
        made(project, "We are live: https://acme.example #launch", dueAt=DUE, tagIds=["66a0000000000000000001a1"]),
        made(project, "First in the queue"),
        made(project, "Second in the queue", assets=[image]),
        made(project, "Not yet", saveToDraft=True),
        made(project, "Two\n\nparagraphs", "linkedin", dueAt=DUE, needsApproval=True),
    ]


def test_everything(project: Project) -> None:
    """Each network's fullest posts, drafts, queues, odd texts and ideas: all of it, with nothing left out."""
    ids = fill(project.sandbox)
    ran = imported(project)
    assert (ran.code, ran.err) == (0, "")
    assert {found for found, _ in known(project).values()} >= set(ids)
    assert project("import").out == "The files already declare everything.\n"


def test_state_is_lost(project: Project) -> None:
    """Without state everything is found again by its content: nothing is created a second time."""
    fill(project.sandbox)
    imported(project)
    project.state.unlink()
    plan = json.loads(project("plan", "--json").out)
    assert {change["action"] for change in plan["changes"]} == {"adopt"}


@pytest.mark.parametrize("layout", ["per-channel", "one-file"])
def test_files(project: Project, prints: Prints, layout: str) -> None:
    """The layout: a file per channel, or one for all."""
    few(project)
    prints(f"import/account-{layout}", imported(project, "--organization", "acme", "--layout", layout))
    expected = "".join(f"# {name}\n{text}\n" for name, text in files(project).items())
    prints(f"import/account-{layout}-files", type("Text", (), {"snapshot": lambda _: expected})())


def test_ours_from_now_on(project: Project) -> None:
    """Edits in the files change Buffer, and removed posts are deleted there; the plan shows who made them."""
    first, second, *_ = few(project)
    imported(project, "--organization", "Acme")
    project.apply()
    path = project.folder / "posts" / "twitter-acme.yaml"
    text = path.read_text(encoding="utf-8").replace("We are live", "We are LIVE")
    entry = "  - key: 2029-12-03-first-in-the-queue\n    channels: [twitter]\n    text: |\n      First in the queue\n"
    assert entry in text
    path.write_text(text.replace(entry, ""), encoding="utf-8")
    before = {post["id"]: post for post in project.sandbox.posts()}
    told = "removed from the files It was imported. A person created it in Buffer."
    assert told in " ".join(project("plan").out.split())
    assert "1 changed, 1 deleted" in project.apply().out
    after = {post["id"]: post for post in project.sandbox.posts()}
    assert set(before) - set(after) == {second}
    assert {id_ for id_ in after if after[id_]["text"] != before[id_]["text"]} == {first}


def test_what_an_import_wrote_is_deleted_by_no_checkout_that_lacks_it(project: Project) -> None:
    """Until the files are merged, others plan without them: nothing is deleted, and a warning says what they lack."""
    before = few_imported(project)
    shutil.move(project.folder / "posts", project.folder.parent / "branch")
    project.write("buffer.yaml", CHANNELS)
    for _ in range(2):
        ran = project.apply()
        assert (ran.code, "are not in these files" in ran.err) == (0, True), ran.out + ran.err
        assert project.sandbox.posts() == before
    shutil.move(project.folder.parent / "branch", project.folder / "posts")
    assert "not in these files" not in project.apply().err
    shutil.rmtree(project.folder / "posts")
    assert "deleted" in project.apply("--max-deletes", "9").out


def test_what_an_import_wrote_and_somebody_discarded_is_let_go(project: Project) -> None:
    """The hint has the command with every address; afterwards nobody is asked to merge files that are gone."""
    before = few_imported(project)
    shutil.rmtree(project.folder / "posts")
    project.write("buffer.yaml", CHANNELS)
    name, *arguments = shlex.split(project("plan").err.strip().splitlines()[-1])
    assert (name, arguments[:2], project(*arguments).code) == ("bufferctl", ["state", "rm"], 0)
    assert "not in these files" not in project("plan").err
    assert project.sandbox.posts() == before


def test_an_import_whose_files_were_discarded_can_be_repeated(project: Project) -> None:
    """The same files again, with the same keys."""
    few(project)
    project.write("buffer.yaml", CHANNELS)
    project.apply()
    imported(project)
    first = files(project)
    shutil.rmtree(project.folder / "posts")
    project.write("buffer.yaml", CHANNELS)
    imported(project)
    assert files(project) == first


#: A root file without posts.
CHANNELS = """\
version: 1
timezone: Europe/Berlin
organizations: [{name: Acme, channels: [{service: twitter, name: acme}, {service: linkedin, name: acme-inc}]}]
"""


def managed_since(project: Project) -> Any:
    """The value in buffer.yaml, as an instant."""
    found = re.search(r"^managed_since: ([^#\n]*[^#\s])", files(project)["buffer.yaml"], re.MULTILINE)
    return datetime.fromisoformat(found[1]) if found else None


def test_new_root_is_managed_since_the_earliest_creation(project: Project) -> None:
    """A second before the earliest creation that was bound, in its minute: what is bound counts as created since."""
    few(project)
    project.sandbox.clock.advance(3600)
    imported(project)
    created = [datetime.fromisoformat(each["created_at"]) for each in objects(project)]
    assert managed_since(project) == (min(created) - timedelta(seconds=1)).replace(second=0, microsecond=0)


def test_new_root_of_an_empty_account_is_managed_from_now(project: Project) -> None:
    """Buffer's time minus the settle time, in its minute: a much earlier one would only mean more to search."""
    imported(project)
    now = project.sandbox.clock.now()
    assert now - timedelta(seconds=90) <= managed_since(project) <= now - timedelta(seconds=30)


def test_managed_since_moves_back_only(project: Project) -> None:
    """An import of something older lowers it and keeps the comment and everything else; a later one leaves it."""
    few(project)
    project.sandbox.clock.advance(hours=2)
    for since, moves in (("2029-12-03T10:00:00Z", True), ("2020-01-01T00:00:00Z", False)):
        project.state.unlink(missing_ok=True)
        text = f"managed_since: {since}  # do not touch\n{CHANNELS}"
        project.write("buffer.yaml", text)
        imported(project)
        assert "  # do not touch" in files(project)["buffer.yaml"]
        assert (managed_since(project) == datetime.fromisoformat(since)) is not moves
        shutil.rmtree(project.folder / "posts")


def test_managed_since_is_not_invented(project: Project) -> None:
    """A root file without it may declare posts published long ago; only a person can decide about them."""
    few(project)
    project.write("buffer.yaml", CHANNELS)
    imported(project)
    assert managed_since(project) is None


@pytest.mark.parametrize(("service", "kept"), [(Service.INSTAGRAM, 1500), (Service.LINKEDIN, None)])
def test_cover_of_a_video(service: Service, kept: int | None) -> None:
    """`thumbnail_offset` if the network supports one; `thumbnail_url` is gone from videos, so it is not read."""
    details = {"thumbnail_offset": 1500}
    video = LiveAsset("video", source="https://a.example/a.mp4", thumbnail="https://a.example/t.png", details=details)
    now = datetime.fromisoformat("2029-12-03T09:00:00+00:00")
    live = LivePost("p", "c", PostStatus.SCHEDULED, "Film", now, assets=(video,))
    post = post_from_live(live, LiveChannel("c", "o", service, "acme"), Address("Acme", f"{service.value}:acme", "k"))
    (asset,) = post.assets
    assert asset.video
    assert asset.video.thumbnail_offset == kept


def test_one_channel(project: Project) -> None:
    """Only the named channel, without ideas."""
    few(project)
    imported(project, "--channel", "linkedin:ACME-inc")
    assert list(files(project)) == ["buffer.yaml", "posts/linkedin-acme-inc.yaml"]
    assert len(known(project)) == 1


@pytest.mark.parametrize(
    ("name", "arguments", "code"),
    [
        ("no-organization", ("--organization", "Acne"), 64),
        ("no-channel", ("--channel", "twitter:acne"), 64),
        ("no-id", ("Acme/twitter:acme/launch",), 64),
        ("no-day", ("--since", "yesterday"), 64),
        ("both-forms", ("Acme/twitter:acme/launch", "66a000000000000000000999", "--channel", "twitter"), 64),
    ],
)
def test_usage(project: Project, prints: Prints, name: str, arguments: tuple[str, ...], code: int) -> None:
    """The problem, and the valid names; nothing is written."""
    ran = project("import", *arguments)
    prints(f"import/account-{name}", ran)
    assert (ran.code, files(project)) == (code, {})


def test_sent(project: Project) -> None:
    """With --since also posts published since then, with their original times so that they can never go out again."""
    project.sandbox.person.set_channel(project.sandbox.channel("twitter")["id"], postingSchedule=WEEK)
    old = made(project, "Long ago", dueAt="2029-12-03T09:10:00Z")
    project.sandbox.clock.advance(days=3)
    new = made(project, "Just now", mode="shareNow")
    queued = made(project, "From the queue")
    waits = made(project, "Not yet", dueAt=DUE)
    project.sandbox.clock.advance(days=1)
    imported(project)
    assert {id_ for id_, _ in known(project).values()} == {waits}
    imported(project, "--since", "2029-12-05")
    assert {id_ for id_, _ in known(project).values()} == {waits, new, queued}
    imported(project, "--since", "2029-12-03")
    assert {id_ for id_, _ in known(project).values()} == {waits, new, queued, old}
    assert files(project)["posts/acme/twitter-acme.yaml"].count("due_at:") == 4
    project.state.unlink()
    project.sandbox.clock.advance(days=40)
    assert json.loads(project("plan", "--json").out)["summary"]["create"] == 0


ROOT = """\
# Ours
version: 1
timezone: Europe/London
organizations:
- name: Acme   # the only one
  channels:
  - service: twitter
    name: acme   # since 2014
    posts:
    - {key: 2029-12-20-we-are-live, due_at: 2029-12-20 09:00, text: We are live}
# the end
"""


def test_into_a_project(project: Project, prints: Prints) -> None:
    """Only undeclared posts are added, and channels missing from the root file; everything else stays the same."""
    project.write("buffer.yaml", ROOT)
    equal = made(project, "We are live", dueAt=DUE)
    other = made(project, "We are live", dueAt="2029-12-20T11:00:00Z")
    page = made(project, "A page", "linkedin", dueAt=DUE)
    prints("import/account-into-a-project", imported(project))
    assert known(project) == {
        "Acme/twitter:acme/2029-12-20-we-are-live": (equal, "imported"),
        "Acme/twitter:acme/2029-12-20-we-are-live-2": (other, "imported"),
        "Acme/linkedin:acme-inc/2029-12-20-a-page": (page, "imported"),
    }
    added = "  - service: linkedin\n    name: acme-inc\n    timezone: Europe/Berlin\n"
    assert files(project)["buffer.yaml"] == ROOT.replace("text: We are live}\n", f"text: We are live}}\n{added}")
    assert "due_at: 2029-12-20 11:00" in files(project)["posts/twitter-acme.yaml"]
    assert "due_at: 2029-12-20 10:00" in files(project)["posts/linkedin-acme-inc.yaml"]


def test_into_a_file_that_is_there(project: Project) -> None:
    """An existing file gets more entries; its content stays, including comments."""
    project.write("buffer.yaml", ROOT)
    mine = (
        "# Mine\nposts:\n    - key: mine   # this one\n      channels: [twitter]\n      draft: true\n      text: Mine\n"
    )
    project.write("posts/twitter-acme.yaml", mine)
    project.apply()
    made(project, "Theirs", dueAt=DUE)
    imported(project)
    assert files(project)["posts/twitter-acme.yaml"] == (
        f"{mine}    - key: 2029-12-20-theirs\n      due_at: 2029-12-20 09:00\n      channels: [twitter]\n"
        "      text: |\n        Theirs\n"
    )


def test_beside_a_file_that_is_there(project: Project) -> None:
    """An existing file that is not included, or belongs to another organization, is left alone."""
    few(project)
    project.write("posts/twitter-acme.yaml", "not ours: [")
    ran = project("import", "--organization", "Acme")
    assert (ran.code, sorted(files(project))) == (1, ["posts/twitter-acme.yaml"]), ran.out + ran.err
    project.write("posts/twitter-acme.yaml", "posts: []\n")
    imported(project, "--organization", "Acme")
    assert files(project)["posts/twitter-acme.yaml"] == "posts: []\n"
    assert "posts/twitter-acme-2.yaml" in files(project)


def test_files_are_not_included(project: Project, prints: Prints) -> None:
    """If the root file does not include the new files, nothing is written."""
    project.write("buffer.yaml", f"include: mine/*.yaml\n{ROOT}")
    project.write("mine/a.yaml", "posts: []\n")
    made(project, "Theirs", "linkedin", dueAt=DUE)
    before = files(project)
    prints("import/account-not-included", project("import"))
    assert (files(project), project.state.exists()) == (before, False)


def test_like_what_is_declared(project: Project, prints: Prints) -> None:
    """A post that may be a declared one gets no second address: a person is asked."""
    project.write("buffer.yaml", ROOT)
    made(project, "We are live", dueAt="2029-12-20T11:00:00Z")
    before = files(project)
    ran = project("import")
    prints("import/account-may-be-declared", ran)
    assert (ran.code, files(project)) == (1, before)


def test_left_out(project: Project, prints: Prints) -> None:
    """Posts that files cannot express, or that would not give an empty plan, are left out and listed with a reason."""
    person, sandbox = project.sandbox.person, project.sandbox
    made(project, "Fine", dueAt=DUE)
    made(project, "Invisible\x07sign", dueAt=DUE)
    person.set_error(made(project, "Refused", dueAt=DUE), "The network said no.")
    mention = {
        "id": "1",
        "entity": "urn:li:organization:1",
        "length": 4,
        "link": "https://linkedin.example/acme",
        "localizedName": "Acme",
        "start": 6,
        "vanityName": "acme",
    }
    made(project, "Hello Acme", "linkedin", dueAt=DUE, metadata={"linkedin": {"annotations": [mention]}})
    made(project, "Cut off", "mastodon", dueAt=DUE)
    person.set_channel(sandbox.channel("mastodon")["id"], isDisconnected=True)
    ran = imported(project, "--organization", "Acme")
    prints("import/account-left-out", ran)
    assert (ran.code, list(known(project))) == (1, ["Acme/twitter:acme/2029-12-20-fine"])


def test_a_text_that_its_server_takes_no_longer(project: Project) -> None:
    """It is left out, with the rule: with it, no plan of the files could be made."""
    server = {"maxCharacters": 1000, "serverUrl": "https://social.example"}
    mastodon = project.sandbox.channel("mastodon")["id"]
    project.sandbox.person.set_channel(mastodon, metadata=server)
    made(project, "a" * 600, "mastodon", dueAt=DUE)
    made(project, "Fine", dueAt=DUE)
    project.sandbox.person.set_channel(mastodon, metadata={**server, "maxCharacters": 500})
    ran = imported(project, "--organization", "Acme")
    assert (ran.code, list(known(project))) == (1, ["Acme/twitter:acme/2029-12-20-fine"])
    assert "Mastodon allows 500 characters and this text has 600" in ran.err


def test_what_a_rule_refuses(project: Project) -> None:
    """It is left out, with the rule, though Buffer has it: with it, no plan of the files could be made."""
    channel = project.sandbox.channel("linkedin")["id"]
    project.sandbox.seed([{"channelId": channel, "text": "a" * 3001, "status": "scheduled", "dueAt": DUE}])
    made(project, "Fine", dueAt=DUE)
    ran = imported(project, "--organization", "Acme")
    assert (ran.code, list(known(project))) == (1, ["Acme/twitter:acme/2029-12-20-fine"])
    assert "LinkedIn allows 3,000 characters and this text has 3,001" in ran.err


def test_a_long_text_of_an_account_that_pays_for_x(project: Project) -> None:
    """It is written: what a channel allows counts, not what most allow."""
    channel = project.sandbox.channel("twitter")["id"]
    project.sandbox.person.set_channel(channel, metadata={"subscriptionType": "Premium"})
    made(project, "Long " + "a" * 300, dueAt=DUE)
    ran = imported(project, "--organization", "Acme")
    assert (ran.code, len(known(project))) == (0, 1), ran.out + ran.err


def test_a_post_of_each_organization(project: Project) -> None:
    """Each goes to the channel of its own organization."""
    made(project, "Of Acme", dueAt=DUE)
    channel = project.sandbox.channel("twitter", "Globex")["id"]
    project.sandbox.person.create_post(channel, "Of Globex", dueAt=DUE)
    ran = imported(project)
    assert ran.code == 0, ran.out + ran.err
    assert list(known(project)) == [
        "Acme/twitter:acme/2029-12-20-of-acme",
        "Globex/twitter:globex/2029-12-20-of-globex",
    ]


def test_tags_belong_to_their_organization(project: Project) -> None:
    """Each organization of the root file has the tags of its own posts, and no others."""
    made(project, "Of Acme", dueAt=DUE, tagIds=["66a0000000000000000001a1"])
    channel = project.sandbox.channel("twitter", "Globex")["id"]
    project.sandbox.person.create_post(channel, "Of Globex", dueAt=DUE)
    imported(project)
    acme, globex = files(project)["buffer.yaml"].split("name: Globex")
    assert ("launch" in acme, "launch" in globex) == (True, False)


def test_one_of_two_declared_organizations(project: Project) -> None:
    """Its files name it, since the root file has another one, too."""
    project.write("buffer.yaml", f"{CHANNELS.replace(']}]', ']}, {name: Globex}]')}")
    made(project, "Of Acme", dueAt=DUE)
    imported(project, "--organization", "Acme")
    assert "organization: Acme\n" in files(project)["posts/acme/twitter-acme.yaml"]


def test_a_text_with_the_lines_of_an_entry(project: Project) -> None:
    """It is in quotes, since a block with these lines is an error: no entry is meant that became part of a text."""
    made(project, "How we write:\n  - key: launch\n    channels: [twitter]\n    text: We are live", dueAt=DUE)
    imported(project)
    assert 'text: "How we write:' in files(project)["posts/acme/twitter-acme.yaml"]


def test_one_organization_after_another(project: Project) -> None:
    """Each file names its organization from the first import on, so that the second one fits in beside it."""
    made(project, "Of Acme", dueAt=DUE)
    project.sandbox.person.create_post(project.sandbox.channel("twitter", "Globex")["id"], "Of Globex", dueAt=DUE)
    imported(project, "--organization", "Acme")
    imported(project, "--organization", "Globex")
    assert [*files(project)] == ["buffer.yaml", "posts/globex/twitter-globex.yaml", "posts/twitter-acme.yaml"]
    assert len(known(project)) == 2
    made(project, "Of Acme again", dueAt="2029-12-21T09:00:00Z")
    imported(project, "--organization", "Acme")
    assert "posts/acme/twitter-acme.yaml" in files(project)


def test_another_organization_beside_files_that_name_none(project: Project, prints: Prints) -> None:
    """Nothing is written, and the hints say what makes the import work."""
    declared = "posts: [{key: a, channels: [twitter], text: We are live}]\n"
    project.write("buffer.yaml", CHANNELS)
    project.write("posts/a.yaml", declared)
    project.sandbox.person.create_post(project.sandbox.channel("twitter", "Globex")["id"], "Of Globex", dueAt=DUE)
    ran = project("import", "--organization", "Globex")
    prints("import/account-files-name-no-organization", ran)
    assert ran.code == 1
    project.write("posts/a.yaml", f"organization: Acme\n{declared}")
    assert project("import", "--organization", "Globex").code == 0
    assert [*known(project)] == ["Globex/twitter:globex/2029-12-20-of-globex"]


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("x", "twitter:acme"),
        ("X:acme", "twitter:acme"),
        ("linkdin", "linkedin:acme-inc"),
        ("insta", "instagram:acme.example"),
        ("twitter:acne", "twitter:acme"),
    ],
)
def test_a_channel_by_another_name(project: Project, given: str, meant: str) -> None:
    """The hint names the channel that is meant."""
    assert f"Did you mean {meant}?" in project("import", "--organization", "Acme", "--channel", given).err


def test_another_organization_without_posts(project: Project) -> None:
    """The root file does not get it: nothing of it was imported."""
    project.write("buffer.yaml", CHANNELS)
    imported(project, "--organization", "Globex")
    assert files(project) == {"buffer.yaml": CHANNELS}


def test_our_ideas_beside_an_imported_channel_stay_ours(project: Project) -> None:
    """Where the state was lost, an idea is recognized as ours: importing a channel says nothing of ideas."""
    made(project, "Of a person", dueAt=DUE)
    project.sandbox.clock.advance(hours=1)
    idea = "organization: Acme\nideas: [{key: hiring, title: How we hire}]\n"
    project.write("buffer.yaml", CHANNELS)
    project.write("posts/ideas.yaml", idea)
    project.apply()
    for lost in (project.state, project.folder / "buffer.yaml", project.folder / "posts" / "ideas.yaml"):
        lost.unlink()
    imported(project, "--channel", "twitter")
    project.write("posts/ideas.yaml", idea)
    project.apply()
    assert known(project)["Acme/ideas/hiring"][1] == "recovered"


def test_ideas_of_a_declared_organization(project: Project) -> None:
    """They go into a file of their own; the root file stays as it is."""
    project.write("buffer.yaml", CHANNELS)
    project.sandbox.person.create_idea(project.sandbox.organization()["id"], title="How we hire")
    imported(project)
    assert files(project)["buffer.yaml"] == CHANNELS


def test_a_post_of_an_idea_that_left_the_files(project: Project) -> None:
    """It is imported without the idea, which no file declares any more."""
    idea = project.sandbox.person.create_idea(project.sandbox.organization()["id"], title="How we hire")["id"]
    root = f"{ROOT}  ideas: [{{key: hiring, title: How we hire}}]\n".replace("# the end\n", "")
    project.write("buffer.yaml", root)
    project.apply()
    project.write("buffer.yaml", root[: root.index("  ideas:")])
    made(project, "From an idea", ideaId=idea)
    ran = project("import")
    assert ran.code == 0, ran.out + ran.err
    assert "idea:" not in files(project)["posts/twitter-acme.yaml"]


def test_files_are_lost(project: Project) -> None:
    """If the files are lost but the state is not, tracked posts get their old keys back."""
    project.write("buffer.yaml", ROOT)
    project.apply()
    before = known(project)
    (project.folder / "buffer.yaml").unlink()
    imported(project, "--organization", "Acme")
    after = known(project)
    assert list(after) == list(before)
    assert after == {name: (id_, "imported") for name, (id_, _) in before.items()}


def test_same_handle_twice(project: Project) -> None:
    """Channels with the same name are declared by their ids; two of a service are told apart in entries."""
    person, organization = project.sandbox.person, project.sandbox.organization()["id"]
    twin = person.add_channel(organization, "twitter", "Acme", id="66a0000000000000000001c1")["id"]
    other = person.add_channel(organization, "linkedin", "acme-jobs")["id"]
    for channel in (project.sandbox.channel("twitter")["id"], twin, other):
        person.create_post(channel, "Hello", dueAt=DUE)
    imported(project, "--organization", "Acme")
    assert len(known(project)) == 3
    assert "id: 66a0000000000000000001c1" in files(project)["buffer.yaml"]
    assert "linkedin:acme-jobs]" in files(project)["posts/shared.yaml"]


def test_nothing_there(project: Project, prints: Prints) -> None:
    """An empty account gives a root file with its channels."""
    prints("import/account-empty", imported(project))
    assert list(files(project)) == ["buffer.yaml"]


def test_state_cannot_be_written(project: Project) -> None:
    """If the state cannot be saved, no file is left behind."""
    few(project)
    (project.folder / ".bufferctl").write_text("", encoding="utf-8")
    ran = project("import")
    assert (ran.code, files(project)) == (1, {}), ran.out + ran.err


def test_two_projects(project: Project, tmp_path: Path) -> None:
    """An account imported elsewhere is found again by content, not by another project's state."""
    few(project)
    imported(project)
    copy = tmp_path / "copy"
    shutil.copytree(project.folder, copy, ignore=shutil.ignore_patterns(".bufferctl"))
    project.folder = copy
    plan = json.loads(project("plan", "--json").out)
    assert {change["action"] for change in plan["changes"]} == {"adopt"}


def test_cut_off(project: Project, prints: Prints) -> None:
    """While writes of an earlier apply are unanswered, nothing is imported: they might be imported twice."""
    project.write("buffer.yaml", ROOT)
    project.sandbox.set_faults("cut-after@createPost#1,cut-before@query#4+")
    project("apply", "--auto-approve", "--settle", "0")
    project.sandbox.set_faults()
    assert len(project.sandbox.posts()) == 1
    before = files(project)
    ran = project("import")
    prints("import/account-cut-off", ran)
    assert (ran.code, files(project)) == (1, before)
    project.apply()
    assert "already declare everything" in imported(project).out


def test_names_that_files_cannot_hold(project: Project) -> None:
    """Channels with invisible characters in their names are declared by their ids; other odd names stay as they are."""
    organization = project.sandbox.organization()["id"]
    names = {"bell\x07": False, "two\nlines": False, "": False, "naïve: #1 🎉": True, "@acme, [x]": True, "yes": True}
    for number, (name, _) in enumerate(names.items()):
        channel = project.sandbox.person.add_channel(organization, "mastodon", name, id=f"66a0{number:020x}")
        project.sandbox.person.create_post(channel["id"], "Hello", dueAt=DUE)
    imported(project, "--organization", "Acme")
    assert len(known(project)) == len(names)
    root = files(project)["buffer.yaml"]
    assert [f"id: 66a0{number:020x}" not in root for number in range(len(names))] == list(names.values())


def test_left_the_files(project: Project) -> None:
    """An import does not bring back a post that was removed from the files to be deleted."""
    project.write("buffer.yaml", ROOT)
    project.apply()
    taken_out = ROOT[: ROOT.index("    posts:\n")]
    project.write("buffer.yaml", taken_out)
    assert project("import").out == "The files already declare everything.\n"
    assert files(project) == {"buffer.yaml": taken_out}
    assert "Apply deletes 1." in project("plan", "--max-deletes", "1").out


def test_idea_that_is_left_out(project: Project, prints: Prints) -> None:
    """A post made from an idea that files cannot express is imported without it."""
    person, organization = project.sandbox.person, project.sandbox.organization()["id"]
    idea = person.create_idea(organization, services=["twitter"])["id"]
    made(project, "From nothing", ideaId=idea)
    ran = imported(project, "--organization", "Acme")
    prints("import/account-idea-left-out", ran)
    assert ("idea:" in files(project)["posts/twitter-acme.yaml"], len(known(project))) == (False, 1)


def test_idea_that_was_declared(project: Project) -> None:
    """A post made from a declared idea refers to it."""
    idea = project.sandbox.person.create_idea(project.sandbox.organization()["id"], title="How we hire")["id"]
    project.write("buffer.yaml", f"{ROOT}  ideas: [{{key: hiring, title: How we hire}}]\n".replace("# the end\n", ""))
    project.apply()
    made(project, "From an idea", ideaId=idea)
    imported(project)
    assert "    idea: hiring\n" in files(project)["posts/twitter-acme.yaml"]


def test_claims_what_was_adopted(project: Project) -> None:
    """Posts recognized by plan are managed from now on, if they were selected."""
    project.write("buffer.yaml", f"{ROOT.replace('# the end', '  - {service: linkedin, name: acme-inc}')}")
    first = made(project, "We are live", dueAt=DUE)
    project.apply()
    address = "Acme/twitter:acme/2029-12-20-we-are-live"
    assert known(project) == {address: (first, "adopted")}
    imported(project, "--channel", "linkedin")
    assert known(project) == {address: (first, "adopted")}
    assert "1 post" in imported(project).out
    assert known(project) == {address: (first, "imported")}
    project.write(
        "buffer.yaml", (project.folder / "buffer.yaml").read_text("utf-8").replace("We are live", "We ARE live")
    )
    assert "1 changed" in project.apply().out


def test_equal_posts_at_one_time_name_each_other(project: Project) -> None:
    """Each names the one before it, even if the files declare the first: without `repeat_of` it is an error."""
    channel = project.sandbox.channel("twitter")["id"]
    twin = {"channelId": channel, "text": "We are live", "status": "scheduled", "dueAt": DUE, "isCustomScheduled": True}
    project.sandbox.seed([twin, twin])
    imported(project)
    posts = "".join(text for name, text in files(project).items() if name != "buffer.yaml")
    assert re.findall(r"(?:key|repeat_of): (\S+)", posts) == [
        "2029-12-20-we-are-live",
        "2029-12-20-we-are-live-2",
        "2029-12-20-we-are-live",
    ]
    project.sandbox.seed([twin])
    imported(project)
    posts = "".join(text for name, text in files(project).items() if name != "buffer.yaml")
    assert posts.count("repeat_of: 2029-12-20-we-are-live-2\n") == 1
