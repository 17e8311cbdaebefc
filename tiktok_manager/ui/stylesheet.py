"""The style sheet over Fusion. Widgets choose a look by the properties `type` and `look`."""

from string import Template

from tiktok_manager.system.paths import resources_dir
from tiktok_manager.ui.tokens import (
    CARD_RADIUS,
    CONTROL_HEIGHT,
    PANE_BAR_HEIGHT,
    RADIUS,
    STATUS_LINE_HEIGHT,
    TOP_BAR_HEIGHT,
    TYPE_SCALE,
    Tokens,
    Type,
    mix,
)

_COLOURS = (
    *("paper", "ground", "line", "field_line", "ink", "soft_ink", "hover", "pressed", "selected"),
    *("accent", "accent_hover", "accent_pressed", "on_accent"),
    *("good", "warning", "attention", "bad"),
)
_TINTED = ("accent", "good", "warning", "attention", "bad")


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
