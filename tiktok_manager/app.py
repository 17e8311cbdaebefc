"""The composition root: the only place that knows concrete classes and their order of life."""

import os
import random
import uuid
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from tiktok_manager.domain.clock import Clock, SystemClock
from tiktok_manager.domain.errors import DatabaseDamaged, InputError
from tiktok_manager.domain.events import EventBus
from tiktok_manager.scheduler.runner import Runner
from tiktok_manager.services.accounts import Accounts
from tiktok_manager.services.analytics import Analytics
from tiktok_manager.services.backups import Backups
from tiktok_manager.services.database_recovery import check_present, with_way_out
from tiktok_manager.services.installation import Installation
from tiktok_manager.services.planning import Planning
from tiktok_manager.services.publishing import Publishing, Restoring
from tiktok_manager.services.quota import Quota
from tiktok_manager.services.reports import Reports
from tiktok_manager.services.settings import Settings
from tiktok_manager.services.storage_guard import StorageGuard, tell_of_lock
from tiktok_manager.services.tokens import TokenKeeper
from tiktok_manager.services.vault import VaultService
from tiktok_manager.services.workspace import Workspace
from tiktok_manager.storage.database import Database, open_database
from tiktok_manager.system.ballast import Ballast
from tiktok_manager.system.journal import KEY_PURPOSE, Journal
from tiktok_manager.system.locks import PublisherLock
from tiktok_manager.system.logs import configure_logging
from tiktok_manager.system.machine import FolderMark, machine_id
from tiktok_manager.system.paths import DataPaths, open_data_paths
from tiktok_manager.system.redaction import Redactor
from tiktok_manager.system.vault import OsKeyring
from tiktok_manager.tiktok.endpoints import Endpoints
from tiktok_manager.tiktok.gateway import Gateway, Routing
from tiktok_manager.tiktok.routes import DirectRoutes

ENV_API_URL = "TIKTOK_MANAGER_API_URL"
ENV_AUTH_URL = "TIKTOK_MANAGER_AUTH_URL"
ENV_DATABASE_URL = "TIKTOK_MANAGER_DATABASE_URL"


@contextmanager
def open_workspace(env: Mapping[str, str], clock: Clock | None = None) -> Iterator[Workspace]:
    """Build everything one data folder needs, and close it in the reverse order."""
    clock = clock or SystemClock()
    endpoints = _endpoints(env)
    _refuse_database_url(env)
    with ExitStack() as closing:
        paths = open_data_paths(env)
        redactor = Redactor()
        closing.callback(configure_logging(paths, redactor=redactor))
        events = EventBus()
        ballast = Ballast(paths.ballast)
        database = _open_database(paths, clock, events, ballast)
        closing.callback(database.close)
        closing.callback(database.checkpoint)
        base = _lay_base(env, database, events, redactor, endpoints, clock, closing)
        yield _build(base, paths, ballast, closing)


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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Base:
    """What the services stand on."""

    database: Database
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
    events: EventBus,
    redactor: Redactor,
    endpoints: Endpoints,
    clock: Clock,
    closing: ExitStack,
) -> _Base:
    routing = Routing(endpoints, clock, DirectRoutes())
    closing.callback(routing.close)
    owner = f"{os.getpid()}-{uuid.uuid4().hex[:8]}"
    vault = VaultService(database, OsKeyring(), env, redactor)
    settings = Settings(database, vault, events, clock, env)
    tokens = TokenKeeper(database, vault, settings, routing, events, clock, owner)
    return _Base(
        database=database,
        endpoints=endpoints,
        clock=clock,
        events=events,
        owner=owner,
        vault=vault,
        settings=settings,
        tokens=tokens,
        gateway=Gateway(routing, tokens),
    )


def _build(base: _Base, paths: DataPaths, ballast: Ballast, closing: ExitStack) -> Workspace:
    accounts = _make_accounts(base, paths)
    closing.callback(accounts.close)
    quota = Quota(base.database, base.settings, base.clock)
    planning = Planning(base.database, accounts, quota, base.settings, base.events, base.clock)
    analytics = Analytics(base.database, accounts, base.clock)
    mark = FolderMark(paths.root)
    installation = Installation(base.database, paths.root, machine_id, mark, base.clock)
    installation.enroll()
    guard = StorageGuard(base.database, ballast, base.events)
    journal = Journal(
        paths.journal, lambda: base.vault.derive_key(KEY_PURPOSE), make_room=ballast.give_up
    )
    closing.callback(journal.close)
    restoring = _make_restoring(base, journal, installation)
    return Workspace(
        paths=paths,
        clock=base.clock,
        events=base.events,
        database=base.database,
        settings=base.settings,
        vault=base.vault,
        accounts=accounts,
        planning=planning,
        quota=quota,
        journal=journal,
        storage=guard,
        publishing=_make_publishing(base, quota, restoring, guard),
        analytics=analytics,
        reports=Reports(planning, accounts, analytics, base.settings),
        backups=Backups(base.database, paths.backups_dir, base.clock),
        installation=installation,
    )


def _make_accounts(base: _Base, paths: DataPaths) -> Accounts:
    return Accounts(
        database=base.database,
        vault=base.vault,
        settings=base.settings,
        tokens=base.tokens,
        gateway=base.gateway,
        endpoints=base.endpoints,
        events=base.events,
        clock=base.clock,
        media_cache_dir=paths.media_cache_dir,
    )


def _make_restoring(base: _Base, journal: Journal, installation: Installation) -> Restoring:
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
        },
        stopping=workspace.database.patience.end,
    )


def _endpoints(env: Mapping[str, str]) -> Endpoints:
    default = Endpoints()
    return Endpoints(
        api_url=env.get(ENV_API_URL) or default.api_url,
        auth_url=env.get(ENV_AUTH_URL) or default.auth_url,
    )


def _refuse_database_url(env: Mapping[str, str]) -> None:
    if env.get(ENV_DATABASE_URL):
        raise InputError("variable_not_supported", variable=ENV_DATABASE_URL)
