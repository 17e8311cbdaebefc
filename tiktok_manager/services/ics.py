"""Posts as a calendar file (RFC 5545), for any calendar program."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiktok_manager.domain.posts import PostStatus
from tiktok_manager.system.files import writing

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime
    from pathlib import Path

    from tiktok_manager.domain.posts import Post

ICS = ".ics"
_LINE_BYTES = 75
_STATUSES = {PostStatus.DRAFT: "TENTATIVE", PostStatus.CANCELLED: "CANCELLED"}


def write_ics(out: Path, posts: Iterable[Post], now: datetime) -> int:
    """Write posts whole or not at all, as they come; returns how many.

    An event is known again by its post's id and version, so that a later file replaces it. Raises
    as `system.files.writing` does.
    """
    count = 0
    with writing(out) as file:
        head = ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//TikTok Manager//Plan//EN")
        file.write(_lines(head))
        for post in posts:
            file.write(_lines(_event(post, now)))
            count += 1
        file.write(_lines(("END:VCALENDAR",)))
    return count


def _event(post: Post, now: datetime) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{post.id}@tiktok-manager"
    yield f"SEQUENCE:{post.version}"
    yield f"DTSTAMP:{now:%Y%m%dT%H%M%SZ}"
    yield f"DTSTART:{post.due_at:%Y%m%dT%H%M%SZ}"
    yield "DURATION:PT15M"
    first = next(iter(post.caption.splitlines()), "")
    yield f"SUMMARY:{_text(f'@{post.handle} {first}'.strip())}"
    yield f"DESCRIPTION:{_text(post.caption)}"
    yield f"STATUS:{_STATUSES.get(post.status, 'CONFIRMED')}"
    if post.tags:
        yield f"CATEGORIES:{','.join(map(_text, post.tags))}"
    if post.url:
        yield f"URL:{post.url}"
    yield "END:VEVENT"


def _text(value: str) -> str:
    """Return text with what has a meaning escaped, and without other control characters."""
    plain = value.replace("\r\n", "\n").replace("\r", "\n")
    plain = "".join(char for char in plain if char in "\n\t" or ord(char) >= 32)
    for char in "\\;,":
        plain = plain.replace(char, f"\\{char}")
    return plain.replace("\n", "\\n")


def _lines(lines: Iterable[str]) -> bytes:
    return b"".join(_folded(line.encode("utf-8", "replace")) for line in lines)


def _folded(line: bytes) -> bytes:
    """Break a line after at most 75 bytes, and within no character."""
    parts, room = [], _LINE_BYTES
    while len(line) > room:
        end = room
        while line[end] & 0xC0 == 0x80:
            end -= 1
        parts.append(line[:end])
        line, room = line[end:], _LINE_BYTES - 1  # a blank stands before each further part
    return b"\r\n ".join([*parts, line]) + b"\r\n"
