"""Makes files public for apply: uploads them to the store, and checks their addresses.

A file is stored once under its digest and never overwritten or deleted, so killed or concurrent runs do no harm: the
second run finds the file already stored.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bufferctl import DOCS
from bufferctl.media.addresses import TYPES, Asked, Reachability, Response, probe
from bufferctl.media.reading import DIGITS, open_below
from bufferctl.model import MediaFile, MediaSettings
from bufferctl.model.media_file import CONTENT_TYPES, Obstacle, object_name

if TYPE_CHECKING:
    from obstore.store import AzureStore, GCSStore, S3Store

#: Files to upload at the same time; each is fully in memory, because only a single request can refuse to overwrite.
_AT_A_TIME = 4
#: One year: the file stored under a digest never changes.
_CACHE = "public, max-age=31536000, immutable"
_KINDS = {each: kind for kind, types in TYPES.items() for each in types}

_CHANGED = Obstacle("was changed since the plan was made", "Plan again, and have that plan reviewed.")
_STORE_HINT = f"{DOCS}/write/media.md has the settings and permissions that the bucket needs."


class Publisher:
    """Makes files below `root` public according to the settings.

    `loopback`: addresses on this machine are allowed, as for a local endpoint. `whole`: compare the bytes at an
    address even if bufferctl stored them, for plans that may have been tampered with in transit.
    """

    def __init__(self, root: Path, settings: MediaSettings, *, loopback: bool = False, whole: bool = False) -> None:
        self._root = root
        self._settings = settings
        self._loopback = loopback
        self._whole = whole
        self._broken: Obstacle | None = None

    def upload(
        self, files: Sequence[MediaFile], *, stopping: Callable[[], bool] = lambda: False
    ) -> dict[str, Obstacle]:
        """Upload the files that are missing from the store; the result says by address why some could not be stored.

        A failure of the store itself ends the upload. `stopping` is called before each file.
        """
        store = self._open()
        if isinstance(store, Obstacle):
            return {file.url: store for file in files}

        def one(file: MediaFile) -> Obstacle | None:
            if stopping():
                return Obstacle("was not uploaded, because the run was stopped", "Run apply again to continue.")
            return self._broken or self._upload(store, file)

        with ThreadPoolExecutor(_AT_A_TIME) as pool:
            found = zip(files, pool.map(one, files), strict=True)
            return {file.url: obstacle for file, obstacle in found if obstacle}

    def ask(self, files: Sequence[MediaFile]) -> dict[str, Obstacle]:
        """Probe the address of each file; the result says by address why some do not return the file."""
        wanted = {self._wanted(file): file for file in files}
        answers = probe(wanted, loopback=self._loopback)
        failed = ((wanted[wish], answer) for wish, answer in answers.items() if not answer.is_fine)
        return {file.url: self._obstacle(file, answer) for file, answer in failed}

    def listed(self) -> str:
        """A URL at which anyone can list the store; empty if none is known."""
        parts = urlsplit(self._settings.public_url)
        origin = f"{parts.scheme}://{parts.netloc}"
        top = f"{origin}/{parts.path.strip('/').partition('/')[0]}"
        asked = (f"{origin}/", f"{top}/", f"{top}?restype=container&comp=list")
        answers = probe((Asked(url, "document") for url in asked), loopback=self._loopback)
        found = (each.url for each, answer in answers.items() if answer.is_fine and answer.type.endswith("/xml"))
        return next(found, "")

    def _open(self) -> S3Store | GCSStore | AzureStore | Obstacle:
        from bufferctl.buckets import open_bucket

        try:
            from obstore.exceptions import BaseError
        except ImportError:
            return Obstacle("cannot be uploaded: obstore is not installed", "pip install 'bufferctl[remote]'")
        try:
            return open_bucket(self._settings.store, self._settings.endpoint)
        except (BaseError, ValueError) as error:
            return Obstacle(f"cannot be uploaded: {self._settings.store} ({_first_line(error)})", _STORE_HINT)

    def _upload(self, store: S3Store | GCSStore | AzureStore, file: MediaFile) -> Obstacle | None:
        """Put a file into the bucket, if it is not there yet. Returns what prevented that, or None."""
        from obstore.exceptions import AlreadyExistsError, BaseError

        name = object_name(file)
        try:
            if _is_there(store, name, file.size):
                return None
            data = self._bytes(file)
            if isinstance(data, Obstacle):
                return data
            attributes = {"Cache-Control": _CACHE}
            if content_type := CONTENT_TYPES.get(file.type):
                attributes["Content-Type"] = content_type
            store.put(name, data, mode="create", attributes=attributes, use_multipart=False)
        except (AlreadyExistsError, FileExistsError):
            return None
        except (BaseError, OSError) as error:  # obstore also raises built-in errors such as FileNotFoundError
            self._broken = self._named(error)
            return self._broken
        return None

    def _bytes(self, file: MediaFile) -> bytes | Obstacle:
        """The file's bytes, if they still match the recorded digest."""
        try:
            with open_below(self._root, file.path) as source:
                data = source.read(file.size + 1)
        except OSError as error:
            return Obstacle(f"cannot be read: {(error.strerror or str(error)).lower()}", "Check out the file again.")
        if len(data) != file.size or hashlib.sha256(data).hexdigest()[:DIGITS] != file.digest:
            return _CHANGED
        return data

    def _named(self, error: Exception) -> Obstacle:
        """The obstacle for an error of the store itself, which every other file would hit too."""
        from obstore.exceptions import NotFoundError, PermissionDeniedError, UnauthenticatedError

        store, text = self._settings.store, _first_line(error)
        is_gone = isinstance(error, NotFoundError | FileNotFoundError)
        if is_gone or "NoSuchBucket" in text or "ContainerNotFound" in text:
            return Obstacle(f"cannot be uploaded: there is no bucket {store}", f"Create it. {_STORE_HINT}")
        if isinstance(error, PermissionDeniedError | UnauthenticatedError | PermissionError):
            message = f"cannot be uploaded: these credentials may not write to {store}"
            return Obstacle(message, f"Allow them to read and create objects. {_STORE_HINT}")
        return Obstacle(f"cannot be uploaded: {store} does not accept it ({text})", f"Run apply again. {_STORE_HINT}")

    def _wanted(self, file: MediaFile) -> Asked:
        compared = not file.stored or self._whole
        return Asked(
            file.url,
            _KINDS.get(file.type, "image"),
            most=max(file.size, 1),
            type=CONTENT_TYPES.get(file.type, ""),
            size=file.size,
            digest=file.digest if compared else "",
        )

    def _obstacle(self, file: MediaFile, answer: Response) -> Obstacle:
        message = f"is not public: {file.url} {answer.message}"
        may_pass = answer.verdict in _MAY_PASS
        if not file.stored:
            hint = "Publish the folder (a site's build, Pages), then run apply again."
            may_pass = may_pass or answer.verdict in {Reachability.LOGIN, Reachability.PAGE}
        elif answer.verdict is Reachability.LOGIN:
            hint = "Allow public reads of the bucket; on AWS, Block Public Access may forbid it."
        else:
            hint = "Check that `public_url` is where the bucket's objects are public."
        return Obstacle(message, f"{hint} See {DOCS}/write/media.md", may_pass=may_pass)


#: Verdicts that may be temporary right after a file was published.
_MAY_PASS = frozenset({Reachability.DEAD, Reachability.CHANGED, Reachability.UNREACHABLE, Reachability.UNASKED})


def _is_there(store: S3Store | GCSStore | AzureStore, name: str, size: int) -> bool:
    """Whether the store has an object of that name and size.

    For a missing object, Amazon answers 403 if the caller may not list the bucket; then the upload decides.
    """
    from obstore.exceptions import NotFoundError, PermissionDeniedError

    try:
        return store.head(name)["size"] == size
    except (NotFoundError, FileNotFoundError, PermissionDeniedError, PermissionError):
        return False


def _first_line(error: Exception) -> str:
    """The first line of a store's error; the rest is the request."""
    return (str(error).splitlines() or [type(error).__name__])[0][:200]
