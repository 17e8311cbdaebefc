"""What goes wrong between the app and TikTok in a long run: one request in twenty, and outages.

The causes are drawn here and nowhere else, and each is kept (`offline`, `outages`), because the
verdict excuses a late or missing post only by what is on these books.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC
from random import Random

import httpx

ERRORS: tuple[type[httpx.TransportError], ...] = (
    httpx.ReadError,
    httpx.ReadTimeout,
    httpx.RemoteProtocolError,
)
EDIT_REASONS = (
    "file_format_check_failed",
    "duration_check_failed",
    "frame_rate_check_failed",
    "picture_size_check_failed",
    "spam_risk",
    "never_heard_of_this",
)
HANGS_S = 60.0
RETRY_AFTER = ("2", "30", "90", "600", "-5", "soon", None)
CODES_5XX = ((500, "internal_error"), (502, "bad_gateway"), (503, "internal_error"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What happens to one request, and to the publish it completes. Times are seconds."""

    name: str = ""
    before_s: float = 0.0
    after_s: float = 0.0
    lost_on_way: bool = False
    answer_lost: bool = False
    kind: type[httpx.TransportError] = httpx.ReadError
    status: int | None = None
    code: str = ""
    html: bool = False
    retry_after: str | None = None
    expires: bool = False
    cut_answer: bool = False
    cut_body: bool = False
    url_expired: bool = False
    processing_s: float = 0.0
    fail_reason: str = ""
    stuck: bool = False
    silent: bool = False

    @property
    def is_one(self) -> bool:
        """Whether this is a fault at all."""
        return bool(self.name)

    def error(self, request: httpx.Request) -> httpx.TransportError:
        """Return what the HTTP client would raise."""
        return self.kind("lost", request=request)


class Trouble:
    """The weather. `advance` lets seconds pass; `rate` is the share of requests that go wrong."""

    utc = UTC

    def __init__(
        self, rng: Random, now_s: Callable[[], float], advance: Callable[[float], None], rate: float
    ) -> None:
        self.rate = rate
        self.offline: list[tuple[float, float]] = []
        self.outages: list[tuple[float, float]] = []
        self.hung: list[tuple[float, float]] = []
        self.sleep: Callable[[], None] = lambda: None
        self._rng = rng
        self._now_s = now_s
        self._advance = advance

    def wait(self, seconds: float) -> None:
        """Let an answer take its time. Here all work is done by one thread, so all of it waits."""
        if seconds >= HANGS_S:
            self.hung.append((self._now_s(), self._now_s() + seconds))
        if seconds > 0:
            self._advance(seconds)

    def go_offline(self, seconds: float) -> None:
        """Cut this machine off the network."""
        self.offline.append((self._now_s(), self._now_s() + seconds))

    def break_down(self, seconds: float) -> None:
        """Let TikTok answer with errors only."""
        self.outages.append((self._now_s(), self._now_s() + seconds))

    def strike(self, kind: str, handle: str) -> Fault:
        """Draw what happens to a request."""
        now_s = self._now_s()
        if self.offline and self.offline[-1][1] > now_s:
            delay_s = self._rng.choice((0.0, 0.0, 10.0))
            return Fault(
                name="offline", before_s=delay_s, lost_on_way=True, kind=httpx.ConnectError
            )
        if self.outages and self.outages[-1][1] > now_s:
            return Fault(name="outage", before_s=0.2, status=503, code="internal_error")
        del handle
        if self.rate and self._rng.random() < self.rate:
            return self._mishap(kind)
        if kind == "upload":
            return self._fate(self._rng.uniform(0.3, 4.0))
        return Fault(after_s=self._rng.uniform(0.02, 0.3))

    def _mishap(self, kind: str) -> Fault:
        rng, roll = self._rng, self._rng.random()
        error = rng.choice(ERRORS)
        slow_s = 30.0 if error is httpx.ReadTimeout else rng.uniform(0.0, 5.0)
        rare = 0.06 if kind == "token" else 0.24
        if roll < rare:
            return Fault(name="answer lost", answer_lost=True, after_s=slow_s, kind=error)
        if roll < 0.48:
            return Fault(name="request lost", lost_on_way=True, before_s=slow_s, kind=error)
        if roll < 0.68:
            status, code = rng.choice(CODES_5XX)
            return Fault(name="5xx", status=status, code=code, before_s=0.1)
        if roll < 0.80:
            return Fault(
                name="429",
                status=429,
                code="rate_limit_exceeded",
                retry_after=rng.choice(RETRY_AFTER),
            )
        if kind == "upload":
            cut = roll < 0.92
            return Fault(
                name="reset in the body" if cut else "address expired",
                cut_body=cut,
                url_expired=not cut,
            )
        if roll < 0.90:
            return Fault(name="401", expires=True)
        if roll < 0.95 or kind == "token":
            return Fault(name="html", status=200, html=True)
        if roll < 0.99:
            return Fault(name="cut answer", cut_answer=True)
        return Fault(name="unknown code", status=400, code="never_seen_before")

    def _fate(self, seconds: float) -> Fault:
        """A request that arrives; what TikTok makes of the video is another matter."""
        rng, roll = self._rng, self._rng.random()
        if not self.rate or roll > 0.08:
            return Fault(after_s=seconds)
        if roll < 0.015:
            return Fault(name="internal", after_s=seconds, fail_reason="internal")
        if roll < 0.018:
            return Fault(name="verdict", after_s=seconds, fail_reason=rng.choice(EDIT_REASONS))
        if roll < 0.0190:
            return Fault(name="stuck", after_s=seconds, stuck=True)
        if roll < 0.0200:
            return Fault(name="silent", after_s=seconds, silent=True)
        if roll < 0.03:
            return Fault(name="asleep", after_s=rng.uniform(60, 900))
        processing_s = rng.choice((rng.uniform(20, 300),) * 4 + (rng.uniform(300, 2_700),))
        return Fault(name="slow", after_s=seconds, processing_s=processing_s)
