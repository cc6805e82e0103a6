"""Thirty posts by a bare script with the same GraphQL client: no files, plan or state, and only channels are read."""

from __future__ import annotations

import os

from gql import Client, GraphQLRequest
from gql.transport.httpx import HTTPXTransport

CHANNEL = "linkedin"
NUMBER = 30
_CHANNELS = 'query Channels { channels(input: {organizationId: "66a000000000000000000100"}) { id service } }'
_FIELDS = "__typename ... on PostActionSuccess { post { id status dueAt } } ... on MutationError { message }"


def main() -> None:
    """Find the channel, send one request, print the ids."""
    transport = HTTPXTransport(
        os.environ["BUFFER_API_URL"],
        headers={"Authorization": f"Bearer {os.environ['BUFFER_API_KEY']}", "User-Agent": "bare/1"},
        trust_env=False,
    )
    client = Client(transport=transport)
    channels = client.execute(GraphQLRequest(_CHANNELS))["channels"]
    channel = next(each["id"] for each in channels if each["service"] == CHANNEL)
    declared = ", ".join(f"$i{n}: CreatePostInput!" for n in range(NUMBER))
    aliases = " ".join(f"a{n}: createPost(input: $i{n}) {{ {_FIELDS} }}" for n in range(NUMBER))
    answer = client.execute(
        GraphQLRequest(
            f"mutation Write({declared}) {{ {aliases} }}",
            variable_values={f"i{n}": _post(channel, n) for n in range(NUMBER)},
        )
    )
    for alias in answer.values():
        print(alias["post"]["id"])


def _post(channel: str, number: int) -> dict[str, object]:
    due = f"2030-02-{number % 28 + 1:02}T0{8 + number // 28}:00:00.000Z"
    text = f"News {number}. We answered forty questions about how a release is made, and wrote the answers down."
    return {"channelId": channel, "mode": "customScheduled", "schedulingType": "automatic", "dueAt": due, "text": text}


if __name__ == "__main__":
    main()
