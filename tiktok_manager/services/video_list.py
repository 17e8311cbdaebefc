"""An account's list of public videos, page by page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tiktok_manager.tiktok.answers import VideoPage


def pages(read: Callable[[int | None], VideoPage]) -> Iterator[VideoPage]:
    """Give the pages that `read` returns for a cursor in milliseconds, newest first.

    Goes on while TikTok says that there is more, whatever a page's length, and as long as its
    cursor leads on: the last page still says `has_more` where it did not.
    """
    cursor: int | None = None
    known: set[int | None] = {None}
    while True:
        page = read(cursor)
        yield page
        cursor = page.cursor_ms
        if not page.has_more or cursor in known:
            return
        known.add(cursor)
