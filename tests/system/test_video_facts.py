"""Facts come from the right stream and the whole file, and what is not known is said so."""

import random
import struct
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import pytest

from tests.system.test_video import SIZE, index_first, write_video
from tiktok_manager.domain.media import Container, MediaInfo
from tiktok_manager.system import video
from tiktok_manager.system.media import MediaReader, fingerprint, probe, thumbnail
from tiktok_manager.system.video import VideoReaders, Videos
from tiktok_manager.system.video_structure import structure_of

CODECS = {".mp4": "libx264", ".mov": "libx264", ".mkv": "libvpx-vp9"}
KEY = "76a6c65c5ea762046bd749a2e632ccbb"


def facts(path: Path) -> MediaInfo:
    info = probe(path)
    assert info is not None
    return info


def copied(
    source: Path, target: Path, kind: str | None = None, options: dict[str, str] | None = None
) -> Path:
    """Put the same pictures into another file."""
    with (
        av.open(str(source)) as given,
        av.open(str(target), "w", format=kind, options=options or {}) as made,
    ):
        stream = made.add_stream_from_template(given.streams.video[0])
        for packet in given.demux(given.streams.video[0]):
            if packet.dts is not None:
                packet.stream = stream
                made.mux(packet)
    return target


def fragments(path: Path) -> Path:
    options = {"movflags": "frag_keyframe+empty_moov+default_base_moof"}
    return copied(write_video(path.with_stem("whole"), "libx264"), path, options=options)


def live(path: Path) -> Path:
    """A WebM as a browser records it: no lengths, no index, no duration."""
    whole = write_video(path.with_stem("whole"), "libvpx-vp9")
    return copied(whole, path, options={"live": "1"})


def for_the_web(path: Path) -> Path:
    return index_first(write_video(path, "libx264"))


def plain(path: Path) -> Path:
    return write_video(path, "libvpx-vp9" if path.suffix == ".webm" else "libx264")


def box(kind: bytes, content: bytes = bytes(40), length: int | None = None) -> bytes:
    return struct.pack(">I4s", len(content) + 8 if length is None else length, kind) + content


TRAILS = {
    "free": box(b"free"),
    "skip": box(b"skip"),
    "uuid": box(b"uuid"),
    "udta": box(b"udta"),
    "a box of nobody's": box(b"zzzz"),
    "a box longer than the file": box(b"free", length=10_000),
    "a strange box longer than the file": box(b"SEFT", length=10_000),
    "no box": b"\xff" * 100,
    "text": b"made by a camera, 2026-11-30, thank you",
    "zeros": bytes(64),
    "some bytes": b"abc",
}


@pytest.mark.parametrize("make", [plain, for_the_web, fragments])
@pytest.mark.parametrize("trail", TRAILS.values(), ids=TRAILS)
def test_what_trails_a_whole_video_is_no_cut(
    tmp_path: Path, make: Callable[[Path], Path], trail: bytes
) -> None:
    path = make(tmp_path / "clip.mp4")
    path.write_bytes(path.read_bytes() + trail)
    info = facts(path)
    assert not info.is_cut
    assert info.duration_s == pytest.approx(2, abs=0.1)


@pytest.mark.parametrize("make", [plain, live])
def test_what_trails_a_whole_webm_is_no_cut(tmp_path: Path, make: Callable[[Path], Path]) -> None:
    path = make(tmp_path / "clip.webm")
    path.write_bytes(path.read_bytes() + b"\xff" * 100)
    assert not facts(path).is_cut


