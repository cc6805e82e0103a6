"""The server: for each connection a fork starts the program as its child, and tells how it ended."""

from __future__ import annotations

import gc
import io
import marshal
import os
import pkgutil
import select
import shutil
import signal
import socket
import sys
import tempfile
import time
import traceback
from contextlib import chdir, redirect_stderr, redirect_stdout, suppress
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

import bufferctl
from bufferctl.cli import main, run
from bufferctl.sandbox import Sandbox


def serve(listening: socket.socket, folder: str) -> None:
    """Fork for each connection, until standard input ends; `folder` goes with it."""
    try:
        load(folder)
        while sys.stdin not in select.select([sys.stdin, listening], [], [])[0]:
            connection, _ = listening.accept()
            with connection:
                if os.fork() == 0:
                    listening.close()
                    attend(connection)
            with suppress(ChildProcessError):
                while os.waitpid(-1, os.WNOHANG)[0]:
                    pass
    finally:
        shutil.rmtree(folder, ignore_errors=True)  # whoever it served may have removed its own folder, and this with it


def load(folder: str) -> None:
    """Load every module, and use the program once, since much is made at its first use."""
    os.environ["PYDANTIC_DISABLE_PLUGINS"] = "__all__"  # as the program does
    for module in pkgutil.walk_packages(bufferctl.__path__, "bufferctl."):
        if not module.name.endswith("__main__"):
            import_module(module.name)
    with Sandbox() as sandbox, chdir(folder), redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
        os.environ |= {"BUFFER_API_URL": sandbox.url, "BUFFER_API_KEY": sandbox.key, "XDG_STATE_HOME": folder}
        for command in ("init", "apply --auto-approve --settle 0 --report plan.html", "plan --json"):
            assert run(command.split()) == 0
    gc.collect()
    gc.freeze()


def attend(connection: socket.socket) -> NoReturn:
    """Start the program, kill it if who asked for it is gone, and answer with its id and its exit code."""
    head, streams, _, _ = socket.recv_fds(connection, 4, 3)
    asked, size = b"", int.from_bytes(head, "big")
    while len(asked) < size:
        asked += connection.recv(size - len(asked))
    ended, living = os.pipe()
    child = os.fork()
    if child == 0:
        connection.close()
        os.close(ended)
        become(streams, *marshal.loads(asked))  # noqa: S302 - from a test
    for each in (living, *streams):
        os.close(each)
    with suppress(OSError):
        connection.sendall(child.to_bytes(4, "big", signed=True))
        if connection.fileno() in select.select([connection.fileno(), ended], [], [])[0]:
            os.kill(child, signal.SIGKILL)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        connection.sendall(code.to_bytes(4, "big", signed=True))
    os._exit(0)


def become(
    given: list[int], shim: str, arguments: list[str], folder: str, environment: Any, mask: int, numbers: list[int]
) -> NoReturn:
    """Go on as the program; `given` are the streams with these `numbers` of who asked for it."""
    try:
        for number in range(3):
            os.close(number)
        for number, stream in zip(numbers, given, strict=True):
            os.dup2(stream, number)
            os.close(stream)
        os.chdir(folder)
        os.umask(mask)
        os.environb.clear()
        os.environb.update(environment)
        time.tzset()
        tempfile.tempdir = None  # it was in another environment
        streams: list[Any] = [_stream(number) if number in numbers else None for number in range(3)]
        sys.stdin, sys.stdout, sys.stderr = streams
        start = arguments.index("-m") + 1
        assert arguments[start] == "bufferctl"
        sys.executable = shim or sys.executable
        sys.argv = [str(Path(bufferctl.__file__).with_name("__main__.py")), *arguments[start + 1 :]]
        main()
    except SystemExit as end:  # click's, after it told a shell what may follow
        sys.stdout.flush()
        os._exit(int(end.code or 0))
    except BaseException:  # noqa: BLE001 - there is nobody above
        traceback.print_exc()
    finally:
        os._exit(70)


def _stream(number: int) -> io.TextIOWrapper:
    """As Python opens it where text is UTF-8."""
    raw = io.FileIO(number, "w" if number else "r", closefd=False)
    buffer: Any = io.BufferedWriter(raw) if number else io.BufferedReader(raw)
    errors = "backslashreplace" if number == 2 else "strict"
    return io.TextIOWrapper(buffer, "utf-8", errors, line_buffering=number == 2 or raw.isatty())


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])), sys.argv[2])
    os._exit(0)  # there is nothing to tidy up
