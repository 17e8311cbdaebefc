"""Looks inside videos in a process of its own, which may hang or crash without harm.

`system.video` starts it as a script, so that it loads PyAV and nothing of ours; a frozen app
starts itself for it. A question is a JSON line on stdin, its answer one on stdout. A file is
opened as MP4, MOV or WebM only and may lead to nothing but itself: a playlist named `.mp4` must
fetch nothing.
"""

import base64
import ctypes
import json
import os
import select
import sys
from collections.abc import Iterator
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

ARGUMENT = "--look-into-videos"
"""With this alone a frozen app becomes the child (see `__main__`)."""

_LOCAL_VIDEO_ONLY = {
    "format_whitelist": "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm",
    "protocol_whitelist": "file",
    "enable_drefs": "0",
}
_TIMEOUT_S = 10.0
_COVER_AT_S = 1.0
_MOST_COVER_FRAMES = 120
_IDLE_S = 60.0
_BOX_BYTES, _MOST_BOXES = 8, 100_000
_MEMORY_BYTES = 2 << 30
_NEW_NETWORK, _NEW_USER = 0x40000000, 0x10000000


def main() -> int:
    """Answer until nobody asks any more."""
    _confine()
    import av  # noqa: F401 - whoever waits for "ready" does not wait for this

    _tell({"ready": True})
    for line in _lines():
        _tell(_answer(json.loads(line)))
    return 0


def _answer(question: dict[str, Any]) -> dict[str, Any]:
    import av

    path = Path(question["path"])
    try:
        if question["do"] == "probe":
            return {"info": _probe(path)}
        picture = _picture(path, question["max_px"])
    except (av.FFmpegError, OSError, ValueError, MemoryError) as exc:
        return {"why": str(exc)}
    return {"picture": None if picture is None else base64.b64encode(picture).decode()}


def _confine() -> None:
    """Take away what reading a file does not need, as far as the system lets us."""
    if sys.platform != "win32":
        import resource

        for limit, most in ((resource.RLIMIT_CORE, 0), (resource.RLIMIT_AS, _MEMORY_BYTES)):
            with suppress(ValueError, OSError):
                resource.setrlimit(limit, (most, most))
    if sys.platform == "linux":
        unshare = getattr(ctypes.CDLL(None), "unshare", None)
        if unshare is not None and unshare(_NEW_NETWORK):
            unshare(_NEW_NETWORK | _NEW_USER)


def _lines() -> Iterator[bytes]:
    """Give what is asked, line by line; ends when nothing is asked for a minute."""
    waiting = b""
    while _is_asked():
        read = os.read(0, 65_536)
        if not read:
            return
        *lines, waiting = (waiting + read).split(b"\n")
        yield from lines


def _is_asked() -> bool:
    # Pipes cannot be waited for on Windows: there the child ends with the app.
    return os.name == "nt" or bool(select.select([0], [], [], _IDLE_S)[0])


def _tell(answer: dict[str, Any]) -> None:
    data = json.dumps(answer).encode() + b"\n"
    while data:
        data = data[os.write(1, data) :]


def _probe(path: Path) -> dict[str, Any] | None:
    with _open(path) as container:
        if not container.streams.video:
            return None
        return {
            **_info(container, container.streams.video[0]),
            "is_cut": _is_cut(path, container.format.name),
        }


def _picture(path: Path, max_px: int) -> bytes | None:
    with _open(path) as container:
        frame = _cover_frame(container)
        return None if frame is None else _jpeg(_upright(frame, max_px))


def _open(path: Path) -> "InputContainer":
    import av

    if not path.is_file():
        raise FileNotFoundError(path)  # a pipe would make us wait for its writer
    # An absolute path cannot be taken for a protocol such as "concat:".
    return av.open(
        os.path.abspath(path),  # noqa: PTH100 - a link is kept, not followed
        options=_LOCAL_VIDEO_ONLY,
        timeout=_TIMEOUT_S,
    )


def _info(container: "InputContainer", stream: "VideoStream") -> dict[str, Any]:
    import av

    if stream.duration is not None and stream.time_base is not None:
        duration_s = float(stream.duration * stream.time_base)
    else:
        duration_s = (container.duration or 0) / av.time_base
    return {
        "duration_s": duration_s,
        "width_px": stream.codec_context.width,
        "height_px": stream.codec_context.height,
        "fps": float(stream.average_rate or stream.guessed_rate or 0),
        "codec": stream.codec_context.codec.canonical_name,
    }


def _is_cut(path: Path, format_name: str) -> bool:
    """Say whether an MP4 or MOV ends amid one of its boxes (ISO 14496-12, 4.2).

    A copy that broke off looks whole to a demuxer where the index comes first.
    """
    if "mp4" not in format_name:
        return False
    size_bytes = path.stat().st_size
    at = 0
    with path.open("rb") as file:
        for _box in range(_MOST_BOXES):
            if at + _BOX_BYTES > size_bytes:
                break
            file.seek(at)
            head = file.read(2 * _BOX_BYTES)
            length = int.from_bytes(head[:4])
            if length == 1:  # too long for 32 bits: the next 64 say it
                length = int.from_bytes(head[8:])
            if length < _BOX_BYTES:  # 0: it goes on to the end of the file
                return False
            at += length
    return at > size_bytes


def _cover_frame(container: "InputContainer") -> "VideoFrame | None":
    import av

    if not container.streams.video:
        return None
    container.seek(int(_COVER_AT_S * av.time_base))
    best = None
    for number, frame in enumerate(container.decode(container.streams.video[0])):
        best = frame
        if number >= _MOST_COVER_FRAMES or (frame.time or 0.0) >= _COVER_AT_S:
            break
    return best


def _upright(frame: "VideoFrame", max_px: int) -> "VideoFrame":
    """Scale down and turn; the camera's position lies in the display matrix."""
    import av.filter

    shrink = min(1.0, max_px / max(frame.width, frame.height))
    width, height = (max(2, round(side * shrink / 2) * 2) for side in (frame.width, frame.height))
    graph = av.filter.Graph()
    nodes = [
        graph.add_buffer(
            width=frame.width,
            height=frame.height,
            format=frame.format,
            time_base=frame.time_base or Fraction(1, 1000),
        ),
        graph.add("scale", f"{width}:{height}:out_range=full"),
    ]
    nodes += [graph.add("transpose", turn) for turn in _turns(frame.rotation)]
    nodes += [graph.add("format", "yuvj420p"), graph.add("buffersink")]
    graph.link_nodes(*nodes).configure()
    graph.vpush(frame)
    return graph.vpull()


def _turns(degrees_counterclockwise: int) -> list[str]:
    return {90: ["cclock"], -90: ["clock"], 180: ["clock"] * 2, -180: ["clock"] * 2}.get(
        degrees_counterclockwise, []
    )


def _jpeg(frame: "VideoFrame") -> bytes:
    import av

    encoder = av.VideoCodecContext.create("mjpeg", "w")
    encoder.width, encoder.height = frame.width, frame.height
    encoder.pix_fmt = "yuvj420p"
    encoder.time_base = Fraction(1, 25)
    encoder.options = {"qmin": "3", "qmax": "6"}
    frame.pts = 0
    return b"".join(bytes(packet) for packet in [*encoder.encode(frame), *encoder.encode(None)])


if __name__ == "__main__":
    sys.exit(main())
