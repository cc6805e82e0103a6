"""Lists: order, pages, filters, sorting; single objects; the form of answers."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bufferctl.sandbox import Clock, Sandbox
from tests.fuzzing import examples
from tests.sandbox.asking import POST, Asker
from tests.sandbox.conftest import Make


def _seed(sandbox: Sandbox, *posts: dict[str, Any]) -> None:
    channel = sandbox.channel("twitter")["id"]
    sandbox.seed([{"channelId": channel, **post} for post in posts])


def test_newest_first_and_dates(buffer: Asker, sandbox: Sandbox) -> None:
    """Posts list newest first, those of one instant in reverse order of creation; dates are ISO with ms and Z."""
    for text in ("one", "two"):
        buffer.create(text=text)
    sandbox.clock.advance(1.5)
    buffer.create(text="three")
    assert buffer.texts() == ["three", "two", "one"]
    assert buffer.page()["edges"][0]["node"]["createdAt"] == "2026-11-02T08:30:01.500Z"


def test_the_same_question_after_a_change_beside_the_post(buffer: Asker, sandbox: Sandbox) -> None:
    """The channel and the tag have their new names, though nothing of the post is another one."""
    channel, organization = sandbox.channel("twitter")["id"], sandbox.organization()
    buffer.create(tagIds=[organization["tags"][0]["id"]])
    before = buffer.page()["edges"][0]["node"]
    sandbox.person.set_channel(channel, name="acme_news")
    tags = [{**each, "name": f"New {each['name']}"} for each in organization["tags"]]
    sandbox.core.store.put_organization({**organization, "tags": tags})
    after = buffer.page()["edges"][0]["node"]
    assert (after["channel"]["name"], after["tags"][0]["name"]) == ("acme_news", f"New {before['tags'][0]['name']}")


def test_ids_are_24_hex(buffer: Asker) -> None:
    """Posts and ideas, the account and its channels have ids like MongoDB's, all different."""
    ids = {buffer.create(text=str(n))["post"]["id"] for n in range(5)} | {buffer.idea(title="x")["idea"]["id"]}
    account = buffer.it("{ it: account { id organizations { id } } }")
    ids |= {account["id"], *(each["id"] for each in account["organizations"]), buffer.sandbox.channel("twitter")["id"]}
    assert len(ids) == 10
    assert all(len(one) == 24 and int(one, 16) for one in ids)


