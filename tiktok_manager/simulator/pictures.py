"""Avatars and covers, painted from a seed: small PNG pictures without an imaging library."""

import colorsys
import math
import struct
import zlib
from random import Random

Colour = tuple[int, int, int]

COVER_SIZE = (180, 320)
AVATAR_CELLS = 5


def avatar_png(seed: str, size_px: int) -> bytes:
    """A square with a mirrored block pattern, different for every seed."""
    chance = Random(f"avatar/{seed}")
    ground, ink = _pair(chance)
    half = (AVATAR_CELLS + 1) // 2
    cells = [[chance.random() < 0.5 for _ in range(half)] for _ in range(AVATAR_CELLS)]
    margin = size_px // 8
    cell_px = (size_px - 2 * margin) / AVATAR_CELLS

    def cell(place: int) -> int | None:
        number = math.floor((place - margin) / cell_px)
        return number if 0 <= number < AVATAR_CELLS else None

    columns = [cell(x) for x in range(size_px)]
    rows = {
        line: b"".join(bytes(ink if _inked(cells, line, column) else ground) for column in columns)
        for line in (None, *range(AVATAR_CELLS))
    }
    return _png(size_px, [rows[cell(y)] for y in range(size_px)])


def cover_png(seed: str) -> bytes:
    """A portrait landscape: a sky, a sun and three rows of hills."""
    chance = Random(f"cover/{seed}")
    width, height = COVER_SIZE
    low, high = _pair(chance)
    sun = (chance.uniform(0.2, 0.8) * width, chance.uniform(0.2, 0.45) * height, width / 6)
    hills = [_hill(chance, width, height * (0.55 + 0.15 * row)) for row in range(3)]
    colours = [_mix(low, (16, 18, 28), 0.3 + 0.25 * row) for row in range(3)]
    rows = []
    for y in range(height):
        sky = _mix(high, low, y / height)
        row = bytearray(bytes(sky) * width)
        _paint_sun(row, y, sun, _mix(sky, (255, 255, 255), 0.7))
        for hill, colour in zip(hills, colours, strict=True):
            for x, top in enumerate(hill):
                if y >= top:
                    row[3 * x : 3 * x + 3] = bytes(colour)
        rows.append(bytes(row))
    return _png(width, rows)


def _inked(cells: list[list[bool]], line: int | None, column: int | None) -> bool:
    if line is None or column is None:
        return False
    return cells[line][min(column, AVATAR_CELLS - 1 - column)]


def _hill(chance: Random, width: int, base: float) -> list[float]:
    waves = [(chance.uniform(0.5, 2.5), chance.uniform(0, math.tau)) for _ in range(2)]
    return [
        base + sum(12 * math.sin(math.tau * pace * x / width + phase) for pace, phase in waves)
        for x in range(width)
    ]


def _paint_sun(row: bytearray, y: int, sun: tuple[float, float, float], colour: Colour) -> None:
    x, centre, radius = sun
    if abs(y - centre) < radius:
        half = math.sqrt(radius**2 - (y - centre) ** 2)
        first, last = max(0, int(x - half)), min(len(row) // 3, int(x + half))
        row[3 * first : 3 * last] = bytes(colour) * max(0, last - first)


def _pair(chance: Random) -> tuple[Colour, Colour]:
    hue = chance.random()
    return _colour(hue, 0.55, 0.85), _colour(hue + chance.uniform(0.08, 0.4), 0.6, 0.45)


def _colour(hue: float, saturation: float, value: float) -> Colour:
    red, green, blue = colorsys.hsv_to_rgb(hue % 1.0, saturation, value)
    return round(red * 255), round(green * 255), round(blue * 255)


def _mix(one: Colour, other: Colour, share: float) -> Colour:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def _png(width: int, rows: list[bytes]) -> bytes:
    head = struct.pack(">IIBBBBB", width, len(rows), 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"".join(b"\0" + row for row in rows), 6)
    chunks = ((b"IHDR", head), (b"IDAT", pixels), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, content) for kind, content in chunks)


def _chunk(kind: bytes, content: bytes) -> bytes:
    checksum = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)
