"""`bufferctl doctor`: everything that must be well before posts go out, each with its fix. Changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from bufferctl.cli import examples, options
from bufferctl.errors import worst

if TYPE_CHECKING:
    from bufferctl.run.checkup import Check

#: Columns that verdicts take.
_VERDICTS = 9


@click.command(
    epilog=examples(
        ("bufferctl doctor", "what to do first, or what is wrong"),
        ("bufferctl doctor --json", "the same for a program"),
    )
)
@click.option("--schema", "with_schema", is_flag=True, help="Compare Buffer's schema with what bufferctl relies on.")
@options.json_option
@options.setup_options
def doctor(as_json: bool, with_schema: bool, setup: options.Setup) -> int:
    """Check the key, the account, the files and the state, and explain how to fix what is wrong.

    Nothing is changed. It uses two API requests, three with --schema, and checks the URL of every image, video and
    document. The exit code is 1 if there is a problem, 4 if the problem is the key.
    """
    from bufferctl.run.checkup import Checkup

    console = setup.console
    key_place = str(setup.api_key_file or "BUFFER_API_KEY")
    checkup = Checkup(setup.file, setup.state_file, setup.api_url, key_place, setup.connected, console, with_schema)
    found = list(checkup.findings())
    if as_json:
        from bufferctl.render.json_documents import document

        console.data(document("doctor", {"checks": found}))
    else:
        console.data(_text(found, console))
    return worst([each.exit_code for each in found])


def _text(found: Sequence[Check], console: options.Console) -> str:
    from bufferctl.model.plain_text import visible
    from bufferctl.render.lines import count, sentence, steps, wrapped
    from bufferctl.run.checkup import Verdict

    painters = {Verdict.OK: console.out.good, Verdict.WARNING: console.out.change, Verdict.PROBLEM: console.out.bad}
    lines, width = [], console.out.width - _VERDICTS
    for each in found:
        hint = steps(f"→ {each.hint}") if each.hint else ()
        rows = wrapped(visible(sentence(each.message)), width)
        for part in hint:
            rows += [f"    {visible(part.text)}"] if part.is_command else wrapped(visible(part.text), width)
        lines.append(f"{painters[each.verdict](each.verdict.value)}{' ' * (_VERDICTS - len(each.verdict))}{rows[0]}")
        lines += [" " * _VERDICTS + row for row in rows[1:]]
    problems, warnings = (sum(each.verdict is v for each in found) for v in (Verdict.PROBLEM, Verdict.WARNING))
    counts = " and ".join(count(n, what) for n, what in ((problems, "problem"), (warnings, "warning")) if n)
    verdict = f"{counts} found." if problems else f"{counts or 'Everything is fine'}."
    return "\n".join([*lines, "", console.out.strong(verdict)])
