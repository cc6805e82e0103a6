"""The state as an object in a bucket, written only if the store confirms that it is still the version that was read.

The swap is a conditional write (`If-None-Match: *` for the first, `If-Match` on the e_tag, on Google the generation).
A store that ignores conditions would let two runs overwrite each other, so the first write to a new place tries both
kinds of write that must fail, and refuses the store if one succeeds.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote, unquote

from bufferctl import DOCS
from bufferctl.errors import OvertakenError, StateError
from bufferctl.state.store import PastDocument, Store, Stored

if TYPE_CHECKING:
    from obstore import GetOptions, GetResult, PutResult, UpdateVersion
    from obstore.store import AzureStore, GCSStore, S3Store

T = TypeVar("T")

#: How many times a write is tried if its answer was lost and it did not happen.
_UNANSWERED = 3
#: How many revisions a log lists.
_REVISIONS = 200
_PERMISSIONS = f"{DOCS}/run/state.md lists the permissions and settings that it needs."


class ObjectStore(Store):
    """A `Store` that is an object. `url`: `s3://bucket/prefix` and so on; `path`: the object's, below the prefix.

    `endpoint`: the service's address where it is not the cloud's own. The version is the e_tag and the version id or
    generation, as far as the store gives them.
    """

    is_shared = True

    def __init__(self, url: str, path: str, *, endpoint: str = "") -> None:
        self._url, self._path, self._endpoint = url, path, endpoint

    @property
    def place(self) -> str:
        return f"{self._url}/{self._path}"

    def read(self) -> Stored:
        """Read the document with one request."""
        found = self._get({})
        return Stored(None, "") if found is None else Stored(self._document(found), _version(found.meta))

    def others(self) -> dict[str, bytes]:
        """The other documents, read now with a request for the list and one each; none without permission to list."""
        try:
            listed = self._guard(lambda bucket: [each["path"] for page in bucket.list() for each in page], "be read")
            others = sorted(path for path in listed if path.endswith("state.json") and path != self._path)
            found = {path: self._get({}, path) for path in others}
            return {path: self._document(each) for path, each in found.items() if each}  # what is still there
        except _RefusedError:
            return {}

    def beside(self, path: str) -> ObjectStore:
        return ObjectStore(self._url, path, endpoint=self._endpoint)

    def swap(self, document: bytes, version: str, message: str, *, squash: bool = False) -> str:  # noqa: ARG002 - objects stay
        """Replace the document with one request, unless the answer is lost."""
        attributes = {
            "Content-Type": "application/json",
            "Cache-Control": "no-store",
            "message": quote(message),
            "previous": quote(version),
        }
        mode: Any = json.loads(version) if version else "create"  # what must be there: this version, or no object
        for left in reversed(range(_UNANSWERED)):
            try:
                written = self._put(document, mode, attributes)
            except _RefusedError:
                raise
            except OvertakenError:
                failure = None
            except StateError as error:
                failure = error
            else:
                if not version:
                    self._probe(document, written, attributes)
                return _version(written)
            found = self.read()
            if found.document == document:  # it was written, but the answer was lost
                return found.version
            if failure is None or found.version != version:
                raise self._overtaken()
            if not left:
                raise failure
        raise AssertionError("the last attempt returns or raises")

    def log(self) -> Sequence[PastDocument]:
        """Earlier versions, newest first, as far as the bucket keeps them: each names the one before it.

        Raises StateError.
        """
        return tuple(self._revisions())

    def read_at(self, revision: str) -> bytes:
        """The document of a version that `log` lists. Raises StateError."""
        found = self._get({"version": revision})
        if found is None:
            raise StateError(
                f"{self.place} has no version {revision}", hint="`bufferctl state log` lists its revisions."
            )
        return self._document(found)

    def _revisions(self) -> Iterator[PastDocument]:
        options: GetOptions = {"head": True}
        for _ in range(_REVISIONS):
            found = self._get(options)
            if found is None:
                return
            version = found.meta.get("version")
            if not version:
                raise StateError(
                    f"The bucket of {self.place} keeps no versions, so there is no history",
                    hint="Switch on versioning for the bucket; from then on each version is kept.",
                )
            yield PastDocument(version, found.meta["last_modified"], unquote(_attribute(found, "message")))
            before = json.loads(unquote(_attribute(found, "previous")) or "{}").get("version")
            if not before:
                return
            options = {"head": True, "version": before}

    def _probe(self, document: bytes, written: Mapping[str, Any], attributes: Mapping[str, str]) -> None:
        """Try a write that must fail on the new document. Raises StateError if the store accepts it."""
        other: UpdateVersion = {"e_tag": '"no-such-version"'}
        generation = str(written.get("version"))
        if generation.isdecimal():  # Google's condition is about that alone
            other["version"] = str(int(generation) + 1)
        for mode in ("create", other):
            try:
                self._put(document, mode, attributes)
            except OvertakenError:
                continue
            self._guard(lambda bucket: bucket.delete(self._path), "be written")
            raise StateError(
                f"The store of {self.place} ignores conditions on writes, so two runs could overwrite each other",
                hint=f"Use another store, or a branch: `state: git`. {_PERMISSIONS}",
            )

    def _put(self, document: bytes, mode: Any, attributes: Mapping[str, str]) -> PutResult:
        """Raises OvertakenError if the condition does not hold, StateError."""
        return self._guard(
            lambda bucket: bucket.put(self._path, document, mode=mode, attributes=dict(attributes)), "be written"
        )

    def _get(self, options: GetOptions, path: str = "") -> GetResult | None:
        """The object, or that at `path`; None if it is missing. Raises StateError, also where the bucket is missing."""

        def get(bucket: S3Store | GCSStore | AzureStore) -> GetResult | None:
            try:
                return bucket.get(path or self._path, options=options)
            except FileNotFoundError as error:
                if _has_no_bucket(error):
                    raise
                return None

        return self._guard(get, "be read")

    def _document(self, found: GetResult) -> bytes:
        """Raises StateError, as where the answer breaks off."""
        return self._guard(lambda _: bytes(found.bytes()), "be read")

    def _guard(self, request: Callable[[S3Store | GCSStore | AzureStore], T], done: str) -> T:
        """Run a request on the bucket, with errors as StateError."""
        bucket = self._bucket  # says it if obstore is not installed
        from obstore.exceptions import (
            AlreadyExistsError,
            BaseError,
            PermissionDeniedError,
            PreconditionError,
            UnauthenticatedError,
        )

        try:
            return request(bucket)
        except (AlreadyExistsError, PreconditionError) as error:
            raise self._overtaken() from error
        except FileNotFoundError as error:
            if not _has_no_bucket(error):  # a document that was deleted since
                raise self._overtaken() from error
            raise _RefusedError(
                f"{self.place} cannot {done}: there is no such bucket",
                hint="Create it, or correct `state` in buffer.yaml.",
            ) from error
        except (PermissionDeniedError, UnauthenticatedError) as error:
            raise self._forbidden(error, done) from error
        except BaseError as error:
            raise self._failed(error, done) from error

    def _forbidden(self, error: Exception, done: str) -> _RefusedError:
        reason = f"{self.place} cannot {done}: {_reason(error)}"
        return _RefusedError(reason, hint=f"Check the credentials and their rights. {_PERMISSIONS}")

    def _failed(self, error: Exception, done: str) -> StateError:
        reason = _reason(error)
        if "403 Forbidden" in str(error):  # how a list is refused
            return self._forbidden(error, done)
        if "NotImplemented" in str(error):
            return _RefusedError(
                f"The store of {self.place} does not support conditions on writes",
                hint=f"Use another store, or a branch: `state: git`. {_PERMISSIONS}",
            )
        if any(
            sign in str(error)
            for sign in ("AuthorizationHeaderMalformed", "incorrectly configured region", "expecting '")
        ):
            return _RefusedError(
                f"{self.place} cannot {done}: {reason}", hint="Set AWS_REGION to the region of the bucket."
            )
        return StateError(f"{self.place} cannot {done}: {reason}", hint="Check the network, then run it again.")

    def _overtaken(self) -> OvertakenError:
        return OvertakenError(
            f"Another run changed the state in {self.place}, so it was not replaced", hint="Run the command again."
        )

    @cached_property
    def _bucket(self) -> S3Store | GCSStore | AzureStore:
        try:
            from bufferctl.buckets import open_bucket

            return open_bucket(self._url, self._endpoint)
        except ImportError as error:
            raise StateError(
                f"The state is in {self._url}, and the package that reads buckets is not installed",
                hint="Install it: pip install 'bufferctl[remote]'",
            ) from error
        except Exception as error:  # obstore's own, which are not importable without it
            if not type(error).__module__.startswith("obstore"):
                raise
            raise StateError(f"{self.place} cannot be opened: {_reason(error)}", hint=_PERMISSIONS) from error


class _RefusedError(StateError):
    """A definite refusal: retrying is useless."""


def _version(meta: Mapping[str, Any]) -> str:
    """The version of an object as text. Absent keys stay out: obstore takes no None for them."""
    return json.dumps({key: meta[key] for key in ("e_tag", "version") if meta.get(key)})


def _has_no_bucket(error: FileNotFoundError) -> bool:
    return any(sign in str(error) for sign in ("NoSuchBucket", "ContainerNotFound", "bucket does not exist"))


def _attribute(found: GetResult, name: str) -> str:
    return str(dict(found.attributes).get(name, ""))


def _reason(error: BaseException) -> str:
    """The service's answer, on one line."""
    text = str(error).partition("\n\nDebug source")[0]
    for tag in ("Message", "Code"):
        _, found, rest = text.partition(f"<{tag}>")
        if found:
            return " ".join(rest.partition(f"</{tag}>")[0].split()).rstrip(".")
    return " ".join(text.split())[-300:].rstrip(".")
