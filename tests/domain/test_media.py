"""A video is judged by TikTok's bounds with a tolerance, by what is known of it, and in words."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from tests.fakes.words import told
from tiktok_manager.domain.media import (
    Container,
    MediaInfo,
    container_of,
    media_findings,
    upload_type,
)
from tiktok_manager.wording.spans import number

FINE = MediaInfo(
    duration_s=59.0,
    width_px=1080,
    height_px=1920,
    fps=30.0,
    codec="h264",
    container=Container.MP4,
)
HALF_A_MINUTE = {"alice": 30}


def codes(info: MediaInfo | None, limits_s: dict[str, int | None] | None = None) -> list[str]:
    return [finding.code for finding in media_findings("clip.mp4", info, limits_s or {})]


@pytest.mark.parametrize("fps", [22.98, 23.0, 23.976, 59.94, 60.0, 60.003, 60.04])
def test_a_frame_rate_at_a_bound_is_taken(fps: float) -> None:
    assert codes(replace(FINE, fps=fps)) == []


@pytest.mark.parametrize("fps", [22.9, 60.06, 60.1, 120.0])
def test_a_frame_rate_over_a_bound_is_shown_over_it(fps: float) -> None:
    (finding,) = media_findings("clip.mp4", replace(FINE, fps=fps), {})
    rate = re.search(r"has ([0-9.]+) frames", told(finding))
    assert rate is not None
    assert not 23 <= float(rate[1]) <= 60


@pytest.mark.parametrize(
    ("value", "bounds", "decimals", "text"),
    [
        (60.003, (60.0,), 2, "60.003"),
        (60.0, (60.0,), 2, "60"),
        (29.97, (23.0, 60.0), 2, "29.97"),
        (600.4, (600.0,), 0, "600.4"),
        (612.3, (600.0,), 0, "612"),
        (59.9999, (60.0,), 0, "59.9999"),
    ],
)
def test_a_number_is_written_apart_from_its_bounds(
    value: float, bounds: tuple[float, ...], decimals: int, text: str
) -> None:
    assert number(value, *bounds, decimals=decimals) == text


def test_each_account_is_held_to_its_own_length_and_named_with_it() -> None:
    info = replace(FINE, duration_s=700.0)
    found = media_findings("clip.mp4", info, {"short": 60, "long": 3600, "six": 600})
    assert [finding.params["account"] for finding in found] == ["short", "six"]
    assert "@short may post 60 s" in told(found[0])
    assert "700 s" in told(found[0])


def test_a_video_as_long_as_its_account_may_post_is_taken_with_its_last_frame() -> None:
    assert codes(replace(FINE, duration_s=30.4), {"alice": 30}) == []
    assert codes(replace(FINE, duration_s=30.6), {"alice": 30}) == ["video_too_long"]


def test_an_account_that_was_never_asked_is_warned_of_by_what_most_may_post() -> None:
    found = media_findings("clip.mp4", replace(FINE, duration_s=700.0), {"new": None})
    assert [finding.code for finding in found] == ["video_longer_than_usual"]
    assert "@new" in told(found[0])
    assert codes(replace(FINE, duration_s=599.0), {"new": None}) == []


@pytest.mark.parametrize(
    ("info", "code"),
    [
        (replace(FINE, duration_s=None), "video_length_unknown"),
        (replace(FINE, fps=None), "video_frame_rate_unknown"),
        (replace(FINE, width_px=None), "video_size_unknown"),
        (replace(FINE, is_cut=True), "video_cut"),
        (replace(FINE, is_encrypted=True), "video_encrypted"),
        (replace(FINE, is_elsewhere=True), "video_elsewhere"),
        (replace(FINE, container=Container.MATROSKA), "video_container"),
        (replace(FINE, container=Container.WEBM), "video_ending"),
        (replace(FINE, container=Container.MOV), "video_ending"),
        (replace(FINE, codec="av1"), "video_codec"),
        (replace(FINE, width_px=359), "video_size"),
        (None, "not_a_video"),
    ],
)
def test_what_is_wrong_or_not_known_is_said_in_words(info: MediaInfo | None, code: str) -> None:
    found = media_findings("clip.mp4", info, HALF_A_MINUTE if code == "video_cut" else {"a": 600})
    assert code in [finding.code for finding in found]
    for finding in found:
        assert "clip.mp4" in told(finding)
        assert "{" not in told(finding)


def test_a_cover_beyond_the_end_is_told() -> None:
    def found(cover_ms: int, info: MediaInfo = FINE) -> list[str]:
        return [f.code for f in media_findings("clip.mp4", info, {}, cover_ms)]

    assert found(58_999) == []
    assert found(59_000) == ["cover_beyond_end"]
    assert found(2**31 - 1, replace(FINE, duration_s=None)) == ["video_length_unknown"]


def ebml(doc_type: bytes, padding: int = 0) -> bytes:
    inner = b"\xec" + bytes([0x80 | padding]) + bytes(padding) if padding else b""
    inner += b"\x42\x82" + bytes([0x80 | len(doc_type)]) + doc_type
    return b"\x1a\x45\xdf\xa3" + bytes([0x80 | len(inner)]) + inner


@pytest.mark.parametrize(
    ("first", "container", "sent_as"),
    [
        (b"\0\0\0\x18ftypisom", Container.MP4, "video/mp4"),
        (b"\0\0\0\x14ftypqt  ", Container.MOV, "video/quicktime"),
        (b"\0\0\0\x08wide\0\0\0\x08mdat", Container.MOV, "video/quicktime"),
        (b"\0\0\0\x18stypmsdh", Container.MP4, "video/mp4"),
        (ebml(b"webm"), Container.WEBM, "video/webm"),
        (ebml(b"webm", padding=20), Container.WEBM, "video/webm"),
        (ebml(b"matroska"), Container.MATROSKA, "video/webm"),
        (b"\x1a\x45\xdf\xa3", Container.MATROSKA, "video/webm"),
        (b"RIFF\0\0\0\0AVI ", None, "video/mp4"),
        (b"", None, "video/mp4"),
    ],
)
def test_the_container_is_told_by_the_first_bytes_whatever_the_name(
    first: bytes, container: Container | None, sent_as: str
) -> None:
    assert container_of(first) is container
    assert upload_type(Path("clip.mp4"), first) == sent_as
