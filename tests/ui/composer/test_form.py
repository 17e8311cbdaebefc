"""The composer's input as a value: kept, restored, told in words."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.ui.composer.fakes import NOW, ZONE, a_post, a_state
from tiktok_manager.domain.cancel import CancelToken
from tiktok_manager.domain.media import MediaInfo
from tiktok_manager.domain.posts import Choices, Lateness, LatePolicy, PostMode, Privacy
from tiktok_manager.ui.composer.form import (
    PostForm,
    form_of_post,
    from_text,
    new_form,
    on_day,
    to_text,
)
from tiktok_manager.ui.composer.media import MediaLook, checks, look_into
from tiktok_manager.ui.composer.wording import LINKS, consent_html, late_text, when_text
from tiktok_manager.ui.link_gate import tiktok_url
from tiktok_manager.wording import words

FINE = MediaInfo(duration_s=34.2, width_px=1080, height_px=1920, fps=29.97, codec="h264")


def _at(wall: str, timezone: str = ZONE) -> PostForm:
    return replace(new_form(NOW, timezone), wall=datetime.fromisoformat(wall), timezone=timezone)


def test_a_new_form_has_nothing_chosen() -> None:
    form = new_form(NOW, ZONE)
    assert form.choices == Choices()
    assert not form.disclose
    assert form.wall == datetime.fromisoformat("2026-11-21T14:00")


@pytest.mark.parametrize(
    ("day", "wall"),
    [
        (date(2026, 11, 24), "2026-11-24T18:30"),
        (date(2026, 11, 21), "2026-11-21T18:30"),
        (date(2026, 11, 20), "2026-11-21T14:00"),
    ],
)
def test_a_day_keeps_the_time_of_day_but_never_lies_in_the_past(day: date, wall: str) -> None:
    form = replace(_at("2026-11-22T18:30"), post_now=True)
    chosen = on_day(form, day, NOW)
    assert chosen.wall == datetime.fromisoformat(wall)
    assert not chosen.post_now


def test_a_time_gone_by_today_becomes_the_next_sensible_one() -> None:
    chosen = on_day(_at("2026-11-22T08:00"), date(2026, 11, 21), NOW)
    assert chosen.wall == datetime.fromisoformat("2026-11-21T14:00")


@settings(max_examples=30)
@given(
    caption=st.text(),
    privacy=st.sampled_from([None, *Privacy]),
    mode=st.sampled_from(PostMode),
    duet=st.booleans(),
)
def test_what_was_kept_comes_back_the_same(
    caption: str, privacy: Privacy | None, mode: PostMode, duet: bool
) -> None:
    form = replace(
        new_form(NOW, ZONE),
        caption=caption,
        mode=mode,
        file=Path("/videos/Ünïcode 🎬.mp4"),
        account_ids=("acc-alice",),
        choices=Choices(privacy=privacy, allow_duet=duet),
    )
    text = to_text(form)
    assert text.isascii()
    assert from_text(text) == form


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        "nonsense",
        '{"version": 1}',
        to_text(new_form(NOW, ZONE)).replace(ZONE, "Mars/Phobos"),
        to_text(new_form(NOW, ZONE)).replace('"version": 1', '"version": 99'),
    ],
)
def test_a_broken_draft_is_no_draft(text: str) -> None:
    assert from_text(text) is None


def test_a_post_is_shown_as_planned(tmp_path: Path) -> None:
    post = a_post(tmp_path / "clip.mp4", choices=Choices(your_brand=True))
    form = form_of_post(post)
    assert (form.caption, form.disclose, form.account_ids) == (post.caption, True, ("acc-alice",))


def test_the_zone_is_named_beside_the_time() -> None:
    assert when_text(a_state(_at("2026-11-24T18:30"))) == "Tue 18:30 (Berlin), in 3 days"


def test_the_lateness_default_is_told() -> None:
    assert "2 hours late" in late_text(Lateness())
    assert "45 minutes late" in late_text(Lateness(within=timedelta(minutes=45)))
    assert "you decide" in late_text(Lateness(policy=LatePolicy.ASK))
    assert late_text(None) == ""


def test_the_consent_line_links_exactly_tiktoks_two_pages() -> None:
    text = "By posting, you agree to TikTok's Branded Content Policy and Music Usage Confirmation"
    html = consent_html(text, "#000000")
    for url in LINKS.values():
        assert f'href="{url}"' in html
        assert tiktok_url(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://www.tiktok.com/legal",
        "https://tiktok.com.evil.example/legal",
        "https://evil.example/?tiktok.com",
        "https://www.tiktok.com@evil.example/",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "",
    ],
)
def test_no_other_address_counts_as_tiktoks(url: str) -> None:
    assert not tiktok_url(url)


def test_a_fine_video_has_no_problems() -> None:
    look = MediaLook(path=Path("clip.mp4"), size_bytes=2_700_000, info=FINE)
    assert [check.problem for check in checks(look, 600)] == [""] * 6
    assert {check.name: check.value for check in checks(look, 600)} == {
        "Format": "MP4",
        "Size": "2.7 MB",
        "Length": "0:34",
        "Picture": "1080 × 1920",
        "Frame rate": "29.97 fps",
        "Codec": "H.264",
    }


@pytest.mark.parametrize(
    ("info", "name"),
    [
        (replace(FINE, duration_s=200), "Length"),
        (replace(FINE, width_px=300), "Picture"),
        (replace(FINE, fps=12), "Frame rate"),
        (replace(FINE, codec="prores"), "Codec"),
    ],
)
def test_each_problem_stands_at_its_line(info: MediaInfo, name: str) -> None:
    look = MediaLook(path=Path("clip.mp4"), size_bytes=1, info=info)
    assert [check.name for check in checks(look, 180) if check.problem] == [name]


def test_an_unreadable_video_says_so() -> None:
    look = MediaLook(path=Path("clip.mp4"), size_bytes=1)
    assert checks(look, None)[-1].problem


def _look_into(path: Path) -> MediaLook:
    return look_into(path.parent / "previews", path, CancelToken())


@pytest.mark.parametrize("name", ["missing.mp4", "picture.png"])
def test_a_file_tiktok_never_takes_is_refused_with_words(tmp_path: Path, name: str) -> None:
    (tmp_path / "picture.png").write_bytes(b"x")
    look = _look_into(tmp_path / name)
    assert look.error is not None
    assert name in words(look.error).title


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "clip.mp4").touch()
    look = _look_into(tmp_path / "clip.mp4")
    assert look.error is not None
    assert "empty" in words(look.error).title
