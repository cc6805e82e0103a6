"""Rules on the images, videos and documents of a post: how many, of which kind, and at which addresses.

Buffer has no upload: it fetches an image from its URL when the post is created, and again when it goes out. These rules
find files that Buffer cannot fetch, or soon cannot (notes: Writing).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from bufferctl.checks.finding import Finding, Path, Rule, advice, refusal
from bufferctl.model import NETWORKS, Asset, Idea, Post, thread_of
from bufferctl.model.attached import assets_of
from bufferctl.model.content import A_FILE, LinkAttachment
from bufferctl.model.hosts import PRIVATE_NAMES, is_public
from bufferctl.model.networks import Network, RuleSource

TOO_MANY_IMAGES = refusal(
    "BC010",
    "too-many-images",
    "a post has more images than its network allows",
    "remove images, or give this network `assets` of its own under `overrides`",
)
TOO_MANY_MEDIA = refusal(
    "BC011",
    "too-many-media",
    "a post has more images and videos together than its network allows",
    "remove some, or give this network `assets` of its own under `overrides`",
)
VIDEO_NOT_ALONE = refusal(
    "BC012",
    "video-not-alone",
    "a post has a video and other media on a network that accepts images or one video",
    "keep the video or the images",
)
KIND_NOT_TAKEN = refusal(
    "BC013",
    "kind-not-taken",
    "a post has an image, a video or a document that its network does not accept",
    "delete it, or put a link to it in the text",
    RuleSource.REFERENCE,
)
NOT_ALONE = refusal(
    "BC014", "document-not-alone", "a post has a document and other assets", "keep one of them", RuleSource.REFERENCE
)
MISSING = refusal(
    "BC015",
    "media-missing",
    "a post lacks the image, the video or the link attachment that its network needs",
    "write `image: …` with the name of a file or a URL, or add a video under `assets`",
)

COVER_NOT_TAKEN = refusal(
    "BC020",
    "video-cover-not-taken",
    "a video has a `thumbnail_offset` on a network that accepts none",
    "delete it, or set it under `overrides` for a network that accepts it",
    RuleSource.REFERENCE,
)


def media_findings(post: Post) -> Iterator[Finding]:
    network = NETWORKS[post.service]
    if post.assets:
        yield from _of_assets(post, network, ("assets",), post.assets)
    if network.needs_media and not _has_needed(post, network):
        words = " or ".join(f"{'an' if kind == 'image' else 'a'} {kind}" for kind in network.needs_media)
        attachment = " or a link attachment" if network.or_link_attachment else ""
        message = f"a post on {network.label} needs {words}{attachment}, so Buffer refuses this one"
        ways = []
        if "image" in network.needs_media:
            ways.append("write `image: …` with the name of a file in `media/` or a URL")
        if others := [f"a {kind}" for kind in network.needs_media if kind != "image"]:
            ways.append(f"add {' or '.join(others)} under `assets`")
        if network.or_link_attachment:
            ways.append(f"`link_attachment` under `metadata: {post.service}`")
        yield Finding(MISSING, post, ("assets",), message, hint=", or ".join(ways))
    for index, item in enumerate(thread_of(post.metadata)):
        if item.assets:
            path = ("metadata", post.service.value, "thread", index, "assets")
            yield from _of_assets(post, network, path, item.assets)


def _has_needed(post: Post, network: Network) -> bool:
    """Whether it has a medium of a kind without which its network takes no post."""
    if network.or_link_attachment:
        return bool(post.assets) or getattr(post.metadata, "link_attachment", None) is not None
    return any(asset.kind in network.needs_media for asset in post.assets)


def _of_assets(post: Post, network: Network, path: Path, assets: Sequence[Asset]) -> Iterator[Finding]:
    kinds = [asset.kind for asset in assets]
    images = [index for index, kind in enumerate(kinds) if kind == "image"]
    if network.images and len(images) > network.images.most:
        most = network.images.most
        allowed = "1 image" if most == 1 else f"{most} images"
        message = f"{network.label} allows {allowed} and this post has {len(images)}, so Buffer refuses it"
        yield Finding(TOO_MANY_IMAGES, post, (*path, images[most]), message)
    if network.media and len(kinds) > network.media.most:
        most = network.media.most
        counts = f"{network.label} allows {most} images and videos and this post has {len(kinds)}"
        yield Finding(TOO_MANY_MEDIA, post, (*path, most), f"{counts}, so Buffer refuses it")
    if network.video_alone and "video" in kinds and len(kinds) > 1:
        message = (
            f"{network.label} accepts images or one video, not a video with other media, so Buffer refuses this post"
        )
        yield Finding(VIDEO_NOT_ALONE, post, (*path, kinds.index("video")), message)
    for index, asset in enumerate(assets):
        if asset.video and asset.video.thumbnail_offset is not None and network.covers is None:
            message = f"{network.label} cannot use a frame as a video's cover, so Buffer refuses this post"
            yield Finding(COVER_NOT_TAKEN, post, (*path, index, "video", "thumbnail_offset"), message)
    for kind in sorted({*kinds} - network.kinds):
        message = f"{network.label} does not accept {kind}s, so Buffer refuses this post"
        yield Finding(KIND_NOT_TAKEN, post, (*path, kinds.index(kind)), message)
    if "document" in kinds and "document" in network.kinds and len(kinds) > 1:
        message = "a document must be the only asset, so Buffer refuses this post"
        yield Finding(NOT_ALONE, post, (*path, kinds.index("document")), message)


NOT_PUBLIC = refusal(
    "BC019",
    "media-not-public",
    "an image, a video or a document is at a URL that Buffer cannot fetch: not `https://`, or local, or private",
    "put the file at a public URL, and use that",
    RuleSource.REFERENCE,
)
SIGNED = advice(
    "BC103",
    "media-address-expires",
    "the URL of an image, a video or a document is signed, so it stops working after some time",
    "Buffer fetches the file again when the post goes out, and the post fails if it is gone by then",
    "use a URL that does not expire",
    RuleSource.REFERENCE,
)
REFUSING_HOST = advice(
    "BC104",
    "media-host-refuses",
    "an image, a video or a document is on a site that shows a page instead of the file, or its URL leads to a page",
    "Buffer cannot read the file, and refuses the post or fails to publish it",
    "put the file on a site of your own, or use the site's direct download URL",
    "what these sites are known to do",
)

OTHER_KIND = advice(
    "BC123",
    "media-of-another-kind",
    "an image is at a URL that ends like that of a video or a document",
    "Buffer cannot read it as an image, and refuses the post",
    "list it under `assets` as a video or a document",
    "what the endings of files mean",
)

IS_A_PAGE = refusal(
    "BC022",
    "media-is-a-page",
    "an image, a video or a document is at the address of a page that shows it, such as YouTube's or Google Drive's",
    "use the file itself",
    "what these sites are known to do",
)

#: The host of an address as it is written, and whether it is one at all, found quickly.
_HOST = re.compile(r"https?://(?:[^/?#@]*@)?(\[[^\]/]*\]|[^/?#:]*)", re.IGNORECASE)
_NUMERIC = re.compile(r"[0-9.]+|\[.*\]")
#: Parameters of addresses that expire: Amazon, Google, Azure, CloudFront, and home-made ones.
_SIGNED = re.compile(
    r"[?&](X-Amz-(?:Signature|Expires)|X-Goog-(?:Signature|Expires)|AWSAccessKeyId|Signature|Key-Pair-Id|Expires|sig"
    r"|token|access_token|hdnts)=",
    re.IGNORECASE,
)
#: What to do instead, for addresses that are certainly pages.
_FILE = "download it, and write its path instead of the link (under `assets`: `file:` instead of `url:`)"
#: The same without `media` in the root file, where no file has a URL.
_ELSEWHERE = (
    "upload the file to your website, and write the URL of the file itself; `media` in the root file would let you"
    " write its path instead"
)
_FILM = "put this link in the text; to post the video itself, write `video: {file: …}` under `assets`"
_RAW = f"replace `dl=0` at the end of the link by `raw=1`, or {_FILE}"
#: Sites that do not give the file: ends of host names, a pattern of such addresses, what happens instead; and what to
#: do where an address is certainly a page.
_REFUSING = (
    ("youtube.com youtu.be", "", "this link leads to YouTube's page, not to the video", _FILM),
    ("vimeo.com", r"//(?:www\.)?vimeo\.com/", "this link leads to Vimeo's page, not to the video", _FILM),
    ("unsplash.com", r"//(?:www\.)?unsplash\.com/", "this link leads to Unsplash's page about the photo", _FILE),
    ("imgur.com", r"//(?:www\.|m\.)?imgur\.com/", "this link leads to Imgur's page, not to the image", _FILE),
    ("drive.google.com", r"/uc\?", "Google Drive may show a page instead of the file", ""),
    ("drive.google.com", r"^(?!.*/uc\?)", "this link leads to Google Drive's page, not to the file", _FILE),
    ("docs.google.com", "", "this link leads to Google's page, not to a file", _FILE),
    ("photos.google.com photos.app.goo.gl", "", "this link leads to Google Photos, not to the file", _FILE),
    ("dropbox.com", r"^(?!.*[?&](?:raw|dl)=1)", "this link leads to Dropbox's page, not to the file", _RAW),
    ("1drv.ms onedrive.live.com", "", "OneDrive shows a page instead of the file", ""),
    ("sharepoint.com", "", "SharePoint asks for a login", ""),
    ("icloud.com", "", "iCloud shows a page instead of the file", ""),
    ("wetransfer.com we.tl", "", "WeTransfer shows a page instead of the file, and deletes it after some days", ""),
    ("canva.com", "", "Canva shows a page instead of the file", ""),
    ("figma.com", "", "Figma shows a page instead of the file", ""),
    ("github.com", "/blob/", "GitHub shows a page instead of the file there; `raw.githubusercontent.com` has it", ""),
    ("fbcdn.net", "", "Facebook's own URLs stop working after some days", ""),
    ("cdninstagram.com", "", "Instagram's own URLs stop working after some days", ""),
    ("cdn.discordapp.com media.discordapp.net", "", "Discord's URLs stop working after a day", ""),
)
#: Ends of addresses that name pages.
_PAGE = re.compile(r"https?://[^/?#]+/[^?#]*(\.(?:x?html?|php|aspx?|jsp))(?:[?#]|$)", re.IGNORECASE)
#: Ends of addresses of other files than images.
_NO_IMAGE = re.compile(
    r"https?://[^?#]+\.(?:(?P<video>mp4|m4v|mov|webm)|(?P<document>pdf|pptx?|docx?))(?:[?#]|$)", re.IGNORECASE
)
#: A file of a kind, in a sentence.
A_KIND: Mapping[str, str] = {**A_FILE, "gif": "a GIF", "picture": "an image"}


def address_findings(item: Post | Idea, *, takes_files: bool) -> Iterator[Finding]:
    """The findings about the URLs of media. `takes_files`: the root file says how files become public."""
    for path, kind, url in _addresses(item):
        meant = "" if kind != "image" else kind_instead(url)
        if meant:
            message = f"this URL is {A_KIND[meant]}'s, so Buffer cannot read it as an image"
            title = ', title: "…", thumbnail_url: "…"' if meant == "document" else ""
            hint = f"write `assets: [{{{meant}: {{url: {url}{title}}}}}]` instead of `image` and `alt`"
            yield Finding(OTHER_KIND, item, path, message, hint)
        if not is_fine(url):
            for rule, message, hint in _of_url(url, kind):
                yield Finding(rule, item, path, message, hint if takes_files else hint.replace(_FILE, _ELSEWHERE))


def _of_url(url: str, kind: str) -> Iterator[tuple[Rule, str, str]]:
    """The first thing wrong with the URL of a file: the rule, the message, and a hint instead of the rule's own."""
    host = _HOST.match(url)
    name = host[1] if host else ""
    if url[:8].lower() != "https://":
        yield NOT_PUBLIC, f"the URL of this {kind} is not https, so Buffer cannot fetch it", "use its `https://` URL"
        return
    if not _public(name):
        message = f"`{name[:60]}` is not on the public internet, so Buffer cannot fetch this {kind}"
        yield NOT_PUBLIC, message, ""
        return
    signed = _SIGNED.search(url)
    if signed:
        message = f"this URL is signed (`{signed[1]}`), so the {kind} may be gone when the post goes out"
        yield SIGNED, message, ""
        return
    page = _PAGE.match(url)
    if page:
        message = f"the URL ends in `{page[1]}`, so it is probably a page and not {A_KIND.get(kind, 'a file')}"
        yield REFUSING_HOST, message, "use the URL of the file itself"
        return
    for pattern, what, instead in _refusing(name):
        if re.search(pattern, url):
            rule, surely = (IS_A_PAGE, "") if instead else (REFUSING_HOST, "probably ")
            yield rule, f"{what}, so Buffer {surely}cannot read this {kind}", instead


