"""The journal: what survives a run, and how unreadable lines are handled."""

from __future__ import annotations

import json
import os
import stat
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from zlib import crc32

import pytest

from bufferctl.apply import FileJournal, Revision
from bufferctl.errors import PartWayError, StateError
from bufferctl.model import (
    Binding,
    CreateIdea,
    CreatePost,
    DeletePost,
    EditPost,
    Freeze,
    Idea,
    Intent,
    Origin,
    Post,
    Settled,
    Slot,
    Tag,
)
from tests.apply.disk import fill, make_room
from tests.apply.fake import START, idea, post
from tests.apply.machine import ENDPOINT, slot

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


def results(journal: FileJournal) -> dict[Slot, Binding | None]:
    """What was carried out, by slot; None: it no longer exists."""
    return {each.slot: each.binding for each in journal.results}


class Journals:
    """Journals of one folder, each read by a new process; `project` is the root file."""

    def __init__(self, folder: Path, project: Path) -> None:
        self.folder, self.project = folder, project

    def __call__(
        self,
        endpoint: str = ENDPOINT,
        project: str = "",
        lineage: str = "",
        homes: set[str] | None = None,
    ) -> FileJournal:
        root = self.project.parent / project if project else self.project
        journal = FileJournal(self.folder, endpoint, root, lineage)
        journal.limit_to_homes(homes)
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
    return Journals(tmp_path / "user", tmp_path / "buffer.yaml")


def line(values: dict[str, object]) -> bytes:
    """A line of a journal."""
    text = json.dumps(values).encode()
    return b"%08x %s\n" % (crc32(text), text)


def test_nothing_is_written_before_there_is_something(journals: Journals) -> None:
    """No folder, no file; not even to forget something."""
    journal = journals()
    journal.note_present("c0", {"1"})
    journal.compact()
    assert journals.files == []


def test_what_was_intended_is_read_back(journals: Journals) -> None:
    """Every kind of write, equal to the one sent, readable only by its owner."""
    intents = [
        intent(1),
        intent(2, idea("i", "An idea")),
        Intent(3, slot(B), EditPost("7", B, "c0", ("t1",), "i1", reschedule=True), START, UNTIL, "digest scheduled "),
        Intent(4, slot(C), DeletePost("8", "c1"), START + timedelta(microseconds=5), UNTIL),
        Intent(5, slot(A), CreateIdea(idea("j"), "org", (Tag("t", "launch", "#fff"),)), START, UNTIL),
        Intent(6, slot(B), CreatePost(B, "c0"), START, UNTIL, exempt=(Freeze(START, UNTIL, "Mourning"),)),
    ]
    journals().intend(intents)
    assert journals().open == tuple(intents)
    assert stat.S_IMODE(journals.file.stat().st_mode) == 0o600


def test_a_file_says_once_whose_it_is(journals: Journals) -> None:
    """In its first line, however often something is added, by this run or a later one."""
    journal = journals()
    journal.intend([intent(1)])
    journal.settle([done(1, "x")])
    journals().intend([intent(2, B)])
    lines = [json.loads(each.partition(b" ")[2]) for each in journals.file.read_bytes().splitlines()]
    assert [each["type"] for each in lines] == ["journal", "intent", "settled", "listed", "intent"]


def test_what_became_of_it_is_read_back(journals: Journals) -> None:
    """Open intents are those without a result; results are listed by slot."""
    journal = journals()
    journal.intend([intent(1), intent(2, B), intent(3, C)])
    journal.settle([done(1, "x"), Settled(2, slot(B), done=False)])
    again = journals()
    assert [i.number for i in again.open] == [3]
    assert results(again) == {slot(A): bound("x")}
    assert again.next_number == 4


def test_writes_of_a_channel_that_is_gone_count_on_its_successor(journals: Journals) -> None:
    """Under the new slot and not as open ones, which lists can settle; the file keeps them as they were sent."""
    journals().intend([intent(1), intent(2, B)])
    journal = journals(homes={"c9"})
    assert (journal.open, [each.number for each in journal.out_of_reach], journal.stranded) == ((), [1, 2], ())
    now = Slot("org", "c9", "a")
    journal.follow({1: now})
    assert [(each.number, each.slot) for each in journal.stranded] == [(1, now)]
    assert [each.slot for each in journal.unsettled] == [slot(A), slot(B)]
    journal.settle([Settled(1, now, done=False)])
    assert journal.stranded == ()
    assert [each.number for each in journals().open] == [2]


