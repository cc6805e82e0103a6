"""The grouped model: items, versions, causes, moves, weeks, and what changed since the last look."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from bufferctl.apply.outcomes import held
from bufferctl.config import load
from bufferctl.digests import change_digest
from bufferctl.model import Address, Expansion, Likeness, State
from bufferctl.model.plain_text import without_parameters
from bufferctl.plan import Action, Cause, Change, Difference, Outcome, Plan, Status
from bufferctl.reconcile import holds, offline
from bufferctl.reconcile.holds import Hold
from bufferctl.reconcile.matches import Suspect
from bufferctl.render.agenda import Span, agenda_text
from bufferctl.render.grouped import Grouped, grouped
from bufferctl.render.html import report_html
from bufferctl.render.lines import Paint
from bufferctl.render.markdown import report_markdown
from bufferctl.render.meaning import Meaning, meaning_of
from bufferctl.render.report import Report
from bufferctl.render.since import Since, seen_line, since
from bufferctl.render.text import plan_text
from bufferctl.said import prose
from tests.conftest import Expect
from tests.render.plans import THREE_NETWORKS as FILES
from tests.render.rich import PLAN, change, live, post

ROOT = Path(__file__).parents[2]
CASES = ROOT / "tests/cases/render"
NOW = datetime(2029, 11, 28, 8, tzinfo=UTC)
LAUNCH = """\
starts: 2030-03-04
channels: [twitter, linkedin, bluesky]
utm: {domains: [acme.example], source: $(service)}
posts:
  - key: launch
    due_at: start+0d 09:00
    text: "We are live: https://acme.example/a"
    overrides:
      linkedin: {text: "We are really live: https://acme.example/a"}
  - key: tip
    due_at: start+1d 09:00
    repeat: {every: 1 week, times: 3}
    text: Tip $(number)
"""


def plan_at(folder: Path) -> Plan:
    """The plan of files that nobody has applied."""
    loaded = load(None, folder)
    assert loaded.desired is not None, loaded.diagnostics
    return offline(loaded.desired, State(), endpoint="https://api.buffer.com", now=NOW)


def plan_of(folder: Path, text: str = LAUNCH) -> Plan:
    """The plan of a campaign that nobody has applied."""
    (folder / "posts").mkdir(exist_ok=True)
    (folder / "buffer.yaml").write_text(FILES)
    (folder / "posts" / "launch.yaml").write_text(text)
    return plan_at(folder)


def of(*changes: Change) -> Grouped:
    """The items of these changes."""
    return grouped(Report(replace(PLAN, changes=changes, warnings=())))


def test_the_campaign_of_the_examples() -> None:
    """75 posts are 24 items on 4 networks."""
    plan = plan_at(ROOT / "examples/campaign")
    found = grouped(Report(plan))
    assert (len(plan.changes), len(found.new), len(found.networks)) == (75, 24, 4)
    assert dict(found.networks) == {"X": 14, "LinkedIn": 24, "Bluesky": 24, "Instagram": 13}


def test_an_item_is_an_occurrence_on_all_its_networks(tmp_path: Path) -> None:
    """`launch` once, `tip` three times, each with the networks that it goes to."""
    items = grouped(Report(plan_of(tmp_path))).items
    assert [(item.name, item.networks) for item in items] == [
        (name, "X, LinkedIn, Bluesky") for name in ("launch", "tip 1", "tip 2", "tip 3")
    ]


def test_parameters_do_not_make_versions(tmp_path: Path) -> None:
    """`utm_source` differs on each network and is left out; a text of LinkedIn's own is one, with its own words."""
    launch, tip, *_ = grouped(Report(plan_of(tmp_path))).items
    assert launch.main.text == "We are live: https://acme.example/a"
    (other,) = launch.others
    (text,) = other.differs
    assert (launch.main.networks, other.networks, text.name) == ("X, Bluesky", "LinkedIn", "text")
    assert "".join(piece.text for piece in text.words) == "We are really live: https://acme.example/a"
    assert [piece.text for piece in text.words if piece.is_own] == ["really "]
    assert [piece.href for piece in text.words if piece.kind == "link"] == ["https://acme.example/a"]
    assert tip.others == ()


