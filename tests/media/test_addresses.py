"""Verdicts on media addresses: a handler function replaces the network."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from hashlib import sha256

import httpx2
import pytest
import stamina

from bufferctl.media.addresses import TYPES, WITHIN, Asked, Reachability, Response, probe
from bufferctl.media.reach import PublicOnly

URL = "https://media.example/a.png"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(5000)
HEIC = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + bytes(200)

Handler = Callable[[httpx2.Request], httpx2.Response]


@pytest.fixture(autouse=True)
def _no_waiting() -> Iterator[None]:
    with stamina.set_testing(True, attempts=3, cap=True):
        yield


def served(content: bytes = PNG, kind: str = "image/png", *, ranges: bool = True) -> Handler:
    """A server that has this file at every address."""

    def handler(request: httpx2.Request) -> httpx2.Response:
        headers = {"Content-Type": kind}
        if ranges and (asked := request.headers.get("Range")):
            last = int(asked.partition("-")[2])
            part = content[: last + 1]
            headers["Content-Range"] = f"bytes 0-{len(part) - 1}/{len(content)}"
            return httpx2.Response(206, headers=headers, content=part)
        return httpx2.Response(200, headers=headers, content=content)

    return handler


def status(code: int, **headers: str) -> Handler:
    """A server that always answers with this status."""
    return lambda _request: httpx2.Response(code, headers=headers)


def failing(error: Exception) -> Handler:
    """A network that fails."""

    def handler(_request: httpx2.Request) -> httpx2.Response:
        raise error

    return handler


def moved(to: str, handler: Handler, code: int = 302) -> Handler:
    """A server that redirects from `URL` to an address served by `handler`."""
    return lambda request: (
        httpx2.Response(code, headers={"Location": to}) if str(request.url) == URL else handler(request)
    )


def answer(handler: Handler, **expected: object) -> Response:
    """The verdict on `URL`."""
    wanted = Asked(URL, **{"kind": "image", **expected})  # type: ignore[arg-type]  # each test names its fields
    (found,) = probe([wanted], transport=httpx2.MockTransport(handler)).values()
    return found


PAGE = served(b"<!DOCTYPE html><title>Photos</title>", "text/html; charset=utf-8")
CASES: list[tuple[str, Handler, dict[str, object], Reachability, str]] = [
    ("a picture", served(), {}, Reachability.FINE, ""),
    ("without ranges", served(ranges=False), {}, Reachability.FINE, ""),
    ("without a type", served(kind="application/octet-stream"), {}, Reachability.FINE, ""),
    ("moved", moved("/b.png", served(), 301), {}, Reachability.FINE, ""),
    ("a PDF", served(b"%PDF-1.7", "application/pdf"), {"kind": "document"}, Reachability.FINE, ""),
    ("gone", status(404), {}, Reachability.DEAD, "returns 404 Not Found"),
    ("no server", failing(httpx2.ConnectError("refused")), {}, Reachability.DEAD, "cannot be reached (refused)"),
    ("a page", PAGE, {}, Reachability.PAGE, "is a web page instead of an image"),
    ("a page for a PDF", PAGE, {"kind": "document"}, Reachability.PAGE, "is a web page instead of a document"),
    ("a page for a video", PAGE, {"kind": "video"}, Reachability.PAGE, "is a web page instead of a video"),
    ("a page called a picture", served(b"\n<html><body>", "image/png"), {}, Reachability.PAGE, "is a web page instead"),
    ("forbidden", status(403), {}, Reachability.LOGIN, "is not public: it returns 403 Forbidden"),
    ("a login", moved("https://accounts.example/x", PAGE), {}, Reachability.LOGIN, "accounts.example asks for a login"),
    ("a form", served(b'<html><input type="password">', "text/html"), {}, Reachability.LOGIN, "asks for a login"),
    ("too large", served(), {"most": 5000}, Reachability.TOO_LARGE, "has 5 kB, and at most 5 kB are allowed"),
    ("a video", served(kind="video/mp4"), {}, Reachability.WRONG_TYPE, "is video/mp4 instead of an image"),
    ("SVG", served(b"<svg/>", "image/svg+xml"), {}, Reachability.WRONG_TYPE, "is image/svg+xml instead of an image"),
    ("HEIC called JPEG", served(HEIC, "image/jpeg"), {}, Reachability.WRONG_TYPE, "is HEIC instead of an image"),
    ("a PDF without a type", served(b"%PDF-1.7", ""), {}, Reachability.WRONG_TYPE, "is PDF instead of an image"),
    ("another type", served(), {"type": "image/jpeg"}, Reachability.WRONG_TYPE, "is image/png instead of image/jpeg"),
    ("nothing", served(b""), {}, Reachability.WRONG_TYPE, "is empty"),
    ("another length", served(), {"size": 1234}, Reachability.CHANGED, "has 5 kB, and the file has 1 kB"),
    ("its bytes", served(), {"size": 5008, "digest": sha256(PNG).hexdigest()}, Reachability.FINE, ""),
    ("other bytes", served(), {"size": 5008, "digest": sha256(b"").hexdigest()}, Reachability.CHANGED, "differs from"),
    ("no address", moved("https://media.example:none/", served()), {}, Reachability.DEAD, "is not a URL"),
    ("a circle", moved(URL, served()), {}, Reachability.DEAD, "is not a URL"),
    ("busy", status(503), {}, Reachability.UNREACHABLE, "returns 503 Service Unavailable"),
    ("cut", failing(httpx2.ReadError("")), {}, Reachability.UNREACHABLE, "did not answer (ReadError)"),
    ("silent", failing(httpx2.ReadTimeout("")), {}, Reachability.UNREACHABLE, "did not answer within 10 seconds"),
    ("out of patience", failing(TimeoutError()), {}, Reachability.UNREACHABLE, "did not answer within 45 seconds"),
]


@pytest.mark.parametrize(
    ("handler", "expected", "verdict", "message"), [c[1:] for c in CASES], ids=[c[0] for c in CASES]
)
def test_verdicts(handler: Handler, expected: dict[str, object], verdict: Reachability, message: str) -> None:
    """Each kind of failure has its own verdict, and a redirect to the file is fine."""
    found = answer(handler, **expected)
    assert (verdict, True) == (found.verdict, message in found.message), found
    assert bool(message) is not found.is_fine


def test_a_server_without_ranges_is_fine() -> None:
    """Its answer says how long the file is, too."""
    for inner in (served(), served(ranges=False)):
        found = answer(inner)
        assert (found.verdict, found.type, found.size) == (Reachability.FINE, "image/png", 5008)


@pytest.mark.parametrize("kind", ["svg+xml", "heic", "heif", "tiff", "x-icon"])
def test_pictures_that_no_network_takes(kind: str) -> None:
    """By the type that the server tells."""
    assert answer(served(b"some bytes", f"image/{kind}")).verdict is Reachability.WRONG_TYPE


def test_types_that_networks_take() -> None:
    """As images, videos and documents."""
    assert {kind: " ".join(sorted(types)) for kind, types in TYPES.items()} == {
        "image": "avif gif jpg png webp",
        "video": "mov mp4 webm",
        "document": "pdf",
    }


def test_a_length_of_something_else_is_none() -> None:
    """That of a compressed body, and one that is no number."""
    for headers in ({"Content-Encoding": "identity"}, {"Content-Length": "many"}):
        found = answer(streamed(headers))
        assert (found.verdict, found.size) == (Reachability.FINE, None)


def streamed(headers: Mapping[str, str]) -> Handler:
    """A picture without a length of its own."""
    return lambda _: httpx2.Response(200, headers=headers, stream=Chunks([PNG]))


class Chunks(httpx2.AsyncByteStream):
    """A body in parts."""

    def __init__(self, parts: Sequence[bytes]) -> None:
        self.parts, self.sent = parts, 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Each part, when it is asked for."""
        for part in self.parts:
            self.sent += 1
            yield part


