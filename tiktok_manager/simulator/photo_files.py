"""What TikTok learns from a picture by looking inside: JPEG or WebP, and its size in pixels."""

import struct
from pathlib import Path

MAX_PHOTO_BYTES = 20_000_000
MAX_SHORTER_SIDE_PX = 1_080
"""From the field: "maximum 1080p" is the shorter side."""

_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


def complaint(paths: tuple[Path, ...]) -> str | None:
    """The fail_reason TikTok gives for such photos, if any; one bad picture fails them all."""
    for path in paths:
        size = picture_size(path)
        if size is None:
            return "file_format_check_failed"
        if min(size) > MAX_SHORTER_SIDE_PX or path.stat().st_size > MAX_PHOTO_BYTES:
            return "picture_size_check_failed"
    return None


def picture_size(path: Path) -> tuple[int, int] | None:
    """Width and height of a JPEG or WebP; None for anything else."""
    try:
        data = path.read_bytes()
        return _webp(data) if data[:4] == b"RIFF" and data[8:12] == b"WEBP" else _jpeg(data)
    except (OSError, struct.error, IndexError):
        return None


def photo_type(path: Path) -> str:
    """Return the media type to serve a picture with."""
    with path.open("rb") as file:
        return "image/webp" if file.read(4) == b"RIFF" else "image/jpeg"


def _jpeg(data: bytes) -> tuple[int, int] | None:
    if data[:2] != b"\xff\xd8":
        return None
    place = 2
    while data[place] == 0xFF:
        kind, length = data[place + 1], struct.unpack_from(">H", data, place + 2)[0]
        if kind in _FRAMES:
            height, width = struct.unpack_from(">HH", data, place + 5)
            return width, height
        place += 2 + length
    return None


def _webp(data: bytes) -> tuple[int, int] | None:
    kind = data[12:16]
    if kind == b"VP8 ":
        width, height = struct.unpack_from("<HH", data, 26)
        return width & 0x3FFF, height & 0x3FFF
    if kind == b"VP8L":
        (bits,) = struct.unpack_from("<I", data, 21)
        return (bits & 0x3FFF) + 1, ((bits >> 14) & 0x3FFF) + 1
    if kind == b"VP8X":
        width, height = (int.from_bytes(data[at : at + 3], "little") + 1 for at in (24, 27))
        return width, height
    return None
