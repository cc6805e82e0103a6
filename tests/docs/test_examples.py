"""Every example of a page runs: its commands, with their output, and its files."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image
from ruamel.yaml import YAML

from bufferctl.sandbox import Clock, default_fixture
from tests.cli import test_policy
from tests.cli.conftest import NOW, Project
from tests.conftest import Expect
from tests.docs import test_docs, test_networks_page, test_recipes, test_review
from tests.docs.console import Document
from tests.sandbox.near import Near
from tests.sources import files

ROOT = Path(__file__).parents[2]
PAGES = {path.relative_to(ROOT).as_posix(): path for path in (ROOT / "README.md", *files("docs", "*.md"))}
#: A file, an edit of one, or commands with their output; also in a list.
BLOCK = re.compile(r"^ *```(yaml|diff|console)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
BLOCKS = {page: found for page, path in PAGES.items() if (found := BLOCK.findall(path.read_text(encoding="utf-8")))}
#: What a page's blocks need that only say what goes below the root of a file.
SETTINGS = """\
version: 1
timezone: UTC
"""
CHANNELS = """\
organizations:
  - name: Acme
    channels:
      - {service: twitter, name: acme}
      - {service: linkedin, name: acme-inc}
"""


def test_existing_queue(environment: Path, monkeypatch: pytest.MonkeyPatch, expect: Expect) -> None:
    """The commands of the page print the output shown on it, in an account that has three posts and an idea."""
    account = default_fixture()
    del account["organizations"][1:]
    with Near(account, clock=Clock.at(NOW)) as sandbox:
        monkeypatch.setenv("BUFFER_API_URL", sandbox.url)
        twitter, linkedin = (sandbox.channel(service)["id"] for service in ("twitter", "linkedin"))

        def queue() -> None:
            for channel in (twitter, linkedin):
                sandbox.person.create_post(channel, "We are live: https://acme.example", dueAt="2029-12-20T08:00:00Z")
            sandbox.person.create_post(twitter, "What would you like to see next?")
            sandbox.person.create_idea(sandbox.organization()["id"], title="How we hire", text="Three questions")

        def edited() -> None:
            (post,) = (each for each in sandbox.posts(twitter) if "next" in each["text"])
            sandbox.person.edit_post(post["id"], text="What should we build next?")

        page = PAGES["docs/start/existing-queue.md"]
        made = Document(environment, {"queue": queue, "edited": edited}).run(page.read_text(encoding="utf-8"))
    expect(page, made)
    assert re.search(r"Wrote 3 posts and 1 idea:.*No changes\..*Pulled 1 post", made, re.DOTALL)


#: The test that runs a page's commands and files, or shows that they are what it says.
RUN_BY = {
    "README.md": test_recipes.test_the_first_example,
    "docs/index.md": test_recipes.test_the_first_example,
    "docs/problems/files.md": test_recipes.test_errors_of_files,
    "docs/problems/index.md": test_recipes.test_recipe,
    "docs/reference/format.md": test_docs.test_examples_of_the_format_are_valid,
    "docs/review/plan.md": test_review.test_page_runs,
    "docs/run/policy.md": test_policy.test_the_page_is_true,
    "docs/start/existing-queue.md": test_existing_queue,
    "docs/start/first-post.md": test_recipes.test_first_post,
    "docs/write/campaigns.md": test_recipes.test_campaigns,
    "docs/write/networks.md": test_networks_page.test_every_post_can_be_copied,
    "docs/write/posts.md": test_recipes.test_for_writers,
    "docs/write/recipes.md": test_recipes.test_recipe,
}


def test_every_command_with_output_runs() -> None:
    """Pages whose test is not named have files only, which the next test checks."""
    assert RUN_BY.keys() <= BLOCKS.keys()
    assert [page for page in BLOCKS.keys() - RUN_BY.keys() if any(kind != "yaml" for kind, _ in BLOCKS[page])] == []


@pytest.mark.parametrize(
    ("page", "text"), [(page, text) for page in sorted(BLOCKS.keys() - RUN_BY.keys()) for _, text in BLOCKS[page]]
)
def test_every_file_is_valid(page: str, text: str, project: Project) -> None:
    """Its settings and posts for bufferctl, its workflows for actionlint, its jobs and hooks by their names."""
    name = match[1] if (match := re.match(r"# (\S+\.ya?ml)", text)) else "posts/example.yaml"
    path = project.write(name, text)
    if name.startswith(".github/workflows/"):
        program = Path(sys.executable).with_name("actionlint")
        ran = subprocess.run([program, path], capture_output=True, text=True, check=False)
        assert (ran.stdout, ran.returncode) == ("", 0)
    elif name == ".gitlab-ci.yml":
        there = YAML(typ="safe").load((ROOT / "examples" / "gitlab" / name).read_text(encoding="utf-8"))
        for job in YAML(typ="safe").load(text).values():
            assert job["variables"].keys() <= there[".bufferctl"]["variables"].keys()
            assert there[job["extends"]]["script"]
    elif name == ".pre-commit-config.yaml":
        (repository,) = YAML(typ="safe").load(text)["repos"]
        ours = YAML(typ="safe").load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
        assert {each["id"] for each in repository["hooks"]} <= {each["id"] for each in ours}
    else:
        if name == "buffer.yaml":
            project.write(name, SETTINGS + text + CHANNELS)
        else:
            project.write("buffer.yaml", SETTINGS + CHANNELS + "media: {public_url: https://media.acme.example}\n")
            for picture in re.findall(r"image: (\S+\.png)", text):
                Image.new("RGB", (1200, 675)).save(path.parent / picture)
        checked = project("validate")
        assert checked.code == 0, checked.out
