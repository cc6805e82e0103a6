"""`make bench`: measures each number of docs/how/performance.md against its limit; exits with 1 if one is exceeded.

Measures whole processes with compiled modules, with the sandbox in another process. Compared commands take turns, and
the fastest of several runs counts, since a busy machine only adds time: for the same reason, numbers of which one
exceeds its limit are measured again. Limits in seconds are for a machine on which the yardstick takes `USUAL`; a slower
one gets as many times as long. `run.py NAME…` measures only some, by the names of `NUMBERS`.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import chromium
import corpus
import hostile
from buffer import Buffer, serving
from measure import BUFFERCTL, Measured, environment, measured

_HERE = Path(__file__).parent
_APPLY = (*BUFFERCTL, "apply", "--auto-approve", "--settle", "0")
_PLAN = (*BUFFERCTL, "plan", "--detailed-exitcode")
#: The command that the console script runs, but always with exit code 0.
_ANY_EXIT = "import os; end = os._exit; os._exit = lambda code: end(0)\nfrom bufferctl.cli import main; main()"
#: The yardstick: PyYAML's C parser without the garbage collector, which takes three quarters of its time otherwise. It
#: opens the files, too.
_YAML = """
import gc, sys, time, yaml
gc.disable()
began = time.process_time()
for name in sys.argv[1:]:
    yaml.load(open(name, "rb").read(), yaml.CSafeLoader)
