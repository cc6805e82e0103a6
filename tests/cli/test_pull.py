"""`bufferctl pull`: people's changes in Buffer go into the files, and nothing else does."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Protocol

import pytest

from tests.cli.conftest import Begin, Prints, Project
from tests.cli.gate import Gate
from tests.conftest import long

NESTED = """\
# Our posts
version: 1
timezone: Europe/Berlin   # where we are
organizations:
  - name: Acme
    tags: {launch: 66a0000000000000000001a1, event: 66a0000000000000000001a3}
    channels:
      - service: twitter
        name: acme
        posts:
          # The launch
          - key: launch   # do not rename
            due_at:   2029-12-20 09:00
            tags: [launch]  # for the report
            text: "We are live"

          - key: teaser
            text: |
              Something new
              is coming #soon
            # queued on purpose
      - {service: linkedin, name: acme-inc}
      - {service: instagram, name: acme.example}
      - {service: youtube, name: acme}
      - {service: googlebusiness, name: Acme Berlin}
    ideas:
      - {key: hiring, title: How we hire}
"""
SHARED = """\
posts:
  - key: campaign
    due_at: 2029-12-21 10:00
    channels: [twitter, linkedin]   # both
    text: |
      One text for both
"""


def apply_both(project: Project) -> None:
    """Apply the files above, two hours ago."""
    project.write("buffer.yaml", NESTED)
    project.write("posts/w51.yaml", SHARED)
    project.apply()
    project.sandbox.clock.advance(hours=2)


@pytest.fixture(name="applied")
def applying(begin: Begin) -> Project:
    """The files above, applied."""
    return begin(apply_both)


def live(project: Project, text: str, service: str = "twitter") -> str:
    """The id of the post on a channel whose text begins like this."""
    channel = project.sandbox.channel(service)["id"]
    return str(
        next(p["id"] for p in project.sandbox.posts() if p["text"].startswith(text) and p["channelId"] == channel)
    )


def read(project: Project, name: str = "buffer.yaml") -> str:
    """A file of the project."""
    return Path(project.folder, name).read_text(encoding="utf-8")


def at_rest(project: Project) -> None:
    """Check that nothing is left to pull, to apply or to decide; at most, canceled posts leave the state."""
    again = project("plan", "--strict", "--detailed-exitcode")
    signs = [each.partition(" ")[0] for each in again.planned]
    assert (again.code, set(signs) <= {"x"}) == (0, True), again.out + again.err
    assert "Nothing to pull" in project("pull").out


def pull(project: Project, *arguments: str) -> Any:
    """Pull, and check that Buffer has not changed and that the next plan is empty."""
    before = project.sandbox.posts()
    ran = project("pull", *arguments)
    assert ran.code == 0, ran.out + ran.err
    assert project.sandbox.posts() == before
    at_rest(project)
    return ran


def test_nothing(applied: Project, prints: Prints) -> None:
    """Nothing is written if nobody has changed anything."""
    files = {name: read(applied, name) for name in ("buffer.yaml", "posts/w51.yaml")}
    prints("pull/nothing", applied("pull"))
    assert files == {name: read(applied, name) for name in files}


def test_text_and_time(applied: Project, prints: Prints) -> None:
    """A changed text and time replace the old ones in place; every other line stays."""
    applied.sandbox.person.edit_post(live(applied, "We are"), text="We're live: #now", dueAt="2029-12-20T10:30:00Z")
    prints("pull/text-and-time", pull(applied))
    assert read(applied) == NESTED.replace('"We are live"', '"We\'re live: #now"').replace(
        "2029-12-20 09:00", "2029-12-20 11:30"
    )


def test_block(applied: Project) -> None:
    """A block stays a block, and the comment after it stays."""
    applied.sandbox.person.edit_post(live(applied, "Something"), text="Something else\n\nis coming: # soon\n")
    pull(applied)
    assert read(applied) == NESTED.replace(
        "Something new\n              is coming #soon", "Something else\n\n              is coming: # soon"
    )


def test_dry_run(applied: Project, prints: Prints) -> None:
    """The edits are shown and not written."""
    applied.sandbox.person.edit_post(live(applied, "Something"), text="Something else")
    prints("pull/dry-run", applied("pull", "--dry-run"))
    assert read(applied) == NESTED
    assert applied("plan", "--strict").code == 1


def test_out_of_the_queue_and_into_it(applied: Project) -> None:
    """`due_at` is added for a time that a person set, and removed for one that a person removed."""
    person = applied.sandbox.person
    person.edit_post(live(applied, "Something"), dueAt="2029-12-22T08:00:00Z")
    person.edit_post(live(applied, "We are"), dueAt="2029-12-21T16:00:00Z")
    person.edit_post(live(applied, "We are"), isCustomScheduled=False, shareMode="addToQueue")
    pull(applied)
    assert read(applied) == NESTED.replace("            due_at:   2029-12-20 09:00\n", "").replace(
        "- key: teaser\n", "- key: teaser\n            due_at: 2029-12-22 09:00\n"
    )


def test_tags(applied: Project) -> None:
    """Unchanged tags keep their place; new ones come last."""
    applied.sandbox.person.edit_post(
        live(applied, "We are"), tagIds=["66a0000000000000000001a3", "66a0000000000000000001a1"]
    )
    pull(applied)
    assert read(applied) == NESTED.replace("tags: [launch]  #", "tags: [launch, event]  #")
    applied.sandbox.person.edit_post(live(applied, "We are"), tagIds=[])
    pull(applied)
    assert read(applied) == NESTED.replace("            tags: [launch]  # for the report\n", "")


def test_pictures(applied: Project) -> None:
    """Images that a person added, with their URLs in Buffer."""
    image = {"image": {"url": "https://acme.example/a.png", "metadata": {"altText": "The console"}}}
    applied.sandbox.person.edit_post(live(applied, "We are"), assets=[image])
    pull(applied)
    added = read(applied).split('text: "We are live"\n')[1].split("\n\n")[0]
    lines = added.splitlines()
    assert (lines[0], lines[1]) == ("            assets:", "              - image:")
    assert lines[2].startswith("                  url: https://buffer-media.example/")
    assert lines[3] == "                  alt_text: The console"
    applied.sandbox.person.edit_post(live(applied, "We are"), assets=[])
    pull(applied)
    assert read(applied) == NESTED


def test_draft(applied: Project) -> None:
    """`draft: true` for a post that a person turned back into a draft."""
    applied.sandbox.person.edit_post(live(applied, "We are"), status="draft")
    pull(applied)
    assert read(applied) == NESTED.replace("09:00\n", "09:00\n            draft: true\n", 1)


def test_deleted(applied: Project, prints: Prints) -> None:
    """`cancelled: true` for a post that a person deleted; its entry stays."""
    applied.sandbox.person.delete_post(live(applied, "We are"))
    prints("pull/deleted", pull(applied))
    assert read(applied) == NESTED.replace('"We are live"\n', '"We are live"\n            cancelled: true\n')


def test_one_of_two_channels(applied: Project, prints: Prints) -> None:
    """A difference on one channel goes into its override."""
    applied.sandbox.person.edit_post(live(applied, "One text", "linkedin"), text="Another\n\nfor LinkedIn")
    prints("pull/one-of-two-channels", pull(applied))
    added = "    overrides:\n      linkedin:\n        text: |\n          Another\n\n          for LinkedIn\n"
    assert read(applied, "posts/w51.yaml") == SHARED + added
    applied.sandbox.person.edit_post(live(applied, "Another", "linkedin"), text="Once more", dueAt="2029-12-22T08:00Z")
    pull(applied)
    added = "    overrides:\n      linkedin:\n        due_at: 2029-12-22 09:00\n        text: |\n          Once more\n"
    assert sorted(read(applied, "posts/w51.yaml").splitlines()) == sorted((SHARED + added).splitlines())


def test_the_channel_that_takes_the_text_of_the_entry(project: Project, start: Start) -> None:
    """A difference goes into the entry itself where the other channel has a text of its own."""
    posts = "posts:\n  - {key: a, channels: [twitter, linkedin], text: Old, overrides: {linkedin: {text: Other}}}\n"
    start(posts__w_yaml=posts)
    project.sandbox.person.edit_post(post_id(project, "Old"), text="New")
    pull(project)
    assert read(project, "posts/w.yaml") == posts.replace("Old", "New")


def test_both_channels_alike(applied: Project) -> None:
    """A change on all of its channels goes into the entry itself."""
    for service in ("twitter", "linkedin"):
        applied.sandbox.person.edit_post(live(applied, "One text", service), text="Another for both")
    pull(applied)
    assert read(applied, "posts/w51.yaml") == SHARED.replace("One text for both", "Another for both")


def test_both_channels_each_in_its_way(applied: Project) -> None:
    """An override for each text; the time that both have goes into the entry."""
    for service in ("twitter", "linkedin"):
        post = live(applied, "One text", service)
        applied.sandbox.person.edit_post(post, text=f"For {service}", dueAt="2029-12-23T09:00:00Z")
    pull(applied)
    assert read(applied, "posts/w51.yaml") == SHARED.replace("2029-12-21", "2029-12-23") + (
        "    overrides:\n"
        "      twitter:\n        text: |\n          For twitter\n"
        "      linkedin:\n        text: |\n          For linkedin\n"
    )


def test_one_of_two_deleted(applied: Project) -> None:
    """`cancelled: true` for that channel; for the entry once both are deleted."""
    applied.sandbox.person.delete_post(live(applied, "One text", "twitter"))
    pull(applied)
    assert read(applied, "posts/w51.yaml") == f"{SHARED}    overrides:\n      twitter:\n        cancelled: true\n"
    applied.sandbox.person.delete_post(live(applied, "One text", "linkedin"))
    pull(applied)
    assert "    cancelled: true\n" in read(applied, "posts/w51.yaml")


class Start(Protocol):
    """Applies a test's own files, lets two hours pass, and returns the root file."""

    def __call__(self, root_posts: str = "", service: str = "twitter", name: str = "acme", **more: str) -> str: ...


