"""Applies the look to the application: palette, style sheet, fonts, light or dark.

Widgets ask `tokens()` when they paint; nothing else keeps colours.
"""

from enum import StrEnum
from string import Template

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QWidget

from tiktok_manager.system.paths import resources_dir
from tiktok_manager.ui.tokens import (
    CARD_RADIUS,
    CONTROL_HEIGHT,
    DARK,
    LIGHT,
    PANE_BAR_HEIGHT,
    RADIUS,
    STATUS_LINE_HEIGHT,
    TOP_BAR_HEIGHT,
    TYPE_SCALE,
    Tokens,
    Type,
    mix,
)

# Faces close to the body type, for desktops that name no font of their own.
_GENERIC_FAMILIES = frozenset({"", "Sans Serif", "Sans", "DejaVu Sans", "Bitstream Vera Sans"})
_GOOD_FACES = ("Inter", "Noto Sans", "Cantarell", "Ubuntu", "Open Sans", "Liberation Sans")
# What the style sheet over Fusion names, which widgets choose by the properties `type` and `look`.
_COLOURS = (
    *("paper", "ground", "line", "field_line", "ink", "soft_ink", "hover", "pressed", "selected"),
    *("accent", "accent_hover", "accent_pressed", "on_accent"),
    *("good", "warning", "attention", "bad"),
)
_TINTED = ("accent", "good", "warning", "attention", "bad")


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
        sheet = style_sheet(wanted)
        if sheet != self._app.styleSheet():
            # Replaced, each widget would be dressed anew for all it stands in; so, it is once.
            self._app.setStyleSheet("")
            self._app.setStyleSheet(sheet)
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


def style_sheet(look: Tokens) -> str:
    """Return the whole style sheet for one appearance."""
    controls = resources_dir() / "icons" / "controls" / ("dark" if look.is_dark else "light")
    colours = {name: str(getattr(look, name)) for name in _COLOURS}
    tints = {f"{name}_tint": look.tint(colours[name]) for name in _TINTED}
    sheet = Template((resources_dir() / "style.qss").read_text(encoding="utf-8"))
    rules = sheet.substitute(
        colours,
        **tints,
        disabled=mix(look.soft_ink, look.paper, 0.7),
        button_line=mix(look.field_line, look.line, 0.45),
        scroll=mix(look.field_line, look.line, 0.5),
        rail_hover=mix(look.ink, look.ground, 0.06),
        controls=controls.as_posix(),
        inner=CONTROL_HEIGHT - 2,
        inner_focus=CONTROL_HEIGHT - 4,
        radius=RADIUS,
        card_radius=CARD_RADIUS,
        top_bar=TOP_BAR_HEIGHT - 1,
        pane_bar=PANE_BAR_HEIGHT - 1,
        status_line=STATUS_LINE_HEIGHT - 1,
    )
    return rules + _type_rules()


def _type_rules() -> str:
    return "".join(
        f'QLabel[type="{role}"] {{ font-size: {size}px; font-weight: {weight}; '
        f"min-height: {line}px; }}\n"
        for role, (size, line, weight) in TYPE_SCALE.items()
        if role is not Type.BODY
    )