def test_as_much_is_read_as_shows_the_type() -> None:
    """1,024 bytes, in parts of any length."""
    body = Chunks([PNG[:1000], PNG[1000:1024], PNG[1024:]])
    assert answer(lambda _: httpx2.Response(200, stream=body)).is_fine
    assert body.sent == 2


def test_answers_after_failures_that_pass() -> None:
    """A server that is briefly busy is asked again."""
    busy, inner = iter([True, True]), served()
    found = answer(lambda request: httpx2.Response(502) if next(busy, False) else inner(request))
    assert found.is_fine


def test_reads_no_more_than_it_needs_and_sends_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """One request per address, for the first kilobyte, with a User-Agent and without the key."""
    monkeypatch.setenv("BUFFER_API_KEY", "a-secret-key")
    seen: list[httpx2.Request] = []
    inner = served()

    def handler(request: httpx2.Request) -> httpx2.Response:
        seen.append(request)
        return inner(request)

    answer(handler)
    assert [(each.method, each.headers.get("Range")) for each in seen] == [("GET", "bytes=0-1023")]
    assert all(each.headers["User-Agent"].startswith("bufferctl/") for each in seen)
    assert "a-secret-key" not in str([each.headers.raw for each in seen])
    assert not any("authorization" in each.headers for each in seen)


