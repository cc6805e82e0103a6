"""A faithful local Buffer: the whole published schema over HTTP, on SQLite, for demos, tests and teaching.

Buffer has no test mode: every post made with a real key is a real post. This one repeats Buffer's rules on its own and
imports nothing else of bufferctl, so that it can catch us. What the rules leave open is decided in `choices`; the file
that an account starts from is described in `fixture`.

    with Sandbox() as sandbox:
        requests.post(sandbox.url, headers={"Authorization": f"Bearer {sandbox.key}", "User-Agent": "mine"}, json=…)
        sandbox.person.delete_post(sandbox.posts()[0]["id"])
        sandbox.clock.advance(hours=3)
"""

from __future__ import annotations

from bufferctl.sandbox.clock import Clock
from bufferctl.sandbox.fixture import FixtureError, read_fixture
from bufferctl.sandbox.running import Sandbox

__all__ = ["Clock", "FixtureError", "Sandbox", "read_fixture"]
