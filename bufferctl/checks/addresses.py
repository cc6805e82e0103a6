"""Rules on the addresses of media: what Buffer cannot fetch, or soon cannot (notes: Writing).

There is no upload: Buffer fetches a picture from its address when the post is created, and again when it goes out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from bufferctl.checks.finding import Finding, Path, Rule
from bufferctl.checks.networks import Source, thread_of
from bufferctl.diagnostics import Severity
from bufferctl.model import Asset, Idea, Post
from bufferctl.model.content import LinkAttachment

NOT_PUBLIC = Rule(
    "BC019",
    "media-not-public",
    Severity.ERROR,
    "an image, a video or a document is at an address that Buffer cannot fetch: not `https://`, or local, or private",
    "Buffer refuses the post",
    "put the file where everybody can fetch it, and name that address",
    Source.REFERENCE,
)
SIGNED = Rule(
    "BC103",
    "media-address-expires",
    Severity.WARNING,
    "the address of an image, a video or a document is signed, so it stops working after some time",
    "Buffer fetches the file again when the post goes out, and the post fails if it is gone by then",
    "use an address that stays",
    Source.REFERENCE,
)
REFUSING_HOST = Rule(
    "BC104",
    "media-host-refuses",
    Severity.WARNING,
    "an image, a video or a document is on a site that shows a page instead of the file, or its address is a page's",
    "Buffer cannot read the file, and refuses the post or fails to publish it",
    "put the file on a site of your own, or use the site's address for direct download",
    "what these sites are known to do",
)

RULES = (NOT_PUBLIC, SIGNED, REFUSING_HOST)

_HOST = re.compile(r"https?://(?:[^/?#@]*@)?(\[[^\]/]*\]|[^/?#:]*)", re.IGNORECASE)
_NUMERIC = re.compile(r"[0-9.]+|\[.*\]")
#: Ends of host names that lead nowhere outside a network of one's own (RFC 2606, RFC 6761, RFC 6762, RFC 8375).
_LOCAL = (".localhost", ".local", ".internal", ".lan", ".home.arpa", ".invalid", ".test", ".localdomain")
#: Parameters of addresses that were made for a while: Amazon, Google, Azure, CloudFront, and what people build.
_SIGNED = re.compile(
    r"[?&](X-Amz-(?:Signature|Expires)|X-Goog-(?:Signature|Expires)|AWSAccessKeyId|Signature|Key-Pair-Id|Expires|sig"
    r"|token|access_token|hdnts)=",
    re.IGNORECASE,
)
#: What a site gives instead of the file, by the end of its host name, and what an address of it holds that does so.
_REFUSING = (
    ("drive.google.com", "", "Google Drive shows a page instead of the file"),
    ("docs.google.com", "", "Google Docs shows a page instead of the file"),
    ("photos.google.com", "", "Google Photos shows a page instead of the file"),
    ("photos.app.goo.gl", "", "Google Photos shows a page instead of the file"),
    ("dropbox.com", r"^(?!.*[?&](?:raw|dl)=1)", "Dropbox shows a page instead of the file, unless it ends in `raw=1`"),
    ("1drv.ms", "", "OneDrive shows a page instead of the file"),
    ("onedrive.live.com", "", "OneDrive shows a page instead of the file"),
    ("sharepoint.com", "", "SharePoint asks for a login"),
    ("icloud.com", "", "iCloud shows a page instead of the file"),
    ("wetransfer.com", "", "WeTransfer shows a page instead of the file, and deletes it after some days"),
    ("we.tl", "", "WeTransfer shows a page instead of the file, and deletes it after some days"),
    ("canva.com", "", "Canva shows a page instead of the file"),
    ("figma.com", "", "Figma shows a page instead of the file"),
    ("github.com", "/blob/", "GitHub shows a page instead of the file there; `raw.githubusercontent.com` has it"),
    ("fbcdn.net", "", "Facebook's own addresses stop working after some days"),
    ("cdninstagram.com", "", "Instagram's own addresses stop working after some days"),
    ("cdn.discordapp.com", "", "Discord's addresses stop working after a day"),
    ("media.discordapp.net", "", "Discord's addresses stop working after a day"),
)


#: Ends of addresses that name pages.
_PAGE = re.compile(r"https?://[^/?#]+/[^?#]*(\.(?:x?html?|php|aspx?|jsp))(?:[?#]|$)", re.IGNORECASE)
_A = {"image": "an image", "video": "a video", "document": "a document", "gif": "a GIF", "picture": "an image"}


def address_findings(item: Post | Idea) -> Iterator[Finding]:
    """What is wrong with the addresses of an object's media."""
    for path, kind, url in _doubtful(item):
        host = _HOST.match(url)
        name = host[1] if host else ""
        if url[:8].lower() != "https://":
            message = f"the address of this {kind} is not https, so Buffer cannot fetch it"
            yield Finding(NOT_PUBLIC, item, path, message, hint="use its `https://` address")
        elif not _public(name):
            message = f"`{name[:60]}` is not on the public internet, so Buffer cannot fetch this {kind}"
            yield Finding(NOT_PUBLIC, item, path, message)
        elif signed := _SIGNED.search(url):
            message = f"this address is signed (`{signed[1]}`), so the {kind} may be gone when the post goes out"
            yield Finding(SIGNED, item, path, message)
        elif page := _PAGE.match(url):
            message = f"the address ends in `{page[1]}`, so it is probably a page and not {_A.get(kind, 'a file')}"
            yield Finding(REFUSING_HOST, item, path, message, hint="use the address of the file itself")
        else:
            for pattern, what in _refusing(name):
                if re.search(pattern, url):
                    yield Finding(REFUSING_HOST, item, path, f"{what}, so Buffer probably cannot read this {kind}")


