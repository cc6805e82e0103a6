"""What Buffer leaves open, decided: which side the sandbox takes, and which sides can be ordered.

The notes on the API mark some behavior "open" and do not mention some more. By default the sandbox takes the side that
hurts a careless client most, so that a client that passes here has not leaned on luck; `Options` orders the other
side where it is as likely. Change a default only when a report from the live service settles it. Decided without an
option:

Publishing (core.py, schedule.py)
- A paused queue holds custom scheduled posts too, shareNow still goes out; on resuming, what is overdue goes out.
- A disconnected channel accepts posts and fails them (`status: error`) when they fall due; a locked one refuses.
- A notification post becomes `sent` with notificationStatus `notified` when due, with no external link.
- A draft or unapproved post in a queue mode has no dueAt until it is scheduled; a custom one keeps the time asked for.
- Any scheduled post that stands at the instant of a slot takes that slot, a custom scheduled one too.
- A post that waits for approval has status `needs_approval`; only channels with `requiresApproval` take one.
  `approvalChange: request` is taken of a scheduled post, too; the reference speaks of drafts.

Writing (posts.py)
- An edit of `metadata` replaces that of the network, except the fields that the reference names as kept. A queue mode
  that an edit names gives the post a new place.
- deletePost refuses a post that is sending, in line with its allowedActions.
- Metadata for another network than the channel's is ignored silently.
- `assets[].link` is refused with a typed error from its last day on; Buffer's schema may drop the field instead.

Reading (reads.py, views.py)
- Without `first` a page has 20 nodes, the lower end of what the guides suggest. More than `page_max` is not refused but
  cut: a client that assumes full pages must notice.
- A post without metadata reads back with its network's at default values, never null.
- `startDate` and `endDate` look at when a post was sent, or is due. A tag filter with `in: []` alone filters nothing.
- An unknown organization is FORBIDDEN, an unknown channel or post NOT_FOUND, an impossible filter BAD_USER_INPUT.
- Metrics are made up, and the same in every run.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Options:
    """What may differ from run to run.

    `key_code`: how the 401 names what is wrong; the guides say UNAUTHORIZED.
    `page_max`: most nodes of a page.
    `automatic_reads_null`: the `schedulingType` of an automatic post reads back null, as often seen.
    `idea_response`: createIdea answers IdeaResponse, else Idea.
    `drafts_via_buffer`: drafts made over the API read back as `via: buffer`, as was seen.
    `refuse_duplicates`: the service's own refusal of equal posts on a channel, see posts.py.
    `refuse_x_repeats`: the same text is refused on a second X channel of the organization.
    `shorten_links`: links in texts are rewritten to Buffer's shortener on channels with linkShortening.
    `edits_replace`: what an edit omits of the content is lost, as was seen; else it stays, as the reference says.
    `refuse_past`: a time in the past is refused, else the post is published at once.
    `delete_sent`: a sent post can be deleted over the API, as a guide says.
    `link_assets_end`: from when on `assets[].link` is refused, ISO 8601.
    `limit_per_channel`: the plan's limit of scheduled posts holds for each channel, else for all of an organization.
    `sending_seconds`: how long a due post is `sending` before it is `sent`.
    `sends_date`: answers carry a Date header, by the sandbox's clock.
    `media_roots`: media below these URLs are fetched when a post is created and when it goes out, see media.py.
    """

    key_code: str = "UNAUTHENTICATED"
    page_max: int = 100
    automatic_reads_null: bool = True
    idea_response: bool = True
    drafts_via_buffer: bool = True
    refuse_duplicates: bool = False
    refuse_x_repeats: bool = False
    shorten_links: bool = False
    edits_replace: bool = False
    refuse_past: bool = False
    delete_sent: bool = False
    link_assets_end: str = "2026-12-15T00:00:00Z"
    limit_per_channel: bool = True
    sending_seconds: float = 0
    sends_date: bool = True
    media_roots: tuple[str, ...] = ()