@pytest.fixture(name="start")
def starting(project: Project) -> Start:
    """See `Start`."""

    def apply(root_posts: str = "", service: str = "twitter", name: str = "acme", **more: str) -> str:
        root = (
            "version: 1\ntimezone: Europe/Berlin\norganizations:\n  - name: Acme\n    channels:\n"
            f"      - service: {service}\n        name: {name}\n"
        ) + (f"        posts:\n{root_posts}" if root_posts else "")
        if service != "linkedin":
            root += "      - {service: linkedin, name: acme-inc}\n"
        project.write("buffer.yaml", root)
        for file, text in more.items():
            project.write(file.replace("__", "/").replace("_", ".", 1), text)
        ran = project.apply()
        assert ran.code == 0, ran.out + ran.err
        project.sandbox.clock.advance(hours=2)
        return root

    return apply


def post_id(project: Project, text: str = "") -> str:
    """The id of the only post whose text begins like this."""
    (found,) = [post["id"] for post in project.sandbox.posts() if post["text"].startswith(text)]
    return str(found)


def test_text_file(project: Project, start: Start) -> None:
    """A text with its own file is changed there; the final newline stays."""
    root = start("          - {key: a, due_at: 2029-12-20 09:00, text_file: a.md}\n", a_md="Old\ntext\n")
    project.sandbox.person.edit_post(post_id(project), text="New\n\ntext")
    pull(project)
    assert (read(project), read(project, "a.md")) == (root, "New\n\ntext\n")


def test_text_file_cannot_hold_it(project: Project, start: Start) -> None:
    """A text that begins with a byte order mark is written into the entry, not into its text file."""
    root = start("          - {key: a, due_at: 2029-12-20 09:00, text_file: a.md}\n", a_md="Old\n")
    project.sandbox.person.edit_post(post_id(project), text="\ufeffNew")
    pull(project)
    assert (read(project), read(project, "a.md")) == (root.replace("text_file: a.md", 'text: "\\uFEFFNew"'), "Old\n")


def test_text_file_of_two(project: Project, start: Start) -> None:
    """If other posts use the file, only this post gets its own text."""
    posts = "          - {key: a, text_file: a.md}\n          - {key: b, draft: true, text_file: ./a.md}\n"
    root = start(posts, a_md="Old text")
    draft = next(post["id"] for post in project.sandbox.posts() if post["status"] == "draft")
    project.sandbox.person.edit_post(draft, text="New: text\nhere")
    pull(project)
    expected = root.replace("text_file: ./a.md", 'text: "New: text\\nhere"')
    assert (read(project), read(project, "a.md")) == (expected, "Old text")
    queued = next(post["id"] for post in project.sandbox.posts() if post["status"] != "draft")
    project.sandbox.person.edit_post(queued, text="Newer")
    pull(project)
    assert (read(project), read(project, "a.md")) == (expected, "Newer")


