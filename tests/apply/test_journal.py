"""The journal: what outlives a run, and what it does with what it cannot read."""

from __future__ import annotations

import json
import stat
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bufferctl.apply import FileJournal
from bufferctl.apply.ports import Intent, Settled
from bufferctl.errors import PartWayError, StateError
from bufferctl.model import Binding, CreateIdea, CreatePost, DeletePost, EditPost, Idea, LiveTag, Origin, Post, Slot
from tests.apply.disk import fill, make_room
from tests.apply.fake import START, idea, post
from tests.apply.machine import ENDPOINT, slot, slots

A, B, C = post("a"), post("b"), post("c", channel=1)
UNTIL = START + timedelta(seconds=30)


def intent(number: int, item: Post | Idea = A) -> Intent:
    """The create of a declared object."""
    write = CreatePost(item, slot(item).channel_id) if isinstance(item, Post) else CreateIdea(item, "org")
    return Intent(number, slot(item), write, START, UNTIL)


def bound(live_id: str, item: Post | Idea = A) -> Binding:
    """A binding of a declared object."""
    return Binding(live_id, Origin.CREATED, "1:x:y:z", "seen", address=str(item.address), file="buffer.yaml")


def done(number: int, live_id: str, item: Post | Idea = A) -> Settled:
    """A create that was carried out."""
    return Settled(number, slot(item), done=True, binding=bound(live_id, item))


class Journals:
    """Journals of one folder, each as a new process would read it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __call__(self, *items: Post | Idea, endpoint: str = ENDPOINT) -> FileJournal:
        journal = FileJournal(self.folder, endpoint)
        journal.claim(slots(items or (A, B, C)))
        return journal

    @property
    def files(self) -> list[Path]:
        return sorted(self.folder.rglob("*.*"))

    @property
    def file(self) -> Path:
        (one,) = self.files
        return one


@pytest.fixture
def journals(tmp_path: Path) -> Journals:
    """A folder without journals."""
    return Journals(tmp_path / "user")


def test_nothing_is_written_before_there_is_something(journals: Journals) -> None:
    """No folder, no file; also where there is nothing to forget."""
    journal = journals()
    journal.listed("c0", {"1"})
    journal.compact()
    assert not journals.folder.exists()


def test_what_was_intended_is_read_back(journals: Journals) -> None:
    """Every kind of write, equal to what was sent, readable for its owner alone."""
    intents = [
        intent(1),
        intent(2, idea("i", "An idea")),
        Intent(3, slot(B), EditPost("7", B, "c0", ("t1",), "i1", reschedule=True), START, UNTIL, "digest scheduled "),
        Intent(4, slot(C), DeletePost("8", "c1"), START + timedelta(microseconds=5), UNTIL),
        Intent(5, slot(A), CreateIdea(idea("j"), "org", (LiveTag("t", "launch", "#fff"),)), START, UNTIL),
    ]
    journals().intend(intents)
    assert journals(A, B, C, idea("i")).open == tuple(intents)
    assert stat.S_IMODE(journals.file.stat().st_mode) == 0o600


@pytest.mark.parametrize("organization", ["../../elsewhere", "a/b", "x" * 3000, "Ärger \N{BEER MUG}", "NUL\0", ""])
def test_any_id_of_an_organization_has_its_file(journals: Journals, organization: str) -> None:
    """One file in the journal's own folder, read back, kept while it is open and gone at the end: ids are opaque."""
    asked = replace(intent(1), slot=replace(slot(A), organization_id=organization))
    journal = FileJournal(journals.folder, ENDPOINT)
    journal.claim({asked.slot})
    journal.intend([asked])
    journal.compact()
    assert journals.file.parent.parent == journals.folder
    again = FileJournal(journals.folder, ENDPOINT)
    again.claim({asked.slot})
    assert again.open == (asked,)
    again.settle([Settled(1, asked.slot, done=False)])
    again.compact()
    assert journals.files == []


def test_what_became_of_it_is_read_back(journals: Journals) -> None:
    """Open ones are those that nothing is known of; what was found out is told by slot."""
    journal = journals()
    journal.intend([intent(1), intent(2, B), intent(3, C)])
    journal.settle([done(1, "x"), Settled(2, slot(B), done=False)])
    again = journals()
    assert [i.number for i in again.open] == [3]
    assert again.bindings == {slot(A): bound("x")}
    assert again.next_number == 4


