"""What is kept from run to run: the words in which it is stored, and when an object counts as untouched since."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Annotated

import pytest

from bufferctl.model import (
    Address,
    Asset,
    Channel,
    Desired,
    Expansion,
    Freeze,
    Idea,
    Image,
    Likeness,
    LiveChannel,
    LiveIdea,
    LivePost,
    MediaFile,
    Origin,
    Policy,
    Post,
    PostStatus,
    SchedulingType,
    Service,
    ShareMode,
    bind,
    content_of_desired,
    content_of_live,
)
from bufferctl.model.about import About, fields_with
from bufferctl.model.attached import files_of, with_files
from bufferctl.model.comparable import contents_match, list_differences, with_board_of
from bufferctl.model.desired import GIT_BRANCH, GIT_REMOTE, means
from bufferctl.model.entries import Occurrence, named, occurrence_of
from bufferctl.model.enums import MediaType
from bufferctl.model.media_file import CONTENT_TYPES
from bufferctl.model.metadata import PinterestMetadata
from bufferctl.model.seen import has_renamed_board, is_untouched
from tests.model.samples import PLACE
from tests.model.test_comparable import LIVE, NOW, POST

TIMED = replace(POST, due_at=NOW, mode=ShareMode.CUSTOM_SCHEDULED)
THERE = replace(LIVE, is_custom_scheduled=True, share_mode="customScheduled")


def test_the_words_of_states_and_answers() -> None:
    """Another word would make every stored state, or every answer, unreadable."""
    assert [*Likeness] == [
        "same-text",
        "same-time",
        "similar-text",
        "no-text",
        "rewritten-links",
        "same-title",
        "let-go",
        "edited-since",
        "lost",
        "unanswered",
    ]
    assert [*Origin] == ["created", "recovered", "adopted", "imported"]
    assert [*PostStatus] == ["draft", "needs_approval", "scheduled", "sending", "sent", "error"]
    assert [*ShareMode] == ["addToQueue", "shareNext", "shareNow", "customScheduled"]
    assert [*SchedulingType] == ["automatic", "notification"]
    assert {"image", "gif", "document", "video", "link"} <= {*MediaType}
    assert {"twitter", "googlebusiness", "startPage"} <= {*Service}
    assert (GIT_REMOTE, GIT_BRANCH) == ("origin", "bufferctl-state")


def test_a_channel_that_says_nothing_of_itself() -> None:
    """It publishes at its times: neither disconnected, locked, paused nor for reminders alone, and no link is short."""
    channel = LiveChannel("c", "o", Service.TWITTER, "acme")
    assert channel.timezone == "UTC"
    assert not any((channel.is_disconnected, channel.is_locked, channel.is_queue_paused, channel.only_reminds))
    assert (channel.link_shortening, channel.max_characters, channel.posting_times) == (False, None, ())


def test_a_post_of_which_only_a_text_is_given() -> None:
    """It takes its turn in the queue, and Buffer publishes it: no draft, to be approved by nobody, not protected."""
    assert (POST.mode, POST.scheduling_type, POST.reminds) == (ShareMode.ADD_TO_QUEUE, SchedulingType.AUTOMATIC, False)
    assert replace(POST, scheduling_type=SchedulingType.NOTIFICATION).reminds
    assert not any((POST.draft, POST.needs_approval, POST.cancelled, POST.protect))


def test_what_a_live_object_says_of_itself() -> None:
    """Where it is, and whether Buffer only reminds a person of it; an automatic post often reads back as nothing."""
    assert (LIVE.home, LiveIdea("1", "o", NOW).is_out) == ("c", False)
    reminding = replace(LIVE, scheduling_type=SchedulingType.NOTIFICATION)
    assert [reminding.reminds, LIVE.reminds, replace(LIVE, scheduling_type=None).reminds] == [True, False, False]


def test_a_network_names_the_only_channel_of_it_in_an_organization() -> None:
    """Another organization's does not count; where there are two, each has its label."""
    acme, globex = (Channel(o, "twitter:a", Service.TWITTER, "a", None, PLACE) for o in ("Acme", "Globex"))
    other = replace(acme, label="twitter:b", name="b")
    address = Address("Acme", "twitter:a", "launch")
    assert Desired(channels=(acme, globex)).reference(address) == "twitter"
    assert Desired(channels=(acme, other)).reference(address) == "twitter:a"


def test_everything_that_is_declared() -> None:
    """Ideas first, since a post may belong to one."""
    idea = Idea(Address("Acme", "ideas", "a"), PLACE, title="T")
    assert Desired(posts=(POST,), ideas=(idea,)).items == (idea, POST)


