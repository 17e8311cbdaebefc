"""What a video holds is read from the video alone: nothing it names is ever opened."""

import os
import socket
import sys
import zipfile
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import av
import pytest

from tiktok_manager.system.media import probe, thumbnail

SIZE = (320, 180)


def write_video(
    path: Path, codec: str, *, fps: int = 25, turned: int = 0, seconds: int = 2, timecode: str = ""
) -> Path:
    """Write some seconds that begin black; the upper half of the picture stays black."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=fps)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = *SIZE, "yuv420p"
        stream.time_base = Fraction(1, fps)
        if timecode:
            stream.metadata["timecode"] = timecode
        if turned:
            stream.set_display_rotation(turned)
        for number in range(seconds * fps):
            frame = av.VideoFrame(*SIZE, "yuv420p")
            luma, *chroma = frame.planes
            half = luma.buffer_size // 2
            luma.update(bytes(half) + bytes([min(250, 5 * number)]) * (luma.buffer_size - half))
            for plane in chroma:
                plane.update(b"\x80" * plane.buffer_size)
            frame.pts = number
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def index_first(path: Path) -> Path:
    """Move the index before the pictures, as for the web."""
    moved = path.with_stem(f"{path.stem}-web")
    with (
        av.open(str(path)) as source,
        av.open(str(moved), "w", options={"movflags": "faststart"}) as target,
    ):
        stream = target.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(source.streams.video[0]):
            if packet.dts is not None:
                packet.stream = stream
                target.mux(packet)
    return moved


@pytest.mark.parametrize(
    ("name", "codec", "told"),
    [
        ("clip.mp4", "libx264", "h264"),
        ("clip.mov", "libx265", "hevc"),
        ("clip.webm", "libvpx-vp9", "vp9"),
        ("clip.mp4", "mpeg4", "mpeg4"),
    ],
)
def test_a_video_tells_what_tiktok_asks_about(
    tmp_path: Path, name: str, codec: str, told: str
) -> None:
    info = probe(write_video(tmp_path / name, codec, fps=30))
    assert info is not None
    assert (info.width_px, info.height_px) == (320, 180)
    assert info.codec == told
    assert info.fps == pytest.approx(30, abs=0.1)
    assert info.duration_s == pytest.approx(2, abs=0.1)


@pytest.mark.parametrize("name", ["clip.mp4", "clip.mov"])
def test_a_video_whose_end_is_missing_is_told_from_a_whole_one(tmp_path: Path, name: str) -> None:
    whole = index_first(write_video(tmp_path / name, "libx264"))
    data = whole.read_bytes()
    cut = tmp_path / f"cut-{name}"
    cut.write_bytes(data[:-100])
    found, of_cut = probe(whole), probe(cut)
    assert found is not None
    assert of_cut is not None
    assert not found.is_cut
    assert of_cut.is_cut
    assert of_cut.codec == found.codec


def test_a_box_that_goes_on_to_the_end_of_the_file_is_whole(tmp_path: Path) -> None:
    path = index_first(write_video(tmp_path / "clip.mp4", "libx264"))
    data = bytearray(path.read_bytes())
    at = data.index(b"mdat") - 4
    data[at : at + 4] = bytes(4)
    path.write_bytes(data)
    info = probe(path)
    assert info is not None
    assert not info.is_cut


def test_sound_alone_is_no_video(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=48_000)
        frame = av.AudioFrame(format="fltp", layout="stereo", samples=1024)
        frame.sample_rate, frame.pts = 48_000, 0
        for plane in frame.planes:
            plane.update(bytes(plane.buffer_size))
        container.mux([*stream.encode(frame), *stream.encode(None)])
    assert probe(path) is None
    assert not thumbnail(path, tmp_path / "cover.jpg", 100)


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """A server on this machine that a disguised playlist points to."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        yield server


def playlist(url: str) -> str:
    return f"#EXTM3U\n#EXT-X-VERSION:3\n#EXTINF:2,\n{url}\n#EXT-X-ENDLIST\n"


def concat_script(url: str) -> str:
    return f"ffconcat version 1.0\nfile '{url}'\n"


def dash_manifest(url: str) -> str:
    return (
        '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static">'
        f'<Period><AdaptationSet mimeType="video/mp4"><Representation id="1" bandwidth="1">'
        f"<BaseURL>{url}</BaseURL></Representation></AdaptationSet></Period></MPD>"
    )


