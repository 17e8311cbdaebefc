"""A sync keeps what is known, reads to the end, and says when it could not."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.fakes.world import START, World
from tiktok_manager.domain.accounts import Account, Profile
from tiktok_manager.domain.cancel import CancelToken
from tiktok_manager.domain.errors import Cancelled, NetworkDown
from tiktok_manager.domain.metrics import VideoCounters
from tiktok_manager.services import syncing
from tiktok_manager.services.accounts import SyncResult, SyncStep
from tiktok_manager.storage.metrics_schema import VideoRow, VideoSnapshotRow
from tiktok_manager.tiktok.answers import VideoPage
from tiktok_manager.tiktok.errors import untrusted
from tiktok_manager.wording import words

MINUTE = timedelta(minutes=1)


class Listing:
    """A TikTok whose answers to a sync are told by the test."""

    def __init__(self, world: World, account: Account) -> None:
        self.profile_told = Profile(
            open_id=account.open_id,
            display_name="Ada",
            handle=account.handle,
            followers=10,
            following=20,
            likes=30,
            videos=40,
        )
        self.pages: Iterable[VideoPage] = []
        self.asked: list[int | None] = []
        self._world = world
        self._account = account
        world.workspace.accounts._syncing._gateway = self  # type: ignore[assignment]

    def sync(self, cancel: CancelToken | None = None) -> SyncResult:
        """Sync the account a minute later."""
        self._world.clock.advance(MINUTE)
        self._answers = iter(self.pages)
        self.asked = []
        (result,) = self._world.workspace.accounts.sync([self._account.id], cancel)
        return result

    def views(self, number: int) -> list[int]:
        """Return the series of a video's views."""
        with self._world.workspace.metrics.read() as session:
            query = (
                select(VideoSnapshotRow.views)
                .join(VideoRow, VideoRow.id == VideoSnapshotRow.video_id)
                .where(VideoRow.tiktok_id == str(number))
                .order_by(VideoSnapshotRow.minute)
            )
            return [views for views in session.scalars(query) if views is not None]

    def for_account(self, _account_id: str, **_patience: object) -> "Listing":
        return self

    def profile(self, _scopes: object) -> Profile:
        return self.profile_told

    def video_page(self, *, cursor_ms: int | None) -> VideoPage:
        self.asked.append(cursor_ms)
        page = next(self._answers)
        now = self._world.clock.now()
        return replace(page, videos=tuple(replace(video, seen_at=now) for video in page.videos))

    def fetch_image(self, _url: str, _max_bytes: int) -> bytes:
        raise NetworkDown(untrusted("no picture"))


