"""A calendar file that any calendar program reads, whatever the captions say."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from tests.ui.fakes import a_post
from tiktok_manager.domain.posts import PostStatus
from tiktok_manager.services.ics import write_ics

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def unfolded(file: Path) -> list[str]:
    content = file.read_bytes()
    assert content.endswith(b"\r\n")
    assert b"\n" not in content.replace(b"\r\n", b"")
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    for line in content.split(b"\r\n"):
        line.decode()  # no character is cut
    return content.replace(b"\r\n ", b"").decode().split("\r\n")


def test_each_post_is_an_event_with_an_id_that_stays(tmp_path: Path) -> None:
    out = tmp_path / "plan.ics"
    due_at = datetime(2026, 12, 24, 18, 30, tzinfo=UTC)
    posts = [
        a_post("one", due_at=due_at, version=4, tags=("launch",)),
        a_post("two", due_at=due_at, status=PostStatus.DRAFT),
    ]
    assert write_ics(out, posts, NOW) == 2
    lines = unfolded(out)
    assert lines[:2] == ["BEGIN:VCALENDAR", "VERSION:2.0"]
    assert lines.count("BEGIN:VEVENT") == lines.count("END:VEVENT") == 2
    assert {"UID:one@tiktok-manager", "SEQUENCE:4", "DTSTART:20261224T183000Z"} <= set(lines)
    assert {"DTSTAMP:20261121T120000Z", "CATEGORIES:launch", "STATUS:TENTATIVE"} <= set(lines)
    assert not any("TZID" in line for line in lines)


def test_no_caption_breaks_the_file(tmp_path: Path) -> None:
    out = tmp_path / "plan.ics"
    nasty = "One, two; three\\four\r\nEND:VCALENDAR\n\x00\x07" + "🌊é" * 60
    write_ics(out, [replace(a_post("one"), caption=nasty)], NOW)
    lines = unfolded(out)
    (said,) = [line for line in lines if line.startswith("DESCRIPTION:")]
    assert said == ("DESCRIPTION:One\\, two\\; three\\\\four\\nEND:VCALENDAR\\n" + "🌊é" * 60)
    assert lines.count("END:VCALENDAR") == 1
