"""Every piece of the kit on its board, also where words are longer: whole, in both directions."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from build.gallery_kit import BOARDS, board
from tests.fakes.pseudo_locale import PseudoLocale
from tests.ui.test_pseudo_locale import cut
from tiktok_manager.wording.translation import speak

pytestmark = pytest.mark.usefixtures("look")

NARROW_PX = 824
"""What a window of 1024 px leaves beside the rail."""


@pytest.fixture(params=[Qt.LayoutDirection.LeftToRight, Qt.LayoutDirection.RightToLeft])
def longer(request: pytest.FixtureRequest, qapp: QApplication) -> Iterator[None]:
    qapp.setLayoutDirection(request.param)
    speak(PseudoLocale(is_mirrored=request.param is Qt.LayoutDirection.RightToLeft))
    yield
    speak(None)
    qapp.setLayoutDirection(Qt.LayoutDirection.LeftToRight)


@pytest.mark.usefixtures("longer")
@pytest.mark.parametrize("name", BOARDS)
def test_a_board_shows_its_pieces_whole(name: str, qtbot: QtBot) -> None:
    sheet = board(name, NARROW_PX)
    qtbot.addWidget(sheet)
    sheet.show()
    qtbot.wait(20)
    assert sorted(cut(sheet)) == []
