"""`python -m ci.plan`: check the files and plan, leave the plan as an artifact, and say it on the request."""

from __future__ import annotations

from pathlib import Path

from ci.comments import fenced, marker, put
from ci.job import arguments, end, job, tell

#: How bufferctl tells of pending changes.
_PENDING = 2
#: How it begins to say that there is no plan because of the files. Every problem is told before.
_INVALID = "The files have errors"
#: What is left for people and programs to read.
_REPORTS = ("plan.md", "plan.html", "plan.report.json", "plan.sarif")


def main() -> int:
    """Exit code 0: there is a plan, whatever is in it; else bufferctl's."""
    parser = arguments(__doc__ or "")
    parser.add_argument("--offline", choices=["true", "false"], default="false", help="without a key")
    told = parser.parse_args()
    this = job(told)
    folder = this.work / "plan"
    folder.mkdir(exist_ok=True)
    with this.state():
        ran = this.run("plan", *_options(folder, offline=told.offline == "true"))
    (folder / "plan.txt").write_text(ran.printed, encoding="utf-8")
    made = ran.code in {0, _PENDING}
    request = this.forge.request()
    commit = request.head if request else this.commit()
    tell(folder=str(folder), artifact=f"{this.artifact}-{commit}", changes=str(ran.code == _PENDING).lower())
    if request and this.comments:
        body = _plan(folder) if made else _no_plan(ran.printed)
        put(this.forge, request.number, marker("plan", this.about), f"{body}\n\n{this.end_of_comment(commit)}")
    return 0 if made else ran.code


def _options(folder: Path, *, offline: bool) -> list[str]:
    reports = [option for name in _REPORTS for option in ("--report", str(folder / name))]
    saved = ["--offline"] if offline else ["--out", str(folder / "plan.json")]
    return ["--detailed-exitcode", *saved, *reports]


def _plan(folder: Path) -> str:
    return (folder / "plan.md").read_text(encoding="utf-8")


def _no_plan(printed: str) -> str:
    why = _INVALID if _INVALID in printed else "The plan could not be made"
    return f"**No plan.** {why}, so nothing of this can be published yet.\n\n{fenced(printed)}"


if __name__ == "__main__":
    end(main)
