"""A world for faults: the sandbox with a controlled clock, and applies that run until one succeeds.

The real client, journal and state file. Only time and the network are simulated: waiting moves the sandbox's clock, and
a lost answer is lost at once, so that no test depends on how busy the machine is. The same over loopback: tests/api.
"""

from __future__ import annotations

import io
from collections import Counter
from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path

from bufferctl.api import connect
from bufferctl.cli.console import Console
from bufferctl.errors import BufferctlError
from bufferctl.plan import Status
from bufferctl.run.applying import Applying
from bufferctl.run.files import open_files
from bufferctl.run.listener import Stop
from bufferctl.run.session import Session, open_to_change
from bufferctl.run.sources import PlanSource
from bufferctl.sandbox import Clock, Sandbox
from tests.sandbox.carrier import carrier

NOW = "2029-12-03T09:00:00Z"
SETTLE = 30.0
#: More runs than any mixture of faults should need.
MOST_RUNS = 40

_CHANNELS = {"twitter": "acme", "linkedin": "acme-inc", "mastodon": "acme"}


@dataclass(frozen=True)
class MovingClock(Stop):
    """A clock that waits by moving the sandbox's clock."""

    clock: Clock

    def now(self) -> float:
        """Seconds that only increase."""
        return self.clock.now().timestamp()

    def wait(self, seconds: float) -> None:
        """Move the sandbox's clock."""
        self.clock.advance(seconds=seconds)

    sleep = wait


@dataclass
class World:
    """A project folder and a sandbox. `runs` counts applies; `said` is the output of the last one."""

    folder: Path
    sandbox: Sandbox
    runs: int = 0
    said: str = ""
    errors: list[str] = field(default_factory=list)

    def declare(self, posts: int, ideas: int = 0, mark: str = "", *, images: bool = False) -> None:
        """Write a buffer.yaml with this many posts over three channels (timed, queued, including twins) and ideas.

        `mark` is at the end of every text. `images`: every post has one.
        """
        lines = ["version: 1", "timezone: UTC", "organizations:", "  - name: Acme", "    channels:"]
        for place, (service, name) in enumerate(_CHANNELS.items()):
            lines += [f"      - service: {service}", f"        name: {name}", "        posts:"]
            for number in range(place, posts, len(_CHANNELS)):
                key, *rest = self._post(number, mark)
                url = f"https://acme.example/{number}.png"
                lines += [key, *[f"            assets: [{{image: {{url: '{url}', alt_text: A}}}}]"] * images, *rest]
            if lines[-1].endswith("posts:"):
                lines.pop()
        if ideas:
            lines.append("    ideas:")
            lines += [f"      - {{key: idea-{n}, title: Idea {n // 2}}}" for n in range(ideas)]
        (self.folder / "buffer.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")

    @staticmethod
    def _post(number: int, mark: str) -> list[str]:
        """Every third is timed, the others are queued; of those, every second has the same text."""
        lines = [f"          - key: post-{number}"]
        if number % 3 == 0:
            lines.append(f"            due_at: 2030-01-{1 + number % 28:02d} 09:00")
            return [*lines, f"            text: At its time {number}{mark}"]
        return [*lines, f"            text: {'The same' if number % 2 else f'Queued {number}'}{mark}"]

    def apply(self) -> int:
        """One full apply; returns its exit code as on the command line."""
        self.runs += 1
        out = io.StringIO()
        console, clock = Console.create(), MovingClock(self.sandbox.clock)
        with chdir(self.folder), redirect_stdout(out), redirect_stderr(out):
            try:
                files = open_files(listener=console)
                with (
                    # simulated time passes on the machine's clock, too
                    connect(
                        self.sandbox.url, "sandbox", transport=carrier(self.sandbox), now=self.sandbox.clock.now
                    ) as buffer,
                    open_to_change(files, buffer, wait=5, settle=SETTLE, listener=console, stop=clock) as session,
                ):
                    code = self._applied(session)
            except BufferctlError as error:
                self.errors.append(error.message)
                code = error.exit_code
        self.said = out.getvalue()
        return code

    @staticmethod
    def _applied(session: Session) -> int:
        applying = Applying(session, PlanSource(session.files), max_wait=10_000)
        error = applying.send(applying.plan())
        if error:
            raise error
        bad = {Status.REFUSED, Status.DIFFERS, Status.HELD, Status.NOT_SENT}
        if any(outcome.status in bad for outcome in applying.outcomes):
            return 1
        left = applying.verify()
        return 0 if left.is_empty else 1

    def apply_until_done(self) -> None:
        """Apply until one exits 0; AssertionError with the output if that takes too many runs."""
        while self.apply() != 0:
            assert self.runs < MOST_RUNS, f"{self.runs} runs and not done: {self.errors[-3:]}\n{self.said[-2000:]}"
            self.sandbox.clock.advance(seconds=5)

    def texts(self) -> Counter[str]:
        """How often the account has each text (a title, for ideas)."""
        posts = [str(post["text"]) for post in self.sandbox.posts()]
        return Counter([*posts, *(str(idea["content"]["title"]) for idea in self.sandbox.ideas())])

    def declared(self, posts: int, ideas: int = 0, mark: str = "") -> Counter[str]:
        """The expected value of `texts` after `declare`."""
        found = Counter(self._post(number, mark)[-1].split("text: ")[1] for number in range(posts))
        return found + Counter(f"Idea {number // 2}" for number in range(ideas))
