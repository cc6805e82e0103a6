"""What a file says is taken as it was meant, and not reported as something else."""

from __future__ import annotations

from pathlib import Path

from bufferctl.config import load
from bufferctl.model import Desired, thread_of
from tests.config.test_hints import BARE, POST, ROOT, problems


def desired(folder: Path) -> Desired:
    """What the files in a folder declare."""
    loaded = load(None, folder)
    assert loaded.desired
    return loaded.desired


def test_an_image_in_a_part_of_a_thread(tmp_path: Path) -> None:
    """It is looked up as that of a post is, with its `alt`."""
    text = f"{POST}    thread:\n      - text: Two\n        image: console.jpg\n        alt: The console\n"
    assert problems(tmp_path, text) == ()
    first, second = thread_of(desired(tmp_path).posts[0].metadata)
    assert not first.assets
    (asset,) = second.assets
    assert asset.image
    assert asset.image.file
    assert (asset.image.file.path, asset.image.alt_text) == ("media/console.jpg", "The console")


def test_alt_without_image_in_a_part(tmp_path: Path) -> None:
    """It is an error, as in a post."""
    (found,) = problems(tmp_path, f"{POST}    thread:\n      - text: Two\n        alt: The console\n")
    assert found.message == "`alt` describes the `image` beside it, and there is none here"


def test_a_category_by_its_name(tmp_path: Path) -> None:
    """Names and ids of YouTube's categories mean the same."""
    root = f"{ROOT}      - {{service: youtube, name: Acme}}\n"
    ids = []
    for written in ("Science & Technology", "science and technology", '"28"'):
        video = "assets: [{video: {url: https://acme.example/a.mp4}}]"
        metadata = f"metadata: {{youtube: {{title: A, category_id: {written}}}}}"
        text = f"{BARE.replace('twitter', 'youtube')}    text: Hello\n    {video}\n    {metadata}\n"
        assert problems(tmp_path, text, root) == ()
        ids.append(getattr(desired(tmp_path).posts[0].metadata, "category_id", ""))
    assert ids == ["28", "28", "28"]


def test_a_linked_folder_that_another_pattern_reads(tmp_path: Path) -> None:
    """It is not called unread."""
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/b.yaml").write_text(
        POST.replace("key: a", "key: b").replace("Hello", "Ho"), encoding="utf-8"
    )
    (tmp_path / "posts").mkdir()
    (tmp_path / "posts/sub").symlink_to("../elsewhere")
    both = f"{ROOT}include: ['posts/**/*.yaml', 'posts/sub/*.yaml']\n"
    assert problems(tmp_path, POST, both) == ()


def test_another_ending_that_another_pattern_reads(tmp_path: Path) -> None:
    """It is not called unread, either."""
    (tmp_path / "posts").mkdir()
    (tmp_path / "posts/b.yml").write_text(POST.replace("key: a", "key: b").replace("Hello", "Ho"), encoding="utf-8")
    both = f"{ROOT}include: ['posts/*.yaml', 'posts/*.yml']\n"
    assert problems(tmp_path, POST, both) == ()


def test_an_empty_thread_of_one_network(tmp_path: Path) -> None:
    """That network gets a single post, the others the thread."""
    both = POST.replace("[twitter]", "[twitter, bluesky]")
    text = f"{both}    thread: [Two]\n    overrides: {{bluesky: {{thread: []}}}}\n"
    assert problems(tmp_path, text, f"{ROOT}      - {{service: bluesky, name: acme.example}}\n") == ()
    assert [len(thread_of(post.metadata)) for post in desired(tmp_path).posts] == [2, 0]


def test_only_a_tag(tmp_path: Path) -> None:
    """It is one problem: the file is not also empty."""
    assert [each.message for each in problems(tmp_path, "!secret x\n")] == [
        "`!secret` is a YAML tag, and tags are not supported"
    ]