def test_other_parameters_are_a_change_of_their_own() -> None:
    """Once for all networks that get the same: what was in the links and what is; the text stays as it is."""
    before, after = (f"Go: https://a.example/x?b=1&utm_source={each}" for each in ("spring", "summer"))
    edits = [
        change(
            post(channel, "a", 1, text=after),
            Action.UPDATE,
            Cause.EDITED,
            live(channel, 1, before),
            differences=(Difference("text", before, after),),
        )
        for channel in ("ch-x", "ch-li")
    ]
    ((networks, (changed,)),) = of(*edits).items[0].changes
    assert (networks, changed.name, meaning_of(changed)) == ("", "link parameters", Meaning.LINK)
    assert (changed.before, changed.after) == ("utm_source=spring", "utm_source=summer")


@pytest.mark.parametrize(
    ("before", "after"), [("", "https://a.example/?utm_source=x"), ("https://a.example/?utm_source=x", "")]
)
def test_parameters_of_a_text_that_is_new_or_gone_are_no_change(before: str, after: str) -> None:
    """Its links did not get others."""
    edit = change(
        post("ch-x", "a", 1, text=after),
        Action.UPDATE,
        Cause.EDITED,
        live("ch-x", 1, before),
        differences=(Difference("text", before, after),),
    )
    assert [each.name for each in of(edit).items[0].main.changed] == ["text"]


def test_networks_that_change_otherwise_are_versions() -> None:
    """Although they have the same text afterwards: each with what it was before."""
    edits = [
        change(
            post(channel, "a", 1, text="New"),
            Action.UPDATE,
            Cause.EDITED,
            live(channel, 1, before),
            differences=(Difference("text", before, "New"),),
        )
        for channel, before in (("ch-x", "Old"), ("ch-li", "Older"))
    ]
    (item,) = of(*edits).items
    assert [(networks, changed.before) for networks, (changed,) in item.changes] == [
        ("X", "Old"),
        ("LinkedIn", "Older"),
    ]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("services.0", "services"),
        ("tags.1", "tags"),
        ("metadata.first_comment", "first_comment"),
        ("assets.0.image.url", "image 1"),
        ("assets.0.image.alt_text", "asset 1, image, alt_text"),
        ("media.1.file", "media 2"),
        ("metadata.thread.1", "thread, part 2"),
        ("metadata.thread.1.text", "thread, part 2, text"),
        ("metadata.thread.1.assets.0.video.file", "thread, part 2, video 1"),
        ("metadata.thread.1.assets.0.alt_text", "thread, part 2, asset 1, alt_text"),
        ("metadata.thread.1.link_attachment.url", "thread, part 2, link_attachment.url"),
    ],
)
def test_names_of_fields(path: str, expected: str) -> None:
    """As in the files, parts and attachments counted from one; a list of names is one field."""
    edit = change(post("ch-x", "a", 1), Action.UPDATE, Cause.EDITED, differences=(Difference(path, "a", "b"),))
    assert [each.name for each in of(edit).items[0].main.changed] == [expected]


def test_parameters_in_what_is_no_text_are_shown() -> None:
    """A URL that is the value of a field is shown as it is."""
    before, after = (f"https://a.example/?utm_source={each}" for each in ("spring", "summer"))
    edit = change(
        post("ch-x", "a", 1, text="Go", source=after),
        Action.UPDATE,
        Cause.EDITED,
        live("ch-x", 1, "Go"),
        differences=(Difference("source", before, after),),
    )
    assert [(each.name, each.before, each.after) for each in of(edit).items[0].main.changed] == [
        ("source", before, after)
    ]


