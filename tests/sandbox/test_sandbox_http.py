"""The endpoint: which clients are accepted, what is refused and how, and the limits of a document."""

from __future__ import annotations

import json
import socket
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import pytest

from bufferctl.sandbox import Sandbox
from tests.sandbox.asking import CREATE, Asker
from tests.sandbox.conftest import Make

ROOT = Path(__file__).resolve().parents[2]


def test_two_organizations_and_every_service(buffer: Asker) -> None:
    """Acme and Globex; Acme has a channel of each of the fourteen services."""
    organizations = buffer.it("{ it: account { organizations { id name channelCount members { totalCount } } } }")
    assert [one["name"] for one in organizations["organizations"]] == ["Acme", "Globex"]
    query = "query($i: ChannelsInput!) { it: channels(input: $i) { id service name metadata { __typename } } }"
    channels = buffer.it(query, i={"organizationId": organizations["organizations"][0]["id"]})
    assert len({one["service"] for one in channels}) == 14
    assert [(one["service"], one["name"]) for one in channels[:2]] == [("twitter", "acme"), ("linkedin", "acme-inc")]


@pytest.mark.parametrize("agent", ["", "Python-urllib/3.11"])
def test_no_agent_and_urllibs_are_refused_before_all_else(sandbox: Sandbox, agent: str) -> None:
    """403, not JSON, even with a wrong key."""
    answer = httpx2.post(sandbox.url, headers={"User-Agent": agent, "Authorization": "Bearer wrong"}, content="{")
    assert (answer.status_code, answer.text) == (403, "error code: 1010")


@pytest.mark.parametrize("agent", ["node", "acme-posts/1.0", "python-requests/2.32", "curl/8.5.0"])
def test_any_other_agent_is_let_in(sandbox: Sandbox, agent: str) -> None:
    """200: Buffer's own command line sends `node`, its examples plain `requests` and curl."""
    headers = {"User-Agent": agent, "Authorization": f"Bearer {sandbox.key}"}
    assert httpx2.post(sandbox.url, headers=headers, json={"query": "{ account { id } }"}).status_code == 200


def test_the_401_may_be_as_the_guides_name_it(make: Make) -> None:
    """`key_code` sets the code."""
    buffer = make(key_code="UNAUTHORIZED")
    assert buffer.send("{}", Authorization="Bearer wrong").code == "UNAUTHORIZED"


def test_the_key_comes_before_validation(buffer: Asker) -> None:
    """401 with the service's message for a document that would be refused anyway."""
    answer = buffer.send('{"query": "{ nonsense }"}', Authorization="Bearer wrong")
    assert (answer.status, answer.code) == (401, "UNAUTHENTICATED")
    assert answer.message == "An authentication JWT or Access Token is required"
    assert buffer.sandbox.requests[-1].status == 401


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ("{", 400, "BAD_REQUEST"),
        ("[]", 400, "BAD_REQUEST"),
        ("[" * 100_000, 400, "BAD_REQUEST"),
        ("{}", 400, "BAD_REQUEST"),
        ('{"query": "{ account { id } }", "variables": 3}', 400, "BAD_REQUEST"),
        ('{"query": "{ account { id } }", "operationName": 3}', 400, "BAD_REQUEST"),
        ('{"query": "{ account { id }"}', 400, "GRAPHQL_PARSE_FAILED"),
        ('{"query": "{ nothing }"}', 400, "GRAPHQL_VALIDATION_FAILED"),
        ('{"query": "{ account { id } }", "operationName": "Other"}', 400, "BAD_USER_INPUT"),
        ('{"query": "query($i: PostInput!) { post(input: $i) { id } }"}', 400, "BAD_USER_INPUT"),
        (
            '{"query": "query($i: PostInput!) { post(input: $i) { id } }", "variables": {"i": {"id": 3}}}',
            400,
            "BAD_USER_INPUT",
        ),
    ],
)
def test_what_never_ran_is_a_400_without_data(buffer: Asker, body: str, status: int, code: str) -> None:
    """An unreadable body, document or variable: HTTP 400, a code, no `data` at all."""
    answer = buffer.send(body)
    assert (answer.status, answer.code, "data" in answer.json) == (status, code, False)


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        ({"body": "", "method": "GET"}, 405),
        ({"body": "{}", "path": "/other"}, 404),
        ({"body": "x" * 10_000_001}, 413),
        ({"body": '{"query": "{ account { id } }"}', "path": "/graphql"}, 200),
    ],
    ids=["GET", "another path", "a giant body", "a second path"],
)
def test_only_posts_are_served(buffer: Asker, request_: dict[str, str], status: int) -> None:
    """GET is 405, another path 404, a giant body 413."""
    assert buffer.send(**request_).status == status


