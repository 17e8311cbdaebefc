"""Video files as the planner sees them, and TikTok's limits for them."""

from dataclasses import dataclass
from pathlib import Path

from tiktok_manager.domain.captions import is_text
from tiktok_manager.domain.errors import InputError

MAX_VIDEO_BYTES = 4_000_000_000
"""TikTok says 4 GB; where it said MB it turned out to count in powers of ten."""

MIN_SIDE_PX, MAX_SIDE_PX = 360, 4096
MIN_FPS, MAX_FPS = 23.0, 60.0
MAX_DURATION_S = 600.0
CODECS = frozenset({"h264", "hevc", "vp8", "vp9"})
CONTENT_TYPES = {".mp4": "video/mp4", ".mov": "video/quicktime", ".webm": "video/webm"}


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaFile:
    """A file as it was when the post was planned; any change since stops the publish."""

    path: Path
    size_bytes: int
    mtime_ns: int
    file_id: str
    sha256: str

    @property
    def content_type(self) -> str:
        """The MIME type TikTok expects with the bytes."""
        return content_type_of(self.path)


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaInfo:
    """What a probe found inside a video; `is_cut` says that its end is missing."""

    duration_s: float
    width_px: int
    height_px: int
    fps: float
    codec: str
    is_cut: bool = False


def content_type_of(path: Path) -> str:
    """Return the MIME type by the file's ending; raises InputError for other formats.

    And for a name that is no text: the plan keeps names as text.
    """
    if not is_text(str(path)):
        shown = str(path).encode("utf-8", "replace").decode()
        raise InputError(
            f"The name of {shown} holds bytes that are no text.",
            "It, or that of a folder it is in, is not UTF-8.",
            "Rename it, then choose it again.",
        )
    content_type = CONTENT_TYPES.get(path.suffix.lower())
    if content_type is None:
        raise InputError(
            f"{path.name} is not a format TikTok takes.",
            "TikTok takes MP4, MOV and WebM.",
            "Export the video as MP4 with H.264.",
        )
    return content_type


def check_size(path: Path, size_bytes: int) -> None:
    """Raise InputError for an empty file or one over TikTok's 4 GB."""
    if size_bytes == 0:
        raise InputError(f"{path.name} is empty.", "The file has 0 bytes.", "Export it again.")
    if size_bytes > MAX_VIDEO_BYTES:
        raise InputError(
            f"{path.name} is too large.",
            f"It has {size_bytes:,} bytes; TikTok takes at most {MAX_VIDEO_BYTES:,} (4 GB).",
            "Export it with a lower bitrate.",
        )


def findings(info: MediaInfo, max_duration_s: float = MAX_DURATION_S) -> list[str]:
    """Say, a sentence each, what TikTok would refuse in this video (media transfer guide)."""
    found = []
    if info.is_cut:
        found.append("Its end is missing: it was cut short, or is still being copied or exported.")
    if info.codec not in CODECS:
        found.append(f"The codec is {info.codec}; TikTok takes H.264, H.265, VP8 and VP9.")
    if not MIN_FPS <= info.fps <= MAX_FPS:
        found.append(f"It has {info.fps:.2f} frames a second; TikTok takes 23 to 60.")
    if not all(MIN_SIDE_PX <= side <= MAX_SIDE_PX for side in (info.width_px, info.height_px)):
        found.append(
            f"The picture is {info.width_px}×{info.height_px} px; "
            f"TikTok takes {MIN_SIDE_PX} to {MAX_SIDE_PX} px on each side."
        )
    if info.duration_s > max_duration_s:
        found.append(
            f"It lasts {info.duration_s:.0f} s; this account may post {max_duration_s:.0f} s."
        )
    return found
