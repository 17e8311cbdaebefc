"""What the window remembers of itself harms nobody."""

from pathlib import Path

import shiboken6
from PySide6.QtGui import QStandardItemModel
from PySide6.QtWidgets import QTableView
from pytestqt.qtbot import QtBot

from tiktok_manager.ui.memory import WindowMemory


def test_a_header_whose_table_is_going_away_is_remembered_no_more(
    qtbot: QtBot, tmp_path: Path
) -> None:
    memory = WindowMemory(tmp_path / "window.ini")
    table = QTableView()
    table.setModel(QStandardItemModel(2, 2, table))
    qtbot.addWidget(table)
    memory.keep_header("posts", table.horizontalHeader())
    table.setColumnWidth(0, 77)
    kept = memory.state("posts")
    shiboken6.invalidate(table.horizontalHeader())
    table.setColumnWidth(0, 88)
    assert memory.state("posts") == kept
