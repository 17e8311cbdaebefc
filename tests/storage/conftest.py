"""A real database in a temporary folder, with an account and posts made to order."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tiktok_manager.domain.accounts import Profile
from tiktok_manager.domain.clock import SystemClock
from tiktok_manager.domain.media import MediaFile
from tiktok_manager.domain.posts import (
    Choices,
    Consent,
    Lateness,
    Post,
    PostMode,
    PostStatus,
    Privacy,
)
from tiktok_manager.domain.schedule import at_instant
from tiktok_manager.storage import accounts, posts
from tiktok_manager.storage.database import Database, open_database

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
MakePost = Callable[..., Post]


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = open_database(tmp_path / "data.sqlite3", tmp_path / "backups", SystemClock())
    with database.write() as session:
        for name in ("alice", "bob"):
            profile = Profile(open_id=f"open-{name}", display_name=name.title(), handle=name)
            accounts.put_connected(session, name, profile, ("video.publish",), NOW)
    yield database
    database.close()


def a_post(post_id: str, account: str = "alice", due_in: timedelta = timedelta()) -> Post:
    return Post(
        id=post_id,
        account_id=account,
        handle=account,
        status=PostStatus.SCHEDULED,
        mode=PostMode.DIRECT,
        schedule=at_instant(NOW + due_in, "Europe/Berlin"),
        media=MediaFile(
            path=Path("/videos/a.mp4"),
            size_bytes=5_000_000_000_000,
            mtime_ns=1_700_000_000_123_456_789,
            file_id="1:2",
            sha256="ab" * 32,
        ),
        caption="🌅 =SUM(A1) 'quoted'",
        choices=Choices(privacy=Privacy.ONLY_ME, allow_duet=True, cover_ms=0),
        consent=Consent(text="By posting, you agree …", given_at=NOW),
        lateness=Lateness(),
        created_at=NOW,
    )


@pytest.fixture
def make_post(database: Database) -> MakePost:
    def make(post_id: str, account: str = "alice", due_in: timedelta = timedelta()) -> Post:
        post = a_post(post_id, account, due_in)
        with database.write() as session:
            posts.add_posts(session, [post], NOW)
        return post

    return make