@pytest.mark.parametrize(
    ("added", "shown"),
    [
        ((), "Go https://a.example/?utm_source=hand&utm_medium=x"),
        (("utm_medium=x",), "Go https://a.example/?utm_source=hand"),
    ],
)
def test_parameters_that_the_author_wrote_are_shown(added: tuple[str, ...], shown: str) -> None:
    """Only those that `utm` added are not: they are told once for the plan."""
    text = "Go https://a.example/?utm_source=hand&utm_medium=x"
    new = change(post("ch-x", "a", 1, text=text, expansion=Expansion(parameters=added)), Action.CREATE, Cause.NEW)
    assert of(new).items[0].main.text == shown


def test_an_edited_text_shows_the_parameters_that_the_author_wrote() -> None:
    """In both versions, so that nothing looks changed but what was; those that `utm` adds are in neither."""
    before = "Old https://a.example/?utm_source=hand&utm_medium=old"
    after = "New https://a.example/?utm_source=hand&utm_medium=x"
    ours = post("ch-x", "a", 1, text=after, expansion=Expansion(parameters=("utm_medium=x",)))
    edit = change(
        ours, Action.UPDATE, Cause.EDITED, live("ch-x", 1, before), differences=(Difference("text", before, after),)
    )
    text, parameters = of(edit).items[0].main.changed
    assert [text.before, text.after] == [f"{word} https://a.example/?utm_source=hand" for word in ("Old", "New")]
    assert (parameters.before, parameters.after) == ("utm_medium=old", "utm_medium=x")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("see https://a.example/?utm_source=x&utm_medium=y.", "see https://a.example/."),
        ("https://a.example/?b=1&utm_source=x&c=2#d", "https://a.example/?b=1&c=2#d"),
        ("https://a.example/?utm_source=x.y&c=2", "https://a.example/?c=2"),
        ("no link, utm_source=x", "no link, utm_source=x"),
    ],
)
def test_without_parameters(text: str, expected: str) -> None:
    """Only what is called `utm_` goes, wherever it is, and the rest of the link stays a link."""
    assert without_parameters(text) == expected


def test_any_field_that_only_one_network_has_is_a_difference(tmp_path: Path) -> None:
    """A tag and a fact, which no text or picture shows: what differs there must not look as if it were the same."""
    own = "    overrides:\n      bluesky: {tags: [own], source: newsletter}\n"
    (item,) = grouped(Report(plan_of(tmp_path, LAUNCH.partition("    overrides:")[0] + own))).items
    (other,) = item.others
    assert (item.main.networks, other.networks) == ("X, LinkedIn", "Bluesky")
    assert [(each.name, each.before, each.after) for each in other.differs] == [
        ("tags", "", "own"),
        ("source", "", "newsletter"),
    ]


def test_what_networks_have_of_their_own(tmp_path: Path) -> None:
    """A text, or none of what the others have; channels of one network are told apart by their names."""
    image = "    image: https://acme.example/a.png\n    alt: A\n"
    bare = "      linkedin: {text: Live, image: []}\n      bluesky: {scheduling_type: notification}\n"
    launch = LAUNCH.partition("    overrides:")[0] + image + "    overrides:\n" + bare
    (item,) = grouped(Report(plan_of(tmp_path, launch))).items
    assert dict(item.own) == {
        "own text": ("LinkedIn",),
        "no media": ("LinkedIn",),
        "schedule as a reminder": ("Bluesky",),
    }
    one = change(post("ch-x", "a", 1), Action.CREATE, Cause.NEW)
    other = replace(one, slot=one.slot._replace(channel_id="ch-y"), address=replace(one.address, channel="twitter:de"))
    channels = {**PLAN.channels, "ch-y": replace(PLAN.channels["ch-x"], id="ch-y", name="acme.de")}
    (item,) = grouped(Report(replace(PLAN, changes=(one, other), channels=channels, warnings=()))).items
    assert item.networks == "X acme, X acme.de"


TWO_ACCOUNTS = """\
version: 1
timezone: Europe/Berlin
organizations:
  - name: Acme
    channels:
      - {service: twitter, name: acme}
      - {service: twitter, name: acme_us, timezone: America/New_York}
      - {service: linkedin, name: acme-inc}
"""
LAUNCHES = """\
posts:
  - {key: here, channels: ["twitter:acme"], due_at: 2030-01-15 18:00, text: Hello}
  - {key: there, channels: ["twitter:acme_us"], due_at: 2030-01-15 18:00, text: Hello there}
  - {key: both, channels: [linkedin], due_at: 2030-01-15 19:00, text: Hello you}
"""


