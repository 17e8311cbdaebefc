"""How a video file is put together: what it is, and whether all of it is there and readable.

Only the headers of its parts are read, so that even a strange file costs little and harms nothing;
what is inside the streams is looked at in a process of its own (`system.video`). Boxes: ISO/IEC
14496-12; elements: RFC 8794 (EBML) and RFC 9559 (Matroska).
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from io import FileIO
from pathlib import Path
from typing import NamedTuple

from tiktok_manager.domain.media import EBML_MARK, FIRST_BYTES, Container, container_of

_MOST_PARTS = 200_000
_MOST_DEPTH = 8
_FULL_BOX_BYTES = 8  # version, flags and a count of entries
_ENCRYPTED = frozenset({b"encv", b"enca", b"drmi", b"drms"})
_NEEDED = frozenset({b"ftyp", b"moov", b"moof", b"mdat"})
_PARENTS = frozenset({b"moov", b"trak", b"mdia", b"minf", b"dinf", b"stbl"})
_SEGMENT, _CLUSTER = 0x18538067, 0x1F43B675
_ENCRYPTION = 0x5035
_ANY_PLACE, _TOP = {0xEC, 0xBF}, {0x114D9B74, 0x1549A966, 0x1654AE6B, 0x1C53BB6B, 0x1254C367}
_IN_CLUSTER = {0xE7, 0xA7, 0xAB, 0xA3, 0xA0, 0x5854}
_KNOWN = frozenset({*_ANY_PLACE, *_TOP, 0x1043A770, 0x1941A469, _CLUSTER, *_IN_CLUSTER})
# Segment > Tracks > TrackEntry > ContentEncodings > ContentEncoding > ContentEncryption
_WAY_TO_ENCRYPTION = frozenset({0x1654AE6B, 0xAE, 0x6D80, 0x6240})


@dataclass(frozen=True, slots=True, kw_only=True)
class Structure:
    """What the parts of a file say.

    `is_cut`: its end is missing, as far as the parts alone tell; `may_be_cut`: only where the last
    picture lies tells. `is_elsewhere`: pictures or sound lie in another file.
    """

    container: Container | None = None
    is_cut: bool = False
    may_be_cut: bool = False
    is_encrypted: bool = False
    is_elsewhere: bool = False


class _Part(NamedTuple):
    """A box or element; `end` may lie beyond the file, None is "as far as it goes"."""

    kind: bytes
    start: int
    end: int | None


def structure_of(path: Path) -> Structure:
    """Read how a file is put together; raises OSError. Never raises for strange content."""
    # Unbuffered, as a few bytes are read here and there; and no pipe put there is waited for.
    with FileIO(path, opener=_open_at_once) as file:
        size_bytes = os.fstat(file.fileno()).st_size
        first = file.read(FIRST_BYTES)
        if first.startswith(EBML_MARK):
            return _of_elements(file, size_bytes, container_of(first))
        return _of_boxes(file, size_bytes, container_of(first))


def _open_at_once(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0))


def _of_boxes(file: FileIO, size_bytes: int, container: Container | None) -> Structure:
    parts = list(_boxes(file, 0, size_bytes))
    overrun = {part.kind for part in parts if _is_beyond(part, size_bytes)}
    kinds = {part.kind for part in parts}
    # Sample tables say where each picture lies, so that an index tells a cut from a wrong length.
    has_index = b"moov" in kinds - overrun and b"moof" not in kinds
    needed_missing = bool(overrun & _NEEDED) or (b"mdat" in kinds and b"moov" not in kinds)
    inside = list(_inside(file, parts, size_bytes))
    return Structure(
        container=container,
        is_cut=needed_missing and not has_index,
        may_be_cut=has_index,
        is_encrypted=any(
            _is_encrypted(file, part, size_bytes) for part in inside if part.kind == b"stsd"
        ),
        is_elsewhere=any(
            _is_elsewhere(file, part, size_bytes) for part in inside if part.kind == b"dref"
        ),
    )


def _boxes(file: FileIO, start: int, end: int) -> Iterator[_Part]:
    """Give the boxes in a range up to what is none: nobody has to read what trails a video."""
    at = start
    for _number in range(_MOST_PARTS):
        if at + 8 > end:
            return
        file.seek(at)
        head = file.read(16)
        length, kind, header = int.from_bytes(head[:4]), head[4:8], 8
        if length == 1:  # too long for 32 bits: the next 64 say it
            length, header = int.from_bytes(head[8:16]), 16
        if not _is_name(kind) or (length and length < header):
            return
        yield _Part(kind, at + header, at + length if length else None)
        if not length:  # it goes on to the end of the file
            return
        at += length


def _is_name(kind: bytes) -> bool:
    return len(kind) == 4 and all(byte == 0xA9 or 0x20 <= byte < 0x7F for byte in kind)


def _inside(
    file: FileIO, parts: list[_Part], size_bytes: int, depth: int = _MOST_DEPTH
) -> Iterator[_Part]:
    """Give every box on the way to the sample descriptions, and what lies beside them."""
    for part in parts:
        yield part
        if part.kind in _PARENTS and depth:
            end = size_bytes if part.end is None else min(part.end, size_bytes)
            inner = list(_boxes(file, part.start, end))
            yield from _inside(file, inner, size_bytes, depth - 1)


def _entries(file: FileIO, part: _Part, size_bytes: int) -> list[_Part]:
    end = size_bytes if part.end is None else min(part.end, size_bytes)
    return list(_boxes(file, part.start + _FULL_BOX_BYTES, end))


def _is_encrypted(file: FileIO, descriptions: _Part, size_bytes: int) -> bool:
    """Say whether samples are described as encrypted (ISO/IEC 23001-7, 4.1)."""
    return any(entry.kind in _ENCRYPTED for entry in _entries(file, descriptions, size_bytes))


def _is_elsewhere(file: FileIO, references: _Part, size_bytes: int) -> bool:
    """Say whether data lie in another file: flag 1 is "in this one" (ISO/IEC 14496-12, 8.7.2)."""
    for entry in _entries(file, references, size_bytes):
        file.seek(entry.start)
        flags = file.read(4)
        if len(flags) == 4 and not flags[3] & 1:
            return True
    return False


def _of_elements(file: FileIO, size_bytes: int, container: Container | None) -> Structure:
    segment = next((part for part in _elements(file, 0, size_bytes) if _id(part) == _SEGMENT), None)
    if segment is None:
        return Structure(container=container, is_cut=True)
    end = size_bytes if segment.end is None else min(segment.end, size_bytes)
    is_cut = _is_beyond(segment, size_bytes)
    is_encrypted = False
    for part in _elements(file, segment.start, end):
        # A live recording knows no lengths: then the last of its parts tells.
        is_cut = is_cut or (_id(part) in _KNOWN and _is_beyond(part, size_bytes))
        is_encrypted = is_encrypted or _leads_to_encryption(file, part, end)
    return Structure(container=container, is_cut=is_cut, is_encrypted=is_encrypted)


def _leads_to_encryption(file: FileIO, part: _Part, end: int, depth: int = _MOST_DEPTH) -> bool:
    if _id(part) == _ENCRYPTION:
        return True
    if _id(part) not in _WAY_TO_ENCRYPTION or part.end is None or not depth:
        return False
    inner = list(_elements(file, part.start, min(part.end, end)))
    return any(_leads_to_encryption(file, each, end, depth - 1) for each in inner)


def _elements(file: FileIO, start: int, end: int) -> Iterator[_Part]:
    """Give the elements in a range; a cluster of unknown length gives what is in it instead."""
    at = start
    for _number in range(_MOST_PARTS):
        if at >= end:
            return
        file.seek(at)
        head = file.read(12)
        id_bytes = _width(head[:1])
        length_bytes = _width(head[id_bytes : id_bytes + 1])
        header = id_bytes + length_bytes
        if not 0 < id_bytes <= 4 or not length_bytes:
            return
        if len(head) < header:  # cut amid its first bytes
            yield _Part(head[:id_bytes], at + header, at + header)
            return
        length = int.from_bytes(head[id_bytes:header]) - (1 << 7 * length_bytes)
        is_known = length != (1 << 7 * length_bytes) - 1
        part = _Part(head[:id_bytes], at + header, at + header + length if is_known else None)
        yield part
        if is_known:
            at += header + length
        elif _id(part) == _CLUSTER:
            at += header
        else:
            return


def _width(first: bytes) -> int:
    """Return the bytes of a variable-length integer from its first one; 0 for none."""
    return 9 - first[0].bit_length() if first and first[0] else 0


def _id(part: _Part) -> int:
    return int.from_bytes(part.kind)


def _is_beyond(part: _Part, size_bytes: int) -> bool:
    return part.end is not None and part.end > size_bytes
