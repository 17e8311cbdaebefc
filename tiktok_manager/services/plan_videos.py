"""The files of a plan, each read once: what identifies it, and what is inside.

What was found is kept by size, time and identity of the file, so that a plan over known files
reads none of them. Publishing does not rely on it: there every byte that leaves is hashed.
"""

import logging
import os
from collections.abc import Callable, Collection, Iterable, Mapping, MutableSequence, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from tiktok_manager.domain.cancel import CancelToken
from tiktok_manager.domain.clock import Clock
from tiktok_manager.domain.errors import InputError, StorageError
from tiktok_manager.domain.media import MediaFile
from tiktok_manager.storage.database import Database
from tiktok_manager.storage.media_facts import MediaFacts, keep_media, known_media
from tiktok_manager.system import media as media_files
from tiktok_manager.system import video
from tiktok_manager.system.media import Stamp

logger = logging.getLogger(__name__)

_BESIDE_EACH_OTHER = 3
_LOOK_S = 0.1
_SETTLED = timedelta(seconds=2)
"""A file saved so recently may be saved again within the same tick of its clock."""

Progress = Callable[[int, int], None]
PlanVideo = MediaFacts
"""A file that can be planned."""

Found = PlanVideo | InputError


class PlanVideos:
    """Reads the files of plans, and remembers them."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def read(
        self, files: Iterable[Path], cancel: CancelToken | None, progress: Progress | None
    ) -> Mapping[Path, Found]:
        """Return what each file is, reading what is not known; errors tell what cannot be planned.

        `progress` gets (bytes read, size of all files to be read). Raises Cancelled.
        """
        stamps = {file: media_files.stamp_of(file) for file in dict.fromkeys(files)}
        found: dict[Path, Found] = dict(self._known(stamps))
        unknown = {file: stamp for file, stamp in stamps.items() if file not in found}
        if not unknown:
            return found
        read = _read_all(list(unknown), sum(map(_size, unknown.values())), cancel, progress)
        self._keep([each for each in read.values() if isinstance(each, MediaFacts)])
        return found | read

    def _known(self, stamps: Mapping[Path, Stamp | None]) -> dict[Path, MediaFacts]:
        absolute = {Path(os.path.abspath(file)): file for file in stamps}  # noqa: PTH100
        with self._database.read() as session:
            kept = known_media(session, absolute)
        return {
            absolute[path]: _looked_into(facts)
            for path, facts in kept.items()
            if stamps[absolute[path]] == _stamp(facts)
        }

    def _keep(self, read: Collection[MediaFacts]) -> None:
        now = self._clock.now()
        settled = [each for each in read if now - _saved_at(each) >= _SETTLED]
        if not settled:
            return
        try:
            with self._database.write() as session:
                keep_media(session, settled, now)
        except StorageError as exc:
            logger.info("What was found in files is not remembered: %s", exc)


def _read_all(
    files: Sequence[Path], total_bytes: int, cancel: CancelToken | None, progress: Progress | None
) -> dict[Path, Found]:
    """Read a few beside each other; `progress` is called on this thread."""
    if len(files) == 1:
        return {files[0]: _read(files[0], cancel, progress)}
    done_bytes = [0] * len(files)
    cancel = cancel or CancelToken()
    with ThreadPoolExecutor(_BESIDE_EACH_OTHER, thread_name_prefix="plan-video") as pool:
        tasks = [
            pool.submit(_read, file, cancel, partial(_count, done_bytes, place))
            for place, file in enumerate(files)
        ]
        waiting: Collection[Future[Found]] = tasks
        try:
            while waiting:
                _done, waiting = wait(waiting, _LOOK_S)
                cancel.check()
                if progress:
                    progress(sum(done_bytes), total_bytes)
            return {file: task.result() for file, task in zip(files, tasks, strict=True)}
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _read(file: Path, cancel: CancelToken | None, progress: Progress | None) -> Found:
    try:
        media = media_files.fingerprint(file, cancel, progress)
        return MediaFacts(media=media, info=video.probe(media.path))
    except InputError as error:
        return error


def _count(done_bytes: MutableSequence[int], place: int, read_bytes: int, _size_bytes: int) -> None:
    done_bytes[place] = read_bytes


def _looked_into(facts: MediaFacts) -> MediaFacts:
    """Return what is known of a file; one that could not be read as a video is looked at again."""
    return facts if facts.info else replace(facts, info=video.probe(facts.media.path))


def _stamp(facts: MediaFacts) -> Stamp:
    return Stamp(facts.media.size_bytes, facts.media.mtime_ns, facts.media.file_id)


def _saved_at(facts: MediaFacts) -> datetime:
    return datetime.fromtimestamp(facts.media.mtime_ns / 1e9, UTC)


def _size(stamp: Stamp | None) -> int:
    return 0 if stamp is None else stamp.size_bytes


def is_unchanged(media: MediaFile) -> bool:
    """Say whether a file is still the one that was read, by its stamp."""
    known = Stamp(media.size_bytes, media.mtime_ns, media.file_id)
    return media_files.stamp_of(media.path) == known