def test_accounts_and_zones_are_named_where_there_are_several(tmp_path: Path) -> None:
    """`X acme_us` in each form for people, and the zone of its time; one account is just its network."""
    (tmp_path / "posts").mkdir()
    (tmp_path / "buffer.yaml").write_text(TWO_ACCOUNTS)
    (tmp_path / "posts" / "a.yaml").write_text(LAUNCHES)
    plan = plan_at(tmp_path)
    said, page = report_markdown(Report(plan)), report_html(Report(plan))
    assert "<b>Tue 15 Jan 18:00 EST</b> X acme\\_us · there" in said
    assert "<b>Tue 15 Jan 18:00 CET</b> X acme · here" in said
    assert "<b>Tue 15 Jan 19:00 CET</b> LinkedIn · both" in said
    assert re.findall(r"<small class=.where.>([^<]*)</small><span>(\w+)</span>", page) == [
        ("acme, CET", "here"),
        ("CET", "both"),
        ("acme_us, EST", "there"),
    ]
    assert "18:00 EST  there  X acme_us" in plan_text(Report(plan), Paint())


def test_a_list_of_a_day_names_accounts(tmp_path: Path) -> None:
    """Also on a day on which only one of them has a post."""
    (tmp_path / "posts").mkdir()
    (tmp_path / "buffer.yaml").write_text(TWO_ACCOUNTS)
    (tmp_path / "posts" / "a.yaml").write_text(
        LAUNCHES.replace("01-15 18:00, text: Hello there", "01-19 18:00, text: Hello there")
    )
    day = Span(date(2030, 1, 19), date(2030, 1, 19))
    assert "18:00 EST  there  X acme_us" in agenda_text(plan_at(tmp_path), day, Paint(), is_live=False)


def test_weeks_and_days(tmp_path: Path) -> None:
    """Monday first, each with the number of its items; weeks without any are left out."""
    weeks = grouped(Report(plan_of(tmp_path))).weeks
    assert [(f"{week.monday:%d %b}", week.counts) for week in weeks] == [
        ("04 Mar", (1, 1, 0, 0, 0, 0, 0)),
        ("11 Mar", (0, 1, 0, 0, 0, 0, 0)),
        ("18 Mar", (0, 1, 0, 0, 0, 0, 0)),
    ]


def test_digests_stay_by_post(tmp_path: Path) -> None:
    """An item has those of its posts, sixteen digits each, since they are what is agreed to."""
    plan = plan_of(tmp_path)
    items = grouped(Report(plan)).items
    assert {digest for item in items for digest in item.digests} == {change_digest(c)[:16] for c in plan.changes}


def _held(hold: Hold, number: int, channel: str = "ch-x", key: str = "") -> Change:
    item = post(channel, key or f"post-{number}", number, text=f"Text {number}")
    return hold.on(change(item, Action.CREATE, Cause.NEW, live(channel, number, "x")))


def _suspects(*numbers: int, owner: str = "") -> list[Suspect]:
    address = Address("Acme", "twitter:acme", owner) if owner else None
    return [replace(Suspect.of(live("ch-x", n, f"Text {n}")), owner=address) for n in numbers]


def _same(number: int) -> Hold:
    return holds.ambiguous(Likeness.SAME_TEXT, _suspects(number), None)


def _changed(text: str) -> Hold:
    item = post("ch-x", "a", 1, expansion=Expansion(parameters=("utm_source=x",)))
    difference = Difference(text, "a", "b")
    return holds.changed(item, (difference,), holds.CHANGED, can_send=True)


