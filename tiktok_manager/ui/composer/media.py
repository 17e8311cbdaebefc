"""A chosen video as the composer shows it: facts, a picture, and what TikTok would say to it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tiktok_manager.domain.errors import AppError, InputError
from tiktok_manager.domain.media import (
    MAX_DURATION_S,
    MAX_FPS,
    MIN_FPS,
    Container,
    MediaInfo,
    check_size,
    content_type_of,
    media_findings,
)
from tiktok_manager.ui.formats import duration_text, size_text
from tiktok_manager.ui.texts import tr
from tiktok_manager.wording import words
from tiktok_manager.wording.spans import number

if TYPE_CHECKING:
    from tiktok_manager.domain.cancel import CancelToken

PREVIEW_PX = 720
_CONTAINER_WORDS = {
    Container.MP4: "MP4",
    Container.MOV: "MOV",
    Container.WEBM: "WEBM",
    Container.MATROSKA: "Matroska",
}
_CODEC_WORDS = {"h264": "H.264", "hevc": "H.265", "vp8": "VP8", "vp9": "VP9", "av1": "AV1"}


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaLook:
    """What a look into a file found; `error` says why TikTok would never take it."""

    path: Path
    size_bytes: int = 0
    info: MediaInfo | None = None
    picture: Path | None = None
    error: AppError | None = None


class Check(NamedTuple):
    """A line of the check list: what is so, and why that may be a problem."""

    name: str
    value: str
    problem: str = ""


def look_into(pictures_dir: Path, path: Path, _token: CancelToken) -> MediaLook:
    """Read size, facts and a picture of a video. Blocks: only for the work pool.

    PyAV is loaded here, behind the window.
    """
    from tiktok_manager.system import media

    try:
        content_type_of(path)
        stat = path.stat()
        check_size(path, stat.st_size)
        pictures_dir.mkdir(parents=True, exist_ok=True)
    except InputError as error:
        return MediaLook(path=path, error=error)
    except OSError as exc:
        return MediaLook(path=path, error=_unreadable(path, exc))
    key = f"{path}|{stat.st_mtime_ns}|{stat.st_size}".encode("utf-8", "surrogatepass")
    picture = pictures_dir / f"{hashlib.sha256(key).hexdigest()[:32]}.jpg"
    there = picture.is_file() or media.thumbnail(path, picture, PREVIEW_PX)
    return MediaLook(
        path=path,
        size_bytes=stat.st_size,
        info=media.probe(path),
        picture=picture if there else None,
    )


def checks(
    look: MediaLook, max_duration_s: int | None, account: str = "", cover_ms: int | None = None
) -> list[Check]:
    """Return the check list; `max_duration_s` is the shortest limit, that of `account`."""
    if look.error is not None:
        return []
    name, info = look.path.name, look.info
    found = {
        finding.code: words(finding).title
        for finding in media_findings(name, info, {account: max_duration_s}, cover_ms)
    }
    container = _CONTAINER_WORDS[info.container] if info and info.container else ""
    ending = container or look.path.suffix[1:].upper()
    listed = [
        Check(tr("Format"), ending, _first(found, "video_container", "video_ending")),
        Check(tr("Size"), size_text(look.size_bytes)),
    ]
    if info is None:
        return [*listed, Check(tr("Video"), tr("Not readable"), _first(found, *found))]
    if whole := _first(found, "video_cut", "video_encrypted", "video_elsewhere", "video_empty"):
        listed.append(Check(tr("Video"), tr("Not whole"), whole))
    return listed + _checks_of(info, found, max_duration_s or MAX_DURATION_S)


def _first(found: Mapping[str, str], *codes: str) -> str:
    return next((found[code] for code in codes if code in found), "")


def _checks_of(info: MediaInfo, found: Mapping[str, str], limit_s: float) -> list[Check]:
    length = sides = rate = codec = tr("Not known")
    if info.duration_s is not None:
        length = duration_text(info.duration_s)
    if info.width_px is not None and info.height_px is not None:
        sides = f"{info.width_px} × {info.height_px}"
    if info.fps is not None:
        rate = tr("{rate} fps", rate=number(info.fps, MIN_FPS, MAX_FPS, decimals=2))
    if info.codec is not None:
        codec = _CODEC_WORDS.get(info.codec, info.codec)
    too_long = _first(found, "video_length_unknown")
    if found.keys() & {"video_too_long", "video_longer_than_usual"}:
        too_long = tr("At most {length} may be posted.", length=duration_text(limit_s))
    odd_rate = _first(found, "video_frame_rate", "video_frame_rate_unknown")
    rows = [
        Check(tr("Length"), length, too_long),
        Check(tr("Picture"), sides, _first(found, "video_size", "video_size_unknown")),
        Check(tr("Frame rate"), rate, odd_rate),
        Check(tr("Codec"), codec, _first(found, "video_codec")),
    ]
    if late := _first(found, "cover_beyond_end"):
        rows.append(Check(tr("Cover"), tr("Too late"), late))
    return rows


def _unreadable(path: Path, exc: OSError) -> InputError:
    if isinstance(exc, FileNotFoundError):
        return InputError("file_gone", file=path.name)
    return InputError("file_unreadable", file=path.name, reason=exc.strerror or str(exc))
