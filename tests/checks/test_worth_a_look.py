"""Worth a look: what is probably a mistake in a plan, and that nothing else gets a line."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from bufferctl.checks import RULES, worth_a_look
from bufferctl.config import load
from bufferctl.diagnostics import Diagnostic
from bufferctl.model import Desired, Policy, Settings, State
from bufferctl.plan import Action, Beside, Difference, Plan
from bufferctl.reconcile import offline
from tests.config.test_expand_properties import NOW as DRAWN_AT
from tests.config.test_expand_properties import campaigns, loaded
from tests.fuzzing import examples
from tests.render.plans import CAMPAIGN
from tests.render.plans import THREE_NETWORKS as FILES

ROOT = Path(__file__).parents[2]
NOW = datetime(2029, 11, 28, 8, tzinfo=UTC)
TIP = """\
channels: [twitter, linkedin, bluesky]
starts: 2030-03-04
utm: {domains: [acme.example], source: $(service)}
posts:
  - key: tip
    due_at: start+0d 09:00
    repeat: {every: 1 week, times: 4}
    text: "Tip $(number): https://acme.example/tips/$(number)"
    assets: [{image: {url: "https://acme.example/$(number).png", alt_text: The console}}]
"""
OTHER = "{text: 'A tip: https://acme.exmaple/tips/', assets: []}"


def plan_at(folder: Path) -> Plan:
    """The plan of files that nobody has applied."""
    loaded = load(None, folder)
    assert loaded.desired is not None, loaded.diagnostics
    return offline(loaded.desired, State(), endpoint="", now=NOW)


def plan_of(folder: Path, posts: str) -> Plan:
    """The plan of this file."""
    (folder / "posts").mkdir(exist_ok=True)
    (folder / "buffer.yaml").write_text(FILES)
    (folder / "posts" / "tip.yaml").write_text(posts)
    return plan_at(folder)


def looked_at(folder: Path, watch: tuple[str, ...] = ()) -> list[Diagnostic]:
    """The lines for all posts of a folder, as if they were new."""
    return list(worth_a_look(plan_at(folder), Settings(policy=Policy(watch=watch))))


def lines(plan: Plan, **levels: str) -> list[tuple[str, str]]:
    """Code and message of each line."""
    return [(each.code, each.message) for each in worth_a_look(plan, Settings(rules=levels))]


def one(folder: Path, text: str, due: str = "2030-03-14 09:00", more: str = "") -> list[str]:
    """The messages for one post on three networks, due on a Thursday."""
    posts = f"posts:\n  - key: webinar\n    due_at: {due}\n    text: |\n      {text}\n"
    posts = f"channels: [twitter, linkedin, bluesky]\n{posts}"
    return [message for _, message in lines(plan_of(folder, posts + more))]


def test_a_good_campaign_gets_no_line(tmp_path: Path) -> None:
    """Parameters that differ by network are no other link."""
    assert lines(plan_of(tmp_path, TIP)) == []


def test_another_host_on_one_network(tmp_path: Path) -> None:
    """Once for the entry, with the numbers of its occurrences."""
    other = TIP + "    overrides: {linkedin: {text: 'Tip $(number): https://acme.exmaple/tips/$(number)'}}\n"
    assert lines(plan_of(tmp_path, other)) == [
        ("worth-a-look/links-differ", "`tip 1 to 4`: LinkedIn links to acme.exmaple, X and Bluesky to acme.example")
    ]


def test_another_page_on_one_network(tmp_path: Path) -> None:
    """Of the same host: probably the link of an earlier post. One more link is none, and no link is none."""
    other = "    overrides: {linkedin: {text: 'See https://acme.example/PAGE'}}\n"
    text = "See https://acme.example/march"
    assert one(tmp_path, text, more=other.replace("PAGE", "february")) == [
        "`webinar`: LinkedIn links to https://acme.example/february, X and Bluesky to https://acme.example/march"
    ]
    assert one(tmp_path, text, more=other.replace("PAGE", "march and https://acme.example/more")) == []
    assert one(tmp_path, text, more="    overrides: {linkedin: {text: In our bio}}\n") == []


def test_a_page_of_each_network_is_meant(tmp_path: Path) -> None:
    """Three networks, three pages."""
    assert one(tmp_path, "See https://acme.example/$(service)") == []


def test_a_picture_that_one_network_lacks(tmp_path: Path) -> None:
    """Lost to an override of one occurrence."""
    assert lines(
        plan_of(tmp_path, TIP.replace("times: 4", "times: 4, each: {2: {overrides: {bluesky: {assets: []}}}}"))
    ) == [("worth-a-look/pictures-differ", "`tip 2`: no image or video on Bluesky, only on X and LinkedIn")]


@pytest.mark.parametrize(
    "shown",
    ["bluesky: {assets: [], thread: [{text: See, assets: [PICTURE]}]}", "linkedin: {assets: [], metadata: CARD}"],
)
def test_a_network_that_shows_something_else_lacks_no_picture(tmp_path: Path, shown: str) -> None:
    """Nothing where the picture is in the thread, or where the link brings one."""
    picture = "{image: {url: https://acme.example/b.png, alt_text: The console}}"
    card = "{linkedin: {link_attachment: {url: https://acme.example/tips}}}"
    overrides = shown.replace("PICTURE", picture).replace("CARD", card)
    assert lines(plan_of(tmp_path, f"{TIP}    overrides: {{{overrides}}}\n")) == []


@pytest.mark.parametrize(
    ("times", "expected"), [(4, ["`tip 2`: has no image or video, and the other 3 of its series have one"]), (3, [])]
)
def test_a_picture_that_one_of_a_series_lacks(tmp_path: Path, times: int, expected: list[str]) -> None:
    """If at least three others have one: of fewer nobody knows what is usual."""
    posts = TIP.replace("times: 4", f"times: {times}, each: {{2: {{assets: []}}}}")
    assert [message for _, message in lines(plan_of(tmp_path, posts))] == expected


def test_a_picture_that_two_series_miss_is_one_line(tmp_path: Path) -> None:
    """Of five posts with numbered keys, four have texts that begin alike: the first series is named."""
    texts = ["Tip 1: press slash", "Tip 2: rest", "Tip 3: walk", "Tip 4: talk", "Another one"]
    pictures = ["", *[", image: https://acme.example/a.png, alt: The console"] * 4]
    posts = "".join(
        f"  - {{key: tip-{n}, due_at: 2030-03-0{n} 09:00, text: '{text}'{picture}}}\n"
        for n, (text, picture) in enumerate(zip(texts, pictures, strict=True), 1)
    )
    assert [message for _, message in lines(plan_of(tmp_path, f"channels: [twitter]\nposts:\n{posts}"))] == [
        "`tip-1`: has no image or video, and the other 4 of its series have one"
    ]


def test_another_picture(tmp_path: Path) -> None:
    """Unless it has the same description, and so is a crop of the same."""
    other = "    overrides: {linkedin: {assets: [{image: {url: https://acme.example/b.png, alt_text: ALT}}]}}\n"
    assert lines(plan_of(tmp_path, TIP + other.replace("ALT", "A cat"))) == [
        ("worth-a-look/pictures-differ", "`tip 1 to 4`: another image or video on LinkedIn than on X and Bluesky")
    ]
    assert lines(plan_of(tmp_path, TIP + other.replace("ALT", "The console"))) == []


def test_a_host_that_is_almost_the_usual_one(tmp_path: Path) -> None:
    """`acme.exmaple` once, `acme.example` in the other posts of the file."""
    other = TIP.replace("times: 4", "times: 4, each: {3: {text: 'Tip: https://acme.exmaple/tips'}}")
    assert lines(plan_of(tmp_path, other)) == [
        ("worth-a-look/almost-a-host", "`tip 3`: links to acme.exmaple, everything else to acme.example")
    ]
    assert lines(plan_of(tmp_path, other.replace("acme.exmaple", "partner.example"))) == []


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("Join us on Friday, 15 March", ""),
        ("Join us on Thursday, 15 March", "its text says “Thursday, 15 March”, and 15 March 2030 is a Friday"),
        ("Join us on March 15th (Thursday).", "its text says “March 15th (Thursday)”, and 15 March 2030 is a Friday"),
        ("Am Donnerstag, den 15. März", "its text says “Donnerstag, den 15. März”, and 15 March 2030 is a Friday"),
        ("Tomorrow, Friday, at 15:00", ""),
        ("Tomorrow (Thursday) at 15:00", "its text says “Tomorrow (Thursday)”, and it goes out on Thursday 14 March"),
        ("Today, 15 March: our webinar", "its text says “Today, 15 March”, and it goes out on Thursday 14 March"),
        ("On Thursday, January 3 2030", ""),
        ("We sat and may 3 people say so on friday", ""),
        ("Monday to Friday, 9 to 5. In 3 May issues", ""),
        ("Tonight", ""),
    ],
)
def test_days_that_do_not_fit(tmp_path: Path, text: str, says: str) -> None:
    """A weekday beside a date, and today and tomorrow against the time of the post, a Thursday."""
    assert one(tmp_path, text) == ([f"`webinar`: {says}"] if says else [])


def _moved(plan: Plan, days: int) -> Plan:
    """The same posts, which were to go out `days` earlier."""
    changes = []
    for each in plan.changes:
        assert each.due_at is not None
        before = (each.due_at - timedelta(days=days)).isoformat()
        difference = Difference("due_at", before, each.due_at.isoformat())
        changes.append(replace(each, action=Action.UPDATE, differences=(difference,)))
    return replace(plan, changes=tuple(changes))


def test_a_move_to_another_weekday(tmp_path: Path) -> None:
    """Once for an entry and both days; by whole weeks nothing."""
    plan = plan_of(tmp_path, TIP)
    assert lines(_moved(plan, 2)) == [("worth-a-look/other-weekday", "`tip 1 to 4`: moved from Saturday to Monday")]
    assert lines(_moved(plan, 7)) == []


def test_entries_that_move_alike_are_one_line(tmp_path: Path) -> None:
    """If their days differ, the line does not name them."""
    news = "  - {key: news, due_at: 'start+0d 12:00', text: News}\n"
    assert lines(_moved(plan_of(tmp_path, TIP + news), 2)) == [
        ("worth-a-look/other-weekday", "`tip 1 to 4, news`: moved from Saturday to Monday")
    ]
    other = news.replace("+0d", "+1d")
    assert lines(_moved(plan_of(tmp_path, TIP + other), 2)) == [
        ("worth-a-look/other-weekday", "`tip 1 to 4, news`: moved to another day of the week")
    ]


@pytest.mark.parametrize("day", ["Friday", "8 March", "tomorrow"])
def test_a_text_that_names_a_day_and_was_only_moved(tmp_path: Path, day: str) -> None:
    """It was right before."""
    plan = plan_of(tmp_path, TIP.replace("Tip $(number)", f"See you on {day}"))
    assert lines(_moved(plan, 7)) == [
        ("worth-a-look/wrong-day", f"`tip 1 to 4`: its text names “{day}”, and only its time was moved")
    ]


def test_the_day_of_a_post_is_no_stray_date(tmp_path: Path) -> None:
    """Nothing for a post that names its own day, though the others of its file name the day after it."""
    days = "".join(
        f"  - {{key: k{n}, due_at: 2030-03-0{n} 09:00, text: 'Number {n}: join us on {named} March'}}\n"
        for n, named in ((2, 8), (3, 8), (4, 8), (7, 7))
    )
    assert lines(plan_of(tmp_path, f"channels: [twitter]\nposts:\n{days}")) == []


def test_repetitions_of_an_entry_may_be_nearly_the_same(tmp_path: Path) -> None:
    """Two entries are a mistake; what one entry says again is meant."""
    text = "We are hiring in Lisbon and in Oslo"
    again = "  - {key: again, due_at: 2030-03-12 09:00, text: 'TEXT!'}\n"
    once = "channels: [twitter]\nposts:\n  - {key: jobs, due_at: 2030-03-05 09:00, text: TEXTREPEAT}\n"
    repeat = ", repeat: {every: 1 week, times: 2, each: {2: {text: 'TEXT!'}}}"
    assert [
        [message for _, message in lines(plan_of(tmp_path, posts.replace("TEXT", text)))]
        for posts in (once.replace("REPEAT", "") + again, once.replace("REPEAT", repeat))
    ] == [["`again`: nearly the same text as `jobs`, 7 days before"], []]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("See https://www.rival.example/prices", ["`webinar`: names rival.example, which `watch` lists"]),
        ("See https://acme.example/compare/rival.example", []),
    ],
)
def test_a_site_is_watched_where_links_lead_to_it(tmp_path: Path, text: str, expected: list[str]) -> None:
    """A page elsewhere that only names it is none of its pages."""
    posts = f"channels: [twitter]\nposts:\n  - {{key: webinar, due_at: 2030-03-14 09:00, text: '{text}'}}\n"
    plan = plan_of(tmp_path, posts)
    watch = Settings(policy=Policy(watch=("rival.example",)))
    assert [each.message for each in worth_a_look(plan, watch)] == expected


def test_a_day_that_is_counted_moves_with_its_post(tmp_path: Path) -> None:
    """Nothing, since `$(due_at | EEEE)` stays right; only a day that was written out may be wrong now."""
    plan = plan_of(tmp_path, TIP.replace('text: "Tip', 'text: "$(due_at | EEEE), $(start | d MMMM): tip'))
    assert lines(_moved(plan, 7)) == []


def test_two_items_of_a_channel_close_to_each_other(tmp_path: Path) -> None:
    """No line: a rule of the files (BC106) reports it, and once is enough."""
    news = "  - {key: news, due_at: 2030-03-11 09:05, channels: [twitter], text: News}\n"
    assert lines(plan_of(tmp_path, TIP + news)) == []


def test_somebody_elses_post_close_to_ours(tmp_path: Path) -> None:
    """Its time and channel, never its text; ten minutes away is not close."""
    plan = plan_of(tmp_path, TIP)
    change = plan.changes[0]
    assert change.due_at is not None
    for minutes, expected in ((9, ["`tip 1`: somebody else's post goes out at 09:09 on twitter:acme"]), (10, [])):
        theirs = Beside("post-1", change.slot.channel_id, change.due_at + timedelta(minutes=minutes), "Private")
        assert [message for _, message in lines(replace(plan, beside=(theirs,)))] == expected


@pytest.mark.parametrize("name", ["links-differ", "pictures-differ"])
def test_each_line_can_be_turned_off(tmp_path: Path, name: str) -> None:
    """By its name below that of the rule, in `rules` of the root file; and all of them at once."""
    plan, code = plan_of(tmp_path, TIP + f"    overrides: {{linkedin: {OTHER}}}\n"), f"worth-a-look/{name}"
    assert code in {found for found, _ in lines(plan)}
    assert code not in {found for found, _ in lines(plan, **{code: "off"})}
    assert lines(plan, **{"worth-a-look": "off"}) == []
    assert code in {rule.code for rule in RULES}


def test_lines_say_which_posts_they_are_about(tmp_path: Path) -> None:
    """By address, so that a page can lead to them: here one occurrence on three networks."""
    (line,) = worth_a_look(
        plan_of(tmp_path, TIP.replace("times: 4}", "times: 4, each: {2: {text: 'Price TBD'}}}")), Settings()
    )
    assert [each.rpartition("/")[2] for each in line.addresses] == ["tip-2"] * 3


def test_every_mistake_has_its_line(tmp_path: Path) -> None:
    """However many there are; forms for people count those after the first twelve."""
    posts = "".join(
        f"  - {{key: k{n}, due_at: 2030-03-{n:02} 09:00, channels: [twitter], text: 'On Monday, {n} March 2031'}}\n"
        for n in range(4, 10)
    )
    wrong = "".join(
        f"  - {{key: j{n}, due_at: 2030-04-{n:02} 09:00, channels: [twitter], text: 'On Tuesday, {n} April 2030'}}\n"
        for n in range(3, 9)
    )
    assert len(lines(plan_of(tmp_path, f"posts:\n{posts}{wrong}"))) == 12


@pytest.mark.parametrize("example", sorted(path.parent.name for path in ROOT.glob("examples/*/buffer.yaml")))
def test_examples_get_no_line(example: str) -> None:
    """None of the examples has anything that is worth a look."""
    assert lines(plan_at(ROOT / "examples" / example)) == []


def test_three_planted_mistakes_are_found(tmp_path: Path) -> None:
    """In a campaign of 115 posts: a wrong link on one network, a webinar a day early, a picture lost on one network."""
    folder = tmp_path / "campaign"
    shutil.copytree(CAMPAIGN, folder)
    path = folder / "posts" / "atlas.yaml"
    good = path.read_text(encoding="utf-8")
    assert lines(plan_at(folder)) == []
    planted = good.replace("due_at: 2030-01-23 10:00", "due_at: 2030-01-22 10:00").replace(
        "3: {vars: {tip: ask who changed this box last}}",
        "3: {vars: {tip: ask who changed this box last}, overrides: {bluesky: {assets: []}}}",
    )
    linkedin = planted.replace(
        "who to call about it: $(site)/launch\n", "who to call about it: https://atlas.exmaple/launch\n"
    )
    path.write_text(linkedin, encoding="utf-8")
    names = [code.removeprefix("worth-a-look/") for code, _ in lines(plan_at(folder))]
    assert names == ["almost-a-host", "wrong-day", "pictures-differ"]  # the wrong link once


@settings(max_examples=examples(200))
@given(campaigns())
def test_drawn_campaigns_get_few_lines(campaign: tuple[dict[str, Any], dict[str, Any]]) -> None:
    """At most three, however odd their texts and times are."""
    with tempfile.TemporaryDirectory() as name:
        desired = loaded(Path(name), campaign[0])
    if isinstance(desired, Desired):
        assert len(lines(offline(desired, State(), endpoint="", now=DRAWN_AT))) <= 3


def test_a_first_comment_on_instagram(tmp_path: Path) -> None:
    """One line for all new posts that have one, since Buffer was seen to lose it; none on other networks."""
    posts = """\
channels: [instagram, facebook]
posts:
  - {key: one, due_at: 2030-03-14 09:00, text: One, PHOTO, metadata: {instagram: {first_comment: First}}}
  - {key: two, due_at: 2030-03-15 09:00, text: Two, PHOTO, metadata: {instagram: {first_comment: First}}}
  - {key: three, due_at: 2030-03-16 09:00, text: Three, PHOTO, metadata: {facebook: {first_comment: First}}}
""".replace("PHOTO", "image: https://acme.example/a.jpg, alt: The console")
    plan_of(tmp_path, "posts: []")
    more = "      - {service: instagram, name: acme}\n      - {service: facebook, name: acme}\n"
    (tmp_path / "buffer.yaml").write_text(FILES + more)
    (tmp_path / "posts" / "tip.yaml").write_text(posts)
    message = "`one, two`: Buffer was seen to drop first comments on Instagram; apply reports a lost one"
    assert lines(plan_at(tmp_path)) == [("worth-a-look/first-comment-may-be-lost", message)]