def test_a_stream_without_end_is_left() -> None:
    """Of a body without a length, only the beginning is read; of a file whose size matters, no more than its length."""
    taken = 0

    class Endless(httpx2.AsyncByteStream):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            nonlocal taken
            while True:
                taken += 1
                yield PNG

    def handler(request: httpx2.Request) -> httpx2.Response:
        headers = {"Content-Type": "image/png"}
        return httpx2.Response(200, headers=headers, stream=Endless() if request.method == "GET" else None)

    assert answer(handler).is_fine
    assert Reachability.CHANGED is answer(handler, size=3 * len(PNG), digest="0" * 64).verdict
    assert taken < 10


def test_no_more_time_is_said() -> None:
    """Addresses not reached in time are UNASKED, and the others keep their verdicts."""
    inner = served()

    async def handler(request: httpx2.Request) -> httpx2.Response:
        if request.url.path == "/slow.png":
            await asyncio.Event().wait()
        return inner(request)

    wanted = [Asked("https://media.example/slow.png", "image"), Asked(URL, "image")]
    found = probe(wanted, within=0.5, transport=httpx2.MockTransport(handler))
    assert [each.verdict for each in found.values()] == [Reachability.UNASKED, Reachability.FINE]
    assert not found[wanted[0]].is_certain


def reached(
    hosts: Mapping[str, Sequence[str]], handler: Handler, url: str = URL, *, loopback: bool = False
) -> Response:
    """The verdict on an address if names resolve like this."""

    async def resolve(host: str, _port: int) -> Sequence[str]:
        if host not in hosts:
            raise OSError
        return hosts[host]

    transport = PublicOnly(loopback=loopback, inner=httpx2.MockTransport(handler), resolver=resolve)
    (found,) = probe([Asked(url, "image")], transport=transport).values()
    return found


