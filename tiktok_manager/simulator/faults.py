"""Faults on order: which request goes wrong, and how.

A fault is matched by endpoint name (`FAULT_NAMES`; `*` is every TikTok endpoint), account,
ordinal among its matches, and probability. The first fault that matches a request applies.
"""

import tomllib
from collections.abc import Callable
from pathlib import Path
from random import Random
from threading import Lock
from typing import Annotated, Any, Literal

import msgspec

from .wire import Call

FAULT_NAMES = frozenset(
    {
        "*",
        "authorize",
        "decide",
        "token",
        "token.exchange",
        "token.refresh",
        "token.client",
        "qrcode",
        "qrcode.check",
        "qrcode.scan",
        "revoke",
        "user_info",
        "video_list",
        "video_query",
        "creator_info",
        "video_init",
        "inbox_init",
        "content_init",
        "status",
        "cancel",
        "upload",
        "upload.first",
        "upload.last",
    }
)

Positive = Annotated[float, msgspec.Meta(ge=0)]


class Fault(msgspec.Struct, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """One fault. Unset fields change nothing; several effects may be combined.

    Matching: `nth` is the 1-based ordinal among this fault's matching requests, `after` skips the
    first ones, `times` limits how often it strikes, `for_s` ends it that long after it was added.

    Answers: `status`, `code` (error code of the endpoint's own envelope), `message`, `body` and
    `content_type` replace the answer; with `processed` the request takes effect first, so that
    only the answer lies. `headers` are added, `retry_after` too. `omit` drops fields of `data`
    (or of a flat answer), `data` overrides them, `wrong_json` breaks the text, `trickle_s` is the
    pause between single bytes of the answer.

    Connections: `drop` cuts the connection `before` the request takes effect or `after`;
    `cut_at_bytes` cuts an upload once that many bytes of the chunk arrived.

    Fate of the publish the request is about: `fail_reason`, `stuck`, `processing_s`,
    `moderation_s`, `post_count`, `url_expired`; `chunk_rules` are those its plan is judged by. Of
    the account: `revoke`, `expire_access`, `ban`, `private`; these strike before the request is
    handled.
    """

    endpoint: str
    account: str | None = None
    nth: Annotated[int, msgspec.Meta(ge=1)] | None = None
    after: Annotated[int, msgspec.Meta(ge=0)] = 0
    times: Annotated[int, msgspec.Meta(ge=1)] | None = None
    for_s: Positive | None = None
    probability: Annotated[float, msgspec.Meta(ge=0, le=1)] = 1.0
    label: str = ""

    delay_s: Positive = 0.0
    status: Annotated[int, msgspec.Meta(ge=200, le=599)] | None = None
    code: str | None = None
    message: str = ""
    body: str | None = None
    content_type: str | None = None
    processed: bool = False
    headers: dict[str, str] = {}
    retry_after: str | int | None = None
    omit: list[str] = []
    data: dict[str, Any] = {}
    wrong_json: bool = False
    trickle_s: Positive | None = None

    drop: Literal["before", "after"] | None = None
    cut_at_bytes: Annotated[int, msgspec.Meta(ge=0)] | None = None

    fail_reason: str | None = None
    stuck: bool | None = None
    processing_s: Positive | None = None
    moderation_s: Positive | None = None
    post_count: Annotated[int, msgspec.Meta(ge=0)] | None = None
    url_expired: bool = False
    chunk_rules: Literal["documented", "five_mib", "ceil", "none"] | None = None

    revoke: bool = False
    expire_access: bool = False
    ban: bool | None = None
    private: bool | None = None

    @property
    def replaces_answer(self) -> bool:
        return self.status is not None or self.code is not None or self.body is not None

    @property
    def skips_work(self) -> bool:
        return self.replaces_answer and not self.processed

    @property
    def loses_answer(self) -> bool:
        """Whether the client will not learn what its request did."""
        lied = self.replaces_answer and self.processed
        return lied or self.drop == "after" or self.wrong_json or bool(self.omit)

    @property
    def title(self) -> str:
        return self.label or self.endpoint


class Scenario(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What a scenario file holds."""

    faults: list[Fault] = []


class _Armed:
    __slots__ = ("added_s", "fault", "number", "seen", "struck")

    def __init__(self, number: int, fault: Fault, added_s: float) -> None:
        self.number = number
        self.fault = fault
        self.added_s = added_s
        self.seen = 0
        self.struck = 0


class Faults:
    """The faults in force, thread-safe. Chance is seeded: the same requests meet the same."""

    def __init__(self, seed: int, now_s: Callable[[], float]) -> None:
        self._now_s = now_s
        self._lock = Lock()
        self._chance = Random(f"{seed}/faults")
        self._armed: list[_Armed] = []
        self._count = 0

    def add(self, fault: Fault) -> int:
        """Put a fault in force and return its number; raises ValueError for an unknown name."""
        if fault.endpoint not in FAULT_NAMES:
            raise ValueError(f"No endpoint is called {fault.endpoint!r}: {sorted(FAULT_NAMES)}.")
        with self._lock:
            self._count += 1
            self._armed.append(_Armed(self._count, fault, self._now_s()))
            return self._count

    def remove(self, number: int) -> bool:
        with self._lock:
            before = len(self._armed)
            self._armed = [armed for armed in self._armed if armed.number != number]
            return len(self._armed) < before

    def clear(self) -> None:
        with self._lock:
            self._armed.clear()

    def in_force(self) -> list[tuple[int, int, Fault]]:
        """Number, strikes so far and fault of each."""
        with self._lock:
            return [(armed.number, armed.struck, armed.fault) for armed in self._armed]

    def match(self, call: Call) -> Fault | None:
        """Return the fault this request meets and count the meeting."""
        with self._lock:
            for armed in self._armed:
                if self._strikes(armed, call, self._now_s()):
                    armed.struck += 1
                    return armed.fault
        return None

    def _strikes(self, armed: _Armed, call: Call, now_s: float) -> bool:
        fault = armed.fault
        if fault.endpoint != "*" and fault.endpoint not in call.names:
            return False
        if fault.account is not None and fault.account.removeprefix("@") != call.account:
            return False
        if fault.for_s is not None and now_s > armed.added_s + fault.for_s:
            return False
        armed.seen += 1
        if armed.seen <= fault.after or (fault.nth is not None and armed.seen != fault.nth):
            return False
        if fault.times is not None and armed.struck >= fault.times:
            return False
        return fault.probability >= 1.0 or self._chance.random() < fault.probability


def read_scenario(path: Path) -> list[Fault]:
    """Read a scenario file (`.toml`, else JSON); raises ValueError that names what is wrong."""
    try:
        text = path.read_text("utf-8")
        raw = tomllib.loads(text) if path.suffix == ".toml" else msgspec.json.decode(text)
        return msgspec.convert(raw, Scenario).faults
    except (OSError, tomllib.TOMLDecodeError, msgspec.MsgspecError) as error:
        raise ValueError(f"The scenario {path.name} cannot be used: {error}") from error