def test_content_types() -> None:
    """Those that networks and browsers know the files by."""
    pictures = {each: f"image/{each}" for each in ("png", "gif", "webp")} | {"jpg": "image/jpeg"}
    films = {"mp4": "video/mp4", "mov": "video/quicktime", "webm": "video/webm"}
    assert pictures | films | {"pdf": "application/pdf"} == CONTENT_TYPES


def test_where_a_freeze_holds() -> None:
    """On every channel, or on those that it names; from its start until before its end."""
    freeze = Freeze(NOW, NOW + timedelta(hours=1))
    at_twitter = replace(freeze, channels=("twitter:acme",))
    assert freeze.holds(NOW, "twitter:acme")
    assert at_twitter.holds(NOW, "twitter:acme")
    assert not at_twitter.holds(NOW, "bluesky:acme")
    assert not freeze.holds(freeze.end, "twitter:acme")
    assert not freeze.holds(NOW - timedelta(seconds=1), "twitter:acme")


def test_which_freeze_holds() -> None:
    """Those that hold then on that channel, by its network or its label; they count as one if they overlap."""
    summer, strike = Freeze(NOW, NOW + timedelta(days=9), "summer", ("twitter",)), Freeze(NOW, NOW + timedelta(days=1))
    policy = Policy(freeze=(summer, strike))
    assert policy.frozen(NOW, "twitter:acme") == replace(summer, channels=())
    assert policy.frozen(NOW, "bluesky:acme") == strike
    assert policy.frozen(NOW + timedelta(days=2), "bluesky:acme") is None


def test_how_many_posts_a_day_may_have() -> None:
    """By the channel's label, else by its network, else as for all; no number is no limit."""
    policy = Policy(per_day=5, posts_per_day={"twitter": 3, "twitter:acme": 1})
    assert [policy.most_per_day(each) for each in ("twitter:acme", "twitter:jobs", "bluesky:acme")] == [1, 3, 5]
    assert Policy().most_per_day("twitter:acme") is None
    assert (means("twitter", "twitter:acme"), means("twitter:a", "twitter:acme")) == (True, False)


def test_what_the_files_may_call_a_channel() -> None:
    """Its network, its name and its id, as far as the files have them."""
    channel = Channel("Acme", "twitter:acme", Service.TWITTER, "acme", "66a0", PLACE)
    assert channel.references == ("twitter", "twitter:acme", "twitter:66a0")
    assert replace(channel, name=None).references == ("twitter", "twitter:66a0")
    assert replace(channel, id=None).references == ("twitter", "twitter:acme")


TOUCHES: dict[str, Callable[[LivePost], LivePost]] = {
    "text": lambda live: replace(live, text="Somebody's"),
    "time": lambda live: replace(live, due_at=NOW + timedelta(minutes=1)),
    "status": lambda live: replace(live, status=PostStatus.DRAFT),
}


@pytest.mark.parametrize("touch", TOUCHES)
def test_a_post_that_somebody_touched(touch: str) -> None:
    """Its content, its time or its status differ from what bufferctl saw last."""
    binding = bind(TIMED, THERE, Origin.CREATED)
    assert is_untouched(binding, THERE)
    assert not is_untouched(binding, TOUCHES[touch](THERE))


def test_a_place_in_the_queue_is_no_touch() -> None:
    """It moves by itself; a time of its own is somebody's."""
    binding = bind(POST, LIVE, Origin.CREATED)
    moved = replace(LIVE, due_at=NOW + timedelta(days=1))
    assert is_untouched(binding, moved)
    assert not is_untouched(binding, replace(moved, is_custom_scheduled=True, share_mode="customScheduled"))


def test_an_idea_that_somebody_touched() -> None:
    """Its content."""
    idea = Idea(Address("Acme", "ideas", "a"), PLACE, title="T")
    live = LiveIdea("1", "o", NOW, "T")
    binding = bind(idea, live, Origin.CREATED)
    assert (is_untouched(binding, live), is_untouched(binding, replace(live, title="U"))) == (True, False)


def test_a_rewritten_link_is_a_difference_unless_it_may_be() -> None:
    """By default it is one."""
    desired = content_of_desired(POST)
    live = content_of_live(replace(LIVE, text=POST.text.replace("https://acme.example/long", "https://buff.ly/1")))
    assert [name for name, _, _ in list_differences(desired, live)] == ["text"]
    assert list(list_differences(desired, live, links_may_differ=True)) == []
    assert (contents_match(desired, live), contents_match(desired, live, links_may_differ=True)) == (False, True)


PIN = replace(POST, service=Service.PINTEREST, metadata=PinterestMetadata(board="News"))
ON_OLD_NEWS = replace(LIVE, metadata={"board": "Old news", "board_service_id": "1"})
ON_NEWS = replace(LIVE, metadata={"board": "News", "board_service_id": "1"})


