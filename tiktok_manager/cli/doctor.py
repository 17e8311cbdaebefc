"""`doctor`: looks at everything the app depends on and says what is wrong."""

from __future__ import annotations

import platform
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from tiktok_manager import __version__
from tiktok_manager.cli.context import command_line
from tiktok_manager.cli.options import Json
from tiktok_manager.cli.output import blocker_line, local_time, note, print_json, print_line
from tiktok_manager.domain.errors import AppError
from tiktok_manager.services.vault import VaultState
from tiktok_manager.system.filesystem import type_of
from tiktok_manager.wording import joined, words

if TYPE_CHECKING:
    from tiktok_manager.services.workspace import Workspace

LOW_DISK_BYTES = 1_000_000_000
SMALL_DATABASE_BYTES = 4_000_000
_NO_VAULT = "not made yet; the keyring is ready for it"
_ADOPTED = (
    "This data folder publishes from now on; use no other copy of it. Posts that the other copy may"
    " have sent meanwhile are set aside as unconfirmed when the publisher starts."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at; `code` says to scripts what was found."""

    name: str
    ok: bool
    text: str
    code: str = "ok"


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
            note(_ADOPTED if workspace.installation.adopt() else "It is no copy: nothing to do.")
        findings = list(examine(workspace, thorough=thorough))
    healthy = all(finding.ok for finding in findings)
    if json:
        print_json(
            {
                "ok": healthy,
                "checks": [
                    {"name": f.name, "ok": f.ok, "text": f.text, "code": f.code} for f in findings
                ],
            }
        )
    else:
        for finding in findings:
            print_line(f"{'ok ' if finding.ok else '!! '} {finding.name:12} {finding.text}")
    if not healthy:
        raise typer.Exit(3)


def examine(workspace: Workspace, *, thorough: bool) -> Iterator[Finding]:
    """Look at everything in turn; a large database only if `thorough`."""
    yield Finding(
        name="version",
        ok=True,
        text=f"TikTok Manager {__version__}, Python {platform.python_version()}",
    )
    looks = {**_LOOKS, "database": _database if thorough else _database_if_small}
    yield from (_check(name, look, workspace) for name, look in looks.items())


def _check(name: str, look: Callable[[Workspace], Finding], workspace: Workspace) -> Finding:
    try:
        return look(workspace)
    except AppError as exc:
        told = joined(words(exc).cause, words(exc).command_hint)
        return Finding(name=name, ok=False, text=told, code=exc.code)


def _data_folder(workspace: Workspace) -> Finding:
    free = shutil.disk_usage(workspace.paths.root).free
    kind = type_of(workspace.paths.root) or "a local disk"
    text = f"{workspace.paths.root} ({kind}, {free / 1e9:.1f} GB free)"
    is_roomy = free > LOW_DISK_BYTES
    return Finding(
        name="data folder", ok=is_roomy, text=text, code="ok" if is_roomy else "disk_nearly_full"
    )


def _time_zone(workspace: Workspace) -> Finding:
    doubt = workspace.settings.zone_doubt()
    if doubt is None:
        return Finding(name="time zone", ok=True, text=workspace.settings.timezone())
    told = words(doubt)
    text = joined(told.cause, told.command_hint)
    return Finding(name="time zone", ok=False, text=text, code=doubt.code)


def _storage(workspace: Workspace) -> Finding:
    workspace.storage.prepare()
    if (trouble := workspace.storage.look()) is not None:
        raise trouble
    return Finding(name="storage", ok=True, text="it can be written; room is kept for a full disk")


def _home(workspace: Workspace) -> Finding:
    workspace.installation.check()
    return Finding(name="home", ok=True, text="this data folder may publish")


def _journal(workspace: Workspace) -> Finding:
    if workspace.vault.state() is VaultState.ABSENT:
        return Finding(name="journal", ok=True, text="nothing published yet", code="no_vault")
    reading = workspace.journal.read()
    text = f"{len(reading.entries)} steps" + "".join(f"; {fault}" for fault in reading.faults[:3])
    code = "journal_damaged" if reading.faults else "ok"
    return Finding(name="journal", ok=not reading.faults, text=text, code=code)


def _backups(workspace: Workspace) -> Finding:
    backups = workspace.backups.list()
    newest = local_time(backups[0].taken_at) if backups else "none yet"
    text = f"{len(backups)}, the newest: {newest}"
    return Finding(name="backups", ok=True, text=text, code="ok" if backups else "no_backup_yet")


def _database_if_small(workspace: Workspace) -> Finding:
    """Look through what takes no time; each backup looks through the whole, too."""
    if workspace.paths.database.stat().st_size <= SMALL_DATABASE_BYTES:
        return _database(workspace)
    backups = workspace.backups.list()
    when = local_time(backups[0].taken_at) if backups else "never yet"
    text = (
        f"SQLite {workspace.database.version}, looked through at the last backup: {when};"
        " `doctor --thorough` does it now"
    )
    return Finding(name="database", ok=True, text=text, code="not_looked_through")


def _database(workspace: Workspace) -> Finding:
    verdict = workspace.database.integrity()
    sharing = "" if workspace.database.shared else "; only one program at a time may use it"
    return Finding(
        name="database",
        ok=verdict == "ok",
        text=f"SQLite {workspace.database.version}, integrity {verdict}{sharing}",
        code="ok" if verdict == "ok" else "database_damaged",
    )


def _vault(workspace: Workspace) -> Finding:
    if workspace.vault.state() is VaultState.ABSENT and not workspace.vault.needs_passphrase():
        return Finding(name="vault", ok=True, text=_NO_VAULT, code="no_vault")
    workspace.vault.unlock()
    return Finding(name="vault", ok=True, text="secrets can be read")


def _app_keys(workspace: Workspace) -> Finding:
    ready = workspace.settings.app_keys_ready()
    text = "both are set" if ready else "missing: use `settings set client-key` and `client-secret`"
    code = "ok" if ready else "app_keys_missing"
    return Finding(name="app keys", ok=ready, text=text, code=code)


def _accounts(workspace: Workspace) -> Finding:
    accounts = workspace.accounts.list()
    troubled = [a.handle for a in accounts if a.status == "needs_reconnect"]
    text = f"{len(accounts)} known"
    if troubled:
        text += f"; to be connected again: {', '.join(troubled)}"
    code = "reconnect_needed" if troubled else "ok"
    return Finding(name="accounts", ok=not troubled, text=text, code=code)


def _publishing(workspace: Workspace) -> Finding:
    blockers = workspace.blockers.all()
    stops = [each for each in blockers if each.is_fault and not each.account_ids]
    told = [blocker_line(each) for each in blockers]
    code = next((each.code for each in (*stops, *blockers)), "ok")
    text = " ".join(told) or "nothing is held"
    return Finding(name="publishing", ok=not stops, text=text, code=code)


def _posts(workspace: Workspace) -> Finding:
    overview = workspace.planning.overview()
    text = f"{overview.under_way} under way, {overview.needs_user} need you"
    return Finding(name="posts", ok=True, text=text)


_LOOKS: dict[str, Callable[[Workspace], Finding]] = {
    "data folder": _data_folder,
    "time zone": _time_zone,
    "storage": _storage,
    "home": _home,
    "database": _database,
    "backups": _backups,
    "vault": _vault,
    "journal": _journal,
    "app keys": _app_keys,
    "accounts": _accounts,
    "publishing": _publishing,
    "posts": _posts,
}
