"""Tables handed out as CSV: UTF-8, every field quoted, safe to open in a spreadsheet."""

import csv
import os
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from tiktok_manager.domain.errors import InputError, StorageError
from tiktok_manager.domain.posts import Post, PostFilter
from tiktok_manager.services.accounts import Accounts
from tiktok_manager.services.analytics import Analytics
from tiktok_manager.services.planning import Planning
from tiktok_manager.services.serializers import account_json, post_json, video_json

KINDS = ("posts", "accounts", "videos")
# Spreadsheets read the full-width forms of these signs as the signs.
_FORMULA_STARTS = (*"=+-@\t\r\n", *"\uff1d\uff0b\uff0d\uff20")

Record = dict[str, object]


class Reports:
    """Writes what the lists show into files."""

    def __init__(self, planning: Planning, accounts: Accounts, analytics: Analytics) -> None:
        self._planning = planning
        self._accounts = accounts
        self._analytics = analytics

    def export(self, kind: str, out: Path) -> int:
        """Write a CSV of `kind` whole or not at all; returns the number of rows.

        Raises InputError for an unknown kind, StorageError where the file cannot be written.
        """
        if kind not in KINDS:
            raise InputError(
                f"There is no report “{kind}”.", hint=f"The reports are: {', '.join(KINDS)}."
            )
        records = self._records(kind)
        write_csv(out, records, _COLUMNS[kind])
        return len(records)

    def _records(self, kind: str) -> list[Record]:
        if kind == "posts":
            return [_post_row(post) for post in self._planning.page(PostFilter())]
        accounts = self._accounts.list()
        if kind == "accounts":
            return [account_json(account) for account in accounts]
        return [
            {"account": account.handle, **video_json(video)}
            for account in accounts
            for video in self._analytics.videos(account.id, None)
        ]


def write_csv(out: Path, records: Iterable[Record], columns: Sequence[str]) -> None:
    """Write records beside the target and move them into place, so that no half file stays."""
    try:
        handle, name = tempfile.mkstemp(dir=out.parent, prefix=f".{out.name}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8-sig", newline="") as file:
                writer = csv.writer(file, quoting=csv.QUOTE_ALL)
                writer.writerow(columns)
                writer.writerows(
                    [_cell(record.get(name)) for name in columns] for record in records
                )
            Path(name).replace(out)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as exc:
        raise StorageError(
            f"{out} could not be written.", f"{exc.strerror}.", "Choose another place."
        ) from exc


def _post_row(post: Post) -> Record:
    error = post.error
    return {
        **post_json(post),
        "error_code": error.code if error else None,
        "error_message": error.message if error else None,
    }


def _cell(value: object) -> str:
    """Return a cell that no spreadsheet takes for a formula (CWE-1236)."""
    if value is None:
        return ""
    if isinstance(value, list):
        return ", ".join(map(str, value))
    text = str(value)
    is_text = not isinstance(value, int | float)
    return f"'{text}" if is_text and text.startswith(_FORMULA_STARTS) else text


_COLUMNS = {
    "posts": (
        "id",
        "account",
        "status",
        "mode",
        "publish_at",
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
    ),
    "videos": (
        "account",
        "id",
        "posted_at",
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