def unreached(_request: httpx2.Request) -> httpx2.Response:
    """A network that must not be used."""
    raise AssertionError("a request was sent")


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "192.168.1.1", "172.16.0.9", "169.254.169.254", "100.100.100.200", "168.63.129.16",
        "0.0.0.1", "224.0.0.1", "::1", "fd00:ec2::254", "fe80::1%eth0", "::ffff:10.0.0.1", "64:ff9b::a9fe:a9fe",
        "2002:7f00:1::", "2002:5db8:d70e::", "::5db8:d70e", "::ffff:93.184.215.14", "64:ff9b:1::a00:1", "2001:0:1::1",
        "2001:20::1", "3fff::1", "192.88.99.1", "192.0.0.9", "255.255.255.255", "fec0::1", "ff0e::1", "5f00::1",
    ],
)  # fmt: skip
def test_hosts_that_are_not_public_get_no_request(address: str) -> None:
    """Private, loopback, link-local and metadata hosts are skipped, even if only one of two addresses is one."""
    for found in (["93.184.215.14", address], [address]):
        answered = reached({"media.example": found}, unreached)
        assert Reachability.NOT_PUBLIC is answered.verdict
        assert answered.message == "is on media.example, which is not on the public internet"


def by_proxy(url: str, monkeypatch: pytest.MonkeyPatch, exempt: str = "") -> str:
    """What becomes of a request where the environment names a proxy, at which nobody listens: the message, or who."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        place = f"127.0.0.1:{listening.getsockname()[1]}"
    for name, value in {"https_proxy": f"http://{place}", "no_proxy": exempt}.items():
        monkeypatch.setenv(name, value)
        monkeypatch.setenv(name.upper(), value)

    async def resolve(host: str, _port: int) -> Sequence[str]:
        raise OSError(f"asked for {host}")

    async def ask() -> str:
        transport = PublicOnly(loopback=False, resolver=resolve)
        try:
            await transport.handle_async_request(httpx2.Request("GET", url))
        except httpx2.HTTPError as error:
            return "the proxy" if "connection attempts failed" in str(error) else str(error)
        finally:
            await transport.aclose()
        return "answered"

    return asyncio.run(ask())


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://media.example/a.png", "the proxy"),
        ("https://93.184.215.14/a.png", "the proxy"),
        ("http://media.example/a.png", "is not https"),
        ("https://intranet/a.png", "is on intranet, which is not on the public internet"),
        ("https://build.internal/a.png", "is on build.internal, which is not on the public internet"),
        ("https://10.1.2.3/a.png", "is on 10.1.2.3, which is not on the public internet"),
        ("https://169.254.169.254/a.png", "is on 169.254.169.254, which is not on the public internet"),
        ("https://ada:secret@media.example/a.png", "contains a user name or password"),
    ],
)
def test_a_proxy_gets_names_that_may_be_public(url: str, expected: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It would resolve private ones itself, so they are not handed to it."""
    assert expected in by_proxy(url, monkeypatch)


def test_what_the_environment_exempts_from_its_proxy_is_resolved_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """And checked, as without a proxy."""
    assert by_proxy("https://media.example/a.png", monkeypatch, exempt="media.example") != "the proxy"


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f::1", "64:ff9b::5db8:d70e"])
def test_public_hosts_are_asked(address: str) -> None:
    """By IPv6 too, and where NAT64 leads to a public host."""
    assert reached({"media.example": [address]}, served()).is_fine