def is_fine(url: str) -> bool:
    """Whether nothing is wrong with an address, found quickly: most are."""
    host = _HOST.match(url)
    if host is None or not url.startswith("https://") or ("=" in url and _SIGNED.search(url)):
        return False
    return _public(host[1]) and not _refusing(host[1]) and not _PAGE.match(url)


@lru_cache(maxsize=256)
def _public(host: str) -> bool:
    host = host.lower().rstrip(".")
    if _NUMERIC.fullmatch(host):
        import ipaddress

        try:
            return ipaddress.ip_address(host.strip("[]")).is_global
        except ValueError:
            return False
    return "." in host and not host.endswith(_LOCAL)


@lru_cache(maxsize=256)
def _refusing(host: str) -> tuple[tuple[str, str], ...]:
    """What a site refuses: of which addresses, and what it does instead."""
    name = f".{host.lower().rstrip('.')}"
    return tuple((pattern, what) for end, pattern, what in _REFUSING if name.endswith(f".{end}"))


def _doubtful(item: Post | Idea) -> Iterator[tuple[Path, str, str]]:
    """The addresses of media that may not be fine: where each stands, what it is of, and the address."""
    if isinstance(item, Idea):
        for index, medium in enumerate(item.media):
            if medium.type != "link" and not is_fine(medium.url):
                yield ("media", index, "url"), medium.type.value, medium.url
        return
    for index, asset in enumerate(item.assets):
        yield from _of(("assets", index), asset)
    metadata = item.metadata
    if metadata is None:
        return
    below: Path = ("metadata", item.service.value)
    for index, part in enumerate(thread_of(metadata)):
        for number, asset in enumerate(part.assets):
            yield from _of((*below, "thread", index, "assets", number), asset)
    if "link_attachment" in type(metadata).model_fields:
        attachment: LinkAttachment | None = getattr(metadata, "link_attachment", None)
        if attachment and attachment.thumbnail and not is_fine(attachment.thumbnail.url):
            yield (*below, "link_attachment", "thumbnail", "url"), "picture", attachment.thumbnail.url


def _of(path: Path, asset: Asset) -> Iterator[tuple[Path, str, str]]:
    kind, value = asset.kind, asset.value
    if not is_fine(value.url):
        yield (*path, kind, "url"), kind, value.url
    thumbnail: str | None = getattr(value, "thumbnail_url", None)
    if thumbnail and not is_fine(thumbnail):
        yield (*path, kind, "thumbnail_url"), "image", thumbnail
