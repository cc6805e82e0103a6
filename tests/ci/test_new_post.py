"""The link in a comment that opens the forge's editor: what it fills in is a post of these files."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

from bufferctl.config import load
from tests.ci.conftest import Team, post


def test_a_comment_leads_to_the_next_post(team: Team) -> None:
    """The file is valid as it is filled in; only its text is to be replaced, and a rule says so until it is."""
    number = team.open("launch", launch=post("launch", "We are live"))
    team.plan(number)
    (link,) = re.findall(r"\[write another post\]\((\S+)\)", team.github.bodies(number)[0])
    assert re.fullmatch(r"/\S+/new/main", urlsplit(link).path)
    filled = {name: values[0] for name, values in parse_qs(urlsplit(link).query).items()}
    path = team.ada.folder / filled["filename"]
    path.write_text(filled["value"], encoding="utf-8")
    loaded = load(None, team.ada.folder)
    assert loaded.diagnostics == ()
    assert loaded.desired
    (added,) = (each for each in loaded.desired.posts if each.place.file == filled["filename"])
    assert added.text == "[your text]"
    path.write_text(filled["value"].replace("[your text]", "Hello"), encoding="utf-8")
    assert load(None, team.ada.folder).diagnostics == ()
