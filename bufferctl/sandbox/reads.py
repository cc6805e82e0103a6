"""List queries with filters, order and pages (notes: Reading)."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from typing import Any

from graphql import GraphQLError

from bufferctl.sandbox.clock import millis
from bufferctl.sandbox.core import Core
from bufferctl.sandbox.store import Doc

_POST_TYPE = """iif(json_extract(doc, '$.metadata.type') IN ('event', 'ghost_post', 'offer', 'reel', 'story'),
  json_extract(doc, '$.metadata.type'),
  CASE (SELECT json_extract(channels.doc, '$.service') FROM channels WHERE id = channel)
    WHEN 'youtube' THEN 'short' WHEN 'googlebusiness' THEN 'whats_new' ELSE 'post' END)"""
"""A post's type in terms of `postTypes`: `post` if no other value applies (notes: Reading)."""

_PAGE_DEFAULT = 20
_PAGE_MOST = 100  # for lists that refuse larger pages: tags and content items (notes: Reading)
_LAST = 1 << 60  # sort position of a post without a dueAt, in either direction


@dataclass
class Where:
    """Conditions that a row must all meet, with their bound values."""

    terms: list[str] = field(default_factory=list)
    values: list[Any] = field(default_factory=list)

    def add(self, term: str, *values: Any) -> None:
        self.terms.append(term)
        self.values.extend(values)

    def any_of(self, column: str, options: list[str] | None) -> None:
        """Require one of several values; None requires nothing, an empty list matches no row."""
        if options is not None:
            self.add(f"{column} IN ({', '.join('?' * len(options))})", *options)

    def between(self, column: str, start: str | None, end: str | None) -> None:
        """Require a time in a range, both ends included; either may be open."""
        if start is not None:
            self.add(f"{column} >= ?", millis(start))
        if end is not None:
            self.add(f"{column} <= ?", millis(end))

    def typed(self, types: list[str] | None) -> None:
        """Require one of several post types; None requires nothing. Carousels and threads cannot be filtered for."""
        if refused := sorted({"carousel", "thread"} & set(types or [])):
            raise bad_input(f"postTypes does not support {', '.join(refused)}")
        self.any_of(_POST_TYPE, types)

    def tagged(self, comparator: Doc | None) -> None:
        """Require any tag of `in`, or with `isEmpty` no tags at all; without either, require nothing."""
        if comparator is None or not (comparator["in"] or comparator["isEmpty"]):
            return
        terms = ["instr(tags, ?)"] * len(comparator["in"]) + ["tags = ''"] * comparator["isEmpty"]
        self.add(f"({' OR '.join(terms)})", *(f"|{tag}|" for tag in comparator["in"]))


def post_page(core: Core, wanted: Doc, *, hidden_since: int | None, **page: Any) -> Doc:
    """Answer `posts`; `page`: `first` and `after`.

    Rows created after `hidden_since` (ms) do not show yet (only faults cause such a lag).
    """
    where = _in_organization(core, wanted["organizationId"], hidden_since)
    filters: Doc = wanted.get("filter") or {}
    where.any_of("channel", filters.get("channelIds"))
    where.any_of("status", filters.get("status"))
    for column, name in (("due", "dueAt"), ("created", "createdAt")):
        comparator = filters.get(name) or {}
        where.between(column, comparator.get("start"), comparator.get("end"))
    if filters.get("dueAt") and filters.get("dueAtPresence") == "absent":
        raise bad_input("dueAtPresence: absent cannot be combined with dueAt")
    where.typed(filters.get("postTypes"))
    where.between("coalesce(sent, due)", filters.get("startDate"), filters.get("endDate"))
    if presence := filters.get("dueAtPresence"):
        where.add(f"due IS {'NOT ' * (presence == 'present')}NULL")
    if filters.get("tagIds"):
        where.tagged({"in": filters["tagIds"], "isEmpty": False})
    where.tagged(filters.get("tags"))
    keys = [_sort_term(sort["field"], sort["direction"]) for sort in wanted.get("sort") or []]
    tie = {"created": ["seq"], "-created": ["-seq"]}.get(keys[-1] if keys else "", ["-created", "-seq"])
    return _page(core, "posts", where, [*keys, *tie], **page)


