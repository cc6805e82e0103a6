"""Campaigns as people use them: how plan shows a move, how posts were made, and what pull and import write."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import Begin, Project
from tests.cli.test_plan_cases import CASES, perform, prepare

ROOT = """version: 1
timezone: Europe/Berlin
organizations:
  - name: Acme
    channels:
      - {service: twitter, name: acme}
      - {service: linkedin, name: acme-inc}
"""


def campaign(project: Project, text: str) -> Path:
    """Write a root file and one file of posts."""
    project.write("buffer.yaml", ROOT)
    path: Path = project.write("posts/campaign.yaml", text)
    return path


def test_a_move_is_said_once(begin: Begin) -> None:
    """Forty posts that move by a day are one line; published posts are one warning, and nothing is asked."""
    project, _ = prepare(begin, CASES["starts-moved"])
    ran = project("plan", "--strict", "--report", "plan.md", "--report", "plan.html")
    assert ran.code == 0
    assert "posts/campaign.yaml: 2 posts move by 1 day" in ran.out
    assert "`teaser` and `live` are already published on X and LinkedIn" in " ".join(ran.err.split())
    assert "      due_at: " not in ran.out
    assert project("plan", "--full").out.count("      due_at: ") == 2
    report = (project.folder / "plan.md").read_text(encoding="utf-8")
    assert " move by 1 day</b> · `posts/campaign.yaml`" in report
    page = (project.folder / "plan.html").read_text(encoding="utf-8")
    assert " move by 1 day</strong> <small>posts/campaign.yaml</small>" in page


def test_what_does_not_move_is_said_beside(project: Project) -> None:
    """The line about a move names the posts whose dates are their own, since they stay."""
    posts = "posts:\n" + "".join(
        f"  - {{key: {key}, due_at: {due}, channels: [twitter], text: {key}}}\n"
        for key, due in (("a", "start+0d 09:00"), ("b", "start+1d 09:00"), ("fair", "2029-12-20 09:00"))
    )
    campaign(project, f"starts: 2029-12-10\n{posts}")
    assert project.apply().code == 0
    campaign(project, f"starts: 2029-12-12\n{posts}")
    ran = project("plan", "--report", "plan.md")
    assert "posts/campaign.yaml: 2 posts move by 2 days (fixed: fair)" in ran.out
    assert "2 posts move by 2 days (fixed: fair)" in (project.folder / "plan.md").read_text(encoding="utf-8")


def test_one_post_that_moves_is_shown_as_changed(project: Project) -> None:
    """At its new time, with its networks and the old time."""
    post = "posts:\n  - {key: a, due_at: start+0d 09:00, channels: [twitter, linkedin], text: A}\n"
    campaign(project, f"starts: 2029-12-10\n{post}")
    assert project.apply().code == 0
    campaign(project, f"starts: 2029-12-12\n{post}")
    moved = (
        "Wed 12 Dec 2029\n  ~ 09:00 CET  a  X, LinkedIn, edited in the file\n"
        "      due_at: Mon 10 Dec 2029 09:00 CET → Wed 12 Dec 2029 09:00 CET\n"
    )
    assert moved in project("plan").out


def test_a_late_campaign_is_told_to_move_its_start(project: Project) -> None:
    """Or the one post alone."""
    post = "posts:\n  - {key: a, due_at: start-3d 09:00, channels: [twitter], text: A}\n"
    campaign(project, f"starts: 2029-12-10\n{post}")
    assert project.apply().code == 0
    campaign(project, f"starts: 2029-12-03\n{post}")
    said = " ".join(project("plan").out.split())
    assert "Move `starts` at the top of the file, or only its `due_at`, to a later day" in said


def test_a_network_is_dropped(project: Project) -> None:
    """Taken out of `channels`, each occurrence counts; the hint, `cancelled`, never does, and spares the rest."""

    def write(top: str) -> None:
        campaign(
            project,
            f"{top}\nposts:\n  - key: tip\n    due_at: 2030-01-15 09:00\n    text: Tip $(number)\n"
            "    repeat: {every: 1 week, times: 6}\n    overrides: {linkedin: {text: Longer tip $(number)}}\n",
        )

    write("channels: [twitter, linkedin]")
    assert project.apply().code == 0
    write("channels: [twitter]")
    ran = project("plan")
    said = " ".join(ran.out.split())
    assert "6 posts no longer go to linkedin, and at most 5 may be deleted at once" in said
    assert "put it back into `channels` and write `cancelled: [linkedin]` beside it: that never counts" in said
    assert "this post does not go to `linkedin`, so this changes nothing" in project("validate").out
    write("channels: [twitter, linkedin]\ncancelled: [linkedin]")
    ran = project("apply", "--auto-approve", "--settle", "0")
    assert (ran.code, "0 created, 0 changed, 6 deleted." in ran.out) == (0, True)
    assert {post["text"] for post in project.sandbox.posts()} == {f"Tip {number}" for number in range(1, 7)}
    assert project("plan").out.startswith("No changes.")


def test_posts_of_others_nearby(project: Project) -> None:
    """The plan has the unmanaged posts of the channels and days on which it sends something, and holds nothing."""
    campaign(project, "posts:\n  - {key: a, channels: [twitter], due_at: 2029-12-20 09:00, text: Ours}\n")
    act = {"do": "create_post", "mode": "customScheduled"}
    for channel, text, due in (
        ("twitter", "Near", "2029-12-20T22:30:00Z"),
        ("twitter", "The next day", "2029-12-20T23:30:00Z"),
        ("linkedin", "Elsewhere", "2029-12-20T09:00:00Z"),
    ):
        perform(project, {**act, "channel": channel, "text": text, "dueAt": due})
    found = json.loads(project("plan", "--json").out)
    assert [(post["text"], post["due_at"]) for post in found["beside"]] == [("Near", "2029-12-20T22:30:00Z")]
    assert [change["action"] for change in found["changes"]] == ["create"]


_CANCELLED = (
    "channels: [twitter, linkedin]\nposts:\n"
    "  - {key: a, due_at: 2030-01-15 09:00, text: A $(number) on $(service), cancelled: [linkedin],\n"
    "     repeat: {every: 1 week, times: 4, each: {2: {cancelled: [twitter]}, 3: {cancelled: false},\n"
    "     4: {overrides: {twitter: {cancelled: true}}}}}}\n"
    "  - {key: b, due_at: 2030-01-16 09:00, text: B on $(service), overrides: {twitter: {cancelled: true}}}\n"
)


def test_cancelled_adds_up(project: Project) -> None:
    """Over the entry, its overrides, `each` and the overrides in it."""
    campaign(project, _CANCELLED)
    project.apply()
    assert {post["text"] for post in project.sandbox.posts()} == {"A 1 on twitter", "A 3 on twitter", "B on linkedin"}


def test_nothing_below_brings_a_cancelled_post_back(project: Project) -> None:
    """What a file cancels stays cancelled, and validate says so where an entry says otherwise."""
    campaign(project, f"cancelled: [twitter:acme]\n{_CANCELLED}")
    assert "this does not bring the post back" in project("validate").out
    project.apply()
    assert {post["text"] for post in project.sandbox.posts()} == {"B on linkedin"}


def test_a_shortened_series_says_so(begin: Begin) -> None:
    """The hold for too many deletes names the series and both numbers."""
    project, _ = prepare(begin, CASES["repeat-shortened-by-many"])
    assert "`tip` was shortened from 10 to 4" in " ".join(project("plan").out.split())


def test_verbose_shows_how_a_post_was_made(project: Project) -> None:
    """The occurrence, the start, each variable with its place, and the link parameters; without --full none of them."""
    campaign(
        project,
        "starts: 2029-12-10\nchannels: [twitter]\nvars: {product: Console}\n"
        "utm: {domains: [acme.example], source: $(service)}\n"
        "posts:\n  - key: tip\n    due_at: start+0d 09:00\n    text: $(product) tip $(number) https://acme.example\n"
        "    repeat: {every: 1 week, times: 2}\n",
    )
    said = " ".join(project("plan", "--full").out.split())
    assert "occurrence 2 of 2, every 1 week (posts/campaign.yaml:6:10)" in said
    assert "its time counts from `starts`, 2029-12-10" in said
    assert "$(product) is Console (posts/campaign.yaml:3:17)" in said
    assert "links get utm_source=twitter" in said
    assert "occurrence" not in project("plan").out


def edited(project: Project, address: str, text: str) -> None:
    """Edit a post in Buffer, as a person would."""
    perform(project, {"do": "edit_post", "address": address, "text": text})


SHELL = "Stop with kill $(pgrep web), ${{ github.sha }}, {{ .Values.x }}, $$ and $(date +%F)"


def test_pull_writes_what_looks_like_a_variable_as_text(project: Project) -> None:
    """`$(` in a text about a shell becomes `$$(`, in entries and in text files; nothing is left to pull."""
    project.write("posts/b.md", "Another one\n")
    text = "posts:\n  - {key: a, channels: [twitter], due_at: 2029-12-20 09:00, text: One}\n"
    path = campaign(project, text + "  - {key: b, channels: [linkedin], due_at: 2029-12-20 09:00, text_file: b.md}\n")
    project.apply()
    edited(project, "Acme/twitter:acme/a", SHELL)
    edited(project, "Acme/linkedin:acme-inc/b", SHELL)
    assert project("pull").code == 0
    written = SHELL.replace("$(", "$$(")
    assert written in path.read_text(encoding="utf-8")
    assert (project.folder / "posts/b.md").read_text(encoding="utf-8") == f"{written}\n"
    assert "No changes." in project("plan").out
    edited(project, "Acme/linkedin:acme-inc/b", f"{SHELL}!")
    assert project("pull").code == 0
    assert (project.folder / "posts/b.md").read_text(encoding="utf-8") == f"{written}!\n"


def test_import_writes_what_looks_like_a_variable_as_text(project: Project) -> None:
    """An imported text about a shell keeps its published wording, and the next plan is empty."""
    project.write("buffer.yaml", ROOT)
    act = {"do": "create_post", "channel": "twitter", "text": SHELL, "dueAt": "2029-12-20T09:00:00Z"}
    perform(project, {**act, "mode": "customScheduled"})
    assert project("import", "--channel", "twitter").code == 0
    (path,) = project.folder.glob("posts/**/*.yaml")
    assert SHELL.replace("$(", "$$(") in path.read_text(encoding="utf-8")
    assert "No changes." in project("plan").out


def test_pull_refuses_a_text_made_of_variables(project: Project) -> None:
    """It names the source of the text and shows the difference; a new time is pulled anyway."""
    path = campaign(
        project,
        "starts: 2029-12-10\nchannels: [twitter]\nvars: {product: Console}\nposts:\n"
        "  - {key: live, due_at: start+0d 09:00, text: The $(product) is live}\n"
        "  - {key: plain, due_at: start+1d 09:00, text: Plain}\n",
    )
    project.apply()
    edited(project, "Acme/twitter:acme/live", "The Console is out")
    planned = project("plan").out
    assert "bufferctl pull" not in planned  # it could not write this
    assert "write it into the file by hand" in " ".join(planned.split())
    perform(project, {"do": "edit_post", "address": "Acme/twitter:acme/plain", "dueAt": "2029-12-12T08:00:00Z"})
    ran = project("pull")
    assert ran.code == 1
    assert "its text and links are made from `$(product)`" in " ".join(ran.err.split()).replace("Its", "its")
    assert "due_at: start+2d 09:00" in path.read_text(encoding="utf-8")
    assert "$(product)" in path.read_text(encoding="utf-8")


def test_an_applied_campaign_is_imported_whole(project: Project) -> None:
    """Without its files and the state, import writes the posts out, and the next plan is empty."""
    path = campaign(
        project,
        "starts: 2029-12-10\nchannels: [twitter, linkedin]\nvars: {product: Console}\n"
        "utm: {domains: [acme.example], source: $(service)}\n"
        "posts:\n  - key: tip\n    due_at: start+0d 09:00\n    text: $(product) tip $(number) https://acme.example/#a\n"
        "    repeat: {every: 1 week, times: 3}\n  - key: story\n    channels: [twitter]\n"
        "    due_at: start+1d 12:00\n    text: One\n    thread: [Two, 'Three about $$(pwd)']\n",
    )
    project.apply()
    path.unlink()
    project.state.unlink()
    assert project("import").code == 0
    assert "No changes." in project("plan").out