@pytest.mark.parametrize(("sent", "expected"), [(None, ON_NEWS), ("1", ON_NEWS), ("2", ON_OLD_NEWS)])
def test_a_board_that_was_renamed(sent: str | None, expected: LivePost) -> None:
    """The file's name stands for it, as long as its id, if one was sent, is the same."""
    item = replace(PIN, metadata=PinterestMetadata(board="News", board_service_id=sent))
    assert with_board_of(item, ON_OLD_NEWS) == expected


@pytest.mark.parametrize(
    ("item", "live"),
    [
        (POST, ON_OLD_NEWS),
        (PIN, replace(ON_OLD_NEWS, metadata={})),
        (PIN, ON_NEWS),
        (replace(PIN, metadata=PinterestMetadata(board_service_id="1")), ON_OLD_NEWS),
    ],
    ids=["no pin", "on no board", "not renamed", "without a name"],
)
def test_no_board_that_was_renamed(item: Post, live: LivePost) -> None:
    """It stays as it is."""
    assert with_board_of(item, live) == live


def test_an_idea_has_no_board() -> None:
    """It stays as it is."""
    idea = LiveIdea("1", "o", NOW, "T")
    assert with_board_of(Idea(Address("Acme", "ideas", "a"), PLACE, title="T"), idea) is idea


@pytest.mark.parametrize(
    ("live", "expected"), [(ON_OLD_NEWS, True), (replace(ON_OLD_NEWS, text="Somebody's"), False), (ON_NEWS, False)]
)
def test_a_renamed_board_is_all_that_changed(live: LivePost, expected: bool) -> None:
    """Otherwise somebody edited the post."""
    assert has_renamed_board(PIN, live, bind(PIN, ON_NEWS, Origin.CREATED).seen) is expected


def at(key: str, number: int = 0, organization: str = "Acme") -> Occurrence:
    """An occurrence of an entry."""
    return Occurrence(organization, key, None, number)


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ([at("launch")], "launch"),
        ([at("tip", 3)], "tip 3"),
        ([at("tip", n) for n in (2, 3, 4, 5)], "tip 2 to 5"),
        ([at("tip", n) for n in (9, 2, 4, 3)], "tip 2 to 4 and 9"),
        ([at("tip", n) for n in (1, 3, 5)], "tip 1, 3 and 5"),
        ([at("tip", n) for n in (1, 2)] + [at("launch")], "tip 1 to 2, launch"),
        ([at("a"), at("a", organization="Beta")], "a, a"),
        ([at(key) for key in "abcde"], "a, b, c and 2 more"),
    ],
)
def test_entries_are_named_with_their_occurrences(found: list[Occurrence], said: str) -> None:
    """In runs; a few of many entries."""
    assert named(found) == said


TIP = Address("Acme", "twitter:acme", "tip-3")
THIRD = replace(POST, address=TIP, expansion=Expansion(number=3, times=5))


@pytest.mark.parametrize(
    ("item", "expected", "name"),
    [
        (THIRD, Occurrence("Acme", "tip", PLACE, 3), "tip 3"),
        (replace(THIRD, expansion=None), Occurrence("Acme", "tip-3", PLACE), "tip-3"),
        (None, Occurrence("Acme", "tip-3"), "tip-3"),
    ],
    ids=["repeated", "once", "not in the files"],
)
def test_the_entry_of_an_object(item: Post | None, expected: Occurrence, name: str) -> None:
    """Its key without its number; without the files, each key is its own."""
    found = occurrence_of(TIP, item)
    assert (found, found.name) == (expected, name)


def test_an_idea_is_no_occurrence() -> None:
    """It has no number."""
    assert Idea(Address("Acme", "ideas", "a"), PLACE).number == 0


def test_a_post_has_files_if_one_of_its_attachments_is_one() -> None:
    """Whether the first or the last of them; one at an address is none."""
    file, url = (Asset(image=each) for each in (Image(file=MediaFile(path="a.png")), Image(url="https://a.example/b")))
    for assets, count in (((file,), 1), ((url, file), 1), ((file, url), 1), ((url,), 0), ((), 0)):
        item = replace(POST, assets=assets)
        assert len(list(files_of(item))) == count
        after = with_files(item, lambda each: MediaFile(path="b.png"))
        assert [each.file.path for each in files_of(after) if each.file] == ["b.png"] * count


@dataclass
class Declared:
    """Fields of which something is stated at every depth."""

    outer: Annotated[Annotated[str, About(prose=True)] | None, About(order=1)]
    other: str


def test_what_is_stated_deep_in_a_type_counts_for_its_field() -> None:
    """In an annotated union, too."""
    assert (
        fields_with(Declared, lambda each: each.prose).keys()
        == fields_with(Declared, lambda each: each.order > 0).keys()
        == {"outer"}
    )
