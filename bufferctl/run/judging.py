"""What the rules find in the files, as problems with their places."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bufferctl import DOCS
from bufferctl.checks import RULES, Finding, check, check_lengths, unknown_codes, waits_for_account
from bufferctl.config import Loaded, Located, Locator, in_order
from bufferctl.config.tree import Spot
from bufferctl.diagnostics import Diagnostic, Related, Severity
from bufferctl.model import Desired, Idea, Post

if TYPE_CHECKING:
    from bufferctl.model import LiveChannel

#: Further occurrences of a repeated post that a problem names; of more it gives the number.
_NAMED = 2
#: How many findings of a rule are shown where it has too many, and how many are not too many for `validate` as text.
FEW, MANY = 3, 20
_ALL, _ALL_AS_JSON = (f"To see them all, run `bufferctl validate{option}`." for option in ("", " --json"))


def judge_files(loaded: Loaded, *, account_follows: bool = False, as_text: bool = False) -> tuple[Diagnostic, ...]:
    """The problems of the files, and the findings of the rules.

    `account_follows`: what the account may know better is left to `judge_lengths`. `as_text`: only what `shorten`
    leaves of them is placed. Posts with errors are not judged: what is missing in one may only be unreadable.
    """
    desired = loaded.sound
    if desired is None:
        return loaded.diagnostics
    found = check(desired, now=datetime.now(UTC))
    kept = [each for each in found if not (account_follows and waits_for_account(each))]
    kept, left = _first_few(kept, loaded.files) if as_text else (kept, [])
    placed = _placed(loaded.root, desired, kept, loaded.trees)
    return in_order((*loaded.diagnostics, *_unknown(loaded, desired), *placed, *left), loaded.files)


def _first_few(found: Iterable[Finding], files: Sequence[str]) -> tuple[list[Finding], list[Diagnostic]]:
    """The first findings of each rule that has too many, each in all its occurrences, and how many are left."""
    order = {name: number for number, name in enumerate(files)}
    rules: dict[str, dict[tuple[Any, ...], list[Finding]]] = {}
    for each in found:
        place = each.item.place
        same = (order[place.file], place, str(each.path), each.message, each.quote)
        rules.setdefault(each.rule.code, {}).setdefault(same, []).append(each)
    kept: list[Finding] = []
    left = []
    for code, of_rule in rules.items():
        shown = sorted(of_rule)[:FEW] if len(of_rule) > MANY else of_rule
        kept += (each for same in shown for each in of_rule[same])
        if number := len(of_rule) - len(shown):
            left.append(_left(kept[-1].severity, code, number, _ALL_AS_JSON))
    return kept, left


def judge_lengths(
    root: Path, desired: Desired, channels: Mapping[tuple[str, str], LiveChannel]
) -> tuple[Diagnostic, ...]:
    """Texts that are too long for their channel, if the channel itself reports its limit.

    `channels`: the live channel by the organization and the label of the declared one.
    """
    most = {
        post.address: channel.max_characters
        for post in desired.posts
        if (channel := channels.get((post.address.organization, post.address.channel))) and channel.max_characters
    }
    found = check_lengths(desired, most, datetime.now(UTC))
    return in_order(_placed(root, desired, found), desired.files)


def _placed(
    root: Path, desired: Desired, found: Iterable[Finding], trees: Mapping[str, Spot] | None = None
) -> Iterator[Diagnostic]:
    """What was found, each at its place. `trees`: the files as they were read; without them they are read again."""
    locator = Locator(root, desired.channels, trees)
    occurrences: dict[Diagnostic, dict[str, Post]] = {}
    for finding in sorted(found, key=lambda each: each.item.place.file):
        item, rule = finding.item, finding.rule
        located = locator.field(item.place, item.address, finding.path, finding.quote)
        diagnostic = Diagnostic(
            finding.severity,
            finding.message,
            located.place,
            finding.hint or rule.hint,
            located.line,
            located.width,
            rule.code,
            (*(Related(each.item.place, each.note) for each in finding.related), *_settings(item, located)),
        )
        same = occurrences.setdefault(diagnostic, {})
        if isinstance(item, Post):
            same.setdefault(item.address.key, item)
    for diagnostic, items in occurrences.items():
        yield replace(diagnostic, message=diagnostic.message + _in_occurrences(items, diagnostic.message))


def _settings(item: Post | Idea, located: Located) -> Iterator[Related]:
    """Where the variables of what was found are set."""
    for each in item.expansion.variables if item.expansion else ():
        if each.place and (located.variables is None or each.name in located.variables):
            yield Related(each.place, f"`{each.name}` is set here")


def _in_occurrences(items: Mapping[str, Post], message: str) -> str:
    """Which occurrences of a repeated post something was found in; nothing if it is every one, or said already."""
    times = max((post.expansion.times for post in items.values() if post.expansion), default=0)
    if not times or len(items) == times:
        return ""
    first, *others = items
    if f"`{first}`" in message:
        return ""
    if len(others) > _NAMED:
        return f" (in `{first}` and {len(others)} more)"
    return f" (in {', '.join(f'`{key}`' for key in items)})"


def shorten(problems: Iterable[Diagnostic], *, as_text: bool = False) -> Iterator[Diagnostic]:
    """The same with `FEW` warnings of each rule that has more, and how many more there are.

    `as_text`: with `FEW` findings of each rule that has more than `MANY`, be they warnings or errors.
    """
    problems = tuple(problems)
    of_rules = [each for each in problems if each.code and (as_text or each.severity is Severity.WARNING)]
    found = Counter(each.code for each in of_rules)
    left = {each.code: each for each in of_rules if found[each.code] > (MANY if as_text else FEW)}
    seen: Counter[str] = Counter()
    for problem in problems:
        if problem.code in left and (as_text or problem.severity is Severity.WARNING):
            seen[problem.code] += 1
            if seen[problem.code] > FEW:
                continue
        yield problem
    for code, one in left.items():
        yield _left(one.severity, code, found[code] - FEW, _ALL_AS_JSON if as_text else _ALL)


def _left(severity: Severity, code: str, number: int, hint: str) -> Diagnostic:
    name = next((rule.name for rule in RULES if rule.code == code), code)
    return Diagnostic(severity, f"and {number:,} more like those of {name}", hint=hint, code=code, number=number)


def _unknown(loaded: Loaded, desired: Desired) -> Iterator[Diagnostic]:
    locator = Locator(loaded.root, (), loaded.trees)
    codes = [rule.code for rule in RULES]
    for code in unknown_codes(desired.settings.rules):
        near = get_close_matches(code.upper(), codes, n=1) or [
            rule.code for rule in RULES if rule.name == code.casefold().replace("_", "-")
        ]
        located = locator.setting(desired.files[0], "rules", code)
        yield Diagnostic(
            Severity.ERROR,
            f"there is no rule `{code}`, so this changes nothing",
            located.place,
            f"did you mean `{near[0]}`?" if near else f"{DOCS}/reference/rules.md has them all",
            located.line,
            located.width,
        )
