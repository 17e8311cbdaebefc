"""Small widgets all panes share. Text given to them is shown as it is, never as HTML."""

from tiktok_manager.ui.basics.buttons import icon_button, push_button
from tiktok_manager.ui.basics.plain import IconLabel, PlainLabel
from tiktok_manager.ui.basics.skeleton import Skeleton
from tiktok_manager.ui.widgets.avatar import AvatarLabel, avatar_icon
from tiktok_manager.ui.widgets.badges import Chip, Dot, StatusBadge
from tiktok_manager.ui.widgets.labels import NumberLabel, RelativeTime
from tiktok_manager.ui.widgets.layout import (
    Card,
    Line,
    PaneView,
    Slot,
    column,
    row,
    spacer,
)
from tiktok_manager.ui.widgets.notices import Notice, NoticeBar, Tone
from tiktok_manager.ui.widgets.placeholders import EmptyState, Step
from tiktok_manager.ui.widgets.table import RowDelegate, RowTable, paint_line

__all__ = [
    "AvatarLabel",
    "Card",
    "Chip",
    "Dot",
    "EmptyState",
    "IconLabel",
    "Line",
    "Notice",
    "NoticeBar",
    "NumberLabel",
    "PaneView",
    "PlainLabel",
    "RelativeTime",
    "RowDelegate",
    "RowTable",
    "Skeleton",
    "Slot",
    "StatusBadge",
    "Step",
    "Tone",
    "avatar_icon",
    "column",
    "icon_button",
    "paint_line",
    "push_button",
    "row",
    "spacer",
]
