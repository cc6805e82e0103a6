"""`bufferctl new`: a file to start from, by options or by questions, immediately valid."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Prints, Project, Ran
from tests.cli.test_asking import Terminal
from tests.cli.written import root_file

ROOT = root_file("twitter", "linkedin", "instagram")
BOTH = ("--channel", "twitter", "--channel", "linkedin:acme-inc")


@pytest.fixture(name="new")
def starting(environment: Path, monkeypatch: pytest.MonkeyPatch, run: Callable[..., Ran]) -> Callable[..., Ran]:
    """A project with three channels, without a key; checks that the output is valid and formatted."""
    monkeypatch.delenv("BUFFER_API_KEY")
    (environment / "buffer.yaml").write_text(ROOT, encoding="utf-8")

    def made(*options: str) -> Ran:
        ran = run("new", *options)
        if ran.code == 0:
            assert run("validate").code == 0, run("validate").out
            assert run("fmt", "--check").code == 0, run("fmt", "--check").out
        return ran

    return made


def files(folder: Path) -> dict[str, str]:
    """The files below posts/, and what they hold."""
    return {path.name: path.read_text(encoding="utf-8") for path in sorted(folder.glob("posts/**/*")) if path.is_file()}


def test_a_post(environment: Path, new: Callable[..., Ran], prints: Prints) -> None:
    """One entry; its key is made of the day and the words, `$(` in the text is text."""
    prints("new/post", new("post", "--text", "Run $(make): now #build", "--at", "2031-03-04 9:00", *BOTH))
    assert files(environment) == {
        "2031-03-04-run-make-now.yaml": (
            "posts:\n"
            "  - key: 2031-03-04-run-make-now\n"
            "    due_at: 2031-03-04 09:00\n"
            "    channels: [twitter, linkedin]\n"
            "    text: |\n"
            "      Run $$(make): now #build\n"
        )
    }


def test_a_picture(environment: Path, new: Callable[..., Ran]) -> None:
    """`image` and `alt`, which Instagram needs, in the short form."""
    picture = ("--image", "https://acme.example/launch.png", "--alt", "The console")
    assert new("post", "--text", "Look", "--key", "look", "--channel", "instagram", *picture).code == 0
    (text,) = files(environment).values()
    assert text.endswith("    text: |\n      Look\n    image: https://acme.example/launch.png\n    alt: The console\n")
    assert new("campaign", "--title", "x", "--starts", "2031-03-04", *BOTH, *picture).code == 64


def test_a_campaign(environment: Path, new: Callable[..., Ran], prints: Prints) -> None:
    """Three posts whose times count from one day, all of them drafts."""
    prints("new/campaign", new("campaign", "--title", "Spring launch", "--starts", "2031-03-04", *BOTH))
    (text,) = files(environment).values()
    assert "starts: 2031-03-04\ndraft: true\n" in text
    assert "due_at: start-3d 09:00" in text


def test_a_campaign_of_a_draft(environment: Path, new: Callable[..., Ran]) -> None:
    """Each section of a Markdown file becomes a post, a week after the one before; headings make the keys."""
    draft = "Words above.\n\n# First tip\n\nSave **often**.\n\n## Empty\n\n## Second tip ##\nMore $(name).\n"
    (environment / "draft.md").write_text(draft, encoding="utf-8")
    assert new("campaign", "--title", "Tips", "--starts", "2031-03-04", "--text-file", "draft.md", *BOTH).code == 0
    (text,) = files(environment).values()
    assert text[text.index("posts:") :] == (
        "posts:\n"
        "  - key: tips\n    due_at: start+0d 09:00\n    text: |\n      Words above.\n"
        "  - key: tips-first-tip\n    due_at: start+7d 09:00\n    text: |\n      Save **often**.\n"
        "  - key: tips-second-tip\n    due_at: start+14d 09:00\n    text: |\n      More $$(name).\n"
    )


def test_a_post_of_a_draft(environment: Path, new: Callable[..., Ran]) -> None:
    """The text of a Markdown file as it stands, in the queue."""
    (environment / "draft.md").write_text("One\n\nTwo\n", encoding="utf-8")
    assert new("post", "--text-file", "draft.md", "--key", "mine", *BOTH, "-o", "posts/sub/mine.yaml").code == 0
    assert files(environment)["mine.yaml"].endswith("    text: |\n      One\n\n      Two\n")


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ((), "`post` or `campaign` is missing"),
        (("post", *BOTH), "--text is missing"),
        (("post", "--text", "Hello"), "--channel is missing"),
        (("campaign", *BOTH, "--starts", "2031-03-04"), "--title is missing"),
        (("campaign", *BOTH, "--title", "Spring"), "--starts is missing"),
        (("campaign", "--text", "Hello"), "--text cannot be used for a campaign"),
        (("post", "--starts", "2031-03-04"), "--starts cannot be used for a post"),
        (("post", "--text", "Hello", "--text-file", "a.md"), "--text-file and --text"),
        (("post", "--text-file", "a.md"), "a.md cannot be read"),
        (("post", "--text", "Hello", "--channel", "twiter"), "did you mean `twitter`"),
        (("post", "--text", "Hello", "--at", "tomorrow", *BOTH), "tomorrow is not a time"),
        (("post", "--text", "Hello", "--at", "4.3.2031 9 Uhr", *BOTH), "is not a time such as 2031-03-04 09:00"),
        (("post", "--text", "Hello", "--at", "2031-03-30 02:30", *BOTH), "does not exist in Europe/Berlin"),
    ],
)
def test_without_a_terminal(environment: Path, new: Callable[..., Ran], options: tuple[str, ...], named: str) -> None:
    """A missing or invalid option is exit 64 and named; nothing is written."""
    ran = new(*options)
    assert (ran.code, files(environment)) == (64, {})
    assert named in ran.err


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (("--channel", "instagram"), "a post on Instagram needs an image or a video"),
        ((*BOTH, "-o", "elsewhere/a.yaml"), "does not include"),
    ],
)
def test_what_would_not_be_valid(
    environment: Path, new: Callable[..., Ran], options: tuple[str, ...], named: str
) -> None:
    """A file that is invalid, not included, or already exists is not written: exit 1."""
    there = environment / "posts" / "there.yaml"
    there.parent.mkdir()
    there.write_text("posts: []\n", encoding="utf-8")
    ran = new("post", "--text", "Hello", *options)
    assert ran.code == 1
    assert named in ran.err
    assert (files(environment), (environment / "elsewhere" / "a.yaml").exists()) == (
        {"there.yaml": "posts: []\n"},
        False,
    )


def test_channels_of_two_organizations(environment: Path, new: Callable[..., Ran]) -> None:
    """Exit 64; what to do speaks of channels, not of the command that was not called."""
    beta = "  - name: Beta\n    channels: [{service: mastodon, name: beta}]\n"
    (environment / "buffer.yaml").write_text(ROOT + beta, encoding="utf-8")
    ran = new("post", "--text", "Hello", "--key", "hello", "--channel", "Acme/twitter", "--channel", "Beta/mastodon")
    assert (ran.code, files(environment)) == (64, {})
    assert ran.err == (
        "error: These channels are of several organizations.\n  hint: Name the channels of one organization.\n"
    )


def test_a_post_for_a_file_that_is_there(environment: Path, new: Callable[..., Ran]) -> None:
    """It becomes the last entry, and everything else stays; a campaign needs a file of its own."""
    there = environment / "posts" / "may.yaml"
    there.parent.mkdir()
    before = "# May\nposts:\n  # only here\n  - key: first\n    channels: [twitter]\n    text: |\n      Hello\n"
    there.write_text(before, encoding="utf-8")
    ran = new("post", "--text", "Again", "--key", "again", "--channel", "X", "-o", "posts/may.yaml")
    assert (ran.code, ran.out) == (0, "Added it to posts/may.yaml. Next: bufferctl validate\n")
    added = "  - key: again\n    channels: [twitter]\n    text: |\n      Again\n"
    assert there.read_text(encoding="utf-8") == before + added
    again = new("campaign", "--title", "x", "--starts", "2031-03-04", *BOTH, "-o", "posts/may.yaml")
    assert "already exists" in again.err
    assert there.read_text(encoding="utf-8") == before + added


def test_what_was_typed_is_not_lost(environment: Path, new: Callable[..., Ran]) -> None:
    """A post that would not be valid is printed."""
    ran = new("post", "--text", "A long story", "--channel", "instagram")
    assert ran.code == 1
    assert "      A long story\n" in ran.out
    assert files(environment) == {}


def test_a_post_for_instagram_is_asked_for_its_picture(project: Project, program: list[str]) -> None:
    """On a terminal; a channel and a file that do not exist are asked for again."""
    project.write("buffer.yaml", f"{ROOT}media: {{public_url: https://media.acme.example}}\n")
    (project.folder / "media").mkdir()
    picture = Path(__file__).parents[2] / "examples/pictures/media/team.jpg"
    (project.folder / "media/team.jpg").write_bytes(picture.read_bytes())
    terminal = Terminal([*program, "new", "post"], project)
    for question, answer in (
        (b"Text of the post", "The people behind it\n"),
        (b"with commas between: ", "instagam\n"),
        (b"Did you mean", "Instagram\n"),
        (b"the queue)", "2031-03-04 09:00\n"),
        (b"It needs an image: a URL, or a file in media/", "tem.jpg\n"),
        (b"There is no media/tem.jpg", "team.jpg\n"),
        (b"What does the image show?", "Five people\n"),
    ):
        terminal.until(question)
        terminal.type(answer)
    code, shown = terminal.end()
    assert (code, "Wrote posts/2031-03-04-the-people-behind-it.yaml." in shown) == (0, True), shown
    (text,) = files(project.folder).values()
    assert text.endswith("    image: team.jpg\n    alt: Five people\n")
    assert project("validate").code == 0


def test_one_channel_is_meant(environment: Path, new: Callable[..., Ran]) -> None:
    """The only channel that accepts text alone needs no option."""
    (environment / "buffer.yaml").write_text(ROOT.replace("      - {service: linkedin, name: acme-inc}\n", ""))
    assert new("post", "--text", "Hello").code == 0
    assert "channels: [twitter]" in files(environment)["hello.yaml"]


def test_questions(project: Project, program: list[str]) -> None:
    """On a terminal it asks for missing options; Return alone does not select every channel."""
    project.write("buffer.yaml", ROOT)
    terminal = Terminal([*program, "new"], project)
    for question, answer in (
        (b"A post or a campaign?", "campaign\n"),
        (b"What is it about?", "Spring launch\n"),
        (b"On which day does it start?", "soon\n"),
        (b"soon is not a day", "2031-03-04\n"),
        (b"with commas between: ", "twitter, linkedin\n"),
    ):
        terminal.until(question)
        terminal.type(answer)
    code, shown = terminal.end()
    assert (code, "Wrote posts/spring-launch.yaml." in shown) == (0, True)
    assert "channels: [twitter, linkedin]" in files(project.folder)["spring-launch.yaml"]
    assert project("validate").code == 0


def test_campaign_is_applied_as_drafts(project: Project) -> None:
    """The output of `new` can be applied at once: none of it is published."""
    project.write("buffer.yaml", ROOT)
    assert project("new", "campaign", "--title", "Spring", "--starts", "2030-03-04", *BOTH).code == 0
    project.apply()
    assert {post["status"] for post in project.sandbox.posts()} == {"draft"}