def video(number: int, **changes: object) -> VideoCounters:
    made = VideoCounters(
        tiktok_id=str(number),
        posted_at=START - number * MINUTE,
        caption="",
        share_url="",
        cover_url="",
        duration_s=10,
        views=100,
        likes=10,
        comments=5,
        shares=1,
        seen_at=START,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def page(numbers: Iterable[int], more: int | None = None, *, has_more: bool = True) -> VideoPage:
    """Return a page of these videos, with the cursor of those that follow."""
    return VideoPage(
        videos=tuple(map(video, numbers)),
        cursor_ms=more,
        has_more=has_more and more is not None,
    )


@pytest.fixture
def listing(world: World) -> Listing:
    return Listing(world, world.connect())


def test_every_video_is_read_however_many_and_however_short_the_pages(
    world: World, listing: Listing
) -> None:
    full = [page(range(n, n + 20), more=10_000 - n) for n in range(0, 2500, 20)]
    listing.pages = [*full, page([], more=50), page([2500], more=40), page([])]
    result = listing.sync()
    assert (result.videos, result.error) == (2501, None)
    account = world.workspace.accounts.get("sim01")
    assert len(world.workspace.analytics.videos(account.id, limit=None)) == 2501
    assert listing.asked[:3] == [None, 10_000, 9_980]
    assert account.sync_error is None


def test_a_sync_of_several_says_who_is_next_and_stops_when_told(
    world: World, listing: Listing
) -> None:
    world.connect("sim02")
    listing.pages = [page([])]
    cancel, steps = CancelToken(), []

    def tell(step: SyncStep) -> None:
        steps.append((step.handle, step.done, step.total))
        cancel.cancel()

    with pytest.raises(Cancelled):
        world.workspace.accounts.sync(cancel=cancel, tell=tell)
    assert steps == [("sim01", 0, 2)]


@pytest.mark.parametrize("stuck", [None, 7], ids=["null", "unchanged"])
def test_a_list_that_does_not_go_on_is_kept_and_not_called_whole(
    stuck: int | None, world: World, listing: Listing
) -> None:
    lost = replace(page([2, 1], more=7), cursor_ms=stuck)
    listing.pages = [page([3, 2], more=7), lost]
    result = listing.sync()
    assert result.videos == 3
    assert result.error is not None
    assert "Only 3 videos" in words(result.error).title
    assert listing.asked == [None, 7]
    account = world.workspace.accounts.get("sim01")
    assert account.sync_error == result.error.failure
    assert len(world.workspace.analytics.videos(account.id)) == 3
    assert account.followers == 10


def test_a_list_without_an_end_ends_and_says_so(
    listing: Listing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(syncing, "MAX_VIDEO_PAGES", 30)
    listing.pages = (page([], more=n) for n in range(1000, 0, -1))
    result = listing.sync()
    assert result.error is not None
    assert len(listing.asked) == 30


def test_a_long_sync_can_be_cancelled_between_pages(listing: Listing) -> None:
    cancel = CancelToken()

    def endless() -> Iterable[VideoPage]:
        yield page([1], more=9)
        cancel.cancel()
        yield page([2], more=8)

    listing.pages = endless()
    with pytest.raises(Cancelled):
        listing.sync(cancel)
    assert listing.asked == [None, 9]


def test_what_tiktok_leaves_empty_does_not_wipe_what_is_known(
    world: World, listing: Listing
) -> None:
    before = world.workspace.accounts.get("sim01")
    told = listing.profile_told
    listing.pages = [page([]), page([])]
    listing.profile_told = replace(told, handle="", display_name="", avatar_url="", bio="")
    assert listing.sync().error is None
    after = world.workspace.accounts.get("sim01")
    assert before.avatar_url
    assert (after.display_name, after.avatar_url) == (before.display_name, before.avatar_url)
    assert after.bio == ""


def test_a_total_that_is_not_told_is_no_drop(world: World, listing: Listing) -> None:
    listing.pages = [page([])]
    listing.sync()
    listing.profile_told = replace(listing.profile_told, likes=None, followers=11)
    listing.sync()
    account = world.workspace.accounts.get("sim01")
    summary = world.workspace.analytics.summary(account.id, days=1)
    assert summary is not None
    assert (summary.likes.now, summary.likes.gained) == (30, 0)
    assert (summary.followers.now, summary.followers.gained) == (11, 1)


def test_a_counter_that_is_not_told_is_no_drop(world: World, listing: Listing) -> None:
    unknown = replace(page([]), videos=(video(1, views=None),))
    listing.pages = [unknown]
    listing.sync()
    assert listing.views(1) == []
    for pages in ([page([1])], [unknown], [page([1])]):
        listing.pages = pages
        listing.sync()
    assert listing.views(1) == [100]
    (kept,) = world.workspace.analytics.videos(world.workspace.accounts.get("sim01").id)
    assert (kept.views, kept.likes) == (100, 10)


def test_a_sync_that_fails_says_that_it_is_not_repeated_by_itself(world: World) -> None:
    world.connect()
    world.fault(endpoint="user_info", status=500, body="<html>oops</html>", times=1)
    (failed,) = world.workspace.accounts.sync()
    assert failed.error is not None
    assert words(failed.error).command_hint == "Sync the account again in a few minutes."


def test_a_sync_that_must_wait_says_how_long(world: World) -> None:
    world.connect()
    world.fault(
        endpoint="video_list", status=429, code="rate_limit_exceeded", retry_after=600, times=1
    )
    (failed,) = world.workspace.accounts.sync()
    assert failed.error is not None
    assert words(failed.error).command_hint == "Sync the account again in 10 minutes."


def test_an_account_is_connected_though_its_handle_cannot_be_looked_up(world: World) -> None:
    world.sim.world.account("sim01").denied_scopes.add("user.info.profile")
    world.fault(endpoint="creator_info", code="spam_risk_too_many_posts", times=1)
    account = world.connect("sim01")
    assert account.handle == account.open_id
    assert world.calls("revoke") == 0
    (result,) = world.workspace.accounts.sync()
    assert result.error is None
    assert world.workspace.accounts.get(account.id).handle == "sim01"