#: Two or three posts of each kind of hold, held for their own reasons.
KINDS: dict[str, list[Change]] = {
    "same text": [_held(_same(n), n) for n in (1, 2)],
    "same time": [_held(holds.ambiguous(Likeness.SAME_TIME, _suspects(n), None), n) for n in (1, 2)],
    "edited, one of several": [_held(holds.ambiguous(Likeness.EDITED, _suspects(n, 8, 9), None), n) for n in (1, 2)],
    "perhaps renamed": [_held(holds.perhaps_renamed([], _suspects(n, owner=f"old-{n}")), n) for n in (1, 2)],
    "without an answer, one candidate": [_held(holds.unsettled([f"p{n}"]), n) for n in (1, 2)],
    "without an answer": [_held(holds.unsettled([]), n) for n in (1, 2)],
    "deleted in Buffer": [_held(holds.DELETED_IN_BUFFER, n) for n in (1, 2)],
    "changed in Buffer": [_held(_changed(each), n) for n, each in enumerate(("tags", "text", "text"), 1)],
    "missed": [_held(holds.missed(timedelta(minutes=2), edited=False, counted=False), n) for n in (1, 2)],
    "too many deletes": [_held(holds.too_many_deletes(6, 6, 5, {}, [], goes_out=True), n) for n in (1, 2)],
    "two tags": [_held(holds.no_such_tag([tag], ["a"]), n) for n, tag in ((1, "Q3 2029"), (2, "Q4 2030"))],
    "one entry on two networks": [_held(_same(n), 1, channel, "launch") for n, channel in ((1, "ch-x"), (2, "ch-li"))],
    "two entries on two networks": [_held(_same(n), n, channel) for n, channel in ((1, "ch-x"), (2, "ch-li"))],
    "not merged yet": [_held(holds.PERHAPS_OUTDATED, n) for n in (1, 2)],
}


def test_causes(expect: Expect) -> None:
    """Posts with one cause have one sentence, and one answer or their own; another fact is another cause."""
    lines = []
    for name, changes in KINDS.items():
        lines.append(f"# {name}")
        for cause in of(*changes).causes:
            lines += [f"{cause.name}: {cause.message}", f"  {cause.hint}"]
            lines += [f"  {item.name}: {hint}" for item in cause.items if cause.own_hints for hint in item.hints]
    expect(CASES / "causes.txt", "\n".join([*lines, ""]))


def test_import_takes_one_address() -> None:
    """Two posts that may be the same one in Buffer keep their commands: one of them answers."""
    creates = [change(post("ch-x", f"post-{n}", n, text="A"), Action.CREATE, Cause.NEW) for n in (1, 2)]
    found = of(*creates).report
    outcomes = tuple(held(each, ("65a0",), NOW) for each in creates)
    (cause,) = grouped(replace(found, outcomes=outcomes)).causes
    assert "If that is it, run `bufferctl import …`. If it is not there, run `bufferctl apply --recreate" in cause.hint
    assert cause.own_hints
    hints = [hint for item in cause.items for hint in item.hints]
    assert [re.findall("import ([^`]*)", hint) for hint in hints] == [
        [f"Acme/twitter:acme/post-{n} 65a0"] for n in (1, 2)
    ]


def _moved(plan: Plan) -> list[Change]:
    """All posts of a plan, a day later than they are in Buffer."""
    moved = []
    for each in plan.changes:
        assert each.due_at is not None
        seen = live("ch-x", 1, "x", due_at=each.due_at - timedelta(days=1))
        due = (each.due_at - timedelta(days=1)).astimezone(UTC)
        differences = (Difference("due_at", due.isoformat(), each.due_at.isoformat()),)
        moved.append(replace(each, action=Action.UPDATE, cause=Cause.EDITED, live=seen, differences=differences))
    return moved


def test_items_that_move_together_are_one_move(tmp_path: Path) -> None:
    """A later `starts` moves all posts by the same days, and none of them is listed as changed."""
    plan = plan_of(tmp_path)
    found = grouped(Report(replace(plan, changes=tuple(_moved(plan)))))
    (move,) = found.moves
    assert (move.span, len(move.items), sum(len(item.cards) for item in move.items), found.changed) == (
        timedelta(days=1),
        4,
        12,
        (),
    )


