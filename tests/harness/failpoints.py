"""Points at which a worker can be struck, wrapped around the product from outside.

Around every commit, every call to TikTok, every chunk and every look at the file. The k-th one
passed kills the process, freezes it, or asks it to stop; the product knows nothing of them.
"""

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from functools import wraps
from typing import Any

from sqlalchemy.orm import Session

from tests.harness.shared import SharedPage
from tiktok_manager.domain.cancel import CancelToken
from tiktok_manager.storage.database import Database
from tiktok_manager.system.journal import Journal
from tiktok_manager.system.media import MediaReader
from tiktok_manager.tiktok.client import TikTokClient
from tiktok_manager.tiktok.upload import ChunkUploader

CALLS: tuple[tuple[type, str], ...] = (
    (TikTokClient, "refresh"),
    (TikTokClient, "creator_info"),
    (TikTokClient, "init_direct"),
    (TikTokClient, "init_inbox"),
    (TikTokClient, "publish_status"),
    (ChunkUploader, "put"),
    (MediaReader, "verify_rest"),
    (Journal, "append"),
)


# A thawed worker has shown by then what harm it does; it could live on for hours.
LIVES_ON_FOR = 200


class Strike(StrEnum):
    """What happens at the point that fires."""

    KILL = "kill"
    FREEZE = "freeze"
    STOP = "stop"


class Failpoints:
    """Counts the points a worker passes and strikes at number `at`; 0 never strikes."""

    def __init__(self, page: SharedPage, at: int, strike: Strike, cancel: CancelToken) -> None:
        self._page = page
        self._at = at
        self._strike = strike
        self._cancel = cancel
        self._passed_since: int | None = None
        page.count = 0
        page.label = ""

    def install(self) -> None:
        """Wrap the product's classes, in this process and for good."""
        for owner, name in CALLS:
            setattr(owner, name, self._around(getattr(owner, name), f"{owner.__name__}.{name}"))
        Database.write = self._around_write(Database.write)  # type: ignore[method-assign]
        MediaReader.blocks = self._between_blocks(MediaReader.blocks)  # type: ignore[method-assign]

    def hit(self, where: str, *, holds_lock: bool = False) -> None:
        """Pass a point. Nobody is frozen while holding the database's lock for others."""
        if holds_lock and self._strike is Strike.FREEZE:
            return
        self._page.count += 1
        if self._passed_since is not None:
            self._live_on()
            return
        if self._page.count != self._at:
            return
        self._passed_since = 0
        self._page.label = where
        if self._strike is Strike.KILL:
            os.kill(os.getpid(), signal.SIGKILL)
        elif self._strike is Strike.FREEZE:
            os.kill(os.getpid(), signal.SIGSTOP)
        else:
            self._cancel.cancel()

    def _live_on(self) -> None:
        """A worker once struck counts for itself: the page is that of those that overtook it."""
        self._passed_since = (self._passed_since or 0) + 1
        if self._strike is Strike.FREEZE and self._passed_since == LIVES_ON_FOR:
            os.kill(os.getpid(), signal.SIGKILL)

    def _around(self, call: Callable[..., Any], name: str) -> Callable[..., Any]:
        @wraps(call)
        def around(*args: Any, **kwargs: Any) -> Any:
            self.hit(f"before {name}")
            answer = call(*args, **kwargs)
            self.hit(f"after {name}")
            return answer

        return around

    def _around_write(self, write: Callable[..., Any]) -> Callable[..., Any]:
        @contextmanager
        def around(database: Database) -> Iterator[Session]:
            name = _caller()
            self.hit(f"before {name} begins")
            with write(database) as session:
                yield session
                self.hit(f"before {name} commits", holds_lock=True)
            self.hit(f"after {name} committed")

        return around

    def _between_blocks(self, blocks: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(blocks)
        def between(*args: Any, **kwargs: Any) -> Iterator[bytes]:
            for block in blocks(*args, **kwargs):
                self.hit("before the first half of a block")
                yield block[: len(block) // 2]
                self.hit("in the middle of a block")
                yield block[len(block) // 2 :]
                self.hit("after a block")

        return between


def _caller() -> str:
    frame = sys._getframe(2)
    while frame.f_back is not None and "contextlib" in frame.f_code.co_filename:
        frame = frame.f_back
    return frame.f_code.co_qualname
