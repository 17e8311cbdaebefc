"""The long run's judge excuses a post by what stands in the books, and by nothing else."""

from datetime import UTC, datetime
from random import Random

import pytest

from tests.harness.year_records import UPLOAD_LIFE_S, Publish
from tests.harness.year_tiktok import FakeTikTok
from tests.harness.year_trouble import Trouble
from tests.harness.year_verdict import Books, Entry, Judge
from tests.ui.fakes import a_post
from tiktok_manager.domain.errors import Failure
from tiktok_manager.domain.posts import LatePolicy, Post, PostStatus

DUE_S, HOUR_S = 1_780_000_000.0, 3_600.0
NOW_S = DUE_S + 24 * HOUR_S
HANDLE = "user000"
CAPTION = f"{HANDLE} A video"
REASON = Failure(
    code="reason", params={"title": "It came to nothing.", "hint": "Look at the account."}
)


@pytest.mark.parametrize(
    ("start_s", "end_s", "skew_s", "lost"),
    [
        pytest.param(-600.0, HOUR_S, -22 * HOUR_S, 0, id="a day behind until long after its time"),
        pytest.param(-600.0, HOUR_S, -60.0, 1, id="a minute behind"),
        pytest.param(-600.0, 60.0, -22 * HOUR_S, 1, id="a day behind, right a minute later"),
        pytest.param(-2 * HOUR_S, -HOUR_S, -22 * HOUR_S, 1, id="a day behind, right before"),
        pytest.param(-600.0, 60.0, 2 * HOUR_S, 0, id="two hours ahead"),
    ],
)
def test_a_missed_post_is_excused_by_a_clock_that_hid_its_time(
    start_s: float, end_s: float, skew_s: float, lost: int
) -> None:
    books = Books(skew=[(DUE_S + start_s, DUE_S + end_s, skew_s)])
    verdict = judge(books).judge([planned()], {"post": ended(PostStatus.MISSED)})
    assert verdict.lost == lost


@pytest.mark.parametrize(
    ("down", "lost"),
    [
        pytest.param((10.0, 2 * HOUR_S), 0, id="off until its address had died"),
        pytest.param((10.0, 1_800.0), 1, id="off for half an hour"),
        pytest.param((HOUR_S, 2 * HOUR_S), 1, id="off after its address had died"),
    ],
)
def test_an_unconfirmed_post_is_excused_by_an_hour_in_which_nobody_could_ask(
    down: tuple[float, float], lost: int
) -> None:
    books = Books(down=[(DUE_S + down[0], DUE_S + down[1])])
    verdict = judge(books, opened()).judge([planned()], {"post": ended(PostStatus.UNCONFIRMED)})
    assert verdict.lost == lost


def judge(books: Books, *sent: Publish) -> Judge:
    """Return a judge whose TikTok heard of these uploads only."""
    trouble = Trouble(Random(1), lambda: NOW_S, lambda _s: None, 0.0)
    tiktok = FakeTikTok([HANDLE], Random(1), lambda: NOW_S, trouble)
    for publish in sent:
        tiktok.creators[HANDLE].sent.append(publish)
        tiktok.by_caption[publish.caption].append(publish)
    return Judge(tiktok, books, NOW_S)


def opened() -> Publish:
    """Return an upload that was opened on time and never got its last part."""
    return Publish(
        id="v_pub_file~v2-1.1",
        handle=HANDLE,
        caption=CAPTION,
        direct=True,
        public=True,
        size=400,
        chunk=400,
        count=1,
        opened_s=DUE_S,
        upload_id="2",
        expires_s=DUE_S + UPLOAD_LIFE_S,
    )


def planned() -> Entry:
    """Return what the user planned."""
    return Entry(
        post_id="post",
        handle=HANDLE,
        caption=CAPTION,
        sha256="00",
        due_s=DUE_S,
        policy=LatePolicy.ASK,
        within_s=2 * HOUR_S,
        direct=True,
        planned_s=DUE_S - HOUR_S,
    )


def ended(status: PostStatus) -> Post:
    """Return what the app says became of it."""
    due_at = datetime.fromtimestamp(DUE_S, UTC)
    return a_post("post", HANDLE, due_at, status, error=REASON)
