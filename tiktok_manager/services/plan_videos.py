"""The files of a plan, each read once: what identifies it, and what is inside."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tiktok_manager.domain.cancel import CancelToken
from tiktok_manager.domain.errors import InputError
from tiktok_manager.domain.media import MediaFile, MediaInfo
from tiktok_manager.system import media as media_files
from tiktok_manager.system import video

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanVideo:
    """A file that can be planned; `info` is None if it cannot be read as a video."""

    media: MediaFile
    info: MediaInfo | None


def read_videos(
    files: Iterable[Path], cancel: CancelToken | None, progress: Progress | None
) -> dict[Path, PlanVideo | InputError]:
    """Read each file once; what cannot be planned is told by its error."""
    stamps = {file: media_files.stamp_of(file) for file in files}
    sizes = {file: stamp.size_bytes if stamp else 0 for file, stamp in stamps.items()}
    found: dict[Path, PlanVideo | InputError] = {}
    total_bytes, before_bytes = sum(sizes.values()), 0
    for file, size_bytes in sizes.items():
        tell = progress and partial(_tell, progress, before_bytes, total_bytes)
        try:
            media = media_files.fingerprint(file, cancel, tell)
            found[file] = PlanVideo(media=media, info=video.probe(media.path))
        except InputError as error:
            found[file] = error
        before_bytes += size_bytes
    return found


def _tell(
    progress: Progress, before_bytes: int, total_bytes: int, read_bytes: int, _size_bytes: int
) -> None:
    progress(before_bytes + read_bytes, total_bytes)
