"""`make live` against the sandbox: what it says of each side of the sandbox's choices, and that it does no harm."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

import pytest

from bufferctl.sandbox import Clock, Options, Sandbox
from tests.conftest import long
from tests.live import __main__ as command
from tests.live.facts import FACTS, Verdict, correlation, try_facts
from tests.live.recording import redacted
from tests.live.visit import MOST_REQUESTS, StoppedError, Visit
from tests.sandbox.near import Near

PAGE = (Path(__file__).parents[2] / "docs/how/buffer-api.md").read_text(encoding="utf-8")
NOW = "2029-12-03T09:00:00Z"
IMAGE = "https://acme.example/a.jpg"


class Side(NamedTuple):
    """An option's other side, the channel and the fact that show it, and the verdicts on both sides."""

    other: Any
    service: str
    title: str
    here: Verdict
    there: Verdict


SIDES = {
    "key_code": Side("UNAUTHORIZED", "twitter", "a wrong key is answered", Verdict.HOLDS, Verdict.FAILS),
    "page_max": Side(50, "twitter", "a page of 100 posts", Verdict.HOLDS, Verdict.FAILS),
    "automatic_reads_null": Side(False, "twitter", "an automatic post reads back", Verdict.HOLDS, Verdict.FAILS),
    "reminders_win": Side(False, "tiktok", "an explicit automatic wins", Verdict.FAILS, Verdict.HOLDS),
    "idea_response": Side(False, "twitter", "createIdea answers", Verdict.NOT_TRIED, Verdict.NOT_TRIED),
    "drafts_via_buffer": Side(False, "twitter", "a draft made over the API", Verdict.HOLDS, Verdict.FAILS),
    "refuse_duplicates": Side(True, "twitter", "equal posts are refused", Verdict.PUBLISHED, Verdict.PUBLISHED),
    "refuse_x_repeats": Side(True, "twitter", "one text for several X", Verdict.PUBLISHED, Verdict.PUBLISHED),
    "shorten_links": Side(True, "twitter", "links in the text of a draft", Verdict.HOLDS, Verdict.FAILS),
    "edits_replace": Side(True, "twitter", "an edit keeps what it omits", Verdict.HOLDS, Verdict.FAILS),
    "edits_keep_fields": Side(True, "twitter", "an edit drops the network fields", Verdict.HOLDS, Verdict.FAILS),
    "comments_lost": Side(False, "instagram", "Instagram's first comment", Verdict.HOLDS, Verdict.FAILS),
    "delete_sent": Side(True, "twitter", "a published post cannot be deleted", Verdict.HOLDS, Verdict.HOLDS),
    "link_assets_end": Side("2020-01-01T00:00:00Z", "twitter", "assets[].link", Verdict.HOLDS, Verdict.HOLDS),
    "limit_per_channel": Side(False, "twitter", "the limit of scheduled", Verdict.PUBLISHED, Verdict.PUBLISHED),
    "sending_seconds": Side(60, "twitter", "a post is sending", Verdict.PUBLISHED, Verdict.PUBLISHED),
    "sends_date": Side(False, "twitter", "answers have a Date", Verdict.HOLDS, Verdict.FAILS),
    "media_roots": Side(("https://none.example",), "twitter", "dead media are", Verdict.HOLDS, Verdict.HOLDS),
}


def open_account(**options: Any) -> Sandbox:
    """An account with what facts need: published posts, shortened links, a channel that defaults to reminders."""
    sandbox = Near(clock=Clock.at(NOW), rate_limit="team", **options)
    twitter, tiktok = sandbox.channel("twitter")["id"], sandbox.channel("tiktok")["id"]
    sandbox.person.set_channel(twitter, linkShortening=True)
    sandbox.person.set_channel(tiktok, metadata={"defaultToReminders": True})
    sent = {"channelId": twitter, "status": "sent", "dueAt": "2029-11-01T09:00:00Z"}
    sandbox.seed([{**sent, "text": f"Post {number}"} for number in range(120)])
    return sandbox


def visit_of(sandbox: Sandbox, service: str) -> Visit:
    """A visit to a channel."""
    return Visit(sandbox.key, sandbox.channel(service)["id"], sandbox.url, IMAGE)


def test_every_choice_of_the_sandbox_has_its_sides_here() -> None:
    """All options."""
    assert set(SIDES) == set(Options.__dataclass_fields__)


def tried(service: str, **options: Any) -> dict[str, tuple[Verdict, str]]:
    """The verdicts of a visit; every draft is deleted again, within 60 requests."""
    with open_account(**options) as sandbox:
        before = [post["id"] for post in sandbox.posts()]
        visit = visit_of(sandbox, service)
        verdicts = {fact.title: (verdict, note) for fact, verdict, note in try_facts(visit)}
        visit.clean_up()
        assert ([post["id"] for post in sandbox.posts()], visit.left_over) == (before, [])
    assert len(visit.exchanges) <= MOST_REQUESTS
    return verdicts


