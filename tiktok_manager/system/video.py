"""What is inside a video, through PyAV: facts for the planner, a picture for the window.

A file is opened as MP4, MOV or WebM only and may lead to nothing but itself: a playlist named
`.mp4` must not fetch anything. PyAV is imported late: it costs the window's start 0.1 s.
"""

import logging
import os
import tempfile
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from tiktok_manager.domain.media import MediaInfo

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

logger = logging.getLogger(__name__)

_LOCAL_VIDEO_ONLY = {
    "format_whitelist": "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm",
    "protocol_whitelist": "file",
    "enable_drefs": "0",
}
_TIMEOUT_S = 10.0
_COVER_AT_S = 1.0
_MOST_COVER_FRAMES = 120


def probe(path: Path) -> MediaInfo | None:
    """Return what the first video stream is like, None if it cannot be read as a video."""
    import av

    try:
        with _open(path) as container:
            if not container.streams.video:
                return None
            return _info(container, container.streams.video[0])
    except (av.FFmpegError, OSError, ValueError) as exc:
        logger.info("%s is not a readable video: %s", path.name, exc)
        return None


def thumbnail(path: Path, out: Path, max_px: int) -> bool:
    """Write a JPEG of a frame near the first second, its longer side at most `max_px`.

    Upright as the camera meant it. Says whether there was a picture; `out` is whole or untouched.
    """
    import av

    try:
        with _open(path) as container:
            frame = _cover_frame(container)
            if frame is None:
                return False
            picture = _jpeg(_upright(frame, max_px))
        _write(picture, out)
    except (av.FFmpegError, OSError, ValueError) as exc:
        logger.info("No picture of %s: %s", path.name, exc)
        return False
    return True


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


def _info(container: "InputContainer", stream: "VideoStream") -> MediaInfo:
    import av

    if stream.duration is not None and stream.time_base is not None:
        duration_s = float(stream.duration * stream.time_base)
    else:
        duration_s = (container.duration or 0) / av.time_base
    return MediaInfo(
        duration_s=duration_s,
        width_px=stream.codec_context.width,
        height_px=stream.codec_context.height,
        fps=float(stream.average_rate or stream.guessed_rate or 0),
        codec=stream.codec_context.codec.canonical_name,
    )


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


def _write(picture: bytes, out: Path) -> None:
    with tempfile.TemporaryDirectory(prefix=".cover-", dir=out.parent) as folder:
        file = Path(folder, out.name)
        file.write_bytes(picture)
        file.replace(out)
