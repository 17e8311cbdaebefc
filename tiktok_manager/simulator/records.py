"""What happened at the local TikTok: every request, and everything a client did wrong.

Tokens, codes and upload addresses never enter these records.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from threading import Lock

from .wire import Call

KEPT_REQUESTS = 200_000


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerEntry:
    """One answered (or dropped) request. `status` is 0 where no answer was sent."""

    number: int
    at_s: float
    endpoint: str
    method: str
    path: str
    account: str | None
    status: int
    code: str
    publish_id: str | None
    received_bytes: int
    log_id: str
    fault: str | None
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """A breach of TikTok's documented protocol by the client. `kind` is stable for tests."""

    at_s: float
    endpoint: str
    account: str | None
    publish_id: str | None
    kind: str
    explanation: str


class Records:
    """Thread-safe, append-only; the oldest requests are let go beyond `KEPT_REQUESTS`."""

    def __init__(self, now_s: Callable[[], float]) -> None:
        self._now_s = now_s
        self._lock = Lock()
        self._ledger: list[LedgerEntry] = []
        self._violations: list[Violation] = []
        self._count = 0

    @property
    def ledger(self) -> list[LedgerEntry]:
        with self._lock:
            return list(self._ledger)

    @property
    def violations(self) -> list[Violation]:
        with self._lock:
            return list(self._violations)

    def request(self, call: Call, *, status: int, code: str) -> None:
        with self._lock:
            self._count += 1
            entry = LedgerEntry(
                number=self._count,
                at_s=self._now_s(),
                endpoint=call.endpoint,
                method=call.method,
                path=call.path,
                account=call.account,
                status=status,
                code=code,
                publish_id=call.publish_id,
                received_bytes=call.received_bytes,
                log_id=call.log_id,
                fault=call.fault,
                note=call.note,
            )
            self._ledger.append(entry)
            if len(self._ledger) > KEPT_REQUESTS:
                del self._ledger[: KEPT_REQUESTS // 10]

    def violation(
        self,
        kind: str,
        explanation: str,
        *,
        endpoint: str,
        account: str | None = None,
        publish_id: str | None = None,
    ) -> None:
        entry = Violation(
            at_s=self._now_s(),
            endpoint=endpoint,
            account=account,
            publish_id=publish_id,
            kind=kind,
            explanation=explanation,
        )
        with self._lock:
            self._violations.append(entry)

    def clear(self) -> None:
        with self._lock:
            self._ledger.clear()
            self._violations.clear()


def as_json(entry: LedgerEntry | Violation) -> dict[str, object]:
    return asdict(entry)
