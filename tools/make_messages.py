"""Prints docs/problems/messages.md: each hold and each error with its answer, from the code that words them.

Holds are constants with blanks; errors are read from where they are raised. `…` stands for a value.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from bufferctl import errors
from bufferctl.config.format import names
from bufferctl.config.read import slips, syntax
from bufferctl.plan import Reason
from bufferctl.reconcile import holds
from bufferctl.said import Said

PACKAGE = Path(errors.__file__).parent
_HEAD = """\
# All messages

To find a message, paste it into the search above. `…` stands for names and numbers; after the message comes what to do.
Messages with a code such as BC002 are [rules](../reference/rules.md).

## A post needs you

bufferctl leaves these posts alone until a person decides. `ADDRESS` is the post's address, as plan shows it.
"""


class _Topic(NamedTuple):
    """What some holds are about. `page`: what explains them, empty if there is none."""

    title: str
    page: str
    reasons: tuple[Reason, ...]


_TOPICS = (
    _Topic(
        "It may be in Buffer already",
        "[The state is lost](index.md#the-state-is-lost)",
        (Reason.AMBIGUOUS, Reason.UNREAD, Reason.UNSETTLED),
    ),
    _Topic(
        "It was changed or deleted in Buffer",
        "[Somebody edited it](../write/recipes.md#somebody-edited-it-in-buffer), "
        "[somebody deleted it](../write/recipes.md#somebody-deleted-it-in-buffer)",
        (Reason.CHANGED, Reason.CONFLICT, Reason.GONE, Reason.LAG),
    ),
    _Topic("Its time has passed", "[A post is too late](index.md#a-post-is-too-late)", (Reason.MISSED,)),
    _Topic(
        "It is published, or was refused",
        "[The network refused a post](index.md#the-network-refused-a-post)",
        (Reason.SENT, Reason.ERROR),
    ),
    _Topic(
        "It is not deleted",
        "[A file was deleted by accident](index.md#a-file-was-deleted-by-accident)",
        (Reason.DELETES, Reason.PROTECTED),
    ),
    _Topic(
        "The checkout lacks a commit that was applied",
        "[Across machines](../how/reliability.md#across-machines)",
        (Reason.DIVERGED,),
    ),
    _Topic(
        "A freeze, or another rule of your team",
        "[Policy](../run/policy.md)",
        (Reason.FREEZE, Reason.INTO_FREEZE, Reason.POLICY),
    ),
    _Topic("It is suspended", "[When something goes wrong in the world](suspended.md)", (Reason.SUSPENDED,)),
    _Topic(
        "It is not edited",
        "[When people also work in Buffer](../start/existing-queue.md#when-people-also-work-in-buffer)",
        (Reason.ADOPTED, Reason.IDEA, Reason.LEGAL),
    ),
    _Topic("Its channel, or something that it names, is missing", "", (Reason.CHANNEL, Reason.UNRESOLVED)),
)
#: Errors by what they are about: the title, and the classes.
_SECTIONS = {
    "The API key": ("KeyRefusedError",),
    "Buffer does not answer as it should": ("ApiError", "RateLimitedError", "TooLargeError", "UnreachableError"),
    "The files": ("ConfigError", "FilesError", "UnreadableError", "UnknownNameError", "DateError", "LocalTimeError"),
    "A line of the files": ("at", "at_key", "Diagnostic", "diagnostic", "_problem", "_stop"),
    "Media": ("NotPublicError", "OversizeError"),
    "The state": ("StateError", "OvertakenError", "LockedError"),
    "A saved or reviewed plan": ("StalePlanError",),
    "A run that stopped": ("PartWayError", "InterruptError"),
    "Importing and pulling": ("NotExpressibleError",),
    "In CI": ("ForgeError",),
    "The command line": ("UsageError", "check_known"),
    "Other": ("BufferctlError",),
}
#: How a blank of a hold is shown; `…` for all others.
_BLANKS = {
    "another_time": "Give it another `due_at`",
    "begin": "run `bufferctl state begin CHANNEL`",
    "begin_all": "run `bufferctl state begin`",
    "both": "`repeat_of: ID`",
    "cancelled": "`cancelled: true`",
    "boards": " (there are: …)",
    "cancelled_there": "`cancelled: […]`",
    "candidate": "ID",
    "entries": " (`…`)",
    "existing": "`existing: ID`",
    "in_buffer": " (`…`)",
    "in_file": " (`…`)",
    "go": "go",
    "goes_out": str(holds.GOES_OUT.facts["goes_out"]),
    "its_id": " (ID)",
    "its_posts": "its 6 posts are",
    "kept": "none is deleted and they will be published",
    "let_go": "run `bufferctl state rm ADDRESS`",
    "let_out": "`freeze: false`",
    "later": "run `bufferctl resume --missed +1w`",
    "limit": "5",
    "minutes": "2",
    "named": "ID",
    "notice": "here it is 1 hour",
    "posts": "6 posts",
    "pull": "run `bufferctl pull ADDRESS`",
    "pull_other": "run `bufferctl pull ADDRESS`",
    "reapply": "run `bufferctl apply --reapply ADDRESS`",
    "recreate": "run `bufferctl apply --recreate ADDRESS`",
    "renamed": "`was: …`",
    "same": "`existing: ID`",
    "setting": "`max_deletes: 6`",
    "repeat_of": "`repeat_of: ID`",
    "seen": " (…)",
    "stay": "will be published",
    "stays": "stays in Buffer",
    "suspects": "ID",
    "suspension": "Earthquake",
    "tags": "tag “…”",
    "tags_seen": " (seen: …)",
    "wanted": "2 hours",
    "weeks": "a week",
    "what": "everything that was removed",
    "whose": "A person created it in Buffer",
    **dict.fromkeys(("and_goes_out", "besides", "no_line", "no_was", "reason", "shortened"), ""),
}
#: What an error says in place of a blank, if that is a word that people search for.
_WORDS = {"nothing_was": "sent"}
#: Options in place of a command.
_OPTIONS = {"confirm_removed": "--confirm-removed ADDRESS", "run": "--max-deletes 6"}


def page() -> str:
    """The whole page."""
    text = _HEAD + "".join(_topics())
    found = _errors()
    for title, classes in _SECTIONS.items():
        lines = sorted({line for name in classes for line in found[name]})
        text += f"\n## {title}\n\n" + "".join(f"{line}\n" for line in lines)
    return (
        f"{text}\n<!-- Generated by tools/make_messages.py from the code that words them; edit the code instead. -->\n"
    )


def _topics() -> Iterator[str]:
    """The holds by what they are about. Raises ValueError if some are about something else."""
    found: dict[Reason, dict[str, None]] = defaultdict(dict)
    for hold in _holds():
        found[hold.reason][_line(_shown(hold.message), _shown(hold.hint))] = None
    for topic in _TOPICS:
        yield f"\n### {topic.title}\n\n"
        if topic.page:
            yield f"See {topic.page}.\n\n"
        yield from (f"{line}\n" for reason in topic.reasons for line in found.pop(reason))
    if found:
        raise ValueError(f"holds without a topic: {', '.join(found)}")


def _holds() -> Iterator[holds.Hold]:
    """Each constant; the forms of one question are a table."""
    for each in vars(holds).values():
        forms = each.values() if isinstance(each, dict) else [each]
        yield from (form for form in forms if isinstance(form, holds.Hold))


def _shown(said: Said) -> str:
    """A sentence with its blanks as the page shows them."""

    def shown(blank: re.Match[str]) -> str:
        name = blank["name"]
        if name in said.blanks:
            return str(said.blanks[name])
        return (_OPTIONS if blank["part"] else _BLANKS).get(name, "…")

    return re.sub(r"\{(?P<name>\w+)(?P<part>\.options)?\}", shown, said.template)


def _line(message: str, hint: str) -> str:
    message, hint = (re.sub(r"\{[a-z_]+\}", "…", text) for text in (message, hint))
    hint = re.sub(r":\n(bufferctl [^\n]*)", r": `\1`", hint).replace("\n", " ")
    message, hint = (_capitalized(text) for text in (message, hint))
    hint += "" if not hint or hint.endswith((".", "?", "!", "`")) else "."
    end = "" if message.endswith((".", "?", "!")) else "."
    return f"- **{_safe(message)}{end}** {_safe(hint)}".rstrip()


def _capitalized(text: str) -> str:
    """Text as a sentence; the name of a file or a program stays as it is written."""
    return text if re.match(r"\w+\.\w|git ", text) else text[:1].upper() + text[1:]


def _safe(text: str) -> str:
    """Text outside of backticks as Markdown shows it."""
    parts = text.replace("\n", " ").split("`")
    plain = [re.sub(r"([<>*\[\]_#])", r"\\\1", part) if n % 2 == 0 else part for n, part in enumerate(parts)]
    return "`".join(plain)


def _errors() -> dict[str, set[str]]:
    """The lines of each class of errors."""
    found: dict[str, set[str]] = defaultdict(set)
    for path in sorted(PACKAGE.rglob("*.py")):
        if "sandbox" in path.parts[len(PACKAGE.parts) : -1]:
            continue
        text = path.read_text(encoding="utf-8")
        if not (_CALL.search(text) or _ABOUT_VALUES.search(text)):
            continue  # to read all trees takes seconds
        tree, lines = ast.parse(text), text.splitlines()
        module = _Reader()
        module.follow([each for each in tree.body if isinstance(each, ast.Assign)], (0,))
        for function in _functions(tree.body):
            if not _CALL.search("\n".join(lines[function.lineno - 1 : function.end_lineno])):
                continue
            reader = _Reader(dict(module.names))
            reader.follow(function.body, (0,))
            for name, message, hint in reader.found:
                found[name].add(_line(message, hint))
        if path.relative_to(PACKAGE).parts[0] in _VALUES and _ABOUT_VALUES.search(text):
            found["at"] |= set(_about_values(tree))
    found["at"] |= {_line(message, hint) for _, message, hint, _ in slips._SLIPS}  # noqa: SLF001 - nothing else has them
    found["at"] |= {_line(message, hint) for _, message, hint, *_ in syntax._SAYINGS}  # noqa: SLF001 - likewise
    return found


def _functions(block: Sequence[ast.AST]) -> Iterator[ast.FunctionDef]:
    """Every function in a block of statements: to look for them in expressions, too, took a third of the time."""
    for each in block:
        if isinstance(each, ast.FunctionDef):
            yield each
        for name in ("body", "orelse", "handlers", "finalbody", "cases"):
            yield from _functions(getattr(each, name, []))


#: The rooms whose models say what is wrong with a value.
_VALUES = ("model", "config")


def _about_values(tree: ast.Module) -> Iterator[str]:
    """The lines for what models say of a value, and what we say for pydantic."""
    for node in ast.walk(tree):
        words, unfit = list[ast.expr](), list[ast.expr]()
        match node:
            case ast.Raise(exc=ast.Call(func=ast.Name(id="ValueError"), args=[text])):
                words = [text]
            case ast.Raise(exc=ast.Call(func=ast.Name(id="UnfitError"), args=[text, *_])):
                unfit = [text]
            case ast.Call(func=ast.Name(id="reading"), args=[_, text, *_]):
                unfit = [text]
            case ast.FunctionDef(name="_message"):
                words = [each.value for each in ast.walk(node) if isinstance(each, ast.Return) and each.value]
        said = [text for word in words for _, text in _Reader().texts(word)]
        said += [f"`…` {text}" for word in unfit for _, text in _Reader().texts(word)]
        yield from (_line(text, "") for text in said if re.search(r"\w{4}", text))


#: A text that a name may have: where in the branches of a function it gets it, and the text.
_Texts = list[tuple[tuple[int, ...], str]]
_KNOWN = {name for classes in _SECTIONS.values() for name in classes}
#: Where a file has a line of an error, and where its models may say something of a value.
_CALL = re.compile(rf"\b(?:{'|'.join(_KNOWN)})\(")
_ABOUT_VALUES = re.compile(r"\b(?:ValueError|UnfitError|reading|_message)\(")


class _Reader:
    """Reads a function in the order in which it runs. `names`: the texts that each name may have at this point."""

    def __init__(self, names: dict[str, _Texts] | None = None) -> None:
        self.names: dict[str, _Texts] = names or {}
        self.found: list[tuple[str, str, str]] = []

    def follow(self, body: list[ast.stmt], path: tuple[int, ...]) -> None:
        """Read statements. `path`: the branches in which they are."""
        for statement in body:
            if isinstance(statement, ast.FunctionDef | ast.ClassDef):
                continue
            if isinstance(statement, ast.If):
                self._call(statement.test, path)
                self._branch(statement, path)
                continue
            parts = [statement, *getattr(statement, "handlers", ()), *getattr(statement, "cases", ())]
            inner = [block for each in parts for name in ("body", "orelse") if (block := getattr(each, name, []))]
            for block in [*inner, getattr(statement, "finalbody", [])]:
                self.follow(block, path)
            if not inner:
                self._call(statement, path)
                self._assign(statement, path)

    def _branch(self, statement: ast.If, path: tuple[int, ...]) -> None:
        before, after = dict(self.names), dict[str, _Texts]()
        for number, body in enumerate((statement.body, statement.orelse)):
            self.names = dict(before)
            self.follow(body, (*path, statement.lineno, number))
            if not (body and isinstance(body[-1], ast.Return | ast.Raise | ast.Continue)):
                for name, texts in self.names.items():
                    after[name] = list(dict.fromkeys([*after.get(name, []), *texts]))
        self.names = after or before

    def _assign(self, statement: ast.stmt, path: tuple[int, ...]) -> None:
        if isinstance(statement, ast.AugAssign) and isinstance(statement.target, ast.Name):
            before = self.names.get(statement.target.id, [])
            self.names[statement.target.id] = [(at, text + self._first(statement.value)) for at, text in before]
        if not isinstance(statement, ast.Assign) or len(statement.targets) != 1:
            return
        target, value = statement.targets[0], statement.value
        pairs = [(target, value)]
        if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
            pairs = list(zip(target.elts, value.elts, strict=True))
        for name, given in pairs:
            if isinstance(name, ast.Name):
                self.names[name.id] = [(path, text) for _, text in self.texts(given)]

    def _call(self, node: ast.AST, path: tuple[int, ...]) -> None:
        for call in ast.walk(node):
            if not (isinstance(call, ast.Call) and (name := _name(call.func)) in _KNOWN):
                continue
            first = int(name in _SECTIONS["A line of the files"])  # after the field, the offset, or the severity
            first += name == "_problem" and len(call.args) == len(("row", "column", "message", "hint"))
            given = {each.arg: each.value for each in call.keywords}
            hint = given.get("hint") or (call.args[first + 1] if len(call.args) > first + 1 else None)
            if isinstance(hint, ast.BoolOp) and isinstance(hint.values[-1], ast.Constant):
                hint = hint.values[-1]  # unless there is a similar name
            hints = self.texts(hint) if hint else []
            for at, message in self.texts(call.args[first]) if len(call.args) > first else []:
                fitting = [each for each in hints if at[: len(each[0])] == each[0] or each[0][: len(at)] == at]
                if re.search(r"\w{4}", message):
                    longest = max(fitting, key=lambda each: len(each[0]), default=(path, ""))
                    self.found.append((name, message, longest[1]))

    def texts(self, node: ast.expr) -> _Texts:
        """The texts that an expression may be."""
        match node:
            case ast.Constant(value=str(text)):
                return [((0,), text)]
            case ast.JoinedStr(values=values):
                return [((0,), "".join(self._first(each) for each in values))]
            case ast.Call(func=ast.Attribute(value=ast.Name(id="BLOCK_FORM"), attr="format")):
                return [((0,), names.BLOCK_FORM)]
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                return [(at, text + self._first(right)) for at, text in self.texts(left)]
            case ast.IfExp(body=body, orelse=other):
                return [*self.texts(body), *self.texts(other)]
            case ast.Name(id=name):
                return self.names.get(name, [])
        return []

    def _first(self, node: ast.expr) -> str:
        """The text of a part, `…` where it may be several."""
        node = node.value if isinstance(node, ast.FormattedValue) else node
        if isinstance(node, ast.Name) and node.id in _WORDS:
            return _WORDS[node.id]
        found = {text for _, text in self.texts(node.body if isinstance(node, ast.IfExp) else node)}
        return found.pop() if len(found) == 1 else "…"


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


if __name__ == "__main__":
    print(page(), end="")