def test_a_delete_leaves_nothing_there(journals: Journals) -> None:
    """None: state is to hold nothing of it."""
    journal = journals()
    journal.settle([Settled(1, slot(A), done=True)])
    assert journals().bindings == {slot(A): None}


def test_what_was_listed_before_a_create_cannot_be_it(journals: Journals) -> None:
    """Listed before it was sent: not it. Listed only later: perhaps. Another's binding: never."""
    journal = journals()
    journal.listed("c0", {"old"})
    journal.intend([intent(1)])
    journal.listed("c0", {"old", "new"})
    journal.intend([intent(2, B)])
    journal.settle([done(2, "b", B)])
    for each in (journal, journals()):
        assert set(each.known(intent(1))) == {"old", "b"}
        assert set(each.known(intent(3))) == {"old", "new", "b"}


def test_numbers_are_never_used_twice(journals: Journals) -> None:
    """Also after what was settled is forgotten: what was listed goes by them."""
    journal = journals()
    journal.intend([intent(1)])
    journal.settle([done(1, "x")])
    journal.compact()
    assert journal.next_number == 2


@pytest.mark.parametrize("cut", [1, 5, 30])
def test_a_torn_last_line_is_passed_over(journals: Journals, cut: int) -> None:
    """The power went while it was written, so nothing of it was sent; the next line starts where it started."""
    journal = journals()
    journal.intend([intent(1)])
    journal.intend([intent(2, B)])
    journals.file.write_bytes(journals.file.read_bytes()[:-cut])
    torn = journals()
    assert [i.number for i in torn.open] == [1]
    torn.intend([intent(2, C)])
    assert [i.slot.key for i in journals().open] == ["a", "c"]


def test_a_torn_head_is_passed_over(journals: Journals) -> None:
    """The very first line."""
    journals().intend([intent(1)])
    journals.file.write_bytes(journals.file.read_bytes()[:10])
    journals().intend([intent(1)])
    assert [i.number for i in journals().open] == [1]
    assert (
        json.loads(journals.file.read_text(encoding="utf-8").splitlines()[0].partition(" ")[2])["endpoint"] == ENDPOINT
    )


@pytest.mark.parametrize("damage", [lambda line: b"\x00" * len(line), lambda line: line[:-2], lambda line: b""])
def test_a_damaged_line_in_the_middle_is_refused(journals: Journals, damage: object) -> None:
    """It may have told of a post: StateError, with the file, the line and what to do."""
    journal = journals()
    journal.intend([intent(1)])
    journal.intend([intent(2, B)])
    lines = journals.file.read_bytes().splitlines()
    lines[1] = damage(lines[1])  # type: ignore[operator]  # the functions above
    journals.file.write_bytes(b"\n".join(lines) + b"\n")
    with pytest.raises(StateError, match=r"damaged in line 2.*which posts may exist") as raised:
        journals()
    assert str(journals.file) in raised.value.message
    assert raised.value.hint


def test_a_newer_journal_is_refused(journals: Journals) -> None:
    """What its lines mean is not known here."""
    journals().intend([intent(1)])
    text = b'{"type":"journal","format":2}'
    from zlib import crc32

    journals.file.write_bytes(b"%08x %s\n" % (crc32(text), text))
    with pytest.raises(StateError, match="newer bufferctl"):
        journals()


def test_an_unreadable_journal_is_refused(journals: Journals) -> None:
    """Without it nobody knows what may exist already."""
    journals().intend([intent(1)])
    path = journals.file
    path.unlink()
    path.mkdir()
    with pytest.raises(StateError, match="cannot be read"):
        journals()


def test_compacting_forgets_what_is_settled(journals: Journals) -> None:
    """No file is left; nothing is remembered."""
    journal = journals()
    journal.intend([intent(1)])
    journal.settle([done(1, "x")])
    journal.compact()
    assert journals.files == []
    assert journals().bindings == {}


def test_compacting_keeps_what_is_open(journals: Journals) -> None:
    """With what was listed before it, and that a person was asked."""
    journal = journals()
    journal.listed("c0", {"old"})
    journal.intend([intent(1), intent(2, B), intent(3, C)])
    journal.settle([done(1, "x")])
    journal.listed("c0", {"new"})
    journal.hold({2: ("7", "8")})
    journal.compact()
    for each in (journal, journals()):
        assert [i.number for i in each.open] == [2, 3]
        assert each.held == {2: ("7", "8")}
        assert set(each.known(intent(2, B))) == {"old", "x"}
        assert each.bindings == {}


