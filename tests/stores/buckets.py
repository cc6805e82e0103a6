"""Buckets under test: moto's S3, Microsoft's Azurite, and a stub of Google's XML API, all on loopback.

None of this is Google's: no server for gs:// answers obstore's requests, so this was never run against the real one.
"""

from __future__ import annotations

import base64
import hmac
import logging
import subprocess
import threading
import time
import urllib.parse
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import formatdate
from hashlib import md5, sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socket import socket
from typing import Any
from wsgiref.types import StartResponse

import boto3
import httpx2
from moto.server import ThreadedMotoServer

from tests import needs

#: Where the Makefile installs Azurite.
_AZURITE = Path(__file__).parents[2] / ".venv-azurite"
#: The account of every Azurite, published by Microsoft.
_ACCOUNT = "devstoreaccount1"
_ACCOUNT_KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
#: The environment variables that obstore needs.
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "k",
    "AWS_SECRET_ACCESS_KEY": "s",
    "AWS_REGION": "us-east-1",
    "AZURE_STORAGE_ACCOUNT_NAME": _ACCOUNT,
    "AZURE_STORAGE_ACCOUNT_KEY": _ACCOUNT_KEY,
}


@contextmanager
def s3() -> Iterator[str]:
    """The address of moto's S3, without buckets."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    serving, turn = server._server, threading.Lock()
    assert serving
    application = serving.app

    def in_turn(environment: dict[str, Any], start: StartResponse) -> Iterable[bytes]:
        """S3 compares and writes in one step; moto does so only if one request comes after the other."""
        with turn:
            return application(environment, start)

    serving.app = in_turn
    try:
        yield f"http://{host}:{port}"
    finally:
        server.stop()


def s3_bucket(address: str, name: str, *, versions: bool = False, public: bool = False) -> str:
    """A bucket there; returns its URL. `public`: everybody can read its objects."""
    client = boto3.client(
        "s3", endpoint_url=address, aws_access_key_id="k", aws_secret_access_key="s", region_name="us-east-1"
    )
    client.create_bucket(Bucket=name, ACL="public-read" if public else "private")
    if versions:
        client.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    client.close()
    return f"s3://{name}"


@contextmanager
def azure() -> Iterator[str]:
    """The address of an Azurite, without containers."""
    program = azurite()
    with socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [program, "--blobHost", "127.0.0.1", "--blobPort", str(port)]
    flags = ["--inMemoryPersistence", "--skipApiVersionCheck", "--silent", "--disableTelemetry"]
    with subprocess.Popen(
        [*command, *flags], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL
    ) as process:
        try:
            _wait_for(port, process)
            yield f"http://127.0.0.1:{port}/{_ACCOUNT}"
        finally:
            process.terminate()
            process.communicate()


def azure_container(address: str, name: str, *, public: bool = False) -> str:
    """A container there; returns its URL. `public`: everybody can read its blobs."""
    date = formatdate(usegmt=True)
    access = {"x-ms-blob-public-access": "blob"} if public else {}
    signed = "".join(f"{header}:{value}\n" for header, value in access.items())
    text = (
        f"PUT\n\n\n\n\n\n\n\n\n\n\n\n{signed}x-ms-date:{date}\nx-ms-version:2021-08-06\n/{_ACCOUNT}/{_ACCOUNT}/{name}"
    )
    digest = hmac.new(base64.b64decode(_ACCOUNT_KEY), f"{text}\nrestype:container".encode(), sha256).digest()
    headers = {
        **access,
        "x-ms-date": date,
        "x-ms-version": "2021-08-06",
        "Authorization": f"SharedKey {_ACCOUNT}:{base64.b64encode(digest).decode()}",
    }
    httpx2.put(f"{address}/{name}?restype=container", headers=headers).raise_for_status()
    return f"az://{name}"


def azurite() -> str:
    """The program, which `make test-all` installs."""
    return needs.program("azurite-blob", where=_AZURITE / "node_modules" / ".bin", get="make azurite")


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    """Wait until it listens; in silent mode it prints nothing to wait for."""
    while process.poll() is None:
        with socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError(f"Azurite ended: {process.stdout.read().decode() if process.stdout else ''}")


@dataclass
class Google:
    """A stub of Google's XML API: objects by path, each with every generation.

    `ignores_conditions`: it writes regardless of the headers; `ignores_versions`: where there is an object.
    `lost`: how many writes are done without an answer. `cut`: whether documents arrive without their last byte.
    `stored`: set with the first write. `refusal`: the answer to everything, as a status and a code, or with the text
    `refused_with`; `busy`: how many writes it gives up on, with the answer `gives_up`, as S3 does where a body arrives
    too slowly. `asked`: the method of each request.
    """

    address: str = ""
    buckets: set[str] = field(default_factory=lambda: {"acme-state"})
    objects: dict[str, list[tuple[bytes, dict[str, str]]]] = field(default_factory=dict)
    ignores_conditions: bool = False
    ignores_versions: bool = False
    lost: int = 0
    cut: bool = False
    refusal: tuple[int, str] | None = None
    refused_with: str = ""
    busy: int = 0
    gives_up: tuple[int, str] = (400, "RequestTimeout")
    asked: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)
    stored: threading.Event = field(default_factory=threading.Event)


class _Xml(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    google: Google

    def do_GET(self) -> None:
        """An object, or one of its generations."""
        if (key := self._begin()) is None:
            return
        kept = self.google.objects.get(key, [])
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query)
        if "list-type" in query:
            self._answer(200, self._listed(key, query["prefix"][0]), {"Content-Type": "application/xml"})
            return
        number = int(query.get("generation", [str(len(kept))])[0])
        if not kept or not 0 < number <= len(kept):
            self._error(404, "NoSuchKey")
            return
        data, metadata = kept[number - 1]
        self._answer(200, data, {**self._names(number, data), **metadata, "Last-Modified": formatdate(usegmt=True)})

    def do_HEAD(self) -> None:
        """Only its headers."""
        self.do_GET()

    def do_PUT(self) -> None:
        """A new generation, if the condition holds."""
        data = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if (key := self._begin()) is None:
            return
        if self.google.busy:
            self.google.busy -= 1
            self._error(*self.google.gives_up)
            return
        with self.google.lock:
            kept = self.google.objects.get(key, [])
            condition = self.headers.get("x-goog-if-generation-match")
            is_ignored = self.google.ignores_conditions or (self.google.ignores_versions and condition != "0")
            if condition not in {None, str(len(kept))} and not is_ignored:
                self._error(412, "PreconditionFailed")
                return
            metadata = {
                name: value
                for name, value in self.headers.items()
                if name.lower().startswith("x-goog-meta-") or name.lower() in {"content-type", "cache-control"}
            }
            self.google.objects[key] = [*kept, (data, metadata)]
            self.google.stored.set()
        if self.google.lost:
            self.google.lost -= 1
            self.close_connection = True
            return
        self._answer(200, b"", self._names(len(kept) + 1, data))

    def do_DELETE(self) -> None:
        """The object with all its generations."""
        if (key := self._begin()) is not None:
            self.google.objects.pop(key, None)
            self._answer(204, b"", {})

    def _listed(self, bucket: str, prefix: str) -> bytes:
        start = f"{bucket.rstrip('/')}/{prefix}"
        each = "".join(
            f"<Contents><Key>{key.partition('/')[2]}</Key><Size>{len(kept[-1][0]) if kept else 0}</Size><ETag>e</ETag>"
            "<LastModified>2029-12-03T09:00:00.000Z</LastModified></Contents>"
            for key, kept in self.google.objects.items()
            if key.startswith(start)
        )
        return f"<?xml version='1.0'?><ListBucketResult>{each}</ListBucketResult>".encode()

    def _begin(self) -> str | None:
        self.google.asked.append(self.command)
        key = urllib.parse.unquote(urllib.parse.urlsplit(self.path).path).lstrip("/")
        if self.google.refusal:
            self._error(*self.google.refusal)
            return None
        if key.partition("/")[0] not in self.google.buckets:
            self._error(404, "NoSuchBucket")
            return None
        return key

    def _names(self, generation: int, data: bytes) -> dict[str, str]:
        return {"ETag": f'"{md5(data, usedforsecurity=False).hexdigest()}"', "x-goog-generation": str(generation)}

    def _error(self, status: int, code: str) -> None:
        error = self.google.refused_with or f"<?xml version='1.0'?><Error><Code>{code}</Code></Error>"
        self._answer(status, error.encode(), {})

    def _answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "HEAD":
            return
        self.close_connection = self.google.cut
        self.wfile.write(body[:-1] if self.google.cut else body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
        """Log nothing."""


@contextmanager
def google() -> Iterator[Google]:
    """A stub with one bucket, `acme-state`."""
    state = Google()
    handler = type("Xml", (_Xml,), {"google": state})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.005})
        thread.start()
        state.address = f"http://127.0.0.1:{server.server_port}"
        try:
            yield state
        finally:
            server.shutdown()
            thread.join()
