"""A request that adds posts where no root file reads them: its comment and its log say so, with the line to write."""

from __future__ import annotations

from tests.ci.conftest import FILES, Team, post


def opened(team: Team, branch: str, files: dict[str, str]) -> int:
    """A pull request with these files, by their paths."""
    team.ada.branch(branch)
    put(team, files)
    return team.github.open_pull(branch)


def put(team: Team, files: dict[str, str]) -> None:
    """These files, by their paths, on the branch that is checked out."""
    for name, text in files.items():
        path = team.ada.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    team.ada.push()


def test_a_file_that_nothing_includes(team: Team) -> None:
    """The comment has the whole line; followed to the letter, the post is planned and published."""
    number = opened(team, "may", {"content/may.yaml": post("may", "It is May")})
    ran = team.plan(number)
    assert not ran.failed
    (body,) = team.github.bodies(number)
    said = "`content/may.yaml` does not match `include` in `buffer.yaml`, so nothing of it is read."
    assert said in body
    line = body.partition("To read it, write `")[2].partition("`")[0]
    assert line == "include: [posts/**/*.yaml, content/*.yaml]"
    assert line in ran.log
    put(team, {"buffer.yaml": f"{FILES}{line}\n"})
    team.github.pushed(number)
    assert not team.plan(number).failed
    (body,) = team.github.bodies(number)
    assert said not in body
    assert "It is May" in body
    team.merge(number)
    assert not team.apply().failed
    assert [each["text"] for each in team.sandbox.posts()] == ["It is May"]


def test_a_root_file_is_deleted(team: Team) -> None:
    """The plan of another root file says that its posts stay, though no file of that one changed."""
    put(team, {"blog/blog.yaml": FILES})
    team.ada.branch("tidy")
    (team.ada.folder / "blog" / "blog.yaml").unlink()
    team.ada.push()
    number = team.github.open_pull("tidy")
    ran = team.plan(number)
    (body,) = team.github.bodies(number)
    said = "This pull request deletes `blog/blog.yaml`, a root file, so no plan will mention its posts again."
    assert said in body
    assert said.replace("`", "") in ran.log
    assert "To delete the posts, keep it, mark each entry as `cancelled: true`" in body


def test_a_root_file_is_moved(team: Team) -> None:
    """Nothing is said of it: it has another name."""
    put(team, {"blog/blog.yaml": FILES})
    team.ada.branch("tidy")
    (team.ada.folder / "blog" / "blog.yaml").rename(team.ada.folder / "blog" / "buffer.yaml")
    team.ada.push()
    number = team.github.open_pull("tidy")
    assert "no plan will mention" not in team.plan(number).log


def test_files_that_nobody_means(team: Team) -> None:
    """What holds no posts, is hidden, or is read by another root file is not mentioned."""
    other = {
        "content/notes.yaml": "ideas: for later\n",
        ".drafts/may.yaml": post("may", "It is May"),
        "blog/blog.yaml": FILES,
        "blog/posts/june.yaml": post("june", "It is June"),
    }
    number = opened(team, "other", other)
    ran = team.plan(number)
    assert not ran.failed
    assert not any("match `include`" in text for text in (ran.log, *team.github.bodies(number)))
