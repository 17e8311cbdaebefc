"""The last net: an exception nobody foresaw is logged and shown with its details to copy."""

import logging
import platform
import sys
import threading
import traceback
from types import TracebackType

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


def report_text(error: BaseException) -> str:
    """Return version, system and stack as one text to copy."""
    trace = "".join(traceback.format_exception(error))
    system = f"{platform.system()} {platform.release()}, Python {platform.python_version()}"
    return f"TikTok Manager {__version__}\n{system}, Qt {qVersion()}\n\n{trace}"