def test_text_file_in_an_override(project: Project, start: Start) -> None:
    """Each text is changed in its own file: the override's and the entry's."""
    posts = (
        "posts:\n  - key: a\n    channels: [twitter, linkedin]\n    text_file: a.md\n"
        "    overrides:\n      linkedin: {text_file: b.md, draft: true}\n"
    )
    start(posts__w_yaml=posts, posts__a_md="For all", posts__b_md="For LinkedIn")
    project.sandbox.person.edit_post(post_id(project, "For LinkedIn"), text="For them")
    project.sandbox.person.edit_post(post_id(project, "For all"), text="For X")
    pull(project)
    assert (read(project, "posts/a.md"), read(project, "posts/b.md")) == ("For X", "For them")
    assert read(project, "posts/w.yaml") == posts


def test_draft_of_one_channel(project: Project, start: Start) -> None:
    """An override replaces the entry's time for one channel: `mode: addToQueue`, or another time."""
    posts = (
        "posts:\n  - key: a\n    channels: [twitter, linkedin]\n    due_at: 2029-12-20 09:00\n    tags: [launch]\n"
        "    text: Both\n"
    )
    start(posts__w_yaml=posts.replace("    tags: [launch]\n", ""))
    channel = project.sandbox.channel("linkedin")["id"]
    linkedin = next(post["id"] for post in project.sandbox.posts() if post["channelId"] == channel)
    project.sandbox.person.edit_post(linkedin, dueAt="2029-12-21T16:00:00Z")
    project.sandbox.person.edit_post(linkedin, isCustomScheduled=False, shareMode="addToQueue")
    pull(project)
    assert read(project, "posts/w.yaml").endswith("overrides:\n      linkedin:\n        mode: addToQueue\n")
    project.sandbox.person.edit_post(linkedin, dueAt="2029-12-21T16:00:00Z")
    pull(project)
    assert read(project, "posts/w.yaml").endswith("overrides:\n      linkedin:\n        due_at: 2029-12-21 17:00\n")
    project.sandbox.person.edit_post(linkedin, isCustomScheduled=False, shareMode="addToQueue", text="")
    project.sandbox.person.edit_post(linkedin, dueAt="2029-12-22T16:00:00Z", text="Back")
    project.sandbox.person.edit_post(linkedin, isCustomScheduled=False, shareMode="addToQueue")
    pull(project)
    added = "overrides:\n      linkedin:\n        text: |\n          Back\n        mode: addToQueue\n"
    assert sorted(read(project, "posts/w.yaml").splitlines()[-5:]) == sorted(f"    {added}".splitlines())


@pytest.mark.parametrize(
    ("service", "name", "entry", "edit", "after"),
    [
        pytest.param(
            "youtube",
            "acme",
            "            assets: [{video: {url: https://acme.example/a.mp4}}]\n"
            "            metadata:\n"
            "              youtube:\n"
            "                title: Old   # the title\n"
            '                category_id: "22"\n'
            "                privacy: public\n"
            "                made_for_kids: false\n"
            "                notify_subscribers: false   # hush\n",
            {"title": "New: one", "categoryId": "27", "privacy": "unlisted", "madeForKids": True},
            "            assets: [{video: {url: https://acme.example/a.mp4}}]\n"
            "            metadata:\n"
            "              youtube:\n"
            "                title: 'New: one'   # the title\n"
            '                category_id: "27"\n'
            "                privacy: unlisted\n"
            "                made_for_kids: true\n"
            "                notify_subscribers: true   # hush\n",
            id="youtube",
        ),
        pytest.param(
            "googlebusiness",
            "Acme Berlin",
            "            metadata:\n"
            "              googlebusiness:\n"
            "                type: event\n"
            "                details_event:\n"
            "                  title: Open day\n"
            "                  # all day\n"
            "                  start_date: 2029-12-21 10:00\n"
            "                  end_date: 2029-12-21 18:00\n"
            "                  is_full_day_event: false\n",
            {
                "type": "event",
                "detailsEvent": {
                    "title": "Open days",
                    "startDate": "2029-12-21T09:00:00Z",
                    "endDate": "2029-12-22T17:30:00Z",
                    "isFullDayEvent": True,
                    "button": "none",
                },
            },
            "            metadata:\n"
            "              googlebusiness:\n"
            "                type: event\n"
            "                details_event:\n"
            "                  title: Open days\n"
            "                  # all day\n"
            "                  start_date: 2029-12-21 10:00\n"
            "                  end_date: 2029-12-22 18:30\n"
            "                  is_full_day_event: true\n",
            id="event",
        ),
        pytest.param(
            "facebook",
            "acme",
            "",
            {"type": "post", "firstComment": "First!"},
            "            metadata:\n              facebook:\n                first_comment: First!\n",
            id="new-metadata",
        ),
        pytest.param(
            "facebook",
            "acme",
            "            metadata: {facebook: {first_comment: First!}}\n",
            {"type": "post"},
            "",
            id="metadata-gone",
        ),
        pytest.param(
            "pinterest",
            "acme",
            "            assets: [{image: {url: https://acme.example/a.png, alt_text: A}}]\n"
            "            metadata: {pinterest: {board: Products}}\n",
            {"boardServiceId": "9002", "title": "A pin"},
            "            assets: [{image: {url: https://acme.example/a.png, alt_text: A}}]\n"
            "            metadata: {pinterest: {board: Behind the scenes, title: A pin}}\n",
            id="board",
        ),
        pytest.param(
            "threads",
            "acme.example",
            "            metadata:\n              threads:\n                topic: launch\n",
            {"locationId": "7"},
            "            metadata:\n              threads:\n                location_id: '7'\n",
            id="one-for-another",
        ),
    ],
)
def test_metadata(
    project: Project, start: Start, service: str, name: str, entry: str, edit: dict[str, Any], after: str
) -> None:
    """Only the metadata fields that differ are changed."""
    head = "          - key: a\n            due_at: 2029-12-20 09:00\n            text: A text of some length\n"
    root = start(head + entry, service, name)
    project.sandbox.person.edit_post(post_id(project), metadata=edit)
    pull(project)
    assert read(project) == root.replace(head + entry, head + after)


