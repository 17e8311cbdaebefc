"""The composition root: the only place that knows concrete classes and their order of life.

What needs the network, the publisher or the keyring is made, and imported, by the first who uses
it: a command that lists posts pays for no HTTP client.
"""

from __future__ import annotations

import os
import random
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tiktok_manager.domain.clock import Clock, SystemClock
from tiktok_manager.domain.errors import AppError, DatabaseDamaged, InputError
from tiktok_manager.domain.events import EventBus
from tiktok_manager.domain.findings import Finding
from tiktok_manager.services.campaigns import Campaigns
from tiktok_manager.services.database_recovery import check_present, with_way_out
from tiktok_manager.services.installation import Installation
from tiktok_manager.services.marks import Marks
from tiktok_manager.services.planning import Planning
from tiktok_manager.services.quota import Quota
from tiktok_manager.services.settings import Settings
from tiktok_manager.services.slots import Slots
from tiktok_manager.services.storage_guard import StorageGuard, tell_of_lock
from tiktok_manager.services.tonight import Tonight
from tiktok_manager.services.workspace import Workspace, late
from tiktok_manager.storage.database import Database, open_database
from tiktok_manager.system.ballast import Ballast
from tiktok_manager.system.logs import configure_logging
from tiktok_manager.system.machine import FolderMark, machine_id
from tiktok_manager.system.paths import DataPaths, open_data_paths
from tiktok_manager.system.redaction import Redactor
from tiktok_manager.tiktok.endpoints import Endpoints

if TYPE_CHECKING:
    from tiktok_manager.scheduler.runner import Runner
    from tiktok_manager.services.accounts import Accounts
    from tiktok_manager.services.analytics import Analytics
    from tiktok_manager.services.backups import Backups
    from tiktok_manager.services.bulk_import import BulkImport
    from tiktok_manager.services.drafts import Drafts
    from tiktok_manager.services.publish_blockers import PublishBlockers
    from tiktok_manager.services.publishing import Publishing, Restoring
    from tiktok_manager.services.recurring import Recurring
    from tiktok_manager.services.reports import Reports
    from tiktok_manager.services.tokens import TokenKeeper
    from tiktok_manager.services.vault import VaultService
    from tiktok_manager.storage.metrics_file import MetricsFile
    from tiktok_manager.system.journal import Journal
    from tiktok_manager.tiktok.gateway import Gateway, Routing

ENV_PASSPHRASE = "TIKTOK_MANAGER_PASSPHRASE"  # noqa: S105 - a variable's name
ENV_DATABASE_URL = "TIKTOK_MANAGER_DATABASE_URL"


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """Where posts are kept, and how a data folder is known there."""

    open: Callable[[DataPaths, Clock, EventBus, Ballast], Database]
    home: Callable[[Database, DataPaths, Clock], Installation]


@contextmanager
def open_workspace(
    env: Mapping[str, str], clock: Clock | None = None, store: Store | None = None
) -> Iterator[Workspace]:
    """Build everything one data folder needs, and close it in the reverse order.

    Posts are kept in the data folder's own file, if no other `store` is given.
    """
    clock, store = clock or SystemClock(), store or OWN_FILE
    endpoints = Endpoints.named_in(env)
    if env.get(ENV_DATABASE_URL):
        raise InputError("variable_not_supported", variable=ENV_DATABASE_URL)
    with ExitStack() as closing:
        paths = open_data_paths(env)
        redactor = Redactor()
        redactor.register(env.get(ENV_PASSPHRASE, ""), for_good=True)
        closing.callback(configure_logging(paths, redactor=redactor))
        events = EventBus()
        ballast = Ballast(paths.ballast)
        database = store.open(paths, clock, events, ballast)
        closing.callback(database.close)
        closing.callback(database.checkpoint)
        metrics = late(lambda: _make_metrics(paths, clock, database, ballast, closing))
        base = _lay_base(env, database, metrics, events, redactor, endpoints, clock, closing)
        yield _build(base, paths, ballast, store.home(database, paths, clock), closing)


def _open_database(paths: DataPaths, clock: Clock, events: EventBus, ballast: Ballast) -> Database:
    try:
        check_present(paths)
        return open_database(
            paths.database,
            paths.backups_dir,
            clock,
            make_room=ballast.give_up,
            alarm=lambda blocked: tell_of_lock(events, blocked=blocked),
        )
    except DatabaseDamaged as exc:
        raise with_way_out(exc, paths.backups_dir) from exc


def _at_home(database: Database, paths: DataPaths, clock: Clock) -> Installation:
    return Installation(database, paths.root, machine_id, FolderMark(paths.root), clock)