@pytest.mark.parametrize(("homes", "numbers"), [(None, []), ({"c0", "c1"}, []), ({"c1"}, [1]), (set(), [1, 2])])
def test_only_writes_of_what_the_account_lacks_are_out_of_reach(
    journals: Journals, homes: set[str] | None, numbers: list[int]
) -> None:
    """What has its own channel counts there, and nowhere else; where all homes count, nothing is out of reach."""
    journals().intend([intent(1), intent(2, C)])
    assert [each.number for each in journals(homes=homes).out_of_reach] == numbers


def test_a_delete_leaves_nothing_there(journals: Journals) -> None:
    """None: the state must have no entry for it."""
    journal = journals()
    journal.settle([Settled(1, slot(A), done=True)])
    assert results(journals()) == {slot(A): None}


def test_what_was_listed_before_a_create_cannot_be_it(journals: Journals) -> None:
    """Listed before it was sent: not a candidate. Listed only later: a candidate. Bound by another address: never."""
    journal = journals()
    journal.note_present("c0", {"old"})
    journal.intend([intent(1)])
    journal.note_present("c0", {"old", "new"})
    journal.intend([intent(2, B)])
    journal.settle([done(2, "b", B)])
    for each in (journal, journals()):
        (first,) = each.open
        assert each.ruled_out(first) == {"old", "b"}
    (third,) = journal.intend([intent(3)])
    assert journal.ruled_out(third) == {"old", "new", "b"}
    assert [each.number for each in journals().open] == [1, 3]
    assert journals().ruled_out(journals().open[1]) == {"old", "new", "b"}


def test_numbers_are_never_used_twice(journals: Journals) -> None:
    """Even after settled entries are forgotten: a question or a result names its intent by it."""
    journal = journals()
    journal.intend([intent(1)])
    journal.settle([done(1, "x")])
    journal.compact([1])
    assert journal.next_number == 2


def test_what_was_there_before_a_later_run_s_create_cannot_be_it(journals: Journals) -> None:
    """Listed after the last intent of an earlier run whose result is forgotten, so that its number is used again."""
    journal = journals()
    journal.note_present("c0", {"old"})
    journal.intend([intent(1), intent(2, C)])
    journal.settle([done(2, "x", C)])
    journal.note_present("c0", {"old", "person's"})
    journal.compact([2])
    later = journals()
    later.note_present("c0", {"old", "person's"})
    later.intend([intent(later.next_number, B)])
    first, second = journals().open
    assert (first.listed, second.listed) == (frozenset({"old"}), frozenset({"old", "person's"}))


@pytest.mark.parametrize("cut", [1, 5, 30])
def test_a_torn_last_line_is_passed_over(journals: Journals, cut: int) -> None:
    """The power failed during that line, so its request was not sent; the next line starts at the same place."""
    journal = journals()
    journal.intend([intent(1)])
    journal.intend([intent(2, B)])
    journals.file.write_bytes(journals.file.read_bytes()[:-cut])
    torn = journals()
    assert [i.number for i in torn.open] == [1]
    torn.intend([intent(2, C)])
    assert [i.slot.key for i in journals().open] == ["a", "c"]


def test_a_torn_head_is_passed_over(journals: Journals) -> None:
    """The very first line is torn."""
    journals().intend([intent(1)])
    journals.file.write_bytes(journals.file.read_bytes()[:10])
    journals().intend([intent(1)])
    assert [i.number for i in journals().open] == [1]
    assert (
        json.loads(journals.file.read_text(encoding="utf-8").splitlines()[0].partition(" ")[2])["endpoint"] == ENDPOINT
    )


@pytest.mark.parametrize("damage", [lambda line: b"\x00" * len(line), lambda line: line[:-2], lambda line: b""])
def test_a_damaged_line_in_the_middle_is_refused(journals: Journals, damage: object) -> None:
    """It may have recorded a post: StateError, with the file, the line and the fix."""
    journal = journals()
    journal.intend([intent(1)])
    journal.intend([intent(2, B)])
    lines = journals.file.read_bytes().splitlines()
    lines[1] = damage(lines[1])  # type: ignore[operator]  # the functions above
    journals.file.write_bytes(b"\n".join(lines) + b"\n")
    with pytest.raises(StateError, match=r"damaged in line 2.*posts that Buffer may have") as raised:
        journals()
    assert str(journals.file) in raised.value.message
    assert raised.value.hint


