"""What was found in video files: true as long as size, time and identity stay the same."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from tiktok_manager.domain.media import Container, MediaFile, MediaInfo
from tiktok_manager.domain.near_copies import VideoPrint
from tiktok_manager.storage.plan_schema import MediaFactsRow

_AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaFacts:
    """A file as it was read; `info` is None if it could not be read as a video.

    `pictures` are those it is compared by, None before it was looked at for that.
    """

    media: MediaFile
    info: MediaInfo | None
    pictures: tuple[int, ...] | None = None


def known_media(session: Session, paths: Iterable[Path]) -> dict[Path, MediaFacts]:
    """Return what was found at these paths when they were read last."""
    found: dict[Path, MediaFacts] = {}
    wanted = iter(paths)
    while part := {str(path): path for path in islice(wanted, _AT_ONCE)}:
        for row in session.scalars(select(MediaFactsRow).where(MediaFactsRow.path.in_(part))):
            found[part[row.path]] = _facts(part[row.path], row)
    return found


def keep_media(session: Session, found: Iterable[MediaFacts], now: datetime) -> None:
    """Keep what was found in place of what was known before."""
    rows = {str(each.media.path): _values(each, now) for each in found}
    paths = iter(rows)
    while part := list(islice(paths, _AT_ONCE)):
        session.execute(delete(MediaFactsRow).where(MediaFactsRow.path.in_(part)))
        session.execute(insert(MediaFactsRow), [rows[path] for path in part])


def keep_pictures(session: Session, media: MediaFile, pictures: Sequence[int]) -> None:
    """Keep the pictures by which a file is compared, if it is still known as it was read."""
    kept = " ".join(f"{each:x}" for each in pictures)
    change = update(MediaFactsRow).where(
        MediaFactsRow.path == str(media.path), MediaFactsRow.sha256 == media.sha256
    )
    session.execute(change.values(pictures=kept))


def video_prints(session: Session) -> list[VideoPrint]:
    """Return what the videos that were looked at are known by."""
    query = select(MediaFactsRow.sha256, MediaFactsRow.info, MediaFactsRow.pictures)
    found = []
    for sha256, info, pictures in session.execute(query.where(MediaFactsRow.pictures != "")):
        length_s = None if info is None else _info(info).duration_s
        if length_s is not None and pictures:
            each = VideoPrint(sha256=sha256, length_s=length_s, pictures=_pictures(pictures))
            found.append(each)
    return found


def stamp(media: MediaFile) -> tuple[int, int, str]:
    """Return what the file bore when it was read."""
    return media.size_bytes, media.mtime_ns, media.file_id


def _pictures(kept: str) -> tuple[int, ...]:
    return tuple(int(each, 16) for each in kept.split())


def _values(facts: MediaFacts, now: datetime) -> Mapping[str, object]:
    media, info = facts.media, facts.info
    return {
        "path": str(media.path),
        "size_bytes": media.size_bytes,
        "mtime_ns": media.mtime_ns,
        "file_id": media.file_id,
        "sha256": media.sha256,
        "info": None if info is None else json.dumps(asdict(info)),
        "pictures": None,
        "seen_at": now,
    }


def _facts(path: Path, row: MediaFactsRow) -> MediaFacts:
    media = MediaFile(
        path=path,
        size_bytes=row.size_bytes,
        mtime_ns=row.mtime_ns,
        file_id=row.file_id,
        sha256=row.sha256,
    )
    return MediaFacts(
        media=media,
        info=None if row.info is None else _info(row.info),
        pictures=None if row.pictures is None else _pictures(row.pictures),
    )


@lru_cache(maxsize=1024)
def _info(kept: str) -> MediaInfo:
    values: dict[str, Any] = json.loads(kept)
    container = values.pop("container", None)
    return MediaInfo(container=None if container is None else Container(container), **values)
