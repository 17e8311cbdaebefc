"""What is inside a video: facts for the planner, a picture for the window.

Nobody knows what a strange file does to a demuxer. So only the headers of its parts are looked at
here (`video_structure`); the rest happens in a child process, which is given ten seconds and may
crash. It is kept for the next file and ends by itself when idle.
"""

import atexit
import base64
import json
import logging
import os
import stat
import subprocess
import sys
import tempfile
import threading
from collections import OrderedDict
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from tiktok_manager.domain.media import FIRST_BYTES, MediaInfo, container_of
from tiktok_manager.domain.near_copies import MOMENTS
from tiktok_manager.system import video_child
from tiktok_manager.system.video_structure import Structure, structure_of

logger = logging.getLogger(__name__)

_TIMEOUT_S = 10.0
_START_S = 30.0
_KNOWN_VIDEOS = 256
_MOST_IDLE = 3
_LOOKS = 2
"""A file that is written to meanwhile is looked into once more, then left alone."""

Answer = dict[str, Any]


class _Stamp(NamedTuple):
    """A file as it is on disk."""

    path: str
    size_bytes: int
    mtime_ns: int
    file_id: str


class VideoReaders:
    """Children that look into videos. Safe from any thread; a few idle ones are kept."""

    def __init__(
        self,
        command: Sequence[str] | None = None,
        *,
        timeout_s: float = _TIMEOUT_S,
        start_s: float = _START_S,
    ) -> None:
        self._command = command
        self._timeout_s = timeout_s
        self._start_s = start_s
        self._guard = threading.Lock()
        self._idle: list[_Child] = []
        self._pid = os.getpid()

    def get_ready(self) -> None:
        """Start a child if none is at hand; returns at once."""
        with self._guard:
            if not self._mine():
                with suppress(OSError):
                    self._idle.append(_Child(self._command or _command()))

    def ask(self, question: Answer) -> Answer | None:
        """Return a child's answer, None if it crashed, hung or could not be started."""
        while True:
            child, is_new = self._take()
            if child is None:
                return None
            answer = child.ask(question, start_s=self._start_s, timeout_s=self._timeout_s)
            if answer is not None:
                self._keep(child)
                return answer
            child.kill()
            if is_new or child.was_late:  # else it had ended in peace, being idle
                logger.warning("Looking into %s took too long or failed", question["path"])
                return None

    def close(self) -> None:
        """End the children at hand."""
        with self._guard:
            idle = self._mine()
            self._idle = []
        for child in idle:
            child.kill()

    def _take(self) -> "tuple[_Child | None, bool]":
        with self._guard:
            if self._mine():
                child = self._idle.pop()
                return child, child.is_new
        try:
            return _Child(self._command or _command()), True
        except OSError as exc:
            logger.warning("Videos cannot be looked into: %s", exc)
            return None, True

    def _keep(self, child: "_Child") -> None:
        with self._guard:
            if len(self._mine()) < _MOST_IDLE:
                self._idle.append(child)
                return
        child.kill()

    def _mine(self) -> "list[_Child]":
        """Return the idle children; those of the process we were forked from are not ours."""
        if self._pid != os.getpid():
            self._pid, self._idle = os.getpid(), []
        return self._idle