def test_an_unreadable_journal_is_refused(journals: Journals) -> None:
    """Without it, nobody knows which posts may already exist."""
    journals().intend([intent(1)])
    path = journals.file
    path.unlink()
    path.mkdir()
    with pytest.raises(StateError, match="cannot be read"):
        journals()


def test_compacting_keeps_what_is_open(journals: Journals) -> None:
    """Including the objects listed before it, and that a person was asked."""
    journal = journals()
    journal.note_present("c0", {"old"})
    journal.intend([intent(1), intent(2, B), intent(3, C)])
    journal.settle([done(1, "x")])
    journal.note_present("c0", {"new"})
    journal.ask({2: ("7", "8")})
    journal.compact([1])
    for each in (journal, journals()):
        assert [i.number for i in each.open] == [2, 3]
        assert each.asked == {2: ("7", "8")}
        assert each.ruled_out(each.open[0]) == {"old", "x"}
        assert results(each) == {}


def test_what_was_known_before_compacting_travels_with_the_next_intent(journals: Journals) -> None:
    """The file was emptied in between, and the project's state may be gone when it is read."""
    journal = journals()
    journal.note_present("c0", {"old"})
    journal.intend([intent(1)])
    journal.settle([done(1, "x")])
    journal.compact([1])
    journal.intend([intent(2, B)])
    assert journals().ruled_out(*journals().open) == {"old", "x"}


def test_a_compacted_file_still_says_whose_it_is(journals: Journals) -> None:
    """A project that moved with its state finds what it left open; a later version knows the form."""
    journal = journals(lineage="l")
    journal.intend([intent(1), intent(2, B)])
    journal.settle([done(2, "x", B)])
    journal.compact([2])
    head = json.loads(journals.file.read_text(encoding="utf-8").splitlines()[0].partition(" ")[2])
    assert (head["type"], head["format"], head["endpoint"]) == ("journal", 3, ENDPOINT)
    assert [each.number for each in journals(project="moved.yaml", lineage="l").open] == [1]


def test_after_compacting_it_goes_on(journals: Journals) -> None:
    """The same object and a new process append to the same file."""
    journal = journals()
    journal.intend([intent(1)])
    journal.compact()
    journal.intend([intent(2, B)])
    journal.compact()
    journals().intend([intent(3, C)])
    assert [i.number for i in journals().open] == [1, 2, 3]


def test_endpoints_are_kept_apart(journals: Journals) -> None:
    """The sandbox's writes have no effect on the real account's."""
    journals().intend([intent(1)])
    other = journals(endpoint="https://api.buffer.com")
    assert other.open == ()
    assert other.next_number == 1


def test_a_full_disk_is_said_and_leaves_whole_lines(journals: Journals) -> None:
    """PartWayError; a write that could not be recorded is not remembered; it continues once there is room again."""
    journal = journals()
    journal.intend([intent(1)])
    fill()
    try:
        with pytest.raises(PartWayError, match=r"can no longer be written.*nothing more is sent"):
            journal.intend([intent(2, B)])
        with pytest.raises(PartWayError):
            journal.settle([done(1, "x")])
    finally:
        make_room()
    assert [i.number for i in journal.open] == [1]
    journal.intend([intent(2, C)])
    assert [i.slot.key for i in journals().open] == ["a", "c"]


def test_any_text_is_kept(journals: Journals) -> None:
    """Line separators, emoji and a lone surrogate, quotes."""
    odd = post("a", "one\u2028two\r\n\x85 \U0001f600 \ud83d \"'\\")
    journals().intend([intent(1, odd)])
    (read,) = journals().open
    assert isinstance(read.write, CreatePost)
    assert read.write.item.text == odd.text


def test_any_id_of_an_organization_is_kept(journals: Journals) -> None:
    """Ids are opaque, and no file is named after them."""
    asked = replace(intent(1), slot=slot(A)._replace(organization_id="../../elsewhere \0"))
    journals().intend([asked])
    assert journals.file.parent.parent == journals.folder
    assert journals().open == (asked,)
    assert journals().organizations == {"../../elsewhere \0"}


@pytest.mark.parametrize("number", [2, 4])
def test_a_journal_of_another_format_is_refused(journals: Journals, number: int) -> None:
    """The meaning of its lines is unknown."""
    journals().intend([intent(1)])
    journals.file.write_bytes(line({"type": "journal", "format": number}))
    with pytest.raises(StateError, match="another version"):
        journals()


