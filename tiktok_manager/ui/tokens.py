"""Colours, spacing and type of the window as plain values, so that tests can check contrast.

Only `ui` reads it. Widgets take colours from `theme.tokens()`, which knows light from dark.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tiktok_manager.domain.posts import PostStatus

# An 8 px grid with half steps.
SPACE_XS, SPACE_S, SPACE_M, SPACE_L, SPACE_XL, SPACE_XXL = 4, 8, 12, 16, 24, 32
RADIUS, CARD_RADIUS = 6, 10
CONTROL_HEIGHT, ROW_HEIGHT = 32, 48
TOP_BAR_HEIGHT, PANE_BAR_HEIGHT, STATUS_LINE_HEIGHT = 56, 44, 28
RAIL_WIDTH, RAIL_FOLDED_WIDTH, DRAWER_WIDTH = 200, 56, 360


class Mood(StrEnum):
    """The publisher's state in one word; shown from the first frame on."""

    OPENING = "opening"
    ON = "on"
    WORKING = "working"
    PAUSED = "paused"
    LOCKED = "locked"
    STANDBY = "standby"
    HELD = "held"
    OFF = "off"
    UNKNOWN = "unknown"

    @property
    def sign(self) -> tuple[str, str]:
        """Its icon and the colour of that: each its own pair."""
        return {
            Mood.OPENING: ("status-processing", "soft_ink"),
            Mood.ON: ("dot", "good"),
            Mood.WORKING: ("status-publishing", "warning"),
            Mood.PAUSED: ("pause", "warning"),
            Mood.LOCKED: ("lock", "attention"),
            Mood.STANDBY: ("lock", "soft_ink"),
            Mood.HELD: ("pause", "attention"),
            Mood.OFF: ("power", "attention"),
            Mood.UNKNOWN: ("status-unconfirmed", "bad"),
        }[self]


class Type(StrEnum):
    """The type scale; the values are the names the style sheet uses."""

    PAGE = "page"
    SECTION = "section"
    BODY = "body"
    STRONG = "strong"
    CAPTION = "caption"
    FIGURE = "figure"


# size and line height in px, weight
TYPE_SCALE: dict[Type, tuple[int, int, int]] = {
    Type.PAGE: (22, 28, 600),
    Type.SECTION: (15, 20, 600),
    Type.BODY: (13, 18, 400),
    Type.STRONG: (13, 18, 600),
    Type.CAPTION: (11, 16, 400),
    Type.FIGURE: (28, 34, 600),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """The colours of one appearance as `#RRGGBB`."""

    paper: str
    ground: str
    line: str
    field_line: str
    ink: str
    soft_ink: str
    accent: str
    accent_hover: str
    accent_pressed: str
    on_accent: str
    good: str
    warning: str
    attention: str
    bad: str
    violet: str
    magenta: str
    brown: str
    shadow: str
    is_dark: bool

    @property
    def hover(self) -> str:
        """Ground of a control under the pointer."""
        return mix(self.ink, self.paper, 0.06)

    @property
    def pressed(self) -> str:
        """Ground of a control being pressed."""
        return mix(self.ink, self.paper, 0.11)

    @property
    def selected(self) -> str:
        """Ground of a selected row or rail entry."""
        return self.tint(self.accent)

    def tint(self, colour: str) -> str:
        """A quiet ground on which `colour` itself stays readable as text."""
        return mix(colour, self.paper, 0.16 if self.is_dark else 0.09)

    def status(self, status: PostStatus) -> str:
        """The colour a post's status is shown in."""
        return {
            "draft": self.soft_ink,
            "scheduled": self.accent,
            "publishing": self.warning,
            "processing": self.warning,
            "published": self.good,
            "in_inbox": self.violet,
            "unconfirmed": self.magenta,
            "needs_attention": self.attention,
            "failed": self.bad,
            "missed": self.brown,
            "cancelled": self.soft_ink,
        }[status.value]


LIGHT = Tokens(
    paper="#FFFFFF",
    ground="#F6F7F9",
    line="#E3E6EB",
    field_line="#8B93A1",
    ink="#14171C",
    soft_ink="#5B6472",
    accent="#0A7284",
    accent_hover="#086576",
    accent_pressed="#075866",
    on_accent="#FFFFFF",
    good="#1B7A3D",
    warning="#8A5C00",
    attention="#B04708",
    bad="#C3272F",
    violet="#6B43C6",
    magenta="#A82579",
    brown="#7A5131",
    shadow="#14171C",
    is_dark=False,
)

DARK = Tokens(
    paper="#1B1E24",
    ground="#14161A",
    line="#2C313A",
    field_line="#6A7380",
    ink="#F1F3F6",
    soft_ink="#A3ACBA",
    accent="#39B7CB",
    accent_hover="#55C6D8",
    accent_pressed="#2BA3B6",
    on_accent="#08191C",
    good="#4FC878",
    warning="#E2B340",
    attention="#F2924B",
    bad="#FF7C78",
    violet="#B598F5",
    magenta="#F07FC4",
    brown="#CDA680",
    shadow="#000000",
    is_dark=True,
)


def status_icon(status: PostStatus) -> str:
    """Name of the icon of a status: each its own shape, so colour is never the only sign."""
    return f"status-{status.value}"


def mix(colour: str, ground: str, share: float) -> str:
    """Blend `share` of one `#RRGGBB` colour into another."""
    parts = (
        round(int(colour[i : i + 2], 16) * share + int(ground[i : i + 2], 16) * (1 - share))
        for i in (1, 3, 5)
    )
    return "#" + "".join(f"{part:02X}" for part in parts)
