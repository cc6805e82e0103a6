"""Files are replaced whole, or stay as they were."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bufferctl.disk import replace_file, work_folder
from bufferctl.machine import state_folder


def test_a_file_is_replaced_and_readable_only_by_its_owner(tmp_path: Path) -> None:
    """The new content, mode 0600 or another one, and nothing beside it."""
    path = tmp_path / "state.json"
    path.write_text("old")
    replace_file(path, b"new")
    assert (path.read_bytes(), path.stat().st_mode & 0o777) == (b"new", 0o600)
    replace_file(path, b"newer", mode=0o644)
    assert (path.read_bytes(), path.stat().st_mode & 0o777) == (b"newer", 0o644)
    assert list(tmp_path.iterdir()) == [path]


def test_a_replacement_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    """OSError, and no temporary file."""
    path = tmp_path / "folder"
    path.mkdir()
    with pytest.raises(OSError, match="folder"):
        replace_file(path, b"new")
    assert list(tmp_path.iterdir()) == [path]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of work folders, for a user without any."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "home"))
    return state_folder() / "runs"


def test_a_work_folder_is_gone_afterwards(home: Path) -> None:
    """It is empty, it is not that of another run, and it goes with all that is in it."""
    with work_folder() as one, work_folder() as other:
        assert one != other
        assert [each for each in one.iterdir() if each.name != "in-use"] == []
        assert (one.parent, other.parent, home.stat().st_mode & 0o777) == (home, home, 0o700)
        (one / "folder").mkdir()
        (one / "folder" / "file").write_text("text")
    assert [path.name for path in home.iterdir()] == ["lock"]


def test_the_next_run_removes_what_a_killed_one_left(home: Path) -> None:
    """Once the process is gone, not before."""
    code = "from bufferctl.disk import work_folder\nwith work_folder() as folder: print(folder, flush=True); input()"
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout
        left = Path(run.stdout.readline().strip())
        with work_folder():
            assert left.is_dir()
        run.kill()
        run.wait()
        assert left.is_dir()
        with work_folder():
            assert not left.exists()


def test_without_a_state_folder_it_is_a_temporary_one(home: Path, tmp_path: Path) -> None:
    """A plan in a container without a home needs none."""
    (tmp_path / "home").write_text("no folder")
    with work_folder() as folder:
        assert list(folder.iterdir()) == []
    assert not folder.exists()
