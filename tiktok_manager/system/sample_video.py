"""Makes small real videos for trying the app; no ffmpeg program is needed."""

import os
from fractions import Fraction
from pathlib import Path

FPS = 30
_FREE_BOX_HEADER_BYTES = 16


def make_sample_video(
    path: Path, *, hue: int, seconds: float = 4.0, size_bytes: int | None = None
) -> Path:
    """Write an upright H.264 MP4 with moving bands of colour.

    With `size_bytes` the file gets exactly that size by a `free` box at its end, which every
    player skips (ISO/IEC 14496-12, 8.1.2). Raises ValueError where the video alone is larger.
    """
    _encode(path, hue, round(seconds * FPS))
    if size_bytes is not None:
        _fill_to(path, size_bytes)
    return path


def _encode(path: Path, hue: int, frames: int) -> None:
    # PyAV and numpy take a quarter of a second to load: only the demo needs them here.
    import av
    import numpy as np

    width, height = 540, 960
    rows = np.arange(height, dtype=np.float32)[:, None]
    columns = np.arange(width, dtype=np.float32)[None, :]
    phase = hue / 57.3
    with av.open(str(path), "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=FPS, options={"preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.time_base = Fraction(1, FPS)
        for index in range(frames):
            shift = index / FPS * 2.0
            wave = np.sin(rows / 90 + shift) + np.cos(columns / 70 - shift)
            picture = np.stack(
                [127 + 60 * np.sin(wave + phase + offset) for offset in (0.0, 2.1, 4.2)], axis=-1
            )
            frame = av.VideoFrame.from_ndarray(picture.astype(np.uint8), format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def _fill_to(path: Path, size_bytes: int) -> None:
    missing = size_bytes - path.stat().st_size
    if missing < _FREE_BOX_HEADER_BYTES:
        raise ValueError(f"the video alone has more than {size_bytes} bytes")
    header = (1).to_bytes(4, "big") + b"free" + missing.to_bytes(8, "big")
    with path.open("ab") as file:
        file.write(header)
        left = missing - len(header)
        while left > 0:
            block = os.urandom(min(left, 1 << 20))
            file.write(block)
            left -= len(block)
