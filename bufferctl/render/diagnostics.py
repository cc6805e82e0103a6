"""Problems as text: place, message, the line with a caret under the spot, a hint, related places.

```
posts/w49.yaml:14:9: error: there is no field `time` here
   14 |         time: 2026-12-01 09:00
      |         ^^^^
  hint: did you mean `due_at`?
```
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bufferctl.diagnostics import Diagnostic, Severity
from bufferctl.model import visible
from bufferctl.render.lines import Paint, cells, count, steps, wrapped

#: How many columns of a line are shown; a longer line is cut around the caret.
_SHOWN = 110
_BEFORE = 50
#: What stands beside a line that is shown: its number, and what says that it goes on.
_MARGIN = 10


def diagnostics_text(diagnostics: Iterable[Diagnostic], paint: Paint, width: int = 0) -> str:
    """All problems, separated by blank lines; empty if there are none. `width`: of lines of prose, 0 for any."""
    return "\n\n".join(_one(each, paint, width) for each in diagnostics)


def summary_text(diagnostics: Sequence[Diagnostic]) -> str:
    """`2 errors and 1 warning in 1 file`; empty if there are none."""
    files = len({each.place.file for each in diagnostics if each.place})
    counts = counts_text(diagnostics)
    return f"{counts} in {count(files, 'file')}" if files else counts


def counts_text(diagnostics: Sequence[Diagnostic]) -> str:
    """`2 errors and 1 warning`; empty if there are none."""
    errors = sum(each.number for each in diagnostics if each.severity is Severity.ERROR)
    warnings = sum(each.number for each in diagnostics) - errors
    return " and ".join(count(number, what) for number, what in ((errors, "error"), (warnings, "warning")) if number)


def _one(diagnostic: Diagnostic, paint: Paint, width: int) -> str:
    severity = diagnostic.severity
    color = paint.bad if severity is Severity.ERROR else paint.change
    where = f"{_flat(str(diagnostic.place))}: " if diagnostic.place else ""
    code = f" [{diagnostic.code}]" if diagnostic.code else ""
    plain = f"{where}{severity}: "
    first, *more = _wrapped(f"{plain}{_flat(diagnostic.message)}{code}", width, "  ")
    if first.startswith(plain):
        first = f"{paint.strong(where) if where else ''}{color(f'{severity}:')} {first.removeprefix(plain)}"
    lines = [first, *more]
    if diagnostic.place and diagnostic.place.line and diagnostic.source.strip():
        lines += _excerpt(diagnostic, paint, min(_SHOWN, width - _MARGIN) if width else _SHOWN)
    if diagnostic.hint:
        for part in steps(f"hint: {diagnostic.hint}"):
            lines += (
                [f"      {_flat(part.text)}"] if part.is_command else _wrapped(f"  {_flat(part.text)}", width, "    ")
            )
    for each in diagnostic.related:
        lines += _wrapped(f"  {_flat(str(each.place))}: {_flat(each.note)}", width, "    ")
    return "\n".join(lines)


def _wrapped(line: str, width: int, indent: str) -> list[str]:
    """The line in lines of at most `width` columns, 0 for any; all but the first are indented."""
    if not width or cells(line) <= width:
        return [line]
    first = wrapped(line, width)[0]
    rest = line.removeprefix(first).lstrip()
    return [first, *(f"{indent}{each}" for each in wrapped(rest, width - len(indent)))] if rest else [first]


def _excerpt(diagnostic: Diagnostic, paint: Paint, shown: int) -> list[str]:
    place = diagnostic.place
    number = str(place.line if place else 0).rjust(5)
    at = (place.column if place else 1) - 1
    line = diagnostic.source
    start = max(0, at - min(_BEFORE, shown // 2)) if len(line) > shown else 0
    end = min(len(line), start + shown)
    if end < len(line):
        end -= len(line[start:end]) - len(line[start:end].rstrip("\u200d"))  # half of a joined emoji shows its joiner
    before, spot, after = line[start:at], line[at : min(at + diagnostic.width, end)], line[at + diagnostic.width : end]
    before = ("…" if start else "") + _visible(before)
    spot = _visible(spot)
    after = _visible(after) + ("…" if end < len(line) else "")
    carets = "^" * max(1, cells(spot))
    return [
        f"{paint.faint(number + ' |')} {before}{spot}{after}".rstrip(),
        f"{paint.faint('      |')} {' ' * cells(before)}{paint.bad(carets)}",
    ]


def _flat(text: str) -> str:
    """The text on one line, since quotes from files may contain line breaks."""
    return visible(text.replace("\n", "⏎"))


def _visible(text: str) -> str:
    return visible(text).replace("\t", "    ")
