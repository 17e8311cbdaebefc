"""Videos that somebody chose, as rows of an import: who gets which of them, and when."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import count
from pathlib import Path

from tiktok_manager.services.bulk_reading import (
    MAX_ROWS,
    SheetRow,
    Table,
    TableForm,
    caption_of,
    check_template,
    no_table,
    videos_in,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoPlan:
    """How videos become posts.

    `share` are accounts that take turns, one video each; without them every account of the import
    gets every video. Posts go out at the times of each day, or without any in the next free slots.
    `template` is a caption's, as in `read_folder`.
    """

    template: str = "{name}"
    share: tuple[str, ...] = ()
    daily: tuple[time, ...] = ()


def read_videos(chosen: Sequence[Path], how: VideoPlan, since: datetime) -> Table:
    """Return each of these videos, and of those in folders, as a row; raises InputError.

    `since` is the wall time before which nothing goes out.
    """
    check_template(how.template)
    videos = [video for each in chosen for video in (videos_in(each) if each.is_dir() else [each])]
    if len(videos) > MAX_ROWS:
        raise no_table(chosen[0], "too_many_rows", most=MAX_ROWS)
    rows = [
        SheetRow(
            number=number,
            cells=(str(video.absolute()), account, caption_of(video, how.template, number), at),
        )
        for number, (video, (account, at)) in enumerate(
            zip(videos, _turns(how, since), strict=False), start=1
        )
    ]
    return Table(
        path=chosen[0],
        folder=chosen[0].absolute() if chosen[0].is_dir() else chosen[0].absolute().parent,
        columns=("file", "account", "caption", "publish_at"),
        rows=tuple(rows),
        form=TableForm(kind="folder"),
    )


def _turns(how: VideoPlan, since: datetime) -> Iterator[tuple[str, str]]:
    """Yield for each video its account and time; those who share have one video at each time."""
    for at in _times(how.daily, since):
        for account in how.share or ("",):
            yield account, at


def _times(daily: Sequence[time], since: datetime) -> Iterator[str]:
    """Yield the times of each day from then on; no text where there are none."""
    for number in count():
        if not daily:
            yield ""
            continue
        day: date = since.date() + timedelta(days=number)
        for each in sorted(daily):
            wall = datetime.combine(day, each)
            if wall >= since:
                yield wall.isoformat(" ", "minutes")
