"""Single values change in place; every other character of the file stays."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml.comments import CommentedMap

from bufferctl.config.read import Source, parse
from bufferctl.config.write import Edits
from bufferctl.config.write.as_yaml import as_yaml, text_value
from bufferctl.config.write.nodes import Node
from bufferctl.errors import ConfigError


def first(edits: Edits) -> Node:
    """The first entry of `posts`."""
    posts = edits.root.get("posts")
    assert posts
    return posts.items[0]


def edited(text: str, change: Callable[[Edits, Node], Any]) -> str:
    """The text after a change of its first entry; bufferctl can read it."""
    edits = Edits(text)
    change(edits, first(edits))
    result = edits.result()
    tree, problems = parse(Source("a.yaml", result, Path()))
    assert not problems, (result, problems)
    assert isinstance(tree.data, dict)
    return result


def text(new: str) -> Callable[[Edits, Node], None]:
    """A change of the text."""
    return lambda edits, entry: edits.set(entry, "text", text_value("text", new))


@pytest.mark.parametrize(
    ("before", "change", "after"),
    [
        pytest.param(
            "posts:\n  - key: a # its\n    text: |  # what\n      Old\n\n      text\n\n    # next\n    tags: [a]\n",
            text("New #x\n\ntext"),
            "posts:\n  - key: a # its\n    text: |  # what\n      New #x\n\n      text\n\n    # next\n    tags: [a]\n",
            id="block-text",
        ),
        pytest.param(
            "posts:\n- key: a\n  text: >-\n      Old\n      text\n- key: b\n",
            text("New\n- text"),
            "posts:\n- key: a\n  text: |\n      New\n      - text\n- key: b\n",
            id="folded-text-becomes-a-block",
        ),
        pytest.param(
            "posts:\n  - key: a\n    text: Old text   # why\n    tags: [a]\n",
            text("New text (really)"),
            "posts:\n  - key: a\n    text: New text (really)   # why\n    tags: [a]\n",
            id="plain-stays-plain",
        ),
        pytest.param(
            "posts:\n  - key: a\n    text: Old text   # why\n    tags: [a]\n",
            text("New: text\n#2"),
            "posts:\n  - key: a\n    text: |   # why\n      New: text\n      #2\n    tags: [a]\n",
            id="plain-becomes-a-block",
        ),
        pytest.param(
            "posts:\n  - key: a\n    text: Old\n            # in\n    tags: [a]\n",
            text("New\ntext"),
            "posts:\n  - key: a\n    text: |\n             New\n             text\n            # in\n    tags: [a]\n",
            id="above-a-comment-that-is-further-in",
        ),
        pytest.param(
            "posts:\n  - key: a\n    text: |\n         Old\n\n        # in\n    tags: [a]\n",
            text("New\ntext"),
            "posts:\n  - key: a\n    text: |\n         New\n         text\n\n        # in\n    tags: [a]\n",
            id="as-far-in-as-the-old-text",
        ),
        pytest.param(
            "posts:\n  - tags: [a]\n    key: a\n      # in\n",
            lambda edits, entry: edits.set(
                entry, "overrides", CommentedMap(x=CommentedMap(text=text_value("text", "a\nb")))
            ),
            'posts:\n  - tags: [a]\n    key: a\n    overrides:\n      x:\n        text: "a\\nb"\n      # in\n',
            id="new-fields-above-a-comment",
        ),
        pytest.param(
            "posts:\n  - key: a\n    text: Old\n      text\n    tags: [a]\n",
            text("New"),
            "posts:\n  - key: a\n    text: |\n      New\n    tags: [a]\n",
            id="several-plain-lines",
        ),
        pytest.param(
            "posts:\n  - text: 'It''s'\n    key: a",
            text('It\'s "new": #x'),
            "posts:\n  - text: 'It''s \"new\": #x'\n    key: a",
            id="single-quotes-stay",
        ),
        pytest.param(
            'posts:\n  - key: a\n    text: "Old"',
            text('It\'s "new" 😀'),
            'posts:\n  - key: a\n    text: "It\'s \\"new\\" 😀"',
            id="double-quotes-stay",
        ),
        pytest.param(
            'posts:\n  - key: a\n    text: "Old"',
            text("Two\nlines"),
            "posts:\n  - key: a\n    text: |\n      Two\n      lines",
            id="at-the-end-without-a-line-end",
        ),
        pytest.param(
            "posts:\n  - {key: a, text: Old, tags: [x]}  # flow\n",
            text("New: text,\nlines"),
            'posts:\n  - {key: a, text: "New: text,\\nlines", tags: [x]}  # flow\n',
            id="flow",
        ),
        pytest.param(
            "posts:\n  - text: Old # 1\n",
            lambda edits, entry: (edits.set(entry, "tags", as_yaml("tags", ("x",))), text("'\n#")(edits, entry)),
            "posts:\n  - tags: [x]\n    text: | # 1\n      '\n      #\n",
            id="new-before-all-others",
        ),
        pytest.param(
            "posts:\n  - {text: Old}\n",
            lambda edits, entry: (edits.set(entry, "tags", as_yaml("tags", ("x",))), text("New")(edits, entry)),
            "posts:\n  - {tags: [x], text: New}\n",
            id="new-before-all-others-in-flow",
        ),
        pytest.param(
            "posts:\n  - key: a\n    text: 'Old'  # why\n",
            text(": yes\xa0\u200d"),
            "posts:\n  - key: a\n    text: ': yes\xa0\u200d'  # why\n",
            id="sign-first-in-quotes",
        ),
        pytest.param(
            "posts:\n  - {key: a, text: Old}\n",
            text(": yes"),
            "posts:\n  - {key: a, text: ': yes'}\n",
            id="sign-first-in-flow",
        ),
        pytest.param(
            "posts:\n  - key: a\n    tags: [x]\n",
            lambda edits, entry: edits.set(entry, "tags", as_yaml("tags", ("? no", ":", ":x"))),
            "posts:\n  - key: a\n    tags: ['? no', ':', ':x']\n",
            id="signs-first-in-a-flow-list",
        ),
        pytest.param(
            "posts:\n  - {key: a, text: 'Old'}\n",
            text("New"),
            "posts:\n  - {key: a, text: 'New'}\n",
            id="quotes-in-flow",
        ),
        pytest.param(
            "posts:\n  - {key: a, text: Old}\n",
            lambda edits, entry: edits.set(entry, "due_at", "2026-12-01 09:00"),
            "posts:\n  - {key: a, due_at: 2026-12-01 09:00, text: Old}\n",
            id="new-in-flow",
        ),
        pytest.param(
            "posts:\n  - key: a\n    # when\n    text: Old\n",
            lambda edits, entry: edits.set(entry, "due_at", "2026-12-01 09:00"),
            "posts:\n  - key: a\n    due_at: 2026-12-01 09:00\n    # when\n    text: Old\n",
            id="new-in-its-place",
        ),
        pytest.param(
            "posts:\n  - text: |\n      Old\n    key: a\n",
            lambda edits, entry: edits.set(entry, "draft", True),
            "posts:\n  - text: |\n      Old\n    key: a\n    draft: true\n",
            id="new-behind-what-it-follows",
        ),
        pytest.param(
            "posts:\n  - key: a\n    due_at:  2026-12-01 09:00 # then\n    text: Old\n",
            lambda edits, entry: edits.remove(entry, "due_at"),
            "posts:\n  - key: a\n    text: Old\n",
            id="gone",
        ),
        pytest.param(
            "posts:\n  - due_at: 2026-12-01 09:00\n    key: a\n",
            lambda edits, entry: edits.remove(entry, "due_at"),
            "posts:\n  - key: a\n",
            id="gone-from-the-line-of-the-dash",
        ),
        pytest.param(
            "posts:\n  - due_at: 2026-12-01 09:00 # then\n    # its name\n    key: a\n",
            lambda edits, entry: edits.remove(entry, "due_at"),
            "posts:\n  - \n    # its name\n    key: a\n",
            id="gone-above-a-comment",
        ),
        pytest.param(
            "posts:\n  - {key: a, draft: true, text: x}\n",
            lambda edits, entry: edits.remove(entry, "draft"),
            "posts:\n  - {key: a, text: x}\n",
            id="gone-from-flow",
        ),
        pytest.param(
            "posts:\n  - {key: a, draft: true}\n",
            lambda edits, entry: edits.remove(entry, "draft"),
            "posts:\n  - {key: a}\n",
            id="last-gone-from-flow",
        ),
        pytest.param(
            "posts:\n  - key: a\n    tags: [x,  y] # sorted\n",
            lambda edits, entry: edits.set(entry, "tags", as_yaml("tags", ("x", "z, w"))),
            "posts:\n  - key: a\n    tags: [x, 'z, w'] # sorted\n",
            id="flow-list",
        ),
        pytest.param(
            "posts:\n  - key: a\n    tags:\n    - x # first\n    - y\n    text: Old\n",
            lambda edits, entry: edits.set(entry, "tags", as_yaml("tags", ("y", "z"))),
            "posts:\n  - key: a\n    tags:\n    - y\n    - z\n    text: Old\n",
            id="block-list",
        ),
        pytest.param(
            "posts:\n  - key: a\n    text: x\n",
            lambda edits, entry: edits.set(
                entry, "overrides", CommentedMap(linkedin=CommentedMap(text=text_value("text", "a\nb")))
            ),
            "posts:\n  - key: a\n    text: x\n"
            "    overrides:\n      linkedin:\n        text: |\n          a\n          b\n",
            id="new-fields-below",
        ),
        pytest.param(
            "posts:\n- key: a\n  text: x\n# end\n",
            lambda edits, entry: edits.append(
                edits.root, "posts", [CommentedMap(key="b", text=text_value("text", "y"))]
            ),
            "posts:\n- key: a\n  text: x\n- key: b\n  text: |\n    y\n# end\n",
            id="one-more",
        ),
        pytest.param(
            "posts: [{key: a, text: x}]\n",
            lambda edits, entry: edits.append(
                edits.root, "posts", [CommentedMap(key="b", text=text_value("text", "y"))]
            ),
            "posts: [{key: a, text: x}, {key: b, text: y}]\n",
            id="one-more-in-flow",
        ),
        pytest.param(
            "ideas: []\nposts:\n    - key: a\n",
            lambda edits, entry: edits.append(edits.root, "ideas", [CommentedMap(key="b", title="y")]),
            "ideas:\n  - key: b\n    title: y\nposts:\n    - key: a\n",
            id="first-of-an-empty-list",
        ),
        pytest.param(
            "posts:\n  - key: a\n",
            lambda edits, entry: edits.append(edits.root, "ideas", [CommentedMap(key="b", title="y")]),
            "posts:\n  - key: a\nideas:\n  - key: b\n    title: y\n",
            id="first-of-a-new-list",
        ),
        pytest.param(
            "posts:\n- key: a\n  repeat:\n    each:\n      2: {draft: true}\n",
            lambda edits, entry: edits.set(entry.inside("repeat", "each"), "3", CommentedMap(draft=True)),
            "posts:\n- key: a\n  repeat:\n    each:\n      2: {draft: true}\n      3:\n        draft: true\n",
            id="one-more-occurrence",
        ),
        pytest.param(
            "posts:\n  - {key: a, tags: 'x'}  # quoted\n",
            lambda edits, entry: edits.set(entry, "tags", as_yaml("tags", ("y", "z"))),
            "posts:\n  - {key: a, tags: [y, z]}  # quoted\n",
            id="list-for-a-text-in-quotes",
        ),
        pytest.param(
            "posts:\n  - key: a\n    repeat:\n      every: 1 week # or so\n      times: 2\n",
            lambda edits, entry: edits.update(entry.inside("repeat"), {"every": "1 week", "times": 3}),
            "posts:\n  - key: a\n    repeat:\n      every: 1 week # or so\n      times: 3\n",
            id="some-of-its-fields",
        ),
        pytest.param(
            "posts:\n  - key: a\n    repeat:\n      every: 1 week\n      times: 2\n",
            lambda edits, entry: edits.update(entry, {"key": "a", "repeat": "weekly"}),
            "posts:\n  - key: a\n    repeat:\n      weekly\n",
            id="text-for-fields",
        ),
        pytest.param(
            "posts:\n  - key: a\n    repeat: {each: {2: {draft: true}}}\n",
            lambda edits, entry: edits.set(entry.inside("repeat", "each"), "3", CommentedMap(draft=True)),
            "posts:\n  - key: a\n    repeat: {each: {2: {draft: true}, 3: {draft: true}}}\n",
            id="one-more-occurrence-in-flow",
        ),
    ],
)
def test_edit(before: str, change: Callable[[Edits, Node], Any], after: str) -> None:
    """One change each; the same with CRLF, with new lines ending like the others."""
    assert edited(before, change) == after
    crlf = Edits(before.replace("\n", "\r\n"), "\r\n")
    change(crlf, first(crlf))
    assert crlf.result() == after.replace("\n", "\r\n")


@pytest.mark.parametrize(
    ("before", "change", "after"),
    [
        pytest.param(
            "posts:\n  - {key: a, text: &t Same}\n  - key: b\n    text: *t  # too\n  - key: c\n    text: *t\n",
            text("Other"),
            "posts:\n  - {key: a, text: Other}\n  - key: b\n    text: &t Same  # too\n  - key: c\n    text: *t\n",
            id="text",
        ),
        pytest.param(
            "posts:\n  - key: a\n    text: &t |\n      Same\n      again\n"
            "  - key: b\n    text: *t\n  - {key: c, text: *t}\n",
            text("Other\n\ntext"),
            "posts:\n  - key: a\n    text: |\n      Other\n\n      text\n"
            "  - key: b\n    text: &t |\n      Same\n      again\n  - {key: c, text: *t}\n",
            id="block",
        ),
        pytest.param(
            "posts:\n  - key: a\n    text: &t |\n      Same\n      again\n  - {key: b, text: *t}\n",
            text("Other"),
            'posts:\n  - key: a\n    text: |\n      Other\n  - {key: b, text: "Same\\nagain"}\n',
            id="block-for-braces",
        ),
        pytest.param(
            "posts:\n  - {key: a, text: &t Same}\n  - key: b\n    thread:\n      - *t\n      - *t\n",
            text("Other"),
            "posts:\n  - {key: a, text: Other}\n  - key: b\n    thread:\n      - &t Same\n      - *t\n",
            id="item-of-a-list",
        ),
        pytest.param(
            "posts:\n  - {key: a, tags: &t [x, y]}\n  - key: b\n    tags: *t\n",
            lambda edits, entry: edits.update(entry, {"key": "a"}),
            "posts:\n  - {key: a}\n  - key: b\n    tags: [x, y]\n",
            id="removed-list",
        ),
        pytest.param(
            "posts:\n  - key: a\n    metadata: &m\n      youtube: {title: Same}\n  - key: b\n    metadata: *m\n",
            lambda edits, entry: edits.update(entry, {"key": "a", "metadata": {"youtube": {"title": "Other"}}}),
            "posts:\n  - key: a\n    metadata: {youtube: {title: Other}}\n"
            "  - key: b\n    metadata: {youtube: {title: Same}}\n",
            id="inside-a-group",
        ),
        pytest.param(
            "posts:\n  - key: a\n    text: &t Same\n  - key: b\n    text: &t Again\n  - key: c\n    text: *t\n",
            text("Other"),
            "posts:\n  - key: a\n    text: Other\n  - key: b\n    text: &t Again\n  - key: c\n    text: *t\n",
            id="another-of-that-name",
        ),
        pytest.param(
            "posts:\n  - key: a\n    text: *t\n".replace("posts:", "x: &t Same\nposts:"),
            text("Other"),
            "x: Same\nposts:\n  - key: a\n    text: Other\n",
            id="the-last-alias",
        ),
    ],
)
def test_what_aliases_mean_stays(before: str, change: Callable[[Edits, Node], Any], after: str) -> None:
    """The first alias of a value that is edited gets the value and its anchor, for itself and the others."""
    assert edited(before, change) == after


def test_edits_that_overlap() -> None:
    """An error: neither of them would be what was asked for."""
    edits = Edits("posts: []\n")
    edits.replace(0, 5, "ideas")
    edits.replace(4, 6, "t:")
    with pytest.raises(ConfigError, match="cannot edit"):
        edits.result()