def test_only_what_the_record_holds_is_forgotten(journals: Journals) -> None:
    """A result whose number is not among the recorded ones stays, in this process and the next."""
    journal = journals()
    journal.intend([intent(1), intent(2, B)])
    journal.settle([done(1, "x"), done(2, "y", B)])
    journal.compact([1], Revision("l", 1, "d"))
    for each in (journal, journals()):
        assert [r.number for r in each.results] == [2]


def test_nothing_is_left_without_a_record(journals: Journals) -> None:
    """No file, if everything is forgotten and no state was ever saved."""
    journal = journals()
    journal.intend([intent(1)])
    journal.settle([Settled(1, slot(A), done=False)])
    journal.compact()
    assert journals.files == []


def test_the_last_record_survives_compaction(journals: Journals) -> None:
    """Serial and digest of the last record saved, by lineage, for every project on the machine."""
    journal = journals()
    journal.compact([], Revision("l", 4, "four"))
    journal.intend([intent(1)])
    journal.settle([done(1, "x")])
    journal.compact([1], Revision("l", 5, "five"))
    for each in (journals(), journals(project="other.yaml")):
        assert each.last("l") == Revision("l", 5, "five")
        assert each.last("another") is None


def test_the_state_that_was_saved_last_is_the_latest(journals: Journals) -> None:
    """Also one that was saved before another: after it, the other is older."""
    journal = journals()
    for lineage in ("l", "m", "l"):
        journal.compact([], Revision(lineage, 5, "five"))
    for each in (journal, journals()):
        assert [each.is_older(Revision(lineage, 5, "five")) for lineage in ("l", "m")] == [False, True]


@pytest.mark.parametrize(
    ("serial", "digest", "older"), [(4, "four", True), (5, "five", False), (5, "fork", True), (6, "six", False)]
)
def test_an_older_record_is_known(journals: Journals, serial: int, digest: str, older: bool) -> None:
    """A lower serial, or the same with another digest: an older file, or one from another branch."""
    journals().compact([], Revision("l", 5, "five"))
    assert journals().is_older(Revision("l", serial, digest)) is older
    assert journals().is_older(Revision("another", serial, digest)), "not the state that this project saved last"
    assert not journals(project="other.yaml").is_older(Revision("another", serial, digest))


def test_of_a_fork_both_sides_are_older(journals: Journals) -> None:
    """Two clones saved the same serial: each lacks the other's changes."""
    journals().compact([], Revision("l", 5, "mine"))
    journals(project="clone.yaml", lineage="l").compact([], Revision("l", 5, "theirs"))
    assert all(journals().is_older(Revision("l", 5, digest)) for digest in ("mine", "theirs"))


def test_another_project_s_entries_are_no_business_of_ours(journals: Journals) -> None:
    """Even with the same channel and key: not settled, not matched, not forgotten."""
    other = journals(project="other.yaml", lineage="other")
    other.intend([intent(1), intent(2, B)])
    other.settle([done(2, "b", B)])
    mine = journals(lineage="mine")
    assert (mine.open, mine.results, mine.organizations) == ((), (), frozenset())
    mine.intend([intent(mine.next_number)])
    mine.settle([done(3, "a")])
    mine.compact([3, 2], Revision("mine", 1, "d"))
    again = journals(project="other.yaml", lineage="other")
    assert [i.number for i in again.open] == [1]
    assert results(again) == {slot(B): bound("b", B)}


def test_what_another_project_bound_is_no_candidate(journals: Journals) -> None:
    """It was created in the same channel while ours was open: it cannot be ours, even after compaction."""
    mine = journals()
    mine.intend([intent(1)])
    other = journals(project="other.yaml")
    other.note_present("c0", {"listed"})
    other.intend([intent(2)])
    other.settle([done(2, "theirs")])
    assert journals().ruled_out(*journals().open) == {"theirs"}
    other.compact([2], Revision("other", 1, "d"))
    assert journals().ruled_out(*journals().open) == {"theirs"}


def test_what_another_project_deleted_rules_out_nothing(journals: Journals) -> None:
    """It was in the same channel while ours was open."""
    journals().intend([intent(1)])
    other = journals(project="other.yaml")
    other.settle([Settled(2, slot(B), done=True)])
    assert journals().ruled_out(*journals().open) == set()


