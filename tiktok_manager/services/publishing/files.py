"""The files that were read lately and found to be the planned ones. Only a cache."""

import threading
from collections import OrderedDict
from contextlib import closing
from dataclasses import dataclass

from tiktok_manager.domain.cancel import CancelToken
from tiktok_manager.domain.media import MediaFile, MediaInfo
from tiktok_manager.system.media import MediaReader, Stamp, probe, stamp_of

KNOWN_FILES = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """A file as it was seen; `stamp` is None if it was not the planned one."""

    stamp: Stamp | None
    info: MediaInfo | None


class KnownFiles:
    """Spares reading a file again that still bears the stamp it was proven under. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: OrderedDict[MediaFile, _Known] = OrderedDict()

    def __contains__(self, media: MediaFile) -> bool:
        return self._find(media) is not None

    def look(self, media: MediaFile, cancel: CancelToken) -> None:
        """Open a file, read it whole where its time or identity differ, and remember it.

        Raises MediaChanged, which is remembered too, and Cancelled.
        """
        stamp = None
        try:
            with closing(MediaReader(media, cancel)) as reader:
                stamp = reader.stamp
        finally:
            if not cancel.cancelled:
                info = None if stamp is None else probe(media.path)
                self._remember(media, _Known(stamp=stamp, info=info))

    def open(self, media: MediaFile, cancel: CancelToken) -> MediaReader:
        """Open a file for sending. Raises MediaChanged and Cancelled as MediaReader does."""
        known = self._find(media)
        return MediaReader(media, cancel, None if known is None else known.stamp)

    def info(self, media: MediaFile) -> MediaInfo | None:
        """Return what is inside a file as it is now, None if it cannot be read as a video."""
        known = self._find(media)
        if known is not None and known.stamp is not None and known.stamp == stamp_of(media.path):
            return known.info
        return probe(media.path)

    def _find(self, media: MediaFile) -> _Known | None:
        with self._lock:
            return self._known.get(media)

    def _remember(self, media: MediaFile, known: _Known) -> None:
        with self._lock:
            self._known[media] = known
            self._known.move_to_end(media)
            while len(self._known) > KNOWN_FILES:
                self._known.popitem(last=False)
