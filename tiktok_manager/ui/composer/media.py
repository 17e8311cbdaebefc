"""A chosen video as the composer shows it: facts, a picture, and what TikTok would say to it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from tiktok_manager.domain.errors import AppError, InputError
from tiktok_manager.domain.media import (
    CODECS,
    MAX_DURATION_S,
    MAX_FPS,
    MAX_SIDE_PX,
    MIN_FPS,
    MIN_SIDE_PX,
    MediaInfo,
    check_size,
    content_type_of,
)
from tiktok_manager.ui.formats import duration_text, size_text

PREVIEW_PX = 720
VIDEO_FILTER = "Videos TikTok takes (*.mp4 *.mov *.webm);;All files (*)"

_CODEC_WORDS = {"h264": "H.264", "hevc": "H.265", "vp8": "VP8", "vp9": "VP9", "av1": "AV1"}


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaLook:
    """What a look into a file found; `error` says why TikTok would never take it."""

    path: Path
    size_bytes: int = 0
    info: MediaInfo | None = None
    picture: Path | None = None
    error: AppError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A line of the check list: what is so, and why that may be a problem."""

    name: str
    value: str
    problem: str = ""


def look_into(path: Path, pictures_dir: Path) -> MediaLook:
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


def checks(look: MediaLook, max_duration_s: int | None) -> list[Check]:
    """Return the check list; `max_duration_s` is the shortest limit of the chosen accounts."""
    if look.error is not None:
        return []
    listed = [
        Check(name="Format", value=look.path.suffix[1:].upper()),
        Check(name="Size", value=size_text(look.size_bytes)),
    ]
    if look.info is None:
        unreadable = "It could not be read as a video; TikTok may refuse it."
        return [*listed, Check(name="Video", value="Not readable", problem=unreadable)]
    return listed + _checks_of(look.info, max_duration_s)


def _checks_of(info: MediaInfo, max_duration_s: int | None) -> list[Check]:
    limit = MAX_DURATION_S if max_duration_s is None else max_duration_s
    sides = (info.width_px, info.height_px)
    return [
        Check(
            name="Length",
            value=duration_text(info.duration_s),
            problem=""
            if info.duration_s <= limit
            else f"At most {duration_text(limit)} may be posted.",
        ),
        Check(
            name="Picture",
            value=f"{info.width_px} × {info.height_px}",
            problem=""
            if all(MIN_SIDE_PX <= side <= MAX_SIDE_PX for side in sides)
            else f"TikTok takes {MIN_SIDE_PX} to {MAX_SIDE_PX} px on each side.",
        ),
        Check(
            name="Frame rate",
            value=f"{info.fps:.2f}".rstrip("0").rstrip(".") + " fps",
            problem=""
            if MIN_FPS <= info.fps <= MAX_FPS
            else f"TikTok takes {MIN_FPS:.0f} to {MAX_FPS:.0f} fps.",
        ),
        Check(
            name="Codec",
            value=_CODEC_WORDS.get(info.codec, info.codec),
            problem="" if info.codec in CODECS else "TikTok takes H.264, H.265, VP8 and VP9.",
        ),
    ]


def _unreadable(path: Path, exc: OSError) -> InputError:
    if isinstance(exc, FileNotFoundError):
        return InputError(
            f"{path.name} is not there any more.", hint="Choose the video at its new place."
        )
    return InputError(
        f"{path.name} cannot be read.",
        f"The system says: {exc.strerror or exc}.",
        "Check the file's permissions, or choose another one.",
    )
