"""A gate in front of a server on this machine: counts requests and connections, and makes each of them take time.

Each request, and each new connection, waits for one round trip: what a service far away costs beyond what it does.
"""

from __future__ import annotations

import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

#: Where a request begins; a client sends the next one only after the answer to the last.
_REQUEST = re.compile(rb"(?:GET|HEAD|POST|PUT|DELETE) \S+ HTTP/1\.[01]\r\n")


@dataclass
class Gate:
    """A gate at `url` to a `port` of this machine. `seconds`: a round trip. The counts grow until `reset`."""

    port: int
    seconds: float
    url: str = ""
    requests: int = 0
    connections: int = 0
    _counting: threading.Lock = field(default_factory=threading.Lock)

    def taken(self) -> tuple[int, int]:
        """The number of requests and of connections since the last call."""
        with self._counting:
            found = self.requests, self.connections
            self.requests = self.connections = 0
        return found

    def serve(self, client: socket.socket) -> None:
        """Pass on one connection, to its end."""
        with self._counting:
            self.connections += 1
        time.sleep(self.seconds)
        server = socket.create_connection(("127.0.0.1", self.port))
        threading.Thread(target=_pass, args=(server, client), daemon=True).start()
        with suppress(OSError), server, client:
            while chunk := client.recv(1 << 16):
                if _REQUEST.match(chunk):
                    with self._counting:
                        self.requests += 1
                    time.sleep(self.seconds)
                server.sendall(chunk)


def _pass(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while chunk := source.recv(1 << 16):
            target.sendall(chunk)
    with suppress(OSError):
        target.shutdown(socket.SHUT_RDWR)


@contextmanager
def gate(port: int, seconds: float = 0.0) -> Iterator[Gate]:
    """Open a gate to that port until the block ends."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.2)
        found, over = Gate(port, seconds), threading.Event()
        found.url = f"http://127.0.0.1:{listening.getsockname()[1]}"

        def accept() -> None:
            while not over.is_set():
                with suppress(TimeoutError):
                    client, _ = listening.accept()
                    client.settimeout(None)
                    threading.Thread(target=found.serve, args=(client,), daemon=True).start()

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        try:
            yield found
        finally:
            over.set()
            thread.join()
