"""What a row of an import comes to, as a row of a table; and what its columns are called."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiktok_manager.domain.posts import PostStatus
from tiktok_manager.services.bulk_import import Verdict
from tiktok_manager.ui.composer.rules import who_words
from tiktok_manager.ui.formats import exact_number, full_stamp, zoned_time
from tiktok_manager.ui.icons import icon
from tiktok_manager.ui.kit.list_model import Column
from tiktok_manager.ui.texts import ntr, tr
from tiktok_manager.wording import joined, words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from tiktok_manager.domain.posts import Post
    from tiktok_manager.services.bulk_import import ImportRow
    from tiktok_manager.ui.frame import Core

_ICONS = {
    Verdict.OK: ("check", "good"),
    Verdict.WARNING: ("status-needs_attention", "warning"),
    Verdict.REFUSED: ("status-failed", "bad"),
}


def verdict_words(verdict: Verdict) -> str:
    """Say what becomes of a row."""
    return {
        Verdict.OK: tr("Fine"),
        Verdict.WARNING: tr("Look at it"),
        Verdict.REFUSED: tr("Cannot be planned"),
    }[verdict]


def row_columns(core: Core) -> Sequence[Column[ImportRow]]:
    """Return the columns of the rows of an import."""
    return (
        Column(
            words=lambda: tr("Row"),
            width=52,
            value=lambda row: exact_number(row.number),
            sort=lambda row: row.number,
            right=True,
        ),
        Column(
            words=lambda: tr("Verdict"),
            width=140,
            value=lambda row: verdict_words(row.verdict),
            icon=lambda row: icon(*_ICONS[row.verdict]),
        ),
        Column(
            words=lambda: tr("Video"),
            width=120,
            value=lambda row: row.values.file.name,
            hint=lambda row: str(row.values.file),
        ),
        Column(words=lambda: tr("Account"), width=120, value=_who),
        Column(
            words=lambda: tr("Goes out"),
            width=150,
            value=lambda row: _when(core, row),
            hint=lambda row: _stamps(core, row),
        ),
        Column(words=lambda: tr("What to know"), value=told_of_row, hint=told_of_row),
        _caption_column(),
    )


def _caption_column() -> Column[ImportRow]:
    return Column(
        words=lambda: tr("Caption"),
        width=170,
        hide_below=1000,
        value=lambda row: " ".join(row.values.caption.split()),
        hint=lambda row: row.values.caption,
    )


def _who(row: ImportRow) -> str:
    return who_words([each.post.handle for each in row.posts]) if row.posts else ""


def told_of_row(row: ImportRow) -> str:
    """Say what is wrong with a row, cell by cell, or what is to be known of its posts."""
    if not row.errors:
        return joined(*dict.fromkeys(words(each).title for each in row.findings))
    names = column_names()
    told = [
        tr(
            "{column}: {what}",
            column=names.get(each.column, each.column),
            what=words(each.error).title,
        )
        if each.column
        else words(each.error).title
        for each in row.errors
    ]
    return joined(*told)


def column_names() -> Mapping[str, str]:
    """Return what the columns of an import are called."""
    return {
        "file": tr("Video"),
        "account": tr("Account"),
        "publish_at": tr("Time"),
        "timezone": tr("Time zone"),
        "caption": tr("Caption"),
        "hashtags": tr("Hashtags"),
        "privacy": tr("Who can watch"),
        "comments": tr("Comments allowed"),
        "duet": tr("Duet allowed"),
        "stitch": tr("Stitch allowed"),
        "your_brand": tr("Your brand"),
        "branded_content": tr("Branded content"),
        "ai_generated": tr("AI-generated"),
        "cover_ms": tr("Cover, in ms"),
        "mode": tr("How to post"),
        "campaign": tr("Campaign"),
        "tags": tr("Tags"),
        "late": tr("If it is late"),
    }


def planned_words(posts: Sequence[Post], now: datetime) -> str:
    """Say what an import came to: how many posts, for whom, from when on."""
    who = who_words(list(dict.fromkeys(post.handle for post in posts)))
    first = min(posts, key=lambda post: post.schedule.due_at).schedule
    when = zoned_time(first.due_at, first.timezone, now)
    drafts = sum(post.status is PostStatus.DRAFT for post in posts)
    if drafts:
        return ntr(
            "{count} draft kept for {who}.", "{count} drafts kept for {who}.", drafts, who=who
        )
    return ntr(
        "{count} post planned for {who}: {when}.",
        "{count} posts planned for {who}, from {when}.",
        len(posts),
        who=who,
        when=when,
    )


def _when(core: Core, row: ImportRow) -> str:
    times = sorted({each.post.schedule.due_at for each in row.posts})
    if not times:
        return ""
    first = zoned_time(times[0], core.timezone, core.now())
    return first if len(times) == 1 else tr("From {when}", when=first)


def _stamps(core: Core, row: ImportRow) -> str:
    return "\n".join(
        tr(
            "@{handle}: {when}",
            handle=each.post.handle,
            when=full_stamp(each.post.schedule.due_at, core.timezone),
        )
        for each in row.posts[:12]
    )
