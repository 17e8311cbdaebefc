"""`doctor`: looks at everything the app depends on and says what is wrong."""

from __future__ import annotations

import platform
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from tiktok_manager import __version__
from tiktok_manager.cli.context import command_line
from tiktok_manager.cli.options import Json
from tiktok_manager.cli.output import blocker_said, note, print_json, print_line
from tiktok_manager.domain.errors import AppError, AppKeysMissing
from tiktok_manager.domain.findings import Finding, Param
from tiktok_manager.services.vault import VaultState
from tiktok_manager.system.filesystem import type_of
from tiktok_manager.wording import Words, english, joined, words

if TYPE_CHECKING:
    from tiktok_manager.services.workspace import Workspace

LOW_DISK_BYTES = 1_000_000_000
SMALL_DATABASE_BYTES = 4_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """What a look at one thing found: `said` to people, `code` to scripts."""

    ok: bool = True
    said: tuple[Finding | AppError, ...]
    code: str = "ok"

    def text(self, say: Callable[[Finding | AppError], Words] = words) -> str:
        """Return it in words."""
        told = map(say, self.said)
        return joined(*(joined(each.cause, each.command_hint) for each in told))


def doctor(
    context: typer.Context,
    adopt: Annotated[
        bool,
        typer.Option("--adopt", help="This data folder is the only copy in use from now on."),
    ] = False,
    thorough: Annotated[
        bool, typer.Option("--thorough", help="Look through a large database, too.")
    ] = False,
    json: Json = False,
) -> None:
    """Check the data folder, database, secrets, app keys and accounts."""
    with command_line(context).workspace() as workspace:
        if adopt:
            adopted = workspace.installation.adopt()
            told = Finding(code="adopted") if adopted else Finding(code="not_a_copy")
            note(words(told).cause)
        checks = dict(examine(workspace, thorough=thorough))
    healthy = all(check.ok for check in checks.values())
    if json:
        print_json({"ok": healthy, "checks": [_check_json(*each) for each in checks.items()]})
    else:
        for name, check in checks.items():
            print_line(f"{'ok ' if check.ok else '!! '} {name:12} {check.text()}")
    if not healthy:
        raise typer.Exit(3)


def _check_json(name: str, check: Check) -> dict[str, object]:
    return {"name": name, "ok": check.ok, "text": check.text(english), "code": check.code}


def examine(workspace: Workspace, *, thorough: bool) -> Iterator[tuple[str, Check]]:
    """Look at everything in turn; a large database only if `thorough`."""
    looks: dict[str, Callable[[Workspace], Check]] = {
        **_LOOKS,
        "database": _database if thorough else _database_if_small,
        "counters": partial(_counters, thorough=thorough),
    }
    for name, look in looks.items():
        try:
            yield name, look(workspace)
        except AppError as exc:
            yield name, Check(ok=False, said=(exc,), code=exc.code)


def _version(_workspace: Workspace) -> Check:
    params = {"version": __version__, "python": platform.python_version()}
    return Check(said=(Finding(code="check_version", params=params),))


def _data_folder(workspace: Workspace) -> Check:
    root = workspace.paths.root
    free_bytes = shutil.disk_usage(root).free
    found = Finding(
        code="check_data_folder",
        params={
            "folder": str(root),
            "kind": type_of(root) or "local_disk",
            "free_bytes": free_bytes,
        },
    )
    is_roomy = free_bytes > LOW_DISK_BYTES
    return Check(ok=is_roomy, said=(found,), code="ok" if is_roomy else "disk_nearly_full")


def _time_zone(workspace: Workspace) -> Check:
    doubt = workspace.settings.zone_doubt()
    if doubt is not None:
        return Check(ok=False, said=(doubt,), code=doubt.code)
    zone = workspace.settings.timezone()
    return Check(said=(Finding(code="check_time_zone", params={"zone": zone}),))


def _storage(workspace: Workspace) -> Check:
    workspace.storage.prepare()
    if (trouble := workspace.storage.look()) is not None:
        raise trouble
    return Check(said=(Finding(code="check_storage"),))


def _home(workspace: Workspace) -> Check:
    workspace.installation.check()
    return Check(said=(Finding(code="check_home"),))


def _journal(workspace: Workspace) -> Check:
    if workspace.vault.state() is VaultState.ABSENT:
        return Check(said=(Finding(code="check_journal_empty"),), code="no_vault")
    reading = workspace.journal.read()
    found = Finding(code="check_journal", params={"count": len(reading.entries)})
    code = "journal_damaged" if reading.faults else "ok"
    return Check(ok=not reading.faults, said=(found, *reading.faults[:3]), code=code)


