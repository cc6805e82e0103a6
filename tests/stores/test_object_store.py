"""The state in a bucket: its requests, its refusals, and its history."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bufferctl.buckets import open_bucket
from bufferctl.errors import OvertakenError, StateError
from bufferctl.state import StateFile
from bufferctl.state.object_store import ObjectStore
from tests.stores import buckets
from tests.stores.places import Place

FIRST, SECOND, THIRD = b'{"serial": 1}\n', b'{"serial": 2}\n', b'{"serial": 3}\n'


@pytest.fixture
def server() -> Iterator[buckets.Google]:
    """A stub of Google's API."""
    with buckets.google() as server:
        yield server


def test_the_program_of_a_cloud_gets_no_token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`aws` is asked for the region; in a job of CI, git's settings have the forge's token."""
    seen, program = tmp_path / "seen", tmp_path / "aws"
    program.write_text(f"#!/bin/sh\nenv > '{seen}'\necho eu-central-1\n", encoding="utf-8")
    program.chmod(0o755)
    settings = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "http.extraheader", "GIT_CONFIG_VALUE_0": "Basic s-123"}
    given = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "AWS_PROFILE": "acme", "GITHUB_TOKEN": "s-123", **settings}
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    open_bucket("s3://acme-state/social", "")
    assert "AWS_PROFILE=acme" in seen.read_text(encoding="utf-8")
    assert "s-123" not in seen.read_text(encoding="utf-8")


def store(server: buckets.Google, url: str = "gs://acme-state/social") -> ObjectStore:
    """A store there."""
    return ObjectStore(url, "state.json", endpoint=server.address)


def run(store: ObjectStore, *documents: bytes) -> None:
    """A run: several swaps, the last of which ends it."""
    version = store.read().version
    for document in documents[:-1]:
        version = store.swap(document, version, "lock")
    store.swap(documents[-1], version, "apply: 1 created", squash=True)


def test_a_run_asks_for_each_step_once(server: buckets.Google) -> None:
    """Read, lock, intents, end."""
    run(store(server), FIRST)
    server.asked.clear()
    run(store(server), SECOND, THIRD, b"4")
    assert server.asked == ["GET", "PUT", "PUT", "PUT"]


def test_a_document_says_what_it_is(server: buckets.Google) -> None:
    """JSON that nobody keeps a copy of."""
    run(store(server), FIRST)
    (kept,) = server.objects.values()
    headers = {name.lower(): value for name, value in kept[-1][1].items()}
    assert (headers["content-type"], headers["cache-control"]) == ("application/json", "no-store")


def test_a_url_begins_a_sentence_as_it_is(server: buckets.Google) -> None:
    """`gs://…`, since people copy it."""
    assert StateFile(store(server), None).name == "gs://acme-state/social/state.json"


def test_documents_of_other_root_files_are_listed(server: buckets.Google) -> None:
    """All below the prefix except its own."""
    one, other = store(server), ObjectStore("gs://acme-state/social", "blog/state.json", endpoint=server.address)
    run(one, FIRST)
    run(other, SECOND)
    assert one.others() == {"blog/state.json": SECOND}
    assert other.others() == {"state.json": FIRST}


def test_what_was_deleted_since_it_was_listed_is_no_other(server: buckets.Google) -> None:
    """It is passed over, and the others count."""
    one, other = store(server), ObjectStore("gs://acme-state/social", "blog/state.json", endpoint=server.address)
    run(other, SECOND)
    server.objects["acme-state/social/gone/state.json"] = []
    assert one.others() == {"blog/state.json": SECOND}


def test_without_the_right_to_list_there_are_no_others(server: buckets.Google) -> None:
    """A policy for only the document is enough for everything else."""
    one = store(server)
    run(one, FIRST)
    server.refusal = (403, "AccessDenied")
    assert one.others() == {}


def test_an_answer_that_breaks_off(server: buckets.Google) -> None:
    """The error says that the document cannot be read, whichever read it is."""
    one, other = store(server), ObjectStore("gs://acme-state/social", "blog/state.json", endpoint=server.address)
    run(one, FIRST)
    server.cut = True
    for read in (one.read, lambda: one.read_at("1"), other.others):
        with pytest.raises(StateError, match=r"state\.json cannot be read: "):
            read()


@pytest.mark.parametrize("ignores", ["ignores_conditions", "ignores_versions"])
def test_a_store_that_ignores_conditions_is_refused(server: buckets.Google, ignores: str) -> None:
    """At the first write, also where it only creates nothing twice; nothing is left there."""
    setattr(server, ignores, True)
    with pytest.raises(StateError, match="ignores conditions on writes"):
        run(store(server), FIRST, SECOND)
    assert server.objects == {}


def test_a_lost_answer_is_read_back(server: buckets.Google) -> None:
    """The write counts, though it was not confirmed."""
    run(store(server), FIRST)
    server.lost = 1
    run(store(server), SECOND, THIRD)
    assert store(server).read().document == THIRD


def test_a_bucket_that_is_not_there(server: buckets.Google) -> None:
    """The error on reading names it, in whatever words the service says so."""
    with pytest.raises(StateError, match="there is no such bucket") as missing:
        store(server, "gs://acme-stat/social").read()
    assert "buffer.yaml" in missing.value.hint
    for words in ("ContainerNotFound", "The specified bucket does not exist"):
        server.refusal = (404, words)
        with pytest.raises(StateError, match="there is no such bucket"):
            store(server).read()


@pytest.mark.parametrize("kind", ["s3", pytest.param("az", marks=pytest.mark.long)])
def test_a_bucket_that_is_not_there_on_other_clouds(
    tmp_path: Path, place_of: Callable[[str], Place], kind: str
) -> None:
    """The error is the same as for Google's."""
    with place_of(kind)(tmp_path) as open_store:
        there = open_store()
        assert isinstance(there, ObjectStore)
        with pytest.raises(StateError, match="there is no such bucket"):
            ObjectStore(f"{kind}://nowhere/social", "state.json", endpoint=there._endpoint).read()


