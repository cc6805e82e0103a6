"""The sandbox's storage: SQLite with one JSON document per row, plus the columns that lists need.

Organizations (with their tags and idea groups) and channels are few and are also kept in memory.
A document has the shape of the fixture file (see fixture.py). Every method may be called from any thread.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import secrets
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from bufferctl.sandbox.clock import millis

Doc = dict[str, Any]

_MACHINE = secrets.token_hex(5)
_COUNTER = itertools.count(secrets.randbelow(0x100000))

_TABLES = """
CREATE TABLE IF NOT EXISTS account (one INTEGER PRIMARY KEY CHECK (one = 1), doc TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS organizations (id TEXT PRIMARY KEY, doc TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS channels (id TEXT PRIMARY KEY, doc TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS posts (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, organization TEXT NOT NULL, channel TEXT NOT NULL,
  status TEXT NOT NULL, created INTEGER NOT NULL, due INTEGER, sent INTEGER, queued INTEGER NOT NULL,
  tags TEXT NOT NULL, doc TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS posts_newest ON posts (organization, -created, -seq);
CREATE INDEX IF NOT EXISTS posts_status ON posts (organization, status);
CREATE INDEX IF NOT EXISTS posts_due ON posts (status, due);
CREATE INDEX IF NOT EXISTS posts_channel ON posts (channel, status, due);
CREATE TABLE IF NOT EXISTS ideas (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, organization TEXT NOT NULL,
  created INTEGER NOT NULL, grouped TEXT NOT NULL, tags TEXT NOT NULL, doc TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS ideas_newest ON ideas (organization, -created, -seq);
"""
_COLUMNS = {
    "posts": "id, organization, channel, status, created, due, sent, queued, tags, doc",
    "ideas": "id, organization, created, grouped, tags, doc",
}


class Store:
    """The rows. `path` is a file or `:memory:`; sqlite3.Error if the file is no database or cannot be written."""

    def __init__(self, path: str = ":memory:") -> None:
        self.lock = threading.RLock()
        if path != ":memory:":
            _make_private(path)
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        try:
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = NORMAL")
            self._db.executescript(_TABLES)
        except sqlite3.Error:
            self._db.close()
            raise
        self.full_until: dict[str, int] = {}  # by channel: no slot is free until then; cleared when a post changes
        self.account: Doc = next((doc for (doc,) in self._docs("SELECT doc FROM account")), {})
        self.organizations: dict[str, Doc] = {doc["id"]: doc for (doc,) in self._docs("SELECT doc FROM organizations")}
        self.channels: dict[str, Doc] = {doc["id"]: doc for (doc,) in self._docs("SELECT doc FROM channels")}

    def close(self) -> None:
        with self.lock:
            self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit at the end of the outermost block, roll back if it raises."""
        with self.lock:
            if self._db.in_transaction:
                yield
                return
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    def put_account(self, doc: Doc) -> None:
        with self.lock:
            self.account = doc
            self._db.execute("INSERT OR REPLACE INTO account VALUES (1, ?)", (json.dumps(doc),))

    def put_organization(self, doc: Doc) -> None:
        with self.lock:
            self.organizations[doc["id"]] = doc
            self._db.execute("INSERT OR REPLACE INTO organizations VALUES (?, ?)", (doc["id"], json.dumps(doc)))

    def put_channel(self, doc: Doc) -> None:
        with self.lock:
            self.full_until.pop(doc["id"], None)
            self.channels[doc["id"]] = doc
            self._db.execute("INSERT OR REPLACE INTO channels VALUES (?, ?)", (doc["id"], json.dumps(doc)))

    def channels_of(self, organization: str) -> list[Doc]:
        """Return an organization's channels in the order they were connected."""
        return [channel for channel in self.channels.values() if channel["organizationId"] == organization]

    def add(self, table: str, docs: Iterable[Doc]) -> None:
        """Insert posts or ideas in order, in one transaction; sqlite3.IntegrityError if an id is taken."""
        columns = _COLUMNS[table]
        with self.transaction():
            rows = (_row(table, doc) for doc in docs)
            self._db.executemany(f"INSERT INTO {table} ({columns}) VALUES {_marks(columns)}", rows)  # noqa: S608 - constants

    def put(self, table: str, doc: Doc) -> None:
        """Replace a post or an idea that exists; it keeps its place."""
        columns = _COLUMNS[table]
        with self.transaction():
            self.full_until.pop(doc.get("channelId", ""), None)
            sql = f"UPDATE {table} SET ({columns}) = {_marks(columns)} WHERE id = ?"  # noqa: S608 - constants
            self._db.execute(sql, (*_row(table, doc), doc["id"]))

    def delete(self, table: str, row_id: str) -> None:
        """Remove a post or an idea, if it exists."""
        with self.transaction():
            self.full_until.clear()
            self._db.execute(f"DELETE FROM {table} WHERE id = ?", (row_id,))  # noqa: S608 - constants

    def post(self, post_id: str) -> Doc | None:
        return next(iter(self.rows("posts", "id = ?", (post_id,))), None)

    def rows(
        self, table: str, where: str = "1", values: Sequence[Any] = (), order: str = "seq", limit: int = -1
    ) -> list[Doc]:
        """Return posts or ideas by an SQL condition over the columns, all in order of insertion by default."""
        sql = f"SELECT doc FROM {table} WHERE {where} ORDER BY {order} LIMIT ?"  # noqa: S608 - callers hand constants
        return [doc for (doc,) in self._docs(sql, (*values, limit))]

    def count(self, table: str, where: str = "1", values: Sequence[Any] = ()) -> int:
        """Count posts or ideas by an SQL condition over the columns."""
        with self.lock:
            sql = f"SELECT count(*) FROM {table} WHERE {where}"  # noqa: S608 - callers hand constants
            return int(self._db.execute(sql, values).fetchone()[0])

    def last_row(self, table: str) -> int:
        """Return the number of the last row ever inserted into posts or ideas, 0 if there is none."""
        with self.lock:
            row = self._db.execute("SELECT seq FROM sqlite_sequence WHERE name = ?", (table,)).fetchone()
            return int(row[0]) if row else 0

    def page(
        self, table: str, where: Sequence[str], values: Sequence[Any], keys: Sequence[str], after: list[int], limit: int
    ) -> list[tuple[Doc, list[int]]]:
        """Return (document, its sort key) of rows beyond the key `after`, in the order of the SQL terms `keys`."""
        conditions = list(where)
        if after:
            conditions.append(f"({', '.join(keys)}) > ({', '.join('?' * len(keys))})")
        order = ", ".join(keys)
        sql = f"SELECT doc, {order} FROM {table} WHERE {' AND '.join(conditions)} ORDER BY {order} LIMIT ?"  # noqa: S608 - terms are constants, values bound
        return [(row[0], list(row[1:])) for row in self._docs(sql, (*values, *after, limit))]

    def _docs(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        with self.lock:
            return [(json.loads(row[0]), *row[1:]) for row in self._db.execute(sql, values)]


def new_id(moment: datetime) -> str:
    """Return a new 24-hex id like MongoDB's: seconds, machine, counter."""
    return f"{int(moment.timestamp()) & 0xFFFFFFFF:08x}{_MACHINE}{next(_COUNTER) & 0xFFFFFF:06x}"


def stable_id(*parts: str) -> str:
    """Return a 24-hex id derived from these names, the same in every run."""
    return hashlib.sha256("/".join(parts).encode()).hexdigest()[:24]


def _make_private(path: str) -> None:
    """Let only the owner read the file; the files that SQLite creates next to it inherit its mode."""
    try:
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        Path(path).chmod(0o600)
    except OSError as error:
        raise sqlite3.OperationalError("unable to open database file") from error


def in_queue(post: Doc) -> bool:
    """Return whether the queue decides when a scheduled post goes out."""
    return post["status"] == "scheduled" and not (post["isCustomScheduled"] or post["sharedNow"])


def _row(table: str, doc: Doc) -> tuple[Any, ...]:
    """Return the values of the columns of `_COLUMNS`, in that order."""
    created, whole = millis(doc["createdAt"]), json.dumps(doc)
    if table == "ideas":
        tags = _tag_column(tag["id"] for tag in doc["content"]["tags"])
        return (doc["id"], doc["organizationId"], created, doc["groupId"] or "", tags, whole)
    return (
        doc["id"], doc["organizationId"], doc["channelId"], doc["status"], created, millis(doc["dueAt"]),
        millis(doc["sentAt"]), in_queue(doc), _tag_column(doc["tagIds"]), whole,
    )  # fmt: skip


def _marks(columns: str) -> str:
    return f"({', '.join('?' for _ in columns.split(', '))})"


def _tag_column(ids: Iterable[str]) -> str:
    return "".join(f"|{one}|" for one in ids)
