"""A video that only looks like one the account has is told of, with what that rests on."""

import os
from datetime import timedelta
from pathlib import Path

import av
import pytest

from tests.fakes.world import START, World
from tests.services.test_tonight import tonight
from tiktok_manager.domain.findings import Finding
from tiktok_manager.domain.near_copies import Likeness, VideoPrint, likeness, near_copies
from tiktok_manager.system.sample_video import make_sample_video
from tiktok_manager.wording import english

HOUR = timedelta(hours=1)
PICTURES = (0x00FF00FF00FF00FF, 0x0F0F0F0F0F0F0F0F, 0x3333333333333333, 0x5555555555555555, 0)


def a_print(sha256: str = "a", length_s: float = 20.0, **changes: tuple[int, ...]) -> VideoPrint:
    pictures = changes.get("pictures", PICTURES)
    return VideoPrint(sha256=sha256, length_s=length_s, pictures=pictures)


def encoded_anew(source: Path, out: Path) -> Path:
    """Write the same pictures smaller and coarser, as an export for the web does."""
    with av.open(str(source)) as whole, av.open(str(out), "w") as smaller:
        stream = smaller.add_stream("libx264", rate=30, options={"crf": "34"})
        stream.width, stream.height, stream.pix_fmt = 360, 640, "yuv420p"
        for frame in whole.decode(video=0):
            smaller.mux(stream.encode(frame.reformat(360, 640, "yuv420p")))
        smaller.mux(stream.encode(None))
    return out


def told(world: World) -> list[Finding]:
    found = [each for run in tonight(world).look() for each in run.findings]
    return [each for each in found if each.code == "near_copy"]


@pytest.fixture
def videos(world: World) -> tuple[Path, Path, Path]:
    """Return a video, the same encoded anew, and another one of its length."""
    first = make_sample_video(world.folder / "lake.mp4", hue=20, seconds=2)
    copy = encoded_anew(first, world.folder / "lake-web.mp4")
    other = make_sample_video(world.folder / "pasta.mp4", hue=200, seconds=2)
    saved_s = START.timestamp() - 3600  # what was saved a moment ago is not remembered
    for file in (first, copy, other):
        os.utime(file, (saved_s, saved_s))
    return first, copy, other


def test_the_later_of_two_that_look_the_same_is_told_of_once_they_were_looked_into(
    world: World, videos: tuple[Path, Path, Path]
) -> None:
    world.connect("sim01")
    world.connect("sim02")
    first, copy, other = videos
    world.plan("sim01", file=first, after=HOUR)
    world.plan("sim01", file=other, after=2 * HOUR)
    world.plan("sim02", file=copy, after=2 * HOUR)
    world.plan("sim01", file=copy, after=3 * HOUR)
    assert told(world) == [], "nothing was looked into yet"
    world.workspace.tonight.look_into_videos()
    (finding,) = told(world)
    assert (finding.params["account"], finding.params["other"]) == ("sim01", "lake.mp4")
    said = english(finding)
    assert "all 5 pictures compared are alike" in said.message
    assert "lake-web.mp4 looks like lake.mp4" in said.title


def test_pictures_are_alike_with_a_few_other_bits_and_not_with_many() -> None:
    few, many = (tuple(each ^ bits for each in PICTURES) for bits in (0b111, (1 << 24) - 1))
    assert likeness(a_print(), a_print("b", pictures=few)) == Likeness(same=4, compared=4)
    assert likeness(a_print(), a_print("b", pictures=many)) is None


def test_a_video_of_another_length_or_of_even_pictures_is_like_none() -> None:
    assert likeness(a_print(), a_print("b", 20.4)) is not None
    assert likeness(a_print(), a_print("b", 21.0)) is None
    black = (0,) * 5
    assert likeness(a_print(pictures=black), a_print("b", pictures=black)) is None


def test_copies_are_found_among_thousands_by_their_length() -> None:
    prints = [a_print(f"{n}", 10 + n / 10) for n in range(5_000)]
    found = near_copies(["100"], prints)
    assert set(found["100"]) == {f"{n}" for n in range(95, 106) if n != 100}
    assert near_copies(["unknown"], prints) == {}