def test_an_equal_lineage_is_the_same_project(journals: Journals) -> None:
    """A clone of the project, or a moved one: open intents and results are shared, and settled once."""
    clone = journals(project="clone.yaml", lineage="l")
    clone.intend([intent(1), intent(2, B)])
    clone.settle([done(2, "b", B)])
    mine = journals(lineage="l")
    assert [i.number for i in mine.open] == [1]
    assert results(mine) == {slot(B): bound("b", B)}
    mine.settle([done(1, "a")])
    mine.compact([1, 2], Revision("l", 3, "d"))
    again = journals(project="clone.yaml", lineage="l")
    assert (again.open, again.results) == ((), ())
    assert again.last("l") == Revision("l", 3, "d")


def test_a_lineage_is_known_from_the_record_saved_last(journals: Journals) -> None:
    """The file was started before there was a state."""
    first = journals()
    first.intend([intent(1)])
    first.compact([], Revision("l", 1, "d"))
    assert [i.number for i in journals(project="moved.yaml", lineage="l").open] == [1]
    assert journals(project="moved.yaml").open == ()


def test_a_project_is_known_by_every_state_that_it_saved(journals: Journals) -> None:
    """Also by that from before it began anew, which another clone may still have."""
    first = journals(lineage="k")
    first.intend([intent(1)])
    first.compact([], Revision("k", 1, "d"))
    journals(lineage="l").compact([], Revision("l", 1, "d"))
    for lineage in ("k", "l"):
        assert [i.number for i in journals(project="clone.yaml", lineage=lineage).open] == [1]


def test_before_anything_is_claimed_nothing_is_open(journals: Journals) -> None:
    """The reach of the key is not known yet; results are."""
    journal = journals()
    journal.intend([intent(1), intent(2, B)])
    journal.settle([done(2, "b", B)])
    blank = FileJournal(journals.folder, ENDPOINT, journals.project)
    assert blank.open == ()
    assert [r.number for r in blank.results] == [2]


def test_what_the_key_does_not_reach_stays_open(journals: Journals) -> None:
    """Another key may reach its account."""
    journals().intend([intent(1), intent(2, C)])
    journal = journals(homes={"c1"})
    assert [i.number for i in journal.open] == [2]
    journal.settle([Settled(2, slot(C), done=False)])
    journal.compact([], Revision("l", 1, "d"))
    assert [i.number for i in journals().open] == [1]


def test_the_journal_of_an_earlier_version_is_found_and_read(tmp_path: Path) -> None:
    """Its name comes from the endpoint and the root file, and each line from what it says: both stay the same."""
    journal = FileJournal(tmp_path, ENDPOINT, Path("/projects/acme/buffer.yaml"))
    journal.begin("Löwe")
    (path,) = tmp_path.rglob("*.*")
    assert path.relative_to(tmp_path).as_posix() == NAME
    assert path.read_bytes().splitlines()[1] == '189de38c {"type":"run","run":"Löwe"}'.encode()
    assert path.parent.stat().st_mode & 0o777 == 0o700


#: Folder and file of a journal: digests of the endpoint and of the root file's path.
NAME = "4dee3da24272fbf3/project-0fe39baeff228701992e0d57a2398a72.journal"