def _backups(workspace: Workspace) -> Check:
    backups = workspace.backups.list()
    if not backups:
        return Check(said=(Finding(code="no_backup_yet"),), code="no_backup_yet")
    params: dict[str, Param] = {"count": len(backups), "newest_at": backups[0].taken_at}
    return Check(said=(Finding(code="check_backups", params=params),))


def _database_if_small(workspace: Workspace) -> Check:
    """Look through what takes no time; each backup looks through the whole, too."""
    if workspace.paths.database.stat().st_size <= SMALL_DATABASE_BYTES:
        return _database(workspace)
    backups = workspace.backups.list()
    params: dict[str, Param] = {"version": workspace.database.version}
    if backups:
        params["last_at"] = backups[0].taken_at
    found = Finding(code="not_looked_through", params=params)
    return Check(said=(found,), code="not_looked_through")


def _database(workspace: Workspace) -> Check:
    verdict = workspace.database.integrity()
    params = {"version": workspace.database.version, "verdict": verdict}
    if verdict != "ok":
        said = (Finding(code="check_database_damaged", params=params),)
        return Check(ok=False, said=said, code="database_damaged")
    found = Finding(code="check_database", params=params)
    alone = () if workspace.database.shared else (Finding(code="check_database_alone"),)
    return Check(said=(found, *alone))


def _counters(workspace: Workspace, *, thorough: bool = False) -> Check:
    """Look at the counters' file, through the whole if that takes no time or is wanted."""
    path = workspace.paths.metrics
    size_bytes = path.stat().st_size if path.exists() else 0
    is_whole = thorough or size_bytes <= SMALL_DATABASE_BYTES
    if (found := workspace.metrics.look(thorough=is_whole)) is not None:
        return Check(ok=False, said=(found,), code=found.code)
    if not path.exists():
        return Check(said=(Finding(code="check_no_counters"),), code="no_counters_yet")
    if not is_whole:
        return Check(said=(Finding(code="check_counters_open"),), code="not_looked_through")
    return Check(said=(Finding(code="check_counters", params={"file": path.name}),))


def _vault(workspace: Workspace) -> Check:
    if workspace.vault.state() is VaultState.ABSENT and not workspace.vault.needs_passphrase():
        return Check(said=(Finding(code="check_no_vault"),), code="no_vault")
    workspace.vault.unlock()
    return Check(said=(Finding(code="check_vault"),))


def _app_keys(workspace: Workspace) -> Check:
    if not workspace.settings.app_keys_ready():
        return Check(ok=False, said=(AppKeysMissing(),), code=AppKeysMissing.code)
    return Check(said=(Finding(code="check_app_keys"),))


def _accounts(workspace: Workspace) -> Check:
    accounts = workspace.accounts.list()
    known = Finding(code="check_accounts", params={"count": len(accounts)})
    lost = tuple(f"@{each.handle}" for each in accounts if each.status == "needs_reconnect")
    if not lost:
        return Check(said=(known,))
    told = Finding(code="accounts_to_reconnect", params={"handles": lost})
    return Check(ok=False, said=(known, told), code="reconnect_needed")


def _publishing(workspace: Workspace) -> Check:
    blockers = workspace.blockers.all()
    if not blockers:
        return Check(said=(Finding(code="check_nothing_held"),))
    stops = [each for each in blockers if each.is_fault and not each.account_ids]
    said = tuple(found for each in blockers for found in blocker_said(each))
    return Check(ok=not stops, said=said, code=[*stops, *blockers][0].code)


def _posts(workspace: Workspace) -> Check:
    overview = workspace.planning.overview()
    params = {"under_way": overview.under_way, "needs_user": overview.needs_user}
    return Check(said=(Finding(code="check_posts", params=params),))


def _recurring(workspace: Workspace) -> Check:
    rules = [view.rule for view in workspace.recurring.list()]
    counted = Finding(code="check_rules", params={"count": len(rules)})
    told = tuple(finding for rule in rules for finding in rule.told)
    return Check(ok=not told, said=(counted, *told[:3]), code=told[0].code if told else "ok")


_LOOKS: dict[str, Callable[[Workspace], Check]] = {
    "version": _version,
    "data folder": _data_folder,
    "time zone": _time_zone,
    "storage": _storage,
    "home": _home,
    "database": _database,
    "counters": _counters,
    "backups": _backups,
    "vault": _vault,
    "journal": _journal,
    "app keys": _app_keys,
    "accounts": _accounts,
    "publishing": _publishing,
    "posts": _posts,
    "recurring": _recurring,
}
