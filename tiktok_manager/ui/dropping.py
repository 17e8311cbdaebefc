"""Files that are dropped on the window: which of them are posts to be."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtCore import QMimeData

TABLES = frozenset({".csv", ".tsv", ".txt", ".xlsx"})


def dropped_paths(data: QMimeData) -> tuple[Path, ...]:
    """Return the local files and folders that are dragged."""
    return tuple(Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile())


def is_import(paths: Sequence[Path]) -> bool:
    """Say whether these come to more than one post: a table, a folder, several files."""
    return len(paths) > 1 or any(is_table(path) or path.is_dir() for path in paths)


def is_table(path: Path) -> bool:
    """Say whether a file is read as a table, by its name."""
    return path.suffix.lower() in TABLES
