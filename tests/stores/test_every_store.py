"""Rules for every store: one document, replaced by compare and swap."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from bufferctl.errors import OvertakenError
from bufferctl.state import Stored
from tests.stores.places import Open

FIRST, SECOND, THIRD = b'{"serial": 1}\n', b'{"serial": 2}\n', b'{"serial": 3}\n'


def created(open_store: Open, document: bytes = FIRST) -> str:
    """Store the first document; returns its version."""
    store = open_store()
    return store.swap(document, store.read().version, "begin")


def test_a_new_place_has_no_document(open_store: Open) -> None:
    """Reading creates none, and the returned version can be swapped."""
    store = open_store()
    assert store.read().document is None
    assert open_store().read() == store.read()
    store.swap(FIRST, store.read().version, "begin")
    assert store.read().document == FIRST


def test_another_machine_reads_what_was_written(open_store: Open) -> None:
    """With the version from the swap."""
    version = created(open_store)
    assert open_store().read() == Stored(FIRST, version)


def test_a_swap_replaces_the_document_of_its_version(open_store: Open) -> None:
    """With the version from `read`, and with that from the last swap."""
    created(open_store)
    store = open_store()
    version = store.swap(SECOND, store.read().version, "lock")
    version = store.swap(THIRD, version, "apply: 1 created")
    assert open_store().read() == Stored(THIRD, version)


def test_of_two_that_begin_one_wins(open_store: Open) -> None:
    """The other is refused, and writes nothing."""
    one, other = open_store(), open_store()
    missing, missing_too = one.read().version, other.read().version
    one.swap(FIRST, missing, "begin")
    with pytest.raises(OvertakenError):
        other.swap(SECOND, missing_too, "begin")
    assert open_store().read().document == FIRST


def test_of_two_that_swap_one_version_one_wins(open_store: Open) -> None:
    """The other can read again and then swap."""
    created(open_store)
    one, other = open_store(), open_store()
    version = other.read().version
    one.swap(SECOND, one.read().version, "lock")
    with pytest.raises(OvertakenError):
        other.swap(THIRD, version, "lock")
    assert open_store().read().document == SECOND
    other.swap(THIRD, other.read().version, "lock")
    assert open_store().read().document == THIRD


def test_a_version_that_was_swapped_is_spent(open_store: Open) -> None:
    """Even for the store that swapped it."""
    created(open_store)
    store = open_store()
    version = store.read().version
    store.swap(SECOND, version, "lock")
    with pytest.raises(OvertakenError):
        store.swap(THIRD, version, "lock")


def test_any_bytes_come_back(open_store: Open) -> None:
    """Even bytes that are not text, and 3 MB of them."""
    for document in (b"\xff\x00\r\n\n", b"", bytes(range(256)) * 12_000):
        store = open_store()
        store.swap(document, store.read().version, "apply")
        assert open_store().read().document == document


def test_of_many_at_once_one_wins(open_store: Open) -> None:
    """The document is the winner's."""
    created(open_store)
    stores = [open_store() for _ in range(6)]
    versions = [store.read().version for store in stores]

    def swap(number: int) -> bool:
        try:
            stores[number].swap(f'{{"winner": {number}}}'.encode(), versions[number], "lock")
        except OvertakenError:
            return False
        return True

    with ThreadPoolExecutor(len(stores)) as pool:
        won = [number for number, is_won in enumerate(pool.map(swap, range(len(stores)))) if is_won]
    assert len(won) == 1
    assert open_store().read().document == f'{{"winner": {won[0]}}}'.encode()


def test_a_run_may_end_as_one(open_store: Open) -> None:
    """With `squash` the last document is stored, with or without the history in between."""
    created(open_store)
    store = open_store()
    version = store.swap(SECOND, store.read().version, "lock")
    version = store.swap(THIRD, version, "apply: 1 created", squash=True)
    assert open_store().read() == Stored(THIRD, version)


def test_a_run_that_changed_nothing_may_put_back_what_was_there(open_store: Open) -> None:
    """The document is the old one, and the next run starts from it."""
    created(open_store)
    store = open_store()
    version = store.swap(SECOND, store.read().version, "lock")
    store.swap(FIRST, version, "unlock", squash=True)
    store = open_store()
    assert store.read().document == FIRST
    store.swap(THIRD, store.read().version, "lock")
    assert open_store().read().document == THIRD