def test_without_permission_nothing_is_tried_again(server: buckets.Google) -> None:
    """The message has the service's reason, the hint points to the permissions."""
    server.refusal = (403, "AccessDenied")
    with pytest.raises(StateError, match="cannot be read: AccessDenied") as denied:
        store(server).read()
    assert "docs/run/state.md" in denied.value.hint
    assert server.asked == ["GET"]


def test_where_conditions_are_not_supported(server: buckets.Google) -> None:
    """Some services give this answer."""
    there = store(server)
    version = there.read().version
    server.refusal = (501, "NotImplemented")
    server.asked.clear()
    with pytest.raises(StateError, match="does not support conditions on writes"):
        there.swap(FIRST, version, "lock")
    assert "GET" not in server.asked, "a definite refusal needs no look at what is there"


def test_a_service_that_is_down(server: buckets.Google) -> None:
    """It was tried more than once."""
    server.refusal = (503, "SlowDown")
    with pytest.raises(StateError, match="cannot be read: SlowDown"):
        store(server).read()
    assert len(server.asked) > 1


@pytest.mark.parametrize(("busy", "written"), [(2, True), (3, False)])
def test_a_service_that_takes_no_writes_for_a_while(server: buckets.Google, busy: int, written: bool) -> None:
    """It is tried twice more; then its own words are the error, and the document is as it was."""
    there = store(server)
    run(there, FIRST)
    version, server.busy = there.read().version, busy
    if written:
        there.swap(SECOND, version, "lock")
    else:
        with pytest.raises(StateError, match="cannot be written: RequestTimeout"):
            there.swap(SECOND, version, "lock")
    assert there.read().document == (SECOND if written else FIRST)


def test_a_condition_that_does_not_hold_is_believed(server: buckets.Google) -> None:
    """Also where the version that can be read is still the same: another run is writing, and nothing is tried again."""
    there = store(server)
    run(there, FIRST)
    version, server.busy, server.gives_up = there.read().version, 1, (412, "PreconditionFailed")
    server.asked.clear()
    with pytest.raises(OvertakenError, match="Another run changed the state"):
        there.swap(SECOND, version, "lock")
    assert server.asked == ["PUT", "GET"]


