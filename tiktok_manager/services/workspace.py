"""Everything one data folder can do, in one value; `app.py` builds and closes it.

Its parts may be made late: a command pays only for those it uses.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar, cast

if TYPE_CHECKING:
    from tiktok_manager.domain.clock import Clock
    from tiktok_manager.domain.events import EventBus
    from tiktok_manager.services.accounts import Accounts
    from tiktok_manager.services.analytics import Analytics
    from tiktok_manager.services.backups import Backups
    from tiktok_manager.services.bulk_import import BulkImport
    from tiktok_manager.services.campaigns import Campaigns
    from tiktok_manager.services.drafts import Drafts
    from tiktok_manager.services.installation import Installation
    from tiktok_manager.services.marks import Marks
    from tiktok_manager.services.plan_files import PlanFiles
    from tiktok_manager.services.planning import Planning
    from tiktok_manager.services.presets import Presets
    from tiktok_manager.services.publish_blockers import PublishBlockers
    from tiktok_manager.services.publishing import Publishing
    from tiktok_manager.services.quota import Quota
    from tiktok_manager.services.recurring import Recurring
    from tiktok_manager.services.reports import Reports
    from tiktok_manager.services.settings import Settings
    from tiktok_manager.services.slots import Slots
    from tiktok_manager.services.storage_guard import StorageGuard
    from tiktok_manager.services.tonight import Tonight
    from tiktok_manager.services.vault import VaultService
    from tiktok_manager.storage.database import Database
    from tiktok_manager.storage.metrics_file import MetricsFile
    from tiktok_manager.system.journal import Journal
    from tiktok_manager.system.paths import DataPaths

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """The services of one data folder. Safe from any thread; every call may block."""

    paths: DataPaths
    clock: Clock
    events: EventBus
    database: Database
    metrics: MetricsFile
    settings: Settings
    vault: VaultService
    accounts: Accounts
    marks: Marks
    planning: Planning
    slots: Slots
    recurring: Recurring
    drafts: Drafts
    quota: Quota
    journal: Journal
    storage: StorageGuard
    publishing: Publishing
    blockers: PublishBlockers
    tonight: Tonight
    analytics: Analytics
    reports: Reports
    imports: BulkImport
    campaigns: Campaigns
    backups: Backups
    installation: Installation

    @property
    def plan_files(self) -> PlanFiles:
        """The plan as files: made of other services, with nothing of its own."""
        from tiktok_manager.services.plan_files import PlanFiles

        return PlanFiles(self.planning, self.accounts, self.imports)

    @property
    def presets(self) -> Presets:
        """What the user gave a name; made for whoever asks, as it holds nothing itself."""
        from tiktok_manager.services.presets import Presets

        return Presets(self.database, self.clock)


class _Late:
    """Stands in for a value until somebody uses it, then makes it, once. Safe from any thread."""

    def __init__(self, make: Callable[[], object]) -> None:
        self.__dict__["_late"] = (threading.RLock(), make)

    def __getattr__(self, name: str) -> object:
        return getattr(_made(self), name)

    def __setattr__(self, name: str, value: object) -> None:
        setattr(_made(self), name, value)

    def __delattr__(self, name: str) -> None:
        delattr(_made(self), name)


def _made(stand_in: _Late) -> object:
    kept = stand_in.__dict__
    guard, make = kept["_late"]
    with guard:
        if "_value" not in kept:
            kept["_value"] = make()
        return kept["_value"]


def late(make: Callable[[], T]) -> T:
    """Return what stands in for the value that `make` makes, and imports, on its first use."""
    return cast(T, _Late(make))