def test_half_characters_are_replaced(buffer: Asker) -> None:
    """JSON can spell a lone surrogate; it is stored as the replacement character, without an error."""
    assert buffer.create(text="a\ud83d")["post"]["text"] == "a\ufffd"


@pytest.mark.parametrize(
    ("query", "limit"),
    [
        ("{" + " ".join(f"a{n}: account {{ id }}" for n in range(31)) + "}", "Aliases limit of 30 exceeded, found 31."),
        ("{ account { id } " + "account { id name } " * 4000 + "}", "Syntax Error: Token limit of 15000 exceeded."),
        ("{ account" * 26 + "{ id }" + "}" * 26, "Query depth limit of 25 exceeded, found 27."),
        ("{ account" * 2000 + "{ id }" + "}" * 2000, "Query depth limit of 25 exceeded."),
        (
            "{ account { id " + " ".join(["email @skip(if: false)"] * 51) + "} }",
            "Directives limit of 50 exceeded, found 51.",
        ),
        (
            '{ posts(first: 30000, input: {organizationId: "x"}) { edges { node { id } } } }',
            "Query complexity limit of 175000 exceeded, found 386250.",
        ),
    ],
)
def test_limits_of_one_document(buffer: Asker, query: str, limit: str) -> None:
    """HTTP 400 with a message that names the limit, and no code."""
    answer = buffer.ask(query)
    assert (answer.status, answer.json) == (400, {"errors": [{"message": limit}]})


def test_thirty_aliases_and_long_variables_pass(buffer: Asker) -> None:
    """Exactly thirty aliases work, and the contents of variables do not count."""
    assert buffer.ask("{" + " ".join(f"a{n}: account {{ id }}" for n in range(30)) + "}").status == 200
    assert buffer.create("linkedin", text="word " * 500)["__typename"] == "PostActionSuccess"


def test_fragments_count_where_they_are_spread(buffer: Asker) -> None:
    """Aliases in fragments count as often as the fragment is used; a recursive fragment is refused."""
    spread = "fragment F on Account { " + " ".join(f"a{n}: id" for n in range(16)) + " }"
    assert buffer.ask("{ x: account { ...F } y: account { ...F } } " + spread).message.startswith("Aliases limit of 30")
    assert buffer.ask("{ account { ...F } } fragment F on Account { id ...F }").code == "GRAPHQL_VALIDATION_FAILED"


def test_requests_are_remembered(buffer: Asker, sandbox: Sandbox) -> None:
    """Operation, kind, root fields with their aliases (through fragments too), variables, status."""
    buffer.ask("query Look { me: account { id } ... on Query { account { name } } }", x=1)
    seen = sandbox.requests[-1]
    assert (seen.operation, seen.kind, seen.status) == ("Look", "query", 200)
    assert seen.fields == [("me", "account"), ("account", "account")]
    assert (seen.variables, seen.writes) == ({"x": 1}, False)


def test_half_a_request_is_none(buffer: Asker) -> None:
    """A client that dies while sending leaves no trace, and the next one is served."""
    parts = urlsplit(buffer.sandbox.url)
    head = f"POST / HTTP/1.1\r\nHost: x\r\nUser-Agent: t\r\nAuthorization: Bearer {buffer.sandbox.key}\r\n"
    with socket.create_connection((parts.hostname or "", parts.port or 0)) as connection:
        connection.sendall(f'{head}Content-Length: 100\r\n\r\n{{"query":'.encode())
    assert buffer.ask("{ account { id } }").status == 200
    assert [seen.status for seen in buffer.sandbox.requests] == [200]