def kind_instead(url: str | None) -> str:
    """What is at the URL of an image by its ending, if that is another kind of file; empty if it may be an image."""
    found = _NO_IMAGE.match(url) if url else None
    return (found.lastgroup or "") if found else ""


def is_fine(url: str) -> bool:
    """A quick check whether no rule here finds anything in an address: nearly all are fine."""
    host = _HOST.match(url)
    if host is None or not url.startswith("https://") or ("=" in url and _SIGNED.search(url)):
        return False
    return _public(host[1]) and not _refusing(host[1]) and not _PAGE.match(url)


def _public(host: str) -> bool:
    host = host.lower().rstrip(".")
    if _NUMERIC.fullmatch(host):
        import ipaddress

        try:
            return is_public(ipaddress.ip_address(host.strip("[]")))
        except ValueError:
            return False
    return "." in host and not host.endswith(PRIVATE_NAMES)


@lru_cache(maxsize=256)
def _refusing(host: str) -> tuple[list[str], ...]:
    """The addresses of a site that give no file: their pattern, what they give instead, and what to do."""
    name = f".{host.lower().rstrip('.')}"
    return tuple(rest for ends, *rest in _REFUSING if name.endswith(tuple(f".{end}" for end in ends.split())))


def _addresses(item: Post | Idea) -> Iterator[tuple[Path, str, str]]:
    """The addresses of media: the path, the kind of the file, and the address."""
    if isinstance(item, Idea):
        for index, medium in enumerate(item.media):
            if medium.type != "link" and medium.url:
                yield ("media", index, "url"), medium.type.value, medium.url
        return
    for path, asset in assets_of(item):
        if asset.value.url:
            yield (*path, asset.kind, "url"), asset.kind, asset.value.url
        if thumbnail := getattr(asset.value, "thumbnail_url", None):
            yield (*path, asset.kind, "thumbnail_url"), "image", thumbnail
    attachment: LinkAttachment | None = vars(item.metadata).get("link_attachment") if item.metadata else None
    if attachment and attachment.thumbnail:
        path = ("metadata", item.service.value, "link_attachment", "thumbnail", "url")
        yield path, "picture", attachment.thumbnail.url
