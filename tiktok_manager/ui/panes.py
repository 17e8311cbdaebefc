"""The panes of this release, in the order of the rail. Each is imported when first shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiktok_manager.ui.frame import Pane
from tiktok_manager.ui.texts import tr

if TYPE_CHECKING:
    from tiktok_manager.ui.frame import Core, Frame
    from tiktok_manager.ui.kit.pane import PaneView


def _accounts(core: Core, frame: Frame) -> PaneView:
    from tiktok_manager.ui.accounts.view import AccountsView

    return AccountsView(core, frame)


def _calendar(core: Core, frame: Frame) -> PaneView:
    from tiktok_manager.ui.calendar.view import CalendarView

    return CalendarView(core, frame)


def _composer(core: Core, frame: Frame) -> PaneView:
    from tiktok_manager.ui.composer.view import ComposerView

    return ComposerView(core, frame)


def _analytics(core: Core, frame: Frame) -> PaneView:
    from tiktok_manager.ui.analytics.view import AnalyticsView

    return AnalyticsView(core, frame)


def _activity(core: Core, frame: Frame) -> PaneView:
    from tiktok_manager.ui.activity.view import ActivityView

    return ActivityView(core, frame)


def _settings(core: Core, frame: Frame) -> PaneView:
    from tiktok_manager.ui.settings.view import SettingsView

    return SettingsView(core, frame)


LATE = tuple(
    f"tiktok_manager.ui.{name}.view"
    for name in ("accounts", "calendar", "composer", "analytics", "activity", "settings")
)
"""What the panes import, for whoever has the time before they are shown."""

PANES = (
    Pane(name="accounts", words=lambda: tr("Accounts"), icon="accounts", build=_accounts),
    Pane(name="calendar", words=lambda: tr("Calendar"), icon="calendar", build=_calendar),
    Pane(
        name="composer", words=lambda: tr("New post"), icon="plus", build=_composer, in_rail=False
    ),
    Pane(name="analytics", words=lambda: tr("Analytics"), icon="analytics", build=_analytics),
    Pane(name="activity", words=lambda: tr("Activity"), icon="activity", build=_activity),
    Pane(name="settings", words=lambda: tr("Settings"), icon="settings", build=_settings),
)