@pytest.mark.parametrize(
    "refusal",
    [
        (301, "PermanentRedirect"),
        (400, "AuthorizationHeaderMalformed"),
        (400, "the region is wrong; expecting 'eu-west-1'"),
    ],
)
def test_a_bucket_in_another_region(server: buckets.Google, refusal: tuple[int, str]) -> None:
    """The hint says what to set."""
    server.refusal = refusal
    with pytest.raises(StateError, match="cannot be read") as elsewhere:
        store(server, "s3://acme-state/social").read()
    assert "AWS_REGION" in elsewhere.value.hint


def test_the_history_of_a_bucket_that_keeps_versions(server: buckets.Google) -> None:
    """Newest first, with the messages; each can be read."""
    run(store(server), FIRST, SECOND)
    run(store(server), THIRD)
    server.asked.clear()
    log = store(server).log()
    assert server.asked == ["HEAD"] * 3, "no document is read"
    assert [each.message for each in log] == ["apply: 1 created", "apply: 1 created", "lock"]
    assert [store(server).read_at(each.id) for each in log] == [THIRD, SECOND, FIRST]


def test_the_history_on_s3(tmp_path: Path, place_of: Callable[[str], Place]) -> None:
    """Only if versioning is on."""
    with place_of("s3")(tmp_path) as open_store:
        there = open_store()
        assert isinstance(there, ObjectStore)
        run(there, FIRST)
        with pytest.raises(StateError, match="keeps no versions"):
            there.log()
        url = buckets.s3_bucket(there._endpoint, "acme-versions", versions=True)
        kept = ObjectStore(url, "state.json", endpoint=there._endpoint)
        run(kept, FIRST, SECOND)
        assert [kept.read_at(each.id) for each in kept.log()] == [SECOND, FIRST]


def test_a_revision_that_is_not_there(server: buckets.Google) -> None:
    """The message says how to list revisions."""
    run(store(server), FIRST)
    with pytest.raises(StateError, match="has no version 7") as missing:
        store(server).read_at("7")
    assert "state log" in missing.value.hint


def test_without_the_package_for_buckets(server: buckets.Google, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message says how to install it."""
    monkeypatch.setitem(sys.modules, "obstore.store", None)
    monkeypatch.setitem(sys.modules, "obstore", None)
    with pytest.raises(StateError, match="not installed") as missing:
        store(server).read()
    assert "bufferctl[remote]" in missing.value.hint


def test_a_bucket_whose_settings_are_incomplete(monkeypatch: pytest.MonkeyPatch) -> None:
    """Azure needs the name of an account: the message has the reason, the hint the page about it."""
    for name in [each for each in os.environ if each.startswith("AZURE_")]:
        monkeypatch.delenv(name)
    with pytest.raises(StateError, match=r"az://acme/state\.json cannot be opened: ") as raised:
        ObjectStore("az://acme", "state.json").read()
    assert "docs/run/state.md" in raised.value.hint


def test_a_mistake_of_ours_is_no_setting() -> None:
    """It is not said to be one."""
    with pytest.raises(AttributeError):
        ObjectStore(7, "state.json").read()  # type: ignore[arg-type]  # the mistake


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("<Error><Code>AccessDenied</Code><Message>No\n rights.</Message></Error>", "No rights"),
        ("<Error><Code>AccessDenied</Code></Error>", "AccessDenied"),
        ("It is\ngone.", ".* 403 Forbidden: It is gone"),
    ],
)
def test_the_words_of_a_service(server: buckets.Google, answer: str, reason: str) -> None:
    """The error has what it says to people, else its code, else all of it."""
    server.refusal, server.refused_with = (403, ""), answer
    with pytest.raises(StateError, match=rf"/state\.json cannot be read: {reason}$"):
        store(server).read()