as_chosen = cache(tried)


#: Some of those where the visit tells the sides apart; the others, and where both have one verdict, in `make test-all`.
_APART = [name for name, side in SIDES.items() if side.here is not side.there][::2]


@pytest.mark.parametrize("option", [*_APART, *long(*(name for name in SIDES if name not in _APART))])
def test_a_visit_tells_the_sides_apart(option: str) -> None:
    """The verdict that each side has."""
    side = SIDES[option]
    (title,) = (each.title for each in FACTS if each.title.startswith(side.title))
    sides = as_chosen(side.service), tried(side.service, **{option: side.other})
    assert [each[title][0] for each in sides] == [side.here, side.there], [each[title] for each in sides]


@pytest.mark.parametrize("service", ["twitter", "instagram", "facebook", *long("linkedin", "tiktok", "pinterest")])
def test_the_sandbox_does_what_the_page_says(service: str) -> None:
    """No fact is contradicted on any network, but for the default to reminders, which is open."""
    failed = {title: note for title, (verdict, note) in as_chosen(service).items() if verdict is Verdict.FAILS}
    assert set(failed) <= {"an explicit automatic wins over a channel's reminders"}, failed


def test_everything_that_the_page_calls_open_is_tried() -> None:
    """Each sentence with the word; each fact has words of the page."""
    page = " ".join(PAGE.split())
    quotes = [" ".join(fact.quote.split()) for fact in FACTS]
    assert [each for each in quotes if each not in page] == []
    sentences = [each for each in re.split(r"(?<=[.:;]) |(?<=`\.) ", page) if re.search(r"\bopen\b", each)]
    assert len(sentences) > 5
    paragraphs = [" ".join(each.split()) for each in re.split(r"\n- |\n\n", PAGE) if re.search(r"\bopen\b", each)]
    missing = [each for each in paragraphs if not any(quote in each for quote in quotes)]
    assert [each for each in missing if not each.startswith(("**open**", "These facts", "# "))] == []


def test_a_visit_refuses_to_do_harm() -> None:
    """Nothing but drafts of its own: no post, no edit or deletion of another's, and nothing beyond 60 requests."""
    with open_account() as sandbox:
        visit = visit_of(sandbox, "twitter")
        other = sandbox.posts()[0]["id"]
        create = "mutation($i: CreatePostInput!) { it: createPost(input: $i) { __typename } }"
        edit = "mutation($i: EditPostInput!) { it: editPost(input: $i) { __typename } }"
        for query, wanted in (
            (create, {**visit.input(), "saveToDraft": False}),
            (edit, {"id": other, "text": "x", "saveToDraft": True}),
            (edit, {"id": visit.plain["post"]["id"], "saveToDraft": False}),
        ):
            with pytest.raises(StoppedError, match="something else than a draft"):
                visit.ask(query, i=wanted)
        with pytest.raises(StoppedError, match="something else than a draft"):
            visit.delete(other)
        while len(visit.exchanges) < MOST_REQUESTS - 5:
            visit.ask("{ __typename }")
        with pytest.raises(StoppedError, match="which is enough"):
            visit.ask("{ __typename }")
        visit.clean_up()
        assert (len(sandbox.posts()), visit.left_over) == (120, [])
        assert len(visit.exchanges) <= MOST_REQUESTS


def test_a_draft_without_an_answer_is_deleted_too() -> None:
    """Found by its text; other people's drafts stay."""
    with open_account() as sandbox:
        sandbox.person.create_post(sandbox.channel("twitter")["id"], "Theirs", saveToDraft=True)
        sandbox.set_faults("throw-after@createPost*1,cut-after@createPost#2*1")
        visit = visit_of(sandbox, "twitter")
        assert visit.draft() == {}
        with pytest.raises(StoppedError, match="no answer"):
            visit.draft()
        visit.clean_up()
        assert ([p["text"] for p in sandbox.posts() if p["status"] == "draft"], visit.left_over) == (["Theirs"], [])


def test_a_key_goes_to_https_only() -> None:
    """Stopped before anything is sent."""
    with pytest.raises(StoppedError, match="not https"):
        Visit("key", "c", "http://api.example")