OWN_FILE = Store(open=_open_database, home=_at_home)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Base:
    """What the services stand on."""

    database: Database
    metrics: MetricsFile
    endpoints: Endpoints
    clock: Clock
    events: EventBus
    owner: str
    vault: VaultService
    settings: Settings
    tokens: TokenKeeper
    gateway: Gateway


def _lay_base(
    env: Mapping[str, str],
    database: Database,
    metrics: MetricsFile,
    events: EventBus,
    redactor: Redactor,
    endpoints: Endpoints,
    clock: Clock,
    closing: ExitStack,
) -> _Base:
    def make_gateway() -> Gateway:
        from tiktok_manager.tiktok.gateway import Gateway

        return Gateway(routing, tokens)

    def make_tokens() -> TokenKeeper:
        from tiktok_manager.services.tokens import TokenKeeper

        return TokenKeeper(database, vault, settings, routing, events, clock, owner)

    routing = late(lambda: _make_routing(endpoints, clock, closing))
    owner = f"{os.getpid()}-{uuid.uuid4().hex[:8]}"
    vault = late(lambda: _make_vault(env, database, redactor))
    settings = Settings(database, vault, events, clock, env)
    tokens = late(make_tokens)
    return _Base(
        database=database,
        metrics=metrics,
        endpoints=endpoints,
        clock=clock,
        events=events,
        owner=owner,
        vault=vault,
        settings=settings,
        tokens=tokens,
        gateway=late(make_gateway),
    )


def _make_routing(endpoints: Endpoints, clock: Clock, closing: ExitStack) -> Routing:
    from tiktok_manager.tiktok.gateway import Routing
    from tiktok_manager.tiktok.routes import DirectRoutes

    routing = Routing(endpoints, clock, DirectRoutes())
    closing.callback(routing.close)
    return routing


def _make_vault(env: Mapping[str, str], database: Database, redactor: Redactor) -> VaultService:
    from tiktok_manager.services.vault import VaultService
    from tiktok_manager.system.vault import OsKeyring

    return VaultService(database, OsKeyring(), env, redactor)


def _build(
    base: _Base, paths: DataPaths, ballast: Ballast, installation: Installation, closing: ExitStack
) -> Workspace:
    accounts = late(lambda: _make_accounts(base, paths, closing))
    quota = Quota(base.database, base.settings, base.clock)
    usual = base.settings, base.events, base.clock
    planning = Planning(base.database, accounts, quota, *usual)
    analytics = late(lambda: _make_analytics(base, accounts))
    installation.enroll()
    guard = StorageGuard(base.database, ballast, base.events)
    blockers = late(lambda: _make_blockers(base, paths, quota, guard, installation))
    journal = late(lambda: _make_journal(base, paths, ballast, closing))
    restoring = late(lambda: _make_restoring(base, journal, installation))
    return Workspace(
        paths=paths,
        clock=base.clock,
        events=base.events,
        database=base.database,
        metrics=base.metrics,
        settings=base.settings,
        vault=base.vault,
        accounts=accounts,
        marks=Marks(base.database, accounts, base.events),
        planning=planning,
        slots=Slots(base.database, accounts, quota, *usual),
        recurring=late(lambda: _make_recurring(base, planning, accounts)),
        drafts=late(lambda: _make_drafts(base, closing)),
        quota=quota,
        journal=journal,
        storage=guard,
        publishing=late(lambda: _make_publishing(base, quota, restoring, guard)),
        blockers=blockers,
        tonight=Tonight(base.database, planning, blockers, base.settings, base.clock),
        analytics=analytics,
        reports=late(lambda: _make_reports(base, planning, accounts, analytics)),
        imports=late(lambda: _make_imports(base, planning, accounts)),
        campaigns=Campaigns(base.database, planning, accounts, quota, *usual),
        backups=late(lambda: _make_backups(base, paths)),
        installation=installation,
    )


def _make_blockers(
    base: _Base, paths: DataPaths, quota: Quota, guard: StorageGuard, installation: Installation
) -> PublishBlockers:
    from tiktok_manager.services.publish_blockers import PublishBlockers
    from tiktok_manager.system.locks import PublisherLock

    return PublishBlockers(
        database=base.database,
        settings=base.settings,
        vault=base.vault,
        guard=guard,
        installation=installation,
        clock=base.clock,
        quota=quota,
        publisher=PublisherLock(paths.publisher_lock),
    )