@pytest.mark.parametrize(
    ("name", "make", "least"),
    [
        ("clip.mp4", for_the_web, 0.45),
        ("clip.mp4", plain, 0.05),
        ("clip.mov", plain, 0.05),
        ("clip.mp4", fragments, 0.3),
        ("clip.webm", plain, 0.2),
        ("clip.webm", live, 0.2),
    ],
)
def test_a_cut_video_is_told_wherever_it_was_cut(
    tmp_path: Path, name: str, make: Callable[[Path], Path], least: float
) -> None:
    path = make(tmp_path / name)
    whole = path.read_bytes()
    assert not facts(path).is_cut
    media_bytes = whole.rindex(b"mfra") - 8 if make is fragments else len(whole)
    for length in range(int(media_bytes * least), media_bytes - 1, media_bytes // 17):
        path.write_bytes(whole[:length])
        assert facts(path).is_cut, length


def test_the_facts_of_a_video_without_its_index_are_not_made_up(tmp_path: Path) -> None:
    path = write_video(tmp_path / "clip.mp4", "libx264")
    path.write_bytes(path.read_bytes()[:-200])
    assert facts(path) == MediaInfo(container=Container.MP4, is_cut=True)


def cover_art() -> "av.Packet[av.VideoStream]":
    encoder = av.VideoCodecContext.create("mjpeg", "w")
    encoder.width, encoder.height, encoder.pix_fmt = 640, 640, "yuvj420p"
    encoder.time_base = Fraction(1, 25)
    frame = av.VideoFrame(640, 640, "yuvj420p")
    frame.pts = 0
    (packet,) = [*encoder.encode(frame), *encoder.encode(None)]
    return packet


def with_picture(path: Path, disposition: "av.stream.Disposition") -> Path:
    """A video whose file begins with a picture of another size."""
    source = write_video(path.with_stem("whole"), CODECS[path.suffix])
    with av.open(str(source)) as given, av.open(str(path), "w") as made:
        still = made.add_stream("mjpeg", rate=25)
        assert isinstance(still, av.VideoStream)
        still.width, still.height, still.pix_fmt = 640, 640, "yuvj420p"
        still.disposition = disposition
        stream = made.add_stream_from_template(given.streams.video[0])
        packet = cover_art()
        packet.stream, packet.pts, packet.dts = still, 0, 0
        made.mux(packet)
        for packet in given.demux(given.streams.video[0]):
            if packet.dts is not None:
                packet.stream = stream
                made.mux(packet)
    return path


@pytest.mark.parametrize(
    ("name", "disposition"),
    [
        ("clip.mp4", av.stream.Disposition.attached_pic),
        ("clip.mov", av.stream.Disposition(0)),
        ("clip.mov", av.stream.Disposition.default),
        ("clip.mkv", av.stream.Disposition.attached_pic),
    ],
)
def test_a_picture_beside_the_video_is_not_taken_for_it(
    tmp_path: Path, name: str, disposition: "av.stream.Disposition"
) -> None:
    path = with_picture(tmp_path / name, disposition)
    info = facts(path)
    assert info.codec in {"h264", "vp9"}
    assert (info.width_px, info.height_px) == SIZE
    assert info.fps == pytest.approx(25, abs=0.1)
    assert info.duration_s == pytest.approx(2, abs=0.1)
    assert thumbnail(path, tmp_path / "cover.jpg", 1000)
    with av.open(str(tmp_path / "cover.jpg")) as picture:
        assert picture.streams.video[0].width == SIZE[0]


def test_of_two_videos_the_longer_is_told(tmp_path: Path) -> None:
    short, path = write_video(tmp_path / "short.mp4", "mpeg4"), tmp_path / "clip.mp4"
    long = write_video(tmp_path / "long.mp4", "libx264", seconds=4)
    with av.open(str(short)) as a, av.open(str(long)) as b, av.open(str(path), "w") as made:
        given = (a.streams.video[0], b.streams.video[0])
        streams = [made.add_stream_from_template(stream) for stream in given]
        for stream in streams:
            stream.disposition = av.stream.Disposition.default
        for source, stream in zip(given, streams, strict=True):
            for packet in (a if source is given[0] else b).demux(source):
                if packet.dts is not None:
                    packet.stream = stream
                    made.mux(packet)
    info = facts(path)
    assert info.codec == "h264"
    assert info.duration_s == pytest.approx(4, abs=0.1)


def test_a_timecode_beside_the_video_is_not_taken_for_it(tmp_path: Path) -> None:
    path = write_video(tmp_path / "clip.mov", "libx264", timecode="01:00:00:00")
    with av.open(str(path)) as container:
        assert {stream.type for stream in container.streams} == {"video", "data"}
    assert facts(path) == facts(write_video(tmp_path / "plain.mov", "libx264"))


@pytest.mark.parametrize("turned", [90, -90, 180])
@pytest.mark.parametrize("name", ["clip.mp4", "clip.mov"])
def test_a_turned_video_is_as_high_as_it_is_shown(tmp_path: Path, name: str, turned: int) -> None:
    info = facts(write_video(tmp_path / name, "libx264", turned=turned))
    shown = SIZE if turned == 180 else SIZE[::-1]
    assert (info.width_px, info.height_px) == shown


def test_the_length_of_a_recording_without_one_is_found_by_its_last_picture(
    tmp_path: Path,
) -> None:
    path = live(tmp_path / "clip.webm")
    with av.open(str(path)) as container:
        assert container.duration is None
    info = facts(path)
    assert info.duration_s == pytest.approx(2, abs=0.1)
    assert info.fps == pytest.approx(25, abs=0.1)


def test_a_video_longer_than_its_file_says_is_as_long_as_it_is(tmp_path: Path) -> None:
    path = write_video(tmp_path / "clip.webm", "libvpx-vp9")
    data = bytearray(path.read_bytes())
    at = data.index(b"\x44\x89\x88") + 3
    assert struct.unpack_from(">d", data, at)[0] == pytest.approx(2000)
    struct.pack_into(">d", data, at, 500.0)
    path.write_bytes(data)
    assert facts(path).duration_s == pytest.approx(2, abs=0.1)


def test_fragments_are_as_long_as_all_of_them(tmp_path: Path) -> None:
    info = facts(fragments(tmp_path / "clip.mp4"))
    assert info.duration_s == pytest.approx(2, abs=0.1)
    assert info.fps == pytest.approx(25, abs=0.1)


def test_what_an_edit_list_leaves_out_does_not_count(tmp_path: Path) -> None:
    path = write_video(tmp_path / "clip.mp4", "libx264")
    data = bytearray(path.read_bytes())
    at = data.index(b"elst") + 12  # version and flags, number of entries
    assert struct.unpack_from(">I", data, at)[0] == 2000
    struct.pack_into(">I", data, at, 1000)
    path.write_bytes(data)
    assert facts(path).duration_s == pytest.approx(1, abs=0.15)


def test_a_varying_frame_rate_is_told_as_its_average(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=1000, options={"bf": "0"})
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = *SIZE, "yuv420p"
        for at_ms in [*range(0, 1000, 20), *range(1000, 3000, 100), 3000]:
            frame = av.VideoFrame(*SIZE, "yuv420p")
            frame.pts, frame.time_base = at_ms, Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    info = facts(path)
    assert info.fps == pytest.approx(71 / 3, abs=0.3)


def test_an_encrypted_video_is_told(tmp_path: Path) -> None:
    options = {
        "encryption_scheme": "cenc-aes-ctr",
        "encryption_key": KEY,
        "encryption_kid": KEY,
    }
    whole = write_video(tmp_path / "whole.mp4", "libx264")
    info = facts(copied(whole, tmp_path / "clip.mp4", options=options))
    assert info.is_encrypted
    assert not facts(whole).is_encrypted


def element(kind: str, content: bytes, length: int | None = None) -> bytes:
    size = len(content) if length is None else length
    return bytes.fromhex(kind) + (size | 1 << 56).to_bytes(8) + content


def webm_of(*inside: bytes) -> bytes:
    header = element("1a45dfa3", element("4282", b"webm"))
    return header + element("18538067", b"".join(inside))


def test_an_encrypted_webm_is_told(tmp_path: Path) -> None:
    path = tmp_path / "clip.webm"
    encrypted = element("6d80", element("6240", element("5035", b"\x47\xe1\x81\x05")))
    for way, is_encrypted in ((encrypted, True), (element("6d80", b""), False)):
        path.write_bytes(webm_of(element("1654ae6b", element("ae", way))))
        assert structure_of(path).is_encrypted == is_encrypted


@pytest.mark.parametrize("name", ["clip.mov", "clip.mp4"])
def test_a_video_whose_pictures_lie_in_another_file_is_told(tmp_path: Path, name: str) -> None:
    path = write_video(tmp_path / name, "libx264")
    assert not facts(path).is_elsewhere
    data = bytearray(path.read_bytes())
    data[data.index(b"url \0\0\0\1", data.index(b"dref")) + 7] = 0
    path.write_bytes(data)
    assert facts(path).is_elsewhere


def test_a_video_without_pictures_is_told(tmp_path: Path) -> None:
    path = fragments(tmp_path / "clip.mp4")
    data = path.read_bytes()
    path.write_bytes(data[: data.index(b"moof") - 4])
    info = facts(path)
    assert info.is_empty
    assert info.duration_s is None


@pytest.mark.parametrize(
    ("kind", "name", "container", "sent_as"),
    [
        ("mp4", "clip.mov", Container.MP4, "video/mp4"),
        ("mov", "clip.mp4", Container.MOV, "video/quicktime"),
        ("matroska", "clip.mp4", Container.MATROSKA, "video/webm"),
        ("webm", "clip.mp4", Container.WEBM, "video/webm"),
    ],
)
def test_a_file_is_what_it_holds_whatever_its_name(
    tmp_path: Path, kind: str, name: str, container: Container, sent_as: str
) -> None:
    codec = "libvpx-vp9" if kind == "webm" else "libx264"
    whole = write_video(tmp_path / f"whole.{'webm' if kind == 'webm' else 'mp4'}", codec)
    path = copied(whole, tmp_path / name, kind=kind)
    assert facts(path).container is container
    with MediaReader(fingerprint(path)) as reader:
        assert reader.content_type() == sent_as


class Writing(VideoReaders):
    """Readers during whose work somebody goes on writing the file, some times."""

    def __init__(self, times: int) -> None:
        super().__init__()
        self.times = times

    def ask(self, question: video.Answer) -> video.Answer | None:
        answer = super().ask(question)
        if self.times:
            self.times -= 1
            with Path(question["path"]).open("ab") as file:
                file.write(box(b"free"))
        return answer


@pytest.mark.parametrize(("times", "is_known"), [(1, True), (2, False)])
def test_a_file_written_while_it_is_looked_into_is_looked_into_again(
    tmp_path: Path, times: int, is_known: bool
) -> None:
    readers = Writing(times)
    videos = Videos(readers)
    found = videos.probe(write_video(tmp_path / "clip.mp4", "libx264"))
    assert (found is not None) == is_known
    assert len(videos._known) == int(is_known)
    readers.close()


def test_strange_bytes_cost_no_more_than_an_answer(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    deep = b""
    for _level in range(200):
        deep = box(b"moov", deep)
    for content in (deep, box(b"moov", box(b"trak", length=4)), b"\0\0\0\1moov" + b"\xff" * 8):
        path.write_bytes(content)
        assert not structure_of(path).is_encrypted
    path.write_bytes(webm_of(*[element("ec", b"")] * 1000, element("1f43b675", b"", 1 << 40)))
    assert structure_of(path).is_cut
    assert replace(structure_of(path), is_cut=False).container is Container.WEBM


@pytest.mark.parametrize("make", [plain, live])
def test_bytes_changed_anywhere_never_raise(tmp_path: Path, make: Callable[[Path], Path]) -> None:
    name = "clip.webm" if make is live else "clip.mp4"
    whole = make(tmp_path / name).read_bytes()
    chance = random.Random(11)
    path = tmp_path / f"changed-{name}"
    for _time in range(400):
        data = bytearray(whole)
        for _byte in range(chance.randrange(1, 6)):
            at = chance.choice((chance.randrange(len(data)), data.rindex(b"\0") - 1))
            data[at] = chance.choice((0, 1, 0x7F, 0x80, 0xFF))
        path.write_bytes(data)
        structure_of(path)


def test_lengths_beyond_all_files_are_no_reason_to_fail(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    endless = b"\0\0\0\1" + b"stsd" + b"\xff" * 8
    inner = box(b"minf", box(b"stbl", endless + bytes(8) + b"\0\0\0\1avc1" + b"\xff" * 8))
    path.write_bytes(box(b"ftyp") + box(b"moov", box(b"trak", box(b"mdia", inner))))
    assert not structure_of(path).is_encrypted
