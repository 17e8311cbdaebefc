"""`sync`: profiles and video counters of all accounts."""

from collections.abc import Sequence
from typing import Annotated

import typer

from tiktok_manager.cli.context import cancelled_by_signals, command_line
from tiktok_manager.cli.options import Json
from tiktok_manager.cli.output import note, print_json, print_table, said, told_of
from tiktok_manager.domain.findings import Finding, Param
from tiktok_manager.services.accounts import SyncResult
from tiktok_manager.services.serializers import findings_json
from tiktok_manager.wording import english, joined, message_and_action, words


def sync(
    context: typer.Context,
    account: Annotated[
        list[str] | None, typer.Option(metavar="HANDLE", help="Only this account; repeatable.")
    ] = None,
    json: Json = False,
) -> None:
    """Pull profiles and video counters and record snapshots."""
    with command_line(context).workspace() as workspace, cancelled_by_signals() as cancel:
        results = workspace.accounts.sync(account or None, cancel)
    show_results(results, as_json=json)


def show_results(results: Sequence[SyncResult], *, as_json: bool) -> None:
    """Print what a sync brought; raises the first error if no account could be synced."""
    for result in results:
        if result.error is not None:
            problem = told_of(result.error)
            note(said("about_account", handle=result.handle, told=problem))
    for finding in _untold(results):
        told = words(finding)
        note(joined(told.title, told.command_hint))
    if as_json:
        print_json([_record(result) for result in results])
    else:
        print_table(
            ("ACCOUNT", "VIDEOS", "RESULT"),
            (
                (f"@{r.handle}", r.videos, "ok" if r.error is None else words(r.error).title)
                for r in results
            ),
        )
    errors = [result.error for result in results if result.error is not None]
    if errors and len(errors) == len(results):
        raise typer.Exit(errors[0].exit_code)


def _untold(results: Sequence[SyncResult]) -> list[Finding]:
    """Return the findings of all results, those of one kind as one."""
    handles: dict[tuple[str, Param], list[str]] = {}
    for finding in (each for result in results for each in result.findings):
        accounts = finding.params["accounts"]
        handles.setdefault((finding.code, finding.params["scope"]), []).extend(
            accounts if isinstance(accounts, tuple) else ()
        )
    return [
        Finding(code=code, params={"accounts": tuple(named), "scope": scope})
        for (code, scope), named in handles.items()
    ]


def _record(result: SyncResult) -> dict[str, object]:
    error = result.error
    return {
        "account": result.handle,
        "account_id": result.account_id,
        "videos": result.videos,
        "error": None
        if error is None
        else {
            "code": error.code,
            "message": english(error).title,
            "action": english(error).command_hint,
            "raw_code": error.raw_code,
            "log_id": error.log_id,
        },
        **findings_json(result.findings, message_and_action),
    }
