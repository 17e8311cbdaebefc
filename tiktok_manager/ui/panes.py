"""The panes of this release, in the order of the rail. Each is imported when first shown."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from tiktok_manager.ui.frame import Pane
from tiktok_manager.ui.texts import tr

if TYPE_CHECKING:
    from collections.abc import Callable

    from tiktok_manager.ui.frame import Core, Frame
    from tiktok_manager.ui.kit.pane import PaneView


def _late(name: str, view: str) -> Callable[[Core, Frame], PaneView]:
    """Return what builds the view of this name in the pane's folder, and imports it only then."""

    def build(core: Core, frame: Frame) -> PaneView:
        built: PaneView = getattr(import_module(_module(name)), view)(core, frame)
        return built

    return build


def _module(name: str) -> str:
    return f"tiktok_manager.ui.{name}.view"


def _pane(
    name: str, view: str, words: Callable[[], str], icon: str = "", *, in_rail: bool = True
) -> Pane:
    build = _late(name, view)
    return Pane(name=name, words=words, icon=icon or name, build=build, in_rail=in_rail)


PANES = (
    _pane("home", "HomeView", lambda: tr("Home")),
    _pane("accounts", "AccountsView", lambda: tr("Accounts")),
    _pane("calendar", "CalendarView", lambda: tr("Calendar")),
    _pane("campaigns", "CampaignsView", lambda: tr("Campaigns")),
    _pane("composer", "ComposerView", lambda: tr("New post"), "plus", in_rail=False),
    _pane("imports", "ImportView", lambda: tr("Import posts"), "upload", in_rail=False),
    _pane("analytics", "AnalyticsView", lambda: tr("Analytics")),
    _pane("activity", "ActivityView", lambda: tr("Activity")),
    _pane("settings", "SettingsView", lambda: tr("Settings")),
)
LATE = tuple(_module(pane.name) for pane in PANES)
"""What the panes import, for whoever has the time before they are shown."""
