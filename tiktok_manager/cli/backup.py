"""`backup`: copies of the database, made and restored.

`list` and `restore` open no database: they must work when it is damaged.
"""

from typing import Annotated

import typer

from tiktok_manager.cli.context import command_line
from tiktok_manager.cli.options import Json
from tiktok_manager.cli.output import local_time, note, print_json, print_line, print_table, said
from tiktok_manager.domain.clock import SystemClock
from tiktok_manager.services.backups import Backup, BackupOf, list_all_backups
from tiktok_manager.services.backups import restore as restore_backup
from tiktok_manager.services.serializers import stamp
from tiktok_manager.system.paths import open_data_paths
from tiktok_manager.wording import term

app = typer.Typer(no_args_is_help=True)


@app.command()
def create(context: typer.Context, json: Json = False) -> None:
    """Back the database up now; publishing goes on meanwhile."""
    with command_line(context).workspace() as workspace:
        backup = workspace.backups.create()
        counters = workspace.backups.create_beside()
    if json:
        print_json({**_as_json(backup), "metrics": _as_json(counters) if counters else None})
    else:
        for made in filter(None, (backup, counters)):
            print_line(f"{made.name} ({made.size_bytes / 1e6:.1f} MB)")
        note(said("backup_made", folder=str(backup.path.parent)))


@app.command("list")
def list_all(context: typer.Context, json: Json = False) -> None:
    """List the backups, newest first: of posts, and of the counters beside them."""
    folder = open_data_paths(command_line(context).env).backups_dir
    backups = list_all_backups(folder)
    if json:
        print_json([_as_json(backup) for backup in backups])
    else:
        print_table(
            ("NAME", "OF", "TAKEN", "KIND", "KEPT FOR", "MB"),
            (
                (
                    b.name,
                    b.of.value,
                    local_time(b.taken_at),
                    b.kind.value,
                    term(b.kept_as),
                    f"{b.size_bytes / 1e6:.1f}",
                )
                for b in backups
            ),
        )


@app.command()
def check(
    context: typer.Context,
    file: Annotated[str, typer.Argument(metavar="FILE", help="A backup's name, or a file's path.")],
    json: Json = False,
) -> None:
    """Look whether a backup could be restored; changes nothing."""
    with command_line(context).workspace() as workspace:
        workspace.backups.verify(file)
    if json:
        print_json({"name": file, "ok": True})
    else:
        print_line(said("backup_whole", file=str(file)))


@app.command()
def restore(
    context: typer.Context,
    file: Annotated[str, typer.Argument(metavar="FILE", help="A backup's name, or a file's path.")],
    json: Json = False,
) -> None:
    """Put a backup in the place of the posts or of the counters, which are kept aside.

    Nothing is posted twice: what may have gone out since the backup is looked up at TikTok or
    waits for you as unconfirmed.
    """
    paths = open_data_paths(command_line(context).env)
    restored = restore_backup(paths, file, SystemClock())
    if json:
        print_json(
            {
                "backup_at": stamp(restored.backup_at),
                "former": str(restored.former),
                "of": restored.of.value,
            }
        )
        return
    print_line(said("backup_restored", what=restored.of.value, at=local_time(restored.backup_at)))
    note(said("former_database", path=str(restored.former)))
    if restored.of is BackupOf.POSTS:
        note(said("backup_restored_hold"))


def _as_json(backup: Backup) -> dict[str, object]:
    return {
        "name": backup.name,
        "file": str(backup.path),
        "kind": backup.kind.value,
        "of": backup.of.value,
        "taken_at": stamp(backup.taken_at),
        "size_bytes": backup.size_bytes,
        "sha256": backup.sha256,
        "rank": backup.rank.value if backup.rank else None,
    }
