"""Video files as the planner sees them, and TikTok's limits for them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from os.path import splitext
from pathlib import Path

from tiktok_manager.domain.captions import is_text
from tiktok_manager.domain.errors import InputError
from tiktok_manager.domain.findings import Finding, Param

MAX_VIDEO_BYTES = 4_000_000_000
"""TikTok says 4 GB; where it said MB it turned out to count in powers of ten."""

MIN_SIDE_PX, MAX_SIDE_PX = 360, 4096
MIN_FPS, MAX_FPS = 23.0, 60.0
MAX_DURATION_S = 600.0
"""The most that TikTok says of creators in general; an account's own limit may be 60 or 3,600 s."""

FPS_TOLERANCE = 0.05
"""Cameras and editors write 60.003 and 59.94 where they mean 60."""

DURATION_TOLERANCE_S = 0.5
"""A clip of 60 s lasts until the end of its last frame and of its last packet of sound."""

CODECS = frozenset({"h264", "hevc", "vp8", "vp9"})
CONTENT_TYPES = {".mp4": "video/mp4", ".mov": "video/quicktime", ".webm": "video/webm"}
FIRST_BYTES = 4096
"""So many of a file's first bytes tell its container."""

EBML_MARK = b"\x1a\x45\xdf\xa3"
_FIRST_BOXES = (b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot")
_FRAGMENT_BOXES = (b"styp", b"moof", b"sidx")
_QUICKTIME_BRAND = b"qt  "
_DOC_TYPE = b"\x42\x82"


class Container(StrEnum):
    """How a file holds its streams, told by its first bytes and not by its name."""

    MP4 = "mp4"
    MOV = "mov"
    WEBM = "webm"
    MATROSKA = "matroska"


CONTAINERS = frozenset({Container.MP4, Container.MOV, Container.WEBM})
"""What TikTok takes (media transfer guide)."""

_CONTAINER_TYPES = {
    Container.MP4: CONTENT_TYPES[".mp4"],
    Container.MOV: CONTENT_TYPES[".mov"],
    Container.WEBM: CONTENT_TYPES[".webm"],
    # TikTok knows three types; WebM is the kind of Matroska among them (RFC 9559, appendix A).
    Container.MATROSKA: CONTENT_TYPES[".webm"],
}
_ENDINGS = {
    Container.MP4: (".mp4",),
    Container.MOV: (".mov",),
    Container.WEBM: (".webm",),
    Container.MATROSKA: (),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaFile:
    """A file as it was when the post was planned; any change since stops the publish."""

    path: Path
    size_bytes: int
    mtime_ns: int
    file_id: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaInfo:
    """What a probe found inside a video; None is unknown.

    Width and height are as the picture is shown, turned as the camera was held; `fps` is the
    average. `is_cut`: its end is missing; `is_encrypted`: it cannot be played without a key;
    `is_elsewhere`: pictures or sound lie in another file; `is_empty`: it has no picture at all.
    """

    duration_s: float | None = None
    width_px: int | None = None
    height_px: int | None = None
    fps: float | None = None
    codec: str | None = None
    container: Container | None = None
    is_cut: bool = False
    is_encrypted: bool = False
    is_elsewhere: bool = False
    is_empty: bool = False


def container_of(first: bytes) -> Container | None:
    """Return the container by a file's first `FIRST_BYTES`, None for anything else.

    ISO/IEC 14496-12, 4.3 (brands), the QuickTime File Format (which may have no `ftyp` at all),
    RFC 8794, 11.2.4 (DocType).
    """
    if first.startswith(EBML_MARK):
        return Container.WEBM if _doc_type(first) == b"webm" else Container.MATROSKA
    kind = first[4:8]
    if kind == b"ftyp":
        return Container.MOV if first[8:12] == _QUICKTIME_BRAND else Container.MP4
    if kind in _FRAGMENT_BOXES:
        return Container.MP4
    return Container.MOV if kind in _FIRST_BOXES else None


def _doc_type(first: bytes) -> bytes:
    at = first.find(_DOC_TYPE) + len(_DOC_TYPE)
    if at < len(_DOC_TYPE) or at >= len(first) or not first[at]:
        return b""
    width = 9 - first[at].bit_length()
    length = int.from_bytes(first[at : at + width]) - (1 << 7 * width)
    return first[at + width : at + width + length].rstrip(b"\0")


def upload_type(path: Path, first: bytes) -> str:
    """Return the MIME type to send a video under: by its content, else by its name."""
    container = container_of(first)
    if container is None:
        return content_type_of(path)
    return _CONTAINER_TYPES[container]


def content_type_of(path: Path) -> str:
    """Return the MIME type by the file's ending; raises InputError for other formats.

    And for a name that is no text: the plan keeps names as text.
    """
    if not is_text(str(path)):
        shown = str(path).encode("utf-8", "replace").decode()
        raise InputError("file_name_not_text", file=shown)
    content_type = CONTENT_TYPES.get(path.suffix.lower())
    if content_type is None:
        raise InputError("bad_video_format", file=path.name)
    return content_type


def check_size(path: Path, size_bytes: int) -> None:
    """Raise InputError for an empty file or one over TikTok's 4 GB."""
    if size_bytes == 0:
        raise InputError("file_empty", file=path.name)
    if size_bytes > MAX_VIDEO_BYTES:
        raise InputError(
            "file_too_large", file=path.name, size_bytes=size_bytes, most_bytes=MAX_VIDEO_BYTES
        )


def media_findings(
    name: str,
    info: MediaInfo | None,
    limits_s: Mapping[str, int | None],
    cover_ms: int | None = None,
) -> list[Finding]:
    """Return what TikTok would refuse in a video, or do otherwise than was wished.

    `info` is what a probe found, `limits_s` the longest video each account may post by its handle,
    as TikTok last said; None where it was not asked yet. Every way into the plan asks this.
    """
    if info is None:
        return [_finding("not_a_video", name)]
    return [
        *_whole_findings(name, info),
        *_container_findings(name, info),
        *_stream_findings(name, info),
        *length_findings(name, info, limits_s),
        *_cover_findings(name, info, cover_ms),
    ]


def length_findings(
    name: str, info: MediaInfo, limits_s: Mapping[str, int | None]
) -> Iterator[Finding]:
    """Give the accounts that may not post so long a video, and say an unknown length."""
    if info.duration_s is None:
        if not info.is_empty:
            yield _finding("video_length_unknown", name)
        return
    for handle, limit_s in limits_s.items():
        if limit_s is None or limit_s <= 0:
            if is_longer(info.duration_s, MAX_DURATION_S):
                yield _too_long("video_longer_than_usual", name, info, handle, MAX_DURATION_S)
        elif is_longer(info.duration_s, limit_s):
            yield _too_long("video_too_long", name, info, handle, limit_s)


def is_longer(duration_s: float, limit_s: float) -> bool:
    """Say whether a video is longer than an account may post, by more than its last frame."""
    return duration_s > limit_s + DURATION_TOLERANCE_S


def _whole_findings(name: str, info: MediaInfo) -> Iterator[Finding]:
    if info.is_cut:
        yield _finding("video_cut", name)
    if info.is_encrypted:
        yield _finding("video_encrypted", name)
    if info.is_elsewhere:
        yield _finding("video_elsewhere", name)
    if info.is_empty:
        yield _finding("video_empty", name)


def _container_findings(name: str, info: MediaInfo) -> Iterator[Finding]:
    ending = splitext(name)[1].lower()  # noqa: PTH122 - a Path for each takes ten times as long
    if info.container is None:
        return
    if info.container not in CONTAINERS:
        yield _finding("video_container", name, container=info.container.value)
    elif ending not in _ENDINGS[info.container]:
        yield _finding("video_ending", name, container=info.container.value, ending=ending)


def _stream_findings(name: str, info: MediaInfo) -> Iterator[Finding]:
    if info.codec is not None and info.codec not in CODECS:
        yield _finding("video_codec", name, codec=info.codec)
    if info.fps is None:
        if not info.is_empty and not info.is_cut:
            yield _finding("video_frame_rate_unknown", name)
    elif not MIN_FPS - FPS_TOLERANCE <= info.fps <= MAX_FPS + FPS_TOLERANCE:
        yield _finding("video_frame_rate", name, fps=info.fps)
    if info.width_px is None or info.height_px is None:
        if not info.is_cut:
            yield _finding("video_size_unknown", name)
    elif not all(MIN_SIDE_PX <= side <= MAX_SIDE_PX for side in (info.width_px, info.height_px)):
        yield _finding("video_size", name, width_px=info.width_px, height_px=info.height_px)


def _cover_findings(name: str, info: MediaInfo, cover_ms: int | None) -> Iterator[Finding]:
    """TikTok takes the first frame where the time of the cover is none of the video's."""
    if cover_ms is not None and info.duration_s is not None and cover_ms >= info.duration_s * 1000:
        yield _finding("cover_beyond_end", name, cover_ms=cover_ms, duration_s=info.duration_s)


def _too_long(code: str, name: str, info: MediaInfo, handle: str, limit_s: float) -> Finding:
    duration_s = info.duration_s or 0.0
    return _finding(code, name, duration_s=duration_s, limit_s=limit_s, account=handle)


def _finding(code: str, name: str, **params: Param) -> Finding:
    return Finding(code=code, params={"file": name, **params})