def _make_metrics(
    paths: DataPaths, clock: Clock, database: Database, ballast: Ballast, closing: ExitStack
) -> MetricsFile:
    from tiktok_manager.storage.accounts import list_accounts
    from tiktok_manager.storage.metrics_file import MetricsFile

    def was_synced() -> bool:
        with database.read() as session:
            return any(account.last_sync_at for account in list_accounts(session))

    metrics = MetricsFile(
        paths.metrics,
        paths.backups_dir,
        clock,
        is_expected=was_synced,
        make_room=ballast.give_up,
    )
    closing.callback(metrics.close)
    return metrics


def _make_accounts(base: _Base, paths: DataPaths, closing: ExitStack) -> Accounts:
    from tiktok_manager.services.accounts import Accounts
    from tiktok_manager.services.sign_in import SignIn

    accounts = Accounts(
        database=base.database,
        metrics_file=base.metrics,
        vault=base.vault,
        settings=base.settings,
        tokens=base.tokens,
        gateway=base.gateway,
        sign_in=SignIn(base.endpoints, base.clock, _in_words),
        events=base.events,
        clock=base.clock,
        media_cache_dir=paths.media_cache_dir,
    )
    closing.callback(accounts.close)
    return accounts


def _make_recurring(base: _Base, planning: Planning, accounts: Accounts) -> Recurring:
    from tiktok_manager.services.recurring import Recurring

    return Recurring(base.database, planning, accounts, base.settings, base.events, base.clock)


def _make_drafts(base: _Base, closing: ExitStack) -> Drafts:
    from tiktok_manager.services.drafts import Drafts

    drafts = Drafts(base.database, base.clock)
    closing.callback(drafts.close)
    return drafts


def _make_analytics(base: _Base, accounts: Accounts) -> Analytics:
    from tiktok_manager.services.analytics import Analytics

    return Analytics(base.metrics, accounts, base.clock)


def _make_reports(base: _Base, plan: Planning, accounts: Accounts, numbers: Analytics) -> Reports:
    from tiktok_manager.services.reports import Reports

    return Reports(plan, accounts, numbers, base.settings, base.clock)


def _make_imports(base: _Base, planning: Planning, accounts: Accounts) -> BulkImport:
    from tiktok_manager.services.bulk_import import BulkImport

    return BulkImport(base.database, planning, accounts, base.settings, base.clock)


def _make_backups(base: _Base, paths: DataPaths) -> Backups:
    from tiktok_manager.services.backups import BackupOf, Backups

    folder, clock = paths.backups_dir, base.clock
    counters = Backups(base.metrics, folder, clock, of=BackupOf.METRICS)
    return Backups(base.database, folder, clock, beside=counters)


def _make_journal(base: _Base, paths: DataPaths, ballast: Ballast, closing: ExitStack) -> Journal:
    from tiktok_manager.system.journal import KEY_PURPOSE, Journal

    journal = Journal(
        paths.journal, lambda: base.vault.derive_key(KEY_PURPOSE), make_room=ballast.give_up
    )
    closing.callback(journal.close)
    return journal


def _in_words(coded: Finding | AppError) -> tuple[str, str]:
    from tiktok_manager.wording import words  # most commands never need it

    said = words(coded)
    return said.title, said.message


def _make_restoring(base: _Base, journal: Journal, installation: Installation) -> Restoring:
    from tiktok_manager.services.publishing import Restoring

    return Restoring(
        database=base.database,
        journal=journal,
        vault=base.vault,
        installation=installation,
        events=base.events,
        clock=base.clock,
    )


def _make_publishing(
    base: _Base, quota: Quota, restoring: Restoring, guard: StorageGuard
) -> Publishing:
    from tiktok_manager.services.publishing import Publishing

    return Publishing(
        guard=guard,
        vault=base.vault,
        restoring=restoring,
        gateway=base.gateway,
        quota=quota,
        events=base.events,
        clock=base.clock,
        owner=base.owner,
        rng=random.Random(),  # noqa: S311 - jitter, not a secret
        settings=base.settings,
    )


def make_runner(workspace: Workspace, *, standby: bool = False) -> Runner:
    """Return the publisher of a workspace, not yet started."""
    from tiktok_manager.scheduler.runner import Runner
    from tiktok_manager.system.locks import PublisherLock

    return Runner(
        workspace.publishing,
        workspace.settings,
        workspace.database.watch,
        PublisherLock(workspace.paths.publisher_lock),
        workspace.events,
        workspace.clock,
        standby=standby,
        periodic={
            "room-on-the-disk": workspace.storage.prepare,
            "backup": workspace.backups.run_if_due,
            "keep-alive": workspace.accounts.keep_alive,
            "wall-times": workspace.publishing.keep_wall_times,
            "recurring-posts": workspace.recurring.make_ahead,
            "near-copies": workspace.tonight.look_into_videos,
        },
        stopping=workspace.database.patience.end,
    )
