"""The link in a comment that opens the forge's editor: what it fills in is a post of these files."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

from bufferctl.ci.gitlab import GitLab
from bufferctl.config import load
from tests.ci.conftest import Team


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


def test_gitlabs_editor_is_filled_in_too() -> None:
    """It begins with the parameter `content`, as its app/views/projects/blob/_editor.html.haml shows."""
    project = "https://gitlab.example/acme/social"
    environment = {"CI_API_V4_URL": "https://gitlab.example/api/v4", "CI_PROJECT_ID": "1", "CI_PROJECT_URL": project}
    with GitLab(environment) as forge:
        link = urlsplit(forge.new_file_url("spring/launch", "posts/a.yaml", "posts:\n  - key: a&b\n"))
    filled = {"file_name": ["posts/a.yaml"], "content": ["posts:\n  - key: a&b\n"]}
    assert (link.path, parse_qs(link.query)) == ("/acme/social/-/new/spring/launch", filled)
