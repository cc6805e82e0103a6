"""The state file: replaced as a whole or not at all, readable only by its owner, never used for another account."""

from __future__ import annotations

import json
import os
import platform
import stat
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bufferctl.errors import OvertakenError, StateError
from bufferctl.model import Binding, Home, LetGo, Likeness, Origin, Question, Slot, State
from bufferctl.state import LocalStore, StateFile

ENDPOINT = "https://api.buffer.com"
SLOT = Slot("org", "channel", "launch")
THEN = datetime(2029, 12, 3, 9, 0, 30, tzinfo=UTC)
CHANNEL, IDEAS = Home("org", "channel", THEN, "twitter", "acme"), Home("org", "ideas")
FIRST = State(
    {SLOT: Binding("p1", Origin.CREATED, "1:a:b:c", seen="d", address="Acme/twitter:acme/launch")},
    {CHANNEL.id: CHANNEL},
)
SECOND = State(
    {SLOT: Binding("p2", Origin.IMPORTED), Slot("org", "ideas", "i"): Binding("i1", Origin.ADOPTED)},
    {CHANNEL.id: CHANNEL, IDEAS.id: IDEAS},
    {Slot("org", "channel", "tip"): Question(Likeness.SAME_TEXT, {"p7": THEN}, may_be_ours=False, content="c")},
    {"p8": LetGo("channel", THEN)},
    frozenset({Slot("org", "channel", "old")}),
    complete_at=THEN,
)

names = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
instants = st.sampled_from(["", "2030-01-07T09:00:00+00:00"])
bindings = st.builds(
    Binding,
    names.filter(bool),
    st.sampled_from(Origin),
    *[names] * 4,
    instants,
    names,
    instants,
    names,
    names,
    st.booleans(),
)
slots = st.builds(lambda org, channel, key: Slot(f"o{org}", f"c{org}/{channel}", key), names, names, names)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A path without a file."""
    return tmp_path / ".bufferctl" / "state.json"


def test_of_two_that_read_the_same_file_one_saves(path: Path) -> None:
    """A swap compares: the second is refused, and what the first wrote stays."""
    first, second = file(path), file(path)
    first.load()
    second.load()
    first.save(FIRST)
    with pytest.raises(OvertakenError, match="Another run changed the state file"):
        second.save(SECOND)
    assert file(path).load().bindings == FIRST.bindings


def test_who_was_refused_holds_nothing(path: Path) -> None:
    """No lock file is left beside the state."""
    file(path).save(FIRST)
    with pytest.raises(OvertakenError):
        LocalStore(path).swap(b"{}", "another version", "apply")
    assert [each.name for each in path.parent.iterdir()] == ["state.json"]


def file(path: Path, endpoint: str | None = ENDPOINT) -> StateFile:
    """The store as opened by a new process."""
    return StateFile(LocalStore(path), endpoint)


def read(path: Path) -> State:
    """The state as read by a new process, without lineage and serial, which the store sets."""
    return replace(file(path).load(), lineage="", serial=0)


def saved(path: Path, *states: State) -> None:
    """Save several states, one after the other."""
    for state in states:
        store = file(path)
        store.load()
        store.save(state)


def test_no_file_is_an_empty_state(path: Path) -> None:
    """And reading does not create one."""
    assert file(path).load() == State()
    assert not path.parent.exists()


def test_what_is_saved_is_read_back(path: Path) -> None:
    """Equal, by a new process."""
    saved(path, SECOND)
    assert read(path) == SECOND


@given(st.dictionaries(slots, bindings, max_size=5))
def test_any_state_is_read_back(tmp_path_factory: pytest.TempPathFactory, content: dict[Slot, Binding]) -> None:
    """With any keys and ids."""
    path = tmp_path_factory.mktemp("any") / "state.json"
    saved(path, State(content))
    assert read(path).bindings == content


def test_it_is_its_owner_s_alone(path: Path) -> None:
    """0600, with its folder 0700: it holds unpublished content."""
    saved(path, FIRST)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_the_previous_one_is_kept(path: Path) -> None:
    """`state.json.backup` is the previous state, and can replace the file."""
    saved(path, FIRST, SECOND)
    backup = path.with_name("state.json.backup")
    assert read(backup) == FIRST
    saved(path, State())
    assert read(backup) == SECOND


def test_a_state_of_its_own_is_stored_at_once(path: Path) -> None:
    """Also where it is stored already; at the end of a run nothing is left to store."""
    store = file(path)
    assert store.save(FIRST)
    assert store.save(FIRST)
    assert store.begin(SECOND, [])
    assert not store.close([], "apply")
    assert read(path) == SECOND


def test_everything_in_a_state_is_read_back(path: Path) -> None:
    """Earlier keys, what was sent, uploaded files, files and commits of bindings."""
    binding = Binding("p1", Origin.CREATED, file="posts/a.yaml", commit="1" * 40, before=("1:a:b:c",))
    everything = replace(
        SECOND,
        bindings={**SECOND.bindings, SLOT: binding},
        former={Slot("org", "channel", "before"): "p1"},
        spent={"d1": THEN},
        public=frozenset({"https://m.example/a.png"}),
        let_go={"p8": LetGo("channel", THEN), "p9": LetGo("channel", THEN, "tip")},
    )
    saved(path, everything)
    assert read(path) == everything


def test_equal_state_is_not_written_again(path: Path) -> None:
    """The backup stays as it was."""
    saved(path, FIRST, SECOND, SECOND)
    assert read(path.with_name("state.json.backup")) == FIRST


def test_nothing_else_is_left_behind(path: Path) -> None:
    """No temporary file."""
    saved(path, FIRST, SECOND)
    assert sorted(each.name for each in path.parent.iterdir()) == ["state.json", "state.json.backup"]


def test_the_format_is_versioned_and_of_one_endpoint(path: Path) -> None:
    """Readable JSON: version, endpoint, lineage, then each organization's homes; common values are omitted."""
    saved(path, FIRST)
    assert json.loads(path.read_text(encoding="utf-8")) == {
        "format_version": "3.1",
        "endpoint": ENDPOINT,
        "lineage": file(path).load().lineage,
        "serial": 1,
        "organizations": {
            "org": {
                "channel": {
                    "horizon": "2029-12-03T09:00:30Z",
                    "service": "twitter",
                    "handle": "acme",
                    "prefix": "Acme/twitter:acme/",
                    "objects": {"launch": {"id": "p1", "applied": "1:a:b:c", "seen": "d", "status": ""}},
                }
            }
        },
    }