def idea_page(core: Core, wanted: Doc, *, hidden_since: int | None, **page: Any) -> Doc:
    """Answer `ideas`, newest first."""
    where = _in_organization(core, wanted["organizationId"], hidden_since)
    groups: Doc = wanted.get("groupFilter") or {}
    where.any_of("grouped", groups.get("groups"))
    if membership := groups.get("membership"):
        where.add("grouped <> ''" if membership == "grouped" else "grouped = ''")
    where.tagged(wanted.get("tagsFilter"))
    return _page(core, "ideas", where, ["-created", "-seq"], **page)


def listed(docs: list[Doc], first: int | None = None, after: str | None = None) -> Doc:
    """Return a page of a short list as a connection with `totalCount`; more than `_PAGE_MOST` nodes are refused."""
    _check_first(first)
    if (first or 0) > _PAGE_MOST:
        raise bad_input(f"first must not be greater than {_PAGE_MOST}")
    start = _key_of(after, 1) if after is not None else [0]
    size = _PAGE_DEFAULT if first is None else first
    places = range(len(docs))[max(0, start[0]) :][:size]
    edges = [{"node": docs[place], "cursor": _cursor_of([place + 1])} for place in places]
    more = bool(docs) and (places.stop if edges else start[0]) < len(docs)
    return {"edges": edges, "pageInfo": _page_info(edges, more=more), "totalCount": len(docs)}


def organization(core: Core, organization_id: str) -> Doc:
    """Return an organization; FORBIDDEN if this key has no access to it."""
    doc = core.store.organizations.get(organization_id)
    if doc is None:
        raise GraphQLError("Not authorized to access this organization", extensions={"code": "FORBIDDEN"})
    return doc


def bad_input(message: str) -> GraphQLError:
    return GraphQLError(message, extensions={"code": "BAD_USER_INPUT"})


def _in_organization(core: Core, organization_id: str, hidden_since: int | None) -> Where:
    where = Where()
    where.add("organization = ?", organization(core, organization_id)["id"])
    if hidden_since is not None:
        where.add("created <= ?", hidden_since)
    return where


def _sort_term(name: str, direction: str) -> str:
    column = "due" if name == "dueAt" else "created"
    signed = column if direction == "asc" else f"-{column}"
    return f"coalesce({signed}, {_LAST})" if column == "due" else signed


def _page(
    core: Core, table: str, where: Where, keys: list[str], first: int | None = None, after: str | None = None
) -> Doc:
    _check_first(first)
    start = _key_of(after, len(keys)) if after is not None else []
    size = min(_PAGE_DEFAULT if first is None else first, core.options.page_max)
    rows = core.store.page(table, where.terms, where.values, keys, start, size + 1)
    edges = [{"node": doc, "cursor": _cursor_of(key)} for doc, key in rows[:size]]
    return {"edges": edges, "pageInfo": _page_info(edges, more=len(rows) > size)}


def _page_info(edges: list[Doc], *, more: bool) -> Doc:
    return {
        "hasNextPage": more, "hasPreviousPage": False,
        "startCursor": edges[0]["cursor"] if edges else None, "endCursor": edges[-1]["cursor"] if edges else None,
    }  # fmt: skip


def _check_first(first: int | None) -> None:
    if first is not None and first < 0:
        raise bad_input("first must not be negative")


def _cursor_of(key: list[int]) -> str:
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode()


def _key_of(cursor: str, length: int) -> list[int]:
    try:
        key = json.loads(base64.urlsafe_b64decode(cursor.encode("ascii")))
    except (ValueError, RecursionError):
        key = None
    fits = isinstance(key, list) and len(key) == length and all(type(part) is int and abs(part) < 2**62 for part in key)
    if not fits:
        raise bad_input("Invalid cursor")
    return list(key)