PREVIEW = """\
          - key: a
            due_at: 2029-12-20 09:00
            text: A text
            metadata:
              linkedin:
                link_attachment:
                  url: https://acme.example/a
                  title: Old   # ours
"""


@pytest.mark.parametrize(
    ("preview", "after"),
    [
        ({"url": "https://acme.example/a", "title": "New", "text": "Scraped"}, PREVIEW.replace("Old", "New")),
        (
            {"url": "https://acme.example/b", "title": "Scraped", "text": "Scraped"},
            PREVIEW.replace("example/a", "example/b").replace("                  title: Old   # ours\n", ""),
        ),
        *long((None, PREVIEW[: PREVIEW.index("            metadata:")])),
    ],
    ids=["another title", "another page", "none"],
)
def test_link_preview(project: Project, start: Start, preview: dict[str, str] | None, after: str) -> None:
    """The words that the file gives, as somebody changed them; none for another page, since they are scraped there."""
    root = start(PREVIEW, "linkedin", "acme-inc")
    project.sandbox.person.edit_post(post_id(project), metadata=preview and {"linkAttachment": preview})
    pull(project)
    assert read(project) == root.replace(PREVIEW, after)


@pytest.mark.parametrize("by_hand", [False, *long(True)], ids=["by pull", "by hand"])
def test_an_edit_after_buffers_version_was_written(applied: Project, by_hand: bool) -> None:
    """An edit, whoever wrote what the person had changed in Buffer; pull leaves it in the file."""
    applied.sandbox.person.edit_post(live(applied, "We are"), dueAt="2029-12-25T08:00:00.000Z")
    if by_hand:
        applied.write("buffer.yaml", read(applied).replace("2029-12-20 09:00", "2029-12-25 09:00"))
    else:
        pull(applied)
    edited = read(applied).replace('"We are live"', '"We are live!"')
    assert "2029-12-25 09:00" in edited
    applied.write("buffer.yaml", edited)
    assert applied("plan").planned == ["~ launch"]
    assert applied("pull").code == 0
    assert read(applied) == edited
    applied.apply()
    at_rest(applied)


def test_an_edit_of_what_was_pulled(applied: Project) -> None:
    """An edit like any other: the state in this folder knows that these files had Buffer's version."""
    applied.sandbox.person.edit_post(live(applied, "We are"), text="We are live at 5 pm")
    pull(applied)
    applied.write("buffer.yaml", read(applied).replace("We are live at 5 pm", "Live at 5 pm sharp"))
    plan = applied("plan")
    assert plan.planned == ["~ launch"]
    assert "[-We are live-]{+Live+} at 5 pm{+ sharp+}" in plan.out
    applied.apply()
    assert live(applied, "Live at 5 pm sharp")
    at_rest(applied)


def test_an_edit_of_what_was_pulled_and_that_a_person_changed_again(applied: Project) -> None:
    """A conflict: pull saw another version."""
    post = live(applied, "We are")
    applied.sandbox.person.edit_post(post, text="We are live at 5 pm")
    pull(applied)
    applied.write("buffer.yaml", read(applied).replace("We are live at 5 pm", "Live at 5 pm sharp"))
    applied.sandbox.person.edit_post(post, text="We are live at 6 pm")
    assert applied("plan").planned == ["! launch"]


def test_an_edit_of_another_field_than_a_person_changed_stays(applied: Project) -> None:
    """Pull writes only what the person changed, on both channels, and says what stays; the edit is what is left."""
    for service in ("twitter", "linkedin"):
        applied.sandbox.person.edit_post(live(applied, "One", service), dueAt="2029-12-25T08:00:00.000Z")
    edited = read(applied, "posts/w51.yaml").replace("One text", "Our text")
    applied.write("posts/w51.yaml", edited)
    assert "To keep both changes, run:" in applied("plan").out
    pulled = applied("pull")
    assert read(applied, "posts/w51.yaml") == edited.replace("2029-12-21 10:00", "2029-12-25 09:00")
    assert "Acme/twitter:acme/campaign: `text` stays as in the file, since only the file changed it" in pulled.out
    assert applied("plan").planned == ["~ campaign"]
    applied.apply()
    at_rest(applied)


def test_a_text_that_is_made_from_the_time(applied: Project) -> None:
    """The time is pulled; the text with it is an edit, which pull reports and the next plan shows."""
    applied.write(
        "posts/w52.yaml", SHARED.replace("campaign", "day").replace("One text for both", "On $(due_at | EEEE)")
    )
    applied.apply()
    for service in ("twitter", "linkedin"):
        applied.sandbox.person.edit_post(live(applied, "On Friday", service), dueAt="2029-12-25T08:00:00.000Z")
    pulled = applied("pull")
    assert pulled.code == 0, pulled.err
    assert "2029-12-25 09:00" in read(applied, "posts/w52.yaml")
    assert "Acme/twitter:acme/day: `text` changes with it, so the next plan shows an edit." in pulled.out
    assert applied("plan").planned == ["~ day"]
    applied.apply()
    assert live(applied, "On Tuesday")
    at_rest(applied)


def test_what_a_person_changes_after_a_pull_that_left_an_edit(applied: Project) -> None:
    """A conflict again: pull saw another version."""
    post = live(applied, "We are")
    applied.sandbox.person.edit_post(post, dueAt="2029-12-25T08:00:00.000Z")
    applied.write("buffer.yaml", read(applied).replace('"We are live"', '"We are live!"'))
    assert applied("pull").code == 0
    applied.sandbox.person.edit_post(post, dueAt="2029-12-26T08:00:00.000Z")
    assert applied("plan").planned == ["! launch"]


def test_a_title_of_a_card_that_both_sides_changed_is_shown_once(project: Project, start: Start) -> None:
    """As Buffer has it and as the file has it; not a second time as a field that Buffer may not return."""
    root = start(PREVIEW, "linkedin", "acme-inc")
    preview = {"url": "https://acme.example/a", "title": "New", "text": "Scraped"}
    project.sandbox.person.edit_post(post_id(project), metadata={"linkAttachment": preview})
    project.write("buffer.yaml", root.replace("Old", "Ours"))
    out = project("plan").out
    assert "link_attachment.title (Buffer → file): New → Ours" in out
    assert out.count("link_attachment.title") == 1