def test_what_was_written_is_on_the_disk_before_anything_is_sent(
    journals: Journals, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a power failure: the folder of a new file, then each line, and the folder of a file that is replaced."""
    synced: list[int] = []
    monkeypatch.setattr(os, "fsync", lambda handle: synced.append(os.fstat(handle).st_ino))
    journal = journals()
    journal.intend([intent(1)])
    folder, file = journals.file.parent.stat().st_ino, journals.file.stat().st_ino
    assert synced == [folder, file]
    journal.settle([done(1, "x")])
    assert synced == [folder, file, file]
    journal.compact([], Revision("l", 1, "d"))
    assert synced[-1] == folder


def test_a_second_ctrl_c_while_a_line_is_written_is_heard(journals: Journals, monkeypatch: pytest.MonkeyPatch) -> None:
    """KeyboardInterrupt, not an error of the disk; the line is cut off before the next one."""
    journal = journals()
    journal.intend([intent(1)])
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", interrupt)
        with pytest.raises(KeyboardInterrupt):
            journal.intend([intent(2, B)])
    journal.intend([intent(2, C)])
    assert [i.slot.key for i in journals().open] == ["a", "c"]


def interrupt(_: int) -> None:
    raise KeyboardInterrupt


def test_a_disk_that_is_full_in_the_middle_of_a_line_leaves_whole_lines(journals: Journals) -> None:
    """Twenty bytes of the second line fit: they are cut off before the next one."""
    journal = journals()
    journal.intend([intent(1)])
    fill(journals.file.stat().st_size + 20)
    try:
        with pytest.raises(PartWayError):
            journal.intend([intent(2, B)])
    finally:
        make_room()
    journal.intend([intent(2, C)])
    assert [i.slot.key for i in journals().open] == ["a", "c"]


def test_a_closed_journal_keeps_no_file_open(journals: Journals) -> None:
    """A process that applies many projects must not run out of handles; Windows deletes no open file."""
    journal = journals()
    journal.intend([intent(1)])
    there = [journals.file.stat().st_ino]
    assert [inode for inode in open_files() if inode in there] == there
    journal.close()
    assert [inode for inode in open_files() if inode in there] == []


def open_files() -> list[int]:
    """The inodes of the files that this process has open."""
    found = []
    for each in Path("/proc/self/fd").iterdir():
        with suppress(OSError):
            found.append(each.stat().st_ino)
    return found


def test_what_a_home_has_is_written_once(journals: Journals) -> None:
    """One line for all intents that follow, and one for what came later: a home may have 10,000 posts."""
    journal = journals()
    journal.note_present("c0", {"1", "2"})
    journal.intend([intent(1), intent(2, B)])
    journal.note_present("c0", {"1", "2", "3"})
    journal.intend([intent(3, post("d"))])
    for _ in range(2):
        lines = [json.loads(each.partition(b" ")[2]) for each in journals.file.read_bytes().splitlines()]
        assert [each["ids"] for each in lines if each["type"] == "listed"] == [["1", "2"], ["3"]]
        journal.compact()


def test_what_an_earlier_run_read_is_ruled_out_although_this_one_did_not(journals: Journals) -> None:
    """Of what is published a run reads what is new to it: a lost create is no post that the last run saw."""
    earlier = journals()
    earlier.note_present("c0", {"published"})
    earlier.intend([intent(1)])
    later = journals()
    later.note_present("c0", {"new"})
    later.intend([intent(2, B)])
    assert later.ruled_out(later.open[1]) == {"published", "new"}


def test_a_question_is_on_disk_before_the_state_is_saved(journals: Journals) -> None:
    """The run was killed right after: the next one still knows that a person was asked, and about which posts."""
    journal = journals()
    journal.intend([intent(1), intent(2, B)])
    journal.ask({1: ("7", "8"), 2: ()})
    assert journals().asked == {1: ("7", "8"), 2: ()}


def test_a_project_that_lost_its_state_is_still_known_by_it(journals: Journals) -> None:
    """`.bufferctl` was deleted before its first save, then put back in a moved project: what is open is found."""
    journals(lineage="l").intend([intent(1)])
    journals().compact()
    assert [i.number for i in journals(project="moved.yaml", lineage="l").open] == [1]


def test_no_state_is_not_an_older_one(journals: Journals) -> None:
    """It was deleted, which is said in another way."""
    journals().compact([], Revision("l", 5, "five"))
    assert not journals().is_older(Revision("", 0, ""))


@pytest.mark.parametrize("theirs", [1, 2])
def test_each_of_two_clones_is_settled_in_its_own_file(journals: Journals, theirs: int) -> None:
    """Whichever runs: results and questions go where the intent is, so that each of them knows, also on its own."""
    ours = 3 - theirs
    items = {1: A, 2: B}
    journals(lineage="l").intend([intent(ours, items[ours])])
    journals(project="clone.yaml", lineage="l").intend([intent(theirs, items[theirs])])
    mine = journals(lineage="l")
    mine.ask({ours: ("7",), theirs: ("8",)})
    for root, number, asked in (("", ours, "7"), ("clone.yaml", theirs, "8")):
        alone = journals(project=root)
        assert ([i.number for i in alone.open], alone.asked) == ([number], {number: (asked,)})
    mine.settle([done(1, "x"), done(2, "y", B)])
    for root, number in (("", ours), ("clone.yaml", theirs)):
        alone = journals(project=root)
        assert ([i.number for i in alone.open], [r.number for r in alone.results]) == ([], [number])


def test_another_project_s_file_is_touched_only_where_something_is_open(journals: Journals) -> None:
    """Nothing of it waits on the channel where this project created something."""
    other = journals(project="other.yaml", lineage="other")
    other.intend([intent(1, C)])
    before = journals.file.read_bytes()
    path = journals.file
    mine = journals()
    mine.intend([intent(2)])
    mine.settle([done(2, "x")])
    assert path.read_bytes() == before
