"""A faithful local Buffer: the complete published schema over HTTP, backed by SQLite, for demos, tests and teaching.

Buffer has no test mode: every post made with a real key is a real post. The sandbox implements Buffer's rules
independently and imports nothing else from bufferctl, so that it can catch our mistakes. `core` has options for what
the rules leave open; `fixture` describes the file that an account starts from, `faults` the faults that can be
injected, and `control` how to move the clock or act as a person over HTTP.

    with Sandbox(clock=Clock.at("2026-12-01T09:00:00Z"), faults="cut-after@createPost#2") as sandbox:
        …                                                     a client at sandbox.url with sandbox.key
        sandbox.clock.advance(hours=3)
        sandbox.person.delete_post(sandbox.posts()[0]["id"])
        assert [record.fault for record in sandbox.fault_log] == ["cut-after"]
"""

from __future__ import annotations

from bufferctl.sandbox.clock import Clock
from bufferctl.sandbox.core import Options
from bufferctl.sandbox.exchange import Request, RequestRecord, Response
from bufferctl.sandbox.faults import FaultError, Faults, Rule, read_rules
from bufferctl.sandbox.fixture import FixtureError, default_fixture, read_fixture
from bufferctl.sandbox.running import Sandbox