PINNED = """          - key: a
            due_at: 2029-12-20 09:00
            text: A text
            assets: [{image: {url: https://acme.example/a.png, alt_text: A}}]
            metadata: {pinterest: {board_service_id: "9001"}}
"""


def test_board_by_its_id(project: Project, start: Start) -> None:
    """A board that the file gives by its id is written by its name, without the old id."""
    root = start(PINNED, "pinterest")
    project.sandbox.person.edit_post(post_id(project), metadata={"boardServiceId": "9002"})
    pull(project)
    assert read(project) == root.replace('board_service_id: "9001"', "board: Behind the scenes")


TWO_IMAGES = (
    "          - {key: a, text: A text, assets: [{image: {url: https://acme.example/a.png, alt_text: A}}, "
    "{image: {url: https://acme.example/b.png, alt_text: B}}]}\n"
)


@pytest.mark.parametrize("order", [(1, 0), (1,)], ids=["in another order", "one of them"])
def test_images_that_somebody_moved(project: Project, start: Start, order: tuple[int, ...]) -> None:
    """Each keeps the URL that the file has; it is recognized by its description."""
    start(TWO_IMAGES)
    (post,) = project.sandbox.posts()
    project.sandbox.person.edit_post(post["id"], assets=[post["assets"][number] for number in order])
    pull(project)
    assert re.findall(r"acme\.example/(.)\.png", read(project)) == ["ab"[number] for number in order]


def test_thread(project: Project, start: Start) -> None:
    """The thread is replaced; unchanged images keep their URL."""
    entry = (
        "          - key: a\n"
        "            due_at: 2029-12-20 09:00\n"
        "            metadata:\n"
        "              twitter:\n"
        "                thread:\n"
        "                  - text: One\n"
        "                  - text: Two\n"
        "                    assets: [{image: {url: https://acme.example/a.png, alt_text: A}}]\n"
    )
    root = start(entry)
    image = {"image": {"url": "https://acme.example/a.png", "metadata": {"altText": "A"}}}
    thread = [{"text": "One, then"}, {"text": "Three"}, {"text": "Four", "assets": [image]}]
    project.sandbox.person.edit_post(post_id(project), text="One, then", metadata={"thread": thread})
    pull(project)
    expected = (
        "                thread:\n"
        "                  - text: |\n                      One, then\n"
        "                  - text: |\n                      Three\n"
        "                  - text: |\n                      Four\n"
        "                    assets:\n"
        "                      - image:\n"
        "                          url: https://acme.example/a.png\n"
        "                          alt_text: A\n"
    )
    assert read(project) == root[: root.index("                thread:\n")] + expected + (
        "      - {service: linkedin, name: acme-inc}\n"
    )
    project.sandbox.person.edit_post(post_id(project), text="Just one", metadata=None)
    pull(project)
    assert "            text: |\n              Just one\n" in read(project)
    assert "metadata" not in read(project)


def test_link_preview_of_a_part(project: Project, start: Start) -> None:
    """The words that the file gives, as somebody changed them, also in a thread."""
    entry = """\
          - key: a
            due_at: 2029-12-20 09:00
            metadata:
              bluesky:
                thread:
                  - text: One
                  - text: Two
                    link_attachment: {url: https://acme.example/a, title: Old}
"""
    start(entry, "bluesky", "acme.bsky.example")
    (post,) = project.sandbox.posts()
    first, second = post["metadata"]["thread"]
    card = {"url": "https://acme.example/a", "title": "New", "text": "Scraped"}
    thread = [first, {**second, "metadata": {"bluesky": {"linkAttachment": card}}}]
    project.sandbox.person.edit_post(post["id"], metadata={"thread": thread})
    pull(project)
    assert "title: New" in read(project)


def test_offset(project: Project, start: Start) -> None:
    """A time with an offset keeps it."""
    root = start("          - {key: a, due_at: 2029-12-20T09:00-05:00, text: A text}\n")
    project.sandbox.person.edit_post(post_id(project), dueAt="2029-12-20T15:30:00Z")
    pull(project)
    assert read(project) == root.replace("2029-12-20T09:00-05:00", "2029-12-20T10:30-05:00")


def test_mode(project: Project, start: Start) -> None:
    """A mode that no longer applies is replaced by the time."""
    root = start("          - {key: a, mode: addToQueue, text: A text}\n")
    project.sandbox.person.edit_post(post_id(project), dueAt="2029-12-20T15:30:00Z")
    pull(project)
    assert read(project) == root.replace("mode: addToQueue", "due_at: 2029-12-20 16:30")
    project.sandbox.person.edit_post(post_id(project), dueAt="2029-12-21T16:00:00Z")
    project.sandbox.person.edit_post(post_id(project), isCustomScheduled=False, shareMode="addToQueue")
    pull(project)
    assert read(project) == root.replace("mode: addToQueue, ", "")


@pytest.mark.parametrize("step", ["draft: true", *long("needs_approval: true")])
def test_brought_further_at_another_time(project: Project, start: Start, step: str) -> None:
    """Buffer's time, and no step left to take: a person moved the post, and approved or scheduled it."""
    root = start(f"          - {{key: a, due_at: 2029-12-20 09:00, {step}, text: A text}}\n")
    project.sandbox.person.edit_post(post_id(project), dueAt="2029-12-10T08:00:00Z")
    project.sandbox.person.approve(post_id(project))
    assert project("drift").code == 2
    pull(project)
    assert read(project) == root.replace(f"12-20 09:00, {step}", "12-10 09:00")


@pytest.mark.parametrize("mode", [*long("shareNext"), "shareNow"])
def test_mode_of_a_conflict(project: Project, start: Start, mode: str) -> None:
    """The file's mode stays, as only the file changed it, and the next plan shows it; the text is Buffer's."""
    root = start("          - {key: a, text: A text}\n")
    project.write("buffer.yaml", root.replace("key: a,", f"key: a, mode: {mode},"))
    project.sandbox.person.edit_post(post_id(project), text="Theirs")
    assert project("pull").code == 0
    assert read(project) == root.replace("key: a, text: A text", f"key: a, mode: {mode}, text: Theirs")
    planned = project("plan")
    assert planned.planned == ["~ a"]
    assert f"mode: addToQueue → {mode}" in planned.out


