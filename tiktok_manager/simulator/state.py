"""The nouns of the local TikTok: accounts, their videos, and publishes on their way.

Plain mutable records; `World` owns them and changes them under its lock.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from .config import SimulatorConfig
from .media import MediaFacts

PUBLIC = "PUBLIC_TO_EVERYONE"
FRIENDS = "MUTUAL_FOLLOW_FRIENDS"
FOLLOWERS = "FOLLOWER_OF_CREATOR"
ONLY_ME = "SELF_ONLY"


class Status(StrEnum):
    """What status/fetch says (TikTok: Get Post Status)."""

    PROCESSING_UPLOAD = "PROCESSING_UPLOAD"
    PROCESSING_DOWNLOAD = "PROCESSING_DOWNLOAD"
    SEND_TO_USER_INBOX = "SEND_TO_USER_INBOX"
    PUBLISH_COMPLETE = "PUBLISH_COMPLETE"
    FAILED = "FAILED"


@dataclass(slots=True, kw_only=True)
class Video:
    """A post as TikTok shows it. `visible_at_s` is when moderation let it out."""

    id: int
    handle: str
    created_s: float
    visible_at_s: float
    caption: str
    privacy: str
    duration_s: float
    width: int
    height: int
    is_aigc: bool = False
    cover_ms: int = 0
    publish_id: str | None = None
    path: Path | None = None
    is_photo: bool = False


@dataclass(slots=True, kw_only=True)
class Account:
    """A creator. `peak_hour` (UTC) and `reach` drive the invented audience."""

    handle: str
    open_id: str
    union_id: str
    display_name: str
    bio: str
    seed: int
    base_followers: int
    following: int
    peak_hour: float
    reach: float
    verified: bool = False
    private: bool = False
    banned: bool = False
    comment_disabled: bool = False
    duet_disabled: bool = False
    stitch_disabled: bool = False
    max_video_post_duration_s: int = 600
    refuses_consent: bool = False
    denied_scopes: set[str] = field(default_factory=set)
    videos: list[Video] = field(default_factory=list)

    @property
    def privacy_options(self) -> tuple[str, ...]:
        return (FOLLOWERS if self.private else PUBLIC, FRIENDS, ONLY_ME)


@dataclass(slots=True, kw_only=True)
class PostSettings:
    """`post_info` of a direct post."""

    caption: str
    privacy: str
    disable_comment: bool = False
    disable_duet: bool = False
    disable_stitch: bool = False
    branded_content: bool = False
    your_brand: bool = False
    is_aigc: bool = False
    cover_ms: int = 0


@dataclass(frozen=True, slots=True)
class ChunkPlan:
    """How the client said it would cut its file."""

    size_bytes: int
    chunk_bytes: int
    count: int

    def end_of_chunk(self, start: int) -> int:
        """The exclusive end of the chunk that starts at `start`; the last takes the rest."""
        last_start = (self.count - 1) * self.chunk_bytes
        return self.size_bytes if start >= last_start else start + self.chunk_bytes


UNDER_WAY = frozenset({Status.PROCESSING_UPLOAD, Status.PROCESSING_DOWNLOAD})


@dataclass(slots=True, kw_only=True)
class Publish:
    """One publish_id from init to its end. `settings` is None for an inbox draft.

    Of a pull, `urls` say from where; `uploaded_bytes` then counts what was fetched, and `paths`
    are the pictures of a photo post in their order.
    """

    publish_id: str
    handle: str
    settings: PostSettings | None
    plan: ChunkPlan
    upload_id: str
    upload_token: str
    created_s: float
    url_expires_s: float
    processing_s: float
    moderation_s: float
    path: Path
    urls: tuple[str, ...] = ()
    is_photo: bool = False
    paths: tuple[Path, ...] = ()
    status: Status = Status.PROCESSING_UPLOAD
    uploaded_bytes: int = 0
    turn: int = 0
    uploaded_at_s: float | None = None
    ended_at_s: float | None = None
    fail_reason: str | None = None
    planned_failure: str | None = None
    stuck: bool = False
    post_count: int = 1
    videos: list[Video] = field(default_factory=list)
    facts: MediaFacts = field(default_factory=MediaFacts)
    sha256: str | None = None

    @property
    def direct(self) -> bool:
        return self.settings is not None

    @property
    def complete(self) -> bool:
        return self.uploaded_at_s is not None

    @property
    def files(self) -> tuple[Path, ...]:
        return self.paths or (self.path,)


# As TikTok's ids are seen: drafts of files without the second number.
_KINDS = {
    (False, False, False): "v_pub_file~v2-1",
    (False, False, True): "v_inbox_file~v2",
    (True, False, False): "v_pub_url~v2-1",
    (True, False, True): "v_inbox_url~v2",
    (True, True, False): "p_pub_url~v2",
    (True, True, True): "p_inbox_url~v2",
}


def new_publish(
    config: SimulatorConfig,
    place: Path,
    ids: Sequence[int],
    now_s: float,
    *,
    handle: str,
    settings: PostSettings | None,
    plan: ChunkPlan,
    urls: tuple[str, ...],
    is_photo: bool,
) -> Publish:
    """Return a publish that waits for its bytes; `ids` become the publish's and the upload's."""
    names = [f"{place.name}-{number:02}" for number in range(1, len(urls) + 1)]
    kind = _KINDS[bool(urls), is_photo, settings is None]
    return Publish(
        publish_id=f"{kind}.{ids[0]}",
        handle=handle,
        settings=settings,
        plan=plan,
        upload_id=str(ids[1]),
        upload_token=secrets.token_hex(16),
        created_s=now_s,
        url_expires_s=now_s + config.upload_url_s,
        processing_s=config.processing_s,
        moderation_s=config.moderation_s,
        path=place.with_suffix(".mp4"),
        urls=urls,
        is_photo=is_photo,
        paths=tuple(place.with_name(name) for name in names) if is_photo else (),
        status=Status.PROCESSING_DOWNLOAD if urls else Status.PROCESSING_UPLOAD,
    )
