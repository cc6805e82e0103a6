"""The occurrences of one entry: each is named in its problems, and one with an equal text repeats an earlier one."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from bufferctl.config.expand.layers import Declared
from bufferctl.config.reading import Reading
from bufferctl.diagnostics import Place
from bufferctl.model import Post


@dataclass
class Series:
    """What the occurrences of one entry have in common: equal texts, and problems that are reported only once.

    `reported`: how many problems were found before this occurrence. `first_keys`: the key of the first occurrence, by
    channel and content.
    """

    reading: Reading
    reported: int
    seen: set[tuple[str, Place | None]] = field(default_factory=set)
    first_keys: dict[tuple[str, object], str] = field(default_factory=dict)

    def close(self, key: str, found: list[Declared[Post]], channels: int) -> None:
        """Name the occurrence in its problems, and set which earlier one its posts repeat.

        `channels`: how many of the last of `found` are of the occurrence with that `key`.
        """
        problems = self.reading.problems
        for problem in problems[self.reported :]:
            problems.remove(problem)
            if (problem.message, problem.place) not in self.seen:
                problems.append(replace(problem, message=f"{problem.message} (in `{key}`)"))
            self.seen.add((problem.message, problem.place))
        self.reported = len(problems)
        for declared in found[len(found) - channels :]:
            post = declared.item
            content = post.text.strip() or post.assets
            if post.cancelled or not content or post.expansion is None:
                continue
            first = self.first_keys.setdefault((post.address.channel, content), key)
            if first != key and post.repeat_of is None:
                expansion = replace(post.expansion, repeats=first)
                declared.item = replace(post, repeat_of=first, expansion=expansion)
