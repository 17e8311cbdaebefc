"""Colours can be read, states differ in shape, icons follow the theme and stay crisp."""

import xml.etree.ElementTree as ET
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QColor, QGuiApplication, QImage, QPalette
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from tiktok_manager.domain.posts import PostStatus
from tiktok_manager.system.paths import resources_dir
from tiktok_manager.ui.formats import status_words
from tiktok_manager.ui.icons import app_icon, icon, pixmap
from tiktok_manager.ui.overrides import override
from tiktok_manager.ui.theme import Theme, ThemeChoice, style_sheet, tokens, type_font
from tiktok_manager.ui.tokens import DARK, LIGHT, Tokens, Type, status_icon

LOOKS = [pytest.param(LIGHT, id="light"), pytest.param(DARK, id="dark")]
WORDS = ("ink", "soft_ink", "accent", "good", "warning", "attention", "bad")
HUES = (*WORDS, "violet", "magenta", "brown")
ICONS = sorted(path.stem for path in (resources_dir() / "icons").glob("*.svg"))
TEXT_CONTRAST, SHAPE_CONTRAST = 4.5, 3.0


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2 defines it."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.fixture
def theme(qapp: QApplication) -> Iterator[Theme]:
    theme = Theme(qapp, ThemeChoice.LIGHT)
    yield theme
    theme.choose(ThemeChoice.LIGHT)
    theme.deleteLater()


def test_contrast_is_measured_as_the_standard_does() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#767676", "#FFFFFF") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("word", WORDS)
def test_text_can_be_read_on_every_ground(look: Tokens, word: str) -> None:
    grounds = (look.paper, look.ground)
    assert min(contrast(getattr(look, word), ground) for ground in grounds) >= TEXT_CONTRAST


@pytest.mark.parametrize("look", LOOKS)
def test_ink_can_be_read_on_hovered_pressed_and_selected_rows(look: Tokens) -> None:
    for ground in (look.hover, look.pressed, look.selected):
        assert contrast(look.ink, ground) >= TEXT_CONTRAST
        assert contrast(look.soft_ink, ground) >= TEXT_CONTRAST


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("hue", HUES)
def test_a_colour_can_be_read_on_its_own_tint(look: Tokens, hue: str) -> None:
    colour = getattr(look, hue)
    assert contrast(colour, look.tint(colour)) >= TEXT_CONTRAST


@pytest.mark.parametrize("look", LOOKS)
def test_soft_ink_can_be_read_in_notices(look: Tokens) -> None:
    for hue in ("accent", "good", "warning", "attention", "bad"):
        ground = look.tint(getattr(look, hue))
        assert contrast(look.soft_ink, ground) >= TEXT_CONTRAST
        assert contrast(look.accent, ground) >= TEXT_CONTRAST


@pytest.mark.parametrize("look", LOOKS)
def test_the_primary_button_can_be_read_in_every_state(look: Tokens) -> None:
    for ground in (look.accent, look.accent_hover, look.accent_pressed):
        assert contrast(look.on_accent, ground) >= TEXT_CONTRAST


@pytest.mark.parametrize("look", LOOKS)
def test_the_edge_of_a_field_can_be_seen(look: Tokens) -> None:
    assert contrast(look.field_line, look.paper) >= SHAPE_CONTRAST


def test_every_status_has_its_own_shape_and_word() -> None:
    drawings = {
        (resources_dir() / "icons" / f"{status_icon(status)}.svg").read_text(encoding="utf-8")
        for status in PostStatus
    }
    assert len(drawings) == len(PostStatus)
    assert len({status_words(status) for status in PostStatus}) == len(PostStatus)


@pytest.mark.parametrize("name", [name for name in ICONS if name != "app"])
def test_icons_are_strokes_on_a_24_px_grid_without_a_colour(name: str) -> None:
    root = ET.parse(resources_dir() / "icons" / f"{name}.svg").getroot()
    assert root.get("viewBox") == "0 0 24 24"
    assert root.get("stroke") == "currentColor"
    assert "#" not in ET.tostring(root, encoding="unicode").replace("ns0:", "")


@pytest.mark.parametrize("name", ICONS)
def test_icons_draw_something_inside_their_square(name: str, theme: Theme) -> None:
    image = pixmap(name, 24, LIGHT.ink).toImage()
    assert _painted(image)


def test_an_icon_follows_a_change_of_theme(theme: Theme) -> None:
    sign = icon("plus", "ink")
    light = _strongest(sign.pixmap(QSize(24, 24)).toImage())
    theme.choose(ThemeChoice.DARK)
    dark = _strongest(sign.pixmap(QSize(24, 24)).toImage())
    assert light == QColor(LIGHT.ink)
    assert dark == QColor(DARK.ink)


def test_an_icon_has_twice_the_pixels_on_a_screen_at_200_percent(theme: Theme) -> None:
    image = icon("plus").pixmap(QSize(24, 24), 2.0)
    assert image.size() == QSize(48, 48)
    assert image.devicePixelRatio() == 2.0


def test_the_app_has_an_icon_in_the_sizes_desktops_ask_for(theme: Theme) -> None:
    assert {size.width() for size in app_icon().availableSizes()} >= {16, 32, 48, 256}


def test_the_theme_changes_palette_and_style_at_once(theme: Theme, qtbot: QtBot) -> None:
    with qtbot.waitSignal(theme.changed):
        theme.choose(ThemeChoice.DARK)
    assert tokens() is DARK
    ground = QGuiApplication.palette().color(QPalette.ColorRole.Window)
    assert ground == QColor(DARK.ground)


def test_without_a_wish_the_theme_is_the_systems(theme: Theme, qapp: QApplication) -> None:
    theme.choose(ThemeChoice.SYSTEM)
    is_dark = qapp.styleHints().colorScheme() == Qt.ColorScheme.Dark
    assert tokens() is (DARK if is_dark else LIGHT)


@pytest.mark.parametrize("look", LOOKS)
def test_the_style_sheet_names_only_pictures_that_exist(look: Tokens) -> None:
    sheet = style_sheet(look)
    assert "$" not in sheet
    named = {part.split(")")[0] for part in sheet.split("url(")[1:]}
    assert named
    for name in named:
        assert (resources_dir() / "icons" / "controls" / name).is_file()


def test_digits_stand_in_columns_where_asked(theme: Theme) -> None:
    label = QLabel()
    label.setFont(type_font(Type.BODY, tabular=True))
    metrics = label.fontMetrics()
    assert metrics.horizontalAdvance("111") == metrics.horizontalAdvance("888")


def _painted(image: QImage) -> bool:
    return any(
        image.pixelColor(x, y).alpha() > 100
        for x in range(image.width())
        for y in range(image.height())
    )


def _strongest(image: QImage) -> QColor:
    points = [(x, y) for x in range(image.width()) for y in range(image.height())]
    x, y = max(points, key=lambda point: image.pixelColor(*point).alpha())
    colour = image.pixelColor(x, y)
    colour.setAlpha(255)
    return colour


class Dressings(QObject):
    """Counts how often a widget is dressed."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt calls it so
        self.count += event.type() == QEvent.Type.StyleChange
        return False


def test_another_look_dresses_a_widget_as_often_however_deep_it_stands(
    theme: Theme, qtbot: QtBot
) -> None:
    outermost = innermost = QWidget()
    for _ in range(12):
        innermost = QWidget(innermost)
    qtbot.addWidget(outermost)
    outermost.show()
    dressings = Dressings()
    innermost.installEventFilter(dressings)
    theme.choose(ThemeChoice.DARK)
    assert 1 <= dressings.count <= 2
