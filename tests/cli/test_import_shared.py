"""`bufferctl import` writes one entry for equal posts on several channels, and imports a whole campaign."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.cli.conftest import Project, Ran, project_apart, run_in
from tests.cli.written import root_file
from tests.fuzzing import examples

ROOT = root_file("twitter", "linkedin", "bluesky", "facebook")
CAMPAIGN = """\
channels: [twitter, linkedin, bluesky, facebook]
starts: 2029-12-10
vars: {product: Console}
utm: {domains: [acme.example], source: $(service)}
posts:
  - key: launch
    due_at: start+0d 09:00
    text: "$(product) is live #opensource"
    overrides:
      linkedin:
        draft: true
      facebook:
        metadata: {facebook: {type: post, first_comment: Run $$(make) twice}}
  - key: tip
    due_at: start+1d 12:00
    text: Tip $(number). Write $$(name), or ${{ name }}
    repeat: {every: 1 week, times: 3, each: {2: {cancelled: true}}}
  - key: story
    due_at: start+2d 12:00
    channels: [twitter, bluesky]
    text: How it was made
    thread: [Then, And then]
  - key: read
    due_at: start+3d 12:00
    text: See https://acme.example
  - {key: queued, text: Whenever}
"""


def taken_over(project: Project) -> tuple[Path, Ran]:
    """Apply the project, import the account into a new folder, and plan there."""
    project.apply()
    folder = project.folder.parent / "anew"
    folder.mkdir()
    imported = run_in(folder, "import", "--organization", "Acme")
    assert imported.code == 0, imported.out + imported.err
    return folder, run_in(folder, "plan", "--detailed-exitcode")


def test_a_campaign(project: Project) -> None:
    """One entry for four channels, with overrides for what differs; the next plan is empty."""
    project.write("buffer.yaml", ROOT)
    project.write("posts/campaign.yaml", CAMPAIGN)
    folder, plan = taken_over(project)
    assert plan.code == 0, plan.out + plan.err
    assert "No changes." in plan.out
    shared = (folder / "posts" / "shared.yaml").read_text(encoding="utf-8")
    launch = shared[: shared.index("Tip 1")]
    assert launch.count("Console is live") == 1
    assert "channels: [twitter, linkedin, bluesky, facebook]" in launch
    assert "      linkedin:\n        draft: true\n" in launch
    assert "Write $$(name), or ${{ name }}" in shared
    assert "first_comment: Run $$(make) twice" in shared
    assert "channels: [twitter, bluesky]" in shared


def test_added_to_a_project_with_parameters(project: Project) -> None:
    """Posts that people made in Buffer are imported with unchanged links, though the root file adds parameters."""
    project.write("buffer.yaml", f"{ROOT}utm: {{domains: [acme.example], source: social}}\n")
    for service in ("twitter", "linkedin"):
        channel = project.sandbox.channel(service)["id"]
        project.sandbox.person.create_post(channel, "See https://acme.example", dueAt="2029-12-20T09:00:00Z")
    assert project("import").code == 0
    assert project("plan", "--detailed-exitcode").code == 0


def test_files_with_defaults_get_no_new_posts(project: Project) -> None:
    """A file with defaults for all its posts gets no new ones: the defaults would apply to them too."""
    project.write("buffer.yaml", ROOT)
    project.write("posts/twitter-acme.yaml", "tags: [launch]\ndraft: true\nposts: []\n")
    project.sandbox.person.create_post(project.sandbox.channel("twitter")["id"], "Hello", dueAt="2029-12-20T09:00:00Z")
    assert project("import").code == 0
    assert (project.folder / "posts" / "twitter-acme-2.yaml").exists()
    assert project("plan", "--detailed-exitcode").code == 0


_CHANNELS = st.lists(st.sampled_from(["twitter", "linkedin", "bluesky", "facebook"]), min_size=1, unique=True)
_OVERRIDE = st.sampled_from(
    ["{draft: true}", "{text: Another text}", "{due_at: 2030-01-05 10:00}", "{mode: addToQueue}"]
)


@st.composite
def entries(draw: st.DrawFn) -> str:
    """A file of posts, each on some channels, some with overrides, repeated or with a thread."""
    lines = ["posts:"]
    for number in range(draw(st.integers(1, 4))):
        channels = draw(_CHANNELS)
        text = draw(st.sampled_from(["Hello", "Costs $$(price)", "Read https://acme.example", "日本語 #tag"]))
        lines += [f"  - key: p{number}", f"    channels: [{', '.join(channels)}]", f'    text: "{text} {number}"']
        timed = draw(st.booleans())
        if timed:
            lines.append(f"    due_at: 2030-01-0{number + 1} 09:00")
        repeated = timed and draw(st.booleans())
        if repeated:
            lines.append("    repeat: {every: 2 days, times: 2, each: {2: {text: 'The second, $(number)'}}}")
        if draw(st.booleans()) and set(channels) <= {"twitter", "bluesky"}:
            lines.append("    thread: [And more, 'And {more}']")
        elif timed and not repeated:
            chosen = draw(st.sampled_from(channels))
            lines.append(f"    overrides: {{{chosen}: {draw(_OVERRIDE)}}}")
    return "\n".join(lines) + "\n"


@settings(max_examples=examples(25))
@given(entries())
def test_import_of_what_was_applied(posts: str) -> None:
    """Any applied files: imported into a new folder, the next plan is empty."""
    with project_apart() as project:
        project.write("buffer.yaml", ROOT)
        project.write("posts/posts.yaml", posts)
        _, plan = taken_over(project)
        assert plan.code == 0, plan.out + plan.err
