"""A chosen video as the composer shows it: facts, a picture, and what TikTok would say to it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

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
from tiktok_manager.ui.kit.reading import Reading
from tiktok_manager.ui.texts import tr
from tiktok_manager.wording import words
from tiktok_manager.wording.spans import number

if TYPE_CHECKING:
    from tiktok_manager.ui.frame import Core

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A line of the check list: what is so, and why that may be a problem."""

    name: str
    value: str
    problem: str = ""


class ChosenVideo(QObject):
    """One file at a time, looked into off the GUI thread.

    Signals:
        changed: `look` was found, or is being looked for.
    """

    changed = Signal()

    def __init__(self, core: Core, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._path: Path | None = None
        self._pictures_dir = core.workspace.paths.media_cache_dir / "previews"
        nothing = MediaLook(path=Path())
        self._reading = Reading(core.tasks, core.bridge, lambda _token: nothing, parent=self)
        self._reading.changed.connect(self.changed)

    @property
    def look(self) -> MediaLook | None:
        """What was found, None while it is being looked for, or without a file."""
        failure, look = self._reading.failure, self._reading.value
        if self._path is None:
            return None
        if failure is not None:
            return MediaLook(path=self._path, error=failure)
        return look if look is not None and look.path == self._path else None

    def show(self, path: Path | None) -> None:
        """Look into this file; None for no file."""
        self._path = path
        if path is not None:
            pictures_dir = self._pictures_dir
            self._reading.ask_anew(lambda _token: look_into(path, pictures_dir), forget=True)
        self.changed.emit()


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


def checks(
    look: MediaLook, max_duration_s: int | None, account: str = "", cover_ms: int | None = None
) -> list[Check]:
    """Return the check list; `max_duration_s` is the shortest limit, that of `account`."""
    if look.error is not None:
        return []
    name = look.path.name
    found = {
        finding.code: words(finding).title
        for finding in media_findings(name, look.info, {account: max_duration_s}, cover_ms)
    }
    info = look.info
    container = _CONTAINER_WORDS[info.container] if info and info.container else ""
    listed = [
        Check(
            name=tr("Format"),
            value=container or look.path.suffix[1:].upper(),
            problem=_first(found, "video_container", "video_ending"),
        ),
        Check(name=tr("Size"), value=size_text(look.size_bytes)),
    ]
    if info is None:
        return [
            *listed,
            Check(name=tr("Video"), value=tr("Not readable"), problem=_first(found, *found)),
        ]
    if whole := _first(found, "video_cut", "video_encrypted", "video_elsewhere", "video_empty"):
        listed.append(Check(name=tr("Video"), value=tr("Not whole"), problem=whole))
    return listed + _checks_of(info, found, max_duration_s)


def _first(found: Mapping[str, str], *codes: str) -> str:
    return next((found[code] for code in codes if code in found), "")


def _checks_of(
    info: MediaInfo, found: Mapping[str, str], max_duration_s: int | None
) -> list[Check]:
    limit = max_duration_s or MAX_DURATION_S
    rate = None if info.fps is None else number(info.fps, MIN_FPS, MAX_FPS, decimals=2)
    unknown = tr("Not known")
    sides = unknown
    if info.width_px is not None and info.height_px is not None:
        sides = f"{info.width_px} × {info.height_px}"
    is_long = found.keys() & {"video_too_long", "video_longer_than_usual"}
    rows = [
        Check(
            name=tr("Length"),
            value=unknown if info.duration_s is None else duration_text(info.duration_s),
            problem=tr("At most {length} may be posted.", length=duration_text(limit))
            if is_long
            else _first(found, "video_length_unknown"),
        ),
        Check(
            name=tr("Picture"),
            value=sides,
            problem=_first(found, "video_size", "video_size_unknown"),
        ),
        Check(
            name=tr("Frame rate"),
            value=unknown if rate is None else tr("{rate} fps", rate=rate),
            problem=_first(found, "video_frame_rate", "video_frame_rate_unknown"),
        ),
        Check(
            name=tr("Codec"),
            value=unknown if info.codec is None else _CODEC_WORDS.get(info.codec, info.codec),
            problem=_first(found, "video_codec"),
        ),
    ]
    if "cover_beyond_end" in found:
        rows.append(
            Check(name=tr("Cover"), value=tr("Too late"), problem=found["cover_beyond_end"])
        )
    return rows


def _unreadable(path: Path, exc: OSError) -> InputError:
    if isinstance(exc, FileNotFoundError):
        return InputError("file_gone", file=path.name)
    return InputError("file_unreadable", file=path.name, reason=exc.strerror or str(exc))