@given(size=st.integers(1, 7), count=st.integers(0, 20), newest=st.booleans())
@settings(max_examples=examples(25), suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_pages_add_up(make: Make, size: int, count: int, newest: bool) -> None:
    """Following the cursors shows each post once, in order, for any page size; the last page is marked."""
    buffer = make()
    _seed(buffer.sandbox, *({"text": str(n), "dueAt": f"2027-01-{1 + n // 3:02d}T09:00:00Z"} for n in range(count)))
    sort = None if newest else [{"field": "dueAt", "direction": "asc"}, {"field": "createdAt", "direction": "asc"}]
    seen, after, more = [], None, True
    while more:
        page = buffer.page(sort=sort, first=size, after=after)
        seen += [edge["node"]["text"] for edge in page["edges"]]
        after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
    assert seen == [str(n) for n in (reversed(range(count)) if newest else range(count))]


@pytest.fixture
def many(sandbox: Sandbox) -> None:
    """120 posts."""
    _seed(sandbox, *({"text": str(n)} for n in range(120)))


@pytest.mark.parametrize(("page", "count"), [({}, 20), ({"first": 1000}, 100)])
def test_page_sizes(buffer: Asker, many: None, page: dict[str, int], count: int) -> None:
    """20 without `first`, never more than 100."""
    assert len(buffer.texts(**page)) == count


def test_an_empty_page(buffer: Asker, many: None) -> None:
    """For 0."""
    assert buffer.page(first=0) == {
        "edges": [],
        "pageInfo": {"hasNextPage": True, "hasPreviousPage": False, "startCursor": None, "endCursor": None},
    }


@pytest.mark.parametrize("page", [{"f": -1}, {"a": "zzz"}, {"a": "W10="}, {"a": "é"}])
def test_a_page_that_cannot_be(buffer: Asker, sandbox: Sandbox, page: dict[str, int | str]) -> None:
    """An error for a size below 0, or an invalid cursor."""
    query = """query($i: PostsInput!, $f: Int, $a: String) {
      posts(input: $i, first: $f, after: $a) { pageInfo { endCursor } } }"""
    answer = buffer.ask(query, i={"organizationId": sandbox.organization()["id"]}, **page)
    assert (answer.status, answer.code, answer.data) == (200, "BAD_USER_INPUT", None)


def test_pages_may_be_smaller(make: Make) -> None:
    """Never more than `page_max`, for any request."""
    buffer = make(page_max=2)
    for text in "abc":
        buffer.create(text=text, saveToDraft=True)
    assert (buffer.texts(first=50), buffer.page()["pageInfo"]["hasNextPage"]) == (["c", "b"], True)


def test_a_page_goes_on_where_it_was_although_posts_come_and_go(buffer: Asker, sandbox: Sandbox) -> None:
    """New and deleted posts between two pages neither repeat nor skip any."""
    _seed(sandbox, *({"text": str(n)} for n in range(6)))
    page = buffer.page(first=3)
    sandbox.person.delete_post(page["edges"][2]["node"]["id"])
    sandbox.person.create_post(sandbox.channel("twitter")["id"], "new")
    assert buffer.texts(first=3, after=page["pageInfo"]["endCursor"]) == ["2", "1", "0"]


FILTERED = [
    ({"status": ["sent", "draft"]}, ["draft", "sent"]),
    ({"status": []}, []),
    ({"channelIds": ["nope"]}, []),
    ({"postTypes": ["post"]}, ["draft", "late", "early", "sent"]),
    ({"postTypes": ["reel", "story"]}, []),
    ({"dueAtPresence": "absent"}, ["draft"]),
    ({"dueAtPresence": "present", "status": ["scheduled"]}, ["late", "early"]),
    ({"dueAt": {"start": "2026-12-01T09:00:00Z", "end": "2026-12-01T09:00:00Z"}}, ["early"]),
    ({"dueAt": {"start": "2026-12-01T09:00:00.001Z"}}, ["late"]),
    ({"createdAt": {"end": "2026-10-02T00:00:00+02:00"}}, ["sent"]),
    ({"createdAt": {"start": "2026-10-02T00:00:00Z"}}, ["draft", "late", "early"]),
    ({"startDate": "2026-12-02T00:00:00Z", "endDate": "2026-12-31T00:00:00Z"}, ["late"]),
    ({"endDate": "2026-10-31T00:00:00Z"}, ["sent"]),
    ({"tagIds": ["66a000000000000000001a1"]}, []),
    ({"tagIds": ["66a0000000000000000001a1"]}, ["early"]),
    ({"tags": {"in": [], "isEmpty": True}}, ["draft", "late", "sent"]),
    ({"tags": {"in": ["66a0000000000000000001a1"], "isEmpty": True}}, ["draft", "late", "early", "sent"]),
    ({"tags": {"in": ["66a0000000000000000001a1"]}}, ["early"]),
    ({"tags": {"in": ["%"]}}, []),
    ({"tagIds": ["66a0000000000000000001a1"], "status": ["sent"]}, []),
]


@pytest.mark.parametrize(("wanted", "texts"), FILTERED)
def test_filters(buffer: Asker, sandbox: Sandbox, wanted: dict[str, Any], texts: list[str]) -> None:
    """Every filter, alone and with others: they combine with AND, ranges include their ends."""
    created = {"createdAt": "2026-10-02T00:00:00Z"}
    _seed(
        sandbox,
        {"text": "sent", "status": "sent", "dueAt": "2026-10-01T09:00:00Z", "createdAt": "2026-10-01T08:00:00Z"},
        {"text": "early", "dueAt": "2026-12-01T09:00:00Z", "tagIds": ["66a0000000000000000001a1"], **created},
        {"text": "late", "dueAt": "2026-12-02T09:00:00Z", **created},
        {"text": "draft", "status": "draft", **created},
    )
    assert buffer.texts(wanted) == texts


@pytest.mark.parametrize(
    ("field", "direction", "expected"),
    [
        ("dueAt", "asc", ["a", "b", "none"]),
        ("dueAt", "desc", ["b", "a", "none"]),
        ("createdAt", "asc", ["b", "none", "a"]),
        ("createdAt", "desc", ["a", "none", "b"]),
    ],
)
def test_sorting_by_due_time_puts_posts_without_one_last(
    buffer: Asker, sandbox: Sandbox, field: str, direction: str, expected: list[str]
) -> None:
    """Both ways; createdAt sorts both ways too."""
    _seed(
        sandbox,
        {"text": "b", "dueAt": "2026-12-02T09:00:00Z"},
        {"text": "none"},
        {"text": "a", "dueAt": "2026-12-01T09:00:00Z"},
    )
    assert buffer.texts(sort=[{"field": field, "direction": direction}]) == expected


def test_organizations_are_apart(buffer: Asker, sandbox: Sandbox) -> None:
    """A list only shows its organization's posts; an unknown one is FORBIDDEN and nulls everything."""
    buffer.create(text="acme")
    buffer.create(organization="Globex", text="globex")
    assert [edge["node"]["text"] for edge in buffer.page(organization="Globex")["edges"]] == ["globex"]
    answer = buffer.ask('{ a: account { id } b: ideas(input: {organizationId: "nope"}) { pageInfo { endCursor } } }')
    assert (answer.status, answer.code, answer.data) == (200, "FORBIDDEN", None)


def test_a_missing_post_nulls_everything(buffer: Asker) -> None:
    """One missing id removes the other alias's post as well: `Post!`, code NOT_FOUND, HTTP 200."""
    made = buffer.create()["post"]["id"]
    query = f'{{ a: post(input: {{id: "{made}"}}) {{ id }} b: post(input: {{id: "{made[:-6]}000000"}}) {{ id }} }}'
    answer = buffer.ask(query)
    assert (answer.status, answer.code, answer.data) == (200, "NOT_FOUND", None)
    assert answer.json["errors"][0]["path"] == ["b"]


def test_a_post_by_id(buffer: Asker) -> None:
    """The same object as in the list."""
    made = buffer.create()["post"]
    assert buffer.it("query($i: PostInput!) { it: post(input: $i) { ...P } } " + POST, i={"id": made["id"]}) == made


def test_what_a_channel_is(buffer: Asker, sandbox: Sandbox) -> None:
    """What the account may do on it, and the type of what its network has of its own."""
    query = "query($i: ChannelInput!) { it: channel(input: $i) { allowedActions metadata { __typename } } }"
    channel = buffer.it(query, i={"id": sandbox.channel("googlebusiness")["id"]})
    assert {"viewChannel", "manageUpdates", "managePostingSchedule"} <= set(channel["allowedActions"])
    assert channel["metadata"] == {"__typename": "GoogleBusinessMetadata"}


def test_boards_are_in_the_channels_metadata(buffer: Asker, sandbox: Sandbox) -> None:
    """Pinterest boards with the service's ids; the missing channel is NOT_FOUND."""
    query = """query($i: ChannelInput!) { it: channel(input: $i) { service timezone isDisconnected isLocked
      isQueuePaused linkShortening { isEnabled } postingSchedule { day paused times }
      metadata { ... on PinterestMetadata { boards { serviceId name } } } } }"""
    channel = buffer.it(query, i={"id": sandbox.channel("pinterest")["id"]})
    assert channel["metadata"]["boards"][0] == {"serviceId": "9001", "name": "Products"}
    assert channel["postingSchedule"][0] == {"day": "mon", "paused": False, "times": ["09:00", "17:00"]}
    assert buffer.ask(query, i={"id": "nope"}).code == "NOT_FOUND"


def test_locked_channels_can_be_asked_for(buffer: Asker, sandbox: Sandbox) -> None:
    """`filter.isLocked` and `product` narrow the list of channels."""
    locked = sandbox.person.set_channel(sandbox.channel("twitter")["id"], isLocked=True)["id"]
    query = "query($i: ChannelsInput!) { it: channels(input: $i) { id } }"
    organization = sandbox.organization()["id"]

    def ids(**wanted: Any) -> list[str]:
        return [one["id"] for one in buffer.it(query, i={"organizationId": organization, "filter": wanted})]

    assert ids(isLocked=True) == [locked]
    assert locked not in ids(isLocked=False)
    assert ids(product="analyze") == []
    assert len(ids(product="publish")) == 14


def test_ideas_list_with_dates_in_seconds(buffer: Asker, sandbox: Sandbox) -> None:
    """Newest first, in pages, createdAt in epoch seconds, filtered by tag and group."""
    group = sandbox.organization()["ideaGroups"][0]["id"]
    tag = sandbox.organization()["tags"][0]
    buffer.idea(title="one", tags=[{key: tag[key] for key in ("id", "name", "color")}])
    buffer.idea(title="two", group=group)
    query = """query($i: IdeasInput!, $first: Int) { it: ideas(input: $i, first: $first) {
      edges { node { createdAt groupId content { title tags { name } } } } pageInfo { hasNextPage } } }"""

    def titles(**wanted: Any) -> list[str]:
        organization = {"organizationId": sandbox.organization()["id"]}
        return [e["node"]["content"]["title"] for e in buffer.it(query, i=organization | wanted)["edges"]]

    assert titles() == ["two", "one"]
    assert titles(groupFilter={"groups": [group]}) == titles(groupFilter={"membership": "grouped"}) == ["two"]
    assert titles(groupFilter={"membership": "ungrouped"}) == titles(tagsFilter={"in": [tag["id"]]}) == ["one"]
    page = buffer.it(query, i={"organizationId": sandbox.organization()["id"]}, first=1)
    assert page["edges"][0]["node"]["createdAt"] == 1793608200
    assert page["pageInfo"]["hasNextPage"]


def test_what_is_not_used_answers_as_an_empty_account(buffer: Asker, sandbox: Sandbox) -> None:
    """Lists are empty, metrics too; fields that need the id of a missing object return an error."""
    organization = sandbox.organization()["id"]
    query = """query($m: AggregatedPostMetricsInput!, $t: PostTemplatesInput!, $g: IdeaGroupsInput!) {
      aggregatedPostMetrics(input: $m) { metrics { name } metricsUpdatedAt } ideaGroups(input: $g) { name isLocked }
      postTemplates(input: $t) { totalCount edges { cursor } pageInfo { hasNextPage } }
      postTemplate(input: {id: "x"}) { id } }"""
    dates = {"startDateTime": "2026-01-01T00:00:00Z", "endDateTime": "2026-02-01T00:00:00Z"}
    own = {"organizationId": organization}
    answer = buffer.ask(query, m=own | dates, t=own, g=own)
    assert answer.data == {
        "aggregatedPostMetrics": {
            "metrics": [],
            "metricsUpdatedAt": None,
        },
        "ideaGroups": [{"name": "Later", "isLocked": False}],
        "postTemplates": {"totalCount": 0, "edges": [], "pageInfo": {"hasNextPage": False}},
        "postTemplate": None,
    }
    refused = buffer.it('mutation { it: deletePostTemplate(input: {id: "x"}) { ... on MutationError { message } } }')
    assert refused == {"message": "Document not found"}


def test_daily_limits(buffer: Asker, sandbox: Sandbox) -> None:
    """Scheduled and sent posts of the channel's local day, and the limit if there is one."""
    channel = sandbox.channel("instagram")["id"]
    sandbox.person.set_channel(channel, dailyPostingLimit=2)
    _seed(
        sandbox,
        {"channelId": channel, "dueAt": "2026-11-02T22:59:00Z"},
        {"channelId": channel, "dueAt": "2026-11-02T23:00:00Z"},
    )
    query = """query($i: DailyPostingLimitsInput!) { it: dailyPostingLimits(input: $i) {
      channelId isAtLimit limit scheduled sent } }"""
    none = {"isAtLimit": False, "limit": None, "scheduled": 0, "sent": 0}
    twitter = sandbox.channel("twitter")["id"]
    today = {"channelId": channel, "isAtLimit": False, "limit": 2, "scheduled": 1, "sent": 0}
    assert buffer.it(query, i={"channelIds": [channel, twitter]}) == [today, {"channelId": twitter, **none}]
    assert buffer.it(query, i={"channelIds": [twitter], "date": "1970-01-01T00:00:00Z"}) == [
        {"channelId": twitter, **none}
    ]
    assert buffer.ask(query, i={"channelIds": ["nope"]}).code == "NOT_FOUND"


def test_three_thousand_posts_seed_in_one_go(make: Make) -> None:
    """Seeding is one transaction; the list pages through all of them in thirty requests."""
    buffer = make(clock=Clock.at("2026-11-02T12:00:00Z"))
    _seed(buffer.sandbox, *({"text": str(n), "dueAt": "2027-01-01T09:00:00Z"} for n in range(3_000)))
    query = """query($i: PostsInput!, $a: String) { it: posts(input: $i, first: 100, after: $a) {
      edges { node { id } } pageInfo { endCursor hasNextPage } } }"""
    ids: set[str] = set()
    after, pages, more = None, 0, True
    while more:
        page = buffer.it(query, i={"organizationId": buffer.sandbox.organization()["id"]}, a=after)
        ids |= {edge["node"]["id"] for edge in page["edges"]}
        after, more, pages = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"], pages + 1
    assert (len(ids), pages) == (3_000, 30)


def test_post_types(buffer: Asker, sandbox: Sandbox) -> None:
    """`post` is the type of posts without another one, threads too; YouTube has shorts, Google Business updates."""
    services = {"twitter": {"thread": [{"text": "x"}]}, "instagram": {"type": "reel"}, "facebook": {"type": "post"}}
    services |= {"youtube": {}, "googlebusiness": {}}
    sandbox.seed(
        [{"channelId": sandbox.channel(one)["id"], "text": one, "metadata": each} for one, each in services.items()]
    )
    offer = {"channelId": sandbox.channel("googlebusiness")["id"], "text": "offer", "metadata": {"type": "offer"}}
    sandbox.seed([offer])
    types = {
        one: buffer.texts({"postTypes": [one]}) for one in ("post", "reel", "short", "whats_new", "offer", "story")
    }
    assert types == {
        "post": ["facebook", "twitter"], "reel": ["instagram"], "short": ["youtube"], "whats_new": ["googlebusiness"],
        "offer": ["offer"], "story": [],
    }  # fmt: skip


@pytest.mark.parametrize(
    "wanted",
    [
        {"postTypes": ["post", "carousel"]},
        {"postTypes": ["thread"]},
        {"dueAtPresence": "absent", "dueAt": {"start": "2026-12-01T09:00:00Z"}},
    ],
)
def test_filters_that_cannot_be(buffer: Asker, sandbox: Sandbox, wanted: dict[str, Any]) -> None:
    """An error, no page: types that cannot be filtered by, a due time for posts without one."""
    query = "query($i: PostsInput!) { posts(input: $i) { pageInfo { hasNextPage } } }"
    answer = buffer.ask(query, i={"organizationId": sandbox.organization()["id"], "filter": wanted})
    assert (answer.status, answer.code, answer.data) == (200, "BAD_USER_INPUT", None)


def test_tags_and_content_items_refuse_large_pages(buffer: Asker, sandbox: Sandbox) -> None:
    """100 nodes at most, unlike posts, which are cut off."""
    own = {"organizationId": sandbox.organization()["id"]}
    for field, kind in (("tagsV2", "TagsInput"), ("contentItems", "ContentItemsInput")):
        query = f"query($i: {kind}!, $first: Int) {{ it: {field}(input: $i, first: $first) {{ totalCount }} }}"
        assert buffer.ask(query, i=own, first=100).status == 200
        assert "data" in buffer.ask(query, i=own, first=100).json
        assert buffer.ask(query, i=own, first=101).code == "BAD_USER_INPUT"


def test_content_items_are_not_kept(buffer: Asker) -> None:
    """As for an account without any."""
    assert buffer.ask('{ contentItem(input: {id: "x"}) { id } }').code == "NOT_FOUND"


def test_notes_are_not_kept(buffer: Asker) -> None:
    """A post has none; a content item is not there."""
    notes = """query($s: CollaborationNoteSubjectInput!) {
      it: collaborationNotes(input: {subject: $s}) { edges { cursor } } }"""
    assert buffer.it(notes, s={"postId": buffer.create()["post"]["id"]}) == {"edges": []}
    assert buffer.ask(notes, s={"contentItemId": "x"}).code == "NOT_FOUND"


@pytest.mark.parametrize(
    ("field", "arguments"),
    [
        ("createContentItem", 'organizationId: "{own}", posts: []'),
        ("promoteContentItemDraftToPosts", 'id: "x", posts: []'),
        ("addPostToContentItem", 'id: "x", postId: "{made}"'),
        ("createCollaborationNote", 'subject: {{postId: "{made}"}}, text: "x"'),
    ],
)
def test_writes_of_what_is_not_kept_are_refused(buffer: Asker, sandbox: Sandbox, field: str, arguments: str) -> None:
    """Each in its payload union."""
    given = arguments.format(own=sandbox.organization()["id"], made=buffer.create()["post"]["id"])
    payload = "__typename ... on MutationError { message }"
    refused = buffer.it(f"mutation {{ it: {field}(input: {{{given}}}) {{ {payload} }} }}")
    assert refused["__typename"].endswith(("Failure", "Error"))


def test_the_configuration_of_networks_is_short(buffer: Asker, sandbox: Sandbox) -> None:
    """The properties of a network, as far as the sandbox has them."""
    query = """query($i: ConfigurationInput!) { it: configuration(input: $i) {
      channels { service content { rules { property } } } } }"""
    own = sandbox.organization()["id"]
    channels = {one["service"]: one["content"] for one in buffer.it(query, i={"organizationId": own})["channels"]}
    assert channels["whatsapp"] == []
    assert channels["twitter"] == [{"rules": [{"property": "text"}, {"property": "image"}]}]
