"""How the sandbox behaves when Buffer's behavior is unknown, and which of these choices can be changed.

The API notes mark some behavior as "open" and leave some out. By default the sandbox picks the behavior that is hardest
on a careless client, so that a client that passes here did not depend on luck; `Options` selects the alternative if it
is just as likely. Change a default only when a report from the live service settles it. Decided without an option:

Publishing (core.py, schedule.py)
- A paused queue also holds custom scheduled posts, but shareNow still goes out; on resuming, overdue posts go out.
- A disconnected channel accepts posts and fails them (`status: error`) when they are due; a locked one refuses them.
- A notification post becomes `sent` with notificationStatus `notified` when due, with no external link.
- A draft or unapproved post in a queue mode has no dueAt until it is scheduled; a custom one keeps its requested time.
- Any scheduled post at the instant of a slot takes that slot, even a custom scheduled one.
- A post waiting for approval has status `needs_approval`; only channels with `requiresApproval` accept one. With the
  channel's `makesApprovals`, a policy that the API does not show, every scheduled post becomes one.
- A time in the past is refused (notes: Writing), also for drafts, but only if the request gives it.
  `approvalChange: request` is accepted for a scheduled post, too; the reference only mentions drafts.

Writing (writes.py)
- An edit of `metadata` replaces the network's metadata, except the fields that the reference lists as kept. An edit
  with a queue mode gives the post a new place in the queue.
- deletePost refuses a post that is sending, in line with its allowedActions.
- Metadata for a network other than the channel's is silently ignored.
- `assets[].link` is refused with a typed error from its last day on; Buffer's schema may drop the field instead.

Reading (reads.py, views.py)
- Without `first` a page has 20 nodes, the lower end of what the guides suggest. A `first` above `page_max` is not
  refused but reduced: a client that assumes full pages must notice.
- A post without metadata reads back with its network's metadata at default values, never null.
- `startDate` and `endDate` apply to when a post was sent or is due. A tag filter with only `in: []` filters nothing.
- An unknown organization is FORBIDDEN, an unknown channel or post NOT_FOUND, an impossible filter BAD_USER_INPUT.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Options:
    """Settings that may differ from run to run; docs/reference/sandbox.md explains them."""

    key_code: str = "UNAUTHENTICATED"  # the error code in the 401
    page_max: int = 100  # the most nodes in a page
    automatic_reads_null: bool = True  # of `schedulingType`
    reminders_win: bool = True  # a channel's default, over an explicit `automatic`
    idea_response: bool = True  # createIdea returns IdeaResponse, else Idea
    drafts_via_buffer: bool = True  # drafts made over the API
    refuse_duplicates: bool = False  # equal posts on a channel
    refuse_x_repeats: bool = False  # one text on a second X channel
    shorten_links: bool = False  # on channels with linkShortening
    edits_replace: bool = False  # content that an edit omits is lost
    comments_lost: bool = True  # Instagram's first comments
    delete_sent: bool = False  # published posts can be deleted
    link_assets_end: str = "2026-12-15T00:00:00Z"  # when `assets[].link` starts to be refused
    limit_per_channel: bool = True  # of scheduled posts, else per organization
    sending_seconds: float = 0  # how long a due post is `sending`
    sends_date: bool = True  # answers have a Date
    media_roots: tuple[str, ...] = ()  # media below these URLs is fetched
