"""The files: read, checked by the rules and free of errors, and the selection by PATHs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bufferctl import DOCS
from bufferctl.checks import LEFT_TO_PLAN, RULES, WORTH_A_LOOK, Finding, check, check_lengths
from bufferctl.config import Loaded, Located, Locator, in_order, load
from bufferctl.config.read import Spot
from bufferctl.config.resolve import ROOT_NAME, find_root
from bufferctl.diagnostics import Diagnostic, FilesError, Kind, Related, Severity, has_errors
from bufferctl.errors import ConfigError, UsageError
from bufferctl.machine import state_folder
from bufferctl.model import Desired, Idea, Post, Settings, StateSettings
from bufferctl.model.desired import GIT_REMOTE
from bufferctl.run.listener import SILENT, Listener
from bufferctl.run.secrets import without_secrets
from bufferctl.value import replace, value

if TYPE_CHECKING:
    from bufferctl.model import LiveChannel
    from bufferctl.state import Store

#: Suffixes of files of posts; any other single file that is passed to apply is a saved plan.
POST_FILES = frozenset({".yaml", ".yml"})


@value()
class Files:
    """The files' contents, without errors, and the folder of the root file, `root_name`.

    `named` are the files that PATHs narrow to, by their names below the root; None if there are no PATHs. `warnings`
    are their problems that stop nobody. `by_rules`: the content is checked, with the account's limits too.
    `only_suspends`: they have errors, so only their suspensions count. `read`: the names of all files that were read,
    with texts and media.
    """

    root: Path
    desired: Desired
    named: frozenset[str] | None = None
    warnings: tuple[Diagnostic, ...] = ()
    by_rules: bool = True
    root_name: str = ROOT_NAME
    only_suspends: bool = False
    read: frozenset[str] = frozenset()

    @property
    def root_file(self) -> Path:
        """The root file, by which the journal knows the project."""
        return self.root / self.root_name

    @cached_property
    def commit(self) -> str:
        """The checked-out commit, asked for once; empty without git or outside a repository."""
        from bufferctl.state.checkout import head

        return head(self.root)

    @property
    def remote(self) -> str:
        """The git remote that has the history of the files; never a URL that the files name."""
        state = self.desired.settings.state
        return state.remote if state and ":" not in state.remote else GIT_REMOTE

    def store(self, named: Path | None, listener: Listener) -> Store:
        """Where the state is. `named`: a state file that the user asked for instead. Raises as `open_state`."""
        from bufferctl.run.places import open_state

        return open_state(self.desired.settings.state, self.root_file, listener, named=named)


def load_declared(file: Path | None) -> Loaded:
    """The declared objects, with the facts about the media files that they name.

    Raises ConfigError if there is no root file, or if such a file cannot be read.
    """
    found = load(file, Path.cwd(), today=datetime.now(UTC).date())
    if found.sound is None or not found.names_files:
        return found
    from bufferctl.media.reading import read_files

    sound = read_files(found.sound, found.root)
    return replace(found, sound=sound, desired=sound if found.desired else None)


def open_files(
    root: Path | None = None,
    paths: Collection[Path] = (),
    listener: Listener = SILENT,
    *,
    by_rules: bool = True,
    or_suspends: bool = False,
) -> Files:
    """Read and check the files; the listener gets their problems, but only the first of many warnings of one rule.

    `root` is the root file, the nearest by default. `paths` are files or folders that a plan is narrowed to.
    `by_rules`: check the content by the rules, unless only objects in Buffer matter; limits that the account knows
    better are checked when it is read. `or_suspends`: open files with errors all the same if anything is suspended.
    Raises FilesError, ConfigError if there is no root file, UsageError for a path that is not read.
    """
    found = _declared(root)
    named = named_files(paths, found)
    problems = judge_files(found, account_follows=True) if by_rules else found.diagnostics
    listener.diagnostics(
        shorten(each for each in problems if not each.code or is_about(each, named) or has_errors([each]))
    )
    if found.desired is None or has_errors(problems):
        if or_suspends and found.suspending:
            listener.error(_ONLY_SUSPENDS, "Fix them: until then nothing else is sent.")
            name, desired = found.files[0], found.suspending
            return Files(found.root, desired, named, problems, False, name, only_suspends=True, read=found.read)
        message = "The files have errors, so nothing was done"
        raise FilesError(message, problems, found.root, hint="Fix them, then try again.")
    return Files(found.root, found.desired, named, problems, by_rules, found.files[0], read=found.read)


_ONLY_SUSPENDS = "The files have errors, so only what is suspended is taken off the schedule"


def _declared(file: Path | None) -> Loaded:
    """As `load_declared`; a media file that cannot be read is one more error, if anything is suspended."""
    try:
        return load_declared(file)
    except FilesError:
        raise
    except ConfigError as error:
        found = load(file, Path.cwd(), today=datetime.now(UTC).date())
        if found.suspending is None:
            raise
        problem = Diagnostic(Severity.ERROR, error.message, hint=error.hint)
        return replace(found, desired=None, diagnostics=(*found.diagnostics, problem))


def is_kept_place(path: Path) -> bool:
    """Whether a file is in the folder for the state of a root file, or in that for the journal.

    The work folder of a run is below the latter, and `bufferctl ci` has its plans and reports written there.
    """
    from bufferctl.disk import work_folders
    from bufferctl.state.local import STATE_FOLDER

    folders = path.resolve().parents
    is_of_journal = state_folder().resolve() in folders and work_folders().resolve() not in folders
    return folders[0].name == STATE_FOLDER or is_of_journal


def shared_state(root_file: Path) -> StateSettings | None:
    """A branch for the state, if the root file is in a git repository with the usual remote."""
    from bufferctl.state.location import has_remote

    return StateSettings() if has_remote(root_file) else None


def folder_of(root: Path) -> str:
    """Where a folder is below the root of its repository; empty at the root, and outside of any."""
    from bufferctl.state.local import repository_of

    repository = repository_of(root / ROOT_NAME)
    below = root.resolve().relative_to(repository) if repository else Path()
    return "" if below == Path() else below.as_posix()


def find_root_file(file: Path | None) -> Path:
    """The root file, which need not exist yet: the one named, else the nearest, else a new one in this folder."""
    if file is not None:
        return Path.cwd() / file
    try:
        return find_root(None, Path.cwd())
    except ConfigError:
        return Path.cwd() / ROOT_NAME


def read_pulled(root: Path, listener: Listener, channels: Mapping[tuple[str, str], LiveChannel]) -> Desired:
    """The declared objects after pull wrote the files.

    `channels` are those of the account, which limit lengths too. Raises ConfigError; the listener gets the problems.
    """
    found = load_declared(root)
    problems = judge_files(found, account_follows=True)
    if found.desired is not None and channels:
        problems += judge_lengths(found.root, found.desired, channels)
    if found.desired is None or has_errors(problems):
        listener.diagnostics(problems)
        message = "With Buffer's version the files would have these errors, so nothing was written"
        hint = (
            "Correct that in Buffer, or in the files by hand. Other posts can be pulled by their addresses meanwhile."
        )
        raise FilesError(message, problems, found.root, hint=hint)
    _refuse_keys(found)
    return found.desired


def read_imported(root: Path, listener: Listener) -> Desired:
    """The same after import wrote the files. Raises ConfigError; the listener gets the problems."""
    found = load_declared(root)
    problems = judge_files(found, account_follows=True)
    if found.desired is None or has_errors(problems):
        listener.diagnostics(problems)
        message = "With the imported posts the files would have these errors, so nothing was written"
        hint = "Follow their hints in the files that are there already, then import again."
        raise FilesError(message, problems, found.root, hint=hint)
    _refuse_keys(found)
    return found.desired


def _refuse_keys(found: Loaded) -> None:
    """Raise ConfigError if one of the files that were written has the API key in it."""
    for name in found.files:
        text = (found.root / name).read_text(encoding="utf-8")
        if without_secrets(text) != text:
            raise ConfigError(
                f"{name} would contain your API key, so nothing was written",
                hint="Remove it from the post in Buffer. Whoever sees that post has the key, so make a new one.",
            )


def is_about(problem: Diagnostic, named: frozenset[str] | None) -> bool:
    """Whether a problem concerns the files that PATHs name; without PATHs, every problem does."""
    places = [problem.place, *(each.place for each in problem.related)]
    return named is None or any(place is None or place.file in named for place in places)


def named_files(paths: Collection[Path], loaded: Loaded) -> frozenset[str] | None:
    """The files that PATHs name, None without PATHs. Raises UsageError if one names none that is read."""
    if not paths:
        return None
    names: set[str] = set()
    places = {name: (loaded.root / name).resolve() for name in loaded.files}
    for path in paths:
        real = path.resolve()
        found = {name for name, place in places.items() if real == place or real in place.parents}
        if not found and loaded.root_is_sound:
            if not path.exists():
                raise UsageError(f"There is no {path}", hint="Check the spelling of the path.")
            raise UsageError(
                f"The root file includes nothing in {path}",
                hint="`include` in the root file says which files are read.",
            )
        names |= found
    return frozenset(names)


#: Further occurrences of a repeated post that a problem names; of more it gives the number.
_NAMED = 2
#: How many findings of a rule are shown where it has too many, and how many are not too many for `validate` as text.
FEW, MANY = 3, 20
_ALL, _ALL_AS_JSON = (f"To see them all, run `bufferctl validate{option}`." for option in ("", " --json"))


def judge_files(loaded: Loaded, *, account_follows: bool = False, as_text: bool = False) -> tuple[Diagnostic, ...]:
    """The problems of the files, and the findings of the rules.

    `account_follows`: what depends on the account is left to `judge_lengths` and to the plan. `as_text`: only what
    `shorten` leaves of them is placed. Posts with errors are not judged: what is missing in one may only be unreadable.
    """
    desired = loaded.sound
    if desired is None:
        return loaded.diagnostics
    found = check(desired, now=datetime.now(UTC))
    kept = [each for each in found if not (account_follows and each.rule in LEFT_TO_PLAN)]
    kept, left = _first_few(kept, loaded.files) if as_text else (kept, [])
    placed = _placed(loaded.root, desired, kept, loaded.trees)
    of_files = _at_levels(loaded.diagnostics, desired.settings)
    return in_order((*of_files, *_unknown(loaded, desired), *placed, *left), loaded.files)


def _at_levels(problems: Iterable[Diagnostic], settings: Settings) -> Iterator[Diagnostic]:
    """The problems of the files, those that a rule has at its level."""
    own = {rule.code: rule.severity for rule in RULES}
    for each in problems:
        level = settings.level_of(each.code, own[each.code]) if each.code else each.severity
        if level:
            yield replace(each, severity=level)


def _first_few(found: Iterable[Finding], files: Sequence[str]) -> tuple[list[Finding], list[Diagnostic]]:
    """The first findings of each rule that has too many, each in all its occurrences, and how many are left."""
    order = {name: number for number, name in enumerate(files)}
    rules: dict[str, dict[tuple[Any, ...], list[Finding]]] = {}
    for each in found:
        place = each.item.place
        same = (order[place.file], place.line, place.column, each.path, each.message, each.quote)
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
    most = {}
    for post in desired.posts:
        channel = channels.get((post.address.organization, post.address.channel))
        if channel and channel.max_characters:
            most[post.address] = channel.max_characters
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
        if isinstance(item, Post) and not finding.names_occurrence:
            same.setdefault(item.address.key, item)
    for diagnostic, items in occurrences.items():
        yield replace(diagnostic, message=diagnostic.message + _in_occurrences(items))


def _settings(item: Post | Idea, located: Located) -> Iterator[Related]:
    """Where the variables of what was found are set."""
    if item.expansion is None:
        return
    for each in item.expansion.variables:
        if each.place and (located.variables is None or each.name in located.variables):
            yield Related(each.place, f"`{each.name}` is set here")


def _in_occurrences(items: Mapping[str, Post]) -> str:
    """Which occurrences of a repeated post something was found in; nothing if it is every one."""
    times = max((post.expansion.times for post in items.values() if post.expansion), default=0)
    if not times or len(items) == times:
        return ""
    first, *others = items
    if len(others) > _NAMED:
        return f" (in `{first}` and {len(others)} more)"
    return f" (in {', '.join(f'`{key}`' for key in items)})"


def shorten(problems: Iterable[Diagnostic], *, as_text: bool = False) -> Iterator[Diagnostic]:
    """The problems with only `FEW` warnings of each rule that has more, and how many more there are.

    `as_text`: only `FEW` findings of each rule that has more than `MANY`, be they warnings or errors.
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
    codes = [*(rule.code for rule in RULES), WORTH_A_LOOK]
    by_case = [each.casefold() for each in codes]
    for code in [each for each in desired.settings.rules if each not in codes]:
        plain = code.casefold().replace("_", "-")
        near = [rule.code for rule in RULES if rule.name == plain]
        near = near or [each for each in codes if each.casefold() in get_close_matches(plain, by_case, n=1)]
        located = locator.setting(desired.files[0], "rules", code)
        yield Diagnostic(
            Severity.ERROR,
            f"there is no rule `{code}`, so this changes nothing",
            located.place,
            f"did you mean `{near[0]}`?" if near else f"{DOCS}/reference/rules.md has them all",
            located.line,
            located.width,
            kind=Kind.UNKNOWN_NAME,
        )
