"""`python -m ci.drift`: every night, whether Buffer is still as it was applied; an issue is open while it is not."""

from __future__ import annotations

from ci.comments import fenced, marked, marker
from ci.job import Job, arguments, end, job

_DRIFT = 2
_TITLE = "Buffer is no longer as the files say"


def main() -> int:
    """Exit code 0 with an issue or without; else bufferctl's."""
    this = job(arguments(__doc__ or "").parse_args())
    with this.state():
        ran = this.run("drift")
    if ran.code not in {0, _DRIFT}:
        return ran.code
    first = marker("drift", this.about)
    known = this.forge.open_issue(first)
    if ran.code == _DRIFT:
        _tell(this, marked(first, _body(this, ran.printed)), known)
    elif known:
        said = "**Over.** Buffer is as the files say again, or what differed was taken into them."
        this.forge.edit_issue(known[0], marked(first, f"{said}\n\n{this.end_of_comment(this.commit())}"), close=True)
    return 0


def _tell(this: Job, body: str, known: tuple[int, str] | None) -> None:
    if known is None:
        this.forge.add_issue(f"{_TITLE} ({this.about})" if this.about else _TITLE, body)
    elif known[1].replace("\r\n", "\n").strip() != body.strip():
        this.forge.edit_issue(known[0], body, close=False)


def _body(this: Job, printed: str) -> str:
    said = "Somebody changed something in Buffer, or something failed there. Each line says what to do."
    return f"{said}\n\n{fenced(printed)}\n\n{this.end_of_comment(this.commit())}"


if __name__ == "__main__":
    end(main)
