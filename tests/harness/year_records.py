"""What the fake TikTok of the long run keeps: accounts, uploads, and how it says no."""

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

import httpx

UPLOAD_LIFE_S = 3_600.0


@dataclass(slots=True, eq=False)
class Publish:
    """One init and what became of it."""

    id: str
    handle: str
    caption: str  # with the handle before it: one video may go to several accounts
    direct: bool
    public: bool
    size: int
    chunk: int
    count: int
    opened_s: float
    upload_id: str
    expires_s: float
    digest: Any = field(default_factory=hashlib.sha256)
    has: int = 0
    repeats: int = 0
    complete_s: float | None = None
    processing_s: float = 3.0
    planned_failure: str = ""
    stuck: bool = False
    silent: bool = False
    given_up: bool = False  # the owner looked, and it was not there
    state: str = "PROCESSING_UPLOAD"
    fail_reason: str = ""
    ended_s: float | None = None
    post_id: int = 0

    @property
    def sha256(self) -> str:
        """The hash of what arrived."""
        return str(self.digest.hexdigest())

    @property
    def arrived(self) -> bool:
        """Whether it is on TikTok, whatever its status says."""
        return self.state in {"PUBLISH_COMPLETE", "SEND_TO_USER_INBOX"}


@dataclass(slots=True)
class Creator:
    """An account at TikTok and the app's permission for it."""

    handle: str
    open_id: str
    access_life_s: float
    access: dict[str, float] = field(default_factory=dict)
    refresh: str = ""
    successor_used: bool = False
    spent: dict[str, float] = field(default_factory=dict)
    banned_until_s: float = 0.0
    spam_until_s: float = 0.0
    sent: list[Publish] = field(default_factory=list)
    calls: list[tuple[float, str]] = field(default_factory=list)
    told: list[tuple[float, str, str]] = field(default_factory=list)
    broken_since_s: float | None = None
    expired_s: float = float("-inf")
    broken: list[tuple[float, float]] = field(default_factory=list)

    def __hash__(self) -> int:
        return hash(self.handle)


class Refused(Exception):
    """TikTok answers with an error."""

    def __init__(self, status: int, code: str, message: str = "") -> None:
        super().__init__(code)
        self.status, self.code, self.message = status, code, message


def json_answer(status: int, body: dict[str, Any]) -> httpx.Response:
    """Return an answer as TikTok gives it."""
    headers = {"content-type": "application/json"}
    return httpx.Response(status, content=json.dumps(body).encode(), headers=headers)