def test_what_a_server_says_is_escaped() -> None:
    """Whatever its status line, type or redirect contains: nothing of it controls a terminal or begins a line."""
    hostile = "\x1b[2J\n::error::gone\u202e"

    def refused(_request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(404, extensions={"reason_phrase": hostile.encode("latin-1", "ignore")})

    def typed(_request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200, headers=[(b"Content-Type", b"video/\x1b]0\x07")], content=PNG)

    assert answer(refused).message == "returns 404 ⟨U+001B⟩[2J ::error::gone"
    assert answer(typed).message == "is video/⟨U+001B⟩]0⟨U+0007⟩ instead of an image"
    assert answer(failing(httpx2.ConnectError(hostile))).message == (
        "cannot be reached (⟨U+001B⟩[2J ::error::gone⟨U+202E⟩)"
    )


def test_many_slow_servers_take_no_longer_than_one() -> None:
    """There is one deadline for all, a minute unless a caller says otherwise, however many servers drip."""

    class Drip(httpx2.AsyncByteStream):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            while True:
                yield b"x"
                await asyncio.sleep(0.01)

    wanted = [Asked(f"https://media.example/{number}.png", "image", digest="0" * 32) for number in range(80)]
    transport = httpx2.MockTransport(lambda _: httpx2.Response(200, stream=Drip()))
    found = probe(wanted, within=0.2, transport=transport)
    assert {each.verdict for each in found.values()} == {Reachability.UNASKED}
    assert WITHIN <= 60


def test_redirects_do_not_lead_inside() -> None:
    """A public address that redirects to a private one, or to plain http, causes no second request."""
    hosts = {"media.example": ["93.184.215.14"], "metadata.google.internal": ["169.254.169.254"]}
    for to, why in (
        ("https://metadata.google.internal/", "is on metadata.google.internal, which is not on the public internet"),
        ("http://media.example/b.png", "is not https"),
    ):

        def handler(request: httpx2.Request, to: str = to) -> httpx2.Response:
            assert request.url.path == "/a.png"
            return httpx2.Response(302, headers={"Location": to})

        answered = reached(hosts, handler)
        assert Reachability.NOT_PUBLIC is answered.verdict
        assert f"redirects to a URL that {why}" == answered.message


def test_a_name_resolves_once() -> None:
    """The connection goes to the checked address, with the name in Host and for the certificate."""
    inner = served()

    def handler(request: httpx2.Request) -> httpx2.Response:
        assert (request.url.host, request.headers["Host"]) == ("93.184.215.14", "media.example")
        assert request.extensions["sni_hostname"] == "media.example"
        return inner(request)

    assert reached({"media.example": ["93.184.215.14"]}, handler).is_fine


HERE = "http://127.0.0.1:8000/a.png"


def test_this_machine_is_asked_where_it_is_allowed() -> None:
    """The endpoint is on it, too."""
    assert reached({"127.0.0.1": ["127.0.0.1"]}, served(), HERE, loopback=True).is_fine


def test_this_machine_is_not_asked_elsewhere() -> None:
    """Nobody else could see what is there."""
    assert reached({"127.0.0.1": ["127.0.0.1"]}, unreached, HERE).verdict is Reachability.NOT_PUBLIC


def test_a_private_network_is_never_asked() -> None:
    """Not even where this machine is."""
    assert reached({"media.example": ["10.0.0.1"]}, unreached, loopback=True).verdict is Reachability.NOT_PUBLIC


def test_a_user_name_and_a_password_are_never_sent() -> None:
    """A message says why."""
    secret = reached({"media.example": ["93.184.215.14"]}, unreached, "https://me:secret@media.example/a.png")
    assert (secret.verdict, secret.message) == (Reachability.NOT_PUBLIC, "contains a user name or password")


def test_a_name_that_does_not_exist_is_dead() -> None:
    """An unknown host is dead, not a temporary failure."""
    found = reached({}, unreached)
    assert (found.verdict, found.message) == (Reachability.DEAD, "cannot be reached (host media.example was not found)")


def test_at_most_2000_are_requested() -> None:
    """The rest is not, and says so."""
    asked: list[str] = []

    def handler(request: httpx2.Request) -> httpx2.Response:
        asked.append(str(request.url))
        return httpx2.Response(404)

    wanted = [Asked(f"https://media.example/{number}.png", "image") for number in range(2001)]
    found = [*probe(wanted, transport=httpx2.MockTransport(handler)).values()]
    assert len(set(asked)) == 2000
    assert {each.verdict for each in found[:2000]} == {Reachability.DEAD}
    assert found[2000].message == "was not requested: at most 2,000 URLs are"


def test_no_addresses_no_requests() -> None:
    """Without an address there is no request."""
    assert probe([], transport=httpx2.MockTransport(unreached)) == {}
