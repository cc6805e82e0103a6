"""What takes long says so: one thread of the process looks, since to start and end one for each request took longer.

It sleeps until the next wait is due, and for no longer than a second: what begins meanwhile is due later. It ends
when nobody waits any more. A forked process has none of it, and starts its own.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic  # by name, since tests that have a clock of their own put it into `time`

#: Seconds after which people wonder whether anything happens.
LONG = 1.0


class Patience:
    """Calls a function once something takes a second."""

    def __init__(self) -> None:
        self._changing = threading.Condition()
        #: What is called at which time.
        self._due: dict[Callable[[], None], float] = {}
        self._looking: threading.Thread | None = None

    @contextmanager
    def lasting(self, say: Callable[[], None]) -> Iterator[None]:
        """Call `say`, at most once, if this takes so long; never afterwards."""
        with self._changing:
            self._due[say] = monotonic() + LONG
            if self._looking is None or not self._looking.is_alive():
                self._looking = threading.Thread(target=self._look, daemon=True)
                self._looking.start()
        try:
            yield
        finally:
            with self._changing:
                self._due.pop(say, None)

    def _look(self) -> None:
        with self._changing:
            while self._due:
                now = monotonic()
                for say in [each for each, due in self._due.items() if due <= now]:
                    del self._due[say]
                    say()
                self._changing.wait(min(self._due.values(), default=now + LONG) - now)
            self._looking = None


#: The one of this process.
PATIENCE = Patience()
