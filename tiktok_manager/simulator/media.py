"""What TikTok learns from a file by looking inside: container, length and size.

Reads the few boxes of MP4 and MOV that say so, and recognises WebM. Nothing is decoded.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

MAX_INDEX_BYTES = 64_000_000
SMALLEST_SIDE_PX, LARGEST_SIDE_PX = 360, 4_096
WEBM_MARK = b"\x1a\x45\xdf\xa3"


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaFacts:
    """Unknown is None; `container` is `mp4`, `mov`, `webm` or None for anything else."""

    container: str | None = None
    duration_s: float | None = None
    width: int | None = None
    height: int | None = None

    def complaint(self, max_duration_s: float) -> str | None:
        """The fail_reason TikTok gives for such a file, if any."""
        if self.container is None or (self.container != "webm" and self.duration_s is None):
            return "file_format_check_failed"
        if self.duration_s is not None and not 0 < self.duration_s <= max_duration_s:
            return "duration_check_failed"
        sides = [side for side in (self.width, self.height) if side is not None]
        if any(not SMALLEST_SIDE_PX <= side <= LARGEST_SIDE_PX for side in sides):
            return "picture_size_check_failed"
        return None


def look_inside(path: Path) -> MediaFacts:
    """Never raises for strange content: it is what a client may send."""
    try:
        with path.open("rb") as file:
            head = file.read(12)
            if head.startswith(WEBM_MARK):
                return MediaFacts(container="webm")
            if head[4:8] != b"ftyp":
                return MediaFacts()
            container = "mov" if head[8:12] == b"qt  " else "mp4"
            index = _find_index(file, path.stat().st_size)
    except OSError:
        return MediaFacts()
    return _read_index(container, index)


def _find_index(file: BinaryIO, size_bytes: int) -> bytes:
    """Walk the top-level boxes to `moov` and return its content."""
    place = 0
    while place + 8 <= size_bytes:
        file.seek(place)
        length, kind = struct.unpack(">I4s", file.read(8))
        header = 8
        if length == 1:
            length, header = struct.unpack(">Q", file.read(8).rjust(8, b"\0"))[0], 16
        length = length or size_bytes - place
        if length < header:
            break
        if kind == b"moov":
            return file.read(min(length - header, MAX_INDEX_BYTES))
        place += length
    return b""


def _boxes(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    place = 0
    while place + 8 <= len(content):
        length, kind = struct.unpack_from(">I4s", content, place)
        if length < 8:
            return
        yield kind, content[place + 8 : place + length]
        place += length


def _read_index(container: str, index: bytes) -> MediaFacts:
    duration_s: float | None = None
    size: tuple[int, int] | None = None
    for kind, box in _boxes(index):
        if kind == b"mvhd":
            duration_s = _movie_duration_s(box)
        elif kind == b"trak" and size is None:
            size = _track_size(box)
    width, height = size or (None, None)
    return MediaFacts(container=container, duration_s=duration_s, width=width, height=height)


def _movie_duration_s(box: bytes) -> float | None:
    layout, place = (">IQ", 20) if box[:1] == b"\x01" else (">II", 12)
    if len(box) < place + struct.calcsize(layout):
        return None
    scale, length = struct.unpack_from(layout, box, place)
    return length / scale if scale else None


def _track_size(track: bytes) -> tuple[int, int] | None:
    """Width and height stand at the end of `tkhd`, 16.16 fixed; both are 0 for sound."""
    for kind, box in _boxes(track):
        if kind == b"tkhd" and len(box) >= 8:
            width, height = (number >> 16 for number in struct.unpack(">II", box[-8:]))
            return (width, height) if width and height else None
    return None
