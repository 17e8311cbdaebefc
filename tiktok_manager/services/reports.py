"""What the lists show, as files for a spreadsheet: read page by page, so that any number fits."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from tiktok_manager.domain.accounts import numbers_untold
from tiktok_manager.domain.errors import InputError
from tiktok_manager.domain.findings import Finding
from tiktok_manager.domain.posts import Post, PostFilter
from tiktok_manager.domain.schedule import zone
from tiktok_manager.services.ics import ICS, write_ics
from tiktok_manager.services.serializers import Say, account_json, post_json, video_json
from tiktok_manager.services.tables import write_table

if TYPE_CHECKING:
    from tiktok_manager.domain.clock import Clock
    from tiktok_manager.services.accounts import Accounts
    from tiktok_manager.services.analytics import Analytics
    from tiktok_manager.services.planning import Planning
    from tiktok_manager.services.settings import Settings

KINDS = ("posts", "accounts", "videos")
PAGE_ROWS = 500

Record = dict[str, object]


class Reports:
    """Writes what the lists show into files."""

    def __init__(
        self,
        planning: Planning,
        accounts: Accounts,
        analytics: Analytics,
        settings: Settings,
        clock: Clock,
    ) -> None:
        self._planning = planning
        self._accounts = accounts
        self._analytics = analytics
        self._settings = settings
        self._clock = clock

    def export(
        self,
        kind: str,
        out: Path,
        say: Say,
        *,
        delimiter: str = ",",
        wanted: PostFilter | None = None,
    ) -> int:
        """Write a table of `kind` whole or not at all; returns the number of rows.

        Of posts, those `wanted`, by default all.

        CSV, or XLSX by the suffix, of posts an ICS calendar too; `-` is standard output. Raises
        InputError for an unknown kind, format or folder, StorageError where the file cannot be
        written.
        """
        if kind == "posts" and out.suffix.lower() == ICS:
            return write_ics(out, self._pages(wanted or PostFilter()), self._clock.now())
        if kind not in KINDS:
            raise InputError("unknown_report", kind=kind, kinds=tuple(KINDS))
        rows: dict[str, Callable[[str], Iterator[Record]]] = {
            "posts": partial(self._posts, say, wanted or PostFilter()),
            "accounts": self._account_rows,
            "videos": self._videos,
        }
        records = rows[kind](self._settings.timezone())
        return write_table(out, records, _COLUMNS[kind], delimiter=delimiter)

    def findings(self, kind: str) -> Sequence[Finding]:
        """Return which accounts' numbers a table of `kind` lacks, and for want of which scope."""
        lacking = {"accounts": "totals_untold", "videos": "videos_untold"}.get(kind)
        found = numbers_untold(self._accounts.list()) if lacking else ()
        return [finding for finding in found if finding.code == lacking]

    def _posts(self, say: Say, wanted: PostFilter, _timezone: str) -> Iterator[Record]:
        return (_post_row(post, say) for post in self._pages(wanted))

    def _pages(self, wanted: PostFilter) -> Iterator[Post]:
        after = None
        while True:
            page = self._planning.page(wanted, after=after, limit=PAGE_ROWS)
            yield from page
            if len(page) < PAGE_ROWS:
                return
            after = (page[-1].schedule.due_at, page[-1].id)

    def _account_rows(self, timezone: str) -> Iterator[Record]:
        for account in self._accounts.list():
            local = {"last_sync_at_local": _local(account.last_sync_at, timezone)}
            yield {**account_json(account), **local, "timezone": timezone}

    def _videos(self, timezone: str) -> Iterator[Record]:
        for account in self._accounts.list():
            for video in self._analytics.videos(account.id, None):
                local = {"posted_at_local": _local(video.posted_at, timezone)}
                named = {"account": account.handle, "timezone": timezone}
                yield {**named, **video_json(video), **local}


def _post_row(post: Post, say: Say) -> Record:
    error = post.error
    return {
        **post_json(post, say),
        "publish_at_local": _local(post.schedule.due_at, post.schedule.timezone),
        "error_code": error.code if error else None,
        "error_message": say(error)[0] if error else None,
    }


def _local(at: datetime | None, timezone: str) -> str | None:
    """Return wall time in a zone, in the form every spreadsheet reads as a date."""
    return None if at is None else f"{at.astimezone(zone(timezone)):%Y-%m-%d %H:%M:%S}"


_COLUMNS = {
    "posts": (
        "id",
        "account",
        "status",
        "mode",
        "publish_at",
        "publish_at_local",
        "timezone",
        "caption",
        "file",
        "post_id",
        "url",
        "attempts",
        "next_try_at",
        "error_code",
        "error_message",
    ),
    "accounts": (
        "id",
        "handle",
        "display_name",
        "status",
        "paused",
        "followers",
        "following",
        "likes",
        "videos",
        "groups",
        "tags",
        "last_sync_at",
        "last_sync_at_local",
        "timezone",
    ),
    "videos": (
        "account",
        "id",
        "posted_at",
        "posted_at_local",
        "timezone",
        "caption",
        "duration_s",
        "views",
        "likes",
        "comments",
        "shares",
        "url",
        "seen_at",
    ),
}
