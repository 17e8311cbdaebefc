"""Applies the look to the application: palette, style sheet, fonts, light or dark.

Widgets ask `tokens()` when they paint; nothing else keeps colours.
"""

from enum import StrEnum

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QWidget

from tiktok_manager.ui.stylesheet import style_sheet
from tiktok_manager.ui.tokens import DARK, LIGHT, TYPE_SCALE, Tokens, Type

# Faces close to the body type, for desktops that name no font of their own.
_GENERIC_FAMILIES = frozenset({"", "Sans Serif", "Sans", "DejaVu Sans", "Bitstream Vera Sans"})
_GOOD_FACES = ("Inter", "Noto Sans", "Cantarell", "Ubuntu", "Open Sans", "Liberation Sans")


class ThemeChoice(StrEnum):
    """The setting `theme`."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


def tokens() -> Tokens:
    """Return the colours in force, known by the application's palette."""
    ground = QGuiApplication.palette().color(QPalette.ColorRole.Window)
    return DARK if ground.lightness() < 128 else LIGHT


def set_look(widget: QWidget, name: str, value: str) -> None:
    """Give a widget another value of a property that the style sheet reads, and dress it anew."""
    if widget.property(name) != value:
        widget.setProperty(name, value)
        widget.style().unpolish(widget)
        widget.style().polish(widget)


def type_font(role: Type, *, tabular: bool = False) -> QFont:
    """Return the system font in a size of the scale; `tabular` aligns digits in columns."""
    size, _line, weight = TYPE_SCALE[role]
    font = QFont(QApplication.font())
    font.setPixelSize(size)
    font.setWeight(QFont.Weight(weight))
    if tabular:
        font.setFeature(QFont.Tag("tnum"), 1)
    return font


class Theme(QObject):
    """Keeps the application in the chosen appearance and follows the system's.

    Signals:
        changed: Palette and style sheet were replaced; what paints by itself repaints.
    """

    changed = Signal()

    def __init__(self, app: QApplication, choice: ThemeChoice = ThemeChoice.SYSTEM) -> None:
        super().__init__(app)
        self._app = app
        self._choice = choice
        self._shown: Tokens | None = None
        app.setFont(_body_font())
        app.styleHints().colorSchemeChanged.connect(self._apply)
        self._apply()

    @property
    def choice(self) -> ThemeChoice:
        """What the user set."""
        return self._choice

    def choose(self, choice: ThemeChoice) -> None:
        """Show light or dark from now on, or follow the system."""
        self._choice = choice
        self._apply()

    def _apply(self) -> None:
        wanted = self._wanted()
        if wanted is self._shown:
            return
        self._shown = wanted
        self._app.setPalette(_palette(wanted))
        # Replaced, each widget would be dressed anew for every one it stands in; so, it is once.
        self._app.setStyleSheet("")
        self._app.setStyleSheet(style_sheet(wanted))
        self.changed.emit()

    def _wanted(self) -> Tokens:
        if self._choice is ThemeChoice.SYSTEM:
            dark = self._app.styleHints().colorScheme() == Qt.ColorScheme.Dark
        else:
            dark = self._choice is ThemeChoice.DARK
        return DARK if dark else LIGHT


def _body_font() -> QFont:
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)
    if font.family() in _GENERIC_FAMILIES:
        font.setFamilies([*_GOOD_FACES, font.family()])
    font.setPixelSize(TYPE_SCALE[Type.BODY][0])
    font.setHintingPreference(QFont.HintingPreference.PreferVerticalHinting)
    return font


def _palette(look: Tokens) -> QPalette:
    role = QPalette.ColorRole
    colours = {
        role.Window: look.ground,
        role.WindowText: look.ink,
        role.Base: look.paper,
        role.AlternateBase: look.ground,
        role.Text: look.ink,
        role.PlaceholderText: look.soft_ink,
        role.Button: look.paper,
        role.ButtonText: look.ink,
        role.BrightText: look.on_accent,
        role.ToolTipBase: look.ink,
        role.ToolTipText: look.paper,
        role.Highlight: look.accent,
        role.HighlightedText: look.on_accent,
        role.Accent: look.accent,
        role.Link: look.accent,
        role.LinkVisited: look.accent,
        role.Light: look.paper,
        role.Midlight: look.line,
        role.Mid: look.line,
        role.Dark: look.field_line,
        role.Shadow: look.shadow,
    }
    palette = QPalette()
    for each, colour in colours.items():
        palette.setColor(each, QColor(colour))
    for each in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, each, QColor(look.field_line))
    return palette