class _Child:
    """One child process, asked by one thread at a time."""

    def __init__(self, command: Sequence[str]) -> None:
        self.is_new = True
        self.was_late = False
        hidden = getattr(subprocess, "CREATE_NO_WINDOW", 0)
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_environment(),
            creationflags=hidden,
        )
        if self._process.stdin is None or self._process.stdout is None:
            raise OSError("no pipes")
        self._questions, self._answers = self._process.stdin, self._process.stdout

    def ask(self, question: Answer, *, start_s: float, timeout_s: float) -> Answer | None:
        """Return the answer, None if there is none in time."""
        if self.is_new and self._hear(start_s) is None:
            return None
        self.is_new = False
        try:
            self._questions.write(json.dumps(question).encode() + b"\n")
            self._questions.flush()
        except OSError:
            return None
        return self._hear(timeout_s)

    def kill(self) -> None:
        """End it now, whatever it does."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._questions, self._answers):
            with suppress(OSError):
                pipe.close()

    def _hear(self, timeout_s: float) -> Answer | None:
        # A timer that kills: pipes cannot be waited for on every system.
        timer = threading.Timer(timeout_s, self._end_late)
        timer.start()
        try:
            answer = json.loads(self._answers.readline())
        except (OSError, ValueError):
            return None
        finally:
            timer.cancel()
            timer.join()
        return answer if isinstance(answer, dict) and not self.was_late else None

    def _end_late(self) -> None:
        self.was_late = True
        self._process.kill()


class Videos:
    """Looks into videos, each as it is on disk once. Safe from any thread."""

    def __init__(self, readers: VideoReaders) -> None:
        self._readers = readers
        self._guard = threading.Lock()
        self._known: OrderedDict[_Stamp, MediaInfo | None] = OrderedDict()

    def get_ready(self, path: Path) -> None:
        """Start what `probe` will need, so that it need not wait for that; returns at once."""
        stamp = _stamp(path)
        if stamp is not None and stamp not in self._known and _may_be_video(path):
            self._readers.get_ready()

    def probe(self, path: Path) -> MediaInfo | None:
        """Return what is inside a video; see the function of that name."""
        for _look in range(_LOOKS):
            stamp = _stamp(path)
            if stamp is None or not _may_be_video(path):
                logger.info("%s is not a video", path.name)
                return None
            with self._guard:
                if stamp in self._known:
                    return self._known[stamp]
            answer = self._readers.ask({"do": "probe", "path": stamp.path})
            if answer is None:
                return None
            info = _info(path, answer)
            if _stamp(path) == stamp:
                self._remember(stamp, info)
                return info
        logger.info("%s is still being written", path.name)
        return None

    def _remember(self, stamp: _Stamp, info: MediaInfo | None) -> None:
        with self._guard:
            self._known[stamp] = info
            while len(self._known) > _KNOWN_VIDEOS:
                self._known.popitem(last=False)

    def thumbnail(self, path: Path, out: Path, max_px: int) -> bool:
        """Write a JPEG of a frame near the first second; see the function of that name."""
        stamp = _stamp(path)
        if stamp is None or not _may_be_video(path):
            return False
        answer = self._readers.ask({"do": "picture", "path": stamp.path, "max_px": max_px}) or {}
        try:
            _write(base64.b64decode(answer["picture"]), out)
        except (KeyError, TypeError, ValueError, OSError) as exc:
            logger.info("No picture of %s: %s", path.name, answer.get("why", exc))
            return False
        return True

    def pictures(self, path: Path, at_s: Sequence[float]) -> tuple[int, ...]:
        """Return what pictures look like at some times; see `pictures_of`."""
        stamp = _stamp(path)
        if stamp is None or not _may_be_video(path):
            return ()
        question = {"do": "compare", "path": stamp.path, "at_s": list(at_s)}
        found = (self._readers.ask(question) or {}).get("pictures")
        return tuple(found) if isinstance(found, list) else ()


_VIDEOS_READERS = VideoReaders()
# One for the process, as its children are the process's: everybody may ask without being handed it.
_VIDEOS = Videos(_VIDEOS_READERS)
atexit.register(_VIDEOS_READERS.close)


def get_ready(path: Path) -> None:
    """Start what `probe` of this file will need, so that it need not wait; returns at once."""
    _VIDEOS.get_ready(path)


def probe(path: Path) -> MediaInfo | None:
    """Return what is inside a video: its main picture stream, neither cover art nor thumbnails.

    None if it cannot be read as a video, or is being written to. Of a file that is cut or
    encrypted the rest may be unknown.
    """
    return _VIDEOS.probe(path)


def thumbnail(path: Path, out: Path, max_px: int) -> bool:
    """Write a JPEG of a frame near the first second, its longer side at most `max_px`.

    Upright as the camera meant it. Says whether there was a picture; `out` is whole or untouched.
    """
    return _VIDEOS.thumbnail(path, out, max_px)


def pictures_of(path: Path, length_s: float) -> tuple[int, ...]:
    """Return what a video's pictures look like at `MOMENTS`, to be compared; empty for none."""
    return _VIDEOS.pictures(path, [share * length_s for share in MOMENTS])


def _command() -> list[str]:
    if getattr(sys, "frozen", False):
        return [sys.executable, video_child.ARGUMENT]
    # -P: the script's own folder is no place to import from.
    return [sys.executable, "-P", video_child.__file__]


def _environment() -> dict[str, str]:
    """What the child may know: none of our secrets."""
    return {name: value for name, value in os.environ.items() if not name.startswith("TIKTOK_")}


def _stamp(path: Path) -> "_Stamp | None":
    """Return what tells the file from a changed one; None if it is not a file of its own."""
    try:
        found = path.stat()
    except (OSError, ValueError):
        return None
    if not stat.S_ISREG(found.st_mode):
        return None  # a pipe would make us wait for its writer
    # An absolute path cannot be taken for a protocol such as "concat:".
    absolute = os.path.abspath(path)  # noqa: PTH100 - a link is kept, not followed
    return _Stamp(absolute, found.st_size, found.st_mtime_ns, f"{found.st_dev}:{found.st_ino}")


def _may_be_video(path: Path) -> bool:
    """Say whether the file begins as MP4, MOV or WebM do; a list, script or archive does not."""
    try:
        fd = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        try:
            first = os.read(fd, FIRST_BYTES)
        finally:
            os.close(fd)
    except OSError:
        return False
    return container_of(first) is not None


def _info(path: Path, answer: Answer) -> MediaInfo | None:
    """Join what the child found with how the file is put together."""
    try:
        structure = structure_of(path)
        size_bytes = path.stat().st_size
    except OSError:
        return None
    found = answer.get("info")
    if isinstance(found, dict):
        is_cut = structure.is_cut or (
            structure.may_be_cut and found.pop("media_end", 0) > size_bytes
        )
        found.pop("media_end", None)
        return _joined(structure, is_cut=is_cut, found=found)
    logger.info("%s is not a readable video: %s", path.name, answer.get("why", "no video"))
    if structure.is_cut or structure.is_encrypted or structure.is_elsewhere:
        return _joined(structure, is_cut=structure.is_cut, found={})
    return None


def _joined(structure: Structure, *, is_cut: bool, found: Answer) -> MediaInfo | None:
    try:
        return MediaInfo(
            container=structure.container,
            is_cut=is_cut,
            is_encrypted=structure.is_encrypted,
            is_elsewhere=structure.is_elsewhere,
            **found,
        )
    except TypeError:
        return None


def _write(picture: bytes, out: Path) -> None:
    with tempfile.TemporaryDirectory(prefix=".cover-", dir=out.parent) as folder:
        file = Path(folder, out.name)
        file.write_bytes(picture)
        file.replace(out)
