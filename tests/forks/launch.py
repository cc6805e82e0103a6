"""Start `python -m bufferctl ARGUMENTS` as a fork of the server: `launch.py SERVER SHIM [-I] -m bufferctl ARGUMENTS`.

It loads nothing but what is built into Python, since a test waits for it.
"""

from __future__ import annotations

import _signal as signal  # type: ignore[import-not-found]  # what the module `signal` is made of, ten times as fast
import _socket as socket
import marshal
import posix
import sys


def is_open(number: int) -> bool:
    """Whether this process was started with that stream."""
    try:
        posix.fstat(number)
    except OSError:
        return False
    return True


def mask() -> int:
    """The rights that new files do not get."""
    posix.umask(given := posix.umask(0o77))
    return given


def told() -> int:
    """The next number from the server; without one, this process ends."""
    got = b""
    while len(got) < 4:
        got += server.recv(4 - len(got)) or sys.exit("the server of forks is gone")
    return int.from_bytes(got, "big", signed=True)


PASSED_ON = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
signal.pthread_sigmask(signal.SIG_BLOCK, PASSED_ON)  # one that comes before the fork is known waits
streams = [each for each in range(3) if is_open(each)]
server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
server.connect(sys.argv[1])
asked = marshal.dumps((sys.argv[2], sys.argv[3:], posix.getcwd(), posix.environ, mask(), streams))
rights = b"".join(each.to_bytes(4, sys.byteorder) for each in streams)
server.sendmsg([len(asked).to_bytes(4, "big")], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, rights)] if rights else [])
server.sendall(asked)
fork = told()
for each in PASSED_ON:
    signal.signal(each, lambda number, _: posix.kill(fork, number))
signal.pthread_sigmask(signal.SIG_UNBLOCK, PASSED_ON)
code = told()
if code < 0:
    signal.signal(-code, signal.SIG_DFL)
    posix.kill(posix.getpid(), -code)
posix._exit(code)