def test_a_move_says_what_there_is_to_know_of_its_items(tmp_path: Path) -> None:
    """Once for all of them; items of which there is something else to know are another move."""
    moved = [
        replace(each, why=prose("It is a tip.")) if each.address.key.startswith("tip") else each
        for each in _moved(plan_of(tmp_path))
    ]
    assert [(len(each.items), each.message) for each in of(*moved).moves] == [
        (3, "Each of them: It is a tip."),
    ]


def test_one_post_that_moves_is_changed(tmp_path: Path) -> None:
    """On several networks, too: it is shown with its networks, as any other changed post."""
    moved = [each for each in _moved(plan_of(tmp_path)) if each.address.key == "launch"]
    found = of(*moved)
    assert ([item.name for item in found.changed], found.moves) == (["launch"], ())


def test_failures_of_an_entry_with_two_causes_are_two_items() -> None:
    """Each network with its own; with the same one they are one item."""
    creates = [change(post(channel, "a", 1, text="A"), Action.CREATE, Cause.NEW) for channel in ("ch-x", "ch-li")]
    for codes, expected in ((("refused", "refused"), [2]), (("refused", "limit"), [1, 1])):
        outcomes = [
            Outcome(each, Status.REFUSED, code=code, why=prose(f"Buffer says {code}"))
            for each, code in zip(creates, codes, strict=True)
        ]
        found = grouped(replace(of(*creates).report, outcomes=tuple(outcomes)))
        assert [len(item.cards) for item in found.items] == expected


def _looked(folder: Path, text: str) -> Since:
    earlier = seen_line(grouped(Report(plan_of(folder))), "a1b2c3")
    found = since(grouped(Report(plan_of(folder, text))), f"hello\n{earlier}\n")
    assert found is not None
    return found


def test_since_the_last_look(tmp_path: Path) -> None:
    """What has another text, is different otherwise, was added or removed; nothing if nothing is."""
    same = _looked(tmp_path, LAUNCH)
    assert (same.commit, same.at, same.items, same.removed) == ("a1b2c3", NOW, (), 0)
    other = (
        LAUNCH.replace("Tip $(number)", "Hint $(number)").replace("times: 3", "times: 4").replace("+0d 09", "+0d 10")
    )
    found = _looked(tmp_path, other)
    assert {what: [item.name for item in items] for what, items in found.found.items()} == {
        "text changed": ["tip 1", "tip 2", "tip 3"],
        "otherwise changed": ["launch"],
        "added": ["tip 4"],
    }
    assert _looked(tmp_path, LAUNCH.partition("  - key: tip")[0]).removed == 3


def test_a_comment_without_the_line_has_no_last_look(tmp_path: Path) -> None:
    """An older version's comment, or one that a person damaged, is no reason to fail."""
    found = grouped(Report(plan_of(tmp_path)))
    assert since(found, "#### Hello") is None
    assert since(found, "<!-- bufferctl:seen - yesterday  -->") is None


def test_who_is_mentioned_where(tmp_path: Path) -> None:
    """Once for the plan, by the handle of each network, in every form for people."""
    mentions = "mentions: {acme-robotics: {name: Acme Robotics, twitter: acme, bluesky: acme.example}}\n"
    (tmp_path / "posts").mkdir()
    (tmp_path / "buffer.yaml").write_text(FILES + mentions)
    (tmp_path / "posts" / "launch.yaml").write_text(LAUNCH.replace("Tip $(number)", "By $(@acme-robotics), $(number)"))
    report = Report(plan_at(tmp_path))
    found = grouped(report)
    assert found.mentions == ("acme-robotics (@acme on X, Acme Robotics on LinkedIn, @acme.example on Bluesky)",)
    assert f"Mentions {found.mentions[0]}." in " ".join(plan_text(report, Paint()).split())
    assert f"Mentions {found.mentions[0]}." in report_html(report)
    for action, cause in ((Action.DELETE, Cause.REMOVED), (Action.UPDATE, Cause.SUSPENDED)):
        gone = tuple(replace(each, action=action, cause=cause) for each in report.plan.changes)
        assert grouped(Report(replace(report.plan, changes=gone))).mentions == ()
