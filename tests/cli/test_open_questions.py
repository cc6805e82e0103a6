"""Each possible answer to open questions about Buffer: the files and the account agree in the end in every case."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bufferctl.sandbox import Options
from tests.cli.conftest import Project, services_in
from tests.cli.disguise import DISGUISES, disguised
from tests.conftest import long

BEFORE, AFTER = (
    (Path(__file__).parent.parent / "cases/cli/open-questions" / name).read_text(encoding="utf-8")
    for name in ("before.yaml", "after.yaml")
)
OTHER_SIDES: dict[str, dict[str, Any]] = {
    "as-chosen": {},
    "pages-of-one": {"page_max": 1},
    "types-read-back": {"automatic_reads_null": False},
    "bare-ideas": {"idea_response": False},
    "no-duplicates": {"refuse_duplicates": True},
    "short-links": {"shorten_links": True},
    "edits-replace": {"edits_replace": True},
    "edits-keep-fields": {"edits_keep_fields": True},
    "no-date": {"sends_date": False},
    "drafts-by-the-api": {"drafts_via_buffer": False},
    "deletes-of-sent-posts": {"delete_sent": True},
    "a-limit-per-organization": {"limit_per_channel": False},
    "no-repeats-on-x": {"refuse_x_repeats": True},
    "all-at-once": {
        "page_max": 1, "automatic_reads_null": False, "idea_response": False, "refuse_duplicates": True,
        "shorten_links": True, "edits_replace": True, "edits_keep_fields": True, "sending_seconds": 60,
        "sends_date": False,
        "drafts_via_buffer": False, "delete_sent": True, "limit_per_channel": False, "refuse_x_repeats": True,
        "link_assets_end": "2100-01-01T00:00:00Z", "reminders_win": False, "comments_lost": False,
    },
}  # fmt: skip


@pytest.fixture
def services() -> list[str]:
    """The networks in the files."""
    return services_in(BEFORE + AFTER)


def test_every_choice_of_the_sandbox_has_its_other_side_here() -> None:
    """All options; the name of a 401, and which media are fetched, have separate tests."""
    assert {*OTHER_SIDES["all-at-once"], "key_code", "media_roots"} == set(Options.__dataclass_fields__)


@pytest.mark.parametrize("sides", ["all-at-once", *long(*list(OTHER_SIDES)[:-1])])
def test_files_and_account_agree_whichever_side_is_true(project: Project, sides: str) -> None:
    """No plan has anything left, nothing exists twice, and people's posts are unchanged."""
    sandbox = project.sandbox
    sandbox.core.options = replace(sandbox.core.options, **OTHER_SIDES[sides])
    sandbox.person.set_channel(sandbox.channel("twitter")["id"], linkShortening=True)
    agree(project)


@pytest.mark.parametrize("disguise", long("all_at_once", "small_letters", *list(DISGUISES)[2:-1], "odd_ids"))
def test_files_and_account_agree_in_whichever_form(
    project: Project, disguise: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same where ids, instants, texts, names of tags and what is not told have other forms than the sandbox's."""
    with disguised(project.sandbox.url, DISGUISES[disguise]) as url:
        monkeypatch.setenv("BUFFER_API_URL", url)
        agree(project)


def agree(project: Project) -> None:
    """Create, edit and remove; find all again without state; import it elsewhere."""
    sandbox = project.sandbox
    theirs = sandbox.person.create_post(sandbox.channel("linkedin")["id"], "By hand", dueAt="2029-12-24T09:00:00Z")
    for text, count in ((BEFORE, 7), (AFTER, 6)):
        project.write("buffer.yaml", text)
        ran = project.apply()
        assert ran.code == 0, ran.out + ran.err
        assert len(sandbox.posts()) == count + 1
    shutil.rmtree(project.state.parent)
    project.apply()
    assert (len(sandbox.posts()), len(sandbox.ideas())) == (7, 1)
    elsewhere = Project(project.folder / "elsewhere", sandbox)
    elsewhere.write("buffer.yaml", "version: 1\ntimezone: UTC\norganizations: [{name: Acme}]\n")
    for command in (["import"], ["plan", "--detailed-exitcode"]):
        ran = elsewhere(*command)
        assert ran.code == 0, ran.out + ran.err
    assert theirs in sandbox.posts()