def test_each_object_has_a_line(path: Path) -> None:
    """So that a diff of the state shows which of them changed."""
    saved(path, FIRST)
    lines = path.read_text(encoding="utf-8").splitlines()
    (line,) = (each for each in lines if '"launch"' in each)
    assert all(f'"{name}"' in line for name in ("id", "applied", "seen", "status"))


def test_a_newer_minor_version_is_read(path: Path) -> None:
    """A minor version only adds."""
    saved(path, FIRST)
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('"3.1"', '"3.7"').replace('"endpoint"', '"new": 1, "endpoint"'), encoding="utf-8")
    assert read(path) == FIRST


def refused(path: Path, text: str, match: str) -> StateError:
    """Check that a file with this content is refused and unchanged."""
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    with pytest.raises(StateError, match=match) as raised:
        file(path).load()
    assert path.read_text(encoding="utf-8") == text
    assert str(path) in raised.value.message
    assert raised.value.hint
    return raised.value


def test_a_newer_file_is_refused(path: Path) -> None:
    """The hint is to update bufferctl."""
    text = json.dumps({"format_version": "4.0", "endpoint": ENDPOINT, "organizations": {"as": "nobody knows"}})
    assert "Update bufferctl" in refused(path, text, r"newer bufferctl \(format 4\.0\)").hint


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        "{}",
        '{"format_version": 1}',
        '{"format_version": "one"}',
        '{"format_version": "3.0", "endpoint": "https://api.buffer.com", "organizations": []}',
        '{"format_version": "3.0", "endpoint": "https://api.buffer.com", "organizations": {"o": {"c": 1}}}',
        '{"format_version": "3.0", "endpoint": "https://api.buffer.com", "organizations": {"o": {"c": {"past": 1}}}}',
        '{"format_version": "3.0", "endpoint": "https://api.buffer.com", "serial": "x"}',
        (
            '{"format_version": "3.0", "endpoint": "https://api.buffer.com", '
            '"organizations": {"o": {"c": {"horizon": "yesterday"}}}}'
        ),
    ],
)
def test_a_damaged_file_is_refused(path: Path, text: str) -> None:
    """The hint is to restore the backup; the file never counts as empty."""
    assert refused(path, text, "damaged").hint.startswith("Replace it with state.json.backup; or move it away")


def test_another_endpoint_s_state_is_refused(path: Path) -> None:
    """The sandbox's state is never used for the real account."""
    text = json.dumps({"format_version": "3.0", "endpoint": "http://127.0.0.1:4000/graphql", "organizations": {}})
    error = refused(path, text, r"127\.0\.0\.1:4000/graphql.*this run uses https://api\.buffer\.com")
    assert "--state" in error.hint


def test_commands_that_ask_nobody_take_any_endpoint(path: Path) -> None:
    """`state list` reads the file, and `state rm` writes it back under the same endpoint."""
    saved(path, FIRST)
    store = file(path, None)
    store.load()
    store.save(SECOND)
    assert read(path) == SECOND


def test_an_unreadable_file_is_refused(path: Path) -> None:
    """It does not count as an empty state."""
    path.mkdir(parents=True)
    with pytest.raises(StateError, match="cannot be read"):
        file(path).load()


