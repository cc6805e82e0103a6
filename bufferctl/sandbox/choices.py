"""What Buffer leaves open, decided: the one place for every rule of the sandbox that nobody has shown.

The notes on the API mark some behaviour "open", and say nothing of some more. The sandbox takes the side that would
hurt a careless client most, so that a client that passes here has not leaned on luck; core.Options orders the other
side where it is as likely. Change a choice only when a report from the live service settles it. Numbers and sets are
below; what is a way of behaving is this:

Publishing (life.py, scheduling.py)
- A customScheduled `dueAt` in the past is accepted and goes out at once; `refuse_past` of core.Options refuses it.
- A paused queue holds custom scheduled posts too, shareNow still goes out; on resuming, what is overdue goes out.
- A disconnected channel accepts posts and fails them (`status: error`) when they fall due; a locked one refuses.
- A notification post becomes `sent` with notificationStatus `notified` when due, with no external link.
- A draft or unapproved post in a queue mode has no dueAt until it is scheduled; a custom one keeps the time asked for.
- Any scheduled post that stands at the instant of a slot takes that slot, a custom scheduled one too.

Writing (posts.py)
- An edit replaces the whole content: text, assets, metadata and tags that it omits are gone, and so an edit of `dueAt`
  alone is refused for having neither text nor media. (The reference says that omitted fields stay, live reports not:
  `edits_keep` of core.Options turns it.)
  Schedule fields that it omits (mode, dueAt, schedulingType, saveToDraft, ideaId) do stay; a queue mode that it names
  gives the post a new place.
- deletePost refuses sent and sending posts, in line with their allowedActions.
- Metadata for another network than the channel's is ignored without a word.
- `limits.scheduledPosts` counts over all channels of an organization, posts in status scheduled only.
- Links in a text stay as they are; `shorten_links` of core.Options shortens them on channels that have it switched on.

Reading (reads.py, metadata_views.py)
- A post without metadata reads back with its network's at default values, never null, except on startPage.
- `startDate` and `endDate` look at when a post was sent, or is due. A tag filter with `in: []` alone filters nothing.
- An organization that is not there is FORBIDDEN, a channel or post NOT_FOUND.
- Writes are seen at once, in the order in which they were made; the fault `lag` changes that.
"""

from __future__ import annotations

PAGE_DEFAULT = 20
"""Nodes of a page without `first`: the lower end of what the guides suggest."""

PAGE_MAX = 100
"""Most nodes of a page. More is not refused but cut: a client that assumes full pages must notice. `page_max` of
core.Options sets another."""

AUTOMATIC_READS_NULL = True
"""`schedulingType` of an automatic post reads back null, as often seen; `notification` reads back as such;
`automatic_reads_null` of core.Options turns it."""

IDEA_ANSWERS_RESPONSE = True
"""`createIdea` answers `IdeaResponse{idea}` rather than `Idea`; Sandbox(idea_response=False) turns it."""

LINK_ASSET_SERVICES = frozenset({"facebook", "linkedin", "threads", "bluesky"})
"""Where an asset of kind link is taken, and becomes the post's linkAttachment; elsewhere it is refused."""

PREMIUM_TWITTER = frozenset({"premium", "premiumplus"})
"""Lower-cased `subscriptionType` values that allow 25,000 characters on twitter."""

DUPLICATE_WINDOW_SECONDS = 3600
"""With `refuse_duplicates` on: how long an equal text on the same channel counts as posted recently."""

DEAD_HOSTS = (".invalid", "localhost")
"""Ends of host names whose media cannot be read; private and loopback addresses cannot either."""

FREE_PLAN = "free"
"""`plan` of an organization that may not use first comments."""

LIBRARY_AGENTS = frozenset({
    "python-httpx", "python-httpx2", "python-requests", "python-urllib", "python-urllib3", "aiohttp", "python",
    "go-http-client", "node", "node-fetch", "undici", "axios", "okhttp", "java", "java-http-client",
    "apache-httpclient", "ruby", "libwww-perl",
})  # fmt: skip
"""Products, in small letters, with which a User-Agent is answered 403 like a missing one. curl's own is let in: it is
how people try an API by hand."""
