"""Injected faults: what goes wrong, how often, and on which requests; seeded, so that runs are reproducible.

docs/reference/sandbox.md explains the rules, such as `cut-after@createPost#2`, and each kind of fault.
"""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from graphql import GraphQLError

from bufferctl.sandbox.core import Core, answer, error_of
from bufferctl.sandbox.exchange import RequestRecord, Response
from bufferctl.sandbox.store import Doc


@dataclass(frozen=True)
class Kind:
    """A kind of fault. `on`: what it hits unless the rule says; `seconds`: likewise; `refusal`: Buffer's words."""

    moments: tuple[str, ...] = ()
    on: str | None = None
    seconds: float = 0.0
    per_alias: bool = False
    refusal: str = ""


_REPEAT = "Invalid post: It looks like you've already got this one scheduled."
_PAST = "Invalid post input: dueAt must be in the future"
KINDS = {
    **dict.fromkeys(("cut", "timeout", "5xx", "html", "malformed"), Kind(("before", "middle", "after"))),
    **dict.fromkeys(("throw", "unexpected", "rest-proxy", "missing-alias"), Kind(("before", "after"), per_alias=True)),
    **dict.fromkeys(("skew", "created-skew", "rate-limit"), Kind()),
    "late": Kind(on="mutation", seconds=3.0),
    "slow": Kind(on="mutation", seconds=3.4),
    "lag": Kind(on="query", seconds=5.0),
    "duplicate": Kind(on="createPost", per_alias=True, refusal=_REPEAT),
    "past": Kind(on="createPost", per_alias=True, refusal=_PAST),
}
_SKEWS = ("skew", "created-skew")
_UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86_400, "": 1}
_RULE = re.compile(
    r"(?P<kind>[a-z0-9-]+)(@(?P<on>\w+))?(#(?P<first>\d+)((?P<dash>-)(?P<last>\d+)|(?P<plus>\+))?)?"
    r"(=(?P<chance>\d*\.?\d+(?![a-z\d])))?(?P<sep>[:=])?((?P<amount>-?\d*\.?\d+)(?P<unit>ms|s|m|h|d))?(\*(?P<times>\d+))?"
)


class FaultError(ValueError):
    """A rule that cannot be parsed; the text names it."""


@dataclass(frozen=True)
class Rule:
    """One rule; as a fault that hit, with the moment at which it does."""

    kind: str  # of fault
    moment: str | None = None  # before, middle, after, or None to let the seed choose
    on: str | None = None  # query, mutation or a root field
    first: int = 1  # of the requests that match, from 1
    last: int | None = None  # None for no end
    probability: float = 1.0  # from 0 to 1
    seconds: float = 0.0  # its duration
    times: int | None = None  # at most, None for no limit

    @property
    def name(self) -> str:
        """The kind as written in rules, with its moment."""
        return f"{self.kind}-{self.moment}" if self.moment else self.kind


@dataclass(frozen=True)
class FaultRecord:
    """An entry of the fault log: when, what, which request (counting from 1), and which alias if it hit one."""

    at: datetime
    fault: str
    request: int
    alias: str | None = None


class Faults:
    """Draws faults by rules. `log` has every fault so far; the same seed and requests give the same faults."""

    def __init__(self, rules: str | Sequence[Rule | dict[str, Any]] = (), seed: int = 0) -> None:
        """Raises FaultError for rules that cannot be parsed."""
        self.rules = parse_rules(rules) if isinstance(rules, str) else [*map(_as_rule, rules)]
        self.seed = seed
        self.log: list[FaultRecord] = []
        self._random = random.Random(seed)  # noqa: S311 - repeatable on purpose
        self._met = [0] * len(self.rules)
        self._hit = [0] * len(self.rules)

    def skew(self, kind: str = "skew") -> float:
        """How many seconds the service's clock is off; for `created-skew`, its creation times beyond that."""
        return sum(rule.seconds for rule in self.rules if rule.kind == kind)

    @property
    def counts(self) -> dict[str, int]:
        return dict(sorted(Counter(record.fault for record in self.log).items()))

    def draw(self, kind: str | None, fields: Sequence[str], *, write: bool = False) -> Rule | None:
        """Return the fault of this request, or of this alias of a mutation if `write` is set; None if there is none."""
        found = None
        for place, rule in enumerate(self.rules):
            if rule.kind in _SKEWS or KINDS[rule.kind].per_alias != write or rule.on not in {None, kind, *fields}:
                continue
            self._met[place] += 1
            chance, choice = self._random.random(), self._random.random()
            due = rule.first <= self._met[place] and (rule.last is None or self._met[place] <= rule.last)
            left = rule.times is None or self._hit[place] < rule.times
            if found is None and due and left and chance < rule.probability:
                self._hit[place] += 1
                moments = KINDS[rule.kind].moments or ("",)
                found = replace(rule, moment=rule.moment or moments[int(choice * len(moments))])
        return found

    def choose(self, below: int) -> int:
        """Return a number from 0 up to, but not including, `below`."""
        return self._random.randrange(below)

    def describe(self) -> dict[str, Any]:
        """Return rules, seed, counts and log as JSON data."""
        log = [{**asdict(record), "at": record.at.isoformat()} for record in self.log]
        return {"seed": self.seed, "rules": [asdict(rule) for rule in self.rules], "counts": self.counts, "log": log}