def test_an_unwritable_place_is_found_beforehand(tmp_path: Path) -> None:
    """A folder that cannot be created: the message has the fix."""
    (tmp_path / "occupied").write_text("", encoding="utf-8")
    with pytest.raises(StateError, match="cannot be written") as raised:
        file(tmp_path / "occupied" / "state.json").check_writable()
    assert "--state" in raised.value.hint


def test_a_writable_place_leaves_no_trace(path: Path) -> None:
    """Only the folder is left."""
    file(path).check_writable()
    assert list(path.parent.iterdir()) == []


def test_a_state_that_cannot_be_replaced_stays(path: Path) -> None:
    """The disk fills: StateError, the file keeps its content, no temporary file is left."""
    from resource import RLIMIT_FSIZE, getrlimit, setrlimit

    saved(path, FIRST)
    store = file(path)
    store.load()
    before = getrlimit(RLIMIT_FSIZE)
    setrlimit(RLIMIT_FSIZE, (0, before[1]))
    try:
        with pytest.raises(StateError, match="cannot be written"):
            store.save(SECOND)
    finally:
        setrlimit(RLIMIT_FSIZE, before)
    assert read(path) == FIRST
    assert [each.name for each in path.parent.iterdir()] == ["state.json"]
    store.save(SECOND)
    assert read(path) == SECOND


def test_each_write_has_a_higher_serial_and_the_same_lineage(path: Path) -> None:
    """1, 2, 3; also above a given serial, which may come from elsewhere."""
    saved(path, FIRST, SECOND)
    second = file(path).load()
    saved(path, replace(FIRST, serial=7))
    third = file(path).load()
    assert (second.serial, third.serial, third.lineage) == (2, 8, second.lineage)
    assert second.lineage


def test_a_horizon_that_moved_within_its_day_is_not_written(path: Path) -> None:
    """An apply without changes leaves the file alone until the next day."""
    saved(path, FIRST)
    before = path.read_bytes()
    store = file(path)
    state = store.load()
    store.save(replace(state, homes={CHANNEL.id: replace(CHANNEL, horizon=THEN + timedelta(hours=2))}))
    assert path.read_bytes() == before
    store.save(replace(state, homes={CHANNEL.id: replace(CHANNEL, horizon=THEN + timedelta(days=1))}))
    assert path.read_bytes() != before


def test_a_state_file_that_is_a_link_is_refused(path: Path, tmp_path: Path) -> None:
    """Replacing it would leave the file that it names as it is; nothing is read or written."""
    saved(path, FIRST)
    kept = tmp_path / "elsewhere.json"
    path.rename(kept)
    path.symlink_to(kept)
    before = kept.read_bytes()
    for use in (lambda: file(path).load(), lambda: LocalStore(path).swap(b"{}", "", "apply")):
        with pytest.raises(StateError, match=r"is a symbolic link to .*elsewhere"):
            use()
    assert (kept.read_bytes(), path.is_symlink()) == (before, True)


@pytest.mark.parametrize("use", [lambda state: state.check_writable(), lambda state: state.save(FIRST)])
def test_a_folder_that_is_named_is_made(tmp_path: Path, use: Callable[[StateFile], object]) -> None:
    """However deep, for its owner alone: `--state` may name any place."""
    deep = tmp_path / "here" / "there" / "state.json"
    use(file(deep))
    assert stat.S_IMODE(deep.parent.stat().st_mode) == 0o700


def test_what_is_saved_is_on_the_disk(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a power failure: the backup and the new file, then the folder that names them."""
    saved(path, FIRST)
    synced: list[int] = []
    monkeypatch.setattr(os, "fsync", lambda handle: synced.append(os.fstat(handle).st_ino))
    saved(path, SECOND)
    backup = path.with_name("state.json.backup")
    assert synced == [each.stat().st_ino for each in (backup, path, path.parent)]


def test_a_state_file_that_another_process_is_writing(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After ten seconds: StateError with the file to delete if nobody runs; the state and that file stay."""
    saved(path, FIRST)
    lock = path.with_name(".state.json.lock")
    lock.write_text(f"{os.getpid()}\n{platform.node()}\n", encoding="utf-8")
    seconds = count()
    monkeypatch.setattr(time, "perf_counter", lambda: float(next(seconds)))
    monkeypatch.setattr(time, "sleep", lambda _: None)
    with pytest.raises(StateError, match=f"cannot be written: another process holds {lock}") as raised:
        saved(path, SECOND)
    assert 10 <= next(seconds) < 15
    assert "delete that file" in raised.value.hint
    assert (lock.exists(), read(path)) == (True, FIRST)


def test_a_state_file_that_may_not_be_changed_is_found_beforehand(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its folder may be: it would be replaced, against the will of whoever protected it."""
    saved(path, FIRST)
    file(path).check_writable()
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(StateError, match="cannot be written: Permission denied"):
        file(path).check_writable()