def test_the_command(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A line a fact, and a recording without ids, texts, names and the key; without a channel it lists them."""
    with open_account() as sandbox:
        monkeypatch.setenv("BUFFER_API_KEY", sandbox.key)
        monkeypatch.setenv("BUFFER_API_URL", sandbox.url)
        file, channel = tmp_path / "live.json", sandbox.channel("twitter")["id"]
        monkeypatch.setattr("sys.argv", ["live", channel, "--image", IMAGE, "--record", str(file)])
        assert command.main() == 0
        said = capsys.readouterr().out
        assert [line for line in said.splitlines() if line.startswith("holds")]
        assert said.count("needs a published post") == sum(fact.attempt is None for fact in FACTS)
        recording = file.read_text(encoding="utf-8")
        assert len(json.loads(recording)["facts"]) == len(FACTS)
        for private in (channel, sandbox.key, "acme.example", "Acme", "Alias ", "buffer.com"):
            assert private not in recording, private
        assert not re.search(r"[0-9a-f]{24}", recording.replace("0" * 24, ""))

        monkeypatch.setattr("sys.argv", ["live"])
        assert command.main() == 64
        assert f"{channel}  twitter:acme" in capsys.readouterr().err


def test_a_recording_keeps_what_a_fixture_needs() -> None:
    """Documents, types, statuses, instants and error codes; equal ids stay equal."""
    with open_account() as sandbox:
        visit = visit_of(sandbox, "twitter")
        made = visit.plain["post"]["id"]
        visit.delete(made)
        account, channels, *_, create, delete = redacted(visit.exchanges)
    assert account["body"]["data"]["it"]["organizations"][0]["limits"]["tags"] == 250
    assert channels["body"]["data"]["it"][0]["service"] == "twitter"
    post = create["body"]["data"]["it"]["post"]
    assert (post["status"], post["createdAt"][:10]) == ("draft", NOW[:10])
    assert post["id"] == delete["variables"]["i"]["id"] != made
    assert "ratelimit" in create["headers"]


class Items(BaseHTTPRequestHandler):
    """A service with one channel and content items, which breaks off the answers to some of their requests."""

    items: ClassVar[dict[str, str]] = {}
    cut: ClassVar[set[int]] = set()
    asked = 0
    keeps = False

    def do_POST(self) -> None:
        """Answer, or create the item and break off."""
        sent = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        query, wanted = sent["query"], (sent.get("variables") or {}).get("i", {})
        found: Any = None
        if "account" in query:
            found = {"organizations": [{"id": "o", "name": "Acme", "limits": {}}]}
        elif "channels(" in query:
            found = [{"id": "c", "service": "twitter", "name": "acme", "type": "profile", "metadata": {}}]
        elif "createContentItemDraft" in query:
            Items.asked += 1
            Items.items[f"item{Items.asked}"] = wanted["title"]
            if Items.asked in Items.cut:
                self.close_connection = True
                return
            found = {"__typename": "CreateContentItemDraftSuccess", "contentItem": {"id": f"item{Items.asked}"}}
        elif "contentItems(" in query:
            found = {"edges": [{"node": {"id": id_, "title": title}} for id_, title in Items.items.items()]}
        elif "deleteContentItem" in query:
            if not Items.keeps:
                del Items.items[wanted["id"]]
            found = {"__typename": "VoidMutationError" if Items.keeps else "DeleteContentItemSuccess"}
        body = json.dumps({"data": {"it": found}}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Log nothing."""


@pytest.fixture
def items() -> Iterator[Visit]:
    """A visit to that service."""
    Items.items, Items.cut, Items.asked, Items.keeps = {"theirs": "Plans"}, set(), 0, False
    with ThreadingHTTPServer(("127.0.0.1", 0), Items) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield Visit("key", "c", f"http://127.0.0.1:{server.server_port}")
        server.shutdown()


@pytest.mark.parametrize("cut", [{1, 2}, *long({1}, {2})], ids=["both", "first", "second"])
def test_no_content_item_is_left_by_an_answer_that_breaks_off(items: Visit, cut: set[int]) -> None:
    """Whichever answer is lost: each item that the service made is found and deleted."""
    Items.cut = cut
    with pytest.raises(StoppedError, match="no answer"):
        correlation(items)
    items.clean_up()
    assert (Items.items, items.left_over) == ({"theirs": "Plans"}, [])


def test_an_item_that_cannot_be_deleted_is_named(items: Visit) -> None:
    """By its title, for a person to delete; `make live` exits 1 then."""
    Items.keeps = True
    assert correlation(items) == (False, "")
    items.clean_up()
    assert [each.partition("'")[0] for each in items.left_over] == ["the content item "] * 2


def test_instagram_without_an_image_is_not_tried() -> None:
    """Nothing that needs a draft is, and nothing is contradicted or in another form."""
    with open_account() as sandbox:
        visit = Visit(sandbox.key, sandbox.channel("instagram")["id"], sandbox.url)
        tried = {fact.title: (verdict, note) for fact, verdict, note in try_facts(visit)}
        visit.clean_up()
    assert tried["saveToDraft makes a draft"] == (Verdict.NOT_TRIED, "needs IMAGE, the public https URL of an image")
    assert [note for _, note in tried.values() if "another form" in note] == []
    assert visit.left_over == []
