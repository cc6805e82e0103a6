"""What the rules find in the files, as problems with their places."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from bufferctl import DOCS
from bufferctl.checks import RULES, Finding, check, check_lengths, unknown_codes, waits_for_account
from bufferctl.config import Loaded, Located, Locator, in_order
from bufferctl.diagnostics import Diagnostic, Related, Severity
from bufferctl.model import Desired, Idea, Post

if TYPE_CHECKING:
    from bufferctl.model import LiveChannel

#: Further occurrences of a repeated post that a problem names; of more it gives the number.
_NAMED = 2
#: How many warnings of one rule are shown before something else that is asked for; `validate` shows all.
FEW = 3


def judge_files(loaded: Loaded, *, account_follows: bool = False) -> tuple[Diagnostic, ...]:
    """The problems of the files, and the findings of the rules.

    `account_follows`: what the account may know better is left to `judge_lengths`. Posts with errors are not
    judged: what is missing in one may only be unreadable.
    """
    desired = loaded.sound
    if desired is None:
        return loaded.diagnostics
    found = check(desired, now=datetime.now(UTC))
    kept = [each for each in found if not (account_follows and waits_for_account(each))]
    problems = [*loaded.diagnostics, *_unknown(loaded.root, desired), *_placed(loaded.root, desired, kept)]
    return in_order(problems, loaded.files)


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


def _placed(root: Path, desired: Desired, found: Iterable[Finding]) -> Iterator[Diagnostic]:
    """What was found, each at its place; the files concerned are read once more."""
    locator = Locator(root, desired.channels)
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
    for each in item.expansion.variables if isinstance(item, Post) and item.expansion else ():
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


def shorten(problems: Iterable[Diagnostic]) -> Iterator[Diagnostic]:
    """The same with at most `FEW` warnings of each rule, and how many more there are."""
    seen: Counter[str] = Counter()
    for problem in problems:
        if problem.code and problem.severity is Severity.WARNING:
            seen[problem.code] += 1
            if seen[problem.code] > FEW:
                continue
        yield problem
    names = {rule.code: rule.name for rule in RULES}
    for code, number in seen.items():
        if number > FEW:
            message = f"and {number - FEW} more like those of {names.get(code, code)}"
            yield Diagnostic(Severity.WARNING, message, hint="To see them all, run `bufferctl validate`.", code=code)


def _unknown(root: Path, desired: Desired) -> Iterator[Diagnostic]:
    locator = Locator(root, ())
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
