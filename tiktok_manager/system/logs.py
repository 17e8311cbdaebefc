"""The log: one JSON object a line, readable by its owner only, and free of secrets.

The composition root sets it up. Logging must never be why something fails: with a full disk or
without its folder, lines are lost and the app goes on.
"""

import json
import logging
import os
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import TextIO

from tiktok_manager.system.paths import OWNER_ONLY, DataPaths
from tiktok_manager.system.redaction import Redactor

__all__ = ["LOG_FILE", "Redactor", "configure_logging"]

LOG_FILE = "tiktok-manager.log"
_MAX_BYTES = 5_000_000
_KEPT_FILES = 4
_MAX_TEXT = 100_000
# They tell every request, address or job at INFO.
_TALKATIVE = ("httpx", "httpcore", "uvicorn", "apscheduler", "alembic", "wakepy")


def configure_logging(
    paths: DataPaths,
    level: int = logging.INFO,
    stderr: TextIO | None = None,
    redactor: Redactor | None = None,
) -> Callable[[], None]:
    """Log into the data folder from now on, and warnings to `stderr` if given.

    Returns what ends it and leaves logging as it was. `redactor` is where secrets are registered.
    """
    redactor = redactor or Redactor()
    file = _LogFile(paths.logs_dir / LOG_FILE)
    file.setFormatter(_JsonLine(redactor))
    handlers: list[logging.Handler] = [file]
    if stderr is not None:
        console = _Console(stderr)
        console.setLevel(logging.WARNING)
        console.setFormatter(_PlainLine(redactor))
        handlers.append(console)
    root = logging.getLogger()
    levels = {logger: logger.level for logger in (root, *map(logging.getLogger, _TALKATIVE))}
    for logger in levels:
        logger.setLevel(logging.WARNING)
    root.setLevel(level)
    for handler in handlers:
        root.addHandler(handler)

    def close() -> None:
        for handler in handlers:
            root.removeHandler(handler)
            handler.close()
        for logger, before in levels.items():
            logger.setLevel(before)

    return close


class _JsonLine(logging.Formatter):
    """Everything outside ASCII and every control character is escaped: one record, one line."""

    def __init__(self, redactor: Redactor) -> None:
        super().__init__()
        self._redactor = redactor

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line = {
            "at": at.replace("+00:00", "Z"),
            "level": record.levelname,
            "logger": record.name,
            "thread": record.threadName or "",
            "message": self.clean(_message(record)),
        }
        if record.exc_info:
            line["error"] = self.clean(self.formatException(record.exc_info))
        if record.stack_info:
            line["stack"] = self.clean(record.stack_info)
        return json.dumps(line, ensure_ascii=True)

    def clean(self, text: str) -> str:
        """Return the text without secrets and not endless."""
        return self._redactor.redact(text)[:_MAX_TEXT]


class _PlainLine(_JsonLine):
    """For the terminal: the level and the message, on one line and without control characters."""

    def format(self, record: logging.LogRecord) -> str:
        message = self.clean(_message(record))
        shown = "".join(char if char.isprintable() else " " for char in message)
        return f"{record.levelname.lower()}: {shown}"


class _Console(logging.StreamHandler[TextIO]):
    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        """Lose the line: whoever reads the terminal may be gone."""


class _LogFile(RotatingFileHandler):
    """Several processes may write and rotate it; whoever finds it rotated opens the new one."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            path, maxBytes=_MAX_BYTES, backupCount=_KEPT_FILES, encoding="utf-8", delay=True
        )

    def emit(self, record: logging.LogRecord) -> None:
        if not self._is_current():
            self._drop()
        super().emit(record)

    def doRollover(self) -> None:  # noqa: N802 - logging's name
        # Windows refuses while another process has the file open: it grows until that one ends.
        with suppress(OSError):
            super().doRollover()

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        """Lose the line and begin anew with the next."""
        self._drop()

    def close(self) -> None:
        """Close the file, even on a full disk."""
        self._drop()
        super().close()

    def _is_current(self) -> bool:
        if self.stream is None:
            return True
        try:
            return os.path.samestat(Path(self.baseFilename).stat(), os.fstat(self.stream.fileno()))
        except (OSError, ValueError):
            return False

    def _drop(self) -> None:
        stream, self.stream = self.stream, None
        if stream is not None:
            with suppress(OSError, ValueError):
                stream.close()

    def _open(self) -> TextIOWrapper:
        path = Path(self.baseFilename)
        path.parent.mkdir(mode=OWNER_ONLY, exist_ok=True)
        return open(path, "a", encoding="utf-8", opener=_owner_only)


def _owner_only(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NOFOLLOW", 0), 0o600)


def _message(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except (TypeError, ValueError, KeyError):
        return f"{record.msg} {record.args!r}"