@pytest.mark.parametrize("disguise", [playlist, concat_script, dash_manifest])
@pytest.mark.parametrize("ending", ["mp4", "mov", "webm"])
def test_a_list_disguised_as_a_video_fetches_nothing(
    tmp_path: Path, listener: socket.socket, disguise: Callable[[str], str], ending: str
) -> None:
    path = tmp_path / f"clip.{ending}"
    path.write_text(disguise(f"http://127.0.0.1:{listener.getsockname()[1]}/a.ts"))
    assert probe(path) is None
    assert not thumbnail(path, tmp_path / "cover.jpg", 100)
    with pytest.raises(BlockingIOError):  # nobody came
        listener.accept()


def test_a_list_disguised_as_a_video_opens_no_other_file(tmp_path: Path) -> None:
    real = write_video(tmp_path / "real.mp4", "libx264")
    for text in (playlist(real.name), concat_script(real.name)):
        path = tmp_path / "clip.mp4"
        path.write_text(text)
        assert probe(path) is None


def test_files_that_are_no_videos_are_told_so(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    for content in (b"", b"#!/bin/sh\nexit 1\n", os.urandom(5000)):
        path.write_bytes(content)
        assert probe(path) is None
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("clip.mp4", bytes(1000))
    assert probe(path) is None
    assert probe(tmp_path) is None
    assert probe(tmp_path / "missing.mp4") is None


@pytest.mark.skipif(sys.platform == "win32", reason="no pipes in the file system there")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "clip.mp4")
    assert probe(tmp_path / "clip.mp4") is None


def test_a_video_cut_anywhere_never_raises(tmp_path: Path) -> None:
    whole = write_video(tmp_path / "whole.webm", "libvpx-vp9").read_bytes()
    path = tmp_path / "clip.webm"
    for length in range(1, len(whole), max(1, len(whole) // 20)):
        path.write_bytes(whole[:length])
        probe(path)
        thumbnail(path, tmp_path / "cover.jpg", 100)


def picture_size(path: Path) -> tuple[int, int]:
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        assert stream.codec_context.name == "mjpeg"
        return stream.width, stream.height


def is_bright(path: Path, across: float, down: float) -> bool:
    """Look at one point of a picture, given in parts of its width and height."""
    with av.open(str(path)) as container:
        frame = next(container.decode(container.streams.video[0]))
    luma = frame.planes[0]
    return bytes(luma)[int(frame.height * down) * luma.line_size + int(frame.width * across)] > 50


@pytest.mark.parametrize(
    ("turned", "size", "bright_at", "dark_at"),
    [
        (0, (160, 90), (0.5, 0.9), (0.5, 0.1)),
        (90, (90, 160), (0.9, 0.5), (0.1, 0.5)),
        (-90, (90, 160), (0.1, 0.5), (0.9, 0.5)),
        (180, (160, 90), (0.5, 0.1), (0.5, 0.9)),
    ],
)
def test_a_picture_is_small_and_upright_and_not_of_the_black_beginning(
    tmp_path: Path,
    turned: int,
    size: tuple[int, int],
    bright_at: tuple[float, float],
    dark_at: tuple[float, float],
) -> None:
    video = write_video(tmp_path / "clip.mp4", "libx264", turned=turned)
    cover = tmp_path / "cover.jpg"
    assert thumbnail(video, cover, 160)
    assert picture_size(cover) == size
    assert is_bright(cover, *bright_at)
    assert not is_bright(cover, *dark_at)


def test_a_small_video_is_not_blown_up(tmp_path: Path) -> None:
    video = write_video(tmp_path / "clip.mp4", "libx264")
    assert thumbnail(video, tmp_path / "cover.jpg", 4000)
    assert picture_size(tmp_path / "cover.jpg") == (320, 180)


def test_without_a_picture_an_older_one_stays(tmp_path: Path) -> None:
    (tmp_path / "clip.mp4").write_bytes(b"no video")
    (tmp_path / "cover.jpg").write_bytes(b"older")
    assert not thumbnail(tmp_path / "clip.mp4", tmp_path / "cover.jpg", 100)
    assert (tmp_path / "cover.jpg").read_bytes() == b"older"
    assert {entry.name for entry in tmp_path.iterdir()} == {"clip.mp4", "cover.jpg"}


def test_a_picture_that_cannot_be_kept_is_no_picture(tmp_path: Path) -> None:
    video = write_video(tmp_path / "clip.mp4", "libx264")
    assert not thumbnail(video, tmp_path / "missing" / "cover.jpg", 100)