@pytest.mark.parametrize(
    ("status", "header"),
    [
        (411, "Transfer-Encoding: chunked"),
        (400, "Content-Length: some"),
        (400, "Content-Length: -1"),
        (400, f"Content-Length: {'9' * 5_000}"),  # Python reads no number of so many digits
    ],
)
def test_a_body_of_unknown_length(buffer: Asker, status: int, header: str) -> None:
    """411 for one in chunks, 400 with a length that is no number or of no body, and then the connection ends."""
    parts = urlsplit(buffer.sandbox.url)
    with socket.create_connection((parts.hostname or "", parts.port or 0)) as connection:
        connection.sendall(f"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\n{header}\r\n\r\n".encode())
        with connection.makefile("rb") as answer:
            assert answer.read().startswith(f"HTTP/1.1 {status} ".encode())
    assert buffer.sandbox.requests == []


def test_the_schema_can_be_asked_for(buffer: Asker) -> None:
    """Introspection works for clients that use it."""
    types = buffer.it("{ it: __schema { types { name } } }")["types"]
    assert {"PostActionPayload", "Post", "Idea"} <= {one["name"] for one in types}


def test_a_kept_connection_serves_many_requests(buffer: Asker) -> None:
    """A hundred requests from one client, each answered in turn."""
    answers = [buffer.ask("{ account { id } }").status for _ in range(100)]
    assert answers == [200] * 100
    assert len(buffer.sandbox.requests) == 100


def test_the_date_header_is_the_sandboxs_own_time(buffer: Asker) -> None:
    """The header follows the sandbox's clock, not the machine's."""
    buffer.sandbox.clock.advance(hours=2)
    assert buffer.send(json.dumps({"query": "{ account { id } }"})).headers["date"] == "Mon, 02 Nov 2026 10:30:00 GMT"


def test_every_answer_carries_the_date(buffer: Asker) -> None:
    """Refusals, control answers, the page and the answer to an oversized body have it, too."""
    answers = [
        buffer.send("{"),
        buffer.send("{}", Authorization="Bearer wrong"),
        buffer.send("", "GET", "/_sandbox/clock"),
        buffer.send("", "GET", "/", Accept="text/html"),
        buffer.send("x" * 10_000_001),
    ]
    assert [answer.headers.get("date") for answer in answers] == ["Mon, 02 Nov 2026 08:30:00 GMT"] * 5


def test_the_date_may_be_left_out(make: Make) -> None:
    """No answer carries a Date with `sends_date` off."""
    buffer = make(sends_date=False)
    assert "date" not in buffer.ask("{ account { id } }").headers
    assert "date" not in buffer.send("", "GET", "/_sandbox/clock").headers


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:4141", "127.0.0.1", "[::1]:80"])
def test_its_own_host_names_are_answered(buffer: Asker, host: str) -> None:
    """200 with any port, since a tunnel has its own."""
    assert buffer.send('{"query": "{ account { id } }"}', Host=host).status == 200


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example:4141", "localhost.evil.example"])
def test_other_host_names_are_refused(buffer: Asker, host: str) -> None:
    """421 for the API, the page and the control paths: a website cannot reach it through its own domain."""
    for method, path in (("POST", "/"), ("GET", "/"), ("GET", "/_sandbox/account")):
        assert buffer.send("{}", method, path, Host=host, Accept="text/html").status == 421
    assert buffer.sandbox.requests == []


def test_an_error_of_the_sandbox_itself(buffer: Asker, capsys: pytest.CaptureFixture[str]) -> None:
    """Said as Buffer says it, and logged: here, a channel is in a zone that there is not."""
    channel = buffer.sandbox.channel("twitter")["id"]
    buffer.sandbox.person.set_channel(channel, timezone="Mars/Base")
    queued = {"channelId": channel, "mode": "addToQueue", "schedulingType": "automatic", "text": "Hello"}
    answer = buffer.ask(CREATE, i=queued)
    assert (answer.message, answer.code) == ("An unexpected error occurred", "UNEXPECTED")
    assert "a resolver failed at ['it']" in capsys.readouterr().err