print(time.process_time() - began)
"""
#: Seconds that the yardstick takes for 10,000 posts on the machine of docs/how/performance.md.
USUAL = 0.5
#: How often numbers are measured of which one exceeds its limit.
_TRIES = 3


@dataclass(frozen=True, slots=True)
class Number:
    """One number. `value` must be at most `limit`, or equal to it if `exact`; `unit` is printed after both."""

    what: str
    value: float
    limit: float
    unit: str = ""
    how: str = ""
    exact: bool = False

    def on(self, pace: float) -> Number:
        """The number on a machine that takes `pace` times as long as the usual one."""
        return replace(self, limit=self.limit * pace) if self.unit == " s" else self

    @property
    def holds(self) -> bool:
        """Whether the value is within its limit."""
        return self.value == self.limit if self.exact else self.value <= self.limit

    def __str__(self) -> str:
        digits = 2 if self.unit in {" x", " s", " MB"} else 1 if self.unit == " %" else 0
        bound = "exactly" if self.exact else "at most"
        number = f"{self.value:.{digits}f}{self.unit} ({bound} {self.limit:.3g}{self.unit})"
        return f"{'holds' if self.holds else 'FAILS'}  {self.what:44} {number:28} {self.how}".rstrip()


@dataclass(frozen=True, slots=True)
class Bench:
    """Runs commands in projects below `scratch`."""

    scratch: Path

    @property
    def env(self) -> dict[str, str]:
        """The environment of every process."""
        return environment(self.scratch)

    def run(self, command: Sequence[str], cwd: Path | None = None, buffer: Buffer | None = None) -> Measured:
        """Run a command to its end, in a project and with a sandbox if it needs them."""
        return measured(command, buffer.env if buffer else self.env, cwd or self.scratch)

    def project(self, name: str, posts: int, *organizations: str, findings: int = 0) -> Path:
        """A new project without state."""
        folder = self.scratch / name
        shutil.rmtree(folder, ignore_errors=True)
        corpus.write(folder, posts, organizations or ("Acme",), findings=findings)
        return folder

    def parse(self, folder: Path) -> float:
        """Seconds that the yardstick takes for the files of posts of a project."""
        files = sorted(path.name for path in (folder / corpus.ALL).parent.iterdir())
        return float(self.run((sys.executable, "-c", _YAML, *files), (folder / corpus.ALL).parent).out)

    def pace(self) -> float:
        """How many times as long as the usual machine this one takes now; 1 if it is faster."""
        folder = self.project("yardstick", 10_000)
        return max(1.0, min(self.parse(folder) for _ in range(3)) / USUAL)


#: The most requests and connections to Buffer, and to the host of the state, of each command in `trips.py`.
_TRIPS = {
    "first plan": (3, 1, 0, 0),
    "first plan, ids": (2, 1, 0, 0),
    "first apply of 1": (5, 1, 0, 0),
    "plan": (1, 1, 0, 0),
    "drift": (1, 1, 0, 0),
    "list --live": (1, 1, 0, 0),
    "apply of nothing": (1, 1, 0, 0),
    "apply of 1": (3, 1, 0, 0),
    "first apply of 30": (6, 1, 0, 0),
    "first apply of 115": (10, 1, 0, 0),
    "first apply of 1000": (44, 1, 0, 0),
    "git: first apply": (5, 1, 8, 4),
    "git: plan": (1, 1, 3, 1),
    "git: apply of nothing": (1, 1, 3, 1),
    "git: apply of 1": (3, 1, 7, 3),
    "git: apply of an edit": (3, 1, 7, 3),
    "bucket: first apply": (5, 1, 8, 2),  # its first writes are refused, which may cost a connection
    "bucket: plan": (1, 1, 1, 1),
    "bucket: apply of nothing": (1, 1, 1, 1),
    "bucket: apply of 1": (3, 1, 4, 1),  # one of them lists the states of other root files
    "bucket: apply of an edit": (3, 1, 3, 1),
}


_COUNTED = ("", ", connections", ", state", ", state, connections")


def trips(bench: Bench) -> Iterator[Number]:
    """How many requests and connections each command takes; its wall time where a round trip takes so long."""
    printed = bench.run((sys.executable, str(_HERE / "trips.py"), "0", "150", "400")).out
    latency, seen = "", set[tuple[str, str]]()
    for line in printed.splitlines():
        if line.startswith("# "):
            latency = line.removeprefix("# ")
            continue
        name, *counts, wall = line.split("\t")
        seen.add((latency, name))
        rows = list(zip(_COUNTED, map(int, counts), _TRIPS[name], strict=True))
        for number, (what, found, limit) in enumerate(rows):
            if (number % 2 == 0 and limit) or found > limit:  # connections where they are too many
                how = f"on {rows[number + 1][1]}; {wall} s" if number % 2 == 0 else ""
                yield Number(f"{name} at {latency} ms{what}", found, limit, how=how)
    if missing := {(each, name) for each in ("0", "150", "400") for name in _TRIPS} - seen:
        raise RuntimeError(f"not measured: {sorted(missing)}")


def small(bench: Bench) -> Iterator[Number]:
    """What the commands of a project of one post take: nearly all of it is start-up."""
    folder = bench.scratch / "small"
    corpus.write_news(folder, 1)
    with serving(bench.env) as buffer:
        bench.run(_APPLY, folder, buffer)
        for name, command, limit in (("validate", (*BUFFERCTL, "validate"), 0.35), ("plan", _PLAN, 0.6)):
            bench.run(command, folder, buffer)  # once before, to compile modules
            took = min(bench.run(command, folder, buffer).cpu for _ in range(7))
            yield Number(f"{name} of one post, processor time", took, limit, " s")


def startup(bench: Bench) -> Iterator[Number]:
    """`--help` and `--version` against click alone."""
    commands = [(sys.executable, "-c", "import click"), (*BUFFERCTL, "--help"), (*BUFFERCTL, "--version")]
    for command in commands:  # once before, to compile modules
        bench.run(command)
    rounds = [[bench.run(command).wall for command in commands] for _ in range(21)]
    click, shown, version = (min(times) for times in zip(*rounds, strict=True))
    for name, took in (("--help", shown), ("--version", version)):
        yield Number(name, took / click, 1.11, " x", f"{took * 1000:.0f} ms, import click {click * 1000:.0f} ms")


def requests(bench: Bench) -> Iterator[Number]:
    """The number of API requests."""
    with serving(bench.env) as buffer:
        folder = bench.scratch / "news"
        corpus.write_news(folder, 300)
        bench.run(_APPLY, folder, buffer)
        _, writes = buffer.requests()
        yield Number("300 new posts on a channel, writes", writes, 10, exact=True)
    with serving(bench.env) as buffer:
        folder = bench.project("two", 1000, "Acme", "Globex")
        bench.run(_APPLY, folder, buffer)
        buffer.requests()
        bench.run(_PLAN, folder, buffer)
        reads, _ = buffer.requests()
        yield Number("plan, 1,000 posts in 2 organizations, requests", reads, 8)
    with serving(bench.env) as buffer:
        folder, half, none = (bench.scratch / name for name in ("channel", "half", "none"))
        none.mkdir()
        corpus.write_news(folder, 5000)
        bench.run(_APPLY, folder, buffer)
        shutil.copytree(folder / ".bufferctl", half)
        corpus.write_news(folder, 10_000)
        bench.run(_APPLY, folder, buffer)
        for what, limit, kept in (("all", 8, None), ("half", 14, half), ("none", 16, none)):
            if kept:
                for old in (folder / ".bufferctl", bench.scratch / "state"):
                    shutil.rmtree(old, ignore_errors=True)
                shutil.copytree(kept, folder / ".bufferctl")
            buffer.requests()
            bench.run((*BUFFERCTL, "plan"), folder, buffer)
            yield Number(f"plan, 10,000 on a channel, {what} in the state", buffer.requests()[0], limit)


def validate(bench: Bench) -> Iterator[Number]:
    """How long `validate` takes for clean posts and for posts with findings, against the yardstick."""
    folders = [bench.project("clean", 10_000), bench.project("warned", 10_000, findings=9000)]
    runs: list[list[Measured]] = [[], []]
    for folder in folders:  # once before, to compile modules
        bench.run((*BUFFERCTL, "validate"), folder)
    parsed = []
    for _ in range(5):
        for folder, those in zip(folders, runs, strict=True):
            those.append(bench.run((*BUFFERCTL, "validate"), folder))
        parsed.append(bench.parse(folders[0]))
    for those, what, ratio, memory in zip(runs, ("", ", 9,000 findings"), (2, 2.2), (120, 120), strict=True):
        took, parse = min(each.cpu for each in those), min(parsed)
        yield Number(f"validate 10,000 posts{what}", took / parse, ratio, " x", f"{took:.2f} s, {parse:.2f} s")
        yield Number("… memory", max(each.peak for each in those), memory, " MiB")


def size(bench: Bench) -> Iterator[Number]:
    """What `validate` takes for ten times the posts, and for each post in a file of its own."""
    folders = [bench.project(f"sized-{count}", count) for count in (10_000, 100_000)]
    runs = [[bench.run((*BUFFERCTL, "validate"), folder) for _ in range(3)] for folder in folders]
    small, large = (min(each.cpu for each in those) for those in runs)
    yield Number("validate 100,000 posts against 10,000", large / small, 10.5, " x", f"{large:.1f} s, {small:.2f} s")
    small, large = (max(each.peak for each in those) for those in runs)
    yield Number("… memory", large / small, 10.5, " x", f"{large:.0f} MiB, {small:.0f} MiB")
    folder = bench.scratch / "files"
    corpus.write_files(folder, 10_000)
    pairs = [(bench.run((*BUFFERCTL, "validate"), folder).cpu, bench.parse(folder)) for _ in range(5)]
    took, parsed = (min(times) for times in zip(*pairs, strict=True))
    how = f"{took:.2f} s, {parsed:.2f} s"
    yield Number("validate 10,000 files of one post", took / parsed, 3.5, " x", how)


def media(bench: Bench) -> Iterator[Number]:
    """What 500 images of 2 MB add to `validate`, which hashes each in full and decodes none."""
    folder, example = bench.scratch / "pictures", _HERE.parent / "examples" / "pictures" / "media" / "console.jpg"
    (folder / "media").mkdir(parents=True)
    small = example.read_bytes()
    for number in range(500):
        comments = (b"\xff\xfe\xff\xfe" + number.to_bytes(4, "big") * 16_383) * 30
        (folder / "media" / f"{number}.jpg").write_bytes(small[:2] + comments + small[2:])
    runs: dict[str, list[Measured]] = {"file: media/": [], "url: https://acme.github.io/": []}
    for source in list(runs) * 4:
        (folder / "buffer.yaml").write_text(_pictures(source), encoding="utf-8")
        runs[source].append(bench.run((*BUFFERCTL, "validate"), folder))
    files, urls = (min(run.cpu for run in found[1:]) for found in runs.values())
    peak = max(run.peak for run in runs["file: media/"])
    yield Number("500 pictures of 2 MB, beyond their posts", files - urls, 2, " s", f"{files:.2f} s in all")
    yield Number("500 pictures of 2 MB, memory", peak, 150, " MiB")


def _pictures(source: str) -> str:
    """A root file with 500 posts, each with its own image."""
    head = "version: 1\ntimezone: UTC\nmedia: {public_url: https://acme.github.io/social}\norganizations:\n"
    lines = [head + "  - {name: Acme, channels: [{service: facebook, name: acme}]}\nposts:"]
    for number in range(500):
        lines += [
            f"  - key: p{number}\n    channels: [facebook]\n    text: Post {number}",
            f"    due_at: 2030-{number % 12 + 1:02d}-{number // 12 % 28 + 1:02d} {number // 336 + 9:02d}:00",
            f"    assets: [image: {{{source}{number}.jpg, alt_text: x}}]",
        ]
    return "\n".join(lines) + "\n"


def campaign(bench: Bench) -> Iterator[Number]:
    """What `validate` of a campaign of 10,000 posts takes, against the same posts written by hand."""
    folders = [bench.scratch / name for name in ("campaign", "by-hand")]
    runs: list[list[Measured]] = [[], []]
    for folder, by_hand in zip(folders, (False, True), strict=True):
        corpus.write_campaign(folder, by_hand=by_hand)
        bench.run((*BUFFERCTL, "validate"), folder)
    for _ in range(5):
        for folder, those in zip(folders, runs, strict=True):
            those.append(bench.run((*BUFFERCTL, "validate"), folder))
    took, by_hand_took = (min(each.cpu for each in those) for those in runs)
    peak, by_hand_peak = (max(each.peak for each in those) for those in runs)
    how = f"{took:.2f} s, by hand {by_hand_took:.2f} s"
    yield Number("validate a campaign of 10,000 posts", took / by_hand_took, 1, " x", how)
    yield Number("… memory", peak / by_hand_peak, 1, " x", f"{peak:.0f} MiB, by hand {by_hand_peak:.0f} MiB")


def worst(bench: Bench) -> Iterator[Number]:
    """What `validate` takes for inputs designed to be slow, the faster of two runs."""
    for name, folder in hostile.projects(bench.scratch):
        runs = [bench.run((sys.executable, "-c", _ANY_EXIT, "validate"), folder) for _ in range(2)]
        yield Number(name, min(each.cpu for each in runs), 2, " s", f"{max(each.peak for each in runs):.0f} MiB")
        yield Number("… memory", max(each.peak for each in runs), 200, " MiB")


def plan(bench: Bench) -> Iterator[Number]:
    """What `plan` takes if nothing has changed, live reads included; only its own process counts."""
    found = {}
    for posts in (1000, 10_000):
        folder = bench.project(f"planned-{posts}", posts)
        with serving(bench.env) as buffer:
            bench.run(_APPLY, folder, buffer)
            found[posts] = [bench.run(_PLAN, folder, buffer) for _ in range(5)]
        parse = min(bench.parse(folder) for _ in range(5))
    small, large = (min(each.cpu for each in runs) for runs in found.values())
    yield Number("plan 10,000 unchanged posts", large / parse, 4.5, " x", f"{large:.2f} s, {parse:.2f} s")
    yield Number("… memory", max(each.peak for each in found[10_000]), 150, " MiB")
    yield Number("plan 10,000 against 1,000", large / small, 12, " x", f"{large:.2f} s, {small:.2f} s")


def alike(bench: Bench) -> Iterator[Number]:
    """What matching takes where each of 1,000 new queue posts may be any of 1,000 in Buffer."""
    output = bench.run((sys.executable, str(_HERE / "alike.py"))).out.split()
    for texts, seconds in zip(("texts of their own", "texts that are alike"), map(float, output), strict=True):
        yield Number(f"1,000 by 1,000 unexplained, {texts}", seconds, 2 if texts.endswith("own") else 6, " s")


def render(bench: Bench) -> Iterator[Number]:
    """What rendering a plan of 10,000 changes takes, as text and as JSON."""
    folder = bench.project("rendered", 10_000)
    output = bench.run((sys.executable, str(_HERE / "render.py"), str(folder)), folder).out.split()
    for form, seconds in zip(("text", "JSON"), map(float, output), strict=True):
        yield Number(f"{form} of 10,000 changes, own time", seconds, 2, " s")


def apply(bench: Bench) -> Iterator[Number]:
    """What `apply` of 30 new posts takes, each time into an empty account: nearly all of it is start-up."""
    folder, took, writes = bench.scratch / "thirty", [], []
    corpus.write_news(folder, 30)
    for _ in range(7):
        shutil.rmtree(folder / ".bufferctl", ignore_errors=True)
        with serving(bench.env) as buffer:
            took.append(bench.run(_APPLY, folder, buffer).cpu)
            writes.append(buffer.requests()[1])
    yield Number("apply 30 new posts, writes", max(writes), 1, exact=True)
    yield Number("apply 30 new posts, processor time", min(took), 0.6, " s")


def journal(bench: Bench) -> Iterator[Number]:
    """What journal and verification add to an apply of 1,000 posts."""
    commands = {"with": _APPLY, "without": (sys.executable, str(_HERE / "without.py"), ".")}
    took: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(7):
        for name, command in commands.items():
            folder = bench.project("thousand", 1000)
            with serving(bench.env) as buffer:
                took[name].append(bench.run(command, folder, buffer).wall)
    ours, bare = (min(times) for times in took.values())
    how = f"{ours:.2f} s, without both {bare:.2f} s"
    yield Number("apply 1,000 with journal and verification", ours / bare, 1.6, " x", how)


def state(bench: Bench) -> Iterator[Number]:
    """The state of 10,000 objects: its size in a shared store, and what reading it takes."""
    folder = bench.project("recorded", 1)
    size, seconds = bench.run((sys.executable, str(_HERE / "state.py"), str(folder)), folder).out.split()
    yield Number("state of 10,000 objects", int(size) / 1e6, 3, " MB")
    yield Number("state of 10,000 objects, read", float(seconds), 0.2, " s")


def quota(bench: Bench) -> Iterator[Number]:
    """10,000 creates against 100 requests in 15 minutes, on a simulated clock."""
    folder = bench.project("quota", 10_000)
    output = bench.run((sys.executable, str(_HERE / "quota.py"), str(folder)), folder).out.split()
    seconds, sent, refused = map(int, output)
    best = 900 * (-(-sent // 100) - 1)
    how = f"{seconds} s for {sent} requests, at best {best} s"
    yield Number("10,000 creates, over the optimum", 100 * (seconds / best - 1), 2, " %", how)
    yield Number("10,000 creates, answers 429", refused, 0, exact=True)


def page(bench: Bench) -> Iterator[Number]:
    """The HTML report of 1,000 and 5,000 new posts: its size, and how soon it can be used in a browser."""
    for count, most in ((1000, 2), (5000, 3)):
        what = f"HTML of {count:,} new posts"
        folder = bench.project(f"paged-{count}", count)
        bench.run((*BUFFERCTL, "plan", "--offline", "--report", "plan.html"), folder)
        report = folder / "plan.html"
        yield Number(what, report.stat().st_size / 1e6, most, " MB")
        if took := chromium.usable(report):
            yield Number(f"{what}, usable in Chromium", took.opened, 1, " s")
            yield Number(f"{what}, … Chromium's processor time", took.worked, 1, " s")
            yield Number(f"{what}, slowest frame while scrolling", 1000 * took.frame, 50, " ms")
            yield Number(f"{what}, search", took.search, 0.5, " s")


NUMBERS: tuple[Callable[[Bench], Iterator[Number]], ...] = (
    trips,
    startup,
    small,
    requests,
    validate,
    media,
    campaign,
    size,
    worst,
    plan,
    alike,
    render,
    apply,
    journal,
    state,
    quota,
    page,
)


def main(names: Sequence[str]) -> int:
    """Measure and print; returns the exit code."""
    known = {number.__name__: number for number in NUMBERS}
    if unknown := set(names) - set(known):
        print(f"There is no {', '.join(sorted(unknown))}; there are {', '.join(known)}", file=sys.stderr)
        return 64
    held = [_holds(known[name]) for name in names or known]
    return int(not all(held))


def _holds(measure: Callable[[Bench], Iterator[Number]]) -> bool:
    """Whether all numbers of a function are within their limits in one of a few tries; prints them."""
    for _ in range(_TRIES):
        with tempfile.TemporaryDirectory() as scratch:
            bench, all_hold = Bench(Path(scratch)), True
            pace = bench.pace()
            if pace > 1:
                print(f"The machine takes {pace:.1f} times as long as the usual one.")
            for number in measure(bench):
                found = number.on(pace)
                print(found, flush=True)
                all_hold &= found.holds
        if all_hold:
            return True
    return False


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
