"""Why git could not fetch or push, in words that help: from what it and the large forges print, with LC_ALL=C."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from bufferctl import DOCS

#: `raced`: somebody else was faster. `refused`: by a rule of the branch. `denied`: no permission. `missing`: there is
#: no such repository. `unknown`: anything else, such as the network; whether it was written is not known.
Kind = Literal["raced", "refused", "denied", "missing", "busy", "unknown"]
UNKNOWN: Kind = "unknown"

_REMOTE_WORDS = re.compile(r"^remote: (?:error: |fatal: )?(.*\S)", re.MULTILINE)
_PERMISSIONS = f"{DOCS}/state.md lists the permissions."
#: The first that matches counts.
_SIGNS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    ("refused", re.compile(r"protected branch|[Cc]annot force-push|denying non-fast-forward")),
    (
        "denied",
        re.compile(
            r"Authentication failed|could not read (Username|Password)|Permission denied|Permission to .* denied"
            r"|The requested URL returned error: 40[13]|HTTP Basic: Access denied|not allowed to push code"
            r"|not allowed to download|[Ww]rite access to repository not granted|terminal prompts disabled"
            r"|You are not allowed to|host key verification failed",
            re.IGNORECASE,
        ),
    ),
    (
        "missing",
        re.compile(
            r"[Rr]epository .*not found|does not appear to be a git repository|project you were looking for"
            r"|repository .* does not exist|The requested URL returned error: 404|No such remote|no such repository",
            re.IGNORECASE,
        ),
    ),
    (
        "raced",
        re.compile(
            r"\[rejected\]|stale info|cannot lock ref|failed to update ref|reference already exists|but expected"
            r"|incorrect old value provided|fetch first"
        ),
    ),
    ("refused", re.compile(r"\[remote rejected\]|pre-receive hook declined")),
)
_HINTS: dict[Kind, str] = {
    "denied": f"Give the user or token write access to the repository's contents. {_PERMISSIONS}",
    "missing": "Check the remote's address (git remote -v) and that you may read it.",
    "refused": f"Do not protect this branch: runs commit to it directly. {_PERMISSIONS}",
    "busy": "Run it again.",
    "unknown": "Check the network and the remote, then run it again.",
}


@dataclass(frozen=True, slots=True)
class Failure:
    """`reason`: git's, or the forge's own words, one line."""

    kind: Kind
    reason: str

    @property
    def is_definite(self) -> bool:
        """Whether nothing was written, and trying again is of no use."""
        return self.kind in {"denied", "missing", "refused"}

    @property
    def hint(self) -> str:
        """What to do about it."""
        return _HINTS.get(self.kind, "")


def failure_of(printed: str) -> Failure:
    """What went wrong, from everything that git printed."""
    kind = next((kind for kind, sign in _SIGNS if sign.search(printed)), UNKNOWN)
    return Failure(kind, _reason(printed))


def _reason(printed: str) -> str:
    """The line that says most: the forge's own, else git's first error, else the last one."""
    said: list[str] = [line for line in _REMOTE_WORDS.findall(printed) if not set(line) <= set("=- ")]
    if said:
        return said[0].rstrip(".")
    lines = [line.strip() for line in printed.splitlines() if line.strip()]
    marked = [line for line in lines if line.startswith(("fatal:", "error:", "!"))]
    line = (marked or lines[-1:] or ["git gave no reason"])[0]
    return " ".join(line.removeprefix("fatal: ").removeprefix("error: ").split()).rstrip(".")
