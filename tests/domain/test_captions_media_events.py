"""Captions count as TikTok counts; files are judged by TikTok's limits; listeners are isolated."""

from pathlib import Path

import pytest

from tests.fakes.words import says
from tiktok_manager.domain.captions import check_caption, normalize_handle, utf16_length
from tiktok_manager.domain.errors import InputError
from tiktok_manager.domain.events import AccountChanged, Event, EventBus, PostsChanged
from tiktok_manager.domain.media import (
    MAX_VIDEO_BYTES,
    MediaInfo,
    check_size,
    content_type_of,
    media_findings,
)


def test_an_emoji_counts_as_two_units() -> None:
    assert utf16_length("a🌅") == 3


def test_caption_of_2200_units_is_taken_and_one_more_is_not() -> None:
    check_caption("🌅" * 1100)
    with says(InputError, "Shorten it by 1"):
        check_caption("🌅" * 1100 + "a")


@pytest.mark.parametrize("broken", ["cut \ud83d", "\ude00", "not UTF-8: \udcff"])
def test_what_is_no_whole_character_is_refused(broken: str) -> None:
    with says(InputError, "half of a character"):
        check_caption(broken)


@pytest.mark.parametrize("path", ["clip\udcff.mp4", "folder\udcff/clip.mp4"])
def test_a_file_whose_name_is_no_text_is_refused_with_the_way_out(path: str) -> None:
    with says(InputError, "Rename"):
        content_type_of(Path(path))


def test_handle_is_kept_without_the_at_sign() -> None:
    assert normalize_handle(" @alice ") == "alice"


def test_empty_and_oversized_files_are_refused() -> None:
    check_size(Path("a.mp4"), MAX_VIDEO_BYTES)
    for size in (0, MAX_VIDEO_BYTES + 1):
        with pytest.raises(InputError):
            check_size(Path("a.mp4"), size)


@pytest.mark.parametrize(
    ("name", "kind"),
    [("A.MP4", "video/mp4"), ("b.mov", "video/quicktime"), ("c.webm", "video/webm")],
)
def test_the_three_formats_have_their_content_type(name: str, kind: str) -> None:
    assert content_type_of(Path(name)) == kind


def test_another_format_is_refused_with_the_way_out() -> None:
    with says(InputError, "MP4"):
        content_type_of(Path("clip.avi"))


def test_each_broken_limit_of_a_video_is_named() -> None:
    good = MediaInfo(duration_s=10, width_px=1080, height_px=1920, fps=30, codec="h264")
    bad = MediaInfo(duration_s=700, width_px=100, height_px=5000, fps=15, codec="mpeg2video")
    assert media_findings("a.mp4", good, {"alice": 600}) == []
    assert len(media_findings("a.mp4", bad, {"alice": 600})) == 4


def test_a_broken_listener_hurts_nobody_else(caplog: pytest.LogCaptureFixture) -> None:
    bus = EventBus()
    heard: list[Event] = []

    def broken(_event: Event) -> None:
        raise ValueError("broken")

    bus.subscribe(Event, broken)
    bus.subscribe(Event, heard.append)
    bus.publish(PostsChanged())
    assert heard == [PostsChanged()]
    assert "A listener failed" in caplog.text


def test_listeners_hear_their_kind_only_and_can_leave() -> None:
    bus = EventBus()
    heard: list[AccountChanged] = []
    leave = bus.subscribe(AccountChanged, heard.append)
    bus.publish(PostsChanged())
    bus.publish(AccountChanged(account_id="1"))
    leave()
    bus.publish(AccountChanged(account_id="2"))
    assert [event.account_id for event in heard] == ["1"]
