"""Time and failpoints that outlive a killed process: one small page of shared memory.

Harness, local TikTok and every worker map the same file. Virtual time stands still until somebody
moves it, so a run does not depend on the machine's speed and a death costs no time.
"""

import mmap
import struct
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

from typing_extensions import override

from tiktok_manager.domain.cancel import CancelToken
from tiktok_manager.domain.clock import SystemClock
from tiktok_manager.simulator import SimClock

START = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_PAGE_BYTES = 4096
_NUMBER = struct.Struct("<q")
_NOW_AT, _COUNT_AT, _LABEL_AT, _LABEL_BYTES = 0, 8, 16, 200


class SharedPage:
    """Virtual now in microseconds, failpoints passed, and the name of the one that fired."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            path.write_bytes(bytes(_PAGE_BYTES))
        with path.open("r+b") as file:
            self._page = mmap.mmap(file.fileno(), _PAGE_BYTES)

    @property
    def now_us(self) -> int:
        """Virtual microseconds since 1970."""
        return int(_NUMBER.unpack_from(self._page, _NOW_AT)[0])

    @now_us.setter
    def now_us(self, value: int) -> None:
        _NUMBER.pack_into(self._page, _NOW_AT, value)

    @property
    def count(self) -> int:
        """Failpoints the present worker has passed."""
        return int(_NUMBER.unpack_from(self._page, _COUNT_AT)[0])

    @count.setter
    def count(self, value: int) -> None:
        _NUMBER.pack_into(self._page, _COUNT_AT, value)

    @property
    def label(self) -> str:
        """Where the present worker was struck; empty while it was not."""
        return self._page[_LABEL_AT : _LABEL_AT + _LABEL_BYTES].rstrip(b"\0").decode()

    @label.setter
    def label(self, value: str) -> None:
        text = value.encode()[:_LABEL_BYTES]
        self._page[_LABEL_AT : _LABEL_AT + _LABEL_BYTES] = text.ljust(_LABEL_BYTES, b"\0")

    def close(self) -> None:
        """Unmap the page."""
        self._page.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class SharedClock(SystemClock):
    """The product's clock over a shared page."""

    def __init__(self, page: SharedPage) -> None:
        self._page = page

    @override
    def now(self) -> datetime:
        return _EPOCH + timedelta(microseconds=self._page.now_us)

    @override
    def monotonic_s(self) -> float:
        return self._page.now_us / 1e6

    @override
    def pause(self, cancel: CancelToken, duration_s: float) -> bool:
        self.advance(timedelta(seconds=duration_s))
        return cancel.cancelled

    def advance(self, step: timedelta) -> None:
        """Move everybody on."""
        self._page.now_us += max(0, step // timedelta(microseconds=1))


class SharedSimClock(SimClock):
    """The local TikTok's clock over the same page."""

    def __init__(self, page: SharedPage) -> None:
        super().__init__(0.0, 0.0)
        self._page = page

    @override
    def now_s(self) -> float:
        return self._page.now_us / 1e6


def start_time(page: SharedPage) -> None:
    """Set a fresh page to the beginning."""
    page.now_us = (START - _EPOCH) // timedelta(microseconds=1)
