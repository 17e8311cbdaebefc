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
import time
from collections.abc import Iterator
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from av import VideoCodecContext
    from av.container import InputContainer
    from av.stream import Stream
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

ARGUMENT = "--look-into-videos"
"""With this alone a frozen app becomes the child (see `__main__`)."""

_LOCAL_VIDEO_ONLY = {
    "format_whitelist": "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm",
    "protocol_whitelist": "file",
    "enable_drefs": "0",
}
_TIMEOUT_S = 4.0
_LAST_LOOK_S = 3.0
_STILLS = frozenset({"mjpeg", "png", "bmp", "gif", "tiff", "webp"})
_MOST_FPS = 1_000.0
_COVER_AT_S = 1.0
_MOST_COVER_FRAMES = 120
_POINTS, _STEP = 8, 1
_IDLE_S = 60.0
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
        if question["do"] == "compare":
            return {"pictures": _gradients(path, question["at_s"])}
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
        stream = _main_video(container)
        return None if stream is None else _facts(container, stream)


def _picture(path: Path, max_px: int) -> bytes | None:
    for start_s in (_COVER_AT_S, 0.0):  # the index may not know the stream that is played
        with _open(path) as container:
            frame = _cover_frame(container, start_s)
            if frame is not None:
                return _jpeg(_upright(frame, max_px))
    return None


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


def _main_video(container: "InputContainer") -> "VideoStream | None":
    """Return the stream that is played: neither cover art nor a track of thumbnails."""
    from av.stream import Disposition

    pictures = Disposition.attached_pic | Disposition.timed_thumbnails | Disposition.still_image
    videos = [stream for stream in container.streams.video if not stream.disposition & pictures]

    def rank(stream: "VideoStream") -> tuple[bool, bool, float, int]:
        moves = stream.frames != 1 and _codec(stream) not in _STILLS
        is_default = bool(stream.disposition & Disposition.default)
        return moves, is_default, _claimed_s(stream) or 0.0, -stream.index

    return max(videos, key=rank, default=None)


def _facts(container: "InputContainer", stream: "VideoStream") -> dict[str, Any]:
    import av

    context: VideoCodecContext | None = stream.codec_context
    sides = [context.width or None, context.height or None] if context else [None, None]
    claimed_s = _claimed_s(stream)
    if claimed_s is None and container.duration and container.duration > 0:
        claimed_s = container.duration / av.time_base
    media_end = max((_end_of_index(each) for each in container.streams), default=0)
    is_empty, is_turned = _first_picture(container, stream)
    last_s, frames = (None, 0) if is_empty else _last_picture(container, stream, claimed_s)
    duration_s = max(filter(None, (claimed_s, last_s)), default=None)
    width_px, height_px = reversed(sides) if is_turned else sides
    return {
        "duration_s": duration_s,
        "width_px": width_px,
        "height_px": height_px,
        "fps": _fps(stream, frames or stream.frames, duration_s),
        "codec": _codec(stream),
        "is_empty": is_empty,
        "media_end": media_end,
    }


def _codec(stream: "VideoStream") -> str | None:
    context: VideoCodecContext | None = stream.codec_context  # none for a codec FFmpeg lacks
    return None if context is None else context.codec.canonical_name


def _claimed_s(stream: "VideoStream") -> float | None:
    if stream.duration is None or stream.time_base is None or stream.duration <= 0:
        return None
    return float(stream.duration * stream.time_base)


def _fps(stream: "VideoStream", frames: int, duration_s: float | None) -> float | None:
    """Return the average: a rate that varies, or was made up, says nothing of what is shown."""
    for rate in (stream.average_rate, stream.guessed_rate):
        if rate is not None and 0 < rate <= _MOST_FPS:
            return float(rate)
    if frames > 1 and duration_s and frames / duration_s <= _MOST_FPS:
        return frames / duration_s
    return None


def _end_of_index(stream: "Stream") -> int:
    """Return where the last part of a stream ends in the file, by the index of MP4 and MOV."""
    entries = stream.index_entries
    return entries[-1].pos + entries[-1].size if len(entries) else 0


def _first_picture(container: "InputContainer", stream: "VideoStream") -> tuple[bool, bool]:
    """Say whether there is no picture at all, and whether it is shown on its side.

    The camera's position lies in the display matrix, which comes with the first frame.
    """
    import av

    is_empty = True
    for number, packet in enumerate(container.demux(stream)):
        is_empty = is_empty and not packet.size
        with suppress(av.FFmpegError):
            for frame in packet.decode():
                return False, frame.rotation % 180 == 90
        if number >= _MOST_COVER_FRAMES:  # it cannot be decoded
            break
    return is_empty, False


def _last_picture(
    container: "InputContainer", stream: "VideoStream", claimed_s: float | None
) -> tuple[float | None, int]:
    """Return when the last picture ends, as far as that is found out in time, else None.

    Where nothing is claimed the whole file is read, and its pictures are counted. A file may go
    on after what it claims.
    """
    import av

    until_s = time.monotonic() + _LAST_LOOK_S
    start, last, frames = stream.start_time or 0, None, 0
    try:
        _go_to(container, stream, claimed_s or 0.0)
        for packet in container.demux(stream):
            if packet.pts is None or packet.is_discard:
                continue
            frames += 1
            last = max(last or 0, packet.pts + (packet.duration or 0) - start)
            if time.monotonic() > until_s:
                return None, 0
    except av.FFmpegError:
        return None, 0
    if last is None or stream.time_base is None:
        return None, 0
    return float(last * stream.time_base), 0 if claimed_s is not None else frames


def _go_to(container: "InputContainer", stream: "VideoStream", at_s: float) -> None:
    """Go to the last whole picture before a time; nothing may follow where no index tells it."""
    import av

    time_base = stream.time_base or Fraction(1)
    with suppress(av.FFmpegError):
        container.seek((stream.start_time or 0) + int(at_s / time_base), stream=stream)


def _cover_frame(container: "InputContainer", start_s: float) -> "VideoFrame | None":
    stream = _main_video(container)
    if stream is None:
        return None
    if start_s:
        _go_to(container, stream, start_s)
    best = None
    for number, frame in enumerate(container.decode(stream)):
        best = frame
        if number >= _MOST_COVER_FRAMES or (frame.time or 0.0) >= _COVER_AT_S:
            break
    return best


def _gradients(path: Path, at_s: list[float]) -> list[int]:
    """Return for each time 64 bits: where in a picture of 9×8 points it gets lighter.

    Fewer where it takes too long: whole pictures may lie seconds apart.
    """
    found: list[int] = []
    until_s = time.monotonic() + _LAST_LOOK_S
    with _open(path) as container:
        stream = _main_video(container)
        if stream is None:
            return []
        for moment in at_s:
            _go_to(container, stream, moment)
            for frame in container.decode(stream):
                if time.monotonic() > until_s:
                    return found
                if (frame.time or 0.0) >= moment:
                    found.append(_gradient(frame))
                    break
    return found


def _gradient(frame: "VideoFrame") -> int:
    small = frame.reformat(width=_POINTS + 1, height=_POINTS, format="gray")
    (plane,) = small.planes
    points, line = bytes(plane), plane.line_size
    bits = 0
    for down in range(_POINTS):
        for across in range(_POINTS):
            at = down * line + across
            bits = bits << 1 | (points[at + 1] > points[at] + _STEP)
    return bits


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