def parse_rules(text: str) -> list[Rule]:
    """Parse rules in their short form; FaultError names a rule that cannot be parsed."""
    return [_parse(part.strip()) for part in text.split(",") if part.strip()]


def read_rules(text_or_file: str) -> list[Rule]:
    """Parse rules in short form, or from a file with the short form or a JSON list; FaultError if neither works."""
    path = Path(text_or_file)
    try:
        is_file = path.is_file()
        text = path.read_text(encoding="utf-8").strip() if is_file else text_or_file
    except (OSError, ValueError) as error:
        raise FaultError(f"cannot read {text_or_file}: {error}") from None
    if not text.startswith("["):
        return parse_rules(text.replace("\n", ","))
    try:
        return [_as_rule(rule) for rule in json.loads(text)]
    except json.JSONDecodeError as error:
        raise FaultError(f"{text_or_file} is not JSON: {error}") from None


def _parse(text: str) -> Rule:
    match = _RULE.fullmatch(text)
    if match is None or (match["sep"] and not match["amount"]) or (match["amount"] and not match["sep"]):
        raise FaultError(f"{text!r} is not a fault, such as cut-after=0.2 or late=0.1:3s")
    first = int(match["first"] or 1)
    last = None  # from there on
    if match["last"]:
        last = int(match["last"])
    elif match["first"] and not match["plus"]:
        last = first
    return _as_rule({
        "kind": match["kind"], "on": match["on"], "nth": (first, last), "probability": match["chance"] or 1,
        "seconds": float(match["amount"]) * _UNITS[match["unit"]] if match["amount"] else None,
        "times": int(match["times"]) if match["times"] else None,
    })  # fmt: skip


def _as_rule(given: Rule | dict[str, Any]) -> Rule:
    if isinstance(given, Rule):
        return given
    try:
        name = given["kind"]
        kind, _, moment = name.rpartition("-")
        first, last = given.get("nth") or (1, None)
        chance = float(given.get("probability", 1))
        on, seconds, times = given.get("on"), given.get("seconds"), given.get("times")
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise FaultError(f"{given!r} is not a fault: {error}") from None
    if moment not in KINDS.get(kind, Kind()).moments:
        kind, moment = name, ""
    if kind not in KINDS:
        raise FaultError(f"{name!r} is no kind of fault; there are {', '.join(KINDS)}")
    if not 0 <= chance <= 1:
        raise FaultError(f"{name}: a probability is between 0 and 1")
    usual = KINDS[kind]
    seconds = usual.seconds if seconds is None else seconds
    return Rule(kind, moment or None, on or usual.on, first, last, chance, seconds, times)


_PAGE = b"<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"


@dataclass
class Exchange:
    """One execution of a request, the context of every resolver, with the faults of a mutation's aliases."""

    core: Core
    faults: Faults
    record: RequestRecord
    number: int  # of the request, counting from 1
    hidden_since: int | None = None  # newer rows (ms) are not in lists yet; None hides nothing
    stop_after: int | None = None  # after so many writes it breaks off; None lets it finish
    written: int = 0
    missing: list[str] = field(default_factory=list)

    def around(self, name: str, alias: str, payload: Sequence[str], write: Callable[[], Doc]) -> Doc:
        """Do the write or skip it, then return its answer or raise an error that nulls the whole answer.

        `payload`: the types that the mutation can answer with.
        """
        if self.stop_after is not None and self.written >= self.stop_after:
            raise unexpected_error()
        self.written += 1
        fault = self.faults.draw("mutation", [name], write=True)
        if fault is None:
            return write()
        self.faults.log.append(FaultRecord(self.record.at, fault.name, self.number, alias))
        if refusal := KINDS[fault.kind].refusal:
            return error_of(payload, refusal, "InvalidInputError", "VoidMutationError")
        truth = write() if fault.moment == "after" else None
        unknown = error_of(payload, "Unknown error", "UnexpectedError", "VoidMutationError", "InvalidInputError")
        match fault.kind:
            case "throw":
                raise unexpected_error()
            case "missing-alias":
                self.missing.append(alias)
                return truth or unknown
            case "rest-proxy" if "RestProxyError" in payload:
                return answer("RestProxyError", message="Request failed with status code 503", code=503, link=None)
            case "rest-proxy" | "unexpected":
                return unknown
        raise ValueError(f"a fault of the kind {fault.kind} does not happen to a write")

    def without_missing(self, response: Response) -> Response:
        if not self.missing:
            return response
        data = json.loads(response.body)
        for alias in self.missing:
            (data.get("data") or {}).pop(alias, None)
        return Response(response.status, json.dumps(data).encode(), response.headers)


def unexpected_error() -> GraphQLError:
    return GraphQLError("An unexpected error occurred", extensions={"code": "UNEXPECTED"})


def spoiled(fault: Rule, response: Response) -> Response:
    """Return the response that a client sees after a fault of kind 5xx, html or malformed."""
    html = [("content-type", "text/html; charset=utf-8")]
    match fault.kind:
        case "5xx":
            return Response(502, _PAGE, html)
        case "html":
            return Response(200, _PAGE, html)
        case "malformed":
            return Response(response.status, response.body[: max(1, len(response.body) // 2)], response.headers)
    raise ValueError(f"a fault of the kind {fault.kind} does not happen to a whole request")
