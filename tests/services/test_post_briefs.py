"""What a calendar reads of posts is what whole posts say."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.benchmarks.workspaces import add_posts, filled, invent_posts
from tiktok_manager.domain.errors import Failure
from tiktok_manager.domain.post_briefs import PostBrief
from tiktok_manager.domain.posts import Origin, PostFilter, PostStatus
from tiktok_manager.services.workspace import Workspace

START = datetime(2031, 1, 1, 12, tzinfo=UTC)


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with filled(tmp_path / "data", accounts=4) as opened:
        owners = list(opened.accounts.list())
        posts = invent_posts(owners, 40, START, timedelta(hours=1))
        statuses = list(PostStatus)
        posts = [
            replace(
                post,
                status=statuses[n % len(statuses)],
                tags=("launch",) if n % 3 else (),
                origin=Origin(batch=f"b{n // 4}"),
                error=Failure(code="daily_cap", params={"cap": 15}) if n % 5 == 0 else None,
            )
            for n, post in enumerate(posts)
        ]
        add_posts(opened, posts)
        opened.marks.group([owners[0].handle], add=["fitness"], remove=[])
        opened.accounts.set_paused(owners[1].id, True)
        yield opened


def test_briefs_say_what_whole_posts_say(workspace: Workspace) -> None:
    owners = workspace.accounts.list()
    some = frozenset({PostStatus.SCHEDULED, PostStatus.FAILED})
    for wanted in (
        PostFilter(),
        PostFilter(due_from=START + timedelta(hours=3), due_to=START + timedelta(hours=9)),
        PostFilter(account_ids=frozenset({owners[0].id, owners[1].id})),
        PostFilter(tags=frozenset({"launch"}), statuses=some),
        PostFilter(statuses=frozenset({PostStatus.FAILED}), or_unconnected=True),
    ):
        whole = workspace.blockers.look_at(workspace.planning.page(wanted))
        briefs = workspace.planning.briefs(wanted, workspace.blockers.now())
        assert whole
        # A whole post is told the pause as its error; of a brief, how it waits says it.
        assert [replace(b, error=None, waiting=None) for b in briefs] == [
            replace(PostBrief.of(post), error=None, waiting=None) for post in whole
        ]
        assert [b.waiting and b.waiting.look for b in briefs] == [
            post.waiting and post.waiting.look for post in whole
        ]


def test_single_posts_are_read_if_the_filter_lets_them_through(workspace: Workspace) -> None:
    planning, now = workspace.planning, workspace.blockers.now()
    first, second, *_ = planning.page(PostFilter())
    found = planning.briefs(PostFilter(), now, {first.id, second.id, "gone"})
    assert [post.id for post in found] == [first.id, second.id]
    found = planning.briefs(PostFilter(account_ids=frozenset({second.account_id})), now, {first.id})
    assert found == []
    assert [post.id for post in planning.get_all([second.id, "gone", first.id])] == [
        second.id,
        first.id,
    ]


def test_a_group_is_whoever_is_in_it(workspace: Workspace) -> None:
    owner = workspace.accounts.list()[0]
    found = workspace.planning.page(PostFilter(groups=frozenset({"fitness"})))
    assert found
    assert {post.account_id for post in found} == {owner.id}
