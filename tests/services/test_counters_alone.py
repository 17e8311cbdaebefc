"""A counter that is not told, or a counters' file that is lost, spoils nothing else."""

import csv
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.world import World
from tests.services.test_syncing import Listing, page, video
from tiktok_manager.services.serializers import video_json
from tiktok_manager.wording import message_and_action


@pytest.fixture
def listing(world: World) -> Listing:
    return Listing(world, world.connect())


@pytest.mark.parametrize("missing", ["followers", "following", "likes", "videos"])
def test_one_total_that_is_never_told_keeps_no_other_from_being_recorded(
    missing: str, world: World, listing: Listing
) -> None:
    listing.pages = [page([])]
    for day in range(2):
        totals = {"followers": 10 + day, "following": 2, "likes": 30, "videos": 4, missing: None}
        told: dict[str, Any] = totals
        listing.profile_told = replace(listing.profile_told, **told)
        listing.sync()
        world.clock.advance(timedelta(days=1))
    summary = world.workspace.analytics.summary("sim01", days=30)
    assert summary is not None
    if missing == "followers":
        assert (summary.followers.now, summary.followers.gained) == (None, None)
        assert summary.likes.now == 30
    else:
        assert (summary.followers.now, summary.followers.gained) == (11, 1)


def test_a_counter_nobody_knows_is_null_in_json_and_an_empty_cell(
    world: World, listing: Listing, tmp_path: Path
) -> None:
    listing.pages = [replace(page([]), videos=(video(1, views=None, duration_s=None),))]
    listing.sync()
    (known,) = world.workspace.analytics.videos("sim01")
    record = video_json(known)
    assert (record["views"], record["duration_s"], record["likes"]) == (None, None, 10)
    assert record["missing_fields"] == ["views"]
    world.workspace.reports.export("videos", tmp_path / "videos.csv", message_and_action)
    text = (tmp_path / "videos.csv").read_text(encoding="utf-8-sig")
    (row,) = csv.DictReader(text.splitlines())
    assert (row["views"], row["duration_s"], row["likes"]) == ("", "", "10")


def test_a_lost_counters_file_stops_no_sync_of_the_profile(world: World, listing: Listing) -> None:
    listing.pages = [page([1])]
    listing.sync()
    path = world.workspace.metrics.path
    world.workspace.metrics.close()
    for file in path.parent.glob(f"{path.name}*"):
        file.unlink()
    path.mkdir()
    listing.profile_told = replace(listing.profile_told, followers=77)
    assert listing.sync().error is not None
    assert world.workspace.accounts.get("sim01").followers == 77
    path.rmdir()
    assert listing.sync().error is None
    assert listing.views(1) == [100]
