"""What is wrong now, line by line: all that stands in the way, lost accounts, stopped posts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tiktok_manager.domain.accounts import AccountStatus
from tiktok_manager.domain.holds import NO_PUBLISHER
from tiktok_manager.domain.posts import PostStatus
from tiktok_manager.ui.formats import zoned_time
from tiktok_manager.ui.home.lines import HomeLine
from tiktok_manager.ui.kit.action import Action
from tiktok_manager.ui.post_look import status_look
from tiktok_manager.ui.texts import ntr, tr
from tiktok_manager.wording import joined, words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from tiktok_manager.domain.holds import Blocker
    from tiktok_manager.domain.post_briefs import ChangedPost
    from tiktok_manager.domain.posts import Post
    from tiktok_manager.services.accounts import AccountOverview
    from tiktok_manager.ui.frame import Core
    from tiktok_manager.ui.home.ways import Ways

MOST_STOPPED = 5
_MOST_LOST = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """What stands on the pane beside the dry run, read at one moment."""

    blockers: tuple[Blocker, ...]
    stopped: tuple[Post, ...]
    accounts: tuple[AccountOverview, ...]
    has_keys: bool
    has_post: bool
    changed: tuple[ChangedPost, ...]

    @property
    def is_new(self) -> bool:
        """Whether nothing was ever connected or planned here."""
        return not self.accounts and not self.has_post


def problem_lines(board: Board, core: Core, ways: Ways) -> Sequence[HomeLine]:
    """Return what is wrong, what stops everything first, each with its one button."""
    return (
        *(_of_blocker(each, core, ways) for each in board.blockers if _stops_all(each)),
        *_of_publisher(board, core, ways),
        *_of_accounts(board, ways),
        *_of_posts(board, core, ways),
    )


def _stops_all(blocker: Blocker) -> bool:
    is_of_some = blocker.account_ids or blocker.campaign_ids
    return not is_of_some and blocker.code != NO_PUBLISHER


def _of_blocker(blocker: Blocker, core: Core, ways: Ways) -> HomeLine:
    told, until = words(blocker.finding), blocker.until
    goes_on = "" if until is None else tr("Goes on {time}.", time=_time(until, core))
    return HomeLine(
        key=blocker.code,
        icon="status-needs_attention" if blocker.is_fault else "pause",
        tint="attention" if blocker.is_fault else "warning",
        title=told.title,
        more=joined(told.message, told.hint, goes_on),
        open=ways.go("settings"),
        mends=ways.of_finding(blocker.finding),
    )


def _of_publisher(board: Board, core: Core, ways: Ways) -> Iterator[HomeLine]:
    """Give what keeps the publisher of this window from its work, if nothing said so yet."""
    trouble = core.publishing.trouble
    if trouble is not None and trouble.code not in {each.code for each in board.blockers}:
        yield HomeLine(
            key=trouble.code,
            icon="status-needs_attention",
            tint="attention",
            title=trouble.title,
            more=trouble.more,
            open=ways.go("settings"),
            mends=Action(words=lambda: tr("Try again"), run=core.publishing.start),
        )
    if board.accounts and not board.has_keys:
        yield HomeLine(
            key="app-keys",
            icon="key",
            tint="attention",
            title=tr("There are no TikTok app keys"),
            more=tr("Without them no sign-in is renewed, and posts stop within a day."),
            open=ways.go("settings", "client-key"),
            mends=ways.leads(tr("Add keys"), "settings", "client-key"),
        )


def _of_accounts(board: Board, ways: Ways) -> Iterator[HomeLine]:
    lost = [
        each.account
        for each in board.accounts
        if each.account.status is AccountStatus.NEEDS_RECONNECT
    ]
    for account in lost if len(lost) <= _MOST_LOST else ():
        yield HomeLine(
            key=account.id,
            icon="waiting-reconnect",
            tint="attention",
            title=tr("@{handle} has to be connected again", handle=account.handle),
            more=tr("TikTok no longer takes its permission; its posts are kept."),
            open=ways.go("accounts", account.id),
            mends=ways.leads(tr("Reconnect"), "accounts", account.id),
        )
    if len(lost) > _MOST_LOST:
        yield HomeLine(
            key="accounts-lost",
            icon="waiting-reconnect",
            tint="attention",
            title=ntr(
                "{count} account has to be connected again",
                "{count} accounts have to be connected again",
                len(lost),
            ),
            more=", ".join(f"@{account.handle}" for account in lost),
            open=ways.go("accounts"),
            mends=ways.leads(tr("Show them"), "accounts"),
        )


def _of_posts(board: Board, core: Core, ways: Ways) -> Iterator[HomeLine]:
    for post in board.stopped[:MOST_STOPPED]:
        look = status_look(post.status)
        yield HomeLine(
            key=post.id,
            icon=look.icon,
            tint="bad" if post.status is PostStatus.FAILED else "attention",
            lead=_time(post.schedule.due_at, core),
            title=tr("@{handle} · {status}", handle=post.handle, status=look.words),
            more="" if post.error is None else words(post.error).title,
            open=ways.open_post(post),
            mends=ways.of_stopped(post),
        )
    if len(board.stopped) > MOST_STOPPED:
        overview = core.publishing.overview
        count = max(1, (overview.needs_user if overview else 0) - MOST_STOPPED)
        yield HomeLine(
            key="more-stopped",
            icon="bell",
            tint="attention",
            title=ntr("{count} more post needs you", "{count} more posts need you", count),
            open=ways.go("calendar", "needs-you"),
            mends=ways.leads(tr("Show all"), "calendar", "needs-you"),
        )


def _time(at: datetime, core: Core) -> str:
    return zoned_time(at, core.timezone, core.now())
