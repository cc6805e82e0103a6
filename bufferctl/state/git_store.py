"""The state on a branch of a git remote, by plumbing alone: no checkout, index or object of the project is touched.

Everything happens in a bare repository in a work folder of the run, at depth 1. The swap is a push with
`--force-with-lease` on the exact commit that was read. The project's git configuration (remotes, credentials, ssh,
proxies) is passed in the environment, so that the user's own credentials work, and those that a checkout in CI left
behind. The reasons of failures are recognized from the output of git and of the large forges, with LC_ALL=C.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import re
import subprocess
import time
import weakref
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import Literal

from bufferctl import DOCS
from bufferctl.disk import work_folder
from bufferctl.errors import OvertakenError, StateError
from bufferctl.git import REMOTE, git, git_bytes, protocols_in, protocols_of
from bufferctl.model.desired import GIT_BRANCH, GIT_REMOTE
from bufferctl.state.store import PastDocument, Store, Stored, at_start
from bufferctl.value import value

#: `raced`: somebody else was faster. `refused`: by a rule of the branch. `denied`: no permission. `missing`: there is
#: no such repository. `unknown`: anything else, such as the network; whether it was written is not known.
Kind = Literal["raced", "refused", "denied", "missing", "busy", "unknown"]
UNKNOWN: Kind = "unknown"

_REMOTE_WORDS = re.compile(r"^remote: (?:error: |fatal: )?(.*\S)", re.MULTILINE)
_PERMISSIONS = f"{DOCS}/run/state.md lists the permissions."
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
#: Seconds that git may take over the network.
_TIMEOUT = 120
#: How often a push is tried on a new tip while other root files' runs are faster, and how often without any answer.
_RACES, _UNANSWERED = 20, 3
#: The sections of git's configuration that say how a remote is reached, and who writes.
_CARRIED = re.compile(
    r"(credential|http|url|ssh|user|author|committer)\..*|core\.(sshcommand|askpass|gitproxy)", re.IGNORECASE
)
_OF_REMOTE = re.compile(r"url|pushurl|proxy|proxyauthmethod|uploadpack|receivepack", re.IGNORECASE)
#: The settings by which git reaches another URL than the one that a remote has.
_REWRITES = re.compile(r"url\..*\.(push)?insteadof")
_AUTHOR = {"NAME": "bufferctl", "EMAIL": "bufferctl@localhost.invalid"}
#: Where the branch is kept in the repository of the run, and the tree of its next commit.
_REF, _NEXT = "refs/bufferctl/tip", "refs/bufferctl/next"
#: What a bare repository says of itself; the format of its objects is that of the project's.
_CONFIG = "[core]\n\trepositoryformatversion = 1\n\tbare = true\n[extensions]\n\tobjectformat = {}\n"
#: That repository is gone with the run: nothing waits for the disk, and no pack is taken apart. Messages are in UTF-8.
#: How the user's own pushes are signed, and what they ask of the forge besides, such as a merge request, is not for the
#: state.
_OWN = (
    ("core.fsync", "none"),
    ("fastimport.unpackLimit", "1"),
    ("i18n.commitEncoding", "UTF-8"),
    ("push.gpgSign", "false"),
    ("push.pushOption", ""),
)


@value()
class Failure:
    """Why git failed. `reason`: git's, or the forge's own words, one line."""

    kind: Kind
    reason: str

    @property
    def is_definite(self) -> bool:
        """Whether nothing was written, and trying again is useless."""
        return self.kind in {"denied", "missing", "refused"}

    @property
    def hint(self) -> str:
        """One thing to do about it."""
        return _HINTS.get(self.kind, "")


def failure_of(printed: str) -> Failure:
    """The failure, from everything that git printed."""
    kind = next((kind for kind, sign in _SIGNS if sign.search(printed)), UNKNOWN)
    return Failure(kind, _reason(printed))


def _reason(printed: str) -> str:
    """The most telling line: the remote's own message, else git's first error, else the last line."""
    remote: list[str] = [line for line in _REMOTE_WORDS.findall(printed) if not set(line) <= set("=- ")]
    if remote:
        return remote[0].rstrip(".")
    lines = [line.strip() for line in printed.splitlines() if line.strip()]
    marked = [line for line in lines if line.startswith(("fatal:", "error:", "!"))]
    line = (marked or lines[-1:] or ["git gave no reason"])[0]
    return " ".join(line.removeprefix("fatal: ").removeprefix("error: ").split()).rstrip(".")


@value()
class _Tip:
    """The branch as last seen: its commit and the blob of the document, both empty if there is none."""

    commit: str = ""
    blob: str = ""


class GitStore(Store):
    """A `Store` on a branch. The version is the document's blob, so that other documents there change nothing.

    `folder` is that of the root file, `path` that of the document on the branch. `remote` is the name of one of the
    project's remotes, or a URL; StateError is raised for anything else. `environment` is git's, by default this
    process's. `root_file` is its path in the repository: a branch that has this file is refused.
    """

    is_shared = True

    def __init__(
        self,
        folder: Path,
        path: str,
        *,
        remote: str = GIT_REMOTE,
        branch: str = GIT_BRANCH,
        environment: Mapping[str, str] | None = None,
        root_file: str = "",
    ) -> None:
        if not re.fullmatch(REMOTE, remote):
            raise StateError(f"The remote {remote!r} is neither the name of a remote nor a URL", hint=_HINTS["missing"])
        self._folder, self._path = folder, path
        self._remote, self._branch, self._root_file = remote, branch, root_file
        given = os.environ if environment is None else environment
        self._given = {**given, "LC_ALL": "C"}
        self._tip: _Tip | None = None
        #: This run's newest commit, and what was there before its first one, if nobody else wrote in between.
        self._last: _Tip | None = None
        self._base = _Tip()
        self._repository: Path | None = None
        self._hash = "sha1"
        self._environment: dict[str, str] = {}
        self._protocols = ""

    @property
    def place(self) -> str:
        return f"the branch {self._branch} of {self._remote}"

    @property
    def address(self) -> str:
        return f"{self._path} on {self.place}"

    def read(self) -> Stored:
        """Read the document with one fetch."""
        left = _UNANSWERED
        while isinstance(found := self._fetch("--depth=1"), Failure):
            left -= 1
            if found.kind != UNKNOWN or not left:
                raise self._failed(found, "read")
            _wait_a_little()
        return found

    def others(self) -> dict[str, bytes]:
        """The other documents of the last fetch."""
        if not (self._tip and self._tip.commit):
            return {}
        listed = os.fsdecode(
            self._git("ls-tree", "-r", "-z", "--name-only", "--full-tree", operands=[self._tip.commit])
        )
        paths = [path for path in listed.split("\0") if re.fullmatch(r".*state\.json", path) and path != self._path]
        found = self._objects(f"{self._tip.commit}:{path}" for path in paths) if paths else []
        return {path: document for path, (_, document) in zip(paths, found, strict=True) if document is not None}

    def beside(self, path: str) -> GitStore:
        return GitStore(
            self._folder,
            path,
            remote=self._remote,
            branch=self._branch,
            environment=self._given,
            root_file=self._root_file,
        )

    def swap(self, document: bytes, version: str, message: str, *, squash: bool = False) -> str:
        """Replace the document with one push, unless somebody else writes to the branch at the same time."""
        if self._tip is None:
            self.read()
        blob = hashlib.new(self._hash, b"blob %d\0%b" % (len(document), document), usedforsecurity=False).hexdigest()
        unanswered = 0
        for _ in range(_RACES):
            tip = self._tip or _Tip()
            if tip.blob != version:
                raise OvertakenError(
                    f"Another run changed the state on {self.place}, so it was not replaced",
                    hint="Run the command again.",
                )
            if tip != self._last:  # somebody else's commit, or the first
                self._base = tip
            commit = self._commit(document, blob, self._base if squash else tip, message)
            failure = self._push(commit, tip.commit)
            if failure is None:
                self._tip = _Tip(commit, blob)
                return self._done(blob, ends_run=squash)
            if failure.kind == "refused" and squash and tip != self._base:
                squash = False  # a protected branch takes commits, but lets none be replaced
                continue
            if failure.is_definite:
                raise self._failed(failure, "written")
            unanswered += failure.kind == UNKNOWN
            _wait_a_little()
            if self.read().version == blob:  # it was written, but the answer was lost
                return self._done(blob, ends_run=squash)
            if unanswered == _UNANSWERED:
                raise self._failed(failure, "written")
        raise self._failed(Failure("busy", "too many others write to it at the same time"), "written")

    def _done(self, blob: str, *, ends_run: bool) -> str:
        self._last = None if ends_run else self._tip
        return blob

    def log(self) -> Sequence[PastDocument]:
        """The document's history, newest first. Raises StateError."""
        if not self._fetch_all():
            return ()
        form = ("--encoding=UTF-8", "--format=%h%x00%cI%x00%an%x00%s")
        printed = self._git("log", "--max-count=200", "--abbrev=12", *form, operands=[_REF, "--", self._path])
        parts = [line.split("\0") for line in printed.decode(errors="replace").splitlines()]
        return tuple(
            PastDocument(id_, datetime.fromisoformat(at), f"{message} ({who})") for id_, at, who, message in parts
        )

    def read_at(self, revision: str) -> bytes:
        """The document as it was at a revision of `log`, which may be shortened. Raises StateError."""
        _, document = self._objects([f"{revision}:{self._path}"])[0] if self._fetch_all() else ("", None)
        if document is None:
            raise StateError(
                f"{at_start(self.place)} has no state of this project at {revision}",
                hint="`bufferctl state log` lists its revisions.",
            )
        return document

    def _fetch_all(self) -> bool:
        """Fetch the whole history; whether there is any."""
        found = self._fetch("--unshallow" if (self._own() / "shallow").exists() else "--no-tags")
        if isinstance(found, Failure):
            raise self._failed(found, "read")
        return bool(self._tip and self._tip.commit)

    def _fetch(self, depth: str) -> Stored | Failure:
        """Fetch the branch, which need not exist, and remember its commit; the document, or why that failed."""
        refspec = f"+refs/heads/{self._branch}:{_REF}"
        ran = self._reach(
            "fetch", "--quiet", "--no-tags", "--no-write-fetch-head", depth, operands=[self._remote, refspec]
        )
        if ran.returncode and "couldn't find remote ref" not in ran.stderr:
            return failure_of(ran.stderr)
        names = [_REF, f"{_REF}:{self._path}", f"{_REF}:{self._root_file or '-'}"]
        (commit, _), (blob, document), (root_file, _) = 3 * [("", None)] if ran.returncode else self._objects(names)
        if root_file and self._root_file:
            raise StateError(
                f"{at_start(self.place)} has files of this project ({self._root_file}), so the state is not kept there",
                hint="Name a branch of its own under `state`, or leave it to the default: `state: git`.",
            )
        self._tip = _Tip(commit, blob)
        return Stored(document, blob)

    def _push(self, commit: str, before: str) -> Failure | None:
        """Make `commit` the branch's newest if it still is at `before`; why that failed."""
        ref = f"refs/heads/{self._branch}"
        lease = f"--force-with-lease={ref}:{before}"
        ran = self._reach("push", "--porcelain", "--no-verify", lease, operands=[self._remote, f"{commit}:{ref}"])
        return failure_of(f"{ran.stdout}\n{ran.stderr}") if ran.returncode else None

    def _commit(self, document: bytes, blob: str, parent: _Tip, message: str) -> str:
        """A commit on `parent` with this document, whose blob is `blob`; `parent` itself if that holds the same."""
        if parent.commit and parent.blob == blob:
            return parent.commit
        start = f"from {parent.commit}\n" if parent.commit else ""
        place = f"M 100644 inline {json.dumps(self._path, ensure_ascii=False)}\ndata {len(document)}\n"
        head = f"commit {_NEXT}\ncommitter <> 0 +0000\ndata 0\n{start}{place}"
        self._git("fast-import", "--quiet", "--force", data=os.fsencode(head) + document)  # of nobody; for its tree
        parents = ["-p", parent.commit] if parent.commit else []
        text = f"{message}\n\n[skip ci]\n".encode()
        return self._git("commit-tree", *parents, operands=[f"{_NEXT}^{{tree}}"], data=text).decode().strip()

    def _objects(self, names: Iterable[str]) -> list[tuple[str, bytes | None]]:
        """The id and the content of each commit or blob; empty and None for what is not there."""
        found: list[tuple[str, bytes | None]] = []
        rest = self._git("cat-file", "--batch", data=os.fsencode("".join(f"{name}\n" for name in names)))
        while rest:
            head, _, rest = rest.partition(b"\n")
            about = re.fullmatch(rb"(\w+) (\w+) (\d+)", head)  # else "… missing"
            size = int(about[3]) if about else -1
            found.append((about[1].decode(), rest[:size]) if about and about[2] in {b"blob", b"commit"} else ("", None))
            rest = rest[size + 1 :]
        return found

    def _failed(self, failure: Failure, done: str) -> StateError:
        return StateError(f"{at_start(self.place)} cannot be {done}: {failure.reason}", hint=failure.hint)

    def _git(self, *options: str, operands: Sequence[str] = (), data: bytes = b"") -> bytes:
        """Run a command that needs no network, on the repository of the run. Raises StateError."""
        own = self._own()
        given = self._environment
        ran = git_bytes(self._folder, *options, operands=operands, data=data, environment=given, repository=own)
        if ran.returncode:
            reason = ran.stderr.decode(errors="replace").strip() or f"exit code {ran.returncode}"
            raise StateError(f"`git {options[0]}` failed for {self.place}: {reason}")
        return ran.stdout

    def _reach(self, *options: str, operands: Sequence[str]) -> subprocess.CompletedProcess[str]:
        """Run a command that contacts the remote. Its failure is in what this returns, and a timeout looks like one.

        It runs in the project's folder, to which a remote's path may be relative.
        """
        own = self._own()  # first, since it fills in the protocols and the environment
        try:
            return git(
                self._folder,
                *options,
                operands=operands,
                protocols=self._protocols,
                environment=self._environment,
                repository=own,
                timeout=_TIMEOUT,
            )
        except subprocess.TimeoutExpired as error:
            return subprocess.CompletedProcess(error.cmd, 1, "", f"no answer within {_TIMEOUT} seconds")

    def _own(self) -> Path:
        """The repository of the run, created when it is first needed."""
        if self._repository is None:
            opened = ExitStack()
            weakref.finalize(self, opened.close)
            folder = opened.enter_context(work_folder()) / "state.git"
            for name in ("objects", "refs"):  # as `git init` makes it, without a process
                (folder / name).mkdir(parents=True)
            (folder / "HEAD").write_text("ref: refs/heads/main\n", encoding="utf-8")
            config = folder / "config"
            config.write_text(_CONFIG.format(self._hash), encoding="utf-8")
            self._environment = {**self._given, **self._configuration(folder)}
            config.write_text(_CONFIG.format(self._hash), encoding="utf-8")  # the project's format, known by now
            self._repository = folder
        return self._repository

    def _listed(self, repository: Path | None = None) -> list[tuple[str, str, str]]:
        """The settings that hold in the project, or in `repository`: scope, key and value. Raises as `_project`."""
        listed = self._project("config", "--list", "--show-scope", "-z", repository=repository).split("\0")
        entries = (entry.partition("\n") for entry in listed[1::2])
        return [(scope, key, value) for scope, (key, _, value) in zip(listed[::2], entries, strict=False)]

    def _configuration(self, repository: Path) -> dict[str, str]:
        """What the configuration says for the project alone of remotes, credentials and who commits, for git.

        That is the project's own, and what the user's includes for some folders (`includeIf`), to which the run's
        `repository` does not belong. Those that were in the environment come last, since git lets the last one win.
        Raises StateError if there is no such remote.
        """
        listed = self._listed()
        entries: list[tuple[str, str]] = []
        known = {key: value for _, key, value in listed}
        urls: list[str] = []
        is_conditional = any(key.startswith("includeif.") for key in known)
        elsewhere = self._listed(repository) if is_conditional else listed
        for scope, key, setting in listed:
            section, _, name = key.rpartition(".")
            if section == f"remote.{self._remote}" and name in {"url", "pushurl"}:
                urls.append(setting)
            is_remote = section == f"remote.{self._remote}" and _OF_REMOTE.fullmatch(name)
            is_its_own = scope in {"local", "worktree"} or (scope, key, setting) not in elsewhere
            if is_its_own and (is_remote or _CARRIED.fullmatch(key)):
                entries.append((key, setting))
        is_rewritten = any(_REWRITES.fullmatch(key) for key in known)
        if urls and not is_rewritten:
            self._protocols = protocols_in(urls)
        else:  # git knows what is meant
            self._protocols = protocols_of(self._folder, self._remote, self._given)
        if not self._protocols:
            self._no_remote()
        count = int(self._given.get("GIT_CONFIG_COUNT") or 0)
        names = [(f"GIT_CONFIG_KEY_{number}", f"GIT_CONFIG_VALUE_{number}") for number in range(count)]
        entries += [(self._given.get(key, ""), self._given.get(value, "")) for key, value in names]
        entries += _OWN
        self._hash = known.get("extensions.objectformat", self._hash)
        variables = {"GIT_CONFIG_COUNT": str(len(entries))}
        if not (known.get("user.email") or self._given.get("GIT_COMMITTER_EMAIL")):
            variables |= {
                f"GIT_{role}_{what}": who for role in ("AUTHOR", "COMMITTER") for what, who in _AUTHOR.items()
            }
        for number, (key, setting) in enumerate(entries):
            variables |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": setting}
        return variables

    def _no_remote(self) -> None:
        """Raise StateError: there is no such remote, or no repository at all."""
        if not self._project("rev-parse", "--git-dir"):
            raise StateError(
                f"buffer.yaml keeps its state in git, but {self._folder} is not in a git repository",
                hint="Clone the repository, or remove `state: git` to keep the state in .bufferctl/.",
            )
        raise StateError(
            f"buffer.yaml keeps its state on {self.place}, but this repository has no remote {self._remote}",
            hint=f"Add it: git remote add {self._remote} URL",
        )

    def _project(self, *arguments: str, repository: Path | None = None) -> str:
        """What git prints in the project; nothing if it fails. Raises StateError if there is no git."""
        try:
            ran = git_bytes(self._folder, *arguments, environment=self._given, repository=repository)
        except OSError as error:
            raise StateError(
                f"The state is on {self.place}, and git cannot be run: {error.strerror}", hint="Install git."
            ) from error
        if ran.returncode and b"dubious ownership" in ran.stderr:
            raise StateError(
                f"git does not trust {self._folder}, since another user owns it",
                hint=f"If you trust it, run git config --global --add safe.directory {self._folder}",
            )
        return ran.stdout.decode(errors="surrogateescape").strip()


def _wait_a_little() -> None:
    """Let others finish; at random, so that two do not meet again and again."""
    time.sleep(random.uniform(0.05, 0.5))  # noqa: S311 - no secret
