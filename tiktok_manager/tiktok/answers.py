"""What TikTok's answers come down to, as the services get them."""

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from tiktok_manager.domain.errors import Failure
from tiktok_manager.domain.metrics import VideoCounters


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoPage:
    """Newest first; go on with `cursor_ms` while `has_more`, whatever the page's length."""

    videos: tuple[VideoCounters, ...]
    cursor_ms: int | None
    has_more: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A begun publish. Whoever holds the address can send its bytes: it is hidden."""

    publish_id: str
    upload_url: str = field(repr=False)


class PublishState(StrEnum):
    """Where a publish stands; OTHER is a state TikTok added since: not an end."""

    PROCESSING_UPLOAD = "PROCESSING_UPLOAD"
    PROCESSING_DOWNLOAD = "PROCESSING_DOWNLOAD"
    SEND_TO_USER_INBOX = "SEND_TO_USER_INBOX"
    PUBLISH_COMPLETE = "PUBLISH_COMPLETE"
    FAILED = "FAILED"
    OTHER = "OTHER"


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishStatus:
    """TikTok's word on a publish; `failure` explains `fail_reason` when it failed."""

    state: PublishState
    fail_reason: str = ""
    failure: Failure | None = None
    post_ids: tuple[str, ...] = ()
    uploaded_bytes: int | None = None
    log_id: str = ""


class Verdict(StrEnum):
    """What TikTok's upload host made of a chunk."""

    STORED = "stored"
    COMPLETE = "complete"
    EXPIRED = "expired"
    UNKNOWN_TASK = "unknown_task"
    OUT_OF_STEP = "out_of_step"
    SERVER_BUSY = "server_busy"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChunkAnswer:
    """The verdict; `uploaded_bytes` is what the host says it holds, where it says so."""

    verdict: Verdict
    uploaded_bytes: int | None = None
    retry_after: timedelta | None = None
    http_status: int = 0