def test_conflict(project: Project, start: Start, prints: Prints) -> None:
    """Buffer's text, which was changed in both places; an image URL edited in the file is still sent."""
    entry = "          - {key: a, text: Old text, assets: [{image: {url: https://acme.example/a.png, alt_text: A}}]}\n"
    root = start(entry)
    edited = root.replace("Old text", "Our text").replace("a.png", "b.png")
    project.write("buffer.yaml", edited)
    project.sandbox.person.edit_post(post_id(project), text="Their text")
    assert project("plan", "--strict").code == 1
    ran = project("pull")
    assert (ran.code, read(project)) == (0, edited.replace("Our text", "Their text"))
    assert "1 changed post" in project("plan").out
    project.apply()
    assert project.sandbox.posts()[0]["assets"][0]["image"]["url"] == "https://acme.example/b.png"


@pytest.mark.parametrize(
    ("field", "edit"),
    [
        ("metadata: {linkedin: {first_comment: Old}}", {"metadata": {"firstComment": "New"}}),
        *long(
            (
                "assets: [{image: {url: https://acme.example/a.png, alt_text: Old}}]",
                {"assets": [{"image": {"url": "https://acme.example/a.png", "metadata": {"altText": "New"}}}]},
            )
        ),
    ],
    ids=["metadata", "asset"],
)
def test_what_somebody_took_into_the_file_by_hand(
    project: Project, start: Start, field: str, edit: dict[str, Any]
) -> None:
    """As the hold says: the file is sent once more, since Buffer does not return all of it, and nothing is left."""
    root = start(f"          - {{key: a, due_at: 2029-12-20 09:00, text: A text, {field}}}\n", "linkedin", "acme-inc")
    project.sandbox.person.edit_post(post_id(project), **edit)
    project.write("buffer.yaml", root.replace("Old", "New"))
    assert project.apply().outcomes == ["a changed"]
    at_rest(project)


COMMENTED = """\
          - key: a
            due_at: 2029-12-20 09:00
            text: Old text
            assets: [{image: {url: https://acme.example/a.png, alt_text: Old alt}}]
            metadata: {instagram: {first_comment: Old}}
"""
NEW_COMMENT = "            metadata: {instagram: {first_comment: New}}\n"
STAYS = "Acme/instagram:acme.example/a: `first_comment` {} as in the file, since Buffer does not show it"


@pytest.mark.parametrize(
    ("comment", "ours", "theirs", "after", "pulled"),
    [
        *long((NEW_COMMENT, ("Old text", "New text"), {"text": "New text"}, ("", ""), "")),
        (NEW_COMMENT, ("", ""), {"dueAt": "2029-12-21T08:00:00.000Z"}, ("-20", "-21"), "due_at"),
        *long(("", ("", ""), {"dueAt": "2029-12-21T08:00:00.000Z"}, ("-20", "-21"), "due_at")),
        (
            NEW_COMMENT,
            ("Old alt", "Our alt"),
            {"assets": [{"image": {"url": "https://acme.example/a.png", "metadata": {"altText": "Their alt"}}}]},
            ("{image: {url: https://acme.example/a.png, alt_text: Our alt}}", "image: {url: URL, alt_text: Their alt}"),
            "assets",
        ),
    ],
    ids=["same-edit", "moved", "moved-and-removed", "image"],
)
def test_an_edit_of_what_buffer_does_not_show(
    project: Project,
    start: Start,
    comment: str,
    ours: tuple[str, str],
    theirs: dict[str, Any],
    after: tuple[str, str],
    pulled: str,
) -> None:
    """It stays in the file, with no conflict and nothing else left: the next plan shows it, and apply sends it."""
    root = start(COMMENTED, "instagram", "acme.example")
    edited = root.replace(NEW_COMMENT.replace("New", "Old"), comment).replace(*ours)
    project.write("buffer.yaml", edited)
    project.sandbox.person.edit_post(post_id(project), **theirs)
    assert project("plan").planned == ["! a"]

    tried = project("pull", "--dry-run")
    assert STAYS.format("would stay") in tried.out
    assert (read(project), project("plan").planned) == (edited, ["! a"])

    ran = project("pull")
    assert f"{STAYS.format('stays')}; the next plan shows that edit." in ran.out
    assert ("Pulled 1 post" in ran.out, f"acme.example/a: {pulled}\n" in ran.out) == (bool(pulled), bool(pulled))
    assert re.sub(r"https://buffer-media\.example/\w+\.png", "URL", read(project)) == edited.replace(*after)
    assert "Nothing to pull" in project("pull").out
    (change,) = json.loads(project("plan", "--json").out)["changes"]
    assert [each["path"] for each in change["differences"]] == ["metadata.first_comment"]
    assert project.apply().outcomes == ["a changed"]
    at_rest(project)


def test_an_edit_of_a_document_that_somebody_replaced(project: Project, start: Start) -> None:
    """Their image is in the file, and the edit of the document's cover is gone: nothing is said to stay."""
    cover = "title: Slides, thumbnail_url: https://acme.example/old.png"
    document = f"assets: [{{document: {{url: https://acme.example/a.pdf, {cover}}}}}]"
    root = start(
        f"          - {{key: a, due_at: 2029-12-20 09:00, text: A text, {document}}}\n", "linkedin", "acme-inc"
    )
    project.write("buffer.yaml", root.replace("old.png", "new.png"))
    image = {"image": {"url": "https://acme.example/b.png", "metadata": {"altText": "B"}}}
    project.sandbox.person.edit_post(post_id(project), assets=[image])
    assert " stays " not in pull(project).out
    assert "alt_text: B" in read(project)


def test_a_state_whose_digests_are_of_another_version(project: Project, start: Start) -> None:
    """Buffer's text is pulled all the same, and nothing is left to decide."""
    start(COMMENTED, "instagram", "acme.example")
    project.state.write_text(re.sub('(?<="applied":")3', "2", project.state.read_text()))
    project.sandbox.person.edit_post(post_id(project), text="New text")
    pull(project)
    assert "New text" in read(project)


