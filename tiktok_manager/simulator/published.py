"""What arrived, for tests and pages: every publish with its bytes' fingerprint and its times."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from .state import Publish

BLOCK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """One publish as it stands now. Times are the simulator's seconds since 1970.

    `post_ids` are those status/fetch tells (public posts after moderation), as text. `sha256` is
    None while bytes are missing.
    """

    account: str
    publish_id: str
    mode: str
    media: str
    status: str
    fail_reason: str | None
    size_bytes: int
    uploaded_bytes: int
    sha256: str | None
    caption: str | None
    privacy: str | None
    disable_comment: bool | None
    disable_duet: bool | None
    disable_stitch: bool | None
    branded_content: bool | None
    your_brand: bool | None
    is_aigc: bool | None
    cover_ms: int | None
    post_ids: tuple[str, ...]
    created_at_s: float
    uploaded_at_s: float | None
    ended_at_s: float | None
    path: str


def doubles(records: Iterable[Published]) -> list[list[Published]]:
    """Groups of posts with the same account, bytes and caption: none is the promise."""
    groups: dict[tuple[str, str | None, str | None], list[Published]] = defaultdict(list)
    for record in records:
        groups[record.account, record.sha256, record.caption].append(record)
    return [group for group in groups.values() if len(group) > 1]


def fingerprint(publish: Publish) -> str | None:
    """SHA-256 of the file, or of all pictures, once whole; worked out on the first demand."""
    if publish.sha256 is None and publish.complete:
        digest = hashlib.sha256()
        for path in publish.files:
            with path.open("rb") as file:
                while block := file.read(BLOCK_BYTES):
                    digest.update(block)
        publish.sha256 = digest.hexdigest()
    return publish.sha256


def record_of(publish: Publish, post_ids: Iterable[int]) -> Published:
    video = publish.videos[0] if publish.videos else None
    settings = publish.settings
    shown = settings or video
    return Published(
        account=publish.handle,
        publish_id=publish.publish_id,
        mode="direct" if publish.direct else "inbox",
        media="photo" if publish.is_photo else "video",
        status=str(publish.status),
        fail_reason=publish.fail_reason,
        size_bytes=publish.plan.size_bytes,
        uploaded_bytes=publish.uploaded_bytes,
        sha256=fingerprint(publish),
        caption=shown.caption if shown else None,
        privacy=shown.privacy if shown else None,
        disable_comment=settings.disable_comment if settings else None,
        disable_duet=settings.disable_duet if settings else None,
        disable_stitch=settings.disable_stitch if settings else None,
        branded_content=settings.branded_content if settings else None,
        your_brand=settings.your_brand if settings else None,
        is_aigc=settings.is_aigc if settings else None,
        cover_ms=settings.cover_ms if settings else None,
        post_ids=tuple(map(str, post_ids)),
        created_at_s=publish.created_s,
        uploaded_at_s=publish.uploaded_at_s,
        ended_at_s=publish.ended_at_s,
        path=str(publish.path),
    )
