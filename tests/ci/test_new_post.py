"""The link in a comment that opens the forge's editor: what it fills in is a post of these files."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import pytest

from bufferctl.ci.gitlab import GitLab
from bufferctl.config import load
from tests.ci.conftest import Team, post


def new_posts(team: Team, include: str) -> list[dict[str, str]]:
    """What the links in the comment of a request fill in, whose files are in the folder `b` and those of `include`."""
    with (team.ada.folder / "buffer.yaml").open("a", encoding="utf-8") as file:
        file.write(f"include: {include}\nposts: [{{key: p, channels: [linkedin], text: Soon}}]\n")
    for name in ("a/1", "b/2", "b/3"):
        path = team.ada.folder / f"{name}.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(post(f"p{name[-1]}", name, due=f"2029-12-2{name[-1]} 09:00"), encoding="utf-8")
    number = team.open("include")
    team.plan(number)
    links = re.findall(r"\[write another post\]\((\S+)\)", team.github.bodies(number)[0])
    return [{name: values[0] for name, values in parse_qs(urlsplit(link).query).items()} for link in links]


def test_a_comment_leads_to_the_next_post(planned: Team) -> None:
    """The file is valid as it is filled in; only its text is to be replaced, and a rule says so until it is."""
    (link,) = re.findall(r"\[write another post\]\((\S+)\)", planned.github.bodies(1)[0])
    assert re.fullmatch(r"/\S+/new/main", urlsplit(link).path)
    filled = {name: values[0] for name, values in parse_qs(urlsplit(link).query).items()}
    path = planned.ada.folder / filled["filename"]
    path.write_text(filled["value"], encoding="utf-8")
    loaded = load(None, planned.ada.folder)
    assert loaded.diagnostics == ()
    assert loaded.desired
    (added,) = (each for each in loaded.desired.posts if each.place.file == filled["filename"])
    assert added.text == "[your text]"
    path.write_text(filled["value"].replace("[your text]", "Hello"), encoding="utf-8")
    assert load(None, planned.ada.folder).diagnostics == ()


@pytest.mark.parametrize(
    ("include", "folder"),
    [
        ("[globex/*.yaml]", "globex/"),
        ("['globex/**/*.yaml']", "globex/"),
        ("['*/news.yaml', 'teams/globex/*.yaml']", "teams/globex/"),
        ("['20*.yaml']", ""),
        ("['a/*.yaml', 'b/*.yaml']", "b/"),
        ("[globex/*.yaml, posts/*.yaml]", "posts/"),
    ],
)
def test_the_next_post_is_where_these_files_are(team: Team, include: str, folder: str) -> None:
    """The new file is one that `include` covers, in the folder `posts` if that is."""
    (filled,) = new_posts(team, include)
    path = filled["filename"]
    assert re.fullmatch(rf"{folder}[\w-]+\.yaml", path)


@pytest.mark.parametrize("include", ["[a/1.yaml]", "['*/news.yaml']"])
def test_there_is_no_link_where_no_new_file_is_read(team: Team, include: str) -> None:
    """The post would be in no plan."""
    assert new_posts(team, include) == []


def test_gitlabs_editor_is_filled_in_too() -> None:
    """It begins with the parameter `content`, as its app/views/projects/blob/_editor.html.haml shows."""
    project = "https://gitlab.example/acme/social"
    environment = {"CI_API_V4_URL": "https://gitlab.example/api/v4", "CI_PROJECT_ID": "1", "CI_PROJECT_URL": project}
    with GitLab(environment) as forge:
        link = urlsplit(forge.new_file_url("spring/launch", "posts/a.yaml", "posts:\n  - key: a&b\n"))
    filled = {"file_name": ["posts/a.yaml"], "content": ["posts:\n  - key: a&b\n"]}
    assert (link.path, parse_qs(link.query)) == ("/acme/social/-/new/spring/launch", filled)