@pytest.mark.parametrize("is_known", [True, *long(False)], ids=["known", "of an old state"])
@pytest.mark.parametrize("comment", ["Old", *long("New")])
def test_a_conflict_about_what_both_sides_say(project: Project, start: Start, comment: str, *, is_known: bool) -> None:
    """Both have the same text, and Buffer keeps no comment: pull ends the question, and an edit of the comment is left.

    An old state does not have the comment that was applied, so that its plan cannot show it.
    """
    root = start(COMMENTED, "instagram", "acme.example")
    if not is_known:
        document = json.loads(project.state.read_text())
        for home in document["organizations"].values():
            for channel in home.values():
                for binding in channel.get("objects", {}).values():
                    del binding["given"]
        project.state.write_text(json.dumps(document))
    edited = root.replace("Old text", "New text").replace("first_comment: Old", f"first_comment: {comment}")
    project.write("buffer.yaml", edited)
    project.sandbox.person.edit_post(post_id(project), text="New text")
    assert project("plan").planned == ["! a"]
    assert project("pull").code == 0
    assert read(project) == edited
    assert project("plan").planned == (["~ a"] if comment == "New" else [])
    project.apply()
    at_rest(project)


@pytest.mark.parametrize("resolution", ["pull", "reapply", *long("saved")])
def test_a_first_comment_that_somebody_deleted(project: Project, start: Start, resolution: str) -> None:
    """Shown as a difference where Buffer had kept it: pull deletes it in the file, `--reapply` sends it again."""
    project.sandbox.core.options.comments_lost = False
    root = start(COMMENTED, "instagram", "acme.example")
    metadata = {key: each for key, each in project.sandbox.posts()[0]["metadata"].items() if key != "firstComment"}
    project.sandbox.person.edit_post(post_id(project), metadata=metadata)
    assert "first_comment (Buffer → file):" in project("plan").out
    address = "Acme/instagram:acme.example/a"
    if resolution == "pull":
        pull(project)
        assert read(project) == root.replace(NEW_COMMENT.replace("New", "Old"), "")
        return
    if resolution == "saved":
        project("plan", "--reapply", address, "-o", "plan.json")
        assert project("apply", "--auto-approve", "plan.json").code == 0
    else:
        assert project.apply("--reapply", address).outcomes == ["a changed"]
    assert project.sandbox.posts()[0]["metadata"]["firstComment"] == "Old"
    at_rest(project)


def test_idea(project: Project) -> None:
    """`cancelled: true` for an idea that a person deleted."""
    project.write("buffer.yaml", NESTED)
    project.apply()
    project.sandbox.clock.advance(hours=2)
    (idea,) = project.sandbox.ideas()
    project.sandbox.person.delete_idea(idea["id"])
    pull(project)
    assert read(project) == NESTED.replace("title: How we hire}", "title: How we hire, cancelled: true}")


def test_one_address(applied: Project, prints: Prints) -> None:
    """Only the selected post is pulled; one that already matches is reported."""
    applied.sandbox.person.edit_post(live(applied, "We are"), text="We were live")
    applied.sandbox.person.edit_post(live(applied, "Something"), text="Something else")
    ran = applied("pull", "Acme/twitter:acme/teaser", "Acme/linkedin:acme-inc/campaign")
    prints("pull/one-address", ran)
    assert (ran.code, "We are live" in read(applied), "Something else" in read(applied)) == (0, True, True)


def test_an_address_that_was_never_applied(applied: Project) -> None:
    """Exit 1, since bufferctl cannot tell its post; the other selected post is pulled all the same."""
    applied.write("posts/w52.yaml", "posts:\n  - {key: new, channels: [twitter], draft: true, text: New}\n")
    applied.sandbox.person.edit_post(live(applied, "We are"), text="We were live")
    ran = applied("pull", "Acme/twitter:acme/new", "Acme/twitter:acme/launch")
    why = "Acme/twitter:acme/new: bufferctl cannot tell which post in Buffer it is"
    assert (ran.code, why in ran.err, "We were live" in read(applied)) == (1, True, True)


def test_unknown_address(applied: Project, prints: Prints) -> None:
    """The message names the nearest address."""
    prints("pull/unknown-address", applied("pull", "Acme/twitter:acme/launhc"))


def test_published_text(applied: Project) -> None:
    """A published post's text, pulled by its address, replaces an edit that came too late."""
    applied.sandbox.person.share_now(live(applied, "Something"))
    applied.write("buffer.yaml", NESTED.replace("Something new", "Something newer"))
    assert "already published on X" in applied("plan", "--strict").err
    assert applied("pull", "Acme/twitter:acme/teaser").code == 0
    assert read(applied) == NESTED
    at_rest(applied)


def test_scheduled_draft(project: Project, start: Start) -> None:
    """Not drift, so pulled only by its address: a person scheduled a draft."""
    root = start("          - {key: a, draft: true, due_at: 2029-12-20 09:00, text: A text}\n")
    project.sandbox.person.approve(post_id(project))
    assert "Nothing to pull" in project("pull").out
    pull(project, "Acme/twitter:acme/a")
    assert read(project) == root.replace("draft: true, ", "")


def test_cannot_be_said(applied: Project, prints: Prints) -> None:
    """Exit 1 with the reason: content that files cannot express is not pulled; the rest is."""
    applied.sandbox.person.edit_post(live(applied, "We are"), text="Bell\x07")
    applied.sandbox.person.edit_post(live(applied, "Something"), text="Something else")
    ran = applied("pull")
    prints("pull/cannot-be-said", ran)
    assert (ran.code, "Something else" in read(applied)) == (1, True)


def test_rules_refuse_it(applied: Project, prints: Prints) -> None:
    """Exit 1 and nothing written if Buffer's version would be an error in the files."""
    applied.sandbox.person.edit_post(live(applied, "We are"), text="x" * 300)
    before = read(applied)
    ran = applied("pull")
    prints("pull/rules-refuse-it", ran)
    assert (ran.code, read(applied)) == (1, before)


ALIASES = """\
          - {key: a, text: &t Same, draft: true}
          - {key: b, text: *t, needs_approval: true}
          - {key: c, text: *t, draft: true, repeat_of: a}
"""


def test_a_text_that_others_take_over(project: Project, start: Start) -> None:
    """It is replaced in its own entry, and the others keep theirs: the next one has it for those that follow."""
    root = start(ALIASES)
    first = next(post["id"] for post in project.sandbox.posts() if post["status"] == "draft")
    project.sandbox.person.edit_post(first, text="Other")
    pull(project)
    assert read(project) == root.replace("&t Same", "Other").replace("text: *t", "text: &t Same", 1)


