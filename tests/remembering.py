"""The sandbox's channels and posts, completed once: every command reads them all, with the times of each day.

They were most of what graphql-core worked on, which took a fifth of a command's time.
"""

from __future__ import annotations

import json
from functools import cache, partial
from typing import Any

from graphql import GraphQLObjectType, GraphQLResolveInfo
from graphql.execution.collect_fields import FieldDetailsList
from graphql.execution.incremental import IncrementalExecutor
from graphql.pyutils import Path

#: How much is remembered of a type for a text: enough for the account of a test, and little memory for thousands.
MOST = 200


class Remembering(IncrementalExecutor):
    """Completes what a text asks of a channel or a post once, as long as all that its resolvers use is the same."""

    def complete_object_value(
        self,
        return_type: GraphQLObjectType,
        field_details_list: FieldDetailsList,
        info: GraphQLResolveInfo[Any],
        path: Path,
        result: Any,
        position_context: Any,
    ) -> Any:
        """Complete an object."""
        complete = partial(super().complete_object_value, return_type, field_details_list, info, path, result)
        if return_type.name not in {"Channel", "Post"}:
            return complete(position_context)
        places = [each.node.loc for each in field_details_list]
        text = places[0].source.body if places[0] else "@"
        if "@" in text:  # a directive may depend on a variable
            return complete(position_context)
        known = _completed(text, return_type.name)
        used = [result] if return_type.name == "Channel" else [result, *_beside(result, info.context.core)]
        key = (*(place.start for place in places if place), json.dumps(used))
        if key in known:
            return known[key]
        errors = len(self.collected_errors.errors)
        completed = complete(position_context)
        if len(self.collected_errors.errors) == errors:
            if len(known) == MOST:
                known.clear()
            known[key] = completed
        return completed


def _beside(post: Any, core: Any) -> tuple[Any, ...]:
    """What a post's resolvers use besides the post."""
    store = core.store
    channel, organization = store.channels.get(post["channelId"]), store.organizations[post["organizationId"]]
    return channel, organization["tags"], store.account, core.options.automatic_reads_null


@cache
def _completed(text: str, name: str) -> dict[tuple[Any, ...], Any]:
    """What is known of a type for a text, by places in it and what its answer is made from."""
    return {}
