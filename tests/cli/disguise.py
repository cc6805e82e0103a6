"""Buffer as the notes and its schema allow it to be too: the sandbox behind a server that says the same otherwise."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx2

#: What stands behind every id: letters of all kinds, signs that mean something to files, and much of it.
ODD = "/../é \N{BEER MUG}'\"\\" + "x" * 300
_IDS = {"id", "channelId", "organizationId", "ideaId"}
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
#: Fields of the schema that may be null, and whose absence changes nothing that the files say.
_NULLABLE = {
    "schedulingType",
    "displayName",
    "externalLink",
    "userTags",
    "animatedThumbnail",
    "groupId",
    "thumbnailUrl",
}


def odd_ids(name: str, value: Any) -> Any:
    """Ids of another form."""
    return value + ODD if name in _IDS and isinstance(value, str) else value


def _plain_ids(_: str, value: Any) -> Any:
    return value.removesuffix(ODD) if isinstance(value, str) else value


def small_letters(_: str, value: Any) -> Any:
    """Instants to the second, with small letters."""
    timed = isinstance(value, str) and _TIME.fullmatch(value)
    return value.replace(".000", "").lower() if timed else value


def other_zone(_: str, value: Any) -> Any:
    """Instants with an offset, and finer."""
    if not (isinstance(value, str) and _TIME.fullmatch(value)):
        return value
    moment = datetime.fromisoformat(value).astimezone(timezone(timedelta(hours=5, minutes=30)))
    return moment.isoformat(timespec="microseconds")


def loud_tags(name: str, value: Any) -> Any:
    """Names of tags in capitals."""
    return [{**tag, "name": tag["name"].upper()} for tag in value] if name == "tags" else value


def nothing_told(name: str, value: Any) -> Any:
    """Null wherever that may be, and for the metadata of an ordinary post."""
    if name == "metadata" and isinstance(value, dict):
        said = {each: told for each, told in value.items() if told not in (None, False, [], "post")}
        return value if said else None
    return None if name in _NULLABLE else value or None if name == "edges" else value


def other_line_ends(name: str, value: Any) -> Any:
    """Texts as Windows ends their lines, with one more at the end."""
    return value.replace("\n", "\r\n") + "\r\n" if name == "text" and value else value


Disguise = Callable[[str, Any], Any]
DISGUISES: dict[str, tuple[Disguise, ...]] = {
    each.__name__: (each,) for each in (odd_ids, small_letters, other_zone, loud_tags, nothing_told, other_line_ends)
}
DISGUISES["all_at_once"] = tuple(each for (each,) in DISGUISES.values() if each is not small_letters)


@contextmanager
def disguised(url: str, disguises: tuple[Disguise, ...]) -> Iterator[str]:
    """Serve on loopback what `url` answers, in disguise; gives the address."""

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
            self.send_response_only(code, message)  # no Date of this machine's

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def _walked(name: str, value: Any, disguises: tuple[Disguise, ...]) -> Any:
    if isinstance(value, dict):
        value = {each: _walked(each, inner, disguises) for each, inner in value.items()}
    elif isinstance(value, list):
        value = [_walked("", inner, disguises) for inner in value]
    for disguise in disguises:
        value = disguise(name, value)
    return value
