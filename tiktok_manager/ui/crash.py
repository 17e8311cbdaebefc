"""The last nets: what nobody foresaw is logged and shown with its details to copy.

An exception is shown at once; a fault in native code, which ends the process, at the next start.
"""

import faulthandler
import logging
import platform
import sys
import threading
import traceback
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import TextIO

from PySide6.QtCore import QObject, Signal, qVersion

from tiktok_manager import __version__

logger = logging.getLogger(__name__)


class CrashHook(QObject):
    """Collects unforeseen exceptions of all threads.

    Signals:
        reported: Text of a report, ready to copy, on the GUI thread.
    """

    reported = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._seen: set[tuple[str, str]] = set()
        self._saved = (sys.excepthook, threading.excepthook)

    def install(self) -> None:
        """Take over the hooks of the interpreter and its threads."""
        sys.excepthook = self._on_exception
        threading.excepthook = self._on_thread_exception

    def uninstall(self) -> None:
        """Give the hooks back."""
        sys.excepthook, threading.excepthook = self._saved

    def report(self, error: BaseException) -> None:
        """Log the exception; show each kind once, however often it comes."""
        logger.critical("Unforeseen error", exc_info=error)
        last = traceback.extract_tb(error.__traceback__)[-1:]
        place = f"{last[0].filename}:{last[0].lineno}" if last else ""
        if (type(error).__name__, place) in self._seen:
            return
        self._seen.add((type(error).__name__, place))
        self.reported.emit(report_text(error))

    def _on_exception(
        self, _kind: type[BaseException], error: BaseException, _trace: TracebackType | None
    ) -> None:
        if isinstance(error, KeyboardInterrupt):
            self._saved[0](_kind, error, _trace)
            return
        self.report(error)

    def _on_thread_exception(self, args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None:
            self.report(args.exc_value)


class DeathTrace:
    """Has the stacks of all threads written down when a fault in native code ends the process.

    One window serves a data folder, so its log folder has one file for this, `FILE`, gone after an
    orderly end. One that tells of a death is kept beside it, under the time it was found.
    """

    FILE = "window-death.log"
    _KEPT = 5

    def __init__(self) -> None:
        self._file: TextIO | None = None

    def open(self, logs_dir: Path, now: datetime) -> str:
        """Write there from now on; return what the last window's death left, told once."""
        if self._file is not None:
            return ""
        path = logs_dir / self.FILE
        try:
            left = _put_aside(path, now)
            self._file = path.open("w", encoding="utf-8")
        except OSError as error:
            logger.warning("No trace of a death could be kept: %s", error)
            return ""
        self._file.write(f"{_about()}\nstarted {now:%Y-%m-%d %H:%M:%S} UTC\n\n")
        self._file.flush()
        faulthandler.enable(self._file)
        _forget_old(logs_dir, self._KEPT)
        return left

    def close(self) -> None:
        """End in order: there was no death to tell of."""
        if self._file is None:
            return
        if sys.__stderr__ is not None:
            faulthandler.enable(sys.__stderr__)
        else:  # a packaged window has none
            faulthandler.disable()
        self._file.close()
        with suppress(OSError):
            Path(self._file.name).unlink()
        self._file = None


def _put_aside(path: Path, now: datetime) -> str:
    """Return a trace if the file has one, and keep it under another name."""
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return ""
    _about_it, _blank, trace = text.partition("\n\n")
    if not trace.strip():
        return ""  # killed or without power: nothing of ours to tell
    path.replace(path.with_name(f"death-{now:%Y%m%dT%H%M%S}Z.log"))
    return text


def _forget_old(logs_dir: Path, kept: int) -> None:
    for old in sorted(logs_dir.glob("death-*.log"))[:-kept]:
        with suppress(OSError):
            old.unlink()


def _about() -> str:
    system = f"{platform.system()} {platform.release()}, Python {platform.python_version()}"
    return f"TikTok Manager {__version__}\n{system}, Qt {qVersion()}"


def report_text(error: BaseException) -> str:
    """Return version, system and stack as one text to copy."""
    trace = "".join(traceback.format_exception(error))
    return f"{_about()}\n\n{trace}"
