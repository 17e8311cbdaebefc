"""Data folders filled with invented accounts and posts, without a TikTok."""

import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from tiktok_manager.app import open_workspace
from tiktok_manager.domain.accounts import ALL_SCOPES, Account, Profile
from tiktok_manager.domain.events import PostsChanged
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
from tiktok_manager.services.workspace import Workspace
from tiktok_manager.storage import accounts as account_queries
from tiktok_manager.storage import posts as queries

PASSPHRASE = "correct horse battery"
NOWHERE = "http://127.0.0.1:9"


def environment(data_dir: Path) -> dict[str, str]:
    """Return the variables of a data folder of its own, far from any TikTok."""
    return {
        "TIKTOK_MANAGER_DATA_DIR": str(data_dir),
        "TIKTOK_MANAGER_API_URL": NOWHERE,
        "TIKTOK_MANAGER_AUTH_URL": NOWHERE,
        "TIKTOK_MANAGER_PASSPHRASE": PASSPHRASE,
    }


@contextmanager
def filled(data_dir: Path, *, accounts: int, posts: int = 0) -> Iterator[Workspace]:
    """Open a data folder with so many accounts, and posts an hour apart from tomorrow on."""
    with open_workspace(environment(data_dir)) as workspace:
        owners = [_account(workspace, number) for number in range(1, accounts + 1)]
        start = workspace.clock.now() + timedelta(days=1)
        add_posts(workspace, invent_posts(owners, posts, start, timedelta(hours=1)))
        yield workspace


def add_posts(workspace: Workspace, posts: Sequence[Post]) -> None:
    """Write invented posts in one transaction and tell the publisher."""
    with workspace.database.write() as session:
        queries.add_posts(session, posts, workspace.clock.now())
    workspace.events.publish(PostsChanged())


def invent_posts(
    accounts: Sequence[Account], count: int, start: datetime, step: timedelta
) -> list[Post]:
    """Return direct posts, the accounts in turn, `step` apart."""
    media = MediaFile(
        path=Path("/videos/holiday.mp4"),
        size_bytes=40_000,
        mtime_ns=1,
        file_id="1:1",
        sha256="0" * 64,
    )
    return [
        invent_post(accounts[number % len(accounts)], media, start + number * step, start)
        for number in range(count)
    ]


def invent_post(account: Account, media: MediaFile, due_at: datetime, now: datetime) -> Post:
    """Return a planned direct post."""
    return Post(
        id=uuid.uuid4().hex,
        account_id=account.id,
        handle=account.handle,
        status=PostStatus.SCHEDULED,
        mode=PostMode.DIRECT,
        schedule=at_instant(due_at, "Europe/Berlin"),
        media=media,
        caption="Ten minutes at the sea #holiday #sea",
        choices=Choices(privacy=Privacy.PUBLIC, allow_comment=True),
        consent=Consent(text="By posting, you agree to TikTok's terms.", given_at=now),
        lateness=Lateness(),
        created_at=now,
    )


def _account(workspace: Workspace, number: int) -> Account:
    profile = Profile(
        open_id=f"open-{number}", handle=f"creator{number:02}", display_name=f"Creator {number}"
    )
    with workspace.database.write() as session:
        return account_queries.put_connected(
            session, uuid.uuid4().hex, profile, ALL_SCOPES, workspace.clock.now()
        )
