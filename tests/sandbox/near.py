"""A sandbox that answers the test's own process by a call; `tests/near.py` says why."""

from __future__ import annotations

from typing import Self

import httpx2

from bufferctl.sandbox import Request, Sandbox
from tests.near import answer_near, answered


class Near(Sandbox):
    """A sandbox that answers this process by a call."""

    def start(self) -> Self:
        """Serve over loopback, too."""
        super().start()
        answer_near(self.url, self._answer)
        return self

    def stop(self) -> None:
        """Answer nobody."""
        if self._server is not None:
            answer_near(self.url, None)
        super().stop()

    def _answer(self, request: httpx2.Request) -> httpx2.Response | None:
        if self.service.faults.rules:
            return None
        headers = {name.lower(): value for name, value in request.headers.items()}
        found = self.service.answer(Request(request.method, request.url.path, headers, request.read()))
        assert found.how == "send", "only a fault breaks a connection"
        return answered(found.status, found.headers, found.body)