def test_a_text_that_is_an_alias(project: Project, start: Start) -> None:
    """It is replaced in its own entry."""
    root = start(ALIASES)
    waiting = next(post["id"] for post in project.sandbox.posts() if post["status"] != "draft")
    project.sandbox.person.edit_post(waiting, text="Another")
    pull(project)
    assert read(project) == root.replace("text: *t", "text: Another", 1)


def test_bytes(applied: Project) -> None:
    """A byte order mark and CRLF stay."""
    path = Path(applied.folder, "buffer.yaml")
    path.write_bytes(b"\xef\xbb\xbf" + NESTED.replace("\n", "\r\n").encode())
    applied.sandbox.person.edit_post(live(applied, "Something"), text="One\ntwo\nthree")
    pull(applied)
    expected = NESTED.replace(
        "Something new\n              is coming #soon", "One\n              two\n              three"
    )
    assert path.read_bytes() == b"\xef\xbb\xbf" + expected.replace("\n", "\r\n").encode()


@pytest.mark.parametrize("name", ["buffer.yaml", *long("a.md")])
def test_changed_meanwhile(
    project: Project, start: Start, monkeypatch: pytest.MonkeyPatch, prints: Prints, name: str
) -> None:
    """A file saved by somebody during the pull is not overwritten."""
    with Gate(project.sandbox.url) as gate:
        monkeypatch.setenv("BUFFER_API_URL", gate.url)
        start("          - {key: a, due_at: 2029-12-20 09:00, text_file: a.md}\n", a_md="Old text\n")
        project.sandbox.person.edit_post(post_id(project), text="New text", dueAt="2029-12-21T09:00:00Z")
        saved = read(project, name) + "# saved just now\n"
        gate.before_read = lambda: Path(project.folder, name).write_text(saved, encoding="utf-8")  # type: ignore[assignment]  # it returns a number
        before = read(project)
        ran = project("pull")
        prints(f"pull/changed-meanwhile-{name.partition('.')[0]}", ran)
        assert (ran.code, read(project, name)) == (1, saved)
        if name != "buffer.yaml":
            assert read(project) == before


@pytest.mark.parametrize(
    "saved", ["posts:\n  - {key: b, channels: [twitter], draft: true, text: Mine}\n", *long("posts: []\n")]
)
def test_another_file_that_is_changed_meanwhile(
    project: Project, start: Start, monkeypatch: pytest.MonkeyPatch, saved: str
) -> None:
    """Nothing is written if somebody changes or removes an entry of another file during the pull."""
    with Gate(project.sandbox.url) as gate:
        monkeypatch.setenv("BUFFER_API_URL", gate.url)
        other = "posts:\n  - {key: b, channels: [twitter], draft: true, text: Ours}\n"
        root = start("          - {key: a, due_at: 2029-12-20 09:00, text: Old text}\n", posts__b_yaml=other)
        project.sandbox.person.edit_post(post_id(project, "Old"), text="New text")
        gate.before_read = lambda: Path(project.folder, "posts/b.yaml").write_text(saved, encoding="utf-8")  # type: ignore[assignment]  # it returns a number
        ran = project("pull")
    assert (ran.code, "Acme/twitter:acme/b would be changed too, so nothing was written" in ran.err) == (1, True)
    assert read(project) == root


def test_idea_that_was_changed(project: Project) -> None:
    """An idea's title, text, networks, tags, date and media are pulled."""
    project.write("buffer.yaml", NESTED)
    project.apply()
    (idea,) = project.sandbox.ideas()
    tags = [{"id": "66a0000000000000000001a1", "name": "launch", "color": "#2C4BFF"}]
    media = [{"url": "https://acme.example/a.png", "type": "image", "alt": "A desk"}]
    project.sandbox.person.edit_idea(
        idea["id"],
        title="How we hire: now",
        text="In\nsteps",
        services=["linkedin", "twitter"],
        tags=tags,
        date="2029-12-24T09:00:00Z",
        media=media,
    )
    pull(project)
    entry = read(project).splitlines()[-1]
    assert entry.startswith(
        "      - {key: hiring, title: 'How we hire: now', tags: [launch], services: [linkedin, twitter], "
        'date: 2029-12-24 10:00, text: "In\\nsteps", media: [{url: https://buffer-media.example/'
    )
    nothing: dict[str, Any] = {"text": None, "services": [], "tags": [], "date": None, "media": []}
    project.sandbox.person.edit_idea(idea["id"], title="How we hire", **nothing)
    pull(project)
    assert read(project) == NESTED.replace("title: How we hire", "title: 'How we hire'")


def test_a_second_image_of_an_idea(project: Project) -> None:
    """The first one keeps the URL that the file has."""
    image = "{url: https://acme.example/a.png, type: image, alt: A desk}"
    project.write("buffer.yaml", NESTED.replace("How we hire}", f"How we hire, media: [{image}]}}"))
    project.apply()
    (idea,) = project.sandbox.ideas()
    added = {"url": "https://acme.example/b.png", "type": "image", "alt": "A chair"}
    project.sandbox.person.edit_idea(idea["id"], media=[*idea["content"]["media"], added])
    pull(project)
    assert ("https://acme.example/a.png" in read(project), "alt: A chair" in read(project)) == (True, True)


def test_what_was_pulled_counts_only_where_the_files_have_it(project: Project) -> None:
    """The edit is still a question in another checkout; once the pulled file is merged, nothing is left to do."""
    project.write(
        "buffer.yaml",
        "version: 1\ntimezone: UTC\nmanaged_since: 2029-12-01T00:00:00Z\norganizations:\n"
        "  - name: Acme\n    channels:\n      - service: twitter\n        name: acme\n        posts:\n"
        "          - {key: webinar, due_at: 2029-12-20 09:00, text: Join our webinar}\n",
    )
    project.apply()
    project.sandbox.person.edit_post(live(project, "Join"), text="Join our webinar, now at 5 pm")
    main = read(project)
    pull(project)
    merged = read(project)
    project.write("buffer.yaml", main)
    ran = project.apply()
    assert (ran.code, ran.planned) == (1, ["! webinar"]), ran.out
    assert live(project, "Join our webinar, now at 5 pm")
    project.write("buffer.yaml", merged)
    assert "No changes." in project.apply().out
    project.write("buffer.yaml", main)
    assert project("plan").planned == ["~ webinar"]
