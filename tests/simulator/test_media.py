"""What is read from a file's boxes, and the pictures painted for covers and avatars."""

import struct
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiktok_manager.simulator.media import MediaFacts, look_inside
from tiktok_manager.simulator.pictures import COVER_SIZE, avatar_png, cover_png


def box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(content), kind) + content


def big_box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I4sQ", 1, kind, 16 + len(content)) + content


def movie(
    brand: bytes = b"isom", seconds: float = 12.5, size: tuple[int, int] = (1080, 1920)
) -> bytes:
    header = bytes(12) + struct.pack(">II", 1_000, int(seconds * 1_000)) + bytes(80)
    sound = box(b"trak", box(b"tkhd", bytes(84)))
    picture = box(b"trak", box(b"tkhd", bytes(76) + struct.pack(">II", *(s << 16 for s in size))))
    index = box(b"moov", box(b"mvhd", header) + sound + picture)
    return box(b"ftyp", brand + bytes(8)) + big_box(b"mdat", bytes(1_000)) + index


def facts_of(tmp_path: Path, content: bytes) -> MediaFacts:
    path = tmp_path / "file"
    path.write_bytes(content)
    return look_inside(path)


@pytest.mark.parametrize(("brand", "container"), [(b"isom", "mp4"), (b"qt  ", "mov")])
def test_length_and_size_are_read_from_the_index(
    tmp_path: Path, brand: bytes, container: str
) -> None:
    facts = facts_of(tmp_path, movie(brand))
    assert facts == MediaFacts(container=container, duration_s=12.5, width=1080, height=1920)
    assert facts.complaint(600) is None


def test_webm_is_known_by_its_mark(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, b"\x1a\x45\xdf\xa3" + bytes(50))
    assert facts.container == "webm"
    assert facts.complaint(600) is None


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "file_format_check_failed"),
        (b"plain text, not a film at all", "file_format_check_failed"),
        (movie()[:1_000], "file_format_check_failed"),
        (movie(seconds=601), "duration_check_failed"),
        (movie(seconds=0), "duration_check_failed"),
        (movie(size=(359, 640)), "picture_size_check_failed"),
        (movie(size=(4_097, 4_096)), "picture_size_check_failed"),
    ],
    ids=["empty", "text", "cut", "long", "no time", "small", "large"],
)
def test_files_tiktok_would_not_take_have_a_reason(
    tmp_path: Path, content: bytes, reason: str
) -> None:
    assert facts_of(tmp_path, content).complaint(600) == reason


def test_a_missing_file_is_nothing(tmp_path: Path) -> None:
    assert look_inside(tmp_path / "none") == MediaFacts()


@given(data=st.data())
def test_no_damage_makes_it_raise(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    content = bytearray(movie())
    for _ in range(data.draw(st.integers(1, 20))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.getbasetemp() / "damaged"
    path.write_bytes(content[: data.draw(st.integers(0, len(content)))])
    assert isinstance(look_inside(path), MediaFacts)


def picture_size(png: bytes) -> tuple[int, int]:
    """Check structure and pixel count of a PNG and return width and height."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    place, pixels, size = 8, b"", (0, 0)
    while place < len(png):
        length, kind = struct.unpack_from(">I4s", png, place)
        content = png[place + 8 : place + 8 + length]
        assert struct.unpack_from(">I", png, place + 8 + length)[0] == zlib.crc32(kind + content)
        if kind == b"IHDR":
            size = struct.unpack_from(">II", content)
        elif kind == b"IDAT":
            pixels += content
        place += 12 + length
    assert len(zlib.decompress(pixels)) == size[1] * (1 + 3 * size[0])
    return size


@pytest.mark.parametrize("size", [100, 168, 720])
def test_avatars_are_pictures_of_their_own(size: int) -> None:
    assert picture_size(avatar_png("sim01", size)) == (size, size)
    assert avatar_png("sim01", size) == avatar_png("sim01", size) != avatar_png("sim02", size)


def test_covers_are_pictures_of_their_own() -> None:
    assert picture_size(cover_png("1")) == COVER_SIZE
    assert cover_png("1") == cover_png("1") != cover_png("2")