def test_what_was_known_before_compacting_travels_with_the_next_intent(journals: Journals) -> None:
    """The file was emptied meanwhile, and the project's state may be gone when it is read."""
    journal = journals()
    journal.listed("c0", {"old"})
    journal.intend([intent(1)])
    journal.settle([done(1, "x")])
    journal.compact()
    journal.intend([intent(2, B)])
    assert set(journals().known(intent(2, B))) == {"old", "x"}


def test_after_compacting_it_goes_on(journals: Journals) -> None:
    """The same object and a new process append to the same file."""
    journal = journals()
    journal.intend([intent(1)])
    journal.compact()
    journal.intend([intent(2, B)])
    journal.compact()
    journals().intend([intent(3, C)])
    assert [i.number for i in journals().open] == [1, 2, 3]


def test_another_project_s_slots_are_left_alone(journals: Journals) -> None:
    """Neither settled nor forgotten nor taken for ours; their addresses are told."""
    other = journals(B, C)
    other.intend([intent(1, B), intent(2, C)])
    other.settle([done(1, "b", B)])
    mine = journals(A)
    assert mine.open == ()
    assert mine.bindings == {}
    assert mine.stray == (str(B.address), str(C.address))
    mine.intend([intent(mine.next_number)])
    mine.settle([done(3, "a")])
    mine.compact()
    again = journals(B, C)
    assert [i.number for i in again.open] == [2]
    assert again.bindings == {slot(B): bound("b", B)}
    assert again.stray == ()


def test_another_project_s_listing_spoils_nothing(journals: Journals) -> None:
    """It lists, in the same channel, the post that our open create became: that may still be it."""
    mine = journals(A)
    mine.listed("c0", {"old"})
    mine.intend([intent(1)])
    other = journals(B)
    other.listed("c0", {"old", "ours"})
    other.intend([intent(2, B)])
    other.settle([done(2, "b", B)])
    other.compact()
    assert set(journals(A).known(intent(1))) == {"old", "b"}


def test_what_state_holds_under_another_key_is_forgotten(journals: Journals) -> None:
    """The key was renamed after a crash: its post is in state, so nobody is told that it is a stray."""
    journals(A).settle([done(1, "x")])
    renamed = journals(B)
    assert renamed.stray == (str(A.address),)
    renamed.compact({"x"})
    assert journals(B).stray == ()


def test_before_anything_is_claimed_nothing_is_ours(journals: Journals) -> None:
    """Whoever forgets to claim settles and forgets nothing."""
    journals().intend([intent(1)])
    blank = FileJournal(journals.folder, ENDPOINT)
    blank.compact()
    assert blank.open == ()
    assert len(journals().open) == 1


def test_endpoints_are_kept_apart(journals: Journals) -> None:
    """The sandbox's writes are no business of the real account's."""
    journals().intend([intent(1)])
    other = journals(endpoint="https://api.buffer.com")
    assert other.open == ()
    assert other.next_number == 1


def test_organizations_have_a_file_each(journals: Journals) -> None:
    """`org.journal` and `org2.journal`, read together, numbered together."""
    journal = journals()
    second = Slot("org2", "c9", "a")
    journal.claim({slot(A), second})
    journal.intend([intent(1), Intent(2, second, CreatePost(A, "c9"), START, UNTIL)])
    assert [path.name for path in journals.files] == ["org.journal", "org2.journal"]
    assert journals().next_number == 3


def test_a_full_disk_is_said_and_leaves_whole_lines(journals: Journals) -> None:
    """PartWayError; what could not be recorded is not remembered; with room again it goes on."""
    journal = journals()
    journal.intend([intent(1)])
    fill()
    try:
        with pytest.raises(PartWayError, match=r"can no longer be recorded.*nothing more is sent"):
            journal.intend([intent(2, B)])
        with pytest.raises(PartWayError):
            journal.settle([done(1, "x")])
    finally:
        make_room()
    assert [i.number for i in journal.open] == [1]
    journal.intend([intent(2, C)])
    assert [i.slot.key for i in journals().open] == ["a", "c"]


def test_any_text_is_kept(journals: Journals) -> None:
    """Line separators, emoji and half of one, quotes."""
    odd = post("a", "one\u2028two\r\n\x85 \U0001f600 \ud83d \"'\\")
    journals().intend([intent(1, odd)])
    (read,) = journals().open
    assert isinstance(read.write, CreatePost)
    assert read.write.post.text == odd.text
