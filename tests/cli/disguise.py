"""The sandbox behind a server that words the same data in the other ways that the notes and the schema allow."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx2

#: Appended to every id: many letters of all kinds, and characters with a meaning in files.
ODD = "/../é \N{BEER MUG}'\"\\" + "x" * 300
_IDS = {"id", "channelId", "organizationId", "ideaId"}
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
#: Nullable fields of the schema whose absence changes nothing in the files.
_NULLABLE = {
    "schedulingType",
    "displayName",
    "externalLink",
    "userTags",
    "animatedThumbnail",
    "groupId",
    "thumbnailUrl",
}


def odd_ids(name: str, value: object) -> object:
    """Ids in another form."""
    return value + ODD if name in _IDS and isinstance(value, str) else value


def _plain_ids(_: str, value: object) -> object:
    return value.removesuffix(ODD) if isinstance(value, str) else value


def small_letters(_: str, value: object) -> object:
    """Instants to the second, in lowercase letters."""
    if not (isinstance(value, str) and _TIME.fullmatch(value)):
        return value
    return value.replace(".000", "").lower()


def other_zone(_: str, value: object) -> object:
    """Instants with an offset and a finer resolution."""
    if not (isinstance(value, str) and _TIME.fullmatch(value)):
        return value
    moment = datetime.fromisoformat(value).astimezone(timezone(timedelta(hours=5, minutes=30)))
    return moment.isoformat(timespec="microseconds")


def loud_tags(name: str, value: object) -> object:
    """Tag names in capitals."""
    if not (name == "tags" and isinstance(value, list)):
        return value
    return [{**tag, "name": tag["name"].upper()} for tag in value]


def nothing_told(name: str, value: object) -> object:
    """Null wherever it is allowed, and for the metadata of an ordinary post."""
    if name == "metadata" and isinstance(value, dict):
        said = {each: told for each, told in value.items() if told not in (None, False, [], "post")}
        return value if said else None
    return None if name in _NULLABLE else value or None if name == "edges" else value


def other_line_ends(name: str, value: object) -> object:
    """Texts with Windows line endings, and one more line ending at the end."""
    if not (name == "text" and isinstance(value, str) and value):
        return value
    return value.replace("\n", "\r\n") + "\r\n"


Disguise = Callable[[str, object], object]
DISGUISES: dict[str, tuple[Disguise, ...]] = {
    each.__name__: (each,) for each in (odd_ids, small_letters, other_zone, loud_tags, nothing_told, other_line_ends)
}
DISGUISES["all_at_once"] = tuple(each for (each,) in DISGUISES.values() if each is not small_letters)


@contextmanager
def disguised(url: str, disguises: tuple[Disguise, ...]) -> Iterator[str]:
    """Serve the answers of `url` on loopback, in disguise; returns the address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
            sent = {name: self.headers[name] for name in ("User-Agent", "Authorization")}
            answer = httpx2.post(url, headers=sent, json=_walked("", asked, (_plain_ids,)))
            body = json.dumps(_walked("", answer.json(), disguises)).encode()
            self.send_response(answer.status_code)
            self.send_header("Date", answer.headers["date"])
            self.end_headers()  # no length, no type: the connection ends with the answer
            self.wfile.write(body)

        def send_response(self, code: int, message: str | None = None) -> None:
            self.send_response_only(code, message)  # no Date header from this machine

        def log_message(self, *_: object) -> None:
            """Log nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def _walked(name: str, value: object, disguises: tuple[Disguise, ...]) -> object:
    if isinstance(value, dict):
        value = {each: _walked(each, inner, disguises) for each, inner in value.items()}
    elif isinstance(value, list):
        value = [_walked("", inner, disguises) for inner in value]
    for disguise in disguises:
        value = disguise(name, value)
    return value
